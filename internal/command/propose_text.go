package command

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/term"
)

// proposed is what propose answers.
type proposed struct {
	URL        *string        `json:"url"` // null while it is only planned
	Number     *int           `json:"number"`
	Title      string         `json:"title"`
	Body       string         `json:"body"`
	Outcome    string         `json:"outcome"` // created, existing (yours), similar (somebody's) or planned
	Repository repository     `json:"repository"`
	Template   *string        `json:"template"` // path of the form in use
	Labels     []string       `json:"labels"`
	Assignees  []string       `json:"assignees"` // of the form, as far as they are set
	Type       *string        `json:"type"`      // of the issue, as its form has it
	NotSet     []string       `json:"notSet"`    // what the form wants besides: "project OWNER/NUMBER", or what the forge left out
	Missing    []string       `json:"missing"`   // what the form demands and nobody gave
	Similar    []similarIssue `json:"similar"`
	Contacts   []contactLink  `json:"contacts"` // where the repository points to instead
	Next       *string        `json:"next"`
}

type similarIssue struct {
	Number      int      `json:"number"`
	Title       string   `json:"title"`
	URL         string   `json:"url"`
	State       string   `json:"state"`
	PullRequest bool     `json:"pullRequest"`
	Author      string   `json:"author"`
	Updated     *string  `json:"updatedAt"`
	Score       float64  `json:"score"` // share of your words, 0 to 1
	Words       []string `json:"words"`
}

type contactLink struct {
	Name  string `json:"name"`
	URL   string `json:"url"`
	About string `json:"about"`
}

func describeProposal(p *contribute.ProposalPlan) *proposed {
	r := &proposed{
		Title: p.FullTitle(), Body: p.Text, Outcome: "planned", Repository: repositoryOf(p.Upstream, p.Repo.HTMLURL), Labels: nonNil(p.AllLabels()),
		Assignees: nonNil(p.Assignees()), Type: orNull(p.Type()), NotSet: []string{}, Missing: nonNil(p.Missing), Similar: []similarIssue{}, Contacts: []contactLink{},
	}
	if p.Used != nil && p.Used.Source != nil {
		r.Template = &p.Used.Source.Path
	}
	for _, project := range p.Projects() {
		r.NotSet = append(r.NotSet, "project "+project)
	}
	for _, s := range p.Similar {
		r.Similar = append(r.Similar, similarIssue{
			Number: s.Number, Title: s.Title, URL: s.URL, State: s.State, PullRequest: s.Pull, Author: s.Author, Updated: moment(s.At), Score: s.Score, Words: nonNil(s.Words),
		})
	}
	for _, c := range p.Forms.Contacts {
		r.Contacts = append(r.Contacts, contactLink{Name: c.Name, URL: c.URL, About: c.About})
	}
	return r
}

// leaveOut takes out what the forge left out of an issue, and says it.
func (r *proposed) leaveOut(issue contribute.OpenedIssue) (said []string) {
	without := func(all, left []string) []string {
		return slices.DeleteFunc(all, func(x string) bool { return slices.Contains(left, x) })
	}
	projects := len(r.NotSet)
	var what []string
	if len(issue.Unset) > 0 {
		r.Labels = without(r.Labels, issue.Unset)
		what = append(what, "labelled "+strings.Join(issue.Unset, ", "))
	}
	if len(issue.Unassigned) > 0 {
		r.Assignees = without(r.Assignees, issue.Unassigned)
		what = append(what, "assigned to "+strings.Join(issue.Unassigned, ", "))
	}
	if issue.Untyped != "" {
		r.Type = nil
		what = append(what, "of the type "+issue.Untyped)
	}
	for _, left := range []struct {
		kind string
		all  []string
	}{{"label ", issue.Unset}, {"assignee ", issue.Unassigned}, {"type ", strings.Fields(issue.Untyped)}} {
		for _, x := range left.all {
			r.NotSet = append(r.NotSet, left.kind+x)
		}
	}
	if len(what) > 0 {
		said = append(said, "not "+strings.Join(what, ", nor ")+": that takes more rights there than you have")
	}
	if projects > 0 {
		said = append(said, "not in "+strings.Join(r.NotSet[:projects], ", ")+", which the form asks for: isrc sets none, its owners do")
	}
	return said
}

// found answers with an issue that was there.
func (r *proposed) found(s *contribute.Similar, outcome string) {
	r.URL, r.Number, r.Title, r.Outcome = &s.URL, &s.Number, s.Title, outcome
	next := fmt.Sprintf("isrc contribute %s --issue %d", r.Repository.FullName, s.Number)
	if !s.Pull {
		r.Next = &next
	}
}

