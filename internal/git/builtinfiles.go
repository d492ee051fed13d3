package git

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/format/index"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/order"
)

// tracked is a file as a tree or an index has it.
type tracked struct {
	id   plumbing.Hash
	mode filemode.FileMode
}

// flatten lists the files of a commit by their paths.
func (r *Repo) flatten(ctx context.Context, commit string) (map[string]tracked, error) {
	all := map[string]tracked{}
	if commit == "" {
		return all, nil
	}
	t, err := r.FS(ctx, commit)
	if err != nil {
		return nil, err
	}
	return all, t.walk(func(name string, e entry) error {
		if protected(name) {
			return fault.Errorf("the repository holds a file that would be written into git's own folder: %q", name)
		}
		all[name] = tracked{e.id, modeOf(e.mode)}
		return nil
	})
}

// protected tells a path that some file system takes for one in .git: without
// case, with dots or blanks at the end, by its short name, with characters that
// macOS leaves out, or with the separators of Windows.
func protected(name string) bool {
	plain := strings.Map(func(c rune) rune {
		if c >= 0x200c && c <= 0x200f || c >= 0x202a && c <= 0x202e || c >= 0x206a && c <= 0x206f || c == 0xfeff {
			return -1
		}
		return c
	}, name)
	if os.PathSeparator == '\\' && strings.ContainsAny(plain, `\:`) {
		return true
	}
	for part := range strings.SplitSeq(plain, "/") {
		part, _, _ = strings.Cut(part, ":")
		if part = strings.ToLower(strings.TrimRight(part, ". ")); part == ".git" || part == "git~1" {
			return true
		}
	}
	return false
}

// checkOut makes the files those of a commit. Nothing is overwritten that is not
// as the index has it: ErrInTheWay then, and all stays as it was.
func (r *Repo) checkOut(ctx context.Context, commit string) error {
	want, err := r.flatten(ctx, commit)
	if err != nil {
		return err
	}
	w, err := r.files()
	if err != nil {
		return err
	}
	defer w.root.Close() //nolint:errcheck // read only
	var gone, fresh []string
	for name, had := range w.index {
		if f, ok := want[name]; !ok || f != had.tracked {
			gone = append(gone, name)
		}
	}
	for name, f := range want {
		if had, ok := w.index[name]; !ok || f != had.tracked {
			fresh = append(fresh, name)
		}
	}
	slices.Sort(gone)
	slices.Sort(fresh)
	if err := w.free(gone, fresh); err != nil {
		return err
	}
	for _, name := range slices.Backward(gone) {
		if err := w.remove(name); err != nil {
			return err
		}
		delete(w.index, name)
	}
	for _, name := range fresh {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := w.write(name, want[name]); err != nil {
			return fault.Errorf("write %s: %w", name, classifyDisk(err))
		}
	}
	return w.save()
}

// worktree is the files of a clone beside what the index says of them.
type worktree struct {
	repo  *Repo
	root  *os.Root
	index map[string]indexed
	saved time.Time // when the index was written
}

type indexed struct {
	tracked
	size  uint32
	mtime time.Time
}

func (r *Repo) files() (*worktree, error) {
	if r.root == "" {
		return nil, fault.Errorf("%s has no files: it is bare", r.gitDir)
	}
	w := &worktree{repo: r, index: map[string]indexed{}}
	if info, err := os.Stat(filepath.Join(r.gitDir, "index")); err == nil {
		w.saved = info.ModTime()
	}
	r.mu.Lock()
	idx, err := r.store.Index()
	r.mu.Unlock()
	if err != nil {
		return nil, fault.Errorf("read the index: %w", err)
	}
	for _, e := range idx.Entries {
		if e.Stage != 0 || e.SkipWorktree {
			return nil, onlyGit("work in a sparse or half merged checkout")
		}
		w.index[e.Name] = indexed{tracked{e.Hash, e.Mode}, e.Size, e.ModifiedAt}
	}
	w.root, err = os.OpenRoot(r.root)
	return w, err
}

// free wants that nothing of the user's lies where files go or are removed.
func (w *worktree) free(gone, fresh []string) error {
	for _, name := range gone {
		if had := w.index[name]; had.mode != filemode.Submodule && w.compare(name, had) == 'M' {
			return fault.Errorf("%w: %s", ErrInTheWay, name)
		}
	}
	for _, name := range fresh {
		info, err := w.root.Lstat(filepath.FromSlash(name))
		if _, had := w.index[name]; had || errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil || !info.IsDir() { // in a folder's place only if it is empty, which writing finds out
			return fault.Errorf("%w: %s", ErrInTheWay, name)
		}
	}
	return nil
}

