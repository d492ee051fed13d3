package manifest

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestLint(t *testing.T) {
	t.Parallel()
	around := Around{Rules: []string{"sign-off"}, Files: fstest.MapFS{"plugins/a.go": {}, "api/openapi.yaml": {}}}
	for name, tt := range map[string]struct {
		in   string
		want []Problem
	}{
		"nothing to say": {full, nil},
		"no isrc object": {`{"title": "x"}`, []Problem{{1, "isrc", "without an isrc object contributors learn nothing of how you take contributions", Warning}}},
		"keys that nobody reads": {
			"{\n\"name\": \"x\",\n\"contribution\": [\"Bugfixes\"],\n\"title\": \"x\", \"skill\": \"go\",\n\"logo\": \"path/to/logo.png (optional)\", \"owner_Id\": \"o\", \"isrc\": {\"owner\": \"o\"}}",
			[]Problem{
				{3, "contribution", "nobody reads this key; is it contributions that is meant?", Warning},
				{4, "skill", "nobody reads this key; is it skills that is meant?", Warning},
				{5, "logo", "it is still what the template says: fill it in, or take it out", Warning},
			},
		},
		"a rule that does not exist": {
			"{\"title\": \"x\", \"isrc\": {\"owner\": \"o\", \"rules\": {\n\"signoff\": {\"strength\": \"off\", \"why\": \"x\"}}}}",
			[]Problem{{2, "isrc.rules.signoff", "there is no rule of this name; isrc help rules lists them", Wrong}},
		},
		"changes are taken and are not": {
			"{\"title\": \"x\", \"isrc\": {\"owner\": \"o\", \"governance\": 1, \"contribute\": {\n\"mode\": \"fork\"}}}",
			[]Problem{{2, "isrc.contribute.mode", `mode "fork" takes changes, but governance 1 takes issues only`, Warning}},
		},
		"paths that lead nowhere": {
			"{\"title\": \"x\", \"isrc\": {\"owner\": \"o\", \"contribute\": {\"extensionPoint\": \"plugin/\"},\n\"provides\": [{\"capability\": \"c\", \"contract\": \"../x\"}]}}",
			[]Problem{
				{1, "isrc.contribute.extensionPoint", "there is no plugin/ in this repository", Warning},
				{2, "isrc.provides[0].contract", `"../x" is no path in this repository`, Wrong},
			},
		},
		"decided before it is answered": {
			"{\"title\": \"x\", \"isrc\": {\"owner\": \"o\", \"slo\": {\"firstResponse\": \"1w\",\n\"decision\": \"2bd\"}}}",
			[]Problem{{2, "isrc.slo.decision", "a decision within 2bd comes before a first response within 1w", Warning}},
		},
		"capabilities": {
			"{\"title\": \"x\", \"isrc\": {\"owner\": \"o\", \"provides\": [{\"capability\": \"c\"}, {\"version\": \"1\"}], \"requires\": [{\"capability\": \"c\"}]}}",
			[]Problem{
				{1, "isrc.provides[1].capability", "a capability needs a name", Wrong},
				{1, "isrc.requires[0].capability", `"c" is required and provided`, Warning},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, _ := Parse([]byte(tt.in))
			if d := cmp.Diff(tt.want, Lint(m, around)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}
