// Package forge holds the nouns of a code forge (repository, fork, pull
// request, review, check, rule) and the errors a forge answers with. It has no
// client and does no I/O; forge/github speaks to a forge, forge/sandbox is one.
// Begin with Repo and Pull.
package forge

import (
	"encoding/json"
	"time"
)

// Repo is a repository as its forge describes it. What a forge did not say is
// the zero value, or nil where false and unknown differ.
type Repo struct {
	RepoName
	Description   string
	DefaultBranch string
	Language      string
	License       string // SPDX identifier
	Topics        []string
	Stars         int
	Forks         int
	OpenIssues    int // issues and pull requests together, as GitHub counts
	Private       bool
	Visibility    string // "public", "internal", "private" or "" when not said
	Archived      bool
	Fork          bool
	Parent        *RepoName // what a fork was made from
	Source        *RepoName // where a network of forks begins
	AllowForking  *bool
	HasIssues     bool
	Pulls         PullsFrom // who may open pull requests, "" when not said
	HTMLURL       string
	CloneURL      string
	CreatedAt     time.Time
	UpdatedAt     time.Time
	PushedAt      time.Time
	Access        *Access // nil when the forge did not say

	SquashTitle string // COMMIT_OR_PR_TITLE, PR_TITLE or ""
	// PushProtection tells whether pushes that hold secrets are refused; nil when
	// it is not said, which is what most users are told.
	PushProtection *bool

	AllowSquash *bool
	AllowMerge  *bool
	AllowRebase *bool
}

// RepoSearch is what a forge's search answers.
type RepoSearch struct {
	Repos  []Repo // the best first
	Total  int    // what matches, as the forge counts: it may be more than it tells
	GaveUp bool   // the forge ended before it had searched everything
}

// PullsFrom is whom a repository takes pull requests from.
type PullsFrom string

// Whom a repository takes pull requests from. Collaborators are those who may
// push.
const (
	PullsFromAll           PullsFrom = "all"
	PullsFromCollaborators PullsFrom = "collaborators"
	PullsFromNobody        PullsFrom = "nobody"
)

// Access is what the signed-in user may do with a repository.
type Access struct {
	Pull, Triage, Push, Maintain, Admin bool
}

// Fork is a repository that answers a request for a fork.
type Fork struct {
	Repo
	Outcome ForkOutcome
}

// ForkOutcome says how a fork came to be there.
type ForkOutcome string

// The ways in which a fork comes to be there.
const (
	ForkCreated  ForkOutcome = "created"
	ForkExisting ForkOutcome = "existing" // under the upstream's name
	ForkRenamed  ForkOutcome = "renamed"  // it was there, under another name
)

// User is an account: a person, an organisation, or a bot.
type User struct {
	Login string
	ID    int64
	Name  string
	Email string // public address, often empty
	Type  string // "User", "Organization", "Bot"
}

// Ref is one side of a pull request.
type Ref struct {
	Repo   *RepoName // nil when the repository is gone
	Branch string
	SHA    string
}

// Pull is a pull request.
type Pull struct {
	Repo      RepoName
	Number    int
	Title     string
	Body      string
	State     PullState
	Draft     bool
	URL       string // the page for people
	Author    User
	Base      Ref
	Head      Ref
	Labels    []string
	Reviewers []string // logins and team slugs asked for a review
	Teams     []string // those of them that are teams
	CreatedAt time.Time
	UpdatedAt time.Time
	ClosedAt  *time.Time
	MergedAt  *time.Time
	Mergeable *bool
	// MergeState is the forge's word on merging it now: "clean", "behind",
	// "blocked", "dirty", "draft", "unstable", "unknown", or "" when not said.
	MergeState string
	MergeSHA   string // the commit by which it was merged, "" when not said
	Remarks    int    // on lines of the change, 0 when that is not said
}

// PullState is where a pull request stands.
type PullState string

// The states of a pull request. A forge says "closed" for both of the last two.
const (
	PullOpen     PullState = "open"
	PullMerged   PullState = "merged"
	PullDeclined PullState = "declined" // closed without being merged
)

// Comparison counts how two commits differ.
type Comparison struct {
	Ahead     int    // commits that the head has and the base has not
	Behind    int    // commits that the base has and the head has not
	MergeBase string // the commit from which both go on
}

