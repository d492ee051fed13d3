package rule

import "github.com/isrc-dev/isrc/internal/guideline"

// All lists the rules in the order in which they are documented.
func All() []*Rule { return nil }

// Derive reads what a set of guidelines requires: one requirement for each
// thing asked, with everybody who says it.
func Derive(set *guideline.Set) []Requirement { return nil }

// Check judges a change by requirements. Facts that a rule needs and nobody
// looked up make its findings unknown.
func Check(reqs []Requirement, change *Change) []Finding { return nil }

// Blocking tells whether findings mean that the change is not ready: something
// that must hold is broken. Strict counts what should hold, and what is
// unknown, too.
func Blocking(findings []Finding, strict bool) bool { return false }
