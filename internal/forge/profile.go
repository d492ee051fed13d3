package forge

import "time"

// Profile is what a catalog asks of a repository, as far as a forge tells it for
// many repositories at once. What was not told is nil or the zero value.
type Profile struct {
	Repo
	ID          int64
	NodeID      string
	OwnerAvatar string
	Watchers    *int // who is told of everything: subscribers
	OpenPulls   *int
	Languages   []LanguageSize // largest first
	// QuarterCommits counts the commits on the default branch in the 13 weeks
	// before the request.
	QuarterCommits *int
	Release        *Release // the latest one
	HelpWanted     []Issue  // open issues with one of the labels that were asked for
	Teams          []Team   // with their permission; nil where the token may not see them

	// Listed holds the names in a folder of the default branch ("", ".github",
	// "docs"), those of folders with a "/" behind; a folder that is not there has
	// an empty list, one that was not looked at none. A symbolic link is among
	// them unless another file stands for what it is called.
	Listed map[string][]string
	// Files holds the text of the files that were asked for and are there, by
	// their path as it is spelled; at most MaxProfileFile bytes of each.
	Files map[string]string
	// Incomplete says in words what could not be read, such as a file that is no
	// text; the rest of the profile counts.
	Incomplete []string
}

// MaxProfileFile bounds how much of a file a Profile holds, in bytes.
const MaxProfileFile = 64 << 10

// MaxHelpWanted is how many open issues that ask for help a Profile holds at
// most, those that changed last.
const MaxHelpWanted = 10

// LanguageSize is how much of a repository is written in a language.
type LanguageSize struct {
	Name  string
	Bytes int
}

// ProfileQuery selects a page of an owner's repositories, the ones that were
// pushed to last first.
type ProfileQuery struct {
	Owner      string // an organisation, or a user
	After      string // Next of the page before; "" is the first. It does not depend on First.
	First      int    // at most this many, 1 to 100
	QuarterEnd time.Time
	Labels     []string // of HelpWanted; nil is all that AsksForHelp
	ByUpdate   bool     // the ones that changed last first, instead of those that were pushed to
	// Changed chooses the repositories whose Files and HelpWanted are read; nil is
	// all of them. A page that nothing is chosen of costs one request less.
	Changed func(Repo) bool
	// IssuesSince asks along for the issues that changed since then, in the same
	// request; zero asks for none.
	IssuesSince time.Time
}

// ProfilePage is a page of profiles with what it cost.
type ProfilePage struct {
	Profiles []Profile
	Next     string // "" after the last page
	Total    int    // repositories of the owner that the token sees
	AtMost   bool   // Total is not known to be reached
	Skipped  []Skipped
	Requests int
	Issues   *ChangedIssues // nil: not asked for, or not told
	At       time.Time      // when it was told, by the host's clock; zero: not known
}

// ProfileOptions says what to read of one repository.
type ProfileOptions struct {
	QuarterEnd time.Time
	Labels     []string // of HelpWanted; nil is all that AsksForHelp
}

// OwnerTeams are the teams of an organisation, as far as the token sees them.
type OwnerTeams struct {
	Repos   map[string][]Team   // by OWNER/NAME in lower case, with the permission of each
	Members map[string][]string // logins by the team's slug
	Partial bool                // there is more than was read

	Requests int
}

// Skipped is a repository that could not be read, and why.
type Skipped struct {
	Repo RepoName
	Why  string
}

// PullHistory is what a paced sweep reads of one repository's pull requests: the
// ones that changed last first.
type PullHistory struct {
	Repo  RepoName
	Pulls []PullOutline
	More  bool // there are older ones that were not read
	Err   error
}

// PullOutline is a pull request as far as waiting is concerned.
type PullOutline struct {
	Number   int
	Author   User
	FromFork bool
	Draft    bool       // not yet ready for review: nobody waits for an answer
	Opened   time.Time  // when it was ready for review, else when it was opened
	First    *time.Time // the first answer, as FirstAnswer counts; nil there is none
	Ended    *time.Time
	Merged   bool
	Updated  time.Time
}
