// Package rule turns guidelines into requirements and judges a change by them.
// It is pure: no I/O, no clock, no forge; what it cannot know it calls unknown
// or later, never met. Begin with Derive and Check; each rule has its own file
// and its own folder of fixtures.
package rule

import (
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
)

// Strength says how firmly something is asked.
type Strength string

// The strengths.
const (
	Must   Strength = "must"
	Should Strength = "should"
	May    Strength = "may"
)

// Enforcer is who will judge the pull request on the forge.
type Enforcer struct {
	Name     string // "required check DCO", "ruleset commits", "workflow title.yml" or ""
	Blocking bool   // its refusal prevents the merge or the push
	URL      string
}

// Requirement is one thing asked of a contribution.
type Requirement struct {
	Rule     *Rule
	Params   any // plain data, of a type of its rule
	Strength Strength
	Said     []guideline.Quote
	Enforcer Enforcer
	Text     string // one line for people: "Signed-off-by on every commit"

	rank rank
	// asked lists when it is asked, if all who ask do so only sometimes, and
	// otherwise is how firmly it is asked by those who always do.
	asked     []*guideline.Condition
	otherwise Strength
	// absorbed are the requirements of prose that a more exact source took the
	// place of, for finding contradictions.
	absorbed []Requirement
}

// Rule reads one kind of requirement out of guidelines and judges a change by
// it. Nothing said means nothing derived.
type Rule struct {
	ID  string
	Doc string // Markdown for the page of rules; its first sentence is a summary
	// Derive reads the requirements out of the guidelines.
	Derive func(*Reading) []Requirement
	// Needs lists the facts without which Check is not asked.
	Needs func(Requirement, *Change) []Fact
	// Check judges a change. It answers at least one finding.
	Check func(Requirement, *Change) []Finding

	// merge makes one requirement of several that mean the same; nil merges
	// those with equal parameters.
	merge func([]Requirement) []Requirement
	// declared is the requirement of a rule that only the manifest names; nil
	// when such a rule cannot stand alone.
	declared func() Requirement
	// fix mends what is broken so that all requirements of the rule are met; nil
	// when Check fixes each finding on its own.
	fix func([]Requirement, *Change) *Fix
	// after derives from what all other rules have derived.
	after func(*Reading, []Requirement) []Requirement
}

// Summary is the first sentence of what the rule's page says.
func (r *Rule) Summary() string {
	text, _, _ := strings.Cut(r.Doc, "\n\n")
	first, _, more := strings.Cut(text, ". ")
	if more {
		first += "."
	}
	return strings.ReplaceAll(first, "\n", " ")
}

// Verdict is how a change stands to a requirement.
type Verdict string

// The verdicts.
const (
	Met     Verdict = "met"
	Broken  Verdict = "broken"
	Unknown Verdict = "unknown" // the requirement, or what it needs, could not be read
	Later   Verdict = "later"   // cannot be judged before the pull request exists
)

// Finding is what a rule says about a change.
type Finding struct {
	Rule        string
	Verdict     Verdict
	Requirement *Requirement
	At          []Place
	Message     string
	Fix         *Fix // nil when isrc knows no way to mend it
}

// Place is where a finding is seen. Which fields are set depends on the rule.
type Place struct {
	Commit string
	Path   string
	Line   int
	What   string // the words in question, such as a commit's header
}

// Fix is how a broken requirement can be mended, as data.
type Fix struct {
	Verb    string // a verb phrase: "sign off 2 commits"
	Kind    string // one of the kinds below
	Params  any    // of the type that belongs to the kind; can be written as JSON
	Safe    bool   // certain enough to be applied without being looked at
	Refused string // why it is not to be applied, "" when it may be
}

// The kinds of fixes; the type of Params stands beside each.
const (
	FixRewriteMessages = "rewrite-messages" // RewriteMessages
	FixSetTitle        = "set-title"        // SetTitle
	FixRenameBranch    = "rename-branch"    // RenameBranch
	FixRebase          = "rebase"           // Rebase
	FixFillBody        = "fill-body"        // FillBody
	FixSetBody         = "set-body"         // SetBody
	FixRetarget        = "retarget"         // Retarget
	FixAutosquash      = "autosquash"       // Autosquash
	FixSquash          = "squash"           // Squash
	FixSign            = "sign"             // Sign
	FixResetAuthor     = "reset-author"     // ResetAuthor
	FixRemediate       = "remediate"        // Remediate
	FixWriteFiles      = "write-files"      // WriteFiles
)

// Fact is something that must be looked up before a rule can judge. Which of
// its fields are set depends on its kind.
type Fact struct {
	Name   string // key in Change.Facts
	Kind   string // one of the kinds below
	Number int
	Text   string
	Repo   forge.RepoName
	Ref    string
}

// The kinds of facts; the type of the value stands beside each.
const (
	FactIssue   = "issue"   // Number → IssueFact
	FactBranch  = "branch"  // Text is a branch of the upstream → bool, whether it exists
	FactFile    = "file"    // Text is a path in Repo at Ref, "" is the default branch → FileFact
	FactUser    = "user"    // Text is a login → UserFact
	FactKeys    = "keys"    // Text is a login → KeysFact, its signing keys
	FactEmails  = "emails"  // of the user who is signed in → []string, the verified ones
	FactMerge   = "merge"   // how the upstream takes changes → MergeFact
	FactDefault = "default" // → string, the default branch of the upstream
	FactOwners  = "owners"  // lines of the code owners that the forge cannot use → []OwnersError
)

// FactValue is the answer to a Fact. A failed look-up has Why and no Value.
type FactValue struct {
	Value any
	Why   string
}
