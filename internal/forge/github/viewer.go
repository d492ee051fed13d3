package github

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	gh "github.com/google/go-github/v66/github"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// Viewer is the account a token stands for, and what the server said beside it.
type Viewer struct {
	forge.User
	Scopes        []string   // of a classic token
	ScopesKnown   bool       // false for fine-grained tokens, which do not say theirs
	TokenExpires  *time.Time // nil when not said
	ServerVersion string     // "" on github.com
	Date          time.Time  // the server's clock, zero when not said
}

// Viewer asks who the token belongs to. That of an app or a job is of no person,
// and its account is a bot.
func (c *Client) Viewer(ctx context.Context) (Viewer, error) {
	if forge.TokenKind(c.o.Token) == forge.TokenApp {
		return c.app(ctx)
	}
	var u gh.User
	a, err := c.do(ctx, get("the account of the token", "user"), &u)
	var (
		missing *forge.NotFoundError
		limited *forge.TokenError
	)
	switch {
	case errors.As(err, &limited) && limited.Kind == forge.TokenApp:
		return c.app(ctx)
	case errors.As(err, &missing):
		// Every server has accounts; what has none is not the API.
		return Viewer{}, c.unavailable(fault.Errorf("there is no GitHub API at %s", c.api.Redacted()))
	case err != nil:
		return Viewer{}, err
	case u.GetLogin() == "":
		return Viewer{}, c.unavailable(fault.Errorf("%suser answers without a login, which is not the GitHub API", c.api.Redacted()))
	}
	v := Viewer{User: user(&u)}
	v.beside(a)
	if said, ok := a.header["X-Oauth-Scopes"]; ok {
		v.ScopesKnown, v.Scopes = true, listed(strings.Join(said, ","), ",")
	}
	return v, nil
}

// beside reads what stands in the header of any answer.
func (v *Viewer) beside(a answer) {
	v.ServerVersion = plainOrEmpty(a.header.Get("X-GitHub-Enterprise-Version"))
	v.TokenExpires = expiry(a.header.Get("GitHub-Authentication-Token-Expiration"))
	if date, err := http.ParseTime(a.header.Get("Date")); err == nil {
		v.Date = date
	}
}

func viewerDocument() document {
	return document{name: "viewer", text: "query Viewer { viewer { login databaseId } }"}
}

// app asks for the account of an app's token, which REST does not tell
// ("Resource not accessible by integration") and GraphQL does. Where that cannot
// be asked it is forge.SomeBot.
func (c *Client) app(ctx context.Context) (Viewer, error) {
	var out struct {
		Viewer *struct {
			Login      string
			DatabaseID int64 `json:"databaseId"`
		}
	}
	v := Viewer{User: forge.User{Login: forge.SomeBot, Type: "Bot"}}
	r, err := c.ask(ctx, viewerDocument(), nil, "the account of the token", &out)
	var refused *forge.InvalidError
	if errors.Is(err, forge.ErrUnsupported) || forge.Refused(err) || errors.As(err, &refused) {
		return v, nil
	}
	if err != nil {
		return Viewer{}, err
	}
	v.beside(r.answer)
	if out.Viewer != nil && out.Viewer.Login != "" {
		// GraphQL leaves the ending out where it calls the account a bot.
		v.Login, v.ID = strings.TrimSuffix(out.Viewer.Login, forge.SomeBot)+forge.SomeBot, out.Viewer.DatabaseID
	}
	return v, nil
}

//go:noinline
func plainOrEmpty(s string) string {
	if s == "" {
		return ""
	}
	return plain(s)
}

// expiry reads the two forms in which GitHub writes when a token ends.
func expiry(s string) *time.Time {
	for _, layout := range []string{"2006-01-02 15:04:05 MST", "2006-01-02 15:04:05 -0700", time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			t = t.UTC()
			return &t
		}
	}
	return nil
}

// Orgs lists the logins of the organisations of the token's account.
func (c *Client) Orgs(ctx context.Context) ([]string, error) {
	all, _, err := list[*gh.Organization](ctx, c, get("organisations", "user/orgs"), "", 0)
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(all))
	for _, o := range all {
		if l := o.GetLogin(); l != "" {
			names = append(names, l)
		}
	}
	return names, nil
}
