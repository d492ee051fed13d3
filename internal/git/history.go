package git

import (
	"context"
	"errors"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"

	"github.com/isrc-dev/isrc/internal/fault"
)

// Signature says who made a commit, and when.
type Signature struct {
	Name, Email string
	When        time.Time
}

// Commit is one commit. Its texts are as hostile as their authors.
type Commit struct {
	SHA       string
	Author    Signature
	Committer Signature
	Message   string
	Parents   []string
	Signed    bool // it carries a signature, which nobody verified
	Tree      string
}

// Subject is the first line of the message.
func (c Commit) Subject() string {
	for i := range len(c.Message) {
		if c.Message[i] == '\n' {
			return c.Message[:i]
		}
	}
	return c.Message
}

func newCommit(c *object.Commit) Commit {
	out := Commit{
		SHA:       c.Hash.String(),
		Author:    Signature{c.Author.Name, c.Author.Email, c.Author.When},
		Committer: Signature{c.Committer.Name, c.Committer.Email, c.Committer.When},
		Message:   c.Message,
		Signed:    c.PGPSignature != "",
		Tree:      c.TreeHash.String(),
	}
	for _, p := range c.ParentHashes {
		out.Parents = append(out.Parents, p.String())
	}
	return out
}

// commit reads a commit of this repository.
func (r *Repo) commit(id plumbing.Hash) (*object.Commit, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return object.GetCommit(r.store, id)
}

// Commits lists what head has and base has not, the newest first, at most
// limit of them (0: all). An empty base means the whole history. Where a
// shallow clone ends before the two meet, the error is ErrShallow, with the
// commits found so far.
func (r *Repo) Commits(ctx context.Context, base, head string, limit int) ([]Commit, error) {
	w, err := r.compare(ctx, base, head, limit)
	if err != nil {
		return nil, fault.Errorf("list the commits of %s..%s: %w", base, head, err)
	}
	var out []Commit
	for _, id := range w.only(onRight) {
		if limit > 0 && len(out) == limit {
			break
		}
		c, err := r.commit(id)
		if err != nil {
			return out, fault.Errorf("read commit %s: %w", id, err)
		}
		out = append(out, newCommit(c))
	}
	if base != "" && w.cut && len(w.best) == 0 {
		return out, ErrShallow
	}
	return out, nil
}

// Commit reads one commit.
func (r *Repo) Commit(rev string) (Commit, error) {
	id, err := r.resolve(rev)
	if err != nil {
		return Commit{}, err
	}
	c, err := r.commit(id)
	if err != nil {
		return Commit{}, fault.Errorf("read commit %s: %w", rev, err)
	}
	return newCommit(c), nil
}

// MergeBase gives the best common ancestor; of several, one that no other
// reaches. It answers ErrNoMergeBase, or ErrShallow where it may lie behind
// the end of a shallow clone.
func (r *Repo) MergeBase(ctx context.Context, a, b string) (string, error) {
	w, err := r.compare(ctx, a, b, 0)
	switch {
	case err != nil:
		return "", fault.Errorf("find the merge base of %s and %s: %w", a, b, err)
	case len(w.best) > 0:
		return w.best[0].String(), nil
	case w.cut:
		return "", ErrShallow
	}
	return "", ErrNoMergeBase
}

// AheadBehind counts what a has and b has not, and the reverse.
func (r *Repo) AheadBehind(ctx context.Context, a, b string) (ahead, behind int, err error) {
	w, err := r.compare(ctx, b, a, 0)
	if err != nil {
		return 0, 0, fault.Errorf("compare %s with %s: %w", a, b, err)
	}
	if w.cut && len(w.best) == 0 {
		return 0, 0, ErrShallow
	}
	return len(w.only(onRight)), len(w.only(onLeft)), nil
}

// parents reads what a walk needs of a commit. The commits at which a shallow
// clone ends name parents that are not here.
func (r *Repo) parents(id plumbing.Hash) (parents []plumbing.Hash, when time.Time, cut bool, err error) {
	c, err := r.commit(id)
	if err != nil {
		if errors.Is(err, plumbing.ErrObjectNotFound) {
			err = fault.Errorf("commit %s is missing", id)
		}
		return nil, when, false, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.shallow[id] {
		return nil, c.Committer.When, len(c.ParentHashes) > 0, nil
	}
	return c.ParentHashes, c.Committer.When, false, nil
}
