package rule

import (
	"testing"
	"time"
)

// TestFragmentsOfFixesAreWhatTheToolWants puts what a fix writes into the
// change, which then has what was missing.
func TestFragmentsOfFixesAreWhatTheToolWants(t *testing.T) {
	t.Parallel()
	change := Change{
		Issue: 12, Pull: &Pull{Number: 7},
		Commits: []Commit{{SHA: "c0ffee", Parents: 1, When: time.Unix(1_700_000_000, 0), Message: "fix(api): don't take \"empty\" tokens: never\n"}},
		Files:   []File{{Path: "packages/api/a.ts", Status: Modified}},
	}
	for name, c := range map[string]struct {
		params FragmentParams
		path   string
		text   string
	}{
		"changesets": {
			FragmentParams{Tool: toolChangesets, Dir: ".changeset", Packages: []string{"@acme/api"}, Owners: map[string]string{"packages/api": "@acme/api"}},
			".changeset/dont-take-empty-tokens-never.md", "---\n\"@acme/api\": patch\n---\n\nDon't take \"empty\" tokens: never\n",
		},
		"changie": {
			FragmentParams{Tool: toolChangie, Dir: ".changes/unreleased", Types: []string{"FEATURES", "BUG FIXES"}, Custom: []string{"Issue", "PR"}},
			".changes/unreleased/BUG-FIXES-20231114-221320.yaml",
			"kind: BUG FIXES\nbody: 'Don''t take \"empty\" tokens: never'\ntime: 2023-11-14T22:13:20Z\ncustom:\n  Issue: \"12\"\n  PR: \"7\"\n",
		},
		"towncrier": {
			FragmentParams{Tool: toolTowncrier, Dir: "news", Types: []string{"feature", "bugfix"}, NewsFile: "NEWS.md"},
			"news/12.bugfix.md", "Don't take \"empty\" tokens: never.\n",
		},
		"chloggen": {
			FragmentParams{Tool: toolChloggen, Dir: ".chloggen"},
			".chloggen/dont-take-empty-tokens-never.yaml", "change_type: bug_fix\ncomponent: api\nnote: 'Don''t take \"empty\" tokens: never'\nissues: [12]\nsubtext:\n",
		},
		"reno": {
			FragmentParams{Tool: toolReno, Dir: "releasenotes/notes"},
			"releasenotes/notes/dont-take-empty-tokens-never-c0ffee0000000000.yaml", "fixes:\n  - |\n    Don't take \"empty\" tokens: never.\n",
		},
	} {
		req := Requirement{Params: c.params}
		before := checkFragment(req, &change)
		if before[0].Verdict != Broken || before[0].Fix == nil {
			t.Errorf("%s: got %+v, want a fix", name, before)
			continue
		}
		edit := before[0].Fix.Params.(WriteFiles).Files[0]
		if edit.Path != c.path || edit.Text != c.text || !edit.Create {
			t.Errorf("%s: writes %s:\n%s", name, edit.Path, edit.Text)
		}
		mended := change
		mended.Files = append([]File{{Path: edit.Path, Status: Added, Head: edit.Text}}, change.Files...)
		if after := checkFragment(req, &mended); after[0].Verdict != Met {
			t.Errorf("%s: mended, it is still %+v", name, after)
		}
	}
}
