package crawl

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/progress"
)

func wantSame(t *testing.T, got, want *scene) {
	t.Helper()
	if diff := cmp.Diff(want.contents(), got.contents()); diff != "" {
		t.Errorf("the catalogs differ:\n%s", diff)
	}
}

// fresh crawls the same forge into a catalog of its own.
func (s *scene) fresh() *scene {
	s.t.Helper()
	o := newScene(s.t, s.forge, s.names...)
	o.now = s.now
	o.whole()
	return o
}

func TestAnUnchangedOrganisationCostsAHandfulOfRequests(t *testing.T) {
	t.Parallel()
	f := newFakeForge("acme", 1000)
	s := newScene(t, f, "acme")
	if out := s.whole(); out.Requests > 12 || out.Tally().New != 1000 {
		t.Errorf("the first crawl: %d requests, %+v", out.Requests, out.Tally())
	}
	s.now = s.now.Add(time.Hour)
	out := s.whole()
	if out.Requests > 3 || out.Owners[0].Mode != ModeIncremental {
		t.Errorf("an unchanged organisation costs %d requests (%s): %v", out.Requests, out.Owners[0].Mode, f.asked)
	}
	if got, want := out.Tally(), (Tally{Unchanged: 1000}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestOneTimeForAllIsNoReasonToReadAll(t *testing.T) {
	t.Parallel()
	f := newFakeForge("acme", 500)
	for _, p := range f.repos { // as after an import into the forge
		p.PushedAt, p.UpdatedAt = clock.Add(-time.Hour), clock.Add(-time.Hour)
	}
	s := newScene(t, f, "acme")
	s.whole()
	s.now = s.now.Add(time.Hour)
	if out := s.whole(); out.Requests > 3 {
		t.Errorf("%d requests: %v", out.Requests, f.asked)
	}
}

func TestAnIncrementalCrawlIsAsGoodAsAFullOne(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*testing.T, *fakeForge)
		want   Tally
		mode   Mode
	}{
		"a push": {func(t *testing.T, f *fakeForge) { f.push(f.named(t, "repo-0250")) }, Tally{Changed: 1, Unchanged: 299}, ModeIncremental},
		"a rename": {func(t *testing.T, f *fakeForge) {
			f.edit(f.named(t, "repo-0250"), func(p *forge.Profile) { p.Name = "renamed" })
		}, Tally{Changed: 1, Renamed: 1, Unchanged: 299}, ModeIncremental},
		"archived": {func(t *testing.T, f *fakeForge) {
			f.edit(f.named(t, "repo-0111"), func(p *forge.Profile) { p.Archived = true })
		}, Tally{Changed: 1, Unchanged: 299}, ModeIncremental},
		"a topic": {func(t *testing.T, f *fakeForge) {
			f.edit(f.named(t, "repo-0299"), func(p *forge.Profile) { p.Topics = []string{"go"} })
		}, Tally{Changed: 1, Unchanged: 299}, ModeIncremental},
		"new":           {func(t *testing.T, f *fakeForge) { f.make("acme", "new", f.tick()) }, Tally{New: 1, Unchanged: 300}, ModeIncremental},
		"new and empty": {func(t *testing.T, f *fakeForge) { f.make("acme", "empty", time.Time{}) }, Tally{New: 1, Unchanged: 300}, ModeFull},
		"deleted":       {func(t *testing.T, f *fakeForge) { delete(f.repos, f.named(t, "repo-0007").ID) }, Tally{Removed: 1, Unchanged: 299}, ModeFull},
		"one for another": {func(t *testing.T, f *fakeForge) {
			delete(f.repos, f.named(t, "repo-0007").ID)
			f.make("acme", "new", f.tick())
		}, Tally{New: 1, Removed: 1, Unchanged: 299}, ModeFull},
		"a name that moves on": {func(t *testing.T, f *fakeForge) {
			f.edit(f.named(t, "repo-0007"), func(p *forge.Profile) { p.Name = "old" })
			f.make("acme", "repo-0007", f.tick())
		}, Tally{New: 1, Changed: 1, Renamed: 1, Unchanged: 299}, ModeIncremental},
		"many of all": {func(t *testing.T, f *fakeForge) {
			for i := range 120 {
				f.push(f.named(t, fmt.Sprintf("repo-%04d", i*2)))
			}
			f.edit(f.named(t, "repo-0005"), func(p *forge.Profile) { p.Name = "five" })
			delete(f.repos, f.named(t, "repo-0009").ID)
			delete(f.repos, f.named(t, "repo-0240").ID)
			f.make("acme", "newest", f.tick())
		}, Tally{New: 1, Changed: 121, Renamed: 1, Removed: 2, Unchanged: 177}, ModeFull},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFakeForge("acme", 300)
			s := newScene(t, f, "acme")
			s.whole()
			c.change(t, f)
			s.now = s.now.Add(time.Hour)
			out := s.whole()
			got := out.Tally()
			if got != c.want || out.Owners[0].Mode != c.mode {
				t.Errorf("got %+v (%s), want %+v (%s)", got, out.Owners[0].Mode, c.want, c.mode)
			}
			wantSame(t, s, s.fresh())
			s.now = s.now.Add(time.Hour)
			if again := s.whole(); again.Requests > 3 {
				t.Errorf("and then %d requests for nothing", again.Requests)
			}
		})
	}
}

