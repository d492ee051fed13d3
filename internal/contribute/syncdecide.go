package contribute

import (
	"fmt"
	"slices"

	"github.com/isrc-dev/isrc/internal/rule"
)

// The ways in which a branch is brought up to date.
const (
	HowNothing     = "nothing"
	HowFastForward = "fast-forward" // it has no commits of its own
	HowRebase      = "rebase"
	HowMerge       = "merge"
)

// SyncFacts are what the way depends on.
type SyncFacts struct {
	Base     string
	Wish     string // rebase or merge, "" leaves it to the project
	Ahead    int
	Behind   int
	Merges   bool // the branch holds merges of its own, which a rebase would flatten
	Pushed   bool
	Reviewed bool // somebody else has said something to its pull request
	// Left is the base that the pull request went to before, where the branch
	// carries commits of it that the new one has not; else "".
	Left string
	// MergesUsual is true where branches of others were brought up to date by merges.
	MergesUsual  bool
	Requirements []rule.Requirement
}

// SyncWay says how a branch is brought up to date, and why so.
type SyncWay struct {
	How string
	Why string
	// Force is true when commits that are pushed are replaced.
	Force bool
}

// DecideSync chooses as the project wants it: what it asks for, what is usual
// there, else a rebase as long as nobody has reviewed what it would replace.
func DecideSync(f SyncFacts) SyncWay {
	way := func(how, format string, args ...any) SyncWay {
		return SyncWay{How: how, Why: fmt.Sprintf(format, args...), Force: how == HowRebase && f.Pushed}
	}
	switch {
	case f.Left != "" && f.Ahead > 0 && f.Wish == "": // below, once it is known what is asked
	case f.Behind == 0 && f.Left == "":
		return way(HowNothing, "it has all of %s", f.Base)
	case f.Ahead == 0:
		return way(HowFastForward, "it has no commits of its own")
	case f.Wish == HowRebase:
		return way(HowRebase, "--rebase")
	case f.Wish == HowMerge:
		return way(HowMerge, "--merge")
	}
	linear, noForce := false, ""
	linearSaid, mergeBreaks := "", ""
	for _, r := range f.Requirements {
		if r.Rule == nil {
			continue
		}
		if p, ok := r.Params.(rule.ForcePushParams); ok && !p.Wanted {
			noForce = firstWord(said(r), " (a rule of the forge)")
		}
		if r.Rule.ID == "linear-history" {
			linear, linearSaid = true, said(r)
		}
		if r.Rule.ID == "message" && r.Strength == rule.Must && breaksMerge(r, f.Base) {
			mergeBreaks = firstWord(said(r), " (a rule of the forge)")
		}
	}
	switch {
	case f.Pushed && noForce != "" && f.Behind == 0:
		return way(HowNothing, "what is pushed must not be replaced%s", noForce)
	case f.Pushed && noForce != "":
		return way(HowMerge, "what is pushed must not be replaced%s", noForce)
	case f.Left != "":
		return way(HowRebase, "it carries commits of %s, which %s has not", f.Left, f.Base)
	case linear:
		return way(HowRebase, "the project wants no merge commits%s", linearSaid)
	case mergeBreaks != "":
		return way(HowRebase, "the message of a merge would break what is asked of messages%s", mergeBreaks)
	case f.Merges:
		return way(HowMerge, "the branch holds merges already")
	case f.MergesUsual:
		return way(HowMerge, "merging the base is what is usual in the project")
	case f.Pushed && f.Reviewed:
		return way(HowMerge, "it is under review, and a rebase would replace what was reviewed")
	}
	return way(HowRebase, "nobody has reviewed it yet")
}

// breaksMerge tells whether the message that git gives a merge of the base breaks
// what is asked of messages.
func breaksMerge(r rule.Requirement, base string) bool {
	merge := &rule.Change{Base: base, Commits: []rule.Commit{{Message: "Merge branch '" + base + "' into topic\n", Parents: 2, Own: true}}}
	return slices.ContainsFunc(r.Rule.Check(r, merge), func(f rule.Finding) bool { return f.Verdict == rule.Broken })
}

// said quotes who asks for something, in brackets.
func said(r rule.Requirement) string {
	for _, q := range r.Said {
		if c := cite(q); c != "" {
			return c
		}
	}
	if r.Enforcer.Name != "" {
		return " (" + r.Enforcer.Name + ")"
	}
	return ""
}
