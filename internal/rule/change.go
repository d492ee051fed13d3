package rule

import "time"

// Change is what is judged: commits on top of a base, the files they touch,
// and the pull request as far as it is written.
type Change struct {
	Commits        []Commit // oldest first, merges included
	Files          []File   // between merge base and head
	Branch         string
	Base           string
	BehindBy       int // commits of the base that the branch lacks; -1 when unknown
	MergeBaseKnown bool
	Draft          Draft
	UserName       string // as git would write it into a commit
	UserEmail      string
	Login          string // on the forge, "" when not known
	Direct         bool   // the branch lies, or will lie, in the upstream
	Issue          int    // the issue that the contribution is for, 0 when none is known
	Facts          map[string]FactValue
}

// Person is an author or a committer.
type Person struct{ Name, Email string }

// Commit is one commit of a change.
type Commit struct {
	SHA       string
	Author    Person
	Committer Person
	Message   string
	Parents   int
	Signed    bool // carries a signature; nothing is said about its key
	Own       bool // authored or committed by the user
	Pushed    bool // already somewhere others can see it
	When      time.Time
}

// Status is what happened to a file.
type Status string

// The states of a file.
const (
	Added    Status = "added"
	Modified Status = "modified"
	Deleted  Status = "deleted"
	Renamed  Status = "renamed"
)

// File is one file that a change touches.
type File struct {
	Path       string
	OldPath    string // of a renamed file
	Status     Status
	Binary     bool
	Added      int // lines
	Deleted    int // lines
	Size       int64
	AddedLines []Line // only when asked for
}

// Line is a line that a change adds.
type Line struct {
	Number int
	Text   string
}

// Draft is the pull request as far as it is written.
type Draft struct {
	Title     string
	Body      string
	Labels    []string
	Exists    bool   // a draft or a pull request is there; else nothing is written yet
	TitleFrom string // where the title was taken from, for people
}

// IssueFact is an issue as far as rules ask for it.
type IssueFact struct {
	State     string
	Assignees []string
}
