package github

import (
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
)

// missingScope compares what the server wanted with what the token has. Only
// classic tokens tell their scopes; a fine-grained one is refused with the
// permissions that would have done.
func (c *Client) missingScope(a answer) error {
	needed := listed(a.header.Get("X-Accepted-OAuth-Scopes"), ",")
	if said, known := a.header["X-Oauth-Scopes"]; known && len(needed) > 0 {
		have := listed(strings.Join(said, ","), ",")
		granted := implied(have)
		for _, n := range needed {
			if granted[n] {
				return nil
			}
		}
		return &forge.ScopeError{Host: c.o.Host, Needed: needed, Have: have}
	}
	return nil
}

// tokenLimit knows what no scope would mend: a fine-grained token without the
// permission, or for other repositories than this one; a token behind which no
// person stands; and organisations that do not admit a kind of token, or the app
// that made it.
func (c *Client) tokenLimit(k call, a answer, w words) error {
	e := &forge.TokenError{Host: c.o.Host, What: k.verb(), Kind: forge.TokenKind(c.o.Token), Quote: w.quote()}
	switch {
	case w.speaksOf("resource not accessible by personal access token"):
		e.Kind = forge.TokenFineGrained
	case w.speaksOf("actions is not permitted to create"):
		e.Kind, e.Policy = forge.TokenApp, forge.PolicyJobPulls
		return e
	case w.speaksOf("resource not accessible by integration"):
		if e.Kind != forge.TokenOAuth { // there a person stands behind the app
			e.Kind = forge.TokenApp
		}
	case w.speaksOf("forbids access via a", "personal access tokens with fine grained access"):
		e.Policy = forge.PolicyTokenAccess
		return e
	case w.speaksOf("oauth app access restrictions", "third-party application restrictions"):
		e.Policy = forge.PolicyAppAccess
		return e
	default:
		return nil
	}
	e.Needed = listed(a.header.Get("X-Accepted-GitHub-Permissions"), ";")
	return e
}

// workflowScope is a scope that is known by words alone: it is asked for when
// a change touches .github/workflows, which no header says beforehand.
func (c *Client) workflowScope(a answer, w words) error {
	if !w.speaksOf("without `workflow` scope", "`workflow` scope") {
		return nil
	}
	have := listed(a.header.Get("X-OAuth-Scopes"), ",")
	return &forge.ScopeError{Host: c.o.Host, Needed: []string{"workflow"}, Have: have}
}

func listed(header, separator string) []string {
	var all []string
	for _, s := range strings.Split(header, separator) {
		if s = strings.TrimSpace(s); s != "" {
			all = append(all, s)
		}
	}
	return all
}

// implied is the closure of scopes that contain others, as GitHub's page
// "Scopes for OAuth apps" lists them.
func implied(have []string) map[string]bool {
	contains := map[string][]string{
		"repo":             {"public_repo", "repo:status", "repo_deployment", "repo:invite", "security_events"},
		"user":             {"read:user", "user:email", "user:follow"},
		"project":          {"read:project"},
		"write:discussion": {"read:discussion"},
		"write:packages":   {"read:packages"},
	}
	all := map[string]bool{}
	open := slices.Clone(have)
	for len(open) > 0 {
		s := open[len(open)-1]
		open = open[:len(open)-1]
		if all[s] {
			continue
		}
		all[s] = true
		open = append(open, contains[s]...)
		if rest, ok := strings.CutPrefix(s, "admin:"); ok {
			open = append(open, "write:"+rest, "read:"+rest)
		} else if rest, ok := strings.CutPrefix(s, "write:"); ok {
			open = append(open, "read:"+rest)
		}
	}
	return all
}
