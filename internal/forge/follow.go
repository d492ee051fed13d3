package forge

import "time"

// PullRef names a pull request.
type PullRef struct {
	Repo   RepoName
	Number int
}

// Followed is a pull request with what was said to it and found in it: what it
// takes to say who waits for whom.
type Followed struct {
	Pull
	Reviews  []Review
	Comments []Comment
	Threads  Threads
	Checks   []Check
	ReadyAt  *time.Time // when a draft became ready; nil: it never was one, or that is not known
	Files    []string   // changed paths, where they were asked for
	Home     Home
	// Held are workflows that do not run before one of the owners lets them, as those
	// of a fork's first pull request; HeldSince is when the first of them came to wait.
	Held      []string
	HeldSince *time.Time
	Queue     *QueueSpot // nil when it is in no merge queue, or that is not known
	Search    int        // the first search that found it, counted from 0; -1 for those that were named
	Err       error      // why nothing more than repository and number is known
}

// QueueSpot is the place of a pull request in a merge queue.
type QueueSpot struct {
	Position int    // 1 is next, 0 is not known
	State    string // queued, awaiting_checks, mergeable, unmergeable or locked
	Since    time.Time
}

// Home is what the repository of a pull request says of itself. A text is empty
// when there is no such file.
type Home struct {
	Manifest string // innersource.json at the default branch
	// Contributing is what the forge shows to contributors, where it says so; the path
	// has OWNER/NAME: before it when it lies in another repository.
	Contributing     string
	ContributingPath string
	Info             string // catalog-info.yaml there, where it was asked for
	Owners           string // CODEOWNERS, where it was asked for
	OwnersPath       string
	Access           *Access // of who asks, nil when it is not said
	Unread           error   // why the texts are not known, nil when they are
}

// FollowQuery says which pull requests are to be followed.
type FollowQuery struct {
	Searches []string // in the forge's query language, each for pull requests
	Pulls    []PullRef
	Limit    int  // of each search
	Owning   bool // their files and code owners too
}

// FollowAnswer are the pull requests of a query, each once: those of the searches
// in their order, then those that were named.
type FollowAnswer struct {
	Pulls  []Followed
	Totals []int // how many the server counts, by search
}

// CheckLine is a place to which a check points, or a line of its log.
type CheckLine struct {
	Path string // "" for a line of a log
	Line int
	Text string
}
