package command

import (
	"fmt"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/term"
)

// reviewText renders a review the way a good reviewer writes: what blocks, what
// should be mended, what could not be read, each with who says so and the mend;
// then in a line or two what only the pull request will show, and what is met.
type reviewText struct {
	*term.Streams
	verbose bool
	last    *finding // what was shown before, so as not to say the same twice
}

func showReview(s *term.Streams, c *checked, o *checkOptions) error {
	t := &reviewText{Streams: s, verbose: o.verbose}
	t.headline(c)
	showEvidence(s, c.Ran)
	t.gap(len(c.Ran))
	if o.mend {
		showMended(s, c, o)
	}
	if c.Commits == nil || *c.Commits == 0 {
		t.wrapped("", fmt.Sprintf("Nothing to judge: the branch has no commit that %s lacks (the base is from %s).", shortRev(c.Base), c.BaseFrom))
		t.asides(c)
		if len(c.Uncommitted) > 0 && !c.halfDone {
			t.aside("git add and git commit, then isrc check")
		}
		return nil
	}
	g := sortFindings(c.Findings, o.verbose)
	for _, part := range [][]finding{g.blocking, g.broken} {
		for i := range part {
			t.finding(&part[i])
		}
		t.gap(len(part))
	}
	t.unknown(g.unknown)
	t.later(g.later)
	t.met(g.met)
	t.gap(len(g.later) + len(g.met))
	for _, l := range joinFacts(summary(c, o), " "+s.Sym(term.SymDot)+" ", s.Width) {
		fmt.Fprintln(s.Out, l)
	}
	t.asides(c)
	return nil
}

func (t *reviewText) headline(c *checked) {
	target := firstOf(shortRev(c.Base), c.BaseFrom)
	if c.Repository != nil {
		target = c.Repository.FullName
	}
	text := t.Paint(term.Strong, term.Line(target))
	switch {
	case c.Commits == nil:
	case c.Files == nil:
		text += fmt.Sprintf(" %s one message", t.Sym(term.SymLeft))
	default:
		branch := "a detached head"
		if c.Branch != nil {
			branch = *c.Branch
		}
		if c.Pull != nil {
			branch = fmt.Sprintf("#%d %s by %s", c.Pull.Number, c.Pull.Title, c.Pull.Author)
		}
		text += fmt.Sprintf(" %s %s", t.Sym(term.SymLeft), term.Line(branch))
		size := plural(*c.Commits, "commit") + ", " + plural(*c.Files, "file")
		if term.Columns(target+"   "+branch+"   "+size) > t.Width {
			size = "\n" + size
		} else {
			size = "   " + size
		}
		text += size
	}
	fmt.Fprintf(t.Out, "%s\n\n", text)
}

// shortRev shortens what is a commit and leaves the name of a branch.
func shortRev(base string) string {
	if len(base) == 40 && !strings.Contains(base, "/") {
		return base[:7]
	}
	return base
}

//go:noinline
func (t *reviewText) gap(shown int) {
	if shown > 0 {
		fmt.Fprintln(t.Out)
	}
}

func (t *reviewText) sign(f *finding) (string, term.Tone) {
	switch {
	case f.Verdict == "broken" && f.Strength == "must":
		return t.Sym(term.SymBroken), term.Bad
	case f.Verdict == "broken":
		return t.Sym(term.SymBroken), term.Warn
	case f.Verdict == "unknown":
		return t.Sym(term.SymUnknown), term.Warn
	case f.Verdict == "later":
		return t.Sym(term.SymLater), term.Dim
	}
	return t.Sym(term.SymOK), term.Good
}

// entry writes the first line of a finding, wrapped below itself.
func (t *reviewText) entry(sign string, tone term.Tone, label, text string) {
	lines := term.Wrap(text, max(t.Width-t.indent(), 10))
	for i, l := range lines {
		if i == 0 {
			fmt.Fprintf(t.Out, "%s %-6s %s\n", t.Paint(tone, fmt.Sprintf("%-*s", signWidth(t.Streams), sign)), label, l)
		} else {
			fmt.Fprintln(t.Out, pad(t.indent())+l)
		}
	}
}

// signWidth is one column, or two where a sign is the ASCII word for it.
func signWidth(s *term.Streams) int {
	if s.Unicode {
		return 1
	}
	return 2
}

// indent is where the text of a finding begins.
func (t *reviewText) indent() int { return signWidth(t.Streams) + len(" should ") }

func (t *reviewText) detail(tone term.Tone, text string) {
	writeDetail(t.Streams, t.Out, t.indent(), tone, text)
}

//go:noinline
func labelOf(f *finding) string {
	if f.Rule == "gate" || f.Verdict == "unknown" && isGate(f) {
		return "gate"
	}
	return f.Strength
}

func (t *reviewText) finding(f *finding) {
	f = saidOnce(f)
	sign, tone := t.sign(f)
	message := term.Line(firstOf(f.Message, f.Text))
	same := t.last != nil && len(f.At) > 0 && sameCommits(t.last.At, f.At)
	if same && !t.verbose {
		message = withRemark(message, commitsOf(f.At))
	}
	t.entry(sign, tone, labelOf(f), message)
	if f.Verdict == "met" && !t.verbose {
		return
	}
	if !same || t.verbose {
		t.places(f)
	}
	if isGate(f) && !strings.Contains(f.Message, f.Text) {
		t.detail(term.Plain, term.Line(f.Text))
	}
	for _, line := range t.sources(f) {
		t.detail(term.Dim, line)
	}
	t.mend(f)
	t.last = f
}