// NewPull is what opening a pull request takes.
type NewPull struct {
	Title    string
	Body     string
	Base     string   // branch of the upstream
	Head     string   // branch
	HeadRepo RepoName // where the branch lies
	Draft    bool
}

// PullEdit is what changes of a pull request; nil leaves a thing as it is.
type PullEdit struct {
	Title, Body *string
	Base        *string // branch of the upstream
}

// Review is an answer to a pull request by a reviewer.
type Review struct {
	Author User
	State  string // "approved", "changes_requested", "commented", "dismissed", "pending"
	Body   string
	At     time.Time
	SHA    string // the commit that was reviewed, "" when not said
}

// Threads are the conversations about lines of a change that nobody has resolved,
// the oldest first.
type Threads struct {
	Open  []Thread
	Known bool // false where a forge does not say what is resolved
	More  bool // there are more threads than were read, which may be open too
	// Last is the newest comment on a line where Known is false, nil when there is
	// none or it was not asked for.
	Last *Comment
}

// Thread is one such conversation.
type Thread struct {
	Path     string
	Line     int  // where it was begun, if it is outdated; 0 is the whole file
	Outdated bool // the lines have changed since
	Author   User // of its first comment
	Body     string
	URL      string
	At       time.Time
	LastBy   User // who wrote the last comment
	LastAt   time.Time
}

// Comment is a remark on an issue or a pull request.
type Comment struct {
	Author User
	Body   string
	At     time.Time
}

// Check is one verdict of a machine on a commit: a check run or a status.
type Check struct {
	Name string
	// State is "queued", "running", "success", "failure", "neutral", "skipped",
	// "stale" (it did not end in two weeks, and must be run again) or "waiting" (for
	// somebody who may let it run). Of those that ended, the first two after
	// "failure" let a required check pass, as success does.
	State string
	// Conclusion is the forge's own word for how it ended, "" while it has not.
	Conclusion string
	Summary    string
	URL        string
	ID         int64       // of the check run, 0 when not said
	Job        int64       // of the job that the forge ran for it, 0 for none
	Lines      []CheckLine // where it fails, as far as it was read
	// Marked is false where the check is known to point to no place.
	Marked bool
}

// Issue is an issue, or a pull request seen as one.
type Issue struct {
	Repo      RepoName
	Number    int
	Title     string
	Body      string
	State     string // "open" or "closed"
	URL       string
	Author    User
	Labels    []string
	Assignees []string
	Type      string // "" where there are no types, or none is set
	IsPull    bool
	Draft     bool
	CreatedAt time.Time
	UpdatedAt time.Time
	ClosedAt  *time.Time
}

// Release is a published version.
type Release struct {
	Tag       string
	Name      string
	URL       string
	Published time.Time
}

// Rule is one rule of a ruleset in force for a branch. Parameters stay raw: a
// type that is not known yet must be shown, not lost.
type Rule struct {
	Type       string
	Parameters json.RawMessage
	Source     string // repository or organisation that set it
	SourceType string // "Repository", "Organization", "Enterprise"
	RulesetID  int64
	URL        string // page of the ruleset for people, "" when not known
}

// OwnersError is a line of the code owners that a forge cannot use.
type OwnersError struct {
	Line    int
	Path    string
	Kind    string
	Message string
}

// Team is a team of an organisation.
type Team struct {
	Slug       string
	Name       string
	Permission string
}

// PullQuery selects pull requests of a repository.
type PullQuery struct {
	State     string // "open", "closed" or "all"; "" is "open"
	Head      string // OWNER:BRANCH
	Base      string // branch
	Sort      string // "created" or "updated"
	Direction string // "asc" or "desc"
	Limit     int    // 0 takes the forge's page
}

// IssueQuery selects issues of a repository.
type IssueQuery struct {
	State   string
	Labels  []string // all of them
	Creator string   // login of who opened them
	Limit   int
}

// NewIssue is what opening an issue takes.
type NewIssue struct {
	Title string
	Body  string
	// What follows a forge ignores from who may not push.
	Labels    []string
	Assignees []string
	Type      string
}

// ForkOptions says where a fork goes.
type ForkOptions struct {
	Org               string // "" forks to the user's own account
	Name              string // "" keeps the upstream's name
	DefaultBranchOnly bool
}
