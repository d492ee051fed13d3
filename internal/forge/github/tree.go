package github

import (
	"context"
	"errors"
	"io/fs"
	pathpkg "path"
	"strings"
	"sync"

	gh "github.com/google/go-github/v66/github"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// Tree reads files over the API; the second result is the commit that ref
// ("" is the default branch) stands for. It is the last resort where git cannot
// be asked: one request for the names and one for each file that is opened. The
// context holds for all reads from the result.
func (c *Client) Tree(ctx context.Context, r forge.RepoName, ref string) (fs.FS, string, error) {
	if ref == "" {
		ref = "HEAD"
	}
	sha, err := c.commit(ctx, r, ref)
	if err != nil {
		return nil, "", err
	}
	t := &tree{ctx: ctx, c: c, repo: r}
	t.root = &node{mode: fs.ModeDir | 0o755, sha: sha}
	whole, err := t.read(sha, true)
	switch {
	case err != nil:
		return nil, "", err
	case whole == nil: // too large for one answer: folder by folder, when asked
	default:
		t.graft(whole)
	}
	return t, sha, nil
}

// commit resolves a branch, tag or commit. Servers that do not know the media
// type that answers the bare name answer the whole commit.
func (c *Client) commit(ctx context.Context, r forge.RepoName, ref string) (string, error) {
	k := get(ref+" of "+r.FullName(), "repos/%s/%s/commits/%s", r.Owner, r.Name, ref)
	k.accept = "application/vnd.github.sha"
	a, err := c.send(ctx, k)
	var invalid *forge.InvalidError // 409 of an empty repository, 422 of no such ref
	if errors.As(err, &invalid) {
		return "", &forge.NotFoundError{What: k.what}
	}
	if err != nil {
		return "", err
	}
	sha := strings.TrimSpace(string(a.body))
	if strings.HasPrefix(sha, "{") {
		var w gh.RepositoryCommit
		if err := decode(a.body, &w); err != nil {
			return "", c.unavailable(fault.Errorf("its answer about %s is not the JSON that was expected: %w", k.what, err))
		}
		sha = w.GetSHA()
	}
	if !isSHA(sha) {
		return "", c.unavailable(fault.Errorf("its answer about %s is not a commit", k.what))
	}
	return sha, nil
}

func isSHA(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}

const (
	maxFile    = 8 << 20
	maxEntries = 200_000
	maxHops    = 8 // of symbolic links
)

// tree is a read-only file system over the objects of one commit. Symbolic
// links are followed inside of it and lead nowhere else.
type tree struct {
	ctx  context.Context // an fs.FS cannot be given one per call
	c    *Client
	repo forge.RepoName
	root *node

	mu    sync.Mutex
	blobs map[string][]byte
}

// node is a file or folder. A folder without children and not loaded is known
// by its object alone.
type node struct {
	name     string
	mode     fs.FileMode
	sha      string
	size     int64
	loaded   bool
	children map[string]*node
}

// read asks for a tree; a recursive one that did not fit answers nil.
func (t *tree) read(sha string, recursive bool) ([]*gh.TreeEntry, error) {
	k := get("the files of "+t.repo.FullName(), "repos/%s/%s/git/trees/%s", t.repo.Owner, t.repo.Name, sha)
	if recursive {
		k.query = given("recursive", "1")
	}
	var w gh.Tree
	if _, err := t.c.do(t.ctx, k, &w); err != nil {
		return nil, err
	}
	if recursive && (w.GetTruncated() || len(w.Entries) > maxEntries) {
		return nil, nil
	}
	if w.Entries == nil {
		w.Entries = []*gh.TreeEntry{}
	}
	return w.Entries, nil
}

// graft builds the whole tree from a recursive answer.
func (t *tree) graft(entries []*gh.TreeEntry) {
	t.root.loaded = true
	for _, e := range entries {
		if !fs.ValidPath(e.GetPath()) || e.GetPath() == "." || strings.Count(e.GetPath(), "/") > 100 {
			continue
		}
		at := t.root
		parts := strings.Split(e.GetPath(), "/")
		for _, folder := range parts[:len(parts)-1] {
			at = at.child(folder)
			at.mode, at.loaded = fs.ModeDir|0o755, true
		}
		at.child(parts[len(parts)-1]).is(e, true)
	}
}

//go:noinline
func (n *node) child(name string) *node {
	if n.children == nil {
		n.children = map[string]*node{}
	}
	if n.children[name] == nil {
		n.children[name] = &node{name: name}
	}
	return n.children[name]
}

// is fills a node from an entry; a submodule is an empty folder here.
func (n *node) is(e *gh.TreeEntry, loaded bool) {
	n.sha, n.size = e.GetSHA(), int64(max(e.GetSize(), 0))
	switch {
	case e.GetType() == "tree":
		n.mode, n.loaded = fs.ModeDir|0o755, loaded
	case e.GetType() == "commit":
		n.mode, n.loaded, n.children = fs.ModeDir|0o755, true, nil
	case e.GetMode() == "120000":
		n.mode = fs.ModeSymlink | 0o777
	case e.GetMode() == "100755":
		n.mode = 0o755
	default:
		n.mode = 0o644
	}
}

// load fetches the names in a folder that did not come with the whole.
func (t *tree) load(n *node) error {
	if n.loaded {
		return nil
	}
	entries, err := t.read(n.sha, false)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if name := e.GetPath(); fs.ValidPath(name) && name != "." && !strings.Contains(name, "/") {
			n.child(name).is(e, false)
		}
	}
	n.loaded = true
	return nil
}

