package contribute

import "testing"

func TestTheNumberGoesWhereTheTemplateLeavesRoom(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"## Why\n\nFixes #\n\n## How\n":           "## Why\n\nFixes #7\n\n## How\n",
		"Fixes #<!-- ISSUE-ID -->\n\nMore":        "Fixes #7\n\nMore",
		"- Closes: # (issue)":                     "- Closes: #7",
		"Resolves #XXXX":                          "Resolves #7",
		"Fixes #\n\nFixes #":                      "Fixes #7\n\nFixes #",
		"<!--\nFixes #\n-->\n\nCloses #\n":        "<!--\nFixes #\n-->\n\nCloses #7\n",
		"<!-- say\nFixes #\nif so -->":            "<!-- say\nFixes #\nif so -->",
		"Fixes #12":                               "Fixes #12",
		"Fixes #\n\nSee #7":                       "Fixes #\n\nSee #7",
		"The prefixes #":                          "The prefixes #",
		"Fixes # of bugs that nobody has counted": "Fixes # of bugs that nobody has counted",
	} {
		if got := withNumber(text, 7); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
	if got := withNumber("Fixes #", 0); got != "Fixes #" {
		t.Errorf("without an issue it became %q", got)
	}
}
