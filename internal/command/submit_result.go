package command

import (
	"fmt"
	"strings"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/rule"
	"github.com/isrc-dev/isrc/internal/term"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// submitted is what submit answers.
type submitted struct {
	URL            *string        `json:"url"` // null while it is only planned
	Number         *int           `json:"number"`
	Title          string         `json:"title"`
	Body           string         `json:"body"`
	Outcome        string         `json:"outcome"` // created, existing, updated or planned
	Draft          bool           `json:"draft"`
	Repository     repository     `json:"repository"`
	HeadRepository repository     `json:"headRepository"`
	Branch         string         `json:"branch"`
	Base           string         `json:"base"`
	Head           string         `json:"head"`
	Run            *string        `json:"run"`
	Findings       []finding      `json:"findings"`
	Despite        []string       `json:"despite"`
	Steps          []planned      `json:"steps"`
	Round          *round         `json:"round"`   // null when no reviewer asked for changes, or nothing is new since
	Threads        *[]threadState `json:"threads"` // of an open pull request, about lines, that nobody resolved; null where that is not known
	Asked          []wished       `json:"asked"`   // of --reviewer, --ready and --draft: what the forge was asked besides
}

// round is an answer to reviewers who asked for changes.
type round struct {
	Reviewed string        `json:"reviewed"` // the commit that they saw
	Commits  []roundCommit `json:"commits"`  // what is new, the oldest first
	Asked    []string      `json:"asked"`    // who is asked to look again
	Refused  *string       `json:"refused"`  // why the forge asked nobody
}

type roundCommit struct {
	SHA     string `json:"sha"`
	Subject string `json:"subject"`
}

func roundOf(r *contribute.Round) *round {
	if r == nil {
		return nil
	}
	out := &round{Reviewed: r.Since, Asked: nonNil(r.Ask), Refused: orNull(r.Refused), Commits: []roundCommit{}}
	for _, c := range r.Commits {
		out.Commits = append(out.Commits, roundCommit{SHA: c.SHA, Subject: c.Subject()})
	}
	return out
}

// showRound says aside what is new for reviewers, and who is asked to look.
func showRound(s *term.Streams, r *round) {
	if r == nil {
		return
	}
	for i, c := range r.Commits {
		if i == 10 {
			fmt.Fprintf(s.Err, "  and %d more\n", len(r.Commits)-i)
			break
		}
		fmt.Fprintf(s.Err, "  new for reviewers: %.7s %s\n", c.SHA, term.Line(c.Subject))
	}
	if len(r.Asked) > 0 {
		fmt.Fprintf(s.Err, "%s asked to look again: %s\n", s.Paint(term.Good, s.Sym(term.SymOK)), term.Line(strings.Join(r.Asked, ", ")))
	}
	if r.Refused != nil {
		fmt.Fprintf(s.Err, "%s nobody could be asked to look again, tell them in a comment: %s\n", s.Paint(term.Warn, s.Sym(term.SymUnknown)), term.Line(*r.Refused))
	}
}

func describeSubmission(site *contribute.Site, sub *contribute.Submission, d rule.Draft, c *checked, o *submitOptions) *submitted {
	head := sub.To
	if head.IsZero() {
		head = forge.RepoName{Host: site.Host, Owner: site.KnownLogin, Name: sub.Upstream.Name}
	}
	s := &submitted{
		Title: d.Title, Body: d.Body, Outcome: "planned", Draft: o.draft, Repository: repositoryOf(sub.Upstream, site.WebURL(sub.Upstream)),
		HeadRepository: repositoryOf(head, site.WebURL(head)), Branch: sub.Review.Branch, Base: sub.Base, Head: sub.Review.Head, Findings: c.Findings, Despite: nonNil(o.despite), Steps: []planned{}, Asked: []wished{},
	}
	if sub.Existing != nil {
		s.URL, s.Number, s.Threads = &sub.Existing.URL, &sub.Existing.Number, threadsOf(sub.Threads)
	}
	s.Round = roundOf(sub.Round)
	for _, st := range sub.Steps {
		s.Steps = append(s.Steps, planned{ID: st.ID, Kind: st.Kind, Title: st.Title, Status: "planned"})
	}
	return s
}

// submittedBefore describes a pull request that an interrupted submission has
// come to.
func submittedBefore(site *contribute.Site, st workflow.State, p *contribute.OpenedPull) *submitted {
	s := &submitted{
		URL: &p.URL, Number: &p.Number, Title: p.Title, Outcome: p.Outcome, Draft: p.Draft, Repository: repositoryOf(p.Upstream, site.WebURL(p.Upstream)),
		Branch: st.Branch, Base: st.Base, Run: &st.Run, Findings: []finding{}, Despite: []string{}, Steps: []planned{}, Asked: []wished{},
	}
	if !p.Head.IsZero() {
		s.HeadRepository = repositoryOf(p.Head, site.WebURL(p.Head))
	}
	return s
}

// showSubmitted writes the URL as the only line of stdout; the rest is aside.
func showSubmitted(s *term.Streams, p *submitted) error {
	switch p.Outcome {
	case "planned":
		fmt.Fprintf(s.Out, "Would push %s to %s and open in %s:\n\n  %s\n\n", term.Line(p.Branch), p.HeadRepository.FullName, p.Repository.FullName, term.Line(p.Title))
		for _, l := range strings.Split(term.Block(p.Body), "\n") {
			fmt.Fprintln(s.Out, strings.TrimRight("  "+l, " "))
		}
		for _, w := range p.Asked {
			fmt.Fprintf(s.Out, "\nWould ask: %s", term.Line(w.text()))
		}
		if len(p.Asked) > 0 {
			fmt.Fprintln(s.Out)
		}
		return nil
	case contribute.PullCreated:
		fmt.Fprintf(s.Err, "%s pull request #%d opened: %s\n", s.Paint(term.Good, s.Sym(term.SymOK)), *p.Number, term.Line(p.Title))
	case contribute.PullExisting:
		fmt.Fprintf(s.Err, "%s pull request #%d was open already and has your new commits\n", s.Paint(term.Good, s.Sym(term.SymOK)), *p.Number)
	case contribute.PullUpdated:
		fmt.Fprintf(s.Err, "%s pull request #%d was open already; commits, title and body are brought up to date\n", s.Paint(term.Good, s.Sym(term.SymOK)), *p.Number)
	}
	showRound(s, p.Round)
	showWishes(s, p.Asked)
	if s.ErrTTY {
		fmt.Fprintf(s.Err, "  isrc status says who waits for whom from here on\n")
	}
	_, err := fmt.Fprintln(s.Out, *p.URL)
	return err
}
