package git

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"

	"github.com/isrc-dev/isrc/internal/fault"
)

// The ways in which a remote repository was read.
const (
	HowDirect = "upload-pack" // by go-git, without a file on disk
	HowTool   = "git"         // by the git program, in a temporary folder
)

// What is left out when commits are fetched, in the words of git-rev-list(1).
const (
	filterFiles = "blob:none"
	filterTrees = "tree:0"
)

// Reader reads remote repositories without a clone. It asks the server itself
// where that is possible, and has the git program do it where not: over ssh,
// with credentials that only git knows, or when the server knows no filters.
type Reader struct {
	Tool *Tool // optional
	// Auth gives the credentials for an address. They are sent to its host
	// alone, and never after a redirect to another one.
	Auth func(url string) (user, pass string, ok bool)
	// Transport carries the requests; nil means the default one, with the
	// proxy of the environment. A host's own authorities are set here.
	Transport http.RoundTripper
	Debug     io.Writer

	stall time.Duration // for tests; 0: stallAfter

	mu       sync.Mutex
	branches map[string]int // by address, as they were seen last; strange where the repository cannot be used
}

// strange stands for the number of branches of a repository of a kind that is
// not supported.
const strange = -1

// Usable answers an *UnsupportedError for a repository of which it was seen that
// it cannot be worked with. It asks nothing.
func (r *Reader) Usable(url string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.branches[url] == strange {
		return errSHA256()
	}
	return nil
}

func errSHA256() error { return &UnsupportedError{What: "sha256 object ids"} }

// Branches is how many branches a repository has: from what was read of it
// before, else by asking.
func (r *Reader) Branches(ctx context.Context, url string) (int, error) {
	r.mu.Lock()
	n, known := r.branches[url]
	r.mu.Unlock()
	if known {
		return n, nil
	}
	refs, err := r.Refs(ctx, url)
	return refs.branches(), err
}

// saw remembers how many branches a repository has.
func (r *Reader) saw(url string, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.branches == nil {
		r.branches = map[string]int{}
	}
	r.branches[url] = n
}

// Tree gives the files of a branch, tag or commit of a remote repository; an
// empty ref is its default branch. It fetches one commit and its folders; a
// file comes when it is read, or with others by Tree.Prefetch, which is what
// to use for more than one. It also answers the commit, and how it was read.
func (r *Reader) Tree(ctx context.Context, url, ref string) (*Tree, string, string, error) {
	var t *Tree
	var sha string
	how, err := r.either(ctx, url, "tree", func(s source) error {
		store := &remoteObjects{memory: newMemory(), source: s}
		id, err := s.commits(ctx, store.memory, ref, 1, filterFiles)
		if err != nil {
			return err
		}
		c, err := store.commit(id)
		if err != nil {
			return err
		}
		t, sha = newTree(ctx, store, c.TreeHash), id.String()
		_, err = t.list(c.TreeHash)
		return err
	})
	if err != nil {
		return nil, "", how, fault.Errorf("read the files of %s: %w", redact(url), err)
	}
	return t, sha, how, nil
}

// History gives the last n commits of a branch, tag or commit, the newest
// first, without any files or folders.
func (r *Reader) History(ctx context.Context, url, ref string, n int) ([]Commit, error) {
	var out []Commit
	_, err := r.either(ctx, url, "history", func(s source) error {
		m := newMemory()
		id, err := s.commits(ctx, m, ref, n, filterTrees)
		if err != nil {
			return err
		}
		out, err = newestFirst(&remoteObjects{memory: m}, id, n)
		return err
	})
	if err != nil {
		return nil, fault.Errorf("read the history of %s: %w", redact(url), err)
	}
	return out, nil
}

// Refs are the references of a remote repository.
type Refs struct {
	Head   string            // the default branch, such as "main"; may be empty
	Hashes map[string]string // full names, and "HEAD", to object ids; without peeled tags
}

func (r Refs) branches() int {
	n := 0
	for name := range r.Hashes {
		if strings.HasPrefix(name, "refs/heads/") {
			n++
		}
	}
	return n
}

// Refs asks for the references. It answers whether a repository exists and may
// be read: *NotFoundError, *AuthError, *UnavailableError. One without commits
// has no references, which is no error.
func (r *Reader) Refs(ctx context.Context, url string) (Refs, error) {
	var refs Refs
	_, err := r.either(ctx, url, "references", func(s source) (err error) {
		refs, err = s.refs(ctx)
		return err
	})
	if err != nil {
		return Refs{}, fault.Errorf("list the references of %s: %w", redact(url), err)
	}
	return refs, nil
}

