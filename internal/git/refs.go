package git

import (
	"context"
	"errors"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/order"
)

// ErrNoRevision says that a name stands for no commit here.
var ErrNoRevision = errors.New("no such commit or branch here")

// Remote is a repository that this one knows by a name.
type Remote struct {
	Name    string
	URL     string // after url.<base>.insteadOf where Tool is set
	PushURL string // where pushes go, after pushInsteadOf
}

// Head tells what is checked out. The branch is empty when the head is
// detached, the commit when the branch has none yet.
func (r *Repo) Head() (branch, sha string, detached bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ref, err := r.store.Reference(plumbing.HEAD)
	if err != nil {
		return "", "", false, fault.Errorf("read HEAD: %w", err)
	}
	if ref.Type() == plumbing.HashReference {
		return "", ref.Hash().String(), true, nil
	}
	branch = strings.TrimPrefix(ref.Target().String(), "refs/heads/")
	at, err := r.store.Reference(ref.Target())
	if errors.Is(err, plumbing.ErrReferenceNotFound) {
		return branch, "", false, nil
	}
	if err != nil {
		return branch, "", false, fault.Errorf("read branch %s: %w", branch, err)
	}
	return branch, at.Hash().String(), false, nil
}

// Branches gives the local branches and their commits.
//
//go:noinline
func (r *Repo) Branches() (map[string]string, error) { return r.Refs("refs/heads/") }

// Refs gives the references below a prefix, by what follows the prefix.
func (r *Repo) Refs(prefix string) (map[string]string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	iter, err := r.store.IterReferences()
	if err != nil {
		return nil, fault.Errorf("list references: %w", err)
	}
	all := make(map[string]string)
	err = iter.ForEach(func(ref *plumbing.Reference) error {
		name, ok := strings.CutPrefix(ref.Name().String(), prefix)
		if ok && ref.Type() == plumbing.HashReference {
			all[name] = ref.Hash().String()
		}
		return nil
	})
	if err != nil {
		return nil, fault.Errorf("list references: %w", err)
	}
	return all, nil
}

// Remotes lists the remotes by name.
func (r *Repo) Remotes(ctx context.Context) ([]Remote, error) {
	c, err := r.config()
	if err != nil {
		return nil, err
	}
	var all []Remote
	for _, s := range c.Section("remote").Subsections {
		m := Remote{Name: s.Name, URL: s.Option("url"), PushURL: s.Option("pushurl")}
		if m.URL == "" {
			continue // git's way to write down options for a remote elsewhere
		}
		if m.PushURL == "" {
			m.PushURL = m.URL
		}
		all = append(all, m)
	}
	if r.Tool != nil && len(all) > 0 {
		if err := r.rewrite(ctx, all); err != nil {
			return nil, err
		}
	}
	order.By(all, func(a, b Remote) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

// rewrite asks git for the addresses after insteadOf, all at once: a line for each
// remote and direction, of which the first counts where there are several.
func (r *Repo) rewrite(ctx context.Context, all []Remote) error {
	out, err := r.Tool.Run(ctx, r.Root(), "remote", "-v")
	if err != nil {
		return wrap(err, "read the remotes")
	}
	said := map[string]string{}
	for line := range strings.Lines(out) {
		name, rest, _ := strings.Cut(line, "\t")
		for _, way := range []string{" (fetch)", " (push)"} {
			// Behind the direction stands the filter of a partial clone.
			if i := strings.LastIndex(rest, way); i >= 0 && said[name+way] == "" {
				said[name+way] = rest[:i]
			}
		}
	}
	for i := range all {
		m := &all[i]
		m.URL, m.PushURL = said[m.Name+" (fetch)"], said[m.Name+" (push)"]
		if m.URL == "" || m.PushURL == "" {
			return fault.Errorf("read remote %s: git does not say where it goes", m.Name)
		}
	}
	return nil
}
