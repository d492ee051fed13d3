package contribute

import (
	"context"
	"errors"
	"io/fs"
	"sync"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/guideline"
)

// trees reads files of repositories for the guidelines: the one that a clone is
// of from that clone, every other one from its forge without cloning it.
type trees struct {
	site  *Site // nil when no forge is reachable
	known forge.Repo
	local *git.Repo
	at    string // commit of the local clone that stands for known
	ahead *aheadTree
}

// aheadTree is a tree that is read while the forge is still asked about its
// repository: of the branch that was asked for, or of the one that git calls the
// default, which is what the forge calls so too.
type aheadTree struct {
	repo forge.RepoName
	ref  string // "": the default branch
	read func() (*git.Tree, string, error)
}

// readAhead begins to read at once. Its answer may be taken any number of times.
func (s *Site) readAhead(ctx context.Context, repo forge.RepoName, ref string) *aheadTree {
	type answer struct {
		tree   *git.Tree
		commit string
		err    error
	}
	come := make(chan answer, 1)
	go func() {
		tree, commit, _, err := s.Reader.Tree(ctx, s.CloneURL(repo), ref)
		come <- answer{tree, commit, err}
	}()
	return &aheadTree{repo: repo, ref: ref, read: func() (*git.Tree, string, error) {
		a := <-come
		come <- a
		return a.tree, a.commit, a.err
	}}
}

// isOf says whether what was read ahead is the branch of a repository.
func (a *aheadTree) isOf(known forge.Repo, repo forge.RepoName, ref string) bool {
	return a != nil && repo.Equal(known.RepoName) && a.repo.Equal(repo) && (a.ref == ref || a.ref == "" && ref == known.DefaultBranch)
}

var _ guideline.Trees = trees{}

func (s *Site) trees(known forge.Repo) trees { return trees{site: s, known: known} }

// Tree gives the files of a repository at a branch, tag or commit.
func (t trees) Tree(ctx context.Context, repo forge.RepoName, ref string) (fs.FS, string, error) {
	if t.local != nil && repo.Equal(t.known.RepoName) {
		files, err := t.local.FS(ctx, t.at)
		if err != nil {
			return nil, "", err
		}
		return files, t.at, nil
	}
	if t.site == nil {
		return nil, "", fault.Errorf("read %s: no forge is known for this clone", repo.FullName())
	}
	url := t.site.CloneURL(repo)
	if repo.Equal(t.known.RepoName) {
		url = t.site.cloneURLOf(t.known)
	}
	files, commit, err := t.fetch(ctx, url, repo, ref)
	if err == nil {
		return files, commit, nil
	}
	var missing *git.NotFoundError
	switch {
	case ctx.Err() != nil:
		return nil, "", ctx.Err()
	case errors.As(err, &missing) && missing.Ref == "":
		return nil, "", &forge.NotFoundError{What: repo.FullName()}
	case t.site.Contents == nil:
		return nil, "", err
	}
	// Where git does not get through, the API has the files too, one request
	// for each; if it fails as well, git's reason is the one to tell.
	if slow, commit, apiErr := t.site.Contents.Tree(ctx, repo, ref); apiErr == nil {
		return slow, commit, nil
	}
	return nil, "", err
}

func (t trees) fetch(ctx context.Context, url string, repo forge.RepoName, ref string) (*git.Tree, string, error) {
	var files *git.Tree
	var commit string
	var err error
	if t.ahead.isOf(t.known, repo, ref) {
		files, commit, err = t.ahead.read()
	} else {
		files, commit, _, err = t.site.Reader.Tree(ctx, url, ref)
	}
	if err == nil && repo.Equal(t.known.RepoName) {
		t.site.Seen.put(url, ref, files)
	}
	return files, commit, err
}

// Seen is the tree of an upstream that was read last, for the clone that is made of
// it: what will be checked out is known by it. A nil one remembers nothing.
type Seen struct {
	mu       sync.Mutex
	url, ref string
	files    *git.Tree
}

func (s *Seen) put(url, ref string, files *git.Tree) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.url, s.ref, s.files = url, ref, files
}

// take gives the tree of a branch, nil where another one was read, and keeps it no
// longer.
func (s *Seen) take(url, branch string) *git.Tree {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.url != url || s.ref != branch {
		return nil
	}
	defer func() { s.files = nil }()
	return s.files
}

// TreesOf gives the files of a repository, and of those that it refers to,
// without a clone.
//
//go:noinline
func (s *Site) TreesOf(r forge.Repo) guideline.Trees { return s.trees(r) }

// History is what was merged last, for asking whether it agrees with prose.
func (s *Site) History(ctx context.Context, r forge.Repo, branch string) ([]guideline.HistoryCommit, error) {
	commits, err := s.Reader.History(ctx, s.cloneURLOf(r), branch, 2*historyLength)
	if err != nil {
		return nil, err
	}
	return history(commits), nil
}
