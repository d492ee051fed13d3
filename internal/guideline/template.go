package guideline

import (
	"regexp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/lazy"
)

// Template is a text that new pull requests begin with.
type Template struct {
	Source     *Source
	Name       string // its file name; what --pr-template names
	Default    bool   // used when nobody picks one
	Dialect    TemplateDialect
	LineOffset int // lines of front matter above Form.Text
	Form       Form

	lines map[int]int // of a form in YAML: where a line of Form.Text comes from
}

// Line is the line of the file from which a line of the form comes.
func (t Template) Line(n int) int {
	if t.lines != nil {
		return t.lines[n]
	}
	return n + t.LineOffset
}

// Form is the structure of a template, or of a pull request's body.
type Form struct {
	Text     string
	Sections []Section // the first has no heading when text stands above all headings
}

// Section is what stands under one heading. Lines count from 1 in the form's
// text.
type Section struct {
	Heading  string
	Level    int      // of its heading, 0 without one
	Line     int      // of the heading, or of the first line
	EndLine  int      // the last line before the next heading
	Hints    []string // comments: what the template says to whoever fills it in
	Content  string   // what is there without comments, boxes and rules
	Boxes    []Box
	Required bool // says of itself that it is required
	Optional bool // says of itself that it may be left out
	Choice   bool // its boxes are a choice: some are to be ticked, not all

	Options []string // of a list, what may be said; nil for any text
	Several bool     // more than one of them, with commas between
	Render  string   // the language as which a forge shows what is filled in
}

// Takes tells whether a text is what a list of options has; any text does where
// there is no list, and none is not asked about.
func (s Section) Takes(text string) bool {
	text = strings.TrimSpace(text)
	if len(s.Options) == 0 || text == "" {
		return true
	}
	offered := func(one string) bool {
		return slices.ContainsFunc(s.Options, func(o string) bool { return strings.EqualFold(strings.TrimSpace(o), strings.TrimSpace(one)) })
	}
	if offered(text) || !s.Several {
		return offered(text)
	}
	return !slices.ContainsFunc(strings.Split(text, ","), func(one string) bool { return !offered(one) })
}

// Box is a check box.
type Box struct {
	Text     string
	Line     int
	Ticked   bool
	Personal bool // states something about the person: "I have read …"
	Required bool // says of itself that it is required
}

type formPatterns struct {
	heading, box, required, demanded, optional, choice, choiceHint, personal *regexp.Regexp
}

var formPattern = lazy.Value(func() *formPatterns {
	re := regexp.MustCompile
	return &formPatterns{
		heading:  re(`^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$`),
		box:      re(`^\s*(?:[-*+]|\d+[.)])\s+\[([ xX])\]\s+(.*)$`),
		required: re(`(?i)\b(required|mandatory)\b|\*\s*$`), // in a heading or at a box
		// in a hint, where "why is this change required?" asks for an answer
		demanded: re(`(?im)^\W*(required|mandatory)\b|[(\[](required|mandatory)[)\]]|\b(section|field|part|it|this|description|answer)\b( \w+)? is (required|mandatory)\s*([.!,;:]|$)|\bmust be (filled|completed|answered|checked|ticked)\b|\bdo not (delete|remove) (this|the)? ?(section|heading|part)|\bcannot be empty\b`),
		optional: re(`(?i)\bnot (required|mandatory)\b|\b(optional(ly)?|if (applicable|any|relevant|appropriate|needed|necessary)|where applicable|(delete|remove) (this|the) section|n/a|feel free to (remove|delete|skip))\b`),
		choice:   re(`(?i)\b(types? of (change|pr|pull)|kind of (change|pr)|what (type|kind)|change type|category)\b`),
		// a hint that some boxes are to be ticked and others not
		choiceHint: re(`(?i)\b(that appl(y|ies)|(check|select|choose|pick|tick|keep) (only )?(one|at least one|any|all)\b|delete (the )?(options|those|irrelevant)|one of|relevant (option|box)|where appropriate)`),
		personal:   re(`\bI\b|\b[Mm]y\b|\b[Ww]e\b|(?i:^\W*(read|tested|signed|reviewed|verified|checked|confirmed|agree\w*|understood|understand)\b|\bself[- ]review|\bCLA\b)`),
	}
})

