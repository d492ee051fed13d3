package rule

import (
	"fmt"
	"testing"
)

// TestGrammarsDisagree: what each grammar makes of the same headers. "-" is a
// header without the form; else the parts are type, scope, "!" and subject.
func TestGrammarsDisagree(t *testing.T) {
	t.Parallel()
	presets := []string{presetConventional, presetAngular, presetConform, presetGitlint, presetPreCommit, presetSpec}
	for _, c := range []struct {
		header string
		want   [6]string // in the order of presets
	}{
		{"feat: add it", [6]string{"feat||false|add it", "feat||false|add it", "feat||false|add it", "feat||false|add it", "feat||false|add it", "feat||false|add it"}},
		{"feat!: add it", [6]string{"feat||true|add it", "-", "feat||true|add it", "feat||true|add it", "feat||true|add it", "feat||true|add it"}},
		{"feat(api)!: add it", [6]string{"feat|api|true|add it", "-", "feat|api|true|add it", "feat|api|true|add it", "feat|api|true|add it", "feat|api|true|add it"}},
		{"feat(): add it", [6]string{"feat||false|add it", "feat||false|add it", "-", "-", "-", "feat||false|add it"}},
		{"feat:add it", [6]string{"-", "-", "-", "-", "-", "-"}},
		{"feat:  add it", [6]string{"feat||false| add it", "feat||false| add it", "feat||false| add it", "feat||false| add it", "feat||false| add it", "feat||false|add it"}},
		{"fix-it: add it", [6]string{"-", "-", "-", "fix-it||false|add it", "fix-it||false|add it", "fix-it||false|add it"}},
		{": add it", [6]string{"||false|add it", "||false|add it", "||false|add it", "-", "-", "-"}},
		{"feat: ", [6]string{"feat||false|", "feat||false|", "feat||false|", "-", "-", "-"}},
		{"feat (api): add it", [6]string{"-", "-", "-", "feat |api|false|add it", "-", "-"}},
		{"feat((a)): add it", [6]string{"feat|(a)|false|add it", "feat|(a)|false|add it", "-", "-", "-", "-"}},
		{"feat(a b): add it", [6]string{"feat|a b|false|add it", "feat|a b|false|add it", "feat|a b|false|add it", "feat|a b|false|add it", "feat|a b|false|add it", "feat|a b|false|add it"}},
		{"FEAT: add it", [6]string{"FEAT||false|add it", "FEAT||false|add it", "FEAT||false|add it", "FEAT||false|add it", "FEAT||false|add it", "FEAT||false|add it"}},
		{"add it", [6]string{"-", "-", "-", "-", "-", "-"}},
	} {
		for i, preset := range presets {
			h := parseHeader(preset, c.header)
			got := "-"
			if h.OK {
				got = fmt.Sprintf("%s|%s|%v|%s", h.Type, h.Scope, h.Breaking, h.Subject)
			}
			if got != c.want[i] {
				t.Errorf("%s of %q: got %q, want %q", preset, c.header, got, c.want[i])
			}
		}
	}
}

// TestRecipeOfRulesets: the pattern that GitHub's documentation proposes is RE2
// and matches in any line, so a body can save a header.
func TestRecipeOfRulesets(t *testing.T) {
	t.Parallel()
	test, err := PatternParams{Operator: Regex, Pattern: `^(feat|fix){1}(\([\w\-\.]+\))?(!)?: ([\w ])+([\s\S]*)`}.compile()
	if err != nil {
		t.Fatal(err)
	}
	for message, want := range map[string]bool{
		"feat: add it": true, "feat(api-v1.2)!: add it": true, "add it": false, "feat(): add it": false, "feat(a b): add it": false,
		"Feat: add it": false, "feat: ": false, "feat:add it": false, "Add it\n\nfix: mend it": true, "xfeat: add it": false,
	} {
		if got, err := test(message); err != nil || got != want {
			t.Errorf("%q: got %v, want %v (%v)", message, got, want, err)
		}
	}
}
