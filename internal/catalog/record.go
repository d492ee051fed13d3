package catalog

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
)

// Record is what a catalog knows of one repository. It is written as JSON by
// exports and read back whole. What is not known is nil, "" or the zero time,
// never a guess; a number that was not read is a nil pointer where 0 means
// something else.
type Record struct {
	Host          string         `json:"host"`
	Owner         string         `json:"owner"` // the account: an organisation or a person
	Name          string         `json:"name"`
	ID            int64          `json:"id,omitempty"`     // the forge's number
	NodeID        string         `json:"nodeId,omitempty"` // the forge's name for it in GraphQL
	URL           string         `json:"url,omitempty"`    // the page for people
	OwnerAvatar   string         `json:"ownerAvatar,omitempty"`
	Description   string         `json:"description,omitempty"`
	Visibility    string         `json:"visibility,omitempty"` // "public", "internal", "private" or "" when not said
	Archived      bool           `json:"archived,omitempty"`
	Fork          bool           `json:"fork,omitempty"`
	Source        string         `json:"source,omitempty"` // OWNER/NAME where a fork's network begins, as far as it is known
	AllowForking  *bool          `json:"allowForking,omitempty"`
	DefaultBranch string         `json:"defaultBranch,omitempty"`
	Language      string         `json:"language,omitempty"`  // the main one
	Languages     []LanguageSize `json:"languages,omitempty"` // largest first
	License       string         `json:"license,omitempty"`   // SPDX identifier
	Topics        []string       `json:"topics,omitempty"`
	Stars         int            `json:"stars"`
	Watchers      *int           `json:"watchers,omitempty"` // who is told of everything: GitHub's subscribers
	Forks         int            `json:"forks"`
	OpenIssues    int            `json:"openIssues"` // issues and pull requests together, as GitHub counts
	OpenPulls     *int           `json:"openPulls,omitempty"`
	CreatedAt     time.Time      `json:"createdAt,omitzero"`
	UpdatedAt     time.Time      `json:"updatedAt,omitzero"`
	PushedAt      time.Time      `json:"pushedAt,omitzero"`

	// Readme is the text of the README with its markup taken off. It is searched;
	// a catalog stores only the first 300 characters of it, and reads them back as
	// Excerpt.
	Readme  string `json:"readme,omitempty"`
	Excerpt string `json:"excerpt,omitempty"`

	Guidelines    string   `json:"guidelines,omitempty"`     // path of CONTRIBUTING as the forge would link it; "" there is none
	QuarterCount  *int     `json:"quarterCommits,omitempty"` // commits on the default branch in the last 13 weeks
	Participation []int    `json:"participation,omitempty"`  // commits in each of the last 52 weeks, oldest first
	Release       *Release `json:"release,omitempty"`
	Team          *Team    `json:"team,omitempty"` // who answers for it; nil when nobody says so

	Title         string       `json:"title,omitempty"`
	Motivation    string       `json:"motivation,omitempty"`
	Contributions []string     `json:"contributions,omitempty"`
	Skills        []string     `json:"skills,omitempty"`
	Logo          string       `json:"logo,omitempty"`
	Docs          string       `json:"docs,omitempty"`
	Kind          string       `json:"kind,omitempty"`    // "library", "service", …
	Sharing       string       `json:"sharing,omitempty"` // of the manifest: "public", "internal", "restricted" or "closed"
	Ask           string       `json:"ask,omitempty"`     // channel or address where to ask
	Mode          string       `json:"mode,omitempty"`    // how contributions are taken: guideline.TakesPullRequests, …; "" not stated
	Provides      []Capability `json:"provides,omitempty"`
	Requires      []Capability `json:"requires,omitempty"`
	// Extra keeps the keys of a manifest or an import that are not known here.
	Extra map[string]json.RawMessage `json:"extra,omitempty"`

	HelpWanted []HelpWanted `json:"helpWanted,omitempty"`
	// IssueSkills are the skills of the issues as they were when the repository was
	// read, where these have changed since: its words are indexed by them until it
	// is read again, for without its README they could not be indexed anew. A crawl
	// does so at once, unless there are too many.
	IssueSkills []string   `json:"issueSkills,omitempty"`
	Activity    *Activity  `json:"activity,omitempty"`
	Readiness   *Readiness `json:"readiness,omitempty"`
	Answers     *Answers   `json:"answers,omitempty"`

	From   string    `json:"from,omitempty"`  // what told of it: "crawl", "repos.json", "catalog-info.yaml", …
	SeenAt time.Time `json:"seenAt,omitzero"` // when it was told
}

// RepoName is the record's repository.
func (r *Record) RepoName() forge.RepoName {
	return forge.RepoName{Host: r.Host, Owner: r.Owner, Name: r.Name}
}

// FullName is OWNER/NAME.
//
//go:noinline
func (r *Record) FullName() string { return r.Owner + "/" + r.Name }

