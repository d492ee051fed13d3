package catalog

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/forge"
)

func TestHelpWantedIsWhatLabelsAskFor(t *testing.T) {
	t.Parallel()
	for label, want := range map[string]struct{ asks, newcomer bool }{
		"help wanted": {true, false}, "Help-Wanted": {true, false}, "help_wanted": {true, false}, "status: help wanted": {true, false}, "help wanted 🙏": {true, false},
		":raised_hands: help wanted": {true, false}, "good first issue": {true, true}, "Good First Issue": {true, true}, "good-first-bug": {true, true}, "first-timers-only": {true, true},
		"type/good-first-issue": {true, true}, "🐣 good first issue": {true, true}, "up-for-grabs": {true, false}, "gig": {true, false}, "InnerSource: gig": {true, false},
		"contributions welcome": {true, false}, "PRs welcome": {true, false}, "E-help-wanted": {true, false}, "good first issue (docs)": {true, true},
		"no help wanted": {false, false}, "bug": {false, false}, "helper": {false, false}, "easy": {false, true}, "help": {false, false},
	} {
		got := HelpWantedOf([]forge.Issue{{Number: 1, Labels: []string{label}}})
		if asks := len(got) == 1; asks != want.asks || asks && got[0].Newcomer != want.newcomer {
			t.Errorf("%q: got %+v, want %+v", label, got, want)
		}
	}
}

func TestHelpWantedStatesSkillsAndSize(t *testing.T) {
	t.Parallel()
	hours := func(h float64) *float64 { return &h }
	for name, c := range map[string]struct {
		labels []string
		body   string
		skills []string
		size   string
		hours  *float64
	}{
		"nothing stated":                  {nil, "The build is broken, see make.", nil, "", nil},
		"skill labels of all kinds":       {[]string{"skill: go", "lang/SQL", "skill/rest api", "language:Rust"}, "", []string{"go", "SQL", "rest api", "Rust"}, "", nil},
		"a size without a time":           {[]string{"size/S"}, "", nil, "S", nil},
		"a size alone":                    {[]string{"XL"}, "", nil, "XL", nil},
		"hours in a label":                {[]string{"effort: 2h"}, "", nil, "2h", hours(2)},
		"days in a label":                 {[]string{"estimate: 2 days"}, "", nil, "2 days", hours(16)},
		"a size that is none":             {[]string{"size: bundle"}, "", nil, "", nil},
		"a line of the text":              {nil, "Broken.\n\nSkills: Go, SQL\nEstimate: 4 hours\n", []string{"Go", "SQL"}, "4 hours", hours(4)},
		"bold, and in a list":             {nil, "- **Skills:** Go and Terraform\n- **Estimated effort**: 2-3 days", []string{"Go", "Terraform"}, "2-3 days", hours(24)},
		"front matter":                    {nil, "---\nskills: [go, \"k8s\"]\nestimate: half a day\n---\nText", []string{"go", "k8s"}, "half a day", hours(4)},
		"an issue form":                   {nil, "### Skills\n\nGo, SQL\n\n### Estimated time\n\nOne week\n\n### Other\n\nGo away", []string{"Go", "SQL"}, "One week", hours(40)},
		"an issue form left empty":        {nil, "### Skills\n\n_No response_\n", nil, "", nil},
		"labels are believed first":       {[]string{"effort: 1h"}, "Estimate: 4 hours", nil, "1h", hours(1)},
		"a sentence is no skill":          {nil, "Skills: you should know how to read a stack trace of ours", nil, "", nil},
		"code is not read":                {nil, "```\nSkills: Go\n```", nil, "", nil},
		"skills are named once":           {[]string{"skill: Go"}, "Skills: go, Go", []string{"Go"}, "", nil},
		"a duration of the bug is no one": {nil, "It failed after 3 hours of running. Duration: 30 minutes", nil, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := HelpWantedOf([]forge.Issue{{Labels: append([]string{"help wanted"}, c.labels...), Body: c.body}})
			if len(got) != 1 {
				t.Fatalf("got %d issues", len(got))
			}
			if diff := cmp.Diff(c.skills, got[0].Skills); diff != "" {
				t.Error("skills", diff)
			}
			if diff := cmp.Diff(c.hours, got[0].Hours); diff != "" || got[0].Size != c.size {
				t.Errorf("size %q, want %q; hours %s", got[0].Size, c.size, diff)
			}
		})
	}
}

func TestHelpWantedThatIsTaken(t *testing.T) {
	t.Parallel()
	got := HelpWantedOf([]forge.Issue{
		{Number: 1, Labels: []string{"help wanted"}, Assignees: []string{"somebody"}},
		{Number: 2, Labels: []string{"help wanted", "in progress"}},
		{Number: 3, Labels: []string{"help wanted"}, State: "open"},
		{Number: 4, Labels: []string{"help wanted"}, State: "closed"},
		{Number: 5, Labels: []string{"help wanted"}, IsPull: true},
	})
	var taken []bool
	for _, h := range got {
		taken = append(taken, h.Taken)
	}
	if diff := cmp.Diff([]bool{true, true, false}, taken); diff != "" {
		t.Error(diff)
	}
}
