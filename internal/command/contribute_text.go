package command

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/term"
)

// showPlan says what will be done, before it is done. The change is made by the
// user, or by the command that was given.
func showPlan(s *term.Streams, w io.Writer, r *contribution, change planned) error {
	how := "so this goes by a branch in it"
	if r.Via == "fork" {
		how = "so this goes by a fork"
	}
	for _, l := range term.Wrap(upper(term.Line(r.Why))+", "+how+".", s.Width) {
		fmt.Fprintln(w, l)
	}
	fmt.Fprintln(w)
	steps := append([]planned(nil), r.Steps...)
	var must, other, gates int
	yours, theirs := sides(r.Requirements)
	for _, q := range theirs {
		if q.Rule == "gate" {
			gates++
		}
	}
	for _, q := range yours {
		switch q.Strength {
		case "must":
			must++
		default:
			other++
		}
	}
	check := askedInWords(must, other)
	if gates > 0 {
		check += fmt.Sprintf(", %s not readable from here", pluralOf(gates, "gate is", "gates are"))
	}
	n := 0
	line := func(id, title string) {
		n++
		for i, l := range term.Wrap(term.Line(title), max(s.Width-planIndent, 8)) {
			if i == 0 {
				fmt.Fprintf(w, "  %d  %-9s %s\n", n, id, l)
			} else {
				fmt.Fprintln(w, pad(planIndent)+l)
			}
		}
	}
	for _, st := range steps {
		if st.ID == "ready" || st.ID == "remotes" || st.ID == "remote-fork" || st.ID == "sync" {
			continue // part of making the fork and the clone, for people
		}
		line(st.ID, st.Title)
	}
	line(change.ID, change.Title)
	line("check", check)
	last := "push, open the pull request"
	if r.Issue != nil {
		last += fmt.Sprintf(", link #%d", *r.Issue)
	}
	line("submit", last)
	fmt.Fprintln(w)
	for _, q := range yours {
		if r.misnamed && q.Rule == "branch-name" && q.Strength == "must" {
			writeMust(s, w, term.Line(q.Text), firstSource(q))
			writeDetail(s, w, len("  must   "), term.Warn, r.Branch+" does not: give it another name with --branch NAME")
			continue
		}
		if q.Strength == "must" {
			writeMust(s, w, term.Line(q.Text), firstSource(q))
		}
	}
	showRoutes(s, w, r)
	if must+len(r.Routes) > 0 {
		fmt.Fprintln(w)
	}
	return nil
}

// showDryRun shows the plan and says that it is one.
func showDryRun(s *term.Streams, r *contribution, change planned) error {
	if err := showPlan(s, s.Out, r, change); err != nil {
		return err
	}
	s.Tell("Nothing was done; without --dry-run it is.")
	return nil
}

// planIndent is where the text of a step begins.
const planIndent = len("  1  contribute")

// askedInWords counts what is asked of contributors.
func askedInWords(must, other int) string {
	switch {
	case must+other == 0:
		return "nothing is asked that isrc could read"
	case must == 0:
		return pluralOf(other, "requirement that should hold", "requirements that should hold")
	case other == 0:
		return pluralOf(must, "requirement that must hold", "requirements that must hold")
	}
	return fmt.Sprintf("%d requirements: %d must hold, %d should", must+other, must, other)
}

// writeMust writes what must hold, and who says so beside it or below.
func writeMust(s *term.Streams, w io.Writer, text, place string) {
	const indent = len("  must   ")
	head := "  " + s.Paint(term.Bad, "must") + "   "
	if place != "" && indent+term.Columns(text)+3+term.Columns(place) <= s.Width {
		fmt.Fprintln(w, head+text+"   "+s.Paint(term.Dim, place))
		return
	}
	for i, l := range term.Wrap(text, max(s.Width-indent, 8)) {
		if i > 0 {
			head = pad(indent)
		}
		fmt.Fprintln(w, head+l)
	}
	if place != "" {
		fmt.Fprintln(w, pad(indent)+s.Paint(term.Dim, place))
	}
}

// showRoutes says where the owners point before there is code, and who says so.
func showRoutes(s *term.Streams, w io.Writer, r *contribution) {
	for _, x := range r.Routes {
		label := "before code"
		if x.Kind == contribute.RouteExtension || x.Kind == contribute.RouteOwnCapability {
			label = "or"
		}
		for i, l := range term.Wrap(term.Line(x.Why), max(s.Width-15, 8)) {
			if i > 0 {
				label = ""
			}
			fmt.Fprintf(w, "  %s%s\n", s.Paint(term.Warn, fmt.Sprintf("%-13s", label)), l)
		}
		var aside []string
		if x.Said != nil && x.Said.Path != "" {
			aside = append(aside, fmt.Sprintf("%s:%d", x.Said.Path, x.Said.Line))
		}
		if x.Next != nil {
			aside = append(aside, *x.Next)
		}
		if len(aside) > 0 {
			writeDetail(s, w, 15, term.Dim, strings.Join(aside, "   "))
		}
	}
	for _, p := range r.proposals {
		writeDetail(s, w, 2, term.Dim, fmt.Sprintf("isrc contribute %s --issue %d takes up your proposal: %s", r.Repository.FullName, p.Number, p.Title))
	}
}

// firstSource is the first place that asks for it, or who enforces it.
func firstSource(q requirement) string {
	for _, said := range q.Said {
		if said.Path != "" && said.Line > 0 {
			return fmt.Sprintf("%s:%d", term.Line(said.Path), said.Line)
		}
	}
	return term.Line(textOf(q.Enforcer))
}

func upper(text string) string {
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// showReady says where the branch is and what comes next.
func showReady(s *term.Streams, here string, r *contribution) error {
	done := s.Paint(term.Good, s.Sym(term.SymOK))
	var facts []string
	if r.Fork != nil {
		how := r.Fork.Outcome
		if r.Fork.Sync != nil && *r.Fork.Sync == contribute.SyncUpdated {
			how += ", brought up to date"
		}
		facts = append(facts, done+" fork "+term.Line(r.Fork.FullName)+" ("+how+")")
	}
	facts = append(facts, done+" clone", done+" branch "+term.Line(r.Branch))
	for _, l := range joinFacts(facts, "   ", s.Width) {
		fmt.Fprintln(s.Out, l)
	}
	fmt.Fprintln(s.Out)
	dir := r.Directory
	if rel, err := filepath.Rel(here, dir); err == nil && !strings.HasPrefix(rel, "..") {
		dir = rel
	}
	hint := ""
	for _, c := range r.Commands {
		if c.Purpose == "test" {
			hint = " (" + term.Line(c.Command) + " runs the tests)"
			break
		}
	}
	first := "cd " + shellWord(dir) + ", make"
	if dir == "." {
		first = "Make"
	}
	next, how := textOf(r.Next), " and commit it"
	if next == "" {
		next = "isrc submit"
	} else if next != "isrc submit" { // which commits
		how = ""
	}
	text := fmt.Sprintf("%s the change%s%s, then: %s", first, how, hint, next)
	if !s.OutTTY {
		fmt.Fprintln(s.Out, text)
		return nil
	}
	for _, l := range term.Wrap(text, s.Width) {
		fmt.Fprintln(s.Out, l)
	}
	return nil
}

// shellWord quotes a word for a POSIX shell where it needs it.
func shellWord(w string) string {
	for _, r := range w {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+=,", r) {
			return "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return w
}

// shellWords writes arguments so that a shell takes them apart again.
func shellWords(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = shellWord(w)
	}
	return strings.Join(quoted, " ")
}
