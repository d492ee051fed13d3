package command

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
)

// probeAPI asks who the token is, which every server of this kind answers, if
// only with "sign in".
func (p *hostProbe) probeAPI(ctx context.Context) probed {
	const name = "api"
	p.viewer, p.askErr = p.client.Viewer(ctx)
	var (
		signIn  *forge.SignInError
		limited *forge.RateLimitError
		refused *forge.NotPermittedError
		sso     *forge.SSOError
	)
	kind, sure := p.kind()
	switch err := p.askErr; {
	case err == nil, errors.As(err, &limited), errors.As(err, &sso):
		return probedFine(name, "%s, at %s", kind, p.address())
	case errors.As(err, &signIn) && sure:
		return probedFine(name, "%s, at %s", kind, p.address())
	case errors.As(err, &signIn):
		return probedUnclear(name, "", "something at %s wants a sign-in; what it is shows then", p.address())
	case errors.As(err, &refused):
		return probedBroken(exitNotPermitted, name, policyHint(refused), "%s", err)
	}
	return p.noAPI()
}

// noAPI is something that answers, or does not, in place of the API.
func (p *hostProbe) noAPI() probed {
	remedy := ""
	p.heard.mu.Lock()
	if p.heard.status > 0 && p.heard.status < 500 && p.conf.Name != "github.com" {
		remedy = p.setRemedy("apiUrl", p.base()+"/api/v3") // it answers, so it may lie elsewhere
	}
	p.heard.mu.Unlock()
	code := p.a.judge(p.askErr).code
	if code == exitFailed {
		code = exitUnavailable
	}
	why := p.askErr
	var down *forge.UnavailableError
	if errors.As(why, &down) {
		why = down.Err
	}
	return probedBroken(code, "api", remedy, "%s", why)
}

// kind names what answers; it is not sure of a server that says nothing of
// itself.
func (p *hostProbe) kind() (string, bool) {
	v := p.heard.get("X-GitHub-Enterprise-Version")
	switch {
	case p.conf.Name == "github.com":
		return "github.com", true
	case strings.HasSuffix(p.conf.Name, ".ghe.com"):
		return "GitHub Enterprise Cloud", true
	case v != "":
		return "GitHub Enterprise Server " + v, true
	case p.heard.get("X-GitHub-Request-Id") != "" || p.heard.get("X-GitHub-Media-Type") != "":
		return "a server with GitHub's API", true
	}
	return "another server that answers GitHub's API", false
}

// address is where the API lies.
func (p *hostProbe) address() string {
	p.heard.mu.Lock()
	defer p.heard.mu.Unlock()
	if p.heard.url == nil {
		return p.base()
	}
	return strings.TrimSuffix(p.heard.url.Scheme+"://"+p.heard.url.Host+p.heard.url.Path, "/user")
}

// expirySoon is how long before its end a token is worth a look.
const expirySoon = 7 * 24 * time.Hour

func (p *hostProbe) probeToken() probed {
	const name = "token"
	var refused *forge.SignInError
	switch {
	case p.tokenErr != nil:
		return p.tokenOrigin()
	case errors.As(p.askErr, &refused):
		return probedBroken(exitSignIn, name, p.newToken(), "the one from %s is not accepted; it may have expired", p.token.Origin)
	case p.askErr != nil:
		return probedUnclear(name, "", "from %s; whose it is could not be asked", p.token.Origin)
	}
	if p.viewer.IsBot() {
		return probedDoubtful(name, p.newToken(), "of %s, from %s, which is an app or a job: it reads, checks and contributes by a branch, but forks into no account and has nothing of its own", p.viewer.Login, p.token.Origin)
	}
	detail := fmt.Sprintf("of %s, from %s", p.viewer.Login, p.token.Origin)
	missing := missingScopes(p.viewer.Scopes, p.viewer.ScopesKnown)
	switch {
	case !p.viewer.ScopesKnown:
		detail += ", scopes not said"
	case len(p.viewer.Scopes) == 0:
		detail += ", no scopes"
	default:
		detail += ", scopes " + strings.Join(p.viewer.Scopes, " ")
	}
	soon := false
	if end := p.viewer.TokenExpires; end != nil {
		left := end.Sub(p.a.inv.Now())
		soon = left < expirySoon
		detail += ", expires in " + span(max(left, 0))
	}
	switch {
	case len(missing) > 0 && missing[0] == "repo":
		return probedBroken(exitSignIn, name, p.newToken(), "%s; it lacks %s", detail, strings.Join(missing, ", "))
	case len(missing) > 0:
		return probedDoubtful(name, p.newToken(), "%s; it lacks %s, so some commands will not work", detail, strings.Join(missing, ", "))
	case soon:
		return probedDoubtful(name, p.newToken(), "%s", detail)
	}
	return probedFine(name, "%s", detail)
}

