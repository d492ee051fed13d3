package catalog

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/forge"
)

func TestTeamIsReadWhereItIsSaidFirst(t *testing.T) {
	t.Parallel()
	const manifest, info, owners = "innersource.json", "catalog-info.yaml", "CODEOWNERS"
	admin := forge.Team{Slug: "core", Permission: "ADMIN"}
	component := "apiVersion: backstage.io/v1alpha1\nkind: Component\nspec:\n  owner: group:default/identity\n"
	for name, c := range map[string]struct {
		files map[string]string
		teams []forge.Team
		want  *Team
	}{
		"the manifest before all others":    {map[string]string{manifest: "{\n\"isrc\": {\n\"owner\": \"group:default/identity\"}}", info: component, owners: "* @acme/core"}, []forge.Team{admin}, &Team{"identity", "innersource.json:3"}},
		"then catalog-info.yaml":            {map[string]string{info: component, owners: "* @acme/core"}, nil, &Team{"identity", "catalog-info.yaml:4"}},
		"of its component, not its system":  {map[string]string{info: "kind: System\nspec: {owner: platform}\n---\nkind: Component\nspec:\n  owner: payments/cards\n"}, nil, &Team{"payments/cards", "catalog-info.yaml:6"}},
		"a person owns it there: look on":   {map[string]string{info: "kind: Component\nspec: {owner: 'user:default/somebody'}\n", owners: "* @acme/core"}, nil, &Team{"acme/core", "CODEOWNERS:1"}},
		"then the last line for everything": {map[string]string{owners: "* @acme/old\n/docs/ @acme/docs\n*       @acme/new\n"}, nil, &Team{"acme/new", "CODEOWNERS:3"}},
		"a team before a person":            {map[string]string{owners: "* @somebody @acme/core\n"}, nil, &Team{"acme/core", "CODEOWNERS:1"}},
		"one person is no team":             {map[string]string{owners: "* @somebody\n"}, nil, nil},
		"nobody is no team":                 {map[string]string{owners: "* @acme/core\n*\n"}, nil, nil},
		"a folder is not everything":        {map[string]string{owners: "/docs/ @acme/docs\n"}, nil, nil},
		"GitHub looks in .github first":     {map[string]string{owners: "* @acme/root", ".github/CODEOWNERS": "# x\n* @acme/hub"}, nil, &Team{"acme/hub", ".github/CODEOWNERS:2"}},
		"then the one team with admin":      {nil, []forge.Team{{Slug: "readers", Permission: "READ"}, admin}, &Team{"acme/core", "team with admin"}},
		"or with maintain":                  {nil, []forge.Team{{Slug: "core", Permission: "maintain"}}, &Team{"acme/core", "team with maintain"}},
		"several say nothing":               {nil, []forge.Team{admin, {Slug: "other", Permission: "maintain"}}, nil},
		"those who may all say nothing":     {nil, []forge.Team{admin, {Slug: "org-admins", Permission: "admin"}}, &Team{"acme/core", "team with admin"}},
		"a broken file hides no other":      {map[string]string{info: "\t: [", owners: "* @acme/core"}, nil, &Team{"acme/core", "CODEOWNERS:1"}},
		"an address is no team":             {map[string]string{manifest: `{"isrc":{"owner":"team@example.org"}}`}, nil, nil},
		"a name in words is one":            {map[string]string{manifest: `{"isrc":{"owner":"Identity Platform"}}`}, nil, &Team{"Identity Platform", "innersource.json:1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := profile(c.files)
			p.Host, p.Teams = "github.com", c.teams
			if diff := cmp.Diff(c.want, FromProfile(p, now).Team); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTeamNamesComeTogether(t *testing.T) {
	t.Parallel()
	for ref, want := range map[string]string{
		"@acme/identity": "acme/identity", "group:default/identity": "identity", "group:payments/cards": "payments/cards", "identity": "identity",
		"Group:identity": "identity", "user:somebody": "", "@somebody": "", "a@b.example": "", "@@maintainer": "", "": "", " team:identity ": "identity",
	} {
		if got := TeamName(ref); got != want {
			t.Errorf("%q: got %q, want %q", ref, got, want)
		}
	}
	for name, want := range map[string]string{"acme/Identity": "identity", "identity": "identity", "Identity Platform": "identity-platform"} {
		if got := TeamSlug(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}
