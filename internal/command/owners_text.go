package command

import (
	"fmt"
	"strings"

	"github.com/isrc-dev/isrc/internal/term"
)

// showOwners writes one row for each path and each line that decides about it.
func showOwners(s *term.Streams, w *owning) error {
	if s.OutTTY {
		head := "No CODEOWNERS file: nobody owns files"
		if w.File != nil {
			head = fmt.Sprintf("%s, read as %s does", term.Line(*w.File), forgeOf(*w.Dialect))
		}
		if w.Repository != nil {
			head = s.Paint(term.Strong, term.Line(w.Repository.FullName)) + "   " + head
		}
		fmt.Fprintln(s.Out, head)
	}
	t := s.NewTable(0)
	for _, p := range w.Paths {
		rows := 0
		for _, l := range p.Lines {
			if len(l.Owners) == 0 && p.Owned {
				continue
			}
			rows++
			t.Row(term.Cell{Text: p.Path}, term.Cell{Text: strings.Join(l.Owners, " ")}, term.Cell{Text: w.place(l), Tone: term.Dim}, term.Cell{Text: w.how(l)})
		}
		if rows == 0 {
			t.Row(term.Cell{Text: p.Path}, term.Cell{Text: ""}, term.Cell{Text: ""}, term.Cell{Text: "nobody"})
		}
	}
	if err := t.Write(s.Out); err != nil {
		return err
	}
	out := s.Err
	if s.OutTTY {
		out = s.Out
		for _, l := range joinFacts(w.summary(), " "+s.Sym(term.SymDot)+" ", s.Width) {
			fmt.Fprintln(out, l)
		}
	}
	for _, line := range w.asides() {
		for i, l := range term.Wrap(line, max(s.Width-2, 8)) {
			fmt.Fprintln(out, strings.Repeat("  ", min(i, 1))+l)
		}
	}
	return nil
}

func forgeOf(dialect string) string {
	switch dialect {
	case "gitlab":
		return "GitLab"
	case "gitea":
		return "Gitea"
	}
	return "GitHub"
}

func (w *owning) place(l ownerLine) string {
	out := fmt.Sprintf("%s:%d", *w.File, l.Line)
	if l.Section != nil {
		out += " [" + *l.Section + "]"
	}
	return out
}

// how says whether anything waits for the owners of a line, in one or two words.
func (w *owning) how(l ownerLine) string {
	switch {
	case len(l.Owners) == 0:
		return "nobody"
	case l.Optional:
		return "optional"
	case l.Approvals > 1:
		return fmt.Sprintf("%d approvals", l.Approvals)
	case w.Required == nil:
		return "owner"
	case *w.Required:
		return "required"
	}
	return "asked"
}

func (w *owning) summary() []string {
	free := 0
	for _, p := range w.Paths {
		if !p.Owned {
			free++
		}
	}
	out := []string{plural(len(w.Paths), "path")}
	if free > 0 {
		out = append(out, fmt.Sprintf("%d owned by nobody", free))
	}
	switch {
	case w.File == nil:
	case w.Required == nil:
		out = append(out, "whether the merge waits for owners is not known")
	case *w.Required && w.RequiredBy != nil:
		out = append(out, "the merge waits for owners ("+term.Line(*w.RequiredBy)+")")
	default:
		out = append(out, "owners are asked, and nothing waits for them")
	}
	return out
}

// asides are what is wrong with the file, and what could not be read.
func (w *owning) asides() []string {
	var out []string
	for i, p := range w.Problems {
		if i == maxProblemsShown {
			out = append(out, fmt.Sprintf("and %d more such lines", len(w.Problems)-i))
			break
		}
		place := *w.File
		if p.Line != nil {
			place = fmt.Sprintf("%s:%d", place, *p.Line)
		}
		verb := ""
		switch {
		case p.Forge:
			verb = " (says the forge)"
		case p.Skipped:
			verb = " is skipped"
		}
		out = append(out, term.Line(fmt.Sprintf("%s%s: %s", place, verb, p.Why)))
	}
	for _, u := range w.Unread {
		out = append(out, term.Line("not read: "+u.What+": "+u.Why))
	}
	for _, n := range w.Notes {
		out = append(out, term.Line(n))
	}
	return out
}

// maxProblemsShown is how many lines with problems people are shown.
const maxProblemsShown = 10