// source is one way to a remote repository.
type source interface {
	refs(ctx context.Context) (Refs, error)
	// commits fetches depth commits back from ref with what the filter lets
	// through, and gives the id of the newest.
	commits(ctx context.Context, m *memory, ref string, depth int, filter string) (plumbing.Hash, error)
	// fetch brings objects by their ids.
	fetch(ctx context.Context, m *memory, ids []plumbing.Hash) error
}

// either tries the direct way and, where it cannot know better, git's.
func (r *Reader) either(ctx context.Context, url, what string, read func(source) error) (string, error) {
	if err := checkRemote(url); err != nil {
		return "", err
	}
	direct, err := r.direct(url)
	if err == nil {
		start := time.Now()
		err = read(direct)
		r.trace(HowDirect, what, url, start, err)
		if err == nil || r.Tool == nil || final(ctx, err) {
			return HowDirect, err
		}
	} else if r.Tool == nil {
		return "", err
	}
	start := time.Now()
	viaGit := read(&toolSource{tool: r.Tool, url: url, after: err})
	r.trace(HowTool, what, url, start, viaGit)
	if viaGit != nil {
		return HowTool, better(err, viaGit)
	}
	return HowTool, nil
}

// final says that asking again by way of git cannot end otherwise.
func final(ctx context.Context, err error) bool {
	var missing *NotFoundError
	var large *TooLargeError
	var unsupported *UnsupportedError
	return ctx.Err() != nil || errors.Is(err, ErrEmpty) || errors.As(err, &unsupported) || errors.As(err, &missing) || errors.As(err, &large)
}

func typed(err error) bool {
	var a *AuthError
	var u *UnavailableError
	return errors.As(err, &a) || errors.As(err, &u)
}

func (r *Reader) trace(how, what, url string, start time.Time, err error) {
	if r.Debug == nil {
		return
	}
	end := "ok"
	if err != nil {
		end = redact(err.Error())
	}
	fmt.Fprintf(r.Debug, "git read %s of %s by %s: %s, %d ms\n", what, redact(url), how, end, time.Since(start).Milliseconds())
}

// remoteObjects is what was fetched of a remote repository, and the way to
// the rest.
type remoteObjects struct {
	*memory
	source source
}

func (o *remoteObjects) fetch(ctx context.Context, ids []plumbing.Hash) error {
	if err := o.source.fetch(ctx, o.memory, ids); err != nil {
		return fault.Errorf("fetch %d objects: %w", len(ids), err)
	}
	return nil
}

func (o *remoteObjects) commit(id plumbing.Hash) (*object.Commit, error) {
	data, err := o.object(plumbing.CommitObject, id)
	if err != nil {
		return nil, fault.Errorf("read commit %s: %w", id, err)
	}
	m := &plumbing.MemoryObject{}
	m.SetType(plumbing.CommitObject)
	if _, err := m.Write(data); err != nil {
		return nil, err
	}
	c := &object.Commit{}
	if err := c.Decode(m); err != nil {
		return nil, fault.Errorf("read commit %s: %w", id, err)
	}
	return c, nil
}

// newestFirst lists up to n of the commits that are here.
func newestFirst(o *remoteObjects, head plumbing.Hash, n int) ([]Commit, error) {
	var out []Commit
	seen := map[plumbing.Hash]bool{head: true}
	queue := []*object.Commit{}
	c, err := o.commit(head)
	if err != nil {
		return nil, err
	}
	for queue = append(queue, c); len(queue) > 0 && len(out) < n; {
		c, queue = queue[0], queue[1:]
		out = append(out, newCommit(c))
		for _, id := range c.ParentHashes {
			p, err := o.commit(id)
			if seen[id] || errors.Is(err, errMissing) {
				continue // listed already, or beyond the depth
			}
			if err != nil {
				return nil, err
			}
			seen[id] = true
			i, _ := slices.BinarySearchFunc(queue, p, func(a, b *object.Commit) int {
				if a.Committer.When.Before(b.Committer.When) {
					return 1
				}
				return -1
			})
			queue = slices.Insert(queue, i, p)
		}
	}
	return out, nil
}

// isHTTP says whether an address can be read directly.
func isHTTP(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Host != "" && (strings.EqualFold(u.Scheme, "https") || strings.EqualFold(u.Scheme, "http"))
}
