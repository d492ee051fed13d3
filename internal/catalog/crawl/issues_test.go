package crawl

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
)

// wanted are the issues that the shelf tells of.
func (s *scene) wanted() string {
	var out []string
	for _, r := range s.shelf.records {
		for _, h := range r.HelpWanted {
			out = append(out, fmt.Sprintf("%s#%d", r.Name, h.Number))
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// later lets an hour pass, crawls, and wants it to be incremental.
func (s *scene) later(most int) *Outcome {
	s.t.Helper()
	s.now = s.now.Add(time.Hour)
	out := s.whole()
	if o := out.Owners[0]; o.Mode != ModeIncremental || out.Requests > most {
		s.t.Errorf("%s in %d requests, want at most %d", o.Mode, out.Requests, most)
	}
	return out
}

func TestIssuesChangeWithoutAPush(t *testing.T) {
	t.Parallel()
	f := newFakeForge("acme", 300)
	a, b := f.named(t, "repo-0100"), f.named(t, "repo-0200")
	f.issue(a, 1, "open", "help wanted")
	f.issue(b, 1, "open", "good first issue")
	s := newScene(t, f, "acme")
	s.whole()
	for _, step := range []struct {
		what   string
		change func()
		want   string
		most   int
	}{
		{"nothing", func() {}, "repo-0100#1 repo-0200#1", 2},
		{"a new one", func() { f.issue(a, 2, "open", "Status: Help_Wanted") }, "repo-0100#1 repo-0100#2 repo-0200#1", 2},
		{"one is closed, one loses its label, so that skills are gone", func() { f.issue(a, 1, "closed", "help wanted"); f.issue(b, 1, "open", "bug") }, "repo-0100#2", 3},
		{"one comes back", func() { f.issue(b, 1, "open", "E-easy") }, "repo-0100#2 repo-0200#1", 3},
		{"more than come along", func() {
			for i := range 40 {
				f.issue(f.named(t, fmt.Sprintf("repo-%04d", i)), 7, "open", "bug")
			}
			f.issue(b, 8, "open", "gig")
		}, "repo-0100#2 repo-0200#1 repo-0200#8", 3},
	} {
		f.now = s.now
		step.change()
		s.later(step.most)
		if got := s.wanted(); got != step.want {
			t.Errorf("%s: got %s, want %s", step.what, got, step.want)
		}
		wantSame(t, s, s.fresh())
	}
}

// What a repository is found by is indexed anew only with its README.
func TestOtherSkillsAreReasonToReadARepository(t *testing.T) {
	t.Parallel()
	for _, noGraph := range []bool{false, true} {
		f := newFakeForge("acme", 30)
		a, b, c := f.named(t, "repo-0001"), f.named(t, "repo-0002"), f.named(t, "repo-0003")
		for _, p := range []*forge.Profile{a, b, c} {
			f.issueFor(p, 1, "open", "Rust", "help wanted")
		}
		s := newScene(t, f, "acme")
		f.noGraph = noGraph
		s.whole()
		f.now, s.now = s.now, s.now.Add(time.Hour)
		f.issueFor(a, 2, "open", "Fortran, Rust", "help wanted")
		f.issueFor(b, 2, "open", "rust", "help wanted") // found as before
		f.issueFor(c, 1, "open", "Cobol", "help wanted")
		f.was = map[int64]forge.RepoName{c.ID: c.RepoName}
		c.Owner = "other" // handed over in this moment
		f.before = func(int) error {
			if at := f.asked[len(f.asked)-1]; strings.HasPrefix(at, "page") || strings.HasPrefix(at, "list") || strings.HasPrefix(at, "issues") {
				c.Owner = "acme"
			} else {
				c.Owner = "other"
			}
			return nil
		}
		asked := len(f.asked)
		s.whole()
		var again []string
		for _, q := range f.asked[asked:] {
			if strings.HasPrefix(q, "named") || strings.HasPrefix(q, "one") {
				again = append(again, q)
			}
		}
		all := strings.Join(again, " ")
		if !strings.Contains(all, a.Name) || strings.Contains(all, b.Name) || len(again) > 2 || !noGraph && len(again) > 1 {
			t.Errorf("without GraphQL %v: read again: %v", noGraph, again)
		}
		for name, want := range map[string]bool{a.Name: true, c.Name: false} {
			r := s.shelf.records[host+"/acme/"+name]
			if r == nil || (r.IssueSkills == nil && r.Readme != "") != want {
				t.Errorf("without GraphQL %v: %s: %+v", noGraph, name, r)
			}
		}
		if s.shelf.records[host+"/other/"+c.Name] != nil {
			t.Errorf("without GraphQL %v: what is another owner's is in the catalog", noGraph)
		}
	}
}

func TestAClockThatIsAheadHidesNoIssue(t *testing.T) {
	t.Parallel()
	f := newFakeForge("acme", 30)
	f.clock = func() time.Time { return f.now }
	f.now = clock.Add(-5 * time.Hour) // this machine is five hours ahead
	s := newScene(t, f, "acme")
	s.whole()
	for i := range 3 {
		f.now, s.now = f.now.Add(2*time.Hour), s.now.Add(2*time.Hour)
		f.issue(f.named(t, "repo-0003"), i+1, "open", "help wanted")
		s.whole()
		if got := len(s.shelf.records[host+"/acme/repo-0003"].HelpWanted); got != i+1 {
			t.Errorf("got %d issues, want %d", got, i+1)
		}
	}
}

// Where much has changed, only what asks for help is read, by the labels that
// are known here.
func TestBusyIssuesAreReadByLabel(t *testing.T) {
	t.Parallel()
	f := newFakeForge("acme", 60)
	first := f.named(t, "repo-0001")
	f.issue(first, 1, "open", "E-mentor")
	s := newScene(t, f, "acme")
	s.whole()
	for i := range 1500 {
		f.issue(f.named(t, fmt.Sprintf("repo-%04d", 2+i%50)), 10+i, "open", "bug")
	}
	f.issue(f.named(t, "repo-0002"), 1, "open", "help wanted")
	f.issue(f.named(t, "repo-0003"), 1, "open", "E-mentor")
	f.issue(first, 1, "closed", "E-mentor")
	s.later(4)
	if got, want := s.wanted(), "repo-0002#1 repo-0003#1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	f.now = s.now
	for i := range 2500 { // more than a crawl reads: the next one goes on
		f.issue(f.named(t, fmt.Sprintf("repo-%04d", 2+i%50)), 2000+i, "closed", "help wanted")
	}
	f.issue(f.named(t, "repo-0004"), 1, "open", "help wanted")
	s.later(2 + mostIssuePages)
	s.later(2 + mostIssuePages)
	if got, want := s.wanted(), "repo-0002#1 repo-0003#1 repo-0004#1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A search that fails stops no crawl, and the next one asks for what it missed.
func TestASearchThatFailsIsMadeUpFor(t *testing.T) {
	t.Parallel()
	f := newFakeForge("acme", 60)
	s := newScene(t, f, "acme")
	s.whole()
	f.now = s.now
	f.issue(f.named(t, "repo-0001"), 1, "open", "help wanted")
	f.noSearch = true
	s.later(3)
	s.now = s.now.Add(24 * time.Hour)
	s.later(3)
	if got := s.wanted(); got != "" {
		t.Fatalf("found %s without a search", got)
	}
	f.noSearch = false
	s.later(3) // the third reads the repository, which has other skills now
	if got, want := s.wanted(), "repo-0001#1"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// An answer that is in no order, or always the same, ends.
func TestASearchThatLiesEnds(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*forge.ChangedIssues){
		"unsorted":  func(c *forge.ChangedIssues) { slices.Reverse(c.Issues); c.Total = 200 },
		"no end":    func(c *forge.ChangedIssues) { c.Total = 250 },
		"of others": func(c *forge.ChangedIssues) { c.Issues[0].Repo.Owner = "mallory" },
	} {
		f := newFakeForge("acme", 30)
		s := newScene(t, lying{f, change}, "acme")
		s.whole()
		f.issue(f.named(t, "repo-0001"), 1, "open", "help wanted")
		f.issue(f.named(t, "repo-0002"), 1, "open", "help wanted")
		s.later(4)
		if got := s.wanted(); !strings.HasSuffix(got, "repo-0002#1") {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

type lying struct {
	*fakeForge
	change func(*forge.ChangedIssues)
}

func (l lying) Profiles(ctx context.Context, q forge.ProfileQuery) (forge.ProfilePage, error) {
	page, err := l.fakeForge.Profiles(ctx, q)
	if page.Issues != nil && len(page.Issues.Issues) > 0 {
		l.change(page.Issues)
	}
	return page, err
}

func (l lying) ChangedIssues(ctx context.Context, q forge.ChangedIssuesQuery) (forge.ChangedIssues, error) {
	got, err := l.fakeForge.ChangedIssues(ctx, q)
	if len(got.Issues) > 0 {
		l.change(&got)
	}
	return got, err
}

// Killed between two answers about issues, the same command goes on.
func TestIssuesSurviveAKill(t *testing.T) {
	t.Parallel()
	errKilled := errors.New("killed")
	for at := 1; at <= 5; at++ {
		f := newFakeForge("acme", 60)
		s := newScene(t, f, "acme")
		s.whole()
		for i := range 250 {
			f.issue(f.named(t, fmt.Sprintf("repo-%04d", i%50)), i, "open", "bug")
		}
		f.issue(f.named(t, "repo-0055"), 1, "open", "help wanted")
		s.now = s.now.Add(time.Hour)
		ctx, cancel := context.WithCancelCause(context.Background())
		begun := f.requests
		f.before = func(n int) error {
			if n-begun == at {
				cancel(errKilled)
				return context.Cause(ctx)
			}
			return nil
		}
		out, _ := Crawl(ctx, f, s.options())
		cancel(nil)
		f.before = nil
		if out.Owners[0].Whole {
			t.Fatalf("%d: it was not cut off", at)
		}
		again := s.whole()
		if got, want := s.wanted(), "repo-0055#1"; got != want || again.Requests > 7-at {
			t.Errorf("cut off at request %d: got %q in %d requests, want %q", at, got, again.Requests, want)
		}
	}
}
