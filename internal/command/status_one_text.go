package command

import (
	"fmt"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/insight"
	"github.com/isrc-dev/isrc/internal/term"
)

// standingScreen writes all that is known of one contribution.
type standingScreen struct {
	s   *term.Streams
	r   *standing
	now time.Time
}

func showStanding(s *term.Streams, r *standing, now time.Time) error {
	w := &standingScreen{s: s, r: r, now: now}
	name := term.Line(r.Repository.FullName)
	if r.Number != nil {
		name += fmt.Sprintf("#%d", *r.Number)
	}
	fmt.Fprintf(s.Out, "%s  %s\n", s.Paint(term.Strong, name), term.Line(r.Title))
	if r.URL != nil {
		fmt.Fprintln(s.Out, s.Paint(term.Dim, term.Line(*r.URL)))
	}
	w.line("now", w.turn()+": "+r.sentence(now))
	w.reviews()
	w.threads()
	w.checks()
	w.branch()
	for i := range r.Promises {
		p := r.Promises[i]
		tone := map[string]term.Tone{insight.PromiseBroken: term.Bad, insight.PromiseKept: term.Good}[p.State]
		w.toned("promise", map[string]string{"first-response": "first reply: ", "decision": ""}[p.Kind]+p.text(now)+p.cite(), tone)
	}
	if r.Directory != nil {
		w.line("clone", *r.Directory)
	}
	if r.Next != nil {
		w.toned("next", *r.Next, term.Strong)
	}
	return nil
}

// turn names who moves next.
func (w *standingScreen) turn() string {
	switch w.r.WaitsFor {
	case insight.WaitsForYou:
		return "your turn"
	case insight.WaitsForThem:
		return "their turn"
	case insight.WaitsForNone:
		return "over"
	}
	return "unknown"
}

// headed is how wide the words at the left are.
const headed = 10

//go:noinline
func (w *standingScreen) line(head, text string) { w.toned(head, text, term.Plain) }

func (w *standingScreen) toned(head, text string, tone term.Tone) {
	room := max(w.s.Width-headed, 8)
	for i, l := range term.Wrap(term.Line(text), room) {
		if i > 0 {
			head = ""
		}
		fmt.Fprintf(w.s.Out, "%-*s%s\n", headed, head, w.s.Paint(tone, l))
	}
}

// deeper writes what belongs to the line before.
func (w *standingScreen) deeper(text string) {
	fmt.Fprintf(w.s.Out, "%-*s%s\n", headed+2, "", w.s.Paint(term.Dim, term.Truncate(term.Line(text), max(w.s.Width-headed-2, 8), w.s.Ellipsis())))
}

func (w *standingScreen) reviews() {
	for i, v := range w.r.Reviews {
		head := ""
		if i == 0 {
			head = "reviews"
		}
		text := map[string]string{
			"changes-asked": w.s.Sym(term.SymBroken) + " " + v.Reviewer + " asked for changes", "answered": w.s.Sym(term.SymLater) + " " + v.Reviewer + " asked for changes, which you answered",
			"approved": w.s.Sym(term.SymOK) + " " + v.Reviewer + " approved", "asked": w.s.Sym(term.SymLater) + " " + v.Reviewer + " is asked", "dismissed": w.s.Sym(term.SymDash) + " the review of " + v.Reviewer + " was dismissed",
		}[v.State]
		if at := since(v.Since, w.now); at != "" {
			text += ", " + at
		}
		w.line(head, text)
		if v.Text != nil && v.State != "dismissed" {
			w.deeper(fmt.Sprintf("%q", term.Line(*v.Text)))
		}
	}
}

func (w *standingScreen) checks() {
	n := map[string]int{}
	for _, k := range w.r.Checks {
		n[k.State]++
	}
	if len(w.r.Held) > 0 {
		w.line("held", strings.Join(w.r.Held, ", "))
	}
	if len(w.r.Checks) == 0 {
		return
	}
	var facts []string
	for _, f := range []struct {
		state, one, many string
	}{{"failure", "fails", "fail"}, {"success", "passes", "pass"}, {"running", "runs", "run"}, {"queued", "waits to run", "wait to run"}, {"waiting", "waits for an approval", "wait for an approval"}, {"stale", "must be run again", "must be run again"}, {"skipped", "is skipped", "are skipped"}, {"neutral", "says neither", "say neither"}} {
		if n[f.state] > 0 {
			facts = append(facts, pluralOf(n[f.state], f.one, f.many))
		}
	}
	w.line("checks", strings.Join(facts, ", "))
	for i := range w.r.Checks {
		k := &w.r.Checks[i]
		if k.State != "failure" {
			continue
		}
		text := w.s.Sym(term.SymBroken) + " " + k.Name
		if how := insight.Failure(textOf(k.Conclusion)); how != "fails" {
			text += " " + how
		}
		if k.Summary != nil && len(k.Lines) == 0 {
			text += ": " + insight.FirstLine(*k.Summary)
		}
		w.toned("", text, term.Bad)
		for _, l := range k.Lines {
			text := strings.TrimRight(term.Block(strings.ReplaceAll(l.String(), "\n", " ")), " ")
			fmt.Fprintf(w.s.Out, "%-*s%s\n", headed, "", "  "+term.Truncate(text, max(w.s.Width-headed-2, 8), w.s.Ellipsis()))
		}
		if k.URL != nil {
			w.deeper(*k.URL)
		}
	}
}

func (w *standingScreen) branch() {
	if w.r.Branch == nil {
		return
	}
	text := *w.r.Branch
	if w.r.Base != nil {
		text += " into " + *w.r.Base
	}
	if n := w.r.BehindBy; n != nil && *n > 0 {
		text += fmt.Sprintf(", %s behind", plural(*n, "commit"))
	}
	if c := w.r.Conflicts; c != nil && *c {
		text += ", conflicts"
		if f := w.r.ConflictFiles; len(f) > 0 {
			text += " in " + strings.Join(f[:min(len(f), 5)], ", ")
		}
	}
	w.line("branch", text)
}
