package guideline

import "testing"

func TestAWorkflowRunsForThePathsOfItsFilters(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		about string
		t     Trigger
		paths []string
		want  bool
	}{
		{"no filter", Trigger{}, []string{"a"}, true},
		{"no filter and no files", Trigger{}, nil, true},
		{"a folder at any depth", Trigger{Paths: []string{"docs/**"}}, []string{"a.go", "docs/x/y.md"}, true},
		{"another folder", Trigger{Paths: []string{"docs/**"}}, []string{"a.go", "x/docs/y.md"}, false},
		{"one level", Trigger{Paths: []string{"docs/*"}}, []string{"docs/x/y.md"}, false},
		{"an ending anywhere", Trigger{Paths: []string{"**.go"}}, []string{"x/y/a.go"}, true},
		{"a name at any depth", Trigger{Paths: []string{"**/go.mod"}}, []string{"go.mod"}, true},
		{"an ending at the root only", Trigger{Paths: []string{"*.go"}}, []string{"x/a.go"}, false},
		{"the last match decides", Trigger{Paths: []string{"docs/**", "!docs/gen/**"}}, []string{"docs/gen/a.md"}, false},
		{"and takes in again", Trigger{Paths: []string{"!docs/**", "docs/a.md"}}, []string{"docs/a.md"}, true},
		{"all ignored", Trigger{PathsIgnore: []string{"**.md"}}, []string{"README.md", "docs/a.md"}, false},
		{"not all ignored", Trigger{PathsIgnore: []string{"**.md"}}, []string{"README.md", "a.go"}, true},
		{"a character that may lack", Trigger{Paths: []string{"*.jsx?"}}, []string{"a.js"}, true},
		{"a range", Trigger{Paths: []string{"v[12].x"}}, []string{"v2.x"}, true},
		{"a pattern that cannot be read takes all in", Trigger{Paths: []string{"[z-a]"}}, []string{"x"}, true},
	} {
		if got := c.t.Runs(c.paths); got != c.want {
			t.Errorf("%s: %v, want %v", c.about, got, c.want)
		}
	}
}
