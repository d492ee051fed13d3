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
	Pull           *Pull  // the pull request on the forge, nil before it exists
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
	Added      int    // lines
	Deleted    int    // lines
	Size       int64  // in bytes, -1 when unknown
	Head       string // how the new content begins, at most HeadBytes; "" of a binary or deleted file
	AddedLines []Line // of text; see LinesCut
	LinesCut   bool   // not all added lines are here: they were too many
}

// HeadBytes is how much of a file's beginning a change shows.
const HeadBytes = 4096

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

// Pull is a pull request as the forge has it.
type Pull struct {
	Number    int
	State     string // open, closed or merged
	IsDraft   bool
	Author    string
	Reviewed  bool              // somebody else has reviewed or commented
	Approvals int               // of the newest commit, one for each reviewer
	Changes   bool              // a reviewer asks for changes
	Checks    map[string]string // context → success, failure, pending, neutral or skipped
	Approvers []string          // logins
}

// IssueFact is an issue as far as rules ask for it.
type IssueFact struct {
	State     string
	Assignees []string
}

// FileFact is a file somewhere on the forge.
type FileFact struct {
	Exists bool
	Text   string
}

// UserFact is an account.
type UserFact struct {
	ID   int64
	Name string
}

// KeysFact tells with which keys an account's signatures can be verified.
type KeysFact struct {
	GPG int // keys
	SSH int
}

// MergeFact is how a repository merges, and what a squash takes its message from.
type MergeFact struct {
	Merge, Squash, Rebase bool
	SquashTitle           string // PR_TITLE or COMMIT_OR_PR_TITLE, "" when not known
	SquashMessage         string
}

// OwnersError is a line of the code owners that the forge cannot use.
type OwnersError struct {
	Line    int
	Kind    string
	Message string
}
