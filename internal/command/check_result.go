package command

import (
	"errors"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/rule"
)

// checked is what check answers. With --requirements nothing is judged: what
// speaks of a change is null or empty then.
type checked struct {
	Repository   *repository   `json:"repository"` // null when the files belong to no forge
	Base         string        `json:"base"`
	BaseFrom     string        `json:"baseFrom"`
	BaseCommit   *string       `json:"baseCommit"` // null for a plain folder
	Branch       *string       `json:"branch"`
	Head         *string       `json:"head"`
	Commits      *int          `json:"commits"`
	Files        *int          `json:"files"`
	Title        *string       `json:"title"`
	TitleFrom    *string       `json:"titleFrom"`
	Verdict      *string       `json:"verdict"` // met, broken or unknown
	Findings     []finding     `json:"findings"`
	Requirements []requirement `json:"requirements"`
	Closed       *closedLine   `json:"closed"` // with --requirements: why no pull request is taken there, else null
	Uncommitted  []string      `json:"uncommitted"`
	Unread       []unread      `json:"unread"`
	Notes        []string      `json:"notes"`
	Mended       []mended      `json:"mended"`
	Ran          []ran         `json:"ran"`   // commands of the project that were run on what is judged
	Pull         *pullLine     `json:"pull"`  // the pull request that is judged, with --pr
	Pulls        []pullJudged  `json:"pulls"` // with --pr all

	halfDone bool // a rebase, a merge or the like stands in the middle
}

// closedLine says why a project takes no pull requests.
type closedLine struct {
	Why  string   `json:"why"`
	Next []string `json:"next"` // what else there is to do
}

type finding struct {
	Rule        string      `json:"rule"`
	Verdict     string      `json:"verdict"`
	Strength    string      `json:"strength"`
	Text        string      `json:"text"`
	Message     string      `json:"message"`
	At          []location  `json:"at"`
	Requirement requirement `json:"requirement"`
	Fix         *fixLine    `json:"fix"`
}

type location struct {
	Commit *string `json:"commit"`
	Path   *string `json:"path"`
	Line   *int    `json:"line"`
	What   string  `json:"what"`
}

type fixLine struct {
	Verb    string  `json:"verb"`
	Command string  `json:"command"`
	Safe    bool    `json:"safe"` // --fix alone applies it; else it is to be named
	Refused *string `json:"refused"`
	Params  any     `json:"params"`
}

type mended struct {
	Rule   string  `json:"rule"`
	What   string  `json:"what"`
	Done   bool    `json:"done"`
	Why    *string `json:"why"`
	Hint   *string `json:"hint"`
	Backup *string `json:"backup"`
	Diff   *string `json:"diff"` // lines that begin with "-" and "+"
}

// standsHalf says that something is half done in the clone whose change is judged.
func (c *checked) standsHalf(r *contribute.Review) {
	if r.Repo == nil || r.Pull != nil {
		return
	}
	doing, name := r.Repo.InProgress()
	if c.halfDone = doing != ""; !c.halfDone {
		return
	}
	way := ""
	if contribute.SyncHalts(r.Dir, "") {
		way = " (isrc sync --continue goes on with it)"
	}
	c.Notes = append(c.Notes, "a "+name+" is half done here, so the change is not judged as it will be"+way)
}

func describeReview(r *contribute.Review, done []contribute.Mended) *checked {
	c := describeAsked(r.Place, r.Guidelines, r.Requirements)
	commits, files := len(r.Change.Commits), len(r.Change.Files)
	c.Head, c.Commits, c.Files, c.Branch = &r.Head, &commits, &files, orNull(r.Branch)
	c.Uncommitted = nonNil(r.Uncommitted)
	c.standsHalf(r)
	if r.Change.Draft.Title != "" {
		c.Title, c.TitleFrom = &r.Change.Draft.Title, &r.Change.Draft.TitleFrom
	}
	c.judged(r.Guidelines, r.Findings)
	if r.Pull != nil {
		pull := pullLineOf(*r.Pull)
		c.Pull = &pull
	}
	for _, e := range r.Evidence() {
		c.Ran = append(c.Ran, ranOf(e))
	}
	for _, m := range done {
		c.Mended = append(c.Mended, mended{Rule: m.Rule, What: m.Verb, Done: m.Done, Why: orNull(m.Why), Hint: orNull(m.Hint), Backup: orNull(m.Backup), Diff: orNull(m.Diff)})
	}
	return c
}

// judged adds findings, and what they come to.
func (c *checked) judged(set *guideline.Set, findings []rule.Finding) {
	verdict := "met"
	for _, f := range findings {
		c.Findings = append(c.Findings, findingOf(set, f))
		switch {
		case f.Verdict == rule.Broken && f.Requirement != nil && f.Requirement.Strength == rule.Must:
			verdict = "broken"
		case f.Verdict == rule.Unknown && verdict == "met":
			verdict = "unknown"
		}
	}
	c.Verdict = &verdict
}

// describeAsked describes what is asked at a place, before anything is judged.
func describeAsked(p *contribute.Place, set *guideline.Set, reqs []rule.Requirement) *checked {
	c := &checked{
		Base: p.Base, BaseFrom: p.BaseFrom, BaseCommit: orNull(p.BaseRev), Findings: []finding{}, Requirements: requirementsOf(set, reqs),
		Uncommitted: []string{}, Unread: []unread{}, Notes: nonNil(p.Notes), Mended: []mended{},
		Ran: []ran{}, Pulls: []pullJudged{},
	}
	if !p.Upstream.IsZero() {
		repo := repositoryOf(p.Upstream, "")
		c.Repository = &repo
	}
	for _, u := range set.Unread {
		c.Unread = append(c.Unread, unread{What: u.What, Why: u.Why, URL: orNull(u.URL)})
	}
	return c
}

func findingOf(set *guideline.Set, f rule.Finding) finding {
	out := finding{Rule: f.Rule, Verdict: string(f.Verdict), Message: f.Message, At: []location{}}
	if f.Requirement != nil {
		out.Requirement = requirementsOf(set, []rule.Requirement{*f.Requirement})[0]
		out.Strength, out.Text = out.Requirement.Strength, out.Requirement.Text
	}
	for _, p := range f.At {
		l := location{Commit: orNull(p.Commit), Path: orNull(p.Path), What: p.What}
		if p.Line > 0 {
			l.Line = &p.Line
		}
		out.At = append(out.At, l)
	}
	if f.Fix != nil {
		out.Fix = &fixLine{Verb: f.Fix.Verb, Command: "isrc check --fix=" + f.Rule, Safe: f.Fix.Safe && f.Fix.Refused == "", Refused: orNull(f.Fix.Refused), Params: f.Fix.Params}
	}
	return out
}

//go:noinline
func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// errNothingJudged is said when the network is away and nothing that is asked
// could be read without it.
var errNothingJudged = errors.New("nothing could be judged")

// nothingJudged tells whether the network kept everything from being judged:
// then trying later can succeed, and a green answer would be a lie.
func nothingJudged(r *contribute.Review) error {
	var away *git.UnavailableError
	if !errors.As(r.Away, &away) || len(r.Change.Commits) == 0 {
		return nil
	}
	unread := false
	for _, f := range r.Findings {
		if judged := f.Verdict == rule.Met || f.Verdict == rule.Broken; judged && !ownAdvice(findingOf(nil, f).Requirement) {
			return nil
		}
		unread = unread || f.Verdict == rule.Unknown
	}
	if !unread {
		return nil
	}
	return fault.Errorf("judge the change: %w: %w", errNothingJudged, r.Away)
}
