package command

import (
	"fmt"
	"slices"
	"strings"
)

// tally counts the findings of a review by what they mean for its reader.
type tally struct {
	verdicts map[string]int
	blocking int      // what keeps the change from being ready
	safe     int      // what --fix mends
	named    []string // rules whose mend wants a look first
}

// tallyOf counts what is shown: what nobody but isrc asks, and is met, is not.
func tallyOf(c *checked, o *checkOptions) tally {
	t := tally{verdicts: map[string]int{}}
	for _, f := range c.Findings {
		if annotationLevel(f, o.strict) == "error" {
			t.blocking++
		}
		if (f.Verdict == "met" || f.Verdict == "later") && ownAdvice(f.Requirement) && !o.verbose {
			continue
		}
		t.verdicts[f.Verdict]++
		switch {
		case f.Verdict != "broken" || f.Fix == nil || f.Fix.Refused != nil:
		case f.Fix.Safe:
			t.safe++
		case !slices.Contains(t.named, f.Rule):
			t.named = append(t.named, f.Rule)
		}
	}
	return t
}

// summary counts the findings, and says what to do next.
func summary(c *checked, o *checkOptions) []string {
	if len(c.Findings) == 0 {
		return []string{nothingAsked(c, o)}
	}
	t := tallyOf(c, o)
	var parts, text []string
	for _, v := range []string{"broken", "met", "unknown", "later"} {
		if t.verdicts[v] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", t.verdicts[v], v))
		}
	}
	failed := slices.ContainsFunc(c.Ran, func(r ran) bool { return r.Exit != 0 })
	if failed {
		parts = append(parts, "a command failed")
	}
	if len(parts) == 0 {
		parts = []string{"Nothing to mend"}
	}
	text = append(text, strings.Join(parts, ", "))
	switch broken := t.verdicts["broken"]; {
	case t.blocking > 0 && o.strict:
		text = append(text, fmt.Sprintf("%d count with --strict", t.blocking))
	case t.blocking > 0 && t.blocking < broken:
		text = append(text, fmt.Sprintf("%d must be mended", t.blocking))
	case t.blocking == 0 && broken > 0 && !failed:
		text = append(text, "nothing blocks")
	}
	if c.Pull != nil || c.Files == nil {
		return text // nothing to do here
	}
	if t.safe > 0 {
		text = append(text, fmt.Sprintf("isrc check --fix mends %d, keeps a backup", t.safe))
	}
	if len(t.named) > 0 {
		text = append(text, "look first, then: isrc check --fix="+strings.Join(t.named, ","))
	}
	switch {
	case t.safe+len(t.named)+t.blocking == 0 && !failed && c.Repository != nil:
		text = append(text, "isrc submit")
	case t.safe+len(t.named) == 0 && t.blocking > 0:
		text = append(text, "mend by hand, then isrc check")
	}
	return text
}

// nothingAsked tells a project that asks nothing from a question that leaves
// nothing to judge.
func nothingAsked(c *checked, o *checkOptions) string {
	if len(c.Requirements) > 0 && len(o.only)+len(o.skip) > 0 {
		return "Nothing to judge: what is asked falls under none of the rules that --only and --skip leave."
	}
	return "Nothing is asked that isrc could read."
}
