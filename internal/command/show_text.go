package command

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/order"
	"github.com/isrc-dev/isrc/internal/term"
)

// showCard renders a contribution card for people. Typed is how the next command
// is told of the repository.
func showCard(s *term.Streams, c *card, typed string, explain bool, now time.Time) error {
	w := s.Out
	fmt.Fprintln(w, s.Paint(term.Strong, term.Line(c.FullName)))
	for _, l := range term.Wrap(shortLine(c.Description), s.Width) {
		fmt.Fprintln(w, l)
	}
	for _, l := range joinFacts(headline(c, now), " "+s.Sym(term.SymDot)+" ", s.Width) {
		fmt.Fprintln(w, strings.Join(term.Wrap(l, s.Width), "\n"))
	}
	warn := func(text string) { fmt.Fprintln(w, s.Paint(term.Warn, strings.Join(term.Wrap(text, s.Width), "\n"))) }
	if c.Archived {
		warn("archived: it takes no changes any more")
	}
	if c.Contributions == guideline.TakesElsewhere && c.SaidBy != nil {
		said := fmt.Sprintf("its owners take no pull requests there: %s (%s:%d)", shortLine(c.SaidBy.Text), term.Line(c.SaidBy.Path), c.SaidBy.Line)
		warn(said)
	}
	if c.Fork && c.Parent != nil {
		warn("a fork of " + term.Line(*c.Parent) + ": contribute there")
	}
	if c.closed() {
		warn("forking is disabled there, and you cannot push: its owners give access")
	}
	fmt.Fprintln(w)
	if how := takes(&c.Contributions); c.Contributions != "pull-requests" && c.Contributions != "unknown" {
		showHow(s, how, c.SaidBy)
	}
	showRequirements(s, c.Requirements)
	if lines := commandLines(c.Commands); len(lines) > 0 {
		section(s, "Build and test", lines)
	}
	if c.Answers != nil {
		section(s, "Answers", answersText(c.Answers))
	}
	if len(c.Similar) > 0 {
		section(s, "Open work", issueTexts(c.Similar, now))
	}
	if len(c.HelpWanted) > 0 {
		section(s, "Help wanted", issueTexts(c.HelpWanted, now))
	}
	for _, u := range c.Unread {
		section(s, "Not read", []remark{{text: term.Line(u.What) + ": " + term.Line(u.Why)}})
	}
	if explain && c.Figures != nil {
		showFigures(s, c.Figures)
	}
	fmt.Fprintln(w)
	next := "isrc contribute " + typed
	if len(c.HelpWanted) > 0 {
		next += fmt.Sprintf(" --issue %d", c.HelpWanted[0].Number)
	}
	switch {
	case c.Archived, c.Contributions == guideline.TakesElsewhere:
		next = "isrc show " + typed + " --web"
	case c.Contributions == "issues-only", c.closed():
		next = "isrc propose " + typed
	}
	fmt.Fprintln(w, s.Paint(term.Strong, next))
	return nil
}

// closed tells whether no way leads there: neither by a branch nor by a fork.
func (c *card) closed() bool { return c.Access != nil && *c.Access == "none" && !c.Archived }

// maxShown bounds a piece of foreign text that nobody wants to read whole, in
// columns.
const maxShown = 300

// shortLine makes foreign text one safe line of bounded length.
func shortLine(text string) string { return term.Truncate(term.Line(text), maxShown, "...") }

func headline(c *card, now time.Time) []string {
	var facts []string
	add := func(f string) {
		if f = term.Line(f); f != "" {
			facts = append(facts, f)
		}
	}
	add(c.Language)
	if c.Release != nil {
		text := c.Release.Tag
		if c.Release.Published != nil {
			if t, err := time.Parse(time.RFC3339, *c.Release.Published); err == nil {
				text += " (" + ago(now.Sub(t)) + ")"
			}
		}
		add(text)
	}
	add(c.License)
	if c.Owner != nil {
		text := "owner: " + c.Owner.Value
		if c.Owner.Said != nil && c.Owner.Said.Path != "" {
			text += fmt.Sprintf(" (%s:%d)", c.Owner.Said.Path, c.Owner.Said.Line)
		}
		add(text)
	} else {
		add("owner: not stated")
	}
	if c.Channel != nil {
		add(c.Channel.Value)
	}
	return facts
}

