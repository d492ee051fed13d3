package sandbox

import (
	"cmp"
	"maps"
	"slices"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
)

// state is everything that the forge knows besides what lies in git. The
// forge's mu guards it, but for what has a lock of its own.
type state struct {
	users  map[string]*user       // by login in lower case
	repos  map[string]*repository // by OWNER/NAME in lower case
	order  []*repository          // as they came to be
	moved  map[string]*repository // by the names that they had, in lower case
	nextID atomic.Int64

	policies map[string][]policy // by login or OWNER/NAME in lower case

	devicePlan DevicePlan
	devices    map[string]*device // by their code
	renewals   map[string]renewal // by the refresh token
	renewed    int                // tokens that end, so far
}

// user is a person, a bot or an organisation.
type user struct {
	Account
	id      int64
	org     *Org // nil for persons
	created time.Time
	teams   []*team

	installed []string // of an app: OWNER or OWNER/NAME
}

type team struct {
	Team
	id int64
}

type repository struct {
	id          int64
	spec        *Repo
	owner       *user
	name        string
	description string
	branch      string // the default branch
	visibility  string
	archived    bool
	pulls       string // who may open pull requests: "", all, collaborators_only or none
	parent      *repository
	forks       []*repository
	creator     *user // who forked it into an organisation
	created     time.Time
	updated     time.Time
	pushed      time.Time
	onlyDefault bool // a fork of just the default branch
	behind      int  // commits that a seeded fork lags behind its upstream
	deleted     bool

	labels   []*label
	issues   map[int]*issue // pull requests too, as on GitHub
	numbers  int            // the highest number given
	releases []*release
	rulesets []*ruleset
	checks   map[string][]*checkRun // by commit
	statuses map[string][]*status   // by commit, newest first
	held     []*heldRun

	gitWait atomic.Int32 // git requests still to be answered as if it were not there
	once    sync.Once    // makes the bare repository
	known   sync.Once    // tells the world's pull requests their commits
	pushes  []seedPush
	live    bool // came to be while the forge ran: it has no seed
	made    atomic.Bool
	makeErr error
	dir     string
}

type label struct {
	Label
	id int64
}

type issue struct {
	id        int64
	number    int
	title     string
	body      string
	author    *user
	state     string // open or closed
	kind      string // its type, "" for none
	created   time.Time
	updated   time.Time
	closed    time.Time
	closedBy  *user
	labels    []*label
	assignees []*user
	comments  []*comment
	pull      *pull // nil for a plain issue
}

type comment struct {
	id      int64
	author  *user
	body    string
	created time.Time
}

type pull struct {
	seed      *Pull // nil when it was opened here
	repo      *repository
	head      *repository // nil when it is gone
	headOwner string
	branch    string
	sha       string // of the head
	base      string // branch
	baseSHA   string
	draft     bool
	ready     time.Time // when it ceased to be a draft, zero for never
	merged    time.Time
	mergedBy  *user
	mergeSHA  string
	requested []*user
	teams     []*team
	reviews   []*review
	remarks   []*remark
	queue     *queueSpot // nil when it is in no merge queue
	lag       atomic.Int32
}

type review struct {
	id     int64
	author *user
	state  string
	body   string
	sha    string
	at     time.Time
}

// remark is a review comment on a line of the diff. The first one of a
// conversation holds whether that is resolved.
type remark struct {
	comment
	path     string
	line     int
	sha      string
	review   *review
	answers  *remark // the first of its conversation, nil for that one itself
	resolved *user
}

type release struct {
	Release
	id     int64
	author *user
	at     time.Time
}

type ruleset struct {
	Ruleset
	id int64
}

type checkRun struct {
	id         int64
	name       string
	app        string
	sha        string
	status     string // queued, in_progress, completed
	conclusion string
	title      string
	summary    string
	notes      []annotation
	log        string // of its job, where a job ran
	started    time.Time
	completed  time.Time
}

// annotation is a remark of a check on lines of a file.
type annotation struct {
	Path    string `json:"path"`
	Start   int    `json:"start_line"`
	End     int    `json:"end_line"`
	Level   string `json:"annotation_level"` // notice, warning, failure
	Title   string `json:"title"`
	Message string `json:"message"`
	Details string `json:"raw_details"`
}

type status struct {
	id          int64
	state       string
	context     string
	description string
	target      string
	creator     *user
	at          time.Time
}

// id gives a new number; numbers are the same in every forge of one world.
func (s *state) id() int64 {
	return s.nextID.Add(1)
}

//go:noinline
func (s *state) user(login string) *user { return s.users[strings.ToLower(login)] }

//go:noinline
func (s *state) repo(owner, name string) *repository {
	return s.repos[strings.ToLower(owner+"/"+name)]
}

func (s *state) addRepo(r *repository) {
	s.repos[strings.ToLower(r.fullName())] = r
	s.order = append(s.order, r)
}

//go:noinline
func (r *repository) fullName() string { return r.owner.Login + "/" + r.name }

// source is where the network of forks begins.
func (r *repository) source() *repository {
	for r.parent != nil {
		r = r.parent
	}
	return r
}

func (r *repository) private() bool { return r.visibility != "public" }

func (r *repository) hasIssues() bool { return r.parent == nil && !r.spec.NoIssues }

//go:noinline
func (r *repository) label(name string) *label {
	for _, l := range r.labels {
		if strings.EqualFold(l.Name, name) {
			return l
		}
	}
	return nil
}

// sorted are the issues and pull requests by number, the newest first.
func (r *repository) sorted() []*issue {
	all := make([]*issue, 0, len(r.issues))
	for _, i := range r.issues {
		all = append(all, i)
	}
	sort.Slice(all, func(a, b int) bool { return all[a].number > all[b].number })
	return all
}

// populate turns the world into a state, without touching the disk.
func (f *Forge) populate() error {
	f.state.users, f.state.repos = map[string]*user{}, map[string]*repository{}
	f.state.moved = map[string]*repository{}
	f.state.nextID.Store(1000)
	for _, a := range f.world.Accounts {
		f.state.users[strings.ToLower(a.Login)] = &user{Account: a, id: f.state.id(), created: f.start.AddDate(-3, 0, 0)}
		f.Token(a.Login)
	}
	for i := range f.world.Orgs {
		f.addOrg(&f.world.Orgs[i])
	}
	for _, forks := range []bool{false, true} { // what is forked comes first
		for _, spec := range f.world.Repos {
			if forks != (spec.ForkOf != "") {
				continue
			}
			add := f.addSeed
			if forks {
				add = f.addSeedFork
			}
			if err := add(spec); err != nil {
				return fault.Errorf("repository %s/%s: %w", spec.Owner, spec.Name, err)
			}
		}
	}
	return nil
}

func (f *Forge) addOrg(o *Org) {
	u := &user{
		Account: Account{Login: o.Login, Name: o.Name, Bio: o.Description},
		org:     o, id: f.state.id(), created: f.start.AddDate(-4, 0, 0),
	}
	for _, t := range o.Teams {
		if t.Name == "" {
			t.Name = titleWords(t.Slug)
		}
		u.teams = append(u.teams, &team{Team: t, id: f.state.id()})
	}
	f.state.users[strings.ToLower(o.Login)] = u
}

//go:noinline
func (u *user) team(slug string) *team {
	for _, t := range u.teams {
		if strings.EqualFold(t.Slug, slug) {
			return t
		}
	}
	return nil
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	return slices.Sorted(maps.Keys(m))
}
