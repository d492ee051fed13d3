package sandbox

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
)

// seedPush is a commit that came after the seed, while git had not touched the
// repository yet.
type seedPush struct {
	by      *user
	message string
	at      time.Time
	files   []File
}

// named finds a repository by OWNER/NAME. The caller holds mu.
func (f *Forge) named(fullName string) (*repository, error) {
	owner, name, _ := strings.Cut(fullName, "/")
	r := f.state.repo(owner, name)
	if r == nil {
		return nil, fault.Errorf("there is no repository %s", fullName)
	}
	return r, nil
}

// change does something to a repository as if it had been done on the forge.
func (f *Forge) change(fullName string, do func(*repository) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	defer f.lists.changed()
	r, err := f.named(fullName)
	if err != nil {
		return err
	}
	return do(r)
}

// Push adds a commit with these files, path to content, to the default branch
// of OWNER/NAME, by somebody and at this moment.
func (f *Forge) Push(ctx context.Context, fullName, by, message string, files map[string]string) error {
	return f.change(fullName, func(r *repository) error {
		who := f.state.user(by)
		if who == nil {
			return fault.Errorf("nobody is called %q", by)
		}
		p := seedPush{by: who, message: strings.TrimRight(message, "\n") + "\n", at: f.moment()}
		for _, path := range sortedKeys(files) {
			p.files = append(p.files, File{Path: path, Data: files[path]})
		}
		if err := f.addCommit(ctx, r, p); err != nil {
			return fault.Errorf("push to %s: %w", fullName, err)
		}
		r.pushed, r.updated = p.at, p.at
		return nil
	})
}

// addCommit adds to the seed, or on disk where the repository lies there.
func (f *Forge) addCommit(ctx context.Context, r *repository, p seedPush) error {
	if f.seeds(r) != nil && r.parent == nil {
		f.know(r)
		for _, fork := range r.forks {
			fork.behind++ // a fork stays where it is
		}
		r.pushes = append(r.pushes, p)
		f.cache.drop(r)
		return nil
	}
	if err := f.ready(ctx, r); err != nil {
		return err
	}
	h := newHistory(f, r)
	h.stream = true
	h.beginAt("refs/heads/"+r.branch, p.by.signature(), p.by.signature(), p.at.Unix(), p.message, 0)
	if f.branchTip(ctx, r, r.branch) != "" {
		fmt.Fprintf(&h.out, "from refs/heads/%s^0\n", r.branch)
	}
	for _, x := range p.files {
		h.file(x)
	}
	h.out.WriteString("done\n")
	if _, err := f.git.run(ctx, r.dir, bytes.NewReader(h.out.Bytes()), "fast-import", "--quiet", "--done", "--date-format=raw"); err != nil {
		return err
	}
	f.branchMoved(ctx, r, r.branch)
	return nil
}

// AddRepo makes a new repository, created and pushed to at this moment unless it
// has an age; its ages count as in a World from the forge's start. One that is a fork names
// its upstream.
func (f *Forge) AddRepo(spec *Repo) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	defer f.lists.changed()
	if f.state.repo(spec.Owner, spec.Name) != nil {
		return fault.Errorf("there is a repository %s/%s", spec.Owner, spec.Name)
	}
	add := f.addSeed
	if spec.ForkOf != "" {
		add = f.addSeedFork
	}
	if err := add(spec); err != nil {
		return fault.Errorf("add %s/%s: %w", spec.Owner, spec.Name, err)
	}
	if r := f.state.repo(spec.Owner, spec.Name); spec.Created == 0 {
		r.created, r.updated, r.pushed = f.moment(), f.moment(), f.moment()
	}
	return nil
}

// DeleteRepo forgets a repository.
func (f *Forge) DeleteRepo(fullName string) error {
	return f.change(fullName, func(r *repository) error {
		f.forget(r)
		return nil
	})
}

// RenameRepo gives a repository another name within its owner. The former name
// leads to it until another repository takes it.
func (f *Forge) RenameRepo(fullName, name string) error {
	return f.change(fullName, func(r *repository) error { return f.rename(r, name) })
}

func (f *Forge) rename(r *repository, name string) error {
	if there := f.state.repo(r.owner.Login, name); there != nil && there != r {
		return fault.Errorf("there is a repository %s", there.fullName())
	}
	old := strings.ToLower(r.fullName())
	delete(f.state.repos, old)
	r.name, r.updated = name, f.moment()
	f.state.repos[strings.ToLower(r.fullName())] = r
	f.state.moved[old] = r
	delete(f.state.moved, strings.ToLower(r.fullName()))
	return nil
}

// ArchiveRepo archives a repository, or takes it into use again.
func (f *Forge) ArchiveRepo(fullName string, archived bool) error {
	return f.change(fullName, func(r *repository) error {
		r.archived, r.updated = archived, f.moment()
		return nil
	})
}

// SetPulls says who may open pull requests in a repository: all,
// collaborators_only or none. Until then the repository says nothing of it, as
// on servers that do not know the setting.
func (f *Forge) SetPulls(fullName, who string) error {
	if who != "all" && who != "collaborators_only" && who != "none" {
		return fault.Errorf("there is no setting %q for pull requests", who)
	}
	return f.change(fullName, func(r *repository) error {
		r.pulls, r.updated = who, f.moment()
		return nil
	})
}

// DescribeRepo changes a repository's description and topics, which moves
// updatedAt and not pushedAt.
func (f *Forge) DescribeRepo(fullName, description string, topics ...string) error {
	return f.change(fullName, func(r *repository) error {
		spec := *r.spec // the World stays as it is
		spec.Topics = slices.Clone(topics)
		r.spec, r.description, r.updated = &spec, description, f.moment()
		return nil
	})
}