func TestWhatIsHandedOverIsOneRepository(t *testing.T) {
	t.Parallel()
	f := newFakeForge("acme", 20)
	f.make("other", "lib", f.tick())
	s := newScene(t, f, "acme", "other")
	s.whole()
	answers := &catalog.Answers{Merged: 7}
	s.shelf.records[host+"/acme/repo-0003"].Answers = answers
	f.edit(f.named(t, "repo-0003"), func(p *forge.Profile) { p.Owner = "other" })
	s.now = s.now.Add(time.Hour)
	s.whole()
	wantSame(t, s, s.fresh())
	if r := s.shelf.records[host+"/other/repo-0003"]; r == nil || r.Answers == nil || r.Answers.Merged != 7 {
		t.Errorf("it lost its answers on the way: %+v", r)
	}
}

func TestAWeekLaterEverythingIsRead(t *testing.T) {
	t.Parallel()
	f := newFakeForge("acme", 120)
	s := newScene(t, f, "acme")
	s.whole()
	f.named(t, "repo-0100").Stars = 99 // shows in no time
	s.now = s.now.Add(6 * 24 * time.Hour)
	if out := s.whole(); out.Owners[0].Mode != ModeIncremental {
		t.Errorf("after six days: %s", out.Owners[0].Mode)
	}
	s.now = s.now.Add(25 * time.Hour)
	if out := s.whole(); out.Owners[0].Mode != ModeFull || out.Tally().Changed != 1 {
		t.Errorf("after a week: %s %+v", out.Owners[0].Mode, out.Tally())
	}
	wantSame(t, s, s.fresh())
}

func TestAPushDuringTheWalkIsNotMissed(t *testing.T) {
	t.Parallel()
	f := newFakeForge("acme", 300)
	s := newScene(t, f, "acme")
	s.batch = 20
	f.before = func(n int) error {
		if n == 4 || n == 9 {
			f.push(f.named(t, fmt.Sprintf("repo-%04d", 250+n)))
		}
		return nil
	}
	s.whole()
	f.before = nil
	wantSame(t, s, s.fresh())
}

