package sandbox

import (
	"encoding/json"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
)

// World is what a forge holds at its start. A forge never changes its World,
// so one may serve many forges.
type World struct {
	Name     string // seeds the tokens
	Accounts []Account
	Orgs     []Org
	Repos    []*Repo
	// Anonymous lets requests without a token read public repositories, as on
	// github.com. Without it everything wants a token, as in a company.
	Anonymous bool
}

// Account is a person or a bot, named by role.
type Account struct {
	Login   string `yaml:"login"`
	Name    string `yaml:"name"`
	Email   string `yaml:"email"`
	Bio     string `yaml:"bio"`
	Company string `yaml:"company"`
	Bot     bool   `yaml:"bot"`
	Admin   bool   `yaml:"admin"` // of the site
	GPGKeys int    `yaml:"gpgKeys"`
	SSHKeys int    `yaml:"sshKeys"` // for signing
}

// Org is an organisation.
type Org struct {
	Login       string   `yaml:"login"`
	Name        string   `yaml:"name"`
	Description string   `yaml:"description"`
	Owners      []string `yaml:"owners"`
	Members     []string `yaml:"members"` // those of the teams are members without being named
	Teams       []Team   `yaml:"teams"`
}

// Team is a team of an organisation.
type Team struct {
	Slug        string   `yaml:"slug"`
	Name        string   `yaml:"name"`
	Description string   `yaml:"description"`
	Members     []string `yaml:"members"`
}

// Repo is a repository with its history and what happened around it.
type Repo struct {
	Owner         string   `yaml:"-"`
	Name          string   `yaml:"-"`
	Description   string   `yaml:"description"`
	Homepage      string   `yaml:"homepage"`
	Language      string   `yaml:"language"`
	License       string   `yaml:"license"` // SPDX identifier
	Topics        []string `yaml:"topics"`
	Visibility    string   `yaml:"visibility"` // internal when empty
	DefaultBranch string   `yaml:"default_branch"`
	Stars         int      `yaml:"stars"`
	Watchers      int      `yaml:"watchers"`
	Size          int      `yaml:"size"` // kilobytes; what the files take when 0
	Template      bool     `yaml:"template"`
	Empty         bool     `yaml:"empty"`        // without a commit
	WebSignOff    bool     `yaml:"web_sign_off"` // commits made on the forge's pages are signed off
	Created       Age      `yaml:"created"`
	Archived      bool     `yaml:"archived"`
	NoForking     bool     `yaml:"no_forking"`
	NoIssues      bool     `yaml:"no_issues"`
	NoPulls       bool     `yaml:"no_pulls"`     // only collaborators may open pull requests
	SquashTitle   string   `yaml:"squash_title"` // PR_TITLE or COMMIT_OR_PR_TITLE

	// ForkOf makes it a fork of OWNER/NAME, Behind commits behind its default
	// branch; it has no files or history of its own.
	ForkOf string `yaml:"fork_of"`
	Behind int    `yaml:"behind"`

	// Each repeats files when the world is read: a file whose path holds {WORD}
	// stands once for each of the word's values.
	Each map[string][]string `yaml:"each"`

	// Access gives a login, or @ and a team of the owning organisation, one of
	// pull, triage, push, maintain and admin.
	Access   map[string]string `yaml:"access"`
	Files    []File            `yaml:"-"`        // the tree of the default branch
	SignOff  bool              `yaml:"sign_off"` // every seeded commit carries its author's sign-off
	History  []Commit          `yaml:"history"`  // oldest first; each after the first adds a line to CHANGELOG.md
	Branches []string          `yaml:"branches"` // further branches, at the default branch's tip
	Rulesets []Ruleset         `yaml:"rulesets"`
	Checks   []Check           `yaml:"checks"`
	Labels   []Label           `yaml:"labels"` // besides those that every repository has
	Issues   []Issue           `yaml:"issues"`
	Pulls    []Pull            `yaml:"pulls"`
	Releases []Release         `yaml:"releases"`
}

// File is a file of a tree.
type File struct {
	Path string
	Data string
	Mode string // 100644 when empty; 100755, 120000
}