// showRequirements lists what is asked of contributors, the firmest first, with
// who says so, and in a line of its own what others will do with the change.
func showRequirements(s *term.Streams, all []requirement) {
	yours, theirs := sides(all)
	if len(yours)+len(theirs) == 0 {
		section(s, "They ask for", []remark{{text: "nothing that isrc could read"}})
		return
	}
	fmt.Fprintln(s.Out, s.Paint(term.Strong, "They ask for"))
	for _, r := range yours {
		showAsked(s, r.Strength, strengthTone(r.Strength), term.Line(r.Text))
		for _, line := range sources(r.Said, r.Enforcer) {
			writeDetail(s, s.Out, 9, term.Dim, line)
		}
	}
	var facts []string
	for _, r := range theirs {
		if r.Rule == "gate" {
			sign := s.Sym(term.SymUnknown)
			showAsked(s, sign, strengthTone(sign), term.Line(r.Text))
			for _, line := range sources(r.Said, r.Enforcer) {
				writeDetail(s, s.Out, 9, term.Dim, line)
			}
			continue
		}
		facts = append(facts, term.Line(r.Text))
	}
	if len(facts) > 0 {
		showAsked(s, "then", term.Dim, strings.Join(facts, " "+s.Sym(term.SymDot)+" "))
	}
}

// oneColumn tells whether a terminal has no room for two columns.
func oneColumn(s *term.Streams) bool { return s.Width < sectionWidth+2+30 }

func showAsked(s *term.Streams, label string, tone term.Tone, text string) {
	if oneColumn(s) {
		fmt.Fprintln(s.Out, "  "+s.Paint(tone, label))
		for _, l := range term.Wrap(text, max(s.Width-4, 10)) {
			fmt.Fprintln(s.Out, "    "+l)
		}
		return
	}
	for i, l := range term.Wrap(text, s.Width-9) {
		if i == 0 {
			fmt.Fprintf(s.Out, "  %s %s\n", s.Paint(tone, fmt.Sprintf("%-6s", label)), l)
		} else {
			fmt.Fprintln(s.Out, pad(9)+l)
		}
	}
}

// byOthers are the rules that contributors cannot follow: others, and machines,
// decide on the pull request.
func byOthers() []string {
	return []string{"code-owners", "required-check", "required-workflow", "approvals", "merge-method", "gate"}
}

// sides parts what contributors have to do from what others will, each sorted by
// strength. What only isrc advises is asked by nobody, and what is asked twice in
// the same words is shown once.
func sides(all []requirement) (yours, theirs []requirement) {
	sorted := slices.Clone(all)
	strength := map[string]int{"must": 0, "should": 1, "may": 2}
	order.StableBy(sorted, func(a, b requirement) int { return strength[a.Strength] - strength[b.Strength] })
	for _, r := range sorted {
		same := func(q requirement) bool { return q.Rule == r.Rule && q.Text == r.Text }
		switch {
		case ownAdvice(r):
		case slices.Contains(byOthers(), r.Rule):
			theirs = append(theirs, r)
		case slices.ContainsFunc(yours, same):
			i := slices.IndexFunc(yours, same)
			yours[i].Said = append(slices.Clone(yours[i].Said), r.Said...)
		default:
			yours = append(yours, r)
		}
	}
	return yours, theirs
}

// writeDetail writes a line below something, wrapped to at most three lines. On a
// narrow terminal a word that is too long, as a place in a file is, begins further
// to the left.
func writeDetail(s *term.Streams, w io.Writer, indent int, tone term.Tone, text string) {
	deeper := 2
	if oneColumn(s) {
		indent, deeper = min(indent, 4), 0
	}
	room := max(s.Width-indent, 10)
	if term.Columns(text) <= room {
		fmt.Fprintln(w, pad(indent)+s.Paint(tone, text))
		return
	}
	lines := term.Wrap(text, room)
	for i, l := range lines {
		if i == 2 && len(lines) > 3 {
			l = term.Truncate(strings.Join(lines[2:], " "), room, s.Ellipsis())
		}
		at, fits := indent, term.Truncate(l, room, s.Ellipsis())
		if deeper == 0 && fits != l {
			at, fits = max(min(indent, s.Width-term.Columns(l)), 0), l
		}
		fmt.Fprintln(w, pad(at)+s.Paint(tone, fits))
		if i == 2 {
			return
		}
		if i == 0 {
			indent, room = indent+deeper, max(room-deeper, 10)
		}
	}
}

func strengthTone(strength string) term.Tone {
	switch strength {
	case "must":
		return term.Bad
	case "should", "?":
		return term.Warn
	}
	return term.Dim
}

// maxQuotes is how many quotations a screen shows; JSON has them all.
const maxQuotes = 3

// sources says who asks: each quotation with its place, and who enforces it.
func sources(said []quote, enforcer *string) []string {
	var out []string
	for _, q := range said {
		if q.Line == 0 && enforcer != nil && (q.Kind == guideline.KindCheck || q.Kind == guideline.KindRuleset) {
			continue // a setting of the forge has no place but its enforcer, named below
		}
		text := q.Path
		if q.Line > 0 {
			text += fmt.Sprintf(":%d", q.Line)
		}
		switch {
		case q.Kind == guideline.KindHistory: // counted, not said by anybody
			text = term.Line(q.Text)
		case q.Text != "":
			text += ` "` + term.Line(q.Text) + `"`
		}
		if len(out) < maxQuotes {
			out = append(out, term.Line(text))
		}
	}
	if enforcer != nil {
		out = append(out, "enforced by "+term.Line(*enforcer))
	}
	return out
}