func TestAPushIsNotMissedThoughAsManyAreSeenAsThereAre(t *testing.T) {
	t.Parallel()
	f := newFakeForge("acme", 300)
	s := newScene(t, f, "acme")
	s.whole()
	s.full, s.now, f.requests = true, s.now.Add(time.Hour), 0
	f.before = func(n int) error {
		if n == 2 { // the first page is read
			f.push(f.named(t, "repo-0250"))
			delete(f.repos, f.named(t, "repo-0007").ID)
		}
		return nil
	}
	s.whole()
	if s.shelf.records[host+"/acme/repo-0250"] == nil {
		t.Error("what was pushed to during the walk is taken out")
	}
	f.before, s.full = nil, false
	s.whole()
	wantSame(t, s, s.fresh())
}

// What is deleted on a page that was read moves the rest of the list up, past
// the next page.
func TestWhatMovesUpInAListIsNotGone(t *testing.T) {
	t.Parallel()
	for _, noGraph := range []bool{false, true} {
		f := newFakeForge("acme", 350)
		f.byPlace, f.noGraph = true, noGraph
		s := newScene(t, f, "acme")
		s.whole()
		before := len(f.asked)
		f.before = func(int) error {
			if at := f.asked[len(f.asked)-1]; len(f.asked) > before+1 && (strings.HasPrefix(at, "page") || strings.HasPrefix(at, "list")) {
				for i := range 3 {
					delete(f.repos, f.named(t, fmt.Sprintf("repo-%04d", i)).ID)
				}
				f.before = nil
			}
			return nil
		}
		s.full, s.now = true, s.now.Add(time.Hour)
		s.whole()
		for _, p := range f.repos {
			if s.shelf.records[host+"/acme/"+p.Name] == nil {
				t.Errorf("without GraphQL %v: %s is taken out", noGraph, p.Name)
			}
		}
		s.full, s.now = noGraph, s.now.Add(time.Hour) // by REST the first page does not tell how many there are
		s.whole()
		wantSame(t, s, s.fresh())
	}
}

func TestAListThatIsCutShortDeletesNothing(t *testing.T) {
	t.Parallel()
	refused := &forge.NotPermittedError{What: "it"}
	for name, c := range map[string]struct {
		change func(*fakeForge)
		whole  bool
	}{
		"it fails in the middle":           {func(f *fakeForge) { f.before = func(n int) error { return map[bool]error{true: refused}[n%4 == 3] } }, false},
		"fewer come than the forge counts": {func(f *fakeForge) { f.hidden = 3 }, true},
		"the organisation is gone":         {func(f *fakeForge) { f.before = func(int) error { return &forge.NotFoundError{What: "acme"} } }, false},
		"the forge lists nothing at all":   {func(f *fakeForge) { f.repos = map[int64]*forge.Profile{} }, true},
		"the forge does not answer any more": {func(f *fakeForge) {
			f.before = func(n int) error { return &forge.UnavailableError{Host: host, Err: errors.New("x")} }
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFakeForge("acme", 90)
			s := newScene(t, f, "acme")
			s.batch = 10
			s.whole()
			delete(f.repos, f.named(t, "repo-0050").ID)
			f.requests = 0
			c.change(f)
			s.full = true
			s.now = s.now.Add(time.Hour)
			out := s.crawl(context.Background())
			if out.Owners[0].Whole != c.whole || (out.Owners[0].Err == nil) != c.whole {
				t.Errorf("whole %v, %v", out.Owners[0].Whole, out.Owners[0].Err)
			}
			if n := len(s.shelf.records); n != 90 {
				t.Errorf("%d records are left of 90", n)
			}
		})
	}
}

func TestWhatAnImportToldOfStays(t *testing.T) {
	t.Parallel()
	f := newFakeForge("acme", 5)
	s := newScene(t, f, "acme")
	_ = s.shelf.Put(&catalog.Record{Host: host, Owner: "acme", Name: "secret", From: "repos.json"})
	s.whole()
	if len(s.shelf.records) != 6 {
		t.Errorf("%d records, want 6", len(s.shelf.records))
	}
}