// ParseForm reads the structure of a template or a body. Headings, boxes and
// comments inside code blocks are text.
func ParseForm(text string) Form {
	p := formPattern()
	r := &formReader{form: Form{Text: text}}
	r.begin("", 0, 1)
	var fence string
	for i, line := range strings.Split(text, "\n") {
		n := i + 1
		visible := line
		if fence == "" {
			visible = r.uncomment(line)
		}
		trimmed := strings.TrimSpace(visible)
		switch {
		case fence != "":
			r.text(n, line)
			if strings.HasPrefix(trimmed, fence) && strings.Trim(trimmed, fence[:1]) == "" {
				fence = ""
			}
		case strings.HasPrefix(trimmed, "```") || strings.HasPrefix(trimmed, "~~~"):
			fence = trimmed[:3]
			r.text(n, line)
		case p.heading.MatchString(visible):
			m := p.heading.FindStringSubmatch(visible)
			r.begin(m[2], len(m[1]), n)
		case p.box.MatchString(visible):
			m := p.box.FindStringSubmatch(visible)
			r.box(Box{Text: strings.TrimSpace(m[2]), Line: n, Ticked: m[1] != " "})
		case visible == "" && line != "":
			r.now.EndLine = n // nothing but a comment
		default:
			r.text(n, visible)
		}
	}
	r.end()
	return r.form
}

// formReader reads a form line by line.
type formReader struct {
	form    Form
	now     Section
	content []string
	comment *strings.Builder // the comment that is open
}

//go:noinline
func (r *formReader) begin(heading string, level, line int) {
	if level > 0 {
		r.end()
	}
	r.now = Section{Heading: heading, Level: level, Line: line, EndLine: line}
	r.content = nil
}

// end closes the section: what it says of itself is known only now.
func (r *formReader) end() {
	p := formPattern()
	s := &r.now
	s.Content = strings.TrimSpace(strings.Join(r.content, "\n"))
	if s.Level == 0 && s.Content == "" && len(s.Boxes) == 0 && len(s.Hints) == 0 {
		return
	}
	hints := strings.Join(s.Hints, "\n")
	s.Optional = p.optional.MatchString(s.Heading) || p.optional.MatchString(hints)
	s.Required = !s.Optional && (p.required.MatchString(s.Heading) || p.demanded.MatchString(hints))
	s.Choice = len(s.Boxes) > 1 && (p.choice.MatchString(s.Heading) || p.choiceHint.MatchString(hints+"\n"+s.Content))
	for i := range s.Boxes {
		b := &s.Boxes[i]
		b.Personal = p.personal.MatchString(b.Text)
		b.Required = !s.Choice && p.demanded.MatchString(b.Text)
	}
	r.form.Sections = append(r.form.Sections, *s)
}

func (r *formReader) box(b Box) {
	r.now.Boxes = append(r.now.Boxes, b)
	r.now.EndLine = b.Line
}

func (r *formReader) text(n int, line string) {
	r.now.EndLine = n
	trimmed := strings.TrimSpace(line)
	if trimmed != "" && strings.Trim(trimmed, "-*_ ") == "" {
		return // a rule, or an empty item
	}
	r.content = append(r.content, line)
}

// uncomment takes comments out of a line and keeps them as hints.
func (r *formReader) uncomment(line string) string {
	var out strings.Builder
	for line != "" {
		if r.comment == nil {
			before, after, found := strings.Cut(line, "<!--")
			out.WriteString(before)
			if !found {
				break
			}
			r.comment, line = &strings.Builder{}, after
			continue
		}
		inside, after, closed := strings.Cut(line, "-->")
		r.comment.WriteString(inside)
		if !closed {
			r.comment.WriteByte('\n')
			break
		}
		r.now.Hints = append(r.now.Hints, strings.TrimSpace(r.comment.String()))
		r.comment, line = nil, after
	}
	return strings.TrimRight(out.String(), " \t\r")
}

// newTemplate reads a template file; its front matter is taken off.
func newTemplate(src *Source, name string, byDefault bool, data []byte) Template {
	text := strings.ReplaceAll(strings.TrimPrefix(string(data), "\uFEFF"), "\r\n", "\n")
	t := Template{Source: src, Name: name, Default: byDefault}
	if rest, ok := strings.CutPrefix(text, "---\n"); ok {
		if front, body, ok := strings.Cut(rest, "\n---\n"); ok {
			t.LineOffset = strings.Count(front, "\n") + 3
			text = body
		}
	}
	t.Form = ParseForm(text)
	return t
}
