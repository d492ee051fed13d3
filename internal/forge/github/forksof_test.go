package github_test

import (
	"slices"
	"testing"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/forge/sandbox"
)

func TestForksOfAnOwnerAreFoundWhateverTheirName(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		way      string
		faults   []sandbox.Fault
		requests int
	}{
		{"by GraphQL", nil, 1},
		{"by the list of all forks, where a host has no GraphQL", []sandbox.Fault{{Method: "POST", Path: "/graphql", Kind: sandbox.FaultStatus, Status: 404}}, 2},
		{"by the list of all forks, where a token may not ask GraphQL", []sandbox.Fault{{Method: "POST", Path: "/graphql", Kind: sandbox.FaultStatus, Status: 403}}, 2},
	} {
		t.Run(tt.way, func(t *testing.T) {
			t.Parallel()
			f, c := atSandbox(t, "newcomer", func(o *sandbox.Options) { o.Faults = tt.faults })
			for _, spec := range []*sandbox.Repo{
				{Owner: "newcomer", Name: "my-auth", ForkOf: "identity/auth-lib"},
				{Owner: "storefront", Name: "shop-auth", ForkOf: "identity/auth-lib"},
				{Owner: "platform-engineer", Name: "auth-lib-2", ForkOf: "identity/auth-lib"},
			} {
				if err := f.AddRepo(spec); err != nil {
					t.Fatal(err)
				}
			}
			up := forge.RepoName{Host: f.Host(), Owner: "identity", Name: "auth-lib"}
			before := c.Requests()
			for owner, want := range map[string][]string{"NewComer": {"newcomer/my-auth"}, "storefront": {"storefront/shop-auth"}} {
				all, err := c.ForksOf(t.Context(), up, owner, owner == "NewComer")
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, r := range all {
					got = append(got, r.FullName())
					if !r.Fork || r.Parent == nil || !r.Parent.Equal(up) || r.CloneURL != f.URL()+"/"+r.FullName()+".git" {
						t.Errorf("%+v is no fork of %s as it is told", r, up.FullName())
					}
					if push := r.Access != nil && r.Access.Push; push != (owner == "NewComer") {
						t.Errorf("whether %s takes pushes is told as %v", r.FullName(), push)
					}
				}
				if !slices.Equal(got, want) {
					t.Errorf("the forks of %s are %v, want %v", owner, got, want)
				}
			}
			if n := c.Requests() - before; n > 2*tt.requests {
				t.Errorf("%d requests for two questions, want at most %d", n, 2*tt.requests)
			}
		})
	}
}
