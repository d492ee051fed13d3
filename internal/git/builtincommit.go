package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/format/gitignore"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/order"
)

// CommitAll commits everything in the checkout that is not ignored. It refuses
// what git alone can: a signature that the configuration asks for, and files
// that go through a filter.
func (b *Builtin) CommitAll(ctx context.Context, dir string, o CommitOptions) (string, error) {
	r, err := b.open(dir)
	if err != nil {
		return "", err
	}
	defer r.Close() //nolint:errcheck // what was written is on the disk
	sha, err := b.commitAll(ctx, r, o)
	return sha, wrap(err, "commit")
}

func (b *Builtin) commitAll(ctx context.Context, r *Repo, o CommitOptions) (string, error) {
	if err := r.Busy(); err != nil {
		return "", err
	}
	if err := b.MaySign(r.Root()); err != nil {
		return "", err
	}
	who, err := b.Identity(ctx, r.Root())
	if err != nil {
		return "", err
	}
	branch, head, _, err := r.Head()
	if err != nil {
		return "", err
	}
	entries, w, err := b.status(ctx, r)
	if err != nil {
		return "", err
	}
	defer w.root.Close() //nolint:errcheck // read only
	if len(entries) == 0 {
		return "", ErrNothingToCommit
	}
	if hooks := b.hooks(r, "pre-commit", "prepare-commit-msg", "commit-msg"); len(hooks) > 0 {
		b.Sink.Note("git", "without a git program hooks are not run: "+strings.Join(hooks, ", "))
	}
	if err := b.stage(ctx, w, entries); err != nil {
		return "", err
	}
	tree, err := r.putTree(w.index)
	if err != nil {
		return "", err
	}
	sha, err := r.put(plumbing.CommitObject, b.commitText(tree, head, who, o))
	if err != nil {
		return "", err
	}
	if o.Dry {
		return sha.String(), nil
	}
	if err := w.save(); err != nil {
		return "", err
	}
	ref := "refs/heads/" + branch
	if branch == "" {
		return sha.String(), r.setHead(sha.String())
	}
	return sha.String(), r.setRef(ref, sha.String(), head)
}

// MaySign refuses to commit where the configuration asks for signatures.
func (b *Builtin) MaySign(dir string) error {
	if isTrue(b.settings(dir).get("commit.gpgsign")) {
		return onlyGit("sign the commit, as commit.gpgsign asks for")
	}
	return nil
}

// stage takes what changed into the index.
func (b *Builtin) stage(ctx context.Context, w *worktree, entries []StatusEntry) error {
	filtered, text, err := w.filters()
	if err != nil {
		return err
	}
	auto := b.settings(w.repo.Root()).get("core.autocrlf")
	converts := func(name string) bool { return text(name) || isTrue(auto) || strings.EqualFold(auto, "input") }
	var names []string
	for _, e := range entries {
		if !e.Untracked {
			names = append(names, e.Path)
		}
	}
	fresh, err := b.untracked(ctx, w, true)
	if err != nil {
		return err
	}
	for _, name := range append(names, fresh...) {
		if w.index[name].mode == filemode.Submodule {
			continue // what stands in it is another repository's
		}
		info, err := w.root.Lstat(filepath.FromSlash(name))
		if err != nil || info.IsDir() {
			delete(w.index, name)
			continue
		}
		if filtered(name) {
			return onlyGit("commit " + name + ", which goes through a filter (.gitattributes)")
		}
		if err := w.stageFile(name, info, converts); err != nil {
			return fault.Errorf("add %s: %w", name, err)
		}
	}
	return nil
}

// stageFile takes a file into the index. One whose line endings git would write
// otherwise is refused.
func (w *worktree) stageFile(name string, info fs.FileInfo, converts func(name string) bool) error {
	data, err := w.read(name, info)
	if err != nil {
		return err
	}
	if bytes.Contains(data, []byte("\r\n")) && bytes.IndexByte(data, 0) < 0 && converts(name) {
		return onlyGit("commit its line endings as the settings want them")
	}
	f := tracked{mode: filemode.Regular}
	was, known := w.index[name]
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		f.mode = filemode.Symlink
	case !info.Mode().IsRegular():
		return errors.New("it is no file")
	case filepath.Separator == '\\' && known: // no such bit there
		f.mode = was.mode
	case info.Mode()&0o100 != 0:
		f.mode = filemode.Executable
	}
	if f.id, err = w.repo.put(plumbing.BlobObject, data); err != nil {
		return err
	}
	return w.note(name, f)
}

