package contribute

import (
	"strings"
	"testing"

	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/rule"
)

func TestTheWayToSyncIsTheProjects(t *testing.T) {
	t.Parallel()
	quote := []guideline.Quote{{Source: &guideline.Source{Path: "CONTRIBUTING.md"}, Line: 7}}
	linear := []rule.Requirement{{Rule: &rule.Rule{ID: "linear-history"}, Said: quote}}
	noForce := []rule.Requirement{{Rule: &rule.Rule{ID: "force-push"}, Params: rule.ForcePushParams{}, Said: quote}}
	wantForce := []rule.Requirement{{Rule: &rule.Rule{ID: "force-push"}, Params: rule.ForcePushParams{Wanted: true}, Said: quote}}
	messages := []rule.Requirement{{Strength: rule.Must, Rule: &rule.Rule{ID: "message", Check: func(_ rule.Requirement, c *rule.Change) []rule.Finding {
		if strings.HasPrefix(c.Commits[0].Message, "Merge branch 'main' into ") {
			return []rule.Finding{{Verdict: rule.Broken}}
		}
		return nil
	}}}}
	advised := []rule.Requirement{messages[0]}
	advised[0].Strength = rule.Should
	for name, c := range map[string]struct {
		f     SyncFacts
		how   string
		why   string
		force bool
	}{
		"nothing is new":                           {f: SyncFacts{Ahead: 2}, how: HowNothing, why: "it has all of main"},
		"no commits of its own":                    {f: SyncFacts{Behind: 3, Pushed: true}, how: HowFastForward, why: "no commits of its own"},
		"not pushed":                               {f: SyncFacts{Ahead: 1, Behind: 1}, how: HowRebase, why: "nobody has reviewed"},
		"pushed, not reviewed":                     {f: SyncFacts{Ahead: 1, Behind: 1, Pushed: true}, how: HowRebase, why: "nobody has reviewed", force: true},
		"under review":                             {f: SyncFacts{Ahead: 1, Behind: 1, Pushed: true, Reviewed: true}, how: HowMerge, why: "under review"},
		"under review where merges are unwanted":   {f: SyncFacts{Ahead: 1, Behind: 1, Pushed: true, Reviewed: true, Requirements: linear}, how: HowRebase, why: "(CONTRIBUTING.md:7)", force: true},
		"a merge would break a pattern":            {f: SyncFacts{Ahead: 1, Behind: 1, Pushed: true, Reviewed: true, MergesUsual: true, Requirements: messages}, how: HowRebase, why: "message of a merge", force: true},
		"a pattern where force is unwanted":        {f: SyncFacts{Ahead: 1, Behind: 1, Pushed: true, Requirements: append(messages[:1:1], noForce...)}, how: HowMerge, why: "must not be replaced"},
		"a merge would break what is advised":      {f: SyncFacts{Ahead: 1, Behind: 1, Pushed: true, Reviewed: true, Requirements: advised}, how: HowMerge, why: "under review"},
		"pushed where force is unwanted":           {f: SyncFacts{Ahead: 1, Behind: 1, Pushed: true, Requirements: append(noForce, linear...)}, how: HowMerge, why: "(CONTRIBUTING.md:7)"},
		"not pushed where force is unwanted":       {f: SyncFacts{Ahead: 1, Behind: 1, Requirements: noForce}, how: HowRebase, why: "nobody"},
		"force is wanted, which says nothing here": {f: SyncFacts{Ahead: 1, Behind: 1, Pushed: true, Reviewed: true, Requirements: wantForce}, how: HowMerge, why: "under review"},
		"merges of its own":                        {f: SyncFacts{Ahead: 2, Behind: 1, Merges: true}, how: HowMerge, why: "holds merges"},
		"merges are usual":                         {f: SyncFacts{Ahead: 1, Behind: 1, MergesUsual: true}, how: HowMerge, why: "usual"},
		"the user wants a merge":                   {f: SyncFacts{Wish: HowMerge, Ahead: 1, Behind: 1, Requirements: linear}, how: HowMerge, why: "--merge"},
		"sent elsewhere, with what is not there":   {f: SyncFacts{Left: "next", Ahead: 3, Pushed: true, Reviewed: true}, how: HowRebase, why: "commits of next, which main has not", force: true},
		"sent elsewhere where force is unwanted":   {f: SyncFacts{Left: "next", Ahead: 3, Behind: 1, Pushed: true, Requirements: noForce}, how: HowMerge, why: "(CONTRIBUTING.md:7)"},
		"nothing to be done without force":         {f: SyncFacts{Left: "next", Ahead: 3, Pushed: true, Requirements: noForce}, how: HowNothing, why: "(CONTRIBUTING.md:7)"},
		"sent elsewhere, and a merge is wanted":    {f: SyncFacts{Left: "next", Wish: HowMerge, Ahead: 3, Behind: 1}, how: HowMerge, why: "--merge"},
		"the user wants a rebase":                  {f: SyncFacts{Wish: HowRebase, Ahead: 1, Behind: 1, Pushed: true, Reviewed: true}, how: HowRebase, why: "--rebase", force: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.f.Base = "main"
			got := DecideSync(c.f)
			if got.How != c.how || !strings.Contains(got.Why, c.why) || got.Force != c.force {
				t.Errorf("got %s (%s), force %v; want %s (%s), force %v", got.How, got.Why, got.Force, c.how, c.why, c.force)
			}
		})
	}
}

func TestMergesOfTheBaseAreCounted(t *testing.T) {
	t.Parallel()
	merge := func(message string) git.Commit { return git.Commit{Parents: []string{"a", "b"}, Message: message} }
	usual := []git.Commit{merge("Merge branch 'main' into fix-1"), merge("Merge remote-tracking branch 'upstream/main' into topic"), merge("Merge branch 'main' of https://x.example/o/n into fix")}
	if !mergesUsual(usual) {
		t.Error("three merges of the base into branches are not usual")
	}
	if mergesUsual([]git.Commit{usual[0], usual[1], merge("Merge pull request #7 from me/fix"), merge("Merge branch 'fix' into main")}) {
		t.Error("merges of branches into the base are taken for the other way round")
	}
}
