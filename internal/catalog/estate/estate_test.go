package estate_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/catalog/estate"
)

func TestTheSameSeedMakesTheSameCompany(t *testing.T) {
	t.Parallel()
	first, again, other := lines(t, 1, 300), lines(t, 1, 300), lines(t, 2, 300)
	if diff := cmp.Diff(first, again); diff != "" {
		t.Errorf("the second time it is another one:\n%s", diff)
	}
	if cmp.Equal(first, other) {
		t.Error("another seed makes the same company")
	}
}

func lines(t *testing.T, seed uint64, n int) []string {
	t.Helper()
	var out []string
	for r := range estate.New(seed, n).Records() {
		line, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(line))
	}
	if len(out) != n {
		t.Fatalf("%d repositories, want %d", len(out), n)
	}
	return out
}

func TestEveryRepositoryHasANameOfItsOwnAndAPast(t *testing.T) {
	t.Parallel()
	e := estate.New(3, 20000)
	seen := map[string]bool{}
	for r := range e.Records() {
		if seen[r.Key()] {
			t.Fatalf("%s is there twice", r.Key())
		}
		seen[r.Key()] = true
		if r.CreatedAt.After(r.PushedAt) || r.PushedAt.After(r.UpdatedAt) || r.UpdatedAt.After(estate.Now()) {
			t.Errorf("%s: created %s, pushed %s, updated %s", r.Key(), r.CreatedAt, r.PushedAt, r.UpdatedAt)
		}
		if r.Fork && r.Source == "" {
			t.Errorf("%s is a fork of nothing", r.Key())
		}
		if r.Activity == nil || r.Readiness == nil {
			t.Errorf("%s has no figures", r.Key())
		}
	}
}

func TestTheCompanyIsAsMixedAsCompaniesAre(t *testing.T) {
	t.Parallel()
	const n = 10000
	shapes, states := map[estate.Shape]int{}, map[estate.State]int{}
	var manifests, guided, silent, wanted, sources, most int
	for r, truth := range estate.New(5, n).Repos() {
		shapes[truth.Shape]++
		states[truth.State]++
		for _, yes := range []struct {
			is    bool
			count *int
		}{{r.Title != "", &manifests}, {r.Guidelines != "", &guided}, {r.Description == "", &silent}, {len(r.HelpWanted) > 0, &wanted}, {r.Source != "", &sources}} {
			if yes.is {
				*yes.count++
			}
		}
		most = max(most, r.Stars)
	}
	for _, want := range []struct {
		what     string
		got      int
		from, to float64 // share of all
	}{
		{"originals", shapes[estate.Original], 0.7, 0.85}, {"forks", shapes[estate.Fork], 0.04, 0.08}, {"forks with a source", sources, 0.04, 0.08},
		{"copies", shapes[estate.Copy], 0.02, 0.06}, {"portals", shapes[estate.Portal], 0.003, 0.012}, {"live", states[estate.Live], 0.35, 0.55},
		{"archived", states[estate.Archived], 0.04, 0.12}, {"with a manifest", manifests, 0.1, 0.2}, {"with guidelines", guided, 0.3, 0.45},
		{"without a description", silent, 0.15, 0.35}, {"wanting help", wanted, 0.04, 0.15},
	} {
		if share := float64(want.got) / n; share < want.from || share > want.to {
			t.Errorf("%s: %.3f of all, want %.3f to %.3f", want.what, share, want.from, want.to)
		}
	}
	if most < 200 {
		t.Errorf("the most popular has %d stars", most)
	}
}

func TestCapabilitiesAreToldWhole(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, c := range estate.Capabilities() {
		if names[c.Name] {
			t.Errorf("%s is there twice", c.Name)
		}
		names[c.Name] = true
		if c.Domain == "" || len(c.Languages) == 0 || len(c.Names) < 2 || len(c.Topics) == 0 || len(c.Owners) == 0 || len(c.Users) < 3 || len(c.Sentences) < 3 {
			t.Errorf("%s is told in part: %+v", c.Name, c)
		}
	}
	if len(names) < 150 {
		t.Errorf("%d capabilities, want 150", len(names))
	}
}

func TestAnswersAreThoseOfTheEvents(t *testing.T) {
	t.Parallel()
	e := estate.New(9, 500)
	counted := 0
	for r := range e.Records() {
		merged := 0
		for _, event := range e.Events(r) {
			if event.Opened.After(estate.Now()) || event.First != nil && event.First.Before(event.Opened) || event.Ended != nil && event.Ended.Before(event.Opened) {
				t.Fatalf("%s#%d happened out of order: %+v", r.Key(), event.Number, event)
			}
			if event.Merged && !event.Bot {
				merged++
			}
		}
		if r.Answers == nil {
			r.Answers = &catalog.Answers{}
		}
		if r.Answers.Merged != merged {
			t.Errorf("%s: %d merged, its events say %d", r.Key(), r.Answers.Merged, merged)
		}
		counted += merged
	}
	if counted == 0 {
		t.Error("nothing was merged in the whole company")
	}
}