// filters tells which files go through a program on their way into git, and of
// which git converts the line endings.
func (w *worktree) filters() (filtered, text func(name string) bool, err error) {
	var patterns, texts []gitignore.Pattern
	for name := range w.index {
		if path.Base(name) != ".gitattributes" {
			continue
		}
		data, err := readIgnore(w.root.FS(), name)
		if err != nil {
			return nil, nil, err
		}
		var domain []string
		if dir := path.Dir(name); dir != "." {
			domain = strings.Split(dir, "/")
		}
		for line := range bytes.Lines(data) {
			f := strings.Fields(string(line))
			if len(f) < 2 || strings.HasPrefix(f[0], "#") {
				continue
			}
			says := func(word string) bool { return strings.Contains(" "+strings.Join(f[1:], " ")+" ", word) }
			if says(" filter=") {
				patterns = append(patterns, gitignore.ParsePattern(f[0], domain))
			}
			switch {
			case says(" text ") || says(" text=auto ") || says(" eol="):
				texts = append(texts, gitignore.ParsePattern(f[0], domain))
			case says(" -text ") || says(" binary "):
				texts = append(texts, gitignore.ParsePattern("!"+f[0], domain))
			}
		}
	}
	matches := func(patterns []gitignore.Pattern) func(string) bool {
		m := gitignore.NewMatcher(patterns)
		return func(name string) bool { return m.Match(strings.Split(name, "/"), false) }
	}
	return matches(patterns), matches(texts), nil
}

// put writes an object.
func (r *Repo) put(kind plumbing.ObjectType, data []byte) (plumbing.Hash, error) {
	o := &plumbing.MemoryObject{}
	o.SetType(kind)
	if _, err := o.Write(data); err != nil {
		return plumbing.ZeroHash, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.store.HasEncodedObject(o.Hash()) == nil {
		return o.Hash(), nil
	}
	id, err := r.store.SetEncodedObject(o)
	return id, classifyDisk(err)
}

// putTree writes the folders of an index and gives the id of the top one.
func (r *Repo) putTree(files map[string]indexed) (plumbing.Hash, error) {
	type child struct {
		name string // of a folder with a slash, as git orders them
		f    tracked
	}
	folders := map[string][]child{".": nil}
	for name, f := range files {
		folders[path.Dir(name)] = append(folders[path.Dir(name)], child{path.Base(name), f.tracked})
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			if _, ok := folders[path.Dir(dir)]; !ok {
				folders[path.Dir(dir)] = nil
			}
		}
	}
	var down func(dir string) (plumbing.Hash, error)
	below := map[string][]string{}
	for dir := range folders {
		if dir != "." {
			below[path.Dir(dir)] = append(below[path.Dir(dir)], dir)
		}
	}
	down = func(dir string) (plumbing.Hash, error) {
		all := folders[dir]
		for _, sub := range below[dir] {
			id, err := down(sub)
			if err != nil {
				return id, err
			}
			all = append(all, child{path.Base(sub) + "/", tracked{id, filemode.Dir}})
		}
		order.By(all, func(a, b child) int { return strings.Compare(a.name, b.name) })
		var text bytes.Buffer
		for _, c := range all {
			fmt.Fprintf(&text, "%o %s\x00", uint32(c.f.mode), strings.TrimSuffix(c.name, "/"))
			text.Write(c.f.id[:])
		}
		return r.put(plumbing.TreeObject, text.Bytes())
	}
	return down(".")
}

func (b *Builtin) commitText(tree plumbing.Hash, parent string, who Identity, o CommitOptions) []byte {
	var c strings.Builder
	author := who.Name + " <" + who.Email + ">"
	by := author
	if o.Author != "" {
		by = o.Author
	}
	fmt.Fprintf(&c, "tree %s\n", tree)
	if parent != "" {
		fmt.Fprintf(&c, "parent %s\n", parent)
	}
	fmt.Fprintf(&c, "author %s %s\ncommitter %s %s\n\n", by, b.date("GIT_AUTHOR_DATE"), author, b.date("GIT_COMMITTER_DATE"))
	message := o.Message
	if o.Signoff {
		message = signedOff(message, author)
	}
	c.WriteString(cleanMessage(message))
	return []byte(c.String())
}

// date writes a time as git does: seconds and the zone.
func (b *Builtin) date(variable string) string {
	when := time.Now()
	if b.Now != nil {
		when = b.Now()
	}
	given := b.env(variable)
	seconds, zone, ok := strings.Cut(strings.TrimPrefix(given, "@"), " ")
	if n, err := strconv.ParseInt(seconds, 10, 64); ok && err == nil && len(zone) == 5 {
		return fmt.Sprintf("%d %s", n, zone)
	}
	if t, err := time.Parse(time.RFC3339, given); err == nil {
		when = t
	}
	return fmt.Sprintf("%d %s", when.Unix(), when.Format("-0700"))
}

// cleanMessage takes blanks off the ends of lines and of the message.
func cleanMessage(message string) string {
	var lines []string
	for l := range strings.SplitSeq(message, "\n") {
		l = strings.TrimRight(l, " \t\r")
		if l != "" || len(lines) > 0 && lines[len(lines)-1] != "" {
			lines = append(lines, l)
		}
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n"
}

// signedOff adds the line of a sign-off, unless it stands there.
func signedOff(message, who string) string {
	line := "Signed-off-by: " + who
	message = strings.TrimRight(message, "\n \t")
	last := message[strings.LastIndexByte(message, '\n')+1:]
	switch {
	case last == line:
		return message
	case strings.Contains(message, "\n\n") && isTrailer(last):
		return message + "\n" + line
	}
	return message + "\n\n" + line
}

func isTrailer(line string) bool {
	token, value, ok := strings.Cut(line, ": ")
	return ok && value != "" && !strings.ContainsAny(token, " \t") && strings.Contains(token, "-")
}
