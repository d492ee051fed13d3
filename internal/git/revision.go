package git

import (
	"context"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/storer"

	"github.com/isrc-dev/isrc/internal/fault"
)

const (
	leastDigits = 4 // of an id, as git's core.abbrev
	mostTags    = 8 // tags that stand for tags
)

// Resolve gives the commit behind a revision: an id, a branch, a tag, a
// remote branch, HEAD~2. What stands for none is ErrNoRevision.
func (r *Repo) Resolve(rev string) (string, error) {
	id, err := r.resolve(rev)
	if err != nil {
		return "", err
	}
	return id.String(), nil
}

// resolve answers what names a commit and steps to its parents itself, which
// starts no process, and leaves the rest of git's language to git.
func (r *Repo) resolve(rev string) (plumbing.Hash, error) {
	if err := checkRev(rev); err != nil {
		return plumbing.ZeroHash, err
	}
	if c := r.named(rev); c != nil {
		return c.Hash, nil
	}
	if r.Tool == nil {
		return plumbing.ZeroHash, fault.Errorf("%w: %s", ErrNoRevision, rev)
	}
	out, err := r.Tool.Run(context.Background(), r.Root(), "rev-parse", "--verify", "--quiet", rev+"^{commit}")
	if sha := strings.TrimSpace(out); err == nil && isSHA(sha) {
		return plumbing.NewHash(sha), nil
	}
	return plumbing.ZeroHash, fault.Errorf("%w: %s", ErrNoRevision, rev)
}

// named gives the commit of a name with any number of ~N and ^N behind it, or
// nil.
func (r *Repo) named(rev string) *object.Commit {
	name, steps := rev, ""
	if i := strings.IndexAny(rev, "~^"); i >= 0 {
		name, steps = rev[:i], rev[i:]
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.start(name)
	for c != nil && steps != "" {
		digits := len(steps[1:]) - len(strings.TrimLeft(steps[1:], "0123456789"))
		n, err := 1, error(nil)
		if digits > 0 {
			n, err = strconv.Atoi(steps[1 : 1+digits])
		}
		if rest := steps[1+digits:]; err != nil || rest != "" && rest[0] != '~' && rest[0] != '^' {
			return nil
		}
		if steps[0] == '^' {
			c = r.parent(c, n)
		} else {
			for ; n > 0 && c != nil; n-- {
				c = r.parent(c, 1)
			}
		}
		steps = steps[1+digits:]
	}
	return c
}

// parent gives the nth parent of a commit, itself for 0, or nil.
func (r *Repo) parent(c *object.Commit, n int) *object.Commit {
	if n == 0 {
		return c
	}
	if n > len(c.ParentHashes) {
		return nil
	}
	return r.peel(c.ParentHashes[n-1])
}

// start gives the commit of a name without steps, or nil. As git does, it takes
// a reference of that name before an id that begins like it, and an id for one
// only if it belongs to a single commit.
func (r *Repo) start(name string) *object.Commit {
	if isSHA(name) {
		if c := r.peel(plumbing.NewHash(name)); c != nil {
			return c
		}
	}
	if checkRef(name) != nil {
		return nil
	}
	for _, format := range plumbing.RefRevParseRules {
		full := plumbing.ReferenceName(strings.Replace(format, "%s", name, 1))
		if ref, err := storer.ResolveReference(r.store, full); err == nil {
			return r.peel(ref.Hash())
		}
	}
	return r.abbreviated(strings.ToLower(name))
}

// abbreviated gives the only commit whose id begins with some digits, or nil.
func (r *Repo) abbreviated(digits string) *object.Commit {
	prefix, err := hex.DecodeString(digits[:len(digits)&^1])
	if err != nil || len(digits) < leastDigits || len(digits) > 40 {
		return nil
	}
	ids, err := r.store.HashesWithPrefix(prefix)
	if err != nil {
		return nil
	}
	var only *object.Commit
	for _, id := range ids {
		if !strings.HasPrefix(id.String(), digits) {
			continue
		}
		if c := r.peel(id); c != nil {
			if only != nil && only.Hash != c.Hash {
				return nil
			}
			only = c
		}
	}
	return only
}

// peel goes from a commit, or from an annotated tag, to the commit, or to nil.
func (r *Repo) peel(id plumbing.Hash) *object.Commit {
	for range mostTags {
		if c, err := object.GetCommit(r.store, id); err == nil {
			return c
		}
		tag, err := object.GetTag(r.store, id)
		if err != nil {
			return nil
		}
		id = tag.Target
	}
	return nil
}