// newToken is how to come by a better token: where the old one is from counts,
// because it would be found first again.
//
//go:noinline
func (p *hostProbe) newToken() string {
	login := "isrc auth login --host " + p.conf.Name
	switch origin := p.token.Origin; {
	case origin == "gh":
		return "gh auth refresh --hostname " + p.conf.Name + " --scopes " + neededScopes
	case strings.HasSuffix(origin, "_TOKEN"):
		return "unset " + origin + "; " + login
	}
	return login
}

// probeSSO asks for the account's organisations: the answer says when some are
// held back.
func (p *hostProbe) probeSSO(ctx context.Context) []probed {
	const name = "sso"
	if p.tokenErr != nil || p.askErr != nil {
		var sso *forge.SSOError
		if errors.As(p.askErr, &sso) {
			return []probed{probedBroken(exitNotPermitted, name, sso.URL, "%s", sso)}
		}
		return probedUntried("there is no token that works", name)
	}
	if p.viewer.IsBot() {
		return []probed{probedFine(name, "an app's token is admitted by installing the app")}
	}
	return bounded(func(ctx context.Context) probed {
		_, err := p.client.Orgs(ctx)
		var sso *forge.SSOError
		p.heard.mu.Lock()
		heldBack := strings.HasPrefix(p.heard.sso, "partial-results")
		p.heard.mu.Unlock()
		switch {
		case errors.As(err, &sso):
			return probedBroken(exitNotPermitted, name, sso.URL, "%s", sso)
		case heldBack:
			return probedDoubtful(name, p.base()+"/settings/tokens", "some organisations want single sign-on for this token and are left out until it is authorised for them")
		case err != nil:
			return probedUnclear(name, "", "%s", err)
		}
		return probedFine(name, "no organisation holds anything back")
	})(ctx)
}

// maxSkew is how far the clocks may differ before it is worth a look.
const maxSkew = 5 * time.Minute

func (p *hostProbe) probeClock() probed {
	const name = "clock"
	there, err := http.ParseTime(p.heard.get("Date"))
	if err != nil {
		return probedUnclear(name, "", "the server does not say what time it is")
	}
	ahead := p.a.inv.Now().Sub(there)
	way := "ahead of"
	if ahead < 0 {
		ahead, way = -ahead, "behind"
	}
	if ahead <= maxSkew {
		return probedFine(name, "agrees with the server's within %s", max(ahead.Round(time.Second), time.Second))
	}
	remedy := map[string]string{"linux": "sudo timedatectl set-ntp true", "darwin": "sudo sntp -sS time.apple.com", "windows": "w32tm /resync"}[runtime.GOOS]
	return probedDoubtful(name, remedy, "this machine is %s %s the server", span(ahead), way)
}

func (p *hostProbe) probeLimit() probed {
	const name = "limit"
	var limited *forge.RateLimitError
	if errors.As(p.askErr, &limited) {
		return probedBroken(exitUnavailable, name, "", "no requests until %s", p.clockTime(limited.Until))
	}
	left, err := strconv.Atoi(p.heard.get("X-RateLimit-Remaining"))
	all, err2 := strconv.Atoi(p.heard.get("X-RateLimit-Limit"))
	if err != nil || err2 != nil || all <= 0 {
		return probedFine(name, "the server names none")
	}
	detail := fmt.Sprintf("%d of %d requests left", left, all)
	if unix, err := strconv.ParseInt(p.heard.get("X-RateLimit-Reset"), 10, 64); err == nil && unix > 0 {
		detail += ", all of them again at " + p.clockTime(time.Unix(unix, 0))
	}
	switch {
	case left <= 0:
		return probedBroken(exitUnavailable, name, "", "%s", detail)
	case left < all/10:
		return probedDoubtful(name, "", "%s", detail)
	}
	return probedFine(name, "%s", detail)
}

func (p *hostProbe) clockTime(t time.Time) string { return t.Local().Format("15:04") }

// probeOrgs asks for one repository of each organisation that is configured.
func (p *hostProbe) probeOrgs(ctx context.Context) []probed {
	const name = "organisations"
	if len(p.orgs) == 0 {
		return []probed{probedFine(name, "none configured: isrc find searches all that the token sees")}
	}
	return bounded(func(ctx context.Context) probed {
		for _, org := range p.orgs {
			_, err := p.client.OrgRepos(ctx, org, 1)
			var (
				sso     *forge.SSOError
				missing *forge.NotFoundError
				signIn  *forge.SignInError
			)
			switch {
			case errors.As(err, &sso):
				return probedBroken(exitNotPermitted, name, sso.URL, "%s wants single sign-on for this token", org)
			case errors.As(err, &missing):
				return probedDoubtful(name, "isrc config set "+p.orgsKey+" ORGANISATION", "%s does not exist, or is not visible to you", org)
			case errors.As(err, &signIn):
				return probedUnclear(name, "", "%s is not shown without a token", org)
			case err != nil:
				return probedUnclear(name, "", "%s: %s", org, err)
			}
		}
		return probedFine(name, "%s", join(p.orgs))
	})(ctx)
}
