package crawl

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/forge"
)

// say gives an owner's repositories a page on contributing.
func (f *fakeForge) say(owner, text string) *forge.Profile {
	p := f.make(owner, ".github", f.tick())
	p.Files["CONTRIBUTING.md"] = text
	return p
}

const welcome = "Pull requests are welcome. Run the tests with `make test`.\n"

// asked counts the records that say by their owner's page how to test.
func (s *scene) judged(owner, line string) int {
	n := 0
	for _, r := range s.shelf.records {
		p := r.Readiness.Point("contributing-test")
		if r.Owner == owner && p.State == catalog.PointMet && p.From == owner+"/.github:CONTRIBUTING.md:"+line {
			n++
		}
	}
	return n
}

func TestWhatAnOrganisationSaysCountsForItsRepositories(t *testing.T) {
	t.Parallel()
	for _, byREST := range []bool{false, true} {
		t.Run(fmt.Sprint("REST ", byREST), func(t *testing.T) {
			t.Parallel()
			f := newFakeForge("acme", 250)
			f.noGraph = byREST
			f.make("other", "lib", clock)
			plain := newScene(t, f, "acme", "other")
			without := plain.whole().Requests
			shared := f.say("acme", welcome)
			own := f.named(t, "repo-0007")
			own.Files["CONTRIBUTING.md"], own.Listed[""] = "Only we may change this.", []string{"CONTRIBUTING.md", "README.md"}

			s := newScene(t, f, "acme", "other")
			extra := 0
			if byREST {
				extra = 1 // it is a repository as any other
			}
			if out := s.whole(); out.Requests > without+extra {
				t.Errorf("%d requests instead of %d", out.Requests, without)
			}
			if n := s.judged("acme", "1"); n != 249 {
				t.Errorf("it counts for %d of 249", n)
			}
			if r := s.shelf.records[host+"/other/lib"]; r.Readiness.Point("contributing-test").State == catalog.PointMet {
				t.Error("it counts for another organisation")
			}

			s.now = s.now.Add(time.Hour)
			shared.Files = map[string]string{"CONTRIBUTING.md": "# Rules\n\n" + welcome}
			f.push(shared)
			out := s.whole()
			if got := out.Owners[0]; out.Requests > 4+4*extra || got.Seen != 1 || got.Tally.Changed != 1 {
				t.Errorf("a change of it costs %d requests, and reads %d: %v", out.Requests, got.Seen, f.asked[len(f.asked)-out.Requests:])
			}
			if n := s.judged("acme", "3"); n != 249 {
				t.Errorf("after it has changed, it counts for %d of 249", n)
			}
			wantSame(t, s, s.fresh())

			s.now = s.now.Add(time.Hour)
			f.push(f.named(t, "repo-0100"))
			if s.whole(); s.judged("acme", "3") != 249 {
				t.Error("a push to another repository loses it")
			}
			wantSame(t, s, s.fresh())
		})
	}
}

func TestDefaultsThatAreGoneCountNoMore(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(f *fakeForge, shared *forge.Profile){
		"deleted":     func(f *fakeForge, p *forge.Profile) { delete(f.repos, p.ID) },
		"renamed":     func(f *fakeForge, p *forge.Profile) { f.edit(p, func(p *forge.Profile) { p.Name = "old" }) },
		"private now": func(f *fakeForge, p *forge.Profile) { f.edit(p, func(p *forge.Profile) { p.Private = true }) },
		"emptied": func(f *fakeForge, p *forge.Profile) {
			p.Files = map[string]string{}
			f.push(p)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFakeForge("acme", 120)
			shared := f.say("acme", welcome)
			s := newScene(t, f, "acme")
			if s.whole(); s.judged("acme", "1") != 120 {
				t.Fatal("it does not count at first")
			}
			s.now = s.now.Add(time.Hour)
			change(f, shared)
			if s.whole(); s.judged("acme", "1") != 0 {
				t.Errorf("it counts for %d", s.judged("acme", "1"))
			}
			wantSame(t, s, s.fresh())
			s.now = s.now.Add(time.Hour)
			if again := s.whole(); again.Requests > 3 {
				t.Errorf("and then %d requests for nothing", again.Requests)
			}
		})
	}
}

// What cannot be read now was read before.
func TestDefaultsThatCannotBeReadStay(t *testing.T) {
	t.Parallel()
	f := newFakeForge("acme", 20)
	shared := f.say("acme", welcome)
	s := newScene(t, f, "acme")
	s.whole()
	s.now = s.now.Add(time.Hour)
	shared.Files = nil // as where it was too much
	f.push(shared)
	if s.whole(); s.judged("acme", "1") != 20 {
		t.Errorf("it counts for %d of 20", s.judged("acme", "1"))
	}
}

func TestEveryShardKnowsWhatTheOrganisationSays(t *testing.T) {
	t.Parallel()
	f := newFakeForge("acme", 250)
	shared := f.say("acme", welcome)
	want := newScene(t, f, "acme")
	want.whole()
	all, parts := opened(t, shards(t, f, 4, "acme"))
	got := newScene(t, f, "acme")
	w := &eventShelf{got.shelf, map[string]map[int]catalog.PullEvent{}}
	if m, err := Merge(context.Background(), parts, w); err != nil || m.Records != 251 {
		t.Fatalf("%+v, %v", m, err)
	}
	if err := NotePositions(all, w); err != nil {
		t.Fatal(err)
	}
	if got.judged("acme", "1") != 250 {
		t.Errorf("it counts for %d of 250", got.judged("acme", "1"))
	}
	wantSame(t, got, want)
	got.now = got.now.Add(time.Hour)
	shared.Files = map[string]string{"CONTRIBUTING.md": strings.Repeat("\n", 4) + welcome}
	f.push(shared)
	if got.whole(); got.judged("acme", "5") != 250 {
		t.Errorf("after a change it counts for %d of 250", got.judged("acme", "5"))
	}
	wantSame(t, got, got.fresh())
}

func TestACrawlThatWasCutOffKeepsWhatTheOrganisationSays(t *testing.T) {
	t.Parallel()
	f := newFakeForge("acme", 300)
	f.say("acme", welcome)
	s := newScene(t, f, "acme")
	s.batch = 100
	s.cutOff(f, 2, "")
	if s.whole(); s.judged("acme", "1") != 300 {
		t.Errorf("it counts for %d of 300", s.judged("acme", "1"))
	}
	wantSame(t, s, s.fresh())
}
