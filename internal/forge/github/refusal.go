package github

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// words is what a server says about why it refuses.
type words struct {
	message string
	details []string
	reason  string // for which the host blocks a repository
	page    string // that says more of that
}

// readRefusal reads the body of a refusal. Its errors come as a list of
// objects, a list of strings, or one string, depending on who wrote the
// end point.
func readRefusal(a answer) words {
	var raw struct {
		Message any `json:"message"`
		Errors  any `json:"errors"`
		Block   struct {
			Reason string `json:"reason"`
			URL    string `json:"html_url"`
		} `json:"block"`
	}
	if json.Unmarshal(a.body, &raw) != nil {
		return words{}
	}
	w := words{details: detail(raw.Errors, 0), reason: raw.Block.Reason, page: link(raw.Block.URL)}
	w.message, _ = raw.Message.(string)
	return w
}

func detail(v any, depth int) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var all []string
		for _, e := range v {
			if depth < 3 && len(all) < 10 {
				all = append(all, detail(e, depth+1)...)
			}
		}
		return all
	case map[string]any:
		if m, _ := v["message"].(string); m != "" {
			return []string{m}
		}
		var parts []string
		for _, key := range []string{"resource", "field", "code"} {
			if s, _ := v[key].(string); s != "" {
				parts = append(parts, s)
			}
		}
		if len(parts) > 0 {
			return []string{strings.Join(parts, " ")}
		}
	}
	return nil
}

// quote is the server's words in one line of bounded length.
func (w words) quote() string {
	said := w.message
	if len(w.details) > 0 {
		said = strings.Join(w.details, "; ")
		if message := strings.TrimRight(w.message, ".: "); message != "" && !strings.EqualFold(message, "validation failed") {
			said = message + ": " + said
		}
	}
	if w.reason != "" {
		said += " (" + w.reason + ")"
	}
	const most = 500
	if len(said) > most {
		said = strings.ToValidUTF8(said[:most], "") + "…"
	}
	return said
}

func (w words) speaksOf(any ...string) bool {
	said := strings.ToLower(w.message + "\n" + strings.Join(w.details, "\n"))
	for _, s := range any {
		if strings.Contains(said, s) {
			return true
		}
	}
	return false
}

// refusal turns what came, or did not come, into an error of forge.
func (c *Client) refusal(k call, a answer, err error) error {
	if err != nil {
		return c.unavailable(c.explain(err))
	}
	if l, ok := c.limited(a); ok {
		return &forge.RateLimitError{Host: c.o.Host, Until: c.o.Now().Add(l.wait), Secondary: l.secondary}
	}
	w := readRefusal(a)
	switch {
	case a.status == http.StatusUnauthorized:
		return &forge.SignInError{Host: c.o.Host, Refused: c.o.Token != ""}
	case a.status == http.StatusForbidden:
		return c.forbidden(k, a, w)
	case a.status == http.StatusNotFound:
		return c.missing(k, a)
	case a.status == http.StatusGone || a.status == http.StatusUnavailableForLegalReasons:
		return &forge.NotPermittedError{What: k.verb(), Policy: blockedOr(policyOf(w)), Quote: w.quote(), URL: w.page}
	case a.status == http.StatusMethodNotAllowed || a.status == http.StatusNotAcceptable ||
		a.status == http.StatusUnsupportedMediaType || a.status == http.StatusNotImplemented:
		return fault.Errorf("%s: %w", k.verb(), forge.ErrUnsupported)
	case a.status == http.StatusProxyAuthRequired:
		return c.unavailable(errors.New("the proxy on the way wants to be signed in to"))
	case a.status >= 500 || a.status < 400:
		return c.unavailable(failed(a, w))
	}
	return c.invalid(k, a, w)
}

func failed(a answer, w words) error {
	if q := w.quote(); q != "" {
		return fault.Errorf("it answers %d: %s", a.status, q)
	}
	return fault.Errorf("it answers %d %s", a.status, http.StatusText(a.status))
}

// blockedOr takes what is gone, or withheld by law, for blocked by the host.
func blockedOr(p forge.Policy) forge.Policy {
	if p == forge.PolicyOther {
		return forge.PolicyBlocked
	}
	return p
}

// forbidden tells apart the reasons of a 403, the most specific first.
func (c *Client) forbidden(k call, a answer, w words) error {
	if sso := c.singleSignOn(a, w); sso != nil {
		return sso
	}
	if token := c.tokenLimit(k, a, w); token != nil {
		return token
	}
	if policy := policyOf(w); policy != forge.PolicyOther {
		return &forge.NotPermittedError{What: k.verb(), Policy: policy, Quote: w.quote(), URL: w.page}
	}
	if scope := c.missingScope(a); scope != nil {
		return scope
	}
	switch {
	case c.o.Token == "":
		return &forge.SignInError{Host: c.o.Host}
	case a.isHTML():
		return c.unavailable(errPage)
	}
	return &forge.NotPermittedError{What: k.verb(), Policy: forge.PolicyOther, Quote: w.quote()}
}