// showProposed writes the URL as the only line of stdout; the rest is aside.
func showProposed(s *term.Streams, r *proposed) error {
	done := s.Paint(term.Good, s.Sym(term.SymOK))
	switch r.Outcome {
	case contribute.PullCreated:
		s.Tell(fmt.Sprintf("%s issue #%d opened: %s", done, *r.Number, term.Line(r.Title)))
		for _, x := range r.Similar[:min(len(r.Similar), 3)] {
			if x.State == "closed" {
				fmt.Fprintf(s.Err, "  much of it was said before and closed: #%d %s\n", x.Number, term.Truncate(term.Line(x.Title), max(s.Width-50, 8), s.Ellipsis()))
			}
		}
		tellNext(s, "once the owners agree:", fmt.Sprintf("isrc contribute %s --issue %d", r.Repository.FullName, *r.Number))
	case contribute.PullExisting:
		s.Tell(fmt.Sprintf("%s you proposed it before, as #%d: %s", done, *r.Number, term.Line(r.Title)))
	case "similar":
		s.Tell(fmt.Sprintf("nothing was opened; #%d is there: %s", *r.Number, term.Line(r.Title)))
		if r.Next != nil {
			tellNext(s, "to take it up:", *r.Next)
		}
	}
	_, err := fmt.Fprintln(s.Out, *r.URL)
	return err
}

// showProposalPlan shows the issue as it would be opened.
func showProposalPlan(s *term.Streams, w io.Writer, r *proposed) error {
	with := "without a form"
	if r.Template != nil {
		with = "by " + term.Line(*r.Template)
	}
	for _, l := range term.Wrap(fmt.Sprintf("An issue in %s, %s:", r.Repository.FullName, with), s.Width) {
		fmt.Fprintln(w, l)
	}
	fmt.Fprintln(w)
	for _, l := range term.Wrap(term.Line(r.Title), max(s.Width-2, 8)) {
		fmt.Fprintln(w, "  "+s.Paint(term.Strong, l))
	}
	for _, of := range []struct{ name, text string }{
		{"labels", strings.Join(r.Labels, ", ")}, {"type", textOf(r.Type)}, {"assigned to", strings.Join(r.Assignees, ", ")}, {"not set", strings.Join(r.NotSet, ", ")},
	} {
		if of.text != "" {
			writeDetail(s, w, 2, term.Dim, term.Line(of.name+": "+of.text))
		}
	}
	fmt.Fprintln(w)
	if body := strings.TrimSpace(term.Block(r.Body)); body != "" {
		for l := range strings.SplitSeq(body, "\n") {
			writeBody(s, w, l)
		}
		fmt.Fprintln(w)
	}
	for _, m := range r.Missing {
		fmt.Fprintf(w, "  %s still demanded: %s\n", s.Paint(term.Warn, s.Sym(term.SymUnknown)), term.Line(m))
	}
	showSimilar(s, w, r)
	return nil
}

// tellNext says when to type what; on a narrow terminal the command has a line of
// its own, in one piece.
func tellNext(s *term.Streams, when, command string) {
	between := " "
	if s.ErrTTY && term.Columns("  "+when+" "+command) > s.Width {
		between = "\n    "
	}
	fmt.Fprintln(s.Err, "  "+when+between+command)
}

// writeBody writes a line of a text that is going to be sent.
func writeBody(s *term.Streams, w io.Writer, line string) {
	if !s.OutTTY || term.Columns(line)+2 <= s.Width {
		fmt.Fprintln(w, strings.TrimRight("  "+line, " "))
		return
	}
	for _, l := range term.Wrap(line, s.Width-2) {
		fmt.Fprintln(w, "  "+l)
	}
}

// showSimilar lists what resembles the proposal, and where else to ask.
func showSimilar(s *term.Streams, w io.Writer, r *proposed) {
	if len(r.Similar) > 0 {
		fmt.Fprintln(w, s.Paint(term.Strong, "Said before")+s.Paint(term.Dim, ", and how many of your words are in it"))
	}
	for _, x := range r.Similar {
		kind := x.State
		if x.PullRequest {
			kind += " pull request"
		}
		head := fmt.Sprintf("  %3.0f %%  #%d  ", 100*x.Score, x.Number)
		fmt.Fprintln(w, head+term.Truncate(term.Line(x.Title), max(s.Width-term.Columns(head), 20), s.Ellipsis()))
		when := ""
		if x.Updated != nil {
			if t, err := time.Parse(time.RFC3339, *x.Updated); err == nil {
				when = ", last changed " + t.UTC().Format(time.DateOnly)
			}
		}
		writeDetail(s, w, 9, term.Dim, term.Line(kind+" by "+x.Author+when))
	}
	for _, c := range r.Contacts {
		fmt.Fprintf(w, "  or: %s\n", term.Truncate(term.Line(c.Name+" "+c.URL), max(s.Width-6, 8), s.Ellipsis()))
	}
	if len(r.Similar)+len(r.Contacts) > 0 {
		fmt.Fprintln(w)
	}
}
