package git

import (
	"context"
	"errors"
	"os"
	"strconv"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/isrc-dev/isrc/internal/fault"
)

// toolSource has the git program fetch into a temporary repository, takes the
// objects out and removes it again, so that nothing has to be closed later.
type toolSource struct {
	tool *Tool
	url  string
	// after is why the direct way failed, if it did.
	after error
}

func (s *toolSource) refs(ctx context.Context) (Refs, error) {
	c := command{args: []string{"ls-remote", "--symref", "--", s.url}, url: s.url}
	out, err := s.tool.run(ctx, c)
	if err != nil {
		return Refs{}, err
	}
	refs := Refs{Hashes: make(map[string]string)}
	for line := range strings.Lines(out) {
		id, name, ok := strings.Cut(strings.TrimSpace(line), "\t")
		to, symbolic := strings.CutPrefix(id, "ref: refs/heads/")
		switch {
		case !ok || strings.HasSuffix(name, "^{}"):
		case symbolic:
			if name == "HEAD" {
				refs.Head = to
			}
		default:
			refs.Hashes[name] = id
		}
	}
	// git takes a page, or nothing at all, for a repository without references.
	var down *UnavailableError
	if len(refs.Hashes) == 0 && errors.As(s.after, &down) {
		return Refs{}, s.after
	}
	return refs, nil
}

// confirm asks again before a branch counts as missing: git says so of a page, too.
func (t *Tool) confirm(ctx context.Context, url string, err error) error {
	var missing *NotFoundError
	if !errors.As(err, &missing) || missing.Ref == "" || !isHTTP(url) {
		return err
	}
	refs, look := (&toolSource{tool: t, url: url}).refs(ctx)
	if look == nil && len(refs.Hashes) == 0 {
		look = &UnavailableError{URL: redact(url), Err: fault.Errorf("it names no branch at all: %w", missing.Err)}
	}
	if look != nil {
		return look
	}
	return err
}

func (s *toolSource) commits(ctx context.Context, m *memory, ref string, depth int, filter string) (plumbing.Hash, error) {
	refs, err := s.refs(ctx)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	id, err := refs.find(redact(s.url), ref)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	err = s.inTemp(ctx, m, []plumbing.Hash{id}, "--depth="+strconv.Itoa(depth), "--filter="+filter)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	return m.peel(id)
}

func (s *toolSource) fetch(ctx context.Context, m *memory, ids []plumbing.Hash) error {
	return s.inTemp(ctx, m, ids)
}

// inTemp fetches ids into a new repository and takes everything from it.
func (s *toolSource) inTemp(ctx context.Context, m *memory, ids []plumbing.Hash, options ...string) (err error) {
	dir, err := os.MkdirTemp("", "isrc-read-*")
	if err != nil {
		return classifyDisk(err)
	}
	defer func() { err = fault.Join(err, os.RemoveAll(dir)) }()
	// Not a bare one: safe.bareRepository may forbid to work in those.
	if _, err := s.tool.Run(ctx, dir, "init", "--quiet", "--template=", "."); err != nil {
		return err
	}
	// git marks what a filter left out as promised by a remote, which
	// therefore needs a name.
	if _, err := s.tool.Run(ctx, dir, "config", "remote.origin.url", s.url); err != nil {
		return err
	}
	if err := s.tool.fetchIDs(ctx, dir, "origin", ids, options...); err != nil {
		return err
	}
	return m.takeAll(ctx, s.tool, dir)
}

// takeAll reads every object of a repository.
func (m *memory) takeAll(ctx context.Context, t *Tool, dir string) error {
	list, err := t.Run(ctx, dir, "cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objectname) %(objectsize)")
	if err != nil {
		return err
	}
	repo, err := Open(dir)
	if err != nil {
		return err
	}
	defer repo.Close()
	m.mu.Lock()
	defer m.mu.Unlock()
	for line := range strings.Lines(list) {
		id, number, _ := strings.Cut(strings.TrimSpace(line), " ")
		size, err := strconv.ParseInt(number, 10, 64)
		if err != nil || !isSHA(id) {
			return fault.Errorf("git answers %q", line)
		}
		if size > maxObject {
			continue // it is missing then, which is said when it is read
		}
		if err := m.room(size); err != nil {
			return err
		}
		kind, data, err := repo.any(plumbing.NewHash(id))
		if err != nil {
			return err
		}
		m.put(kind, data)
	}
	return nil
}
