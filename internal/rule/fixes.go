package rule

// RewriteMessages changes messages of commits and nothing else of them.
type RewriteMessages struct {
	Edits []MessageEdit `json:"edits"`
}

// MessageEdit is what changes in one commit's message. Edits of several
// findings for one commit add up.
type MessageEdit struct {
	Commit   string   `json:"commit"`
	Header   string   `json:"header,omitempty"`   // the new first line, "" leaves it
	Trailers []string `json:"trailers,omitempty"` // added at the end when missing
}

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
