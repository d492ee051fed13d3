package rule

import (
	"fmt"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// TitleParams says what the title of a pull request must look like, in the
// terms of whoever judges it.
type TitleParams struct {
	Judge string `json:"judge"` // one of the judges below
	By    string `json:"by,omitempty"`
	// of the semantic title action, and of prose
	Types                 []string `json:"types,omitempty"`
	Scopes                []string `json:"scopes,omitempty"`
	DisallowScopes        []string `json:"disallowScopes,omitempty"`
	RequireScope          bool     `json:"requireScope,omitempty"`
	SubjectPattern        string   `json:"subjectPattern,omitempty"`
	SubjectPatternError   string   `json:"subjectPatternError,omitempty"`
	HeaderPattern         string   `json:"headerPattern,omitempty"`
	Correspondence        []string `json:"correspondence,omitempty"`
	WIP                   bool     `json:"wip,omitempty"`
	IgnoreLabels          []string `json:"ignoreLabels,omitempty"`
	SingleCommitFollows   bool     `json:"singleCommitFollows,omitempty"`
	SingleCommitIsTheSame bool     `json:"singleCommitIsTheSame,omitempty"`
	// of a pattern, and of the title checker
	Pattern  string   `json:"pattern,omitempty"`
	Flags    string   `json:"flags,omitempty"`
	Prefixes []string `json:"prefixes,omitempty"`
	WithBody bool     `json:"withBody,omitempty"` // the description is judged with it
	// of a linter of headers
	Lint *HeaderParams `json:"lint,omitempty"`
}

// The judges of titles.
const (
	judgeSemantic = "semantic-pull-request"
	judgeChecker  = "pr-title-checker"
	judgePattern  = "pattern"
	judgeLint     = "commitlint"
)

func title() *Rule {
	return &Rule{
		ID: "title",
		Doc: "The title of the pull request has the form that a workflow enforces or prose asks for. " +
			"Where changes are squashed, it becomes the message of the commit.",
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
	return append(out, proseTitle(set)...)
}

// text says in one line what is asked.
func (p TitleParams) text() string {
	switch p.Judge {
	case judgePattern:
		return "title that matches " + p.Pattern
	case judgeChecker:
		var parts []string
		if len(p.Prefixes) > 0 {
			parts = append(parts, fmt.Sprintf("begins with %q", p.Prefixes))
		}
		if p.Pattern != "" {
			parts = append(parts, "matches "+p.Pattern)
		}
		return "title that " + strings.Join(parts, " or ")
	}
	if p.HeaderPattern != "" {
		return "title that matches " + p.HeaderPattern
	}
	if p.RequireScope {
		return "title like feat(scope): subject, the scope included"
	}
	return "title like feat(scope): subject"
}

// types are the types that a title may have.
func (p TitleParams) types() []string {
	if len(p.Types) > 0 {
		return p.Types
	}
	return conventionalTypes()
}

// proseTitle reads what prose asks of titles, or of the commit that a squash
// makes of them.
func proseTitle(set *Reading) []Requirement {
	pat := proseHeaderPattern()
	sentences := spoken(set, func(s guideline.Sentence) bool {
		about := pat.title.MatchString(s.Text) || pat.merge.MatchString(s.Text)
		return about && pat.conventional.MatchString(s.Text)
	})
	if len(sentences) == 0 {
		return nil
	}
	p := TitleParams{Judge: judgeSemantic, By: "prose"}
	for _, s := range sentences {
		if words := typeWords(s.Spans); words != nil {
			p.Types = words
		}
	}
	obeyed := func(message string) bool {
		why, err := p.judge(oneLine(message))
		return err == nil && why == ""
	}
	return []Requirement{fromProse(set, sentences, p.text(), p, obeyed)}
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
	place := []Place{{What: t}}
	if p.WIP && strings.HasPrefix(t, "[WIP] ") {
		return []Finding{{Verdict: Later, At: place, Message: "the check waits while the title begins with [WIP]"}}
	}
	judged := t
	if p.WithBody && change.Draft.Body != "" {
		judged += "\n\n" + change.Draft.Body
	}
	why, err := p.judge(judged)
	switch {
	case err != nil:
		return []Finding{{Verdict: Unknown, At: place, Message: err.Error()}}
	case why != "":
		return []Finding{{Verdict: Broken, At: place, Message: why}}
	}
	if why := p.judgeSingle(change); why != "" {
		return []Finding{{Verdict: Broken, At: place, Message: why}}
	}
	if p.Lint != nil && len(p.Lint.Unread) > 0 {
		return []Finding{{Verdict: Unknown, At: place, Message: strings.Join(p.Lint.Unread, "; ")}}
	}
	return []Finding{{Verdict: Met, At: place, Message: "the title follows it"}}
}

func exempt(ignored, labels []string) (string, bool) {
	for _, l := range labels {
		if slices.Contains(ignored, l) {
			return l, true
		}
	}
	return "", false
}

// judgeSingle judges the one commit of a change by the title's rules, where the
// action is told to: GitHub would take its header for the squashed commit.
func (p TitleParams) judgeSingle(change *Change) string {
	if !p.SingleCommitFollows {
		return ""
	}
	var single *Commit
	for i := range change.Commits {
		if change.Commits[i].Parents > 1 {
			continue
		}
		if single != nil {
			return ""
		}
		single = &change.Commits[i]
	}
	if single == nil {
		return ""
	}
	header := oneLine(single.Message)
	if why, err := p.judge(header); err == nil && why != "" {
		return "the only commit: " + why
	}
	if p.SingleCommitIsTheSame && header != change.Draft.Title {
		return "the title is not that of the only commit: " + header
	}
	return ""
}

// fixTitle proposes a title that passes. A draft is easily changed again, so a
// type that the branch's name suggests is good enough.
func fixTitle(reqs []Requirement, change *Change) *Fix {
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
