package rule

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// TitleParams says what the title of a pull request must look like, in the
// terms of whoever judges it.
type TitleParams struct {
	Judge string `json:"judge"` // one of the judges below
	By    string `json:"by,omitempty"`
	// of the semantic title action, of its likes, and of prose
	Grammar             string   `json:"grammar,omitempty"` // pattern of a header, where it is not the usual one
	Types               []string `json:"types,omitempty"`
	AnyType             bool     `json:"anyType,omitempty"` // types are an example, no list
	Scopes              []string `json:"scopes,omitempty"`
	DisallowScopes      []string `json:"disallowScopes,omitempty"`
	RequireScope        bool     `json:"requireScope,omitempty"`
	SubjectPattern      string   `json:"subjectPattern,omitempty"`
	SubjectPatternError string   `json:"subjectPatternError,omitempty"`
	HeaderPattern       string   `json:"headerPattern,omitempty"`
	Correspondence      []string `json:"correspondence,omitempty"`
	WIP                 bool     `json:"wip,omitempty"`
	IgnoreLabels        []string `json:"ignoreLabels,omitempty"`
	OrCommit            bool     `json:"orCommit,omitempty"` // a commit of that form does instead
	// of a pattern, and of the title checker
	Pattern     string   `json:"pattern,omitempty"`
	Flags       string   `json:"flags,omitempty"`
	Forbids     bool     `json:"forbids,omitempty"` // the pattern must not match
	Prefixes    []string `json:"prefixes,omitempty"`
	NotPrefixes []string `json:"notPrefixes,omitempty"`
	Fold        bool     `json:"fold,omitempty"` // prefixes in any case
	Min         int      `json:"min,omitempty"`  // characters, in UTF-16
	Max         int      `json:"max,omitempty"`
	WithBody    bool     `json:"withBody,omitempty"` // the description is judged with it
	// of a linter of headers
	Lint *HeaderParams `json:"lint,omitempty"`
}

// The judges of titles.
const (
	judgeSemantic = "semantic-pull-request"
	judgeTypes    = "types" // a type out of a list, and no more
	judgeChecker  = "pr-title-checker"
	judgePattern  = "pattern"
	judgeLint     = "commitlint"
)

// maxTitle is how much of a title is judged, in bytes. Forges take some 256
// characters.
const maxTitle = 4096

func title() *Rule {
	return &Rule{
		ID: "title",
		Doc: `The title of the pull request has the form that a workflow enforces or prose asks for.

Where changes are squashed, the title becomes the message of the commit; where they are not, the commits' own messages count.
The check that was found decides what is judged: ` + "`amannn/action-semantic-pull-request`" + ` (each type and scope is a pattern that must match as a whole,
a pattern for the subject must match all of it, case counts), the semantic pull requests app, ` + "`thehanimo/pr-title-checker`" + ` (one of its prefixes, or its pattern),
actions that take one regular expression, commitlint on the title, and scripts that test the title once, in shell or in JavaScript.

` + "```" + `
accepted   feat(api)!: list tokens
rejected   Feat: list tokens       the type is none of those allowed
rejected   feat:list tokens        no blank behind the colon, so there is no type
rejected   list tokens
` + "```" + `

A script that cannot be read for certain is shown as a gate. Prose is read as Conventional Commits with any type, unless it lists some.`,
		Derive: deriveTitle,
		Check:  checkTitle,
		merge:  absorbProse,
		fix:    fixTitle,
		declared: func() Requirement {
			p := TitleParams{Judge: judgeSemantic}
			return Requirement{Params: p, Text: p.text()}
		},
	}
}

func deriveTitle(set *Reading) []Requirement {
	var out []Requirement
	for _, g := range set.Gates() {
		if req, ok := titleGate(set, g); ok {
			out = append(out, req)
		}
	}
	out = append(out, titleApp(set)...)
	return append(out, proseTitle(set)...)
}

// text says in one line what is asked.
func (p TitleParams) text() string {
	switch p.Judge {
	case judgePattern:
		return "title that " + strings.Join(p.demands(), ", ")
	case judgeChecker:
		return "title that " + strings.Join(p.demands(), " or ")
	}
	if p.HeaderPattern != "" {
		return "title that matches " + p.HeaderPattern
	}
	if p.RequireScope {
		return "title like feat(scope): subject, the scope included"
	}
	if p.OrCommit {
		return "title, or a commit, like feat(scope): subject"
	}
	return "title like feat(scope): subject"
}

