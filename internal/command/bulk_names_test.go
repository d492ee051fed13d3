package command

import (
	"strings"
	"testing"
)

func TestListsOfRepositoriesAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"corp/a\ncorp/b\n",
		"\ufeffcorp/a\r\n\r\ncorp/b\r\n",
		"# which\ncorp/a\t12 stars\n  corp/b  # why\n",
		"repos:\n  - corp/a\n  - name: 'corp/b'\n",
		"---\n- \"corp/a\"\n- corp/b\n",
		`["corp/a", "corp/b"]`,
		`[{"nameWithOwner": "corp/a"}, {"full_name": "corp/b", "url": "x"}]`,
		`[{"repository": {"fullName": "corp/a", "host": "h"}}, {"repository": "corp/b"}]`,
		"{\"fullName\":\"corp/a\"}\n{\"fullName\":\"corp/b\"}\n",
		`{"items": [{"full_name": "corp/a"}, {"full_name": "corp/b"}]}`,
	} {
		got, err := repoNames(strings.NewReader(text))
		if err != nil || len(got) != 2 || got[0].text != "corp/a" || got[1].text != "corp/b" {
			t.Errorf("%q: got %v, %v", text, got, err)
		}
	}
	if got, err := repoNames(strings.NewReader(`["corp/a", `)); err == nil {
		t.Errorf("a list that is cut off gives %v", got)
	}
}
