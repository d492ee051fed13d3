package command

import (
	"bytes"
	"strings"
	"testing"

	"github.com/isrc-dev/isrc/internal/insight"
	"github.com/isrc-dev/isrc/internal/term"
)

func TestWhatCheckDoesNotMendNamesTheCommandThatDoes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		of   finding
		want string
	}{
		{finding{Rule: "up-to-date", Fix: &fixLine{Refused: orNull("the commits are pushed already")}}, "isrc sync"},
		{finding{Rule: "up-to-date", Fix: &fixLine{Safe: true}}, ""}, // --fix rebases it
		{finding{Rule: "branch-name"}, "git branch -m NAME"},
		{finding{Rule: "branch-name", Fix: &fixLine{Safe: true}}, ""},
		{finding{Rule: "tests"}, ""},
	} {
		if got := byHand(&c.of); got != c.want {
			t.Errorf("%s: %q, want %q", c.of.Rule, got, c.want)
		}
	}
}

func TestWithConflictsTheBranchIsSyncedFirst(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	for _, c := range []struct {
		state     string
		conflicts *bool
		want      string
	}{
		{"changes-asked", &yes, "isrc sync && isrc submit"},
		{"checks-failing", &yes, "isrc sync && isrc submit"},
		{"changes-asked", &no, "isrc submit"},
		{"changes-asked", nil, "isrc submit"},
		{"conflicts", &yes, "isrc sync"},
	} {
		r := standing{State: c.state, WaitsFor: insight.WaitsForYou, Conflicts: c.conflicts, Directory: orNull("/src/lib"), Here: true}
		if got := nextOf(&r); got != c.want {
			t.Errorf("%s: %q, want %q", c.state, got, c.want)
		}
	}
}

func TestThePlanSaysThatABranchIsMisnamed(t *testing.T) {
	t.Parallel()
	for _, misnamed := range []bool{true, false} {
		var out bytes.Buffer
		r := &contribution{Via: "branch", Why: "you can push", Branch: "try-1", misnamed: misnamed, Requirements: []requirement{{Rule: "branch-name", Strength: "must", Text: "branch name must match ^x/", Said: []quote{{Kind: "ruleset", Text: "rule"}}}}}
		if err := showPlan(&term.Streams{Out: &out, Width: 80}, &out, r, planned{ID: "you", Title: "make the change"}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(out.String(), "try-1 does not: give it another name with --branch NAME") != misnamed {
			t.Errorf("misnamed %v:\n%s", misnamed, out.String())
		}
	}
}
