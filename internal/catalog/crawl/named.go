package crawl

import (
	"context"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// NamedSource is a Source that reads repositories by their names.
type NamedSource interface {
	ProfilesOf(context.Context, []forge.RepoName, forge.ProfileOptions) (forge.ProfilePage, error)
}

// How many repositories of an owner are read by their names, by GraphQL and one
// by one.
const (
	mostNamed     = 100
	mostNamedREST = 10
)

// reread reads the repositories again whose issues state other skills now: they
// are found by those only with their READMEs, which the catalog does not keep.
// The walk of the week reads what is too many.
func (w *walk) reread(ctx context.Context) error {
	var names []forge.RepoName
	for _, of := range w.o.issues {
		if w.final[of.Key] > 0 {
			continue
		}
		if r, err := w.known(ctx, of.repo(w.o.Host)); err == nil && r.SkillsChange(of.Now) {
			names = append(names, r.RepoName())
		}
	}
	return w.readNamed(ctx, names[:min(len(names), w.mostNamed())])
}

// missed reads what the catalog has of this owner and a walk did not see: a list
// of several pages that others change while it is read may lack what is there.
// What is not there by its name either is gone. So much that is not seen is no
// accident of a list.
func (w *walk) missed(ctx context.Context) error {
	if w.c.o.Known == nil || w.c.o.Shard.Of > 0 || w.at.Pass != passAgain {
		return nil
	}
	var names []forge.RepoName
	err := w.c.o.Known.Each(ctx, func(r *catalog.Record) error {
		own := strings.EqualFold(r.Owner, w.o.Name) && strings.EqualFold(r.Host, w.o.Host) && r.From == catalog.FromCrawl
		if _, renamed := w.ids[r.ID]; own && !renamed && w.final[r.Key()] == 0 && !w.skips(r.RepoName()) {
			names = append(names, r.RepoName())
		}
		return nil
	})
	if err != nil {
		return fault.Errorf("read the catalog: %w", err)
	}
	if len(names) > w.mostNamed() {
		return nil
	}
	return w.readNamed(ctx, names)
}

func (w *walk) mostNamed() int {
	if _, can := w.c.source.(NamedSource); can && !w.c.rest() {
		return mostNamed
	}
	return mostNamedREST
}

// readNamed reads repositories by their names into the spool, once in a crawl.
// What has another name or owner now is left to a push or a walk. That it fails
// stops no crawl.
func (w *walk) readNamed(ctx context.Context, names []forge.RepoName) error {
	w.named = true
	if len(names) == 0 {
		return nil
	}
	before := w.c.source.Requests()
	all, err := w.profilesOf(ctx, names)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		w.c.o.Sink.Note("crawl", fault.Errorf("%s: not everything could be read again: %w", w.o.Name, err).Error())
		return nil
	}
	for _, p := range all {
		if !slices.ContainsFunc(names, p.RepoName.Equal) {
			continue
		}
		r, err := w.record(ctx, p)
		if err != nil {
			return err
		}
		l := &line{Record: r}
		if err := fault.Join(w.sp.write(l), w.note(l)); err != nil {
			return err
		}
	}
	done := w.issues
	done.Of, done.Cost = nil, w.c.source.Requests()-before
	return w.begins(&line{Issues: &done})
}

func (w *walk) profilesOf(ctx context.Context, names []forge.RepoName) ([]forge.Profile, error) {
	if source, can := w.c.source.(NamedSource); can && !w.c.rest() {
		var page forge.ProfilePage
		err := w.c.patiently(ctx, func() (err error) {
			page, err = source.ProfilesOf(ctx, names, forge.ProfileOptions{QuarterEnd: w.h.QuarterEnd})
			return err
		})
		return page.Profiles, err
	}
	all := make([]forge.Profile, len(names))
	for i, n := range names {
		all[i].RepoName = n
	}
	all, _, err := w.completeAll(ctx, all)
	return all, err
}
