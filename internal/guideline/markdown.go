package guideline

import (
	"sort"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"

	"github.com/isrc-dev/isrc/internal/lazy"
)

// maxProse bounds pages for people: the largest known CONTRIBUTING has 60 kB.
const maxProse = 256 << 10

// ParseDocument reads prose into blocks and sentences: Markdown, and AsciiDoc
// and reStructuredText by their names.
func ParseDocument(source *Source, kind string, data []byte) Document {
	if len(data) > maxProse {
		data = data[:maxProse]
	}
	src := []byte(flatten(asMarkdown(source.Path, string(data))))
	return Document{Source: source, Kind: kind, Blocks: blocksBy(newMarkdownParser(), src)}
}

func blocksBy(p parser.Parser, src []byte) []Block {
	m := &marks{src: src, lines: lineStarts(src)}
	m.walk(p.Parse(text.NewReader(src)), BlockParagraph)
	return m.blocks
}

// Bounds on what one paragraph may hold: finding the pairs of marks takes
// quadratic time.
const (
	deepest  = 24
	mostMark = 2000
)

// flatten takes away lines that nest containers absurdly deep, because a reader
// of trees would go as deep as they do, and what of a paragraph has absurdly
// many marks.
func flatten(src string) string {
	lines := strings.SplitAfter(strings.ReplaceAll(src, "\r\n", "\n"), "\n")
	marked := 0
	for i, line := range lines {
		markers, blanks := 0, 0
		for _, c := range line {
			if c == '>' || c == '-' || c == '*' || c == '+' {
				markers++
			} else if c == ' ' || c == '\t' {
				blanks++
			} else {
				break
			}
		}
		if strings.TrimSpace(line) == "" {
			marked = 0
			continue
		}
		if item := strings.TrimLeft(line, " "); strings.HasPrefix(item, "- ") || strings.HasPrefix(item, "* ") || strings.HasPrefix(item, "|") {
			marked = 0 // an item or a row of its own
		}
		marked += marksIn(line)
		rule := strings.Trim(line, "-*+ \t\n") == "" && !strings.Contains(line, " ")
		if !rule && (markers > deepest || blanks > 4*deepest || marked > mostMark) {
			lines[i] = "\n"
		}
	}
	return strings.Join(lines, "")
}

// marksIn counts what may open or close something in a line.
func marksIn(line string) int {
	n := 0
	for i := range len(line) {
		switch c := line[i]; c {
		case '[', '<', '`':
			n++
		case '*', '_':
			if i == 0 || line[i-1] != c {
				n++
			}
		}
	}
	return n
}

func lineStarts(src []byte) []int {
	starts := []int{0}
	for i, c := range src {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// marks collects blocks while walking a syntax tree.
type marks struct {
	src      []byte
	lines    []int
	blocks   []Block
	headings []string
	levels   []int
}

//go:noinline
func (m *marks) line(offset int) int {
	return sort.Search(len(m.lines), func(i int) bool { return m.lines[i] > offset })
}

func (m *marks) walk(n ast.Node, kind BlockKind) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Heading:
			m.heading(c)
		case *ast.Paragraph, *ast.TextBlock:
			m.add(m.inline(c, kind))
		case *ast.FencedCodeBlock:
			b := m.code(c)
			b.Language = string(c.Language(m.src))
			m.add(b)
		case *ast.CodeBlock:
			m.add(m.code(c))
		case *ast.Blockquote:
			if m.isNote(c) {
				m.walk(c, BlockParagraph)
			} else {
				m.walk(c, BlockQuote)
			}
		case *ast.ListItem:
			if kind == BlockQuote {
				m.walk(c, BlockQuote)
			} else {
				m.walk(c, BlockItem)
			}
		case *extast.TableHeader, *extast.TableRow:
			for cell := c.FirstChild(); cell != nil; cell = cell.NextSibling() {
				m.add(m.inline(cell, BlockTable))
			}
		case *ast.HTMLBlock, *ast.ThematicBreak:
		default:
			m.walk(c, kind)
		}
	}
}

var noteMark = lazy.Pattern(`(?i)^\W{0,6}(\[!(note|tip|important|warning|caution)\]|(note|tip|important|warning|caution)\b)`)

// isNote tells whether what is set as a quotation is the page's own words: an
// alert, or a note that names itself.
func (m *marks) isNote(q *ast.Blockquote) bool {
	first, ok := q.FirstChild().(*ast.Paragraph)
	if !ok || first.Lines().Len() == 0 {
		return false
	}
	line := first.Lines().At(0)
	return noteMark().Match(line.Value(m.src))
}

