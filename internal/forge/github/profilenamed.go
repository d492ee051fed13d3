package github

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
)

// ProfilesOf reads repositories by their names, at most 100, in two requests as
// Profiles does. Those that are not there, or not for this token, are Skipped.
// A host without GraphQL is forge.ErrUnsupported.
func (c *Client) ProfilesOf(ctx context.Context, names []forge.RepoName, o forge.ProfileOptions) (forge.ProfilePage, error) {
	ctx, count := counting(ctx)
	page, err := c.profilesOf(ctx, names[:min(len(names), perPage)], o)
	page.Requests, page.At = count(), c.hostNow()
	return page, err
}

func (c *Client) profilesOf(ctx context.Context, names []forge.RepoName, o forge.ProfileOptions) (forge.ProfilePage, error) {
	q := forge.ProfileQuery{QuarterEnd: o.QuarterEnd, Labels: o.Labels}
	vars := map[string]any{}
	c.quarterVars(vars, q)
	var got map[string]*graphRepo
	r, err := c.ask(ctx, namedDocument(names), vars, "some repositories", &got)
	switch {
	case errors.Is(err, forge.ErrTooMuch) && len(names) > 1:
		half := len(names) / 2
		page, err := c.profilesOf(ctx, names[:half], o)
		if err != nil {
			return page, err
		}
		more, err := c.profilesOf(ctx, names[half:], o)
		page.Profiles, page.Skipped = append(page.Profiles, more.Profiles...), append(page.Skipped, more.Skipped...)
		return page, err
	case err != nil:
		return forge.ProfilePage{}, err
	}
	var page forge.ProfilePage
	var wanted []wantedTexts
	for i, name := range names {
		alias := fmt.Sprintf("r%d", i)
		if texts, ok := c.addProfile(&page, q, name, got[alias], r.errors, alias); ok {
			wanted = append(wanted, texts)
		}
	}
	return page, c.readTexts(ctx, page.Profiles, wanted, nil)
}

func namedDocument(names []forge.RepoName) document {
	var b strings.Builder
	b.WriteString("query NamedProfiles(" + profileVariables + ") {\n")
	for i, n := range names {
		fmt.Fprintf(&b, "  r%d: repository(owner: %s, name: %s) { %s }\n", i, quoted(n.Owner), quoted(n.Name), profileFields)
	}
	return document{"named profiles", b.String() + "}\n" + toldFragment + countedFragment + keptFragment}
}