func (t *reviewText) places(f *finding) {
	most := 4
	if t.verbose {
		most = len(f.At)
	}
	for i, at := range f.At {
		if at.Commit == nil && at.Path == nil && strings.Contains(f.Message, at.What) && !t.verbose {
			continue // such as a title that the message quotes
		}
		if i == most && len(f.At) > most+1 {
			t.detail(term.Plain, fmt.Sprintf("and %d more", len(f.At)-most))
			return
		}
		if text := locationText(at); text != "" && !t.verbose {
			t.detail(term.Plain, term.Truncate(text, max(t.Width-t.indent(), 10), t.Ellipsis()))
		} else if text != "" {
			t.detail(term.Plain, text)
		}
	}
}

// saidOnce takes from the places of a finding what its message says already.
func saidOnce(f *finding) *finding {
	out := *f
	out.At = slices.Clone(f.At)
	said := f.Message
	if count := strings.LastIndex(said, " ("); count > 0 {
		said = said[:count]
	}
	for i, at := range out.At {
		out.At[i].What = strings.TrimSuffix(at.What, ": "+said)
	}
	return &out
}

// sameCommits tells whether two findings are seen in the same commits, for then
// the places need not be listed again.
func sameCommits(a, b []location) bool {
	return slices.EqualFunc(a, b, func(a, b location) bool {
		return a.Commit != nil && b.Commit != nil && *a.Commit == *b.Commit && a.Path == nil && b.Path == nil && a.What == b.What
	})
}

// withRemark adds a remark in brackets, inside those that are there already.
func withRemark(text, remark string) string {
	if inner, bracketed := strings.CutSuffix(text, ")"); bracketed {
		return inner + "; " + remark + ")"
	}
	return text + " (" + remark + ")"
}

func commitsOf(at []location) string {
	if len(at) > 1 {
		return fmt.Sprintf("the same %d commits", len(at))
	}
	return fmt.Sprintf("%.7s too", *at[0].Commit)
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
	return term.Truncate(term.Line(strings.Join(parts, "  ")), maxShown, "...")
}

// sources says who asks, each with its place, and who enforces it: on one line
// if it fits.
func (t *reviewText) sources(f *finding) []string {
	if ownAdvice(f.Requirement) {
		return []string{"isrc's own advice"}
	}
	said, most := citable(f.Requirement), 2
	if t.verbose {
		most = len(said)
	}
	if f.Verdict == "unknown" && !t.verbose {
		most = 1
	}
	var out []string
	for i, q := range said {
		if i == most && len(said) > most+1 {
			out = append(out, fmt.Sprintf("and %d more that say so (--verbose)", len(said)-most))
			break
		}
		text := citation(q)
		if !t.verbose {
			text = term.Truncate(text, 2*(t.Width-t.indent())-8, t.Ellipsis())
		}
		out = append(out, text)
	}
	if f.Requirement.Enforcer == nil || isGate(f) && (len(out) > 0 || sameWords(f.Text, *f.Requirement.Enforcer)) {
		return out
	}
	by := term.Line(*f.Requirement.Enforcer)
	if n := len(out) - 1; n >= 0 && term.Columns(out[n])+2+term.Columns(by) <= t.Width-t.indent() {
		out[n] += "; " + by
		return out
	}
	return append(out, "enforced by "+by)
}

// sameWords tells whether two names differ in their quotation marks alone.
func sameWords(a, b string) bool {
	return strings.ReplaceAll(a, `"`, "") == strings.ReplaceAll(b, `"`, "")
}

// byHand is the command that mends what check --fix does not, "" where there is
// none.
func byHand(f *finding) string {
	switch {
	case f.Rule == "up-to-date" && f.Fix != nil && f.Fix.Refused != nil:
		return "isrc sync"
	case f.Rule == "branch-name" && f.Fix == nil:
		return "git branch -m NAME"
	}
	return ""
}

func (t *reviewText) mend(f *finding) {
	if f.Verdict != "broken" {
		return
	}
	if by := byHand(f); by != "" {
		t.detail(term.Plain, "mend: "+by)
		return
	}
	if f.Fix == nil {
		return
	}
	if f.Fix.Refused != nil {
		t.detail(term.Plain, "not mended by isrc: "+term.Line(*f.Fix.Refused))
		return
	}
	if t.last != nil && t.last.Fix != nil && t.last.Rule == f.Rule && t.last.Fix.Verb == f.Fix.Verb && !t.verbose {
		return // one mend for both, said above
	}
	arrow, verb := t.Sym(term.SymArrow)+" ", term.Line(f.Fix.Verb)
	if term.Columns("mend: "+f.Fix.Command+"   "+arrow+verb) <= t.Width-t.indent() {
		t.detail(term.Plain, "mend: "+t.Paint(term.Strong, f.Fix.Command)+"   "+arrow+verb)
		return
	}
	t.detail(term.Plain, "mend: "+t.Paint(term.Strong, f.Fix.Command))
	t.wrapped(pad(t.indent()+len("mend: "))+arrow, verb)
}

// wrapped writes a paragraph behind a lead.
func (t *reviewText) wrapped(lead, text string) {
	for i, l := range term.Wrap(term.Line(text), max(t.Width-term.Columns(lead), 10)) {
		if i == 0 {
			fmt.Fprintln(t.Out, lead+l)
		} else {
			fmt.Fprintln(t.Out, pad(term.Columns(lead))+l)
		}
	}
}