func TestTooMuchAtOnceIsHalved(t *testing.T) {
	t.Parallel()
	f := newFakeForge("acme", 1000)
	f.largest = 30
	s := newScene(t, f, "acme")
	out := s.whole()
	if len(s.shelf.records) != 1000 || out.Batch > 55 {
		t.Errorf("%d records, at last %d at once", len(s.shelf.records), out.Batch)
	}
	if out.Requests > 60 {
		t.Errorf("%d requests; it tried what was too much again and again", out.Requests)
	}
	f.requests, f.asked, s.full = 0, nil, true
	s.now = s.now.Add(time.Hour)
	s.whole()
	if strings.HasSuffix(f.asked[0], " 100") {
		t.Errorf("it did not remember what worked: %v", f.asked[:3])
	}
}

func TestAHostWithoutGraphQLGivesTheSame(t *testing.T) {
	t.Parallel()
	f := newFakeForge("acme", 250)
	s := newScene(t, f, "acme")
	s.whole()
	f.noGraph = true
	r := newScene(t, f, "acme")
	if out := r.whole(); !out.REST {
		t.Error("it does not say so")
	}
	wantSame(t, r, s)
	f.requests = 0
	f.push(f.named(t, "repo-0200"))
	r.now = r.now.Add(time.Hour)
	if out := r.whole(); out.Requests > 5 {
		t.Errorf("one push costs %d requests", out.Requests)
	}
	wantSame(t, r, r.fresh())
}

func TestAPlaceThatIsForgottenIsFoundAgain(t *testing.T) {
	t.Parallel()
	f := newFakeForge("acme", 350)
	s := newScene(t, f, "acme")
	at := 0
	f.before = func(n int) error {
		if n == 3 {
			return fmt.Errorf("%w: no valid cursor", forge.ErrPlace)
		}
		return nil
	}
	s.whole()
	wantSame(t, s, s.fresh())

	// A crawl that was cut off goes on with another interface: it knows no place of
	// the one before.
	r := newScene(t, f, "acme")
	at = f.requests + 2
	f.before = func(n int) error {
		if n == at {
			return fmt.Errorf("cut off")
		}
		return nil
	}
	if out := r.crawl(context.Background()); out.Owners[0].Err == nil {
		t.Fatal("it was not cut off")
	}
	at = f.requests + 1
	f.before = func(n int) error {
		if n == at {
			return fmt.Errorf("%w: another interface", forge.ErrPlace)
		}
		return nil
	}
	if out := r.whole(); !out.Owners[0].Resumed || !out.Owners[0].Gone {
		t.Errorf("resumed %v, whole walk %v", out.Owners[0].Resumed, out.Owners[0].Gone)
	}
	wantSame(t, r, r.fresh())

	f.before = func(n int) error {
		if n%2 == 0 {
			return fmt.Errorf("%w: ever again", forge.ErrPlace)
		}
		return nil
	}
	r.full, f.requests = true, 0
	if out := r.crawl(context.Background()); out.Owners[0].Err == nil || f.requests > 20 {
		t.Errorf("a host that knows no place ends in %v after %d requests", out.Owners[0].Err, f.requests)
	}
}

// lateForge has no GraphQL, which another owner's request has found out by the
// time it says so.
type lateForge struct {
	*fakeForge
	c *crawler
}

func (l lateForge) Profiles(context.Context, forge.ProfileQuery) (forge.ProfilePage, error) {
	l.c.useREST(forge.ErrUnsupported)
	return forge.ProfilePage{}, forge.ErrUnsupported
}

func TestTwoOwnersFindOutThatThereIsNoGraphQL(t *testing.T) {
	t.Parallel()
	o := Options{Host: host, Sink: func(progress.Event) {}, Now: time.Now}
	c := &crawler{o: o, batch: newBatch(o)}
	c.source = lateForge{newFakeForge("acme", 3), c}
	if page, err := c.page(t.Context(), forge.ProfileQuery{Owner: "acme"}, 100); err != nil || len(page.Profiles) != 3 {
		t.Errorf("got %d repositories, %v", len(page.Profiles), err)
	}
}

