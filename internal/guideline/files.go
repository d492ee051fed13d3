package guideline

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"sort"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
)

// Bounds on what is read of one repository. What lies beyond them is said to
// be unread.
const (
	maxFileBytes = 1 << 20
	maxFiles     = 200
	maxEntries   = 5000 // of one directory
)

var errTooLarge = fault.Errorf("it is larger than %d bytes", maxFileBytes)

// files reads a few files of one commit, within bounds.
type files struct {
	fsys   fs.FS
	commit string
	url    string // of a file: url + path
	left   int
	texts  map[string]string // what was read, for finding quotations in it
	dirs   map[string][]fs.DirEntry
}

//go:noinline
func newFiles(fsys fs.FS, commit, url string) *files {
	return &files{fsys: fsys, commit: commit, url: url, left: maxFiles, texts: map[string]string{}, dirs: map[string][]fs.DirEntry{}}
}

//go:noinline
func (f *files) source(kind, name string) *Source {
	s := &Source{Kind: kind, Path: name, Commit: f.commit}
	if f.url != "" {
		s.URL = f.url + name
	}
	return s
}

// list gives the regular files of a directory, sorted; none when it is not
// there. A name that is not what it seems (a link, a submodule) is left out.
func (f *files) list(dir string) []string {
	entries, ok := f.dirs[dir]
	if !ok {
		entries, _ = fs.ReadDir(f.fsys, dir)
		if len(entries) > maxEntries {
			entries = entries[:maxEntries]
		}
		f.dirs[dir] = entries
	}
	var names []string
	for _, e := range entries {
		if e.Type().IsRegular() {
			names = append(names, path.Join(dir, e.Name()))
		}
	}
	sort.Strings(names)
	return names
}

// names are the names in a directory, those of directories with a "/" behind.
func (f *files) names(dir string) []string {
	f.list(dir)
	var out []string
	for _, e := range f.dirs[dir] {
		switch {
		case e.IsDir():
			out = append(out, e.Name()+"/")
		case e.Type().IsRegular():
			out = append(out, e.Name())
		}
	}
	return out
}

// subdir is the directory below dir that has a name, in whatever case.
func (f *files) subdir(dir, name string) (string, bool) {
	f.list(dir)
	for _, e := range f.dirs[dir] {
		if e.IsDir() && strings.EqualFold(e.Name(), name) {
			return path.Join(dir, e.Name()), true
		}
	}
	return "", false
}

// find is the first file, in the order of dirs, whose name without directory
// satisfies ok.
func (f *files) find(dirs []string, ok func(name string) bool) (string, bool) {
	for _, dir := range dirs {
		for _, name := range f.list(dir) {
			if ok(path.Base(name)) {
				return name, true
			}
		}
	}
	return "", false
}

// read answers a file's bytes. A file that is not there is fs.ErrNotExist.
//
//go:noinline
func (f *files) read(name string) ([]byte, error) { return f.readUpTo(name, maxFileBytes) }

// readUpTo is read with a bound of its own, in bytes.
func (f *files) readUpTo(name string, limit int64) ([]byte, error) {
	if !fs.ValidPath(name) {
		return nil, fault.Errorf("%q leaves the repository", name)
	}
	if f.left <= 0 {
		return nil, fault.Errorf("more than %d files are wanted", maxFiles)
	}
	f.left--
	file, err := f.fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is no regular file")
	}
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, errTooLarge
	}
	f.texts[name] = string(data)
	return data, nil
}

// isNamed tells whether a file name is one of the names, in any case, with or
// without an extension of prose.
//
//go:noinline
func isNamed(names ...string) func(string) bool {
	return func(file string) bool {
		base := strings.TrimSuffix(file, path.Ext(file))
		switch strings.ToLower(path.Ext(file)) {
		case "", ".md", ".markdown", ".rst", ".adoc", ".asciidoc", ".txt":
		default:
			return false
		}
		for _, n := range names {
			if strings.EqualFold(base, n) {
				return true
			}
		}
		return false
	}
}
