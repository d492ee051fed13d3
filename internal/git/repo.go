package git

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"

	"github.com/isrc-dev/isrc/internal/fault"
)

// Repo is a repository on disk, opened for reading. Its methods may be called
// concurrently; Close gives its files back.
type Repo struct {
	// Tool, if set, fetches what is missing in a partial clone, and answers
	// what depends on configuration that only git reads in full.
	Tool *Tool

	root, gitDir, commonDir string

	mu      sync.Mutex // go-git's storage is not safe for concurrent use
	store   *diskStore
	shallow map[plumbing.Hash]bool // where the history ends, read anew by compare
}

// Open opens the repository whose work tree, or bare folder, dir lies in.
// Linked worktrees, sparse checkouts, shallow and partial clones open;
// sha256 ids, reftable and extensions that are unknown are an
// *UnsupportedError. Without a repository it answers ErrNotARepo.
func Open(dir string) (*Repo, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	r := &Repo{}
	if r.root, r.gitDir, err = discover(abs); err != nil {
		return nil, fault.Errorf("open %s: %w", dir, err)
	}
	if err := r.open(); err != nil {
		return nil, fault.Errorf("open the repository %s: %w", r.Root(), err)
	}
	return r, nil
}

func (r *Repo) open() (err error) {
	if r.commonDir, err = commonDir(r.gitDir); err != nil {
		return err
	}
	c, err := r.config()
	if err == nil {
		err = c.supported()
	}
	if err != nil {
		return err
	}
	r.store = newDiskStore(r.gitDir, r.commonDir, 24*cache.MiByte)
	if _, err = r.store.Reference(plumbing.HEAD); errors.Is(err, plumbing.ErrReferenceNotFound) {
		return ErrNotARepo
	}
	return r.readShallow()
}

// readShallow reads where the history ends; fetching moves it.
func (r *Repo) readShallow() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	ids, err := r.store.Shallow()
	if err != nil {
		return fault.Errorf("read where the history ends: %w", err)
	}
	r.shallow = make(map[plumbing.Hash]bool, len(ids))
	for _, id := range ids {
		r.shallow[id] = true
	}
	return nil
}

// discover finds the git folder as git does: upwards, a folder or a file that
// names one, or a bare repository.
func discover(dir string) (root, gitDir string, err error) {
	for {
		at := filepath.Join(dir, ".git")
		info, err := os.Stat(at)
		switch {
		case err == nil && info.IsDir() && looksLikeGit(at):
			return dir, at, nil
		case err == nil && info.Mode().IsRegular():
			gitDir, err = linkedDir(at)
			return dir, gitDir, err
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return "", "", err
		}
		if looksLikeGit(dir) {
			return "", dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", "", ErrNotARepo
		}
		dir = up
	}
}

// looksLikeGit is git's own test: a HEAD beside objects and refs, or beside
// the name of the folder that has them.
func looksLikeGit(dir string) bool {
	if _, err := os.Lstat(filepath.Join(dir, "HEAD")); err != nil {
		return false
	}
	if _, err := os.Stat(filepath.Join(dir, "commondir")); err == nil {
		return true
	}
	for _, name := range []string{"objects", "refs"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || !info.IsDir() {
			return false
		}
	}
	return true
}

// linkedDir reads a .git file: "gitdir: PATH", relative to the file.
func linkedDir(file string) (string, error) {
	line, err := readSmall(file)
	if err != nil {
		return "", err
	}
	to, ok := strings.CutPrefix(line, "gitdir: ")
	if !ok {
		return "", fault.Errorf("%w: %s names no git folder", ErrNotARepo, file)
	}
	if !filepath.IsAbs(to) {
		to = filepath.Join(filepath.Dir(file), to)
	}
	if !looksLikeGit(to) {
		return "", fault.Errorf("%w: %s names %s, which is none", ErrNotARepo, file, to)
	}
	return filepath.Clean(to), nil
}

// commonDir is where a linked worktree shares objects and references.
func commonDir(gitDir string) (string, error) {
	to, err := readSmall(filepath.Join(gitDir, "commondir"))
	if errors.Is(err, fs.ErrNotExist) {
		return gitDir, nil
	}
	if err != nil {
		return "", err
	}
	if !filepath.IsAbs(to) {
		to = filepath.Join(gitDir, to)
	}
	return filepath.Clean(to), nil
}

// readSmall reads a file of one line.
func readSmall(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 64<<10))
	return strings.TrimRight(string(b), "\r\n"), err
}

// Close closes the files that are kept open.
func (r *Repo) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.store.Close()
}

// Root is the top folder of the work tree, or the git folder when it is bare.
func (r *Repo) Root() string {
	if r.root == "" {
		return r.gitDir
	}
	return r.root
}

// IsBare says that there is no work tree.
func (r *Repo) IsBare() bool { return r.root == "" }

// GitDir is the folder of this work tree's own git files.
func (r *Repo) GitDir() string { return r.gitDir }

// CommonDir is the folder that linked worktrees share.
func (r *Repo) CommonDir() string { return r.commonDir }

// IsShallow says that the history is cut off somewhere.
func (r *Repo) IsShallow() bool {
	_ = r.readShallow() // what was read before stays
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.shallow) > 0
}

// IsPartial says that objects may be missing and can be fetched.
func (r *Repo) IsPartial() bool {
	c, err := r.config()
	return err == nil && c.promisor() != ""
}

// FS gives the files of a commit. In a partial clone what is missing is
// fetched when it is read, through Tool and within ctx.
func (r *Repo) FS(ctx context.Context, commit string) (*Tree, error) {
	id, err := r.resolve(commit)
	if err != nil {
		return nil, err
	}
	c, err := r.commit(id)
	if err != nil {
		return nil, fault.Errorf("read commit %s: %w", short(commit), err)
	}
	return newTree(ctx, (*repoObjects)(r), c.TreeHash), nil
}
