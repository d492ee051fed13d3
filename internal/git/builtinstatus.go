package git

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/format/gitignore"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/order"
)

// maxIgnoreFile bounds a .gitignore, in bytes.
const maxIgnoreFile = 1 << 20

// Status lists what is not committed. Ignore files of the repository and of the
// user count; filters and line endings do not.
func (b *Builtin) Status(ctx context.Context, dir string) ([]StatusEntry, error) {
	r, err := b.open(dir)
	if err != nil {
		return nil, err
	}
	defer r.Close() //nolint:errcheck // read only
	all, w, err := b.status(ctx, r)
	if w != nil {
		_ = w.root.Close()
	}
	return all, wrap(err, "read the status of %s", dir)
}

// Leftovers lists files of a checkout that are not committed, the ignored ones
// too.
func (b *Builtin) Leftovers(ctx context.Context, dir string) ([]string, error) {
	r, err := b.open(dir)
	if err != nil {
		return nil, err
	}
	defer r.Close() //nolint:errcheck // read only
	entries, w, err := b.status(ctx, r)
	if err != nil {
		return nil, err
	}
	defer w.root.Close() //nolint:errcheck // read only
	var left []string
	for _, e := range entries {
		left = append(left, e.Path)
	}
	if len(left) > 0 {
		return left, nil
	}
	all := &unknownFiles{w: w, folders: map[string]bool{}, each: true, deaf: true}
	err = all.walk(ctx, ".", 0)
	return all.found, err
}

func (b *Builtin) status(ctx context.Context, r *Repo) ([]StatusEntry, *worktree, error) {
	_, head, _, err := r.Head()
	if err != nil {
		return nil, nil, err
	}
	last, err := r.flatten(ctx, head)
	if err != nil {
		return nil, nil, err
	}
	w, err := r.files()
	if err != nil {
		return nil, nil, err
	}
	var all []StatusEntry
	for name, had := range w.index {
		e := StatusEntry{Path: name, Index: '.', Worktree: w.compare(name, had), Submodule: had.mode == filemode.Submodule}
		switch was, ok := last[name]; {
		case !ok:
			e.Index = 'A'
		case was != had.tracked:
			e.Index = 'M'
		}
		if e.Index != '.' || e.Worktree != '.' {
			all = append(all, e)
		}
	}
	for name := range last {
		if _, ok := w.index[name]; !ok {
			all = append(all, StatusEntry{Path: name, Index: 'D', Worktree: '.'})
		}
	}
	order.By(all, func(a, b StatusEntry) int { return strings.Compare(a.Path, b.Path) })
	untracked, err := b.untracked(ctx, w, false)
	for _, name := range untracked {
		all = append(all, StatusEntry{Path: name, Index: '.', Worktree: '.', Untracked: true})
	}
	return all, w, err
}

// untracked lists files that nobody asked git to keep or to ignore. A folder
// without a tracked file stands for all that is in it, unless each is wanted.
func (b *Builtin) untracked(ctx context.Context, w *worktree, each bool) ([]string, error) {
	folders := map[string]bool{}
	for name := range w.index {
		for dir := path.Dir(name); dir != "." && !folders[dir]; dir = path.Dir(dir) {
			folders[dir] = true
		}
	}
	u := &unknownFiles{w: w, folders: folders, each: each}
	for _, file := range []string{b.excludesFile(w.repo), filepath.Join(w.repo.commonDir, "info", "exclude")} {
		data, err := readIgnore(os.DirFS(filepath.Dir(file)), filepath.Base(file))
		if err != nil {
			return nil, err
		}
		u.add(data, nil)
	}
	err := u.walk(ctx, ".", 0)
	slices.Sort(u.found)
	return u.found, err
}

func (b *Builtin) excludesFile(r *Repo) string {
	if file := b.settings(r.Root()).get("core.excludesFile"); file != "" {
		return b.expand(file, r.Root())
	}
	if xdg := b.env("XDG_CONFIG_HOME"); xdg != "" {
		return filepath.Join(xdg, "git", "ignore")
	}
	return filepath.Join(b.env("HOME"), ".config", "git", "ignore")
}

// unknownFiles walks a work tree for untracked files.
type unknownFiles struct {
	w        *worktree
	folders  map[string]bool // those with tracked files below
	each     bool
	deaf     bool // to what is ignored
	patterns []gitignore.Pattern
	found    []string
}

func (u *unknownFiles) add(data []byte, domain []string) {
	for line := range bytes.Lines(data) {
		text := strings.TrimRight(string(line), "\r\n")
		if text != "" && !strings.HasPrefix(text, "#") {
			u.patterns = append(u.patterns, gitignore.ParsePattern(text, domain))
		}
	}
}

// walk looks into a folder, and answers through found.
func (u *unknownFiles) walk(ctx context.Context, dir string, depth int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if depth > maxDepth {
		return errors.New("the folders are nested too deeply")
	}
	files := u.w.root.FS()
	var domain []string
	if dir != "." {
		domain = strings.Split(dir, "/")
	}
	data, err := readIgnore(files, path.Join(dir, ".gitignore"))
	if err != nil {
		return err
	}
	before := len(u.patterns)
	defer func() { u.patterns = u.patterns[:before] }()
	if !u.deaf {
		u.add(data, domain)
	}
	entries, err := fs.ReadDir(files, dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		_, known := u.w.index[name]
		if known || protected(e.Name()) || gitignore.NewMatcher(u.patterns).Match(append(slices.Clone(domain), e.Name()), e.IsDir()) && !u.folders[name] {
			continue
		}
		switch {
		case !e.IsDir():
			u.found = append(u.found, name)
		case u.nested(name): // its files are another repository's
			if !u.each {
				u.found = append(u.found, name+"/")
			}
		case u.folders[name] || u.each:
			err = u.walk(ctx, name, depth+1)
		default:
			mark := len(u.found)
			if err = u.walk(ctx, name, depth+1); len(u.found) > mark {
				u.found = append(u.found[:mark], name+"/")
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (u *unknownFiles) nested(dir string) bool {
	_, err := u.w.root.Lstat(filepath.Join(filepath.FromSlash(dir), ".git"))
	return err == nil
}

func readIgnore(files fs.FS, name string) ([]byte, error) {
	info, err := fs.Lstat(files, name)
	if err != nil || !info.Mode().IsRegular() {
		return nil, nil //nolint:nilerr // there is none
	}
	if info.Size() > maxIgnoreFile {
		return nil, fault.Errorf("%s: %w", name, &TooLargeError{What: "the list of what is ignored", Size: info.Size()})
	}
	return fs.ReadFile(files, name)
}