func TestWhatIsWithheldIsNotGone(t *testing.T) {
	t.Parallel()
	f := newFakeForge("acme", 20)
	s := newScene(t, f, "acme")
	s.whole()
	f.withheld, s.full = 5, true
	s.now = s.now.Add(time.Hour)
	out := s.whole()
	if len(s.shelf.records) != 20 || len(out.Owners[0].Skipped) != 5 {
		t.Errorf("%d repositories are left, %d were skipped", len(s.shelf.records), len(out.Owners[0].Skipped))
	}
}

func TestALimitIsWaitedFor(t *testing.T) {
	t.Parallel()
	f := newFakeForge("acme", 300)
	s := newScene(t, f, "acme")
	f.before = func(n int) error {
		if n == 2 {
			return &forge.RateLimitError{Host: host, Until: clock.Add(40 * time.Minute)}
		}
		return nil
	}
	s.whole()
	if s.slept < 40*time.Minute || s.slept > 41*time.Minute {
		t.Errorf("waited %s", s.slept)
	}
}

func TestFaultsChangeNothing(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		f := newFakeForge("acme", 400)
		rnd := rand.New(rand.NewPCG(seed, 1))
		f.before = func(int) error {
			switch rnd.IntN(60) {
			case 0:
				return &forge.UnavailableError{Host: host, Err: fmt.Errorf("%w: 502", forge.ErrTooMuch)}
			case 1:
				return &forge.UnavailableError{Host: host, Err: errors.New("connection reset")}
			case 2:
				return &forge.RateLimitError{Host: host, Until: clock.Add(time.Minute), Secondary: true}
			}
			return nil
		}
		s := newScene(t, f, "acme")
		s.batch = 10
		s.whole()
		f.before = nil
		wantSame(t, s, s.fresh())
	}
}

// cutOff crawls until a request and is interrupted there; torn adds what a
// process leaves that dies in the middle of a line.
func (s *scene) cutOff(f *fakeForge, at int, torn string) {
	s.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	f.before = func(n int) error {
		if n == at {
			cancel()
			return ctx.Err()
		}
		return nil
	}
	f.requests = 0
	out, err := Crawl(ctx, s.forge, s.options())
	if err == nil || len(out.Whole()) > 0 {
		s.t.Fatalf("it was not cut off: %v", err)
	}
	f.before = nil
	for _, o := range out.Owners {
		if file, err := os.OpenFile(o.spool, os.O_APPEND|os.O_WRONLY, 0); err == nil {
			_, _ = file.WriteString(torn)
			_ = file.Close()
		}
	}
}

func TestWhatWasCutOffGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	f := newFakeForge("acme", 200)
	want := newScene(t, f, "acme")
	want.whole()
	for at := 2; at <= 15; at += 3 {
		for _, torn := range []string{"", "{", `{"record":{"host":"x"`, `{"record":{"host":"x"}}` + "\n", `{"page":{"next":"zzz"`} {
			s := newScene(t, f, "acme")
			s.batch = 10
			s.cutOff(f, at, torn)
			s.now = s.now.Add(time.Minute)
			out := s.whole()
			if !out.Owners[0].Resumed || out.Requests > 22-at {
				t.Fatalf("cut off at request %d (%q): resumed %v with %d requests", at, torn, out.Owners[0].Resumed, out.Requests)
			}
			wantSame(t, s, want)
		}
	}
}

