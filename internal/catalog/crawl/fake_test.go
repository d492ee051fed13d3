package crawl

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/forge"
)

var clock = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

const host = "forge.example"

// fakeForge lists repositories as GitHub does: by a cursor that names a value,
// so that what changes while somebody reads moves to the front.
type fakeForge struct {
	mu       sync.Mutex
	repos    map[int64]*forge.Profile
	requests int
	now      time.Time
	largest  int // more at once is too much; 0 is no limit
	noGraph  bool
	hidden   int // counted, but not listed
	withheld int // of a page, listed without a name
	issues   []forge.Issue
	noSearch bool
	byPlace  bool                     // its cursors are places, so that what is deleted moves the rest up
	was      map[int64]forge.RepoName // names that lead to repositories that have others now
	clock    func() time.Time         // what it says the time is
	// before is called ahead of each request and may make it fail.
	before func(n int) error
	asked  []string
}

func newFakeForge(owner string, n int) *fakeForge {
	f := &fakeForge{repos: map[int64]*forge.Profile{}, now: clock.Add(-time.Hour)}
	for i := range n {
		f.make(owner, fmt.Sprintf("repo-%04d", i), clock.Add(-time.Duration(i)*time.Hour-24*time.Hour))
	}
	return f
}

func (f *fakeForge) make(owner, name string, pushed time.Time) *forge.Profile {
	id := int64(len(f.repos) + 1)
	for f.repos[id] != nil {
		id++
	}
	p := &forge.Profile{ID: id, Repo: forge.Repo{
		RepoName: forge.RepoName{Host: host, Owner: owner, Name: name}, Description: "about " + name, PushedAt: pushed, UpdatedAt: pushed, CreatedAt: pushed,
	}, Files: map[string]string{"README.md": "# " + name}, Listed: map[string][]string{"": {"README.md"}, ".github": {}, "docs": {}}}
	f.repos[id] = p
	return p
}

func (f *fakeForge) named(t *testing.T, name string) *forge.Profile {
	t.Helper()
	for _, p := range f.repos {
		if p.Name == name {
			return p
		}
	}
	t.Fatalf("the forge has no %s", name)
	return nil
}

// tick is the forge's time, which goes on with every change.
func (f *fakeForge) tick() time.Time {
	f.now = f.now.Add(time.Second)
	return f.now
}

func (f *fakeForge) push(p *forge.Profile) { p.PushedAt = f.tick(); p.UpdatedAt = p.PushedAt }

func (f *fakeForge) edit(p *forge.Profile, change func(*forge.Profile)) {
	change(p)
	p.UpdatedAt = f.tick()
}

func (f *fakeForge) Requests() int { f.mu.Lock(); defer f.mu.Unlock(); return f.requests }

func (f *fakeForge) request(what string) error {
	f.requests++
	f.asked = append(f.asked, what)
	if f.before != nil {
		return f.before(f.requests)
	}
	return nil
}

func (f *fakeForge) Profiles(_ context.Context, q forge.ProfileQuery) (forge.ProfilePage, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.request(fmt.Sprintf("page %s %d", q.Owner, q.First)); err != nil {
		return forge.ProfilePage{}, err
	}
	if f.noGraph {
		return forge.ProfilePage{}, forge.ErrUnsupported
	}
	if f.largest > 0 && q.First > f.largest {
		return forge.ProfilePage{}, &forge.UnavailableError{Host: host, Err: forge.ErrTooMuch}
	}
	page := f.list(q)
	if f.clock != nil {
		page.At = f.clock()
	}
	if !q.IssuesSince.IsZero() && !f.noSearch {
		got := f.changed(forge.ChangedIssuesQuery{Owner: q.Owner, Since: q.IssuesSince}, 5)
		page.Issues = &got
	}
	return page, nil
}

func (f *fakeForge) ProfilesOf(_ context.Context, names []forge.RepoName, _ forge.ProfileOptions) (page forge.ProfilePage, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.request(fmt.Sprintf("named %v", names)); err != nil {
		return page, err
	}
	for _, p := range f.repos {
		if slices.ContainsFunc(names, p.RepoName.Equal) || slices.ContainsFunc(names, f.was[p.ID].Equal) {
			page.Profiles = append(page.Profiles, *p)
		}
	}
	return page, nil
}