func (m *marks) add(b Block) {
	b.Text = alertMark(b.Text)
	if b.Line == 0 {
		return
	}
	b.Headings = append([]string(nil), m.headings...)
	m.blocks = append(m.blocks, b)
}

// alertMark takes away the mark of an alert, with blanks so that offsets stay.
func alertMark(text string) string {
	if !strings.HasPrefix(text, "[!") {
		return text
	}
	if end := strings.IndexByte(text, ']'); end > 0 && end < 14 {
		return strings.Repeat(" ", end+1) + text[end+1:]
	}
	return text
}

func (m *marks) heading(h *ast.Heading) {
	for len(m.levels) > 0 && m.levels[len(m.levels)-1] >= h.Level {
		m.levels = m.levels[:len(m.levels)-1]
		m.headings = m.headings[:len(m.headings)-1]
	}
	b := m.inline(h, BlockHeading)
	b.Level = h.Level
	m.add(b)
	m.levels = append(m.levels, h.Level)
	m.headings = append(m.headings, b.Text)
}

func (m *marks) code(n ast.Node) Block {
	b := Block{Kind: BlockCode}
	segments := n.Lines()
	if segments.Len() == 0 {
		return b
	}
	b.Line = m.line(segments.At(0).Start)
	b.EndLine = m.line(segments.At(segments.Len() - 1).Start)
	b.Text = string(segments.Value(m.src))
	return b
}

// inline is a block's text in one line. breaks remembers which source line each
// part of it comes from, for the sentences.
func (m *marks) inline(n ast.Node, kind BlockKind) Block {
	b := Block{Kind: kind}
	var out strings.Builder
	_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch c := c.(type) {
		case *ast.Text:
			m.touch(&b, out.Len(), c.Segment.Start)
			out.Write(c.Segment.Value(m.src))
			if c.SoftLineBreak() || c.HardLineBreak() {
				out.WriteByte(' ')
			}
		case *ast.String:
			out.Write(c.Value)
		case *ast.CodeSpan:
			span := m.span(&b, out.Len(), c)
			b.Spans, b.spanAt = append(b.Spans, span), append(b.spanAt, out.Len())
			out.WriteString("`" + span + "`")
			return ast.WalkSkipChildren, nil
		case *ast.Link:
			b.Links, b.linkAt = append(b.Links, Link{Text: plain(c, m.src), Target: string(c.Destination)}), append(b.linkAt, out.Len())
		case *ast.AutoLink:
			target := string(c.URL(m.src))
			b.Links, b.linkAt = append(b.Links, Link{Text: target, Target: target}), append(b.linkAt, out.Len())
			out.WriteString(target)
		case *ast.RawHTML:
			return ast.WalkSkipChildren, nil
		}
		return ast.WalkContinue, nil
	})
	b.Text = out.String()
	return b
}

// span is the text of a code span, its line breaks as blanks.
func (m *marks) span(b *Block, at int, c *ast.CodeSpan) string {
	var out strings.Builder
	for t := c.FirstChild(); t != nil; t = t.NextSibling() {
		if seg, ok := t.(*ast.Text); ok {
			m.touch(b, at+out.Len(), seg.Segment.Start)
			out.Write(seg.Segment.Value(m.src))
		}
	}
	return strings.Join(strings.Fields(out.String()), " ")
}

func plain(n ast.Node, src []byte) string {
	var out strings.Builder
	_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := c.(*ast.Text); ok && entering {
			out.Write(t.Segment.Value(src))
			if t.SoftLineBreak() {
				out.WriteByte(' ')
			}
		}
		return ast.WalkContinue, nil
	})
	return out.String()
}

// touch notes that the text at an offset of the block comes from an offset of
// the source.
func (m *marks) touch(b *Block, at, offset int) {
	line := m.line(offset)
	if b.Line == 0 {
		b.Line = line
	}
	b.EndLine = max(b.EndLine, line)
	if n := len(b.breaks); n == 0 || b.breaks[n-1].line != line {
		b.breaks = append(b.breaks, lineBreak{at: at, line: line})
	}
}

// lineBreak says that a block's text is on a line from an offset on.
type lineBreak struct{ at, line int }

// lineAt is the source line of an offset of the block's text.
func (b *Block) lineAt(at int) int {
	line := b.Line
	for _, br := range b.breaks {
		if br.at > at {
			break
		}
		line = br.line
	}
	return line
}
