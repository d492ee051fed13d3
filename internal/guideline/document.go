package guideline

// Document is a page of prose for people: CONTRIBUTING, README and the pages
// that CONTRIBUTING points at.
type Document struct {
	Source    *Source
	Kind      string // one of the kinds below
	Default   bool   // comes from the organisation's .github repository
	Blocks    []Block
	Sentences []Sentence // what binds contributors, guards applied
}

// The kinds of documents.
const (
	DocContributing = "contributing"
	DocReadme       = "readme"
	DocLinked       = "linked" // a page that CONTRIBUTING points at, one hop away
	DocSupport      = "support"
)

// Block is a piece of a document with the lines it stands on.
type Block struct {
	Kind          BlockKind
	Level         int      // of a heading, from 1
	Headings      []string // the headings above it, outermost first
	Line, EndLine int
	Text          string   // plain text; code spans keep their backquotes
	Spans         []string // the code spans in it
	Links         []Link
	Language      string // of a code block

	breaks         []lineBreak
	spanAt, linkAt []int // where in Text the spans and links begin, ascending
}

// BlockKind says what a block is.
type BlockKind string

// The kinds of blocks.
const (
	BlockHeading   BlockKind = "heading"
	BlockParagraph BlockKind = "paragraph"
	BlockItem      BlockKind = "item"
	BlockCode      BlockKind = "code"
	BlockQuote     BlockKind = "quote"
	BlockTable     BlockKind = "table"
)

// Link is a link in a block.
type Link struct{ Text, Target string }

// Modality is how firmly a sentence asks, after RFC 2119.
type Modality string

// The modalities. A sentence that forbids or requires is firm, whatever its
// verb.
const (
	Firm     Modality = "must"
	Soft     Modality = "should"
	Optional Modality = "may"
)

// Sentence is one sentence of prose that speaks to contributors.
type Sentence struct {
	Document      *Document
	Headings      []string
	Text          string
	Line, EndLine int
	Modality      Modality
	Negated       bool // "no need to", "you don't have to"
	ByOwners      bool // "we squash": what owners do, not what is asked
	Conditional   bool // "if …, …": asked of some only
	Spans         []string
	Links         []Link
}

// Quote is the sentence with its place.
//
//go:noinline
func (s Sentence) Quote() Quote {
	return Quote{Source: s.Document.Source, Line: s.Line, EndLine: s.EndLine, Text: s.Text}
}
