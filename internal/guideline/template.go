package guideline

// Template is a text that new pull requests begin with.
type Template struct {
	Source  *Source
	Name    string // its file name; what --pr-template names
	Default bool   // used when nobody picks one
	Form    Form
}

// Form is the structure of a template, or of a pull request's body.
type Form struct {
	Text     string    // front matter taken off
	Sections []Section // the first has no heading when text stands above all headings
}

// Section is what stands under one heading. Lines count from 1 in Form.Text;
// Offset is what must be added for a line of the file.
type Section struct {
	Heading  string
	Level    int
	Line     int // of the heading, or of the first line
	EndLine  int // the last line before the next heading
	Hints    []string
	Content  string // without comments, boxes and rules
	Boxes    []Box
	Required bool // says of itself that it is required
	Optional bool // says of itself that it may be left out
	Choice   bool // its boxes are a choice: some are to be ticked, not all
}

// Box is a check box.
type Box struct {
	Text     string
	Line     int
	Ticked   bool
	Personal bool // states something about the person: "I have read …"
	Required bool
}
