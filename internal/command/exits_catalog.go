package command

import (
	"crypto/x509"
	"errors"

	"github.com/isrc-dev/isrc/internal/catalog/publish"
	"github.com/isrc-dev/isrc/internal/forge/github"
)

// judgePublishing covers what stops publishing a catalog, and fetching one.
func judgePublishing(err error) (verdict, bool) {
	var (
		place      *publish.PlaceError
		readOnly   *publish.ReadOnlyError
		refused    *publish.RefusedError
		credential *publish.CredentialError
		missing    *publish.MissingError
		down       *publish.UnavailableError
		version    *publish.VersionError
		format     *publish.FormatError
		declined   *publish.DeclinedError
	)
	switch {
	case errors.As(err, &place):
		return verdict{code: exitUsage, hints: []string{"isrc help catalog pull"}}, true
	case errors.As(err, &readOnly):
		return verdict{code: exitUsage, hints: []string{"publish into the folder that the web server serves: isrc catalog push /path/to/it"}}, true
	case errors.As(err, &refused):
		return verdict{code: refusedCode(refused), hints: refusedHints(refused)}, true
	case errors.As(err, &declined):
		return declinedVerdict(declined), true
	case errors.As(err, &credential):
		return verdict{code: exitSignIn, hints: []string{"docker login " + credential.Host, "or set ISRC_REGISTRY_USER and ISRC_REGISTRY_PASSWORD"}}, true
	case errors.As(err, &missing):
		return verdict{code: exitNotFound, hints: []string{"look at the spelling, or publish one there: isrc catalog push"}}, true
	case errors.As(err, &down):
		return verdict{code: exitUnavailable, hints: downHints(down)}, true
	case errors.As(err, &version) && version.Newer:
		return verdict{code: exitFailed, hints: []string{"bring isrc up to date"}}, true
	case errors.As(err, &version):
		return verdict{code: exitFailed, hints: []string{"ask whoever publishes it to do so with this isrc"}}, true
	case errors.As(err, &format):
		return verdict{code: exitFailed}, true
	}
	return verdict{}, false
}

func refusedCode(e *publish.RefusedError) int {
	if e.Forbidden {
		return exitNotPermitted
	}
	return exitSignIn
}

func refusedHints(e *publish.RefusedError) []string {
	switch {
	case e.Forbidden && e.Sent:
		return []string{"ask the owners of the registry for access, or sign in as somebody who has it"}
	case !e.Registry:
		return []string{"set ISRC_REGISTRY_USER and ISRC_REGISTRY_PASSWORD"}
	}
	return []string{"docker login " + e.Host, "or set ISRC_REGISTRY_USER and ISRC_REGISTRY_PASSWORD"}
}

func declinedVerdict(e *publish.DeclinedError) verdict {
	switch e.Why {
	case publish.NoRepository:
		return verdict{code: exitNotFound, hints: []string{"create " + e.Repository + " (its project, its group) in the registry, then publish again"}}
	case publish.TagStays:
		return verdict{code: exitNotPermitted, hints: []string{"publish at another tag, or have the registry let this one be overwritten (immutable, locked and protected tags)"}}
	case publish.UnknownType:
		return verdict{code: exitFailed, hints: []string{"have the registry allow that type, or publish into a folder that a web server serves"}}
	case publish.TooLarge:
		return verdict{code: exitFailed, hints: []string{"have the registry, or the proxy before it, take bodies of 8 MiB (nginx: client_max_body_size 8m)"}}
	case publish.NoWriting:
		return verdict{code: exitNotPermitted, hints: []string{"publish at the registry itself, once it takes anything"}}
	}
	return verdict{code: exitFailed}
}

func downHints(e *publish.UnavailableError) []string {
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.As(e.Err, new(*github.ProxyError)):
		return []string{proxyHint(e.Host, e.Err)}
	case errors.As(e.Err, &unknown):
		return []string{authorityHint(e.Host)}
	case e.IsPlain():
		return []string{"it speaks plain http, which isrc takes from this machine alone"}
	}
	return []string{"run it again when the host answers: what went through stays. A proxy is set by hosts." + e.Host + ".proxy or HTTPS_PROXY"}
}
