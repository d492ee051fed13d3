package command

import (
	"fmt"
	"strings"

	"github.com/isrc-dev/isrc/internal/term"
)

// probeNames is how wide the names of probes are, at most.
const probeNames = 13

// showProbed writes what was found out: this machine first, then each host,
// and at the end what is left to do.
func showProbed(s *term.Streams, lines []probed) error {
	var b strings.Builder
	host, skipped := "", []string{}
	flush := func() {
		if len(skipped) > 0 {
			writeProbed(&b, s, probed{Name: "not tried", State: stateUnknown, Detail: strings.Join(skipped, ", ")})
		}
		skipped = nil
	}
	for _, l := range lines {
		if l.Host != nil && *l.Host != host {
			flush()
			host = *l.Host
			fmt.Fprintf(&b, "\n%s\n", s.Paint(term.Strong, term.Line(host)))
		}
		if l.skipped {
			skipped = append(skipped, l.Name)
			continue
		}
		writeProbed(&b, s, l)
	}
	flush()
	fmt.Fprintf(&b, "\n%s\n", verdictOf(lines))
	_, err := fmt.Fprint(s.Out, b.String())
	return err
}

func writeProbed(b *strings.Builder, s *term.Streams, l probed) {
	sym, tone := s.Sym(term.SymOK), term.Good
	switch l.State {
	case stateBroken:
		sym, tone = s.Sym(term.SymBroken), term.Bad
	case stateWarning, stateUnknown:
		sym, tone = s.Sym(term.SymUnknown), term.Warn
	}
	wide := term.Columns(s.Sym(term.SymOK)) + 1
	pad := strings.Repeat(" ", wide-term.Columns(sym))
	indent := strings.Repeat(" ", wide+probeNames+1)
	fmt.Fprintf(b, "%s%s%-*s ", s.Paint(tone, sym), pad, probeNames, l.Name)
	for i, line := range term.Wrap(term.Line(l.Detail), max(s.Width-len(indent), 8)) {
		if i > 0 {
			b.WriteString(indent)
		}
		b.WriteString(line + "\n")
	}
	if l.Remedy != nil {
		// Never wrapped: it is there to be pasted.
		fmt.Fprintf(b, "%s%s %s\n", indent, s.Sym(term.SymArrow), term.Line(*l.Remedy))
	}
}

func verdictOf(lines []probed) string {
	count := map[state]int{}
	for _, l := range lines {
		if !l.skipped {
			count[l.State]++
		}
	}
	var parts []string
	if n := count[stateBroken]; n > 0 {
		parts = append(parts, fmt.Sprintf("%d broken", n))
	}
	if n := count[stateWarning]; n > 0 {
		parts = append(parts, fmt.Sprintf("%d worth a look", n))
	}
	if n := count[stateUnknown]; n > 0 {
		parts = append(parts, fmt.Sprintf("%d unknown", n))
	}
	if len(parts) == 0 {
		return "Everything works."
	}
	return fmt.Sprintf("%d fine, %s.", count[stateOK], strings.Join(parts, ", "))
}
