package rule

// RewriteMessages changes messages of commits and nothing else of them.
type RewriteMessages struct {
	Edits []MessageEdit `json:"edits"`
}

// MessageEdit is what changes in one commit's message, in the order of its
// fields. Edits of several findings for one commit add up, because each changes
// a part; only of several headers the last one wins.
type MessageEdit struct {
	Commit   string   `json:"commit"`
	Header   string   `json:"header,omitempty"`   // the new first line, "" leaves it
	Type     string   `json:"type,omitempty"`     // takes the place of the type of a header that has one
	Scope    string   `json:"scope,omitempty"`    // the same for the scope
	First    string   `json:"first,omitempty"`    // FirstLower or FirstUpper: the subject's first letter
	Cut      string   `json:"cut,omitempty"`      // characters that are cut from the end of the header; blanks around it go, too
	Trim     bool     `json:"trim,omitempty"`     // cuts blanks around the header
	Blank    bool     `json:"blank,omitempty"`    // sets a blank line before body and footer where there is none
	Wrap     int      `json:"wrap,omitempty"`     // breaks lines of prose longer than this, in characters
	Trailers []string `json:"trailers,omitempty"` // added at the end when missing
}

// What becomes of a subject's first letter.
const (
	FirstLower = "lower"
	FirstUpper = "upper"
)

// SetTitle gives the draft a title.
type SetTitle struct {
	Title string `json:"title"`
}

// RenameBranch gives the branch another name.
type RenameBranch struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Rebase puts the commits on top of the base as it is now.
type Rebase struct {
	Onto string `json:"onto"` // branch of the upstream
}

// FillBody completes the draft's body: sections by heading and boxes by text.
type FillBody struct {
	Sections []string `json:"sections,omitempty"`
	Boxes    []string `json:"boxes,omitempty"`
	Append   string   `json:"append,omitempty"` // a line for the end
}

// SetBody replaces the draft's body.
type SetBody struct {
	Body string `json:"body"`
}

// Retarget sends the pull request to another branch.
type Retarget struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Autosquash melts commits named fixup! and squash! into those they name.
type Autosquash struct {
	Commits []string `json:"commits"` // those that go away
}

// Squash makes one commit of all.
type Squash struct {
	Message string `json:"message"`
}

// Sign signs commits as the user's git is set up to sign.
type Sign struct {
	Commits []string `json:"commits"`
}

// ResetAuthor writes the user's name and address into the user's own commits.
type ResetAuthor struct {
	Commits []string `json:"commits"`
	Name    string   `json:"name"`
	Email   string   `json:"email"`
}

// Remediate adds an empty commit whose message adds what earlier ones lack.
type Remediate struct {
	Message string `json:"message"`
}

// WriteFiles changes files of the work tree, and commits them.
type WriteFiles struct {
	Files []FileEdit `json:"files"`
	Why   string     `json:"why"` // for the message of the commit, such as "add the changelog fragment"
}

// FileEdit makes a file, or sets lines into one that is there.
type FileEdit struct {
	Path   string `json:"path"`
	Create bool   `json:"create,omitempty"` // the file must not be there
	After  int    `json:"after,omitempty"`  // Text goes behind this line; 0 is the top
	Text   string `json:"text"`             // whole lines
}
