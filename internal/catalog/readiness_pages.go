package catalog

import (
	"regexp"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// saying is a place where a page says something that was looked for.
type saying struct {
	line int
	text string
}

// said looks through a page for what answers a question; only limits it to
// sections under such headings, nil is the whole page. It is nil where the page
// does not answer it.
func (p *prosePage) said(q question, only *regexp.Regexp) *saying {
	if p == nil {
		return nil
	}
	title := p.title()
	wanted, about := sections{pattern: only, title: title}, sections{pattern: q.heading, title: title}
	for i := range p.Blocks {
		b := &p.Blocks[i]
		if b.Kind == guideline.BlockHeading || isContents(b) || only != nil && !wanted.hold(b) {
			continue
		}
		if s := q.answeredBy(p, b, q.heading != nil && about.hold(b)); s != nil {
			return s
		}
	}
	return nil
}

// sections are those under headings that a pattern matches. A page has few
// headings and many blocks under each.
type sections struct {
	pattern *regexp.Regexp
	title   string // of the page: it names a thing, and tells nothing of a section
	known   map[string]bool
}

func (s *sections) hold(b *guideline.Block) bool {
	for i, h := range b.Headings {
		if i == 0 && h == s.title {
			continue
		}
		hit, ok := s.known[h]
		if !ok {
			if s.known == nil {
				s.known = map[string]bool{}
			}
			hit = s.pattern.MatchString(h) && !isStatus(h)
			s.known[h] = hit
		}
		if hit {
			return true
		}
	}
	return false
}

// isContents tells whether a block is an entry of a table of contents.
func isContents(b *guideline.Block) bool {
	return len(b.Links) == 1 && strings.HasPrefix(b.Links[0].Target, "#") && strings.TrimSpace(b.Text) == strings.TrimSpace(b.Links[0].Text)
}

// isStatus tells whether a heading is over badges: "Build status" says nothing
// of how to build.
func isStatus(heading string) bool {
	h := strings.ToLower(heading)
	return strings.Contains(h, "status") || strings.Contains(h, "badge")
}

// question is what a contributor asks of a page.
type question struct {
	heading  *regexp.Regexp // sections that are about it
	command  *regexp.Regexp // a command that answers it wherever it stands
	sentence func(s, lower string) bool
	hints    []string       // one of which a sentence that answers it has, in lower case
	todo     *regexp.Regexp // what a section about it has to tell people to do
	// prose: any text of a section about it is an answer, else it takes a command,
	// a link or something to do.
	prose bool
}

func (q question) answeredBy(p *prosePage, b *guideline.Block, topical bool) *saying {
	if b.Kind == guideline.BlockCode {
		return q.answeredByCode(b, topical)
	}
	if q.command != nil {
		for _, span := range b.Spans {
			if q.command.MatchString(commandOf(span)) {
				return &saying{p.lineOf(b, span), span}
			}
		}
	}
	if topical && q.topical(b) {
		return &saying{b.Line, firstWords(b.Text)}
	}
	lower := strings.ToLower(b.Text)
	if q.sentence == nil || !containsAny(lower, q.hints) {
		return nil
	}
	for _, s := range sentencesOf(b.Text) {
		if l := strings.ToLower(s); containsAny(l, q.hints) && q.sentence(s, l) {
			return &saying{p.lineOf(b, s), firstWords(s)}
		}
	}
	return nil
}

// answeredByCode: code in a section about it answers, unless it only fetches the
// sources or is no command at all.
func (q question) answeredByCode(b *guideline.Block, topical bool) *saying {
	n := 0
	for line := range strings.Lines(b.Text) {
		text := commandOf(line)
		n++
		switch {
		case text == "" || len(text) > 300 || n > 200:
			continue
		case q.command != nil && q.command.MatchString(text), topical && !fetches(text):
			return &saying{b.Line + n - 1, firstWords(text)}
		}
	}
	return nil
}

func fetches(command string) bool {
	for _, p := range []string{"git ", "gh ", "cd ", "#", "//", "mkdir ", "curl ", "wget "} {
		if strings.HasPrefix(command, p) {
			return true
		}
	}
	return false
}

// topical tells whether a block of a section about it says what to do, or where
// that is said.
func (q question) topical(b *guideline.Block) bool {
	n := wordsIn(b.Text)
	if len(b.Links) > 0 && n >= 2 && (q.prose || readinessWords().points.MatchString(b.Text)) {
		return true
	}
	return n >= 5 && (q.prose || q.todo.MatchString(b.Text) && (len(b.Spans) > 0 || containsAny(strings.ToLower(b.Text), q.hints)))
}

func buildQuestion() question {
	w := readinessWords()
	return question{heading: w.building, command: w.build, todo: w.imperative, hints: []string{"build", "compil", "built", "set up", "setup", "setting up", "install"},
		sentence: func(s, _ string) bool { return w.builds.MatchString(s) && !w.negated.MatchString(s) }}
}

func testQuestion() question {
	w := readinessWords()
	return question{heading: w.testing, command: w.test, todo: w.runs, hints: []string{"test"},
		sentence: func(s, _ string) bool { return w.tests.MatchString(s) && !w.negated.MatchString(s) }}
}

func submitQuestion() question {
	w := readinessWords()
	return question{heading: w.submitting, todo: w.imperative, hints: []string{"pull", "merge request", "pr", "mr", "patch", "review", "gerrit", "fork", "git ", "cl", "change"},
		sentence: func(s, _ string) bool {
			return w.submits.MatchString(s) && !refuses(s)
		}}
}

// refuses: "please do not open pull requests" says how not to submit.
func refuses(s string) bool {
	m := readinessWords().negated.FindStringIndex(s)
	n := readinessWords().submits.FindStringIndex(s)
	return m != nil && n != nil && m[0] < n[0] && n[0]-m[1] < 12
}

func answerQuestion() question {
	w := readinessWords()
	return question{hints: []string{"day", "hour", "week", "month", "daily", "24/7", "sprint", "iteration"},
		sentence: func(s, _ string) bool {
			return w.answers.MatchString(s) && w.length.MatchString(s) && !w.notAnswer.MatchString(s)
		}}
}

func startQuestion() question { return question{heading: readinessWords().starting, prose: true} }

func helpQuestion() question {
	w := readinessWords()
	return question{heading: w.helping, prose: true, hints: []string{"question", "help", "support", "stuck", "contact", "reach", "touch", "feedback", "ask", "post", "join", "mail", "ping"},
		sentence: func(s, _ string) bool { return w.asks.MatchString(s) }}
}

// purpose is where a README says what the repository is for: prose before the
// first section below the title, or in a section that is about it.
func (p *prosePage) purpose() *saying {
	w, title := readinessWords(), p.title()
	for i := range p.Blocks {
		b := &p.Blocks[i]
		if !isProse(b) && b.Kind != guideline.BlockItem || wordsIn(b.Text) < 6 || aside(b.Headings) {
			continue
		}
		if (len(b.Headings) == 0 || len(b.Headings) == 1 && b.Headings[0] == title) || w.purpose.MatchString(strings.Join(b.Headings, "\n")) {
			return &saying{b.Line, firstWords(b.Text)}
		}
	}
	return nil
}

// title is the first heading of a page, unless others stand at its level: then
// it is one section among several. At the first level it is the title anyway.
//
//go:noinline
func (p *prosePage) title() string {
	title, level, n := "", 0, 0
	for i := range p.Blocks {
		b := &p.Blocks[i]
		if b.Kind != guideline.BlockHeading {
			continue
		}
		if level == 0 {
			title, level = b.Text, b.Level
		}
		if b.Level <= level {
			n++
		}
	}
	if n > 1 && level > 1 {
		return ""
	}
	return title
}

// contributes is where a page says how to contribute: anywhere in a page on
// contributing, else in a section on it. A section that only points at a
// CONTRIBUTING which is not there says nothing.
func (p *prosePage) contributes(whole, pageThere bool) *saying {
	for i := range p.Blocks {
		b := &p.Blocks[i]
		if b.Kind == guideline.BlockHeading || !whole && !aboutContributing(b.Headings) {
			continue
		}
		if !pageThere && !whole && pointsAtPage(b) {
			continue
		}
		if wordsIn(b.Text) >= 5 || len(b.Links) > 0 && wordsIn(b.Text) >= 2 {
			return &saying{b.Line, firstWords(b.Text)}
		}
	}
	return nil
}

func aboutContributing(headings []string) bool {
	for _, h := range headings {
		if l := strings.ToLower(h); strings.Contains(l, "contribut") && !strings.Contains(l, "contributors") || strings.Contains(l, "get involved") || strings.Contains(l, "getting involved") {
			return true
		}
	}
	return false
}

func pointsAtPage(b *guideline.Block) bool {
	if wordsIn(b.Text) > 20 {
		return false
	}
	for _, l := range b.Links {
		if !strings.Contains(l.Target, "://") && strings.Contains(strings.ToLower(l.Target), "contributing") {
			return true
		}
	}
	return len(b.Links) == 0 && strings.Contains(b.Text, "CONTRIBUTING")
}

// pointer is where a page sends its readers when it says little else.
func (p *prosePage) pointer() string {
	blocks, target := 0, ""
	for i := range p.Blocks {
		b := &p.Blocks[i]
		if b.Kind == guideline.BlockHeading {
			continue
		}
		blocks++
		for _, l := range b.Links {
			if target == "" && !strings.HasPrefix(l.Target, "#") {
				target = l.Target
			}
		}
	}
	if blocks > 3 {
		return ""
	}
	return target
}

// lineOf is the line of a block on which a piece of its text begins.
func (p *prosePage) lineOf(b *guideline.Block, text string) int {
	if b.EndLine <= b.Line {
		return b.Line
	}
	text = strings.TrimSpace(text)
	for n := min(len(text), 24); n >= 6; n -= 6 {
		for line := b.Line; line <= b.EndLine && line <= len(p.lines); line++ {
			if strings.Contains(p.lines[line-1], text[:n]) {
				return line
			}
		}
	}
	return b.Line
}

func wordsIn(text string) int {
	n := 0
	for w := range strings.FieldsSeq(text) {
		if !isAddress(w) {
			n++
		}
	}
	return n
}

// firstWords is as much of a text as a reason needs.
func firstWords(text string) string {
	var out strings.Builder
	appendPrintable(&out, strings.Join(strings.Fields(text), " "))
	if s := clip(out.String(), 80); s != out.String() {
		return s + " …"
	}
	return out.String()
}

func containsAny(text string, parts []string) bool {
	for _, p := range parts {
		if strings.Contains(text, p) {
			return true
		}
	}
	return false
}
