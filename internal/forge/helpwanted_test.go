package forge_test

import (
	"slices"
	"testing"

	"github.com/isrc-dev/isrc/internal/forge"
)

func TestALabelMeansAName(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		label, name string
		want        bool
	}{
		{"help wanted", "help wanted", true},
		{"Help-Wanted", "help wanted", true},
		{"status: help_wanted", "help-wanted", true},
		{"✨ good first issue ✨", "good first issue", true},
		{"no longer help wanted", "help wanted", false},
		{"no help wanted", "help wanted", false},
		{"wanted", "help wanted", false},
		{"gigantic", "gig", false},
		{"!", "!", false},
	} {
		if got := forge.SameLabel(tt.label, tt.name); got != tt.want {
			t.Errorf("%q for %q: got %v", tt.label, tt.name, got)
		}
	}
}

func TestHelpIsWantedByItsUsualSpellings(t *testing.T) {
	t.Parallel()
	all := forge.HelpWantedLabels()
	for _, want := range []string{"help wanted", "help-wanted", "good first issue", "gig", "up-for-grabs", "status: help wanted"} {
		if !slices.Contains(all, want) {
			t.Errorf("%q is not among them", want)
		}
	}
	slices.Sort(all)
	if len(slices.Compact(all)) != len(forge.HelpWantedLabels()) || len(all) > 200 {
		t.Errorf("%d labels, some of them twice or too many for one question", len(all))
	}
}