// demands are the parts of what a pattern or a list of prefixes asks.
func (p TitleParams) demands() []string {
	var parts []string
	if len(p.Prefixes) > 0 {
		parts = append(parts, fmt.Sprintf("begins with %q", p.Prefixes))
	}
	if len(p.NotPrefixes) > 0 {
		parts = append(parts, fmt.Sprintf("begins with none of %q", p.NotPrefixes))
	}
	switch {
	case p.Pattern != "" && p.Forbids:
		parts = append(parts, "does not match "+firstLine(p.Pattern))
	case p.Pattern != "":
		parts = append(parts, "matches "+firstLine(p.Pattern))
	}
	if p.Min > 0 {
		parts = append(parts, fmt.Sprintf("has at least %d characters", p.Min))
	}
	if p.Max > 0 {
		parts = append(parts, fmt.Sprintf("has at most %d characters", p.Max))
	}
	return parts
}

// types are the types that a title may have.
//
//go:noinline
func (p TitleParams) types() []string {
	if len(p.Types) > 0 {
		return p.Types
	}
	return conventionalTypes()
}

func checkTitle(req Requirement, change *Change) []Finding {
	p := req.Params.(TitleParams)
	t := change.Draft.Title
	if label, ok := exempt(p.IgnoreLabels, change.Draft.Labels); ok {
		return []Finding{{Verdict: Met, Message: fmt.Sprintf("the label %q exempts it", label)}}
	}
	if t == "" {
		return []Finding{{Verdict: Later, Message: "there is no title yet"}}
	}
	place := []Place{{What: shown(t)}}
	if len(t) > maxTitle {
		return []Finding{{Verdict: Broken, At: place, Message: fmt.Sprintf("the title has %d characters: no forge takes it", utf8.RuneCountInString(t))}}
	}
	if p.WIP && isWIP(t) {
		return []Finding{{Verdict: Later, At: place, Message: "the check waits while the title begins with [WIP]"}}
	}
	judged := t
	if p.WithBody && change.Draft.Body != "" {
		judged += "\n\n" + bounded(change.Draft.Body)
	}
	why, err := p.judge(judged)
	if why != "" && p.OrCommit && slices.ContainsFunc(change.Commits, func(c Commit) bool {
		why, err := p.judge(oneLine(c.Message))
		return err == nil && why == ""
	}) {
		return []Finding{{Verdict: Met, At: place, Message: "a commit follows it"}}
	}
	switch {
	case err != nil:
		return []Finding{{Verdict: Unknown, At: place, Message: err.Error()}}
	case why != "":
		return []Finding{{Verdict: Broken, At: place, Message: why + whatTitleIsFor(change)}}
	case p.Lint != nil && len(p.Lint.Unread) > 0:
		return []Finding{{Verdict: Unknown, At: place, Message: strings.Join(p.Lint.Unread, "; ")}}
	}
	return []Finding{{Verdict: Met, At: place, Message: "the title follows it" + whatTitleIsFor(change)}}
}

// whatTitleIsFor says what becomes of the title, as far as that is known.
func whatTitleIsFor(change *Change) string {
	m, ok := change.Facts[mergeFactName].Value.(MergeFact)
	switch {
	case !ok:
	case m.Squash && !m.Merge && !m.Rebase && m.SquashTitle == "PR_TITLE":
		return "; it becomes the message of the squashed commit"
	case !m.Squash && (m.Merge || m.Rebase):
		return "; the commits keep their own messages"
	}
	return ""
}

// isWIP tells whether a title says of itself, as the semantic title action
// reads it, that work goes on.
func isWIP(t string) bool {
	rest, ok := strings.CutPrefix(t, "[WIP]")
	return ok && strings.TrimLeft(rest, " \t\n\r\f\v\u00a0") != rest
}

// shown is a text cut to what people read.
func shown(s string) string {
	s = oneLine(bounded(s))
	const most = 200
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s[:min(len(s), 4*most)])[:most-1]) + "…"
}

// firstLine is the first line of a pattern, whose blanks mean something.
func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

//go:noinline
func exempt(ignored, labels []string) (string, bool) {
	for _, l := range labels {
		if slices.Contains(ignored, l) {
			return l, true
		}
	}
	return "", false
}

// fixTitle proposes a title that passes. A draft is easily changed again, so a
// type that the branch's name suggests is good enough.
func fixTitle(reqs []Requirement, change *Change) *Fix {
	if len(change.Draft.Title) > maxTitle {
		return nil
	}
	for _, c := range titleCandidates(reqs, change.Draft.Title, change.Commits, change.Branch) {
		if c.title != change.Draft.Title && titlePasses(reqs, c.title) {
			return &Fix{
				Verb: "set the title to " + c.title, Kind: FixSetTitle,
				Params: SetTitle{Title: c.title}, Safe: true,
			}
		}
	}
	return nil
}