func (w *worktree) remove(name string) error {
	if err := w.root.Remove(filepath.FromSlash(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if w.root.Remove(filepath.FromSlash(dir)) != nil {
			break // it holds something
		}
	}
	return nil //nolint:nilerr // a file that was gone is removed
}

// write puts a file where nothing is, never through a link.
func (w *worktree) write(name string, f tracked) error {
	at := filepath.FromSlash(name)
	if err := w.root.MkdirAll(filepath.Dir(at), 0o777); err != nil {
		return err
	}
	perm := fs.FileMode(0o666)
	switch f.mode {
	case filemode.Submodule:
		if err := w.root.MkdirAll(at, 0o777); err != nil {
			return err
		}
		w.index[name] = indexed{tracked: f}
		return nil
	case filemode.Symlink:
		to, err := w.repo.object(plumbing.BlobObject, f.id)
		if err == nil {
			err = w.root.Symlink(string(to), at)
		}
		if err != nil {
			return err
		}
		return w.note(name, f)
	case filemode.Executable:
		perm = 0o777
	}
	out, err := w.root.OpenFile(at, os.O_CREATE|os.O_EXCL|os.O_WRONLY, perm)
	if err != nil {
		return err
	}
	err = w.repo.copyBlob(out, f.id)
	if err = errors.Join(err, out.Close()); err != nil {
		return err
	}
	return w.note(name, f)
}

func (r *Repo) copyBlob(to io.Writer, id plumbing.Hash) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, err := r.store.EncodedObject(plumbing.BlobObject, id)
	if err != nil {
		return fault.Errorf("read object %s: %w", id, err)
	}
	in, err := e.Reader()
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // read only
	_, err = io.Copy(to, in)
	return err
}

// note remembers how a file looks that was just written or read.
func (w *worktree) note(name string, f tracked) error {
	info, err := w.root.Lstat(filepath.FromSlash(name))
	if err != nil {
		return err
	}
	w.index[name] = indexed{f, uint32(info.Size()), info.ModTime()} //nolint:gosec // git keeps the size modulo 2^32
	return nil
}

// save writes the index.
func (w *worktree) save() error {
	idx := &index.Index{Version: 2}
	for name, e := range w.index {
		idx.Entries = append(idx.Entries, &index.Entry{Name: name, Hash: e.id, Mode: e.mode, Size: e.size, ModifiedAt: e.mtime, CreatedAt: e.mtime})
	}
	order.By(idx.Entries, func(a, b *index.Entry) int { return strings.Compare(a.Name, b.Name) })
	w.repo.mu.Lock()
	defer w.repo.mu.Unlock()
	return classifyDisk(w.repo.store.SetIndex(idx))
}

// compare says what became of a file since the index was written: '.', 'M',
// 'D', or 'T' for another type.
func (w *worktree) compare(name string, had indexed) byte {
	info, err := w.root.Lstat(filepath.FromSlash(name))
	switch {
	case err != nil:
		return 'D'
	case had.mode == filemode.Submodule:
		return '.'
	case info.IsDir(), (info.Mode()&fs.ModeSymlink != 0) != (had.mode == filemode.Symlink):
		return 'T'
	case os.PathSeparator == '/' && had.mode != filemode.Symlink && (info.Mode()&0o100 != 0) != (had.mode == filemode.Executable):
		return 'M'
	case uint32(info.Size()) != had.size: //nolint:gosec // as git keeps it
		return 'M'
	case info.ModTime().Equal(had.mtime) && had.mtime.Before(w.saved):
		return '.'
	}
	data, err := w.read(name, info)
	if err != nil || plumbing.ComputeHash(plumbing.BlobObject, data) != had.id {
		return 'M'
	}
	return '.'
}

// maxOwnFile bounds a file that is committed, in bytes.
const maxOwnFile = 512 << 20

func (w *worktree) read(name string, info fs.FileInfo) ([]byte, error) {
	at := filepath.FromSlash(name)
	if info.Mode()&fs.ModeSymlink != 0 {
		to, err := w.root.Readlink(at)
		return []byte(to), err
	}
	if info.Size() > maxOwnFile {
		return nil, &TooLargeError{What: name, Size: info.Size()}
	}
	in, err := w.root.Open(at)
	if err != nil {
		return nil, err
	}
	defer in.Close() //nolint:errcheck // read only
	var data bytes.Buffer
	_, err = data.ReadFrom(in)
	return data.Bytes(), err
}