// issue makes or changes an issue, as the forge tells of it in every way.
func (f *fakeForge) issue(p *forge.Profile, number int, state string, labels ...string) {
	f.issueFor(p, number, state, "Rust", labels...)
}

func (f *fakeForge) issueFor(p *forge.Profile, number int, state, skills string, labels ...string) {
	i := forge.Issue{Repo: p.RepoName, Number: number, Title: fmt.Sprintf("issue %d of %s", number, p.Name), State: state, Labels: labels, Body: "Skills: " + skills + "\n", UpdatedAt: f.tick()}
	same := func(o forge.Issue) bool { return o.Repo == i.Repo && o.Number == i.Number }
	f.issues = append(slices.DeleteFunc(f.issues, same), i)
	p.HelpWanted = slices.DeleteFunc(slices.Clone(p.HelpWanted), same)
	if asks := slices.ContainsFunc(labels, func(l string) bool { asks, _ := forge.AsksForHelp(l); return asks }); asks && state == "open" {
		p.HelpWanted = append([]forge.Issue{i}, p.HelpWanted...)
	}
}

func (f *fakeForge) changed(q forge.ChangedIssuesQuery, most int) (out forge.ChangedIssues) {
	for _, i := range f.issues {
		labelled := q.Labels == nil || slices.ContainsFunc(i.Labels, func(l string) bool { return slices.Contains(q.Labels, strings.ToLower(l)) })
		if strings.EqualFold(i.Repo.Owner, q.Owner) && !i.UpdatedAt.Before(q.Since) && labelled {
			if out.Total++; len(out.Issues) < most {
				out.Issues = append(out.Issues, i)
			}
		}
	}
	out.Told = len(out.Issues)
	return out
}

func (f *fakeForge) ChangedIssues(_ context.Context, q forge.ChangedIssuesQuery) (forge.ChangedIssues, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.request("issues " + q.Owner); err != nil {
		return forge.ChangedIssues{}, err
	}
	if f.noSearch {
		return forge.ChangedIssues{}, forge.ErrUnsupported
	}
	return f.changed(q, 100), nil
}

func (f *fakeForge) list(q forge.ProfileQuery) forge.ProfilePage {
	by := func(p *forge.Profile) string {
		at := p.PushedAt
		if q.ByUpdate {
			at = p.UpdatedAt
		}
		return fmt.Sprintf("%020d %020d", at.UnixNano(), p.ID)
	}
	var all []*forge.Profile
	from := 0
	if f.byPlace && q.After != "" {
		from, q.After = len(q.After), ""
	}
	page := forge.ProfilePage{Total: f.hidden, Requests: 1}
	for _, p := range f.repos {
		if strings.EqualFold(p.Owner, q.Owner) {
			page.Total++
			if q.After == "" || by(p) < q.After {
				all = append(all, p)
			}
		}
	}
	slices.SortFunc(all, func(a, b *forge.Profile) int { return cmp.Compare(by(b), by(a)) })
	all = all[min(from, len(all)):]
	if len(all) > q.First {
		all = all[:q.First]
		page.Next = by(all[len(all)-1])
		if f.byPlace {
			page.Next = strings.Repeat("+", from+q.First)
		}
	}
	for i, p := range all {
		if i < f.withheld {
			page.Skipped = append(page.Skipped, forge.Skipped{Repo: forge.RepoName{Host: host, Owner: p.Owner}, Why: "an IP allow list"})
			continue
		}
		page.Profiles = append(page.Profiles, *p)
	}
	return page
}

func (f *fakeForge) ProfilesREST(_ context.Context, q forge.ProfileQuery) (forge.ProfilePage, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.request("list " + q.Owner); err != nil {
		return forge.ProfilePage{}, err
	}
	q.First = 100
	page := f.list(q)
	if page.Next != "" {
		page.Total, page.AtMost = (page.Total+99)/100*100, true // it counts pages
	}
	for i := range page.Profiles {
		page.Profiles[i].Files, page.Profiles[i].Listed = nil, nil
	}
	return page, nil
}