// showHow says how contributions are taken and who says so, below it where there is
// no room beside it.
func showHow(s *term.Streams, how string, q *quote) {
	said := ""
	if q != nil && q.Path != "" {
		said = fmt.Sprintf(`%s:%d "%s"`, term.Line(q.Path), q.Line, term.Line(q.Text))
	}
	if said != "" && term.Columns(how+"   "+said) <= s.Width {
		fmt.Fprintln(s.Out, s.Paint(term.Warn, how)+"   "+s.Paint(term.Dim, said))
		return
	}
	for _, l := range term.Wrap(how, s.Width) {
		fmt.Fprintln(s.Out, s.Paint(term.Warn, l))
	}
	if said != "" {
		writeDetail(s, s.Out, 2, term.Dim, said)
	}
}

const sectionWidth = 15

// remark is a line of a section, with an aside that may stand below it.
type remark struct{ text, aside string }

// section writes lines beside a title, on a narrow terminal below it.
func section(s *term.Streams, title string, lines []remark) {
	side := sectionWidth
	room := s.Width - side - 2
	head := s.Paint(term.Strong, title) + pad(side-len(title))
	if oneColumn(s) {
		fmt.Fprintln(s.Out, s.Paint(term.Strong, title))
		head, side, room = "", 0, max(s.Width-2, 10)
	}
	write := func(text string) {
		fmt.Fprintln(s.Out, head+"  "+text)
		head = pad(side)
	}
	for _, l := range lines {
		wrapped := term.Wrap(l.text, room)
		for i, text := range wrapped {
			if i == len(wrapped)-1 && l.aside != "" && term.Columns(text)+3+term.Columns(l.aside) <= room {
				text, l.aside = text+"   "+s.Paint(term.Dim, l.aside), ""
			}
			write(text)
		}
		if l.aside != "" {
			write(s.Paint(term.Dim, term.Truncate(l.aside, room, s.Ellipsis())))
		}
	}
}

// joinFacts joins facts to lines of at most width columns.
func joinFacts(facts []string, dot string, width int) []string {
	var lines []string
	line := ""
	for _, f := range facts {
		if term.Columns(f) > width && !strings.HasPrefix(f, "isrc ") { // which is to be pasted
			if line != "" {
				lines, line = append(lines, line), ""
			}
			whole := term.Wrap(f, width)
			last := max(len(whole)-1, 0)
			lines, f = append(lines, whole[:last]...), strings.Join(whole[last:], "")
		}
		switch {
		case line == "":
			line = f
		case term.Columns(line+dot+f) <= width:
			line += dot + f
		default:
			lines, line = append(lines, line), f
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

func commandLines(all []commandLine) []remark {
	var out []remark
	seen := map[string]int{}
	for _, c := range all {
		if seen[c.Purpose]++; seen[c.Purpose] > 2 || len(out) == 6 {
			continue
		}
		out = append(out, remark{term.Line(c.Command), fmt.Sprintf("%s:%d", term.Line(c.Said.Path), c.Said.Line)})
	}
	return out
}

func answersText(a *answers) []remark {
	var out []remark
	if a.MedianHours != nil {
		out = append(out, remark{text: fmt.Sprintf("first reply ~%s (median of %d)", span(time.Duration(*a.MedianHours*float64(time.Hour))), a.Answered)})
	} else {
		out = append(out, remark{text: "no pull request was answered yet"})
	}
	if a.Waiting > 0 && a.OldestHours != nil {
		return append(out, remark{text: fmt.Sprintf("%s without a reply, the oldest for %s", plural(a.Waiting, "pull request"), span(time.Duration(*a.OldestHours*float64(time.Hour))))})
	}
	return append(out, remark{text: "nobody waits for a reply"})
}

func issueTexts(all []issueLine, now time.Time) []remark {
	var out []remark
	for _, i := range all {
		var extra []string
		if i.Draft {
			extra = append(extra, "draft")
		}
		if i.CreatedAt != nil {
			if t, err := time.Parse(time.RFC3339, *i.CreatedAt); err == nil {
				extra = append(extra, ago(now.Sub(t)))
			}
		}
		extra = append(extra, i.Labels...)
		out = append(out, remark{fmt.Sprintf("#%d %s", i.Number, shortLine(i.Title)), shortLine(strings.Join(extra, ", "))})
	}
	return out
}