// Key names a record in a catalog: host, owner and name in lower case, since
// forges compare them so.
//
//go:noinline
func (r *Record) Key() string { return strings.ToLower(r.Host + "/" + r.Owner + "/" + r.Name) }

// LanguageSize is how much of a repository is written in a language.
type LanguageSize struct {
	Name  string `json:"name"`
	Bytes int    `json:"bytes"`
}

// Release is the last release of a repository.
type Release struct {
	Tag       string    `json:"tag"`
	Published time.Time `json:"published,omitzero"`
	URL       string    `json:"url,omitempty"`
}

// Team is who answers for a repository, and where that was read.
type Team struct {
	Name string `json:"name"`
	From string `json:"from"` // "innersource.json:4", "catalog-info.yaml:12", "CODEOWNERS:1", "team with admin"
}

// Capability is something that a repository offers or needs.
type Capability struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	// Contract is the path or URL of an interface description.
	Contract string `json:"contract,omitempty"`
}

// HelpWanted is an open issue whose owners would welcome help.
type HelpWanted struct {
	Number    int       `json:"number"`
	Title     string    `json:"title"`
	URL       string    `json:"url,omitempty"`
	Labels    []string  `json:"labels,omitempty"`
	Skills    []string  `json:"skills,omitempty"`   // as labels or the issue state them
	Hours     *float64  `json:"hours,omitempty"`    // the owners' estimate, in working hours
	Size      string    `json:"size,omitempty"`     // the size as it was written: "S", "2 days"
	Newcomer  bool      `json:"newcomer,omitempty"` // marked as a good first issue
	Taken     bool      `json:"taken,omitempty"`    // somebody is assigned to it
	CreatedAt time.Time `json:"createdAt,omitzero"`
}

// Term is one part of a figure, in words and in numbers, so that whoever reads
// the figure can follow it.
type Term struct {
	Name  string  `json:"name"`  // "forks", "README", "stars"
	Value float64 `json:"value"` // what it adds, or by what it multiplies where Times is set
	Times bool    `json:"times,omitempty"`
	Why   string  `json:"why"` // "33 forks × 5", `"token" in the name`
}

// Activity is the Repository Activity Score with the terms it is made of.
type Activity struct {
	Score int    `json:"score"`
	Terms []Term `json:"terms,omitempty"`
}

// Readiness says how ready a repository is for people from other teams: the
// share of the points that could be observed. A point that could not be
// observed counts neither way.
type Readiness struct {
	Score  float64 `json:"score"` // from 0 to 1: Σ weight(met) / Σ weight(met or missing)
	Ready  bool    `json:"ready"` // whether nothing that a contributor cannot do without is missing
	Points []Point `json:"points,omitempty"`
}

// Point is one thing that a contributor looks for in a repository.
type Point struct {
	ID     string  `json:"id"` // "contributing-build", "readme-purpose", …
	State  string  `json:"state"`
	Weight float64 `json:"weight"`
	// Essential points are those that a repository is not ready without.
	Essential bool   `json:"essential,omitempty"`
	Why       string `json:"why"`            // what was seen, or that it was not
	From      string `json:"from,omitempty"` // path:line, or the setting of the forge
	// Own is what the repository itself says, where the defaults of its account
	// stand in for it.
	Own *Said `json:"own,omitempty"`
}

// The states of a Point.
const (
	PointMet     = "met"
	PointMissing = "missing"
	PointUnknown = "unknown"
)

// Answers are the figures of how a repository answers contributions, computed
// from its pull events.
type Answers struct {
	FirstHours   *float64  `json:"firstHours,omitempty"` // median to the first answer by somebody else
	Answered     int       `json:"answered"`
	Waiting      int       `json:"waiting"` // open and not answered yet
	OldestHours  *float64  `json:"oldestHours,omitempty"`
	DecidedHours *float64  `json:"decidedHours,omitempty"` // median to merge or decline
	Merged       int       `json:"merged"`
	Declined     int       `json:"declined"`
	Outside      int       `json:"outside"` // from other teams than the owner, of all of these
	Since        time.Time `json:"since,omitzero"`
	AsOf         time.Time `json:"asOf,omitzero"`
}

// PullEvent is what happened to one pull request, as later reports need it. It
// names teams and no people.
type PullEvent struct {
	Host     string     `json:"host"`
	Owner    string     `json:"owner"`
	Name     string     `json:"name"`
	Number   int        `json:"number"`
	Team     string     `json:"team,omitempty"`    // the author's when it was opened or first seen; "" unknown
	Outside  *bool      `json:"outside,omitempty"` // from another team than the owner; nil unknown
	FromFork bool       `json:"fromFork,omitempty"`
	Bot      bool       `json:"bot,omitempty"`
	Opened   time.Time  `json:"opened"`
	First    *time.Time `json:"first,omitempty"` // first answer by somebody else who is no bot
	Ended    *time.Time `json:"ended,omitempty"`
	Merged   bool       `json:"merged,omitempty"`
}
