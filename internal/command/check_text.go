package command

import (
	"fmt"
	"io"
	"strings"

	"github.com/isrc-dev/isrc/internal/term"
)

// showReview renders a review the way a good reviewer writes: what blocks, what
// should be mended, what could not be read, each with who says so and the mend.
func showReview(s *term.Streams, c *checked, dry bool) error {
	w := s.Out
	target := c.Base
	if len(target) == 40 && !strings.Contains(target, "/") {
		target = target[:7] // a commit
	}
	if c.Repository != nil {
		target = c.Repository.FullName
	}
	branch := "a detached head"
	if c.Branch != nil {
		branch = *c.Branch
	}
	fmt.Fprintf(w, "%s %s %s   %s, %s\n\n", s.Paint(term.Strong, term.Line(target)), s.Sym(term.SymLeft), term.Line(branch), plural(c.Commits, "commit"), plural(c.Files, "file"))
	if len(c.Mended) > 0 {
		showMended(s, c.Mended, dry)
	}
	if c.Commits == 0 {
		fmt.Fprintf(w, "Nothing to judge: no commit that %s lacks (%s).\n", term.Line(c.Base), term.Line(c.BaseFrom))
	} else {
		for _, group := range []string{"broken", "unknown", "later", "met"} {
			for _, strength := range []string{"must", "should", "may", ""} {
				for _, f := range c.Findings {
					if f.Verdict == group && f.Strength == strength {
						showFinding(s, w, f)
					}
				}
			}
		}
		fmt.Fprintln(w)
		fmt.Fprintln(w, summary(s, c))
	}
	showAsides(s, c)
	return nil
}

func showFinding(s *term.Streams, w io.Writer, f finding) {
	sign, tone := s.Sym(term.SymOK), term.Good
	switch f.Verdict {
	case "broken":
		sign, tone = s.Sym(term.SymBroken), term.Bad
		if f.Strength != "must" {
			tone = term.Warn
		}
	case "unknown":
		sign, tone = s.Sym(term.SymUnknown), term.Warn
	case "later":
		sign, tone = s.Sym(term.SymLater), term.Dim
	}
	label := f.Strength
	if f.Rule == "gate" {
		label = "gate"
	}
	message := f.Message
	if message == "" {
		message = f.Text
	}
	head := fmt.Sprintf("%s %-6s ", s.Paint(tone, fmt.Sprintf("%-2s", sign)), label)
	lines := term.Wrap(term.Line(message), max(s.Width-10, 30))
	for i, l := range lines {
		if i == 0 {
			fmt.Fprintln(w, head+l)
		} else {
			fmt.Fprintln(w, pad(10)+l)
		}
	}
	if f.Verdict == "met" {
		return
	}
	detail := func(tone term.Tone, text string) { writeDetail(s, w, 10, tone, text) }
	for i, at := range f.At {
		if i == 5 {
			detail(term.Plain, fmt.Sprintf("and %d more", len(f.At)-5))
			break
		}
		if text := locationText(at); text != "" {
			detail(term.Plain, text)
		}
	}
	for _, line := range sources(f.Requirement.Said, f.Requirement.Enforcer) {
		detail(term.Dim, line)
	}
	if f.Verdict == "broken" && f.Fix != nil {
		switch {
		case f.Fix.Refused != nil:
			detail(term.Plain, "not mended by isrc: "+term.Line(*f.Fix.Refused))
		default:
			detail(term.Plain, "mend: "+s.Paint(term.Strong, f.Fix.Command))
			detail(term.Plain, "      "+s.Sym(term.SymArrow)+" "+term.Line(f.Fix.Verb))
		}
	}
}

func locationText(at location) string {
	var parts []string
	if at.Commit != nil {
		parts = append(parts, fmt.Sprintf("%.7s", *at.Commit))
	}
	if at.Path != nil {
		p := *at.Path
		if at.Line != nil {
			p += fmt.Sprintf(":%d", *at.Line)
		}
		parts = append(parts, p)
	}
	if at.What != "" {
		parts = append(parts, at.What)
	}
	return term.Line(strings.Join(parts, "  "))
}

func summary(s *term.Streams, c *checked) string {
	count := map[string]int{}
	blocking, mendable := 0, 0
	for _, f := range c.Findings {
		count[f.Verdict]++
		if f.Verdict == "broken" && f.Strength == "must" {
			blocking++
		}
		if f.Verdict == "broken" && f.Fix != nil && f.Fix.Refused == nil {
			mendable++
		}
	}
	if len(c.Findings) == 0 {
		return "Nothing is asked that isrc could read."
	}
	var parts []string
	for _, v := range []string{"broken", "met", "unknown", "later"} {
		if count[v] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count[v], v))
		}
	}
	text := strings.Join(parts, ", ")
	dot := " " + s.Sym(term.SymDot) + " "
	switch {
	case mendable > 0:
		text += dot + fmt.Sprintf("isrc check --fix mends %d, keeps a backup", mendable)
	case blocking == 0 && c.Repository != nil:
		text += dot + "isrc submit"
	}
	return text
}

func showMended(s *term.Streams, all []mended, dry bool) {
	for _, m := range all {
		switch {
		case m.Done:
			text := s.Paint(term.Good, s.Sym(term.SymOK)) + " mended: " + term.Line(m.What)
			if m.Backup != nil {
				text += "   " + s.Paint(term.Dim, "before: "+*m.Backup)
			}
			fmt.Fprintln(s.Out, text)
			if m.Hint != nil {
				fmt.Fprintln(s.Out, "  "+term.Line(*m.Hint))
			}
		case m.Why != nil:
			fmt.Fprintf(s.Out, "%s not mended: %s: %s\n", s.Paint(term.Warn, s.Sym(term.SymUnknown)), term.Line(m.What), term.Line(*m.Why))
			if m.Hint != nil {
				fmt.Fprintln(s.Out, "  "+s.Paint(term.Strong, term.Line(*m.Hint)))
			}
		case dry:
			fmt.Fprintln(s.Out, "would mend: "+term.Line(m.What))
			showDiff(s, m.Diff)
		}
	}
	fmt.Fprintln(s.Out)
}

// showDiff shows what a fix would change.
func showDiff(s *term.Streams, diff *string) {
	if diff == nil {
		return
	}
	for line := range strings.Lines(*diff) {
		tone := term.Dim
		switch line[0] {
		case '-':
			tone = term.Bad
		case '+':
			tone = term.Good
		}
		fmt.Fprintln(s.Out, "  "+s.Paint(tone, term.Line(strings.TrimRight(line, "\n"))))
	}
}

// showAsides says what was not judged and what could not be read.
func showAsides(s *term.Streams, c *checked) {
	if n := len(c.Uncommitted); n > 0 {
		names := c.Uncommitted[:min(n, 3)]
		text := term.Line(strings.Join(names, ", "))
		if n > 3 {
			text += fmt.Sprintf(" and %d more", n-3)
		}
		fmt.Fprintf(s.Err, "Not judged, for it is not committed: %s\n", text)
	}
	for _, u := range c.Unread {
		fmt.Fprintf(s.Err, "Not read: %s: %s\n", term.Line(u.What), term.Line(u.Why))
	}
	for _, n := range c.Notes {
		fmt.Fprintf(s.Err, "Note: %s\n", term.Line(n))
	}
}