// find walks to a node, through links if follow is set for the last element.
func (t *tree) find(name string, follow bool) (*node, error) {
	for hops := 0; hops <= maxHops; hops++ {
		n, target, err := t.walk(name, follow)
		if err != nil || target == "" {
			return n, err
		}
		name = target
	}
	return nil, errors.New("too many symbolic links")
}

// walk goes down as far as there is no link in the way; behind one it answers
// the name to go on with.
func (t *tree) walk(name string, follow bool) (*node, string, error) {
	at := t.root
	if name == "." {
		return at, "", t.load(at)
	}
	parts := strings.Split(name, "/")
	for i, part := range parts {
		if err := t.load(at); err != nil {
			return nil, "", err
		}
		next := at.children[part]
		if next == nil || !at.mode.IsDir() {
			return nil, "", fs.ErrNotExist
		}
		at = next
		last := i == len(parts)-1
		if at.mode&fs.ModeSymlink != 0 && (follow || !last) {
			target, err := t.blob(at)
			if err != nil {
				return nil, "", err
			}
			to := pathpkg.Join(append([]string{pathpkg.Dir(strings.Join(parts[:i+1], "/")), string(target)}, parts[i+1:]...)...)
			if pathpkg.IsAbs(string(target)) || !fs.ValidPath(to) {
				return nil, "", errors.New("a symbolic link leads out of the repository")
			}
			return nil, to, nil
		}
	}
	if at.mode.IsDir() {
		return at, "", t.load(at)
	}
	return at, "", nil
}

// blob reads a file's bytes, once.
func (t *tree) blob(n *node) ([]byte, error) {
	if b, ok := t.blobs[n.sha]; ok {
		return b, nil
	}
	if n.size > maxFile {
		return nil, fault.Errorf("it is larger than %d MB", maxFile>>20)
	}
	var w gh.Blob
	k := get(n.name+" of "+t.repo.FullName(), "repos/%s/%s/git/blobs/%s", t.repo.Owner, t.repo.Name, n.sha)
	if _, err := t.c.do(t.ctx, k, &w); err != nil {
		return nil, err
	}
	b, err := content(w.GetEncoding(), w.Content)
	if err != nil {
		return nil, t.c.unavailable(fault.Errorf("its answer about %s: %w", k.what, err))
	}
	if t.blobs == nil {
		t.blobs = map[string][]byte{}
	}
	n.size = int64(len(b))
	t.blobs[n.sha] = b
	return b, nil
}