// missing is a 404. GitHub hides behind it what a token may not write to.
func (c *Client) missing(k call, a answer) error {
	scope := c.missingScope(a)
	switch {
	case scope != nil && !k.reads():
		return scope
	case c.o.Token == "" && !k.reads():
		return &forge.SignInError{Host: c.o.Host}
	}
	missing := &forge.NotFoundError{What: k.what}
	if kind := forge.TokenKind(c.o.Token); kind == forge.TokenFineGrained || kind == forge.TokenApp {
		missing.Host, missing.Kind = c.o.Host, kind
	}
	if !k.reads() {
		missing.Doing = k.doing
	}
	var s *forge.ScopeError
	if errors.As(scope, &s) {
		missing.Host, missing.Lacks = c.o.Host, s.Needed
	}
	return missing
}

// invalid is a 422 and its relatives.
func (c *Client) invalid(k call, a answer, w words) error {
	if scope := c.workflowScope(a, w); scope != nil {
		return scope
	}
	if policy := policyOf(w); policy != forge.PolicyOther {
		return &forge.NotPermittedError{What: k.verb(), Policy: policy, Quote: w.quote(), URL: w.page}
	}
	quote := w.quote()
	if quote == "" {
		quote = fmt.Sprintf("it answers %d %s", a.status, http.StatusText(a.status))
	}
	return &forge.InvalidError{What: k.verb(), Quote: quote, Exists: exists(k, a, w)}
}

// exists tells whether a write is refused because its effect is there already.
// GitHub has a code for it in its list of errors; others have a status, or words.
func exists(k call, a answer, w words) bool {
	return !k.reads() && a.status == http.StatusConflict ||
		w.speaksOf("already exist", "already_exist", "already open", "already an open", "already been", "already forked", "already has", "duplicate")
}

// policyOf recognises the policies that have a way round worth telling by the
// words servers use for them; there is no code for them.
func policyOf(w words) forge.Policy {
	for _, p := range [...]struct {
		policy forge.Policy
		words  []string
	}{
		{forge.PolicyEmpty, []string{"no git content", "empty repositories cannot be forked"}},
		{forge.PolicyManagedUser, []string{"enterprise managed user"}},
		{forge.PolicyForkDestination, []string{"fork an internal repo", "cannot be forked to", "cannot be forked outside", "forked outside of", "fork destination", "not an allowed destination",
			"internal repositories can only be forked", "permission to create repositories in this organization", "must be a member of the organization", "is the login for a user account"}},
		{forge.PolicyNoPulls, []string{"pull requests are disabled", "pull requests has been disabled", "pull requests have been disabled", "has disabled pull requests"}},
		{forge.PolicyNoIssues, []string{"issues has been disabled", "issues are disabled", "issues have been disabled", "has disabled issues", "issues is disabled"}},
		{forge.PolicyArchived, []string{"archived"}},
		{forge.PolicyLocked, []string{"locked for migration", "is currently being migrated", "repository is locked"}},
		{forge.PolicyBlocked, []string{"repository access blocked", "disabled by github staff", "access to this repository has been disabled", "repository is disabled", "trade controls", "billing"}},
		{forge.PolicySuspended, []string{"account was suspended", "account is suspended", "account has been suspended"}},
		{forge.PolicyUserBlocked, []string{"user is blocked", "you have been blocked", "has blocked you", "blocked from", "user has blocked"}},
		{forge.PolicyIPAllowList, []string{"ip allow list", "ip allowlist", "ip whitelist"}},
		{forge.PolicyInteraction, []string{"interaction limit", "interaction-limit", "interactions on this repository", "limited interactions", "limited the ability to", "restricted to prior contributors", "restricted to existing users", "correct permissions to execute `createpullrequest`"}},
		{forge.PolicyCollaborators, []string{"only collaborators can", "must be a collaborator", "restricted to collaborators", "limited to collaborators", "collaborators only"}},
		{forge.PolicySecret, []string{"secret detected", "secrets detected", "cannot contain secrets"}},
		{forge.PolicyRuleset, []string{"rule violations", "ruleset"}},
		{forge.PolicyProtected, []string{"protected branch", "branch protection", "is protected"}},
	} {
		if w.speaksOf(p.words...) {
			return p.policy
		}
	}
	if w.speaksOf("fork") && w.speaksOf("disabled", "not allow", "not permit", "cannot be forked", "can't be forked", "cannot fork", "prohibit", "forbid", "not enabled") {
		return forge.PolicyForkingDisabled
	}
	return forge.PolicyOther
}

// singleSignOn reads the header in which GitHub says where to authorise a
// token. An address that is not a page of the host is not passed on.
func (c *Client) singleSignOn(a answer, w words) error {
	header := a.header.Get("X-GitHub-SSO")
	if !strings.HasPrefix(header, "required") && !w.speaksOf("saml enforcement", "saml sso") {
		return nil
	}
	_, raw, _ := strings.Cut(header, "url=")
	page, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || page.User != nil || !(page.Scheme == "https" || page.Scheme == "http" && isLoopback(page.Hostname())) {
		return &forge.SSOError{Host: c.o.Host, Quote: w.quote()}
	}
	return &forge.SSOError{Host: c.o.Host, URL: page.String(), Quote: w.quote()}
}