func TestAnOldOrForeignSpoolIsNotGoneOnWith(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(s *scene, path string){
		"a day has passed":        func(s *scene, _ string) { s.now = s.now.Add(25 * time.Hour) },
		"--full":                  func(s *scene, _ string) { s.full = true },
		"of another version":      func(s *scene, path string) { edit(s.t, path, `{"isrcCrawl":1,`, `{"isrcCrawl":9,`) },
		"not of isrc at all":      func(s *scene, path string) { edit(s.t, path, `{"isrcCrawl":1,`, `{"x":1,`) },
		"of another organisation": func(s *scene, path string) { edit(s.t, path, `"owner":"acme"`, `"owner":"else"`) },
		"damaged in the middle":   func(s *scene, path string) { edit(s.t, path, `{"record":{"host"`, `{"record:{"host"`) },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFakeForge("acme", 200)
			s := newScene(t, f, "acme")
			s.batch = 10
			s.cutOff(f, 9, "")
			paths, _ := filepath.Glob(filepath.Join(s.dir, "*.spool"))
			if len(paths) != 1 {
				t.Fatalf("spools: %v", paths)
			}
			s.now = s.now.Add(time.Minute)
			spoil(s, paths[0])
			if out := s.whole(); out.Owners[0].Resumed {
				t.Error("it was gone on with")
			}
			want := newScene(t, f, "acme")
			want.whole()
			wantSame(t, s, want)
		})
	}
}

func edit(t *testing.T, path, old, new string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(raw), old) {
		t.Fatalf("%s does not hold %s: %v", path, old, err)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(raw), old, new, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestOneOrganisationThatFailsStopsNoOther(t *testing.T) {
	t.Parallel()
	f := newFakeForge("acme", 30)
	f.make("other", "lib", clock)
	s := newScene(t, &failing{f, "ghost"}, "acme", "ghost", "other", "ACME")
	out := s.crawl(context.Background())
	var got []string
	for _, o := range out.Owners {
		got = append(got, fmt.Sprint(o.Name, " ", o.Whole, " ", o.Err != nil))
	}
	if diff := cmp.Diff([]string{"acme true false", "ghost false true", "other true false"}, got); diff != "" {
		t.Error(diff)
	}
	if len(s.shelf.records) != 31 {
		t.Errorf("%d records", len(s.shelf.records))
	}
	left, _ := filepath.Glob(filepath.Join(s.dir, "*.spool"))
	if len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

type failing struct {
	*fakeForge
	owner string
}

func (f *failing) Profiles(ctx context.Context, q forge.ProfileQuery) (forge.ProfilePage, error) {
	if q.Owner == f.owner {
		return forge.ProfilePage{}, &forge.NotFoundError{What: "the organisation " + q.Owner}
	}
	return f.fakeForge.Profiles(ctx, q)
}

func TestShardsArePartsOfTheWhole(t *testing.T) {
	t.Parallel()
	n := map[int]int{}
	for i := range 10_000 {
		key := fmt.Sprintf("forge.example/acme/repo-%d", i)
		var in []int
		for s := 1; s <= 16; s++ {
			if (Shard{s, 16}).Has(key) {
				in = append(in, s)
			}
		}
		if len(in) != 1 {
			t.Fatalf("%s is in %v", key, in)
		}
		n[in[0]]++
	}
	for s := 1; s <= 16; s++ {
		if n[s] < 500 || n[s] > 750 {
			t.Errorf("shard %d has %d of 10,000", s, n[s])
		}
	}
	for _, wrong := range []string{"0/4", "5/4", "a/b", "3", "1/0", "-1/4", "1/99999", "1/4/2"} {
		if s, err := ParseShard(wrong); err == nil {
			t.Errorf("%q is read as %v", wrong, s)
		}
	}
	if !slices.Equal([]string{"3/16", ""}, []string{Shard{3, 16}.String(), Shard{}.String()}) {
		t.Error("a shard is not written as it is read")
	}
}

func TestOneCrawlAtATime(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "crawl")
	unlock, err := Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	var busy *BusyError
	if _, err := Lock(dir); !errors.As(err, &busy) {
		t.Errorf("got %v, want that another one crawls", err)
	}
	if err := unlock(); err != nil {
		t.Fatal(err)
	}
	if unlock, err = Lock(dir); err != nil {
		t.Fatal(err)
	}
	_ = unlock()
}
