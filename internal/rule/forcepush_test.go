package rule

import (
	"strings"
	"testing"

	"github.com/isrc-dev/isrc/internal/guideline"
)

func TestMayRewrite(t *testing.T) {
	t.Parallel()
	pushed := []Commit{{SHA: "1", Pushed: true}, {SHA: "2"}}
	said := []guideline.Quote{{Source: &guideline.Source{Path: "CONTRIBUTING.md"}, Line: 7}}
	forbidden := Requirement{Params: ForcePushParams{}, Strength: Should, Said: said}
	wanted := Requirement{Params: ForcePushParams{Wanted: true}, Strength: May, Said: said}
	enforced := Requirement{Params: ForcePushParams{Enforced: true}, Strength: Must, Enforcer: Enforcer{Name: "ruleset of acme"}}
	for _, c := range []struct {
		about  string
		reqs   []Requirement
		change Change
		want   string // a part of why not, "" when it may
	}{
		{"nothing is pushed", []Requirement{forbidden, enforced}, Change{Commits: []Commit{{SHA: "1"}}, Pull: &Pull{}}, ""},
		{"nobody says anything", nil, Change{Commits: pushed, Pull: &Pull{Reviewed: true}}, ""},
		{"not wanted, and no pull request yet", []Requirement{forbidden}, Change{Commits: pushed}, ""},
		{"not wanted, and the pull request is open", []Requirement{forbidden}, Change{Commits: pushed, Pull: &Pull{}}, "CONTRIBUTING.md:7"},
		{"wanted", []Requirement{wanted}, Change{Commits: pushed, Pull: &Pull{Reviewed: true}}, ""},
		{"both are said", []Requirement{wanted, forbidden}, Change{Commits: pushed, Pull: &Pull{}}, "no force-push"},
		{"the forge refuses it", []Requirement{enforced}, Change{Commits: pushed}, "ruleset of acme"},
	} {
		ok, why := MayRewrite(c.reqs, &c.change)
		if ok != (c.want == "") || !strings.Contains(why, c.want) {
			t.Errorf("%s: %v, %q", c.about, ok, why)
		}
	}
}