func (f *fakeForge) ProfileREST(_ context.Context, p forge.Profile, _ forge.ProfileOptions) (forge.Profile, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.request("one " + p.FullName()); err != nil {
		return p, err
	}
	if p.ID == 0 { // known by its name alone
		for _, r := range f.repos {
			if r.RepoName.Equal(p.RepoName) || f.was[r.ID].Equal(p.RepoName) {
				return *r, nil
			}
		}
		return p, &forge.NotFoundError{What: p.FullName()}
	}
	p.Files, p.Listed = f.repos[p.ID].Files, f.repos[p.ID].Listed
	return p, nil
}

func (f *fakeForge) OwnerTeams(context.Context, string) (*forge.OwnerTeams, error) { return nil, nil }

// shelf is a catalog in memory.
type shelf struct {
	records map[string]*catalog.Record
	meta    Book
}

func newShelf() *shelf { return &shelf{records: map[string]*catalog.Record{}, meta: Book{}} }

func (s *shelf) Get(key string) (*catalog.Record, error) {
	if r := s.records[key]; r != nil {
		c := *r
		return &c, nil
	}
	return nil, &forge.NotFoundError{What: key}
}
func (s *shelf) Put(r *catalog.Record) error     { c := *r; s.records[r.Key()] = &c; return nil }
func (s *shelf) Delete(key string) error         { delete(s.records, key); return nil }
func (s *shelf) SetMeta(key, value string) error { s.meta[key] = value; return nil }
func (s *shelf) Each(f func(*catalog.Record) error) error {
	for _, r := range s.records {
		if err := f(r); err != nil {
			return err
		}
	}
	return nil
}

// known reads a shelf as a crawl reads a catalog.
type known struct{ *shelf }

func (k known) Get(_ context.Context, n forge.RepoName) (*catalog.Record, error) {
	return k.shelf.Get(keyOf(n))
}
func (k known) Each(_ context.Context, f func(*catalog.Record) error) error { return k.shelf.Each(f) }

// scene is a catalog that is filled by crawls.
type scene struct {
	t     *testing.T
	forge Source
	shelf *shelf
	dir   string
	now   time.Time
	slept time.Duration
	full  bool
	batch int
	names []string
}

func newScene(t *testing.T, f Source, owners ...string) *scene {
	return &scene{t: t, forge: f, shelf: newShelf(), dir: t.TempDir(), now: clock, names: owners}
}

func (s *scene) options() Options {
	return Options{
		Host: host, Owners: s.names, Full: s.full, Batch: s.batch, State: s.dir, Book: s.shelf.meta, Known: known{s.shelf},
		Now:   func() time.Time { return s.now },
		Sleep: func(ctx context.Context, d time.Duration) error { s.slept += d; return ctx.Err() },
	}
}

// crawl crawls and puts what is whole into the shelf.
func (s *scene) crawl(ctx context.Context) *Outcome {
	s.t.Helper()
	out, _ := Crawl(ctx, s.forge, s.options())
	if err := out.Apply(context.Background(), s.shelf, nil); err != nil {
		s.t.Fatal(err)
	}
	if err := out.Clean(); err != nil {
		s.t.Fatal(err)
	}
	return out
}

// whole crawls and wants it to reach the end.
func (s *scene) whole() *Outcome {
	s.t.Helper()
	out := s.crawl(context.Background())
	for _, o := range out.Owners {
		if o.Err != nil || !o.Whole {
			s.t.Fatalf("%s: whole %v, %v", o.Name, o.Whole, o.Err)
		}
	}
	return out
}

// contents are what the shelf says of repositories, one line each.
func (s *scene) contents() map[string]string {
	out := map[string]string{}
	for k, r := range s.shelf.records {
		out[k] = strconv.FormatInt(r.ID, 10) + " " + string(substance(r)) + r.Readme + ready(r)
	}
	return out
}

// ready is a record's readiness without what only the time of day changes.
func ready(r *catalog.Record) string {
	var b strings.Builder
	if r.Readiness != nil {
		for _, p := range r.Readiness.Points {
			if !strings.Contains(p.Why, "ago") && p.ID != "answers" {
				fmt.Fprint(&b, " ", p.ID, p.State, p.Why, p.From, p.Own != nil)
			}
		}
	}
	return b.String()
}
