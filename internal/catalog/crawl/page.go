package crawl

import (
	"context"
	"errors"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// page reads one page into the spool.
func (w *walk) page(ctx context.Context) error {
	limit := mostAtOnce
	if w.pages == 0 && (w.at.Mode == ModeIncremental || w.at.Pass == passAgain) {
		limit = firstLook
	}
	q := forge.ProfileQuery{Owner: w.o.Name, After: w.next, QuarterEnd: w.h.QuarterEnd, ByUpdate: w.at.Pass == passUpdated, Changed: w.changed(ctx)}
	if w.issues.Pages == 0 && w.wantsIssues() && !w.c.rest() {
		q.IssuesSince = w.issuesSince()
	}
	got, err := w.c.page(ctx, q, limit)
	if errors.Is(err, forge.ErrPlace) && w.next != "" && w.anew < mostAnew {
		w.anew++
		return w.begins(&line{Again: &w.at})
	}
	if err != nil {
		return err
	}
	if got.Next != "" && (got.Next == w.next || w.pages >= mostPages) {
		return fault.Errorf("read the repositories of %s: %s gives the same page again and again", w.o.Name, w.o.Host)
	}
	end, wanted, err := w.sift(ctx, &got)
	if err != nil {
		return err
	}
	if err := w.put(ctx, &got, wanted, end); err != nil {
		return err
	}
	expected := got.Total
	if w.at.Mode == ModeIncremental {
		expected = 0
	}
	w.c.meter.page(w.o.Name, len(wanted), expected)
	return nil
}

// changed tells of which repositories the files are worth reading.
func (w *walk) changed(ctx context.Context) func(forge.Repo) bool {
	return func(r forge.Repo) bool {
		if r.Host == "" {
			r.Host = w.o.Host
		}
		known, err := w.asBefore(ctx, &forge.Profile{Repo: r}, stamp{r.PushedAt, r.UpdatedAt})
		return err != nil || !known && w.wants(r.RepoName)
	}
}

// wants tells whether a repository is of this shard. What holds defaults is of
// every one: its records are judged by them.
func (w *walk) wants(n forge.RepoName) bool {
	return w.c.o.Shard.Has(keyOf(n)) || catalog.HoldsDefaults(n)
}

// sift picks what is worth keeping of a page, and looks whether it reaches what
// is known.
func (w *walk) sift(ctx context.Context, got *forge.ProfilePage) (pageEnd, []forge.Profile, error) {
	end := pageEnd{Next: got.Next, Last: got.Next == "", Total: got.Total, Bound: got.AtMost, Read: len(got.Profiles), Cost: got.Requests, At: got.At.UTC()}
	var wanted []forge.Profile
	fresh, level := false, false
	for _, p := range got.Profiles {
		if p.Host == "" {
			p.Host = w.o.Host
		}
		s := stamp{p.PushedAt, p.UpdatedAt}
		end.Top.Pushed, end.Top.Updated = later(end.Top.Pushed, s.pushed), later(end.Top.Updated, s.updated)
		known, err := w.asBefore(ctx, &p, s)
		if err != nil {
			return end, nil, err
		}
		switch at := w.by(s); {
		case w.at.Stop.IsZero(), at.IsZero(), at.After(w.at.Stop):
			fresh = true
		case at.Before(w.at.Stop):
			end.Low = true
		default: // at the same second: known ones go as far as all of a page are
			fresh, level = fresh || !known, level || known
		}
		if known || !w.wants(p.RepoName) {
			continue
		}
		if new, err := w.isNew(ctx, &p); err != nil {
			return end, nil, err
		} else if new {
			end.New++
		}
		wanted = append(wanted, p)
	}
	end.Low = end.Low || level && !fresh
	return end, wanted, nil
}

// by is the time that this pass is ordered by.
func (w *walk) by(s stamp) time.Time {
	if w.at.Pass == passUpdated {
		return s.updated
	}
	return s.pushed
}

// asBefore tells whether a repository is as this crawl, or the catalog, has it.
func (w *walk) asBefore(ctx context.Context, p *forge.Profile, s stamp) (bool, error) {
	if had, ok := w.seen[keyOf(p.RepoName)]; ok {
		return had.pushed.Equal(s.pushed) && had.updated.Equal(s.updated), nil
	}
	if w.at.Mode == ModeFull {
		return false, nil
	}
	r, err := w.known(ctx, p.RepoName)
	var missing *forge.NotFoundError
	switch {
	case errors.Is(err, errUnknown), errors.As(err, &missing):
		return false, nil
	case err != nil:
		return false, fault.Errorf("look %s up in the catalog: %w", p.FullName(), err)
	}
	return (r.ID == p.ID || p.ID == 0) && r.PushedAt.Equal(s.pushed) && r.UpdatedAt.Equal(s.updated), nil
}

// isNew tells whether the owner did not have a repository when it was last
// counted.
func (w *walk) isNew(ctx context.Context, p *forge.Profile) (bool, error) {
	if w.at.Mode == ModeFull {
		return false, nil // it is not asked there
	}
	if _, ok := w.seen[keyOf(p.RepoName)]; ok {
		return false, nil
	}
	if _, ok := w.ids[p.ID]; ok && p.ID != 0 {
		return false, nil
	}
	had, err := w.had(ctx, p)
	return !had, err
}

//go:noinline
func keyOf(n forge.RepoName) string {
	return (&catalog.Record{Host: n.Host, Owner: n.Owner, Name: n.Name}).Key()
}

// put writes a page's records and its end, and flushes them to disk.
func (w *walk) put(ctx context.Context, got *forge.ProfilePage, wanted []forge.Profile, end pageEnd) error {
	skipped := got.Skipped
	if w.c.rest() {
		kept, more, err := w.completeAll(ctx, wanted)
		if err != nil {
			return err
		}
		wanted, skipped = kept, append(skipped, more...)
	}
	lines := make([]*line, 0, len(wanted)+len(skipped)+1)
	for _, p := range wanted {
		if catalog.HoldsDefaults(p.RepoName) && p.Listed != nil && p.Files != nil {
			lines = append(lines, &line{Defaults: &defaultsRead{catalog.DefaultsOf(p, w.h.StartedAt)}})
		}
		if !w.c.o.Shard.Has(keyOf(p.RepoName)) {
			continue
		}
		r, err := w.record(ctx, p)
		if err != nil {
			return err
		}
		lines = append(lines, &line{Record: r})
	}
	for _, s := range skipped {
		if !w.skips(s.Repo) && w.c.o.Shard.Has(keyOf(s.Repo)) {
			lines = append(lines, &line{Skipped: &s})
		}
	}
	lines = append(lines, &line{Page: &end})
	if got.Issues != nil && w.wantsIssues() {
		read, err := w.readIssues(ctx, got.Issues, w.issuesSince(), nil)
		if err != nil {
			return err
		}
		lines = append(lines, &line{Issues: read})
	}
	for _, l := range lines {
		if err := w.sp.write(l); err != nil {
			return err
		}
	}
	if err := w.sp.flush(); err != nil {
		return err
	}
	for _, l := range lines {
		if err := w.note(l); err != nil {
			return err
		}
	}
	return nil
}

// record makes a record of a profile. The teams of an organisation take requests
// of their own, so they are asked for only where no file names the owner.
func (w *walk) record(ctx context.Context, p forge.Profile) (*catalog.Record, error) {
	r := catalog.FromProfile(p, w.h.StartedAt)
	if r.Team != nil || p.Teams != nil {
		return r, nil
	}
	if err := w.readTeams(ctx); err != nil || w.teams.Repos == nil {
		return r, err
	}
	if p.Teams = w.teams.Repos[strings.ToLower(p.FullName())]; p.Teams == nil && !w.teams.Partial {
		p.Teams = []forge.Team{} // known to have none
	}
	return catalog.FromProfile(p, w.h.StartedAt), nil
}

func (w *walk) skips(n forge.RepoName) bool {
	for _, s := range w.o.Skipped {
		if n.Name != "" && keyOf(s.Repo) == keyOf(n) {
			return true
		}
	}
	return false
}

// completeAll reads by REST what the list does not tell of repositories. One
// that cannot be read is skipped, and keeps what the catalog has of it.
func (w *walk) completeAll(ctx context.Context, all []forge.Profile) (kept []forge.Profile, skipped []forge.Skipped, err error) {
	errs := make([]error, len(all))
	g := errgroup.Group{}
	g.SetLimit(workers)
	for i := range all {
		g.Go(func() error {
			errs[i] = w.c.patiently(ctx, func() (err error) {
				whole, err := w.c.source.ProfileREST(ctx, all[i], forge.ProfileOptions{QuarterEnd: w.h.QuarterEnd})
				if err == nil {
					all[i] = whole
				}
				return err
			})
			return nil
		})
	}
	_ = g.Wait() // each has its own error
	for i, p := range all {
		switch {
		case errs[i] == nil:
			kept = append(kept, p)
		case hides(errs[i]):
			skipped = append(skipped, forge.Skipped{Repo: p.RepoName, Why: errs[i].Error()})
		default:
			return nil, nil, errs[i]
		}
	}
	return kept, skipped, ctx.Err()
}

// readTeams asks once which teams an organisation has. What the token may not
// see is unknown, and no reason to stop.
func (w *walk) readTeams(ctx context.Context) error {
	if w.teams != nil {
		return nil
	}
	var teams *forge.OwnerTeams
	err := w.c.patiently(ctx, func() (err error) {
		teams, err = w.c.source.OwnerTeams(ctx, w.o.Name)
		return err
	})
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil && !hides(err):
		return fault.Errorf("read the teams of %s: %w", w.o.Name, err)
	case teams == nil:
		teams = &forge.OwnerTeams{}
	}
	w.teams = teams
	return nil
}

// hides tells whether an error means that something is not for this token, or
// not there at all.
func hides(err error) bool {
	var missing *forge.NotFoundError
	return errors.Is(err, forge.ErrUnsupported) || errors.As(err, &missing) || forge.Refused(err)
}
