package command

import (
	"context"
	"errors"
	"runtime/debug"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog/index"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/term"
)

// quickHeap is how much memory a command that only reads the catalog may take
// before garbage is collected, in bytes.
const quickHeap = 64 << 20

// quick does without collecting garbage while a command that is alone reads a
// little: a sixth of its time. What it gives back undoes it.
func (a *app) quick() (undo func()) {
	if !a.inv.Alone {
		return func() {}
	}
	percent, limit := debug.SetGCPercent(-1), debug.SetMemoryLimit(quickHeap)
	return func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
}

// leave closes a catalog without being waited for: nothing of it is written, and
// the process ends.
func leave(cat *index.Catalog) {
	go func() { _ = cat.Close() }()
}

// staleAfter is how old a catalog is when people are told to update it.
const staleAfter = 7 * 24 * time.Hour

// openCatalog opens the catalog that is there, nil where there is none. One that
// cannot be read is said and taken as none: find then asks the forge.
func (a *app) openCatalog(ctx context.Context) (*index.Catalog, error) {
	dir, err := a.catalogDir()
	if err != nil {
		return nil, err
	}
	cat, err := (&index.Store{Dir: dir}).Open(ctx)
	var damaged *index.DamagedError
	var schema *index.SchemaError
	switch {
	case errors.Is(err, index.ErrNone):
		return nil, nil
	case errors.As(err, &damaged), errors.As(err, &schema):
		a.sayLeftAside(err)
		return nil, nil
	case err != nil:
		return nil, fault.Errorf("open the catalog: %w", err)
	}
	if lost := cat.Info().Recovered; lost != "" {
		a.say("isrc: %s: isrc catalog update", term.Line(lost))
	}
	return cat, nil
}

// sayLeftAside says why a catalog that is there cannot be used, and what makes
// another one; a newer isrc's is none for this one to make anew.
func (a *app) sayLeftAside(why error) {
	way := "isrc catalog update makes it anew"
	var schema *index.SchemaError
	if errors.As(why, &schema) && schema.Newer() {
		way = "bring isrc up to date"
	}
	a.say("isrc: the catalog is left aside: %s: %s", term.Line(why.Error()), way)
}

// needCatalog opens the catalog for what can be answered from it alone.
func (a *app) needCatalog(ctx context.Context, what string) (*index.Catalog, error) {
	cat, err := a.openCatalog(ctx)
	if err == nil && cat == nil {
		err = a.noCatalog(what)
	}
	return cat, err
}

// meant names, of something that is not there, the repository of the catalog that
// was perhaps meant, "" for none. Whatever stands against it, it is but a hint.
func (a *app) meant(e *forge.NotFoundError) string {
	name, err := forge.ParseRepo(strings.TrimPrefix(e.What, "repository "), firstOf(e.Host, a.usualHost()))
	if err != nil || e.Doing != "" {
		return ""
	}
	return a.nearest(name)
}

// nearest asks for the repositories of the catalog that are nearly called so.
func (a *app) nearest(name forge.RepoName) string {
	dir, err := a.catalogDir()
	if err != nil {
		return ""
	}
	ctx := context.Background()
	cat, err := (&index.Store{Dir: dir}).Open(ctx)
	if err != nil {
		return ""
	}
	defer cat.Close() //nolint:errcheck // read only
	near, err := cat.Near(ctx, name)
	if err != nil || len(near) == 0 {
		return ""
	}
	names := make([]string, len(near))
	for i, n := range near {
		names[i] = n.FullName()
		if n.Host != name.Host {
			names[i] = n.Host + "/" + n.FullName()
		}
	}
	return "did you mean " + strings.Join(names, " or ") + "?"
}

//go:noinline
func (a *app) noCatalog(what string) error {
	hint := "isrc catalog update"
	if a.isFirstTime(guessedHost) {
		hint = setUpFirst
	}
	return &exitError{code: exitNotFound, err: fault.Errorf("%s needs a catalog, and there is none", what), hint: hint}
}

func ambiguous(arg string, same []forge.RepoName) error {
	var names []string
	for i, n := range same {
		if i == 10 {
			names = append(names, "…")
			break
		}
		names = append(names, term.Line(n.FullName()))
	}
	return &usageError{err: fault.Errorf("%s is the name of %d repositories", term.Line(arg), len(same)), hint: "one of: " + strings.Join(names, ", ")}
}

// catalogTrouble says what to do about a catalog that fails while it is read.
func catalogTrouble(err error) error {
	var damaged *index.DamagedError
	if errors.As(err, &damaged) {
		return &exitError{code: exitFailed, err: err, hint: "isrc catalog update"}
	}
	return fault.Errorf("search the catalog: %w", err)
}

// catalogAbout says how old a catalog is.
type catalogAbout struct {
	words string // "the catalog of this morning"
	age   string
	stale bool
}

func catalogAge(info index.Info, now time.Time) catalogAbout {
	made := info.CrawledAt
	if made.IsZero() {
		made = info.BuiltAt
	}
	if made.IsZero() {
		return catalogAbout{words: "the catalog"}
	}
	d := max(now.Sub(made), 0)
	words := "the catalog of " + ago(d)
	if d < time.Minute {
		words = "the catalog of just now"
	}
	return catalogAbout{words: words, age: span(d), stale: d > staleAfter}
}

// inCatalog looks a bare name up in the catalog: zero where there is no catalog
// or it does not know the name, an error where it knows several.
func (a *app) inCatalog(ctx context.Context, arg string) (forge.RepoName, error) {
	cat, err := a.openCatalog(ctx)
	if err != nil || cat == nil {
		return forge.RepoName{}, err
	}
	defer cat.Close()
	same, err := resolved(ctx, cat, arg)
	switch {
	case err != nil:
		return forge.RepoName{}, catalogTrouble(err)
	case len(same) > 1:
		return forge.RepoName{}, ambiguous(arg, same)
	case len(same) == 0:
		return forge.RepoName{}, nil
	}
	return same[0], nil
}

// resolved are the repositories of a name; forks only where nothing else is
// called so.
func resolved(ctx context.Context, cat *index.Catalog, arg string) ([]forge.RepoName, error) {
	all, err := cat.Resolve(ctx, arg)
	if err != nil || len(all) < 2 || len(all) > 50 {
		return all, err
	}
	var sources []forge.RepoName
	for _, name := range all {
		r, err := cat.Get(ctx, name)
		if err != nil {
			return nil, err
		}
		if !r.Fork {
			sources = append(sources, name)
		}
	}
	if len(sources) == 0 {
		return all, nil
	}
	return sources, nil
}
