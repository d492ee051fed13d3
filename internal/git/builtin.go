package git

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/progress"
)

// Builtin does the work where there is no git program. What it cannot, and
// therefore leaves out or refuses:
//
//   - partial clones and sparse checkouts: it clones the last commit alone, with
//     all its files, and history is not deepened
//   - signing: refused where the configuration asks for it
//   - hooks: not run, which is noted
//   - filters such as Git LFS: a changed file that goes through one is refused
//   - submodules: left empty
//   - ssh, and credential helpers: it speaks https, with isrc's own token
//   - line endings: not converted; a changed file of which git would convert them
//     is refused
//   - merging other than by moving on (FastForward), rebasing, stashing, rewriting
//     commits
type Builtin struct {
	Reader *Reader // its credentials and transport
	Env    []string
	Sink   progress.Sink
	Now    func() time.Time

	once sync.Once
}

// Lacks says in one sentence what is left out without a git program.
const Lacks = "there is no git program: the clone has the last commit alone, and hooks, signing, Git LFS, submodules and ssh are not supported"

func (b *Builtin) say() { b.once.Do(func() { b.Sink.Note("git", Lacks) }) }

// onlyGit refuses what Builtin cannot do.
func onlyGit(what string) error { return fault.Errorf("%s: %w", what, ErrNoGit) }

// open opens a clone for writing.
func (b *Builtin) open(dir string) (*Repo, error) {
	r, err := Open(dir)
	if err != nil {
		return nil, err
	}
	if r.IsPartial() {
		return nil, errors.Join(onlyGit("work in the partial clone "+dir), r.Close())
	}
	return r, nil
}

// AddRemote adds a remote and touches nothing else in the configuration.
func (b *Builtin) AddRemote(_ context.Context, dir, name, url string) error {
	if err := errors.Join(checkRev(name), checkRef("refs/remotes/"+name), checkRemote(url)); err != nil {
		return fault.Errorf("add remote %s: %w", name, err)
	}
	return b.edit(dir, func(c *configText) error {
		if c.has("remote", name) {
			return fault.Errorf("add remote %s: %w", name, fs.ErrExist)
		}
		c.set("remote", name, "url", url)
		c.set("remote", name, "fetch", "+refs/heads/*:refs/remotes/"+name+"/*")
		return nil
	})
}

// RemoveRemote removes a remote with its settings and tracking branches.
func (b *Builtin) RemoveRemote(_ context.Context, dir, name string) error {
	if err := checkRev(name); err != nil {
		return err
	}
	r, err := b.open(dir)
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // read only
	all, err := r.Refs("refs/remotes/" + name + "/")
	if err != nil {
		return err
	}
	for ref := range all {
		if err := r.setRef("refs/remotes/"+name+"/"+ref, "", all[ref]); err != nil {
			return err
		}
	}
	return b.edit(dir, func(c *configText) error { c.drop("remote", name); return nil })
}

// SetConfig sets one value in the repository's own configuration.
func (b *Builtin) SetConfig(_ context.Context, dir, key, value string) error {
	section, sub, name, err := splitKey(key)
	if err != nil {
		return err
	}
	return b.edit(dir, func(c *configText) error { c.set(section, sub, name, value); return nil })
}

// UnsetConfig removes all values of a key. A key that is not set is no error.
func (b *Builtin) UnsetConfig(_ context.Context, dir, key string) error {
	section, sub, name, err := splitKey(key)
	if err != nil {
		return err
	}
	return b.edit(dir, func(c *configText) error { c.unset(section, sub, name); return nil })
}

// Identity gives the name and email of the environment or the configuration.
func (b *Builtin) Identity(_ context.Context, dir string) (Identity, error) {
	s := b.settings(dir)
	id := Identity{Name: b.env("GIT_AUTHOR_NAME"), Email: b.env("GIT_AUTHOR_EMAIL")}
	if id.Name == "" {
		id.Name = s.get("user.name")
	}
	if id.Email == "" {
		id.Email = s.get("user.email")
	}
	if id.Email == "" {
		id.Email = b.env("EMAIL")
	}
	if strings.ContainsAny(id.Name+id.Email, "<>\n\x00") {
		return Identity{}, fault.Errorf("%w: %q <%q> cannot be written into a commit", ErrNoIdentity, id.Name, id.Email)
	}
	if id.Name == "" || id.Email == "" {
		return Identity{}, ErrNoIdentity
	}
	return id, nil
}

func (b *Builtin) env(name string) string {
	if b.Env == nil {
		return os.Getenv(name)
	}
	return lookup(b.Env, name)
}

// edit changes the configuration of a clone as git does: under a lock, and by a
// rename.
func (b *Builtin) edit(dir string, change func(*configText) error) error {
	r, err := b.open(dir)
	if err != nil {
		return err
	}
	defer r.Close() //nolint:errcheck // read only
	return editConfig(filepath.Join(r.commonDir, "config"), change)
}