// Commit is one commit of a seeded history.
type Commit struct {
	By      string `yaml:"by"` // login
	Message string `yaml:"message"`
	Age     Age    `yaml:"age"`
}

// Ruleset is a set of rules on branches.
type Ruleset struct {
	Name        string   `yaml:"name"`
	Target      string   `yaml:"target"`      // branch when empty; tag, push
	Enforcement string   `yaml:"enforcement"` // active when empty; evaluate, disabled
	Include     []string `yaml:"include"`     // ~DEFAULT_BRANCH when empty
	Exclude     []string `yaml:"exclude"`
	Rules       []Rule   `yaml:"rules"`
	Bypass      []string `yaml:"bypass"` // logins, or @ and a team
	FromOrg     bool     `yaml:"from_org"`
}

// Rule is one rule of a ruleset, in the words of the API.
type Rule struct {
	Type       string         `yaml:"type"`
	Parameters map[string]any `yaml:"parameters"`
}

// Check is a check that each new head of a pull request gets.
type Check struct {
	Name string `yaml:"name"`
	// Kind says how it is decided: dco looks for sign-offs, title judges the
	// pull request's title by Types, pass succeeds at once, fail fails at once,
	// and queued (or nothing) waits until somebody reports a result.
	Kind  string   `yaml:"kind"`
	Types []string `yaml:"types"`
	App   string   `yaml:"app"` // slug of who reports it, github-actions when empty
}

// Label is a label of a repository.
type Label struct {
	Name        string `yaml:"name"`
	Color       string `yaml:"color"`
	Description string `yaml:"description"`
}

// Issue is an issue.
type Issue struct {
	Number    int       `yaml:"number"`
	Title     string    `yaml:"title"`
	Body      string    `yaml:"body"`
	By        string    `yaml:"by"`
	Age       Age       `yaml:"age"`
	Closed    *Age      `yaml:"closed"`
	Labels    []string  `yaml:"labels"`
	Assignees []string  `yaml:"assignees"`
	Comments  []Comment `yaml:"comments"`
}

// Pull is a pull request. A merged one stands in the default branch's history
// as a squashed commit of its title; its place there is that of its age.
type Pull struct {
	Number    int       `yaml:"number"`
	Title     string    `yaml:"title"`
	Body      string    `yaml:"body"`
	By        string    `yaml:"by"`
	Age       Age       `yaml:"age"` // when it was opened
	Branch    string    `yaml:"branch"`
	Fork      bool      `yaml:"fork"` // from the author's fork instead of a branch of the repository
	Draft     bool      `yaml:"draft"`
	Ready     *Age      `yaml:"ready"` // when it ceased to be a draft
	Merged    *Age      `yaml:"merged"`
	MergedBy  string    `yaml:"merged_by"`
	Closed    *Age      `yaml:"closed"`  // declined
	Message   string    `yaml:"message"` // of its commit, the title when empty
	Labels    []string  `yaml:"labels"`
	Reviewers []string  `yaml:"reviewers"` // logins, or @ and a team
	Reviews   []Review  `yaml:"reviews"`
	Comments  []Comment `yaml:"comments"`
	Files     []File    `yaml:"-"` // what its head adds to the tree
}

// Review is a review of a pull request.
type Review struct {
	By    string `yaml:"by"`
	State string `yaml:"state"` // APPROVED, CHANGES_REQUESTED, COMMENTED
	Body  string `yaml:"body"`
	Age   Age    `yaml:"age"`
}

// Comment is a remark on an issue or pull request.
type Comment struct {
	By   string `yaml:"by"`
	Body string `yaml:"body"`
	Age  Age    `yaml:"age"`
}

// Release is a published version; its tag lies on the newest commit that is
// not younger.
type Release struct {
	Tag  string `yaml:"tag"`
	Name string `yaml:"name"`
	Body string `yaml:"body"`
	By   string `yaml:"by"`
	Age  Age    `yaml:"age"`
}

// Age is how long before the forge's start something happened, written as a
// number and m, h, d, w or y.
type Age time.Duration

