package guideline

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// newMarkdownParser reads CommonMark with the tables of GitHub's dialect. It does
// without goldmark's own table, because that package compiles the patterns of all
// extensions, and sets up the writing of HTML, whenever the program starts.
func newMarkdownParser() parser.Parser {
	return parser.NewParser(
		parser.WithBlockParsers(parser.DefaultBlockParsers()...),
		parser.WithInlineParsers(parser.DefaultInlineParsers()...),
		parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
		parser.WithParagraphTransformers(util.Prioritized(tableParser{}, 200)), // after definitions of links
		parser.WithASTTransformers(util.Prioritized(barParser{}, 0)),
	)
}

// tableParser finds tables in paragraphs: a line of cells, one of dashes below
// it, and all that follows.
type tableParser struct{}

// Transform moves the table of a paragraph, if it has one, behind the paragraph.
func (tableParser) Transform(p *ast.Paragraph, reader text.Reader, _ parser.Context) {
	src, lines := reader.Source(), p.Lines()
	columns, head := 0, 0 // where the line above the dashes is
	for ; head+1 < lines.Len() && columns == 0; head++ {
		columns = dashedColumns(segmentOf(lines, head+1).Value(src))
	}
	if head--; columns == 0 || len(cellsOf(segmentOf(lines, head), src)) > columns {
		return
	}
	table := extast.NewTable()
	for i := head; i < lines.Len(); i++ {
		if i == head+1 {
			continue
		}
		row := extast.NewTableRow(nil)
		cells := cellsOf(segmentOf(lines, i), src)
		for _, cell := range cells[:min(columns, len(cells))] {
			node := extast.NewTableCell()
			node.Lines().Append(cell)
			row.AppendChild(row, node)
		}
		table.AppendChild(table, row)
	}
	parent := p.Parent()
	parent.InsertAfter(parent, p, table)
	lines.SetSliced(0, head)
	if head == 0 {
		parent.RemoveChild(parent, p)
		return
	}
	last := lines.At(head - 1)
	last.Stop-- // its line break
	lines.Set(head-1, last)
}

func segmentOf(lines *text.Segments, i int) *text.Segment {
	s := lines.At(i)
	return &s
}

// dashedColumns counts the columns that a line of dashes sets out, or none: dashes,
// maybe between colons, and bars between and around them.
func dashedColumns(line []byte) int {
	indent, _ := util.IndentWidth(line, 0)
	if indent > 3 || len(bytes.Trim(line, "-")) == 0 {
		return 0
	}
	columns := bytes.Split(line, []byte("|"))
	if util.IsBlank(columns[0]) {
		columns = columns[1:]
	}
	if n := len(columns); n > 0 && util.IsBlank(columns[n-1]) {
		columns = columns[:n-1]
	}
	for _, c := range columns {
		c = bytes.Trim(c, " \t\r\n")
		c = bytes.TrimSuffix(bytes.TrimPrefix(c, []byte(":")), []byte(":"))
		if len(c) == 0 || len(bytes.Trim(c, "-")) > 0 {
			return 0
		}
	}
	return len(columns)
}

// cellsOf gives what stands between the bars of a line. A bar behind a backslash
// divides nothing, not even in code.
func cellsOf(line *text.Segment, src []byte) []text.Segment {
	all := line.TrimLeftSpace(src)
	all = all.TrimRightSpace(src)
	s := all.Value(src)
	var cells []text.Segment
	at, end := 0, len(s)
	if end > 0 && s[0] == '|' {
		at++
	}
	if end > 0 && s[end-1] == '|' {
		end--
	}
	for i := at; i <= end && at < end; i++ {
		if i < end && (s[i] != '|' || i > 0 && s[i-1] == '\\') {
			continue
		}
		cell := text.NewSegment(all.Start+at, all.Start+i)
		cell = cell.TrimLeftSpace(src)
		cells = append(cells, cell.TrimRightSpace(src))
		at = i + 1
	}
	return cells
}

// barParser takes the backslashes away that bars have in the code of cells: in
// code elsewhere a backslash stands for itself.
type barParser struct{}

// Transform splits the text of code at such backslashes.
func (barParser) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		code, ok := n.(*ast.CodeSpan)
		if !ok || !entering || !inCell(code) {
			return ast.WalkContinue, nil
		}
		for c := code.FirstChild(); c != nil; c = c.NextSibling() {
			t, ok := c.(*ast.Text)
			if !ok {
				continue
			}
			if at := bytes.Index(t.Segment.Value(reader.Source()), []byte(`\|`)); at >= 0 {
				at += t.Segment.Start
				code.InsertAfter(code, t, ast.NewRawTextSegment(t.Segment.WithStart(at+1)))
				t.Segment = t.Segment.WithStop(at)
			}
		}
		return ast.WalkSkipChildren, nil
	})
}

func inCell(n ast.Node) bool {
	for n != nil && n.Type() == ast.TypeInline {
		n = n.Parent()
	}
	_, ok := n.(*extast.TableCell)
	return ok
}