// UnmarshalText reads an age.
func (a *Age) UnmarshalText(b []byte) error {
	units := map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour, "y": 365 * 24 * time.Hour}
	s := strings.TrimSpace(string(b))
	if len(s) < 2 {
		return fault.Errorf("age %q is not a number and a unit", s)
	}
	n, err := strconv.Atoi(s[:len(s)-1])
	unit, ok := units[s[len(s)-1:]]
	if err != nil || !ok || n < 0 || n > 100_000 {
		return fault.Errorf("age %q is not a number and one of m, h, d, w, y", s)
	}
	*a = Age(time.Duration(n) * unit)
	return nil
}

// Days is an age of that many days.
func Days(n int) Age { return Age(time.Duration(n) * 24 * time.Hour) }

// NewWorld is an empty company with one contributor, newcomer, and one
// organisation, platform, that platform-lead owns.
func NewWorld(name string) *World {
	return &World{
		Name: name,
		Accounts: []Account{
			{Login: "newcomer", Name: "New Comer", Email: "newcomer@acme.example"},
			{Login: "platform-lead", Name: "Platform Lead", Email: "platform-lead@acme.example"},
		},
		Orgs: []Org{{Login: "platform", Name: "Platform", Owners: []string{"platform-lead"}}},
	}
}

// AddRepo adds a repository OWNER/NAME with these files, path to content, and
// one commit; what it returns may be filled in further before the World is
// given to Start.
func (w *World) AddRepo(fullName string, files map[string]string) *Repo {
	owner, name, _ := strings.Cut(fullName, "/")
	r := &Repo{Owner: owner, Name: name, Created: Days(400)}
	for path, data := range files {
		r.Files = append(r.Files, File{Path: path, Data: data})
	}
	if len(files) == 0 {
		r.Files = []File{{Path: "README.md", Data: "# " + name + "\n"}}
	}
	sortFiles(r.Files)
	w.Repos = append(w.Repos, r)
	return r
}

// AddAccount adds an account with a name and an address made from its login.
func (w *World) AddAccount(login string) {
	w.Accounts = append(w.Accounts, Account{Login: login, Name: titleWords(login), Email: login + "@acme.example"})
}

// AddOrg adds an organisation with its owners.
func (w *World) AddOrg(login string, owners ...string) *Org {
	w.Orgs = append(w.Orgs, Org{Login: login, Name: titleWords(login), Owners: owners})
	return &w.Orgs[len(w.Orgs)-1]
}

// SetRule puts one active rule on the branches that the patterns match.
func (r *Repo) SetRule(kind string, parameters map[string]any, include ...string) {
	r.Rulesets = append(r.Rulesets, Ruleset{
		Name: kind, Include: include, Rules: []Rule{{Type: kind, Parameters: parameters}},
	})
}

// rawParameters are a rule's parameters as the API shows them, nil for none.
func (x Rule) rawParameters() json.RawMessage {
	all := ruleDefaults(x.Type)
	maps.Copy(all, x.Parameters)
	if len(all) == 0 {
		return nil
	}
	b, err := json.Marshal(all)
	if err != nil {
		return nil
	}
	return b
}

// ruleDefaults are the parameters that the API always shows.
func ruleDefaults(kind string) map[string]any {
	switch kind {
	case "pull_request":
		return map[string]any{
			"required_approving_review_count": 1, "require_code_owner_review": false, "require_last_push_approval": false,
			"dismiss_stale_reviews_on_push": false, "required_review_thread_resolution": false,
			"allowed_merge_methods": []string{"merge", "squash", "rebase"},
		}
	case "required_status_checks":
		return map[string]any{"required_status_checks": []any{}, "strict_required_status_checks_policy": false, "do_not_enforce_on_create": false}
	case "update":
		return map[string]any{"update_allows_fetch_and_merge": false}
	}
	return map[string]any{}
}

// titleWords makes "Identity Lead" of identity-lead.
func titleWords(slug string) string {
	words := strings.FieldsFunc(slug, func(c rune) bool { return c == '-' || c == '_' })
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, " ")
}
