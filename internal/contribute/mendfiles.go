package contribute

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/rule"
)

// maxEdited bounds the files that fixes write into, in bytes.
const maxEdited = 4 << 20

// writeFiles prepares changes of files. They become part of the user's last
// commit while nobody else has it, else a commit of their own.
func (m *mender) writeFiles(f *rule.Fix, done *Mended) (func(context.Context) error, error) {
	p, err := params[rule.WriteFiles](f)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(m.Dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	written := map[string]string{}
	var names []string
	for _, e := range p.Files {
		text, err := edited(root, e)
		if err != nil {
			done.Why = fmt.Sprintf("%s: %v", e.Path, err)
			return nil, nil
		}
		written[e.Path] = text
		names = append(names, e.Path)
		done.Diff += "  " + e.Path + "\n" + diffLines("", e.Text)
	}
	last := m.Change.Commits[len(m.Change.Commits)-1]
	amend := m.mayRewrite([]rule.Commit{last}) == "" && last.SHA == m.Head
	return func(ctx context.Context) error {
		if err := writeAll(m.Dir, names, written); err != nil {
			return err
		}
		return m.tool.CommitPaths(ctx, m.Dir, sentence(p.Why)+"\n", amend, names...)
	}, nil
}

// edited is what a file holds after an edit. Nothing outside the work tree, and
// nothing of git's own, is written.
func edited(root *os.Root, e rule.FileEdit) (string, error) {
	if !fs.ValidPath(e.Path) || e.Path == "." {
		return "", errors.New("it lies outside the clone")
	}
	for _, part := range strings.Split(e.Path, "/") {
		if strings.EqualFold(strings.TrimRight(part, ". "), ".git") {
			return "", errors.New("it is git's own")
		}
	}
	info, err := root.Lstat(e.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && e.Create:
		return e.Text, nil
	case err != nil:
		return "", err
	case e.Create:
		return "", errors.New("it is there already")
	case !info.Mode().IsRegular():
		return "", errors.New("it is no regular file")
	case info.Size() > maxEdited:
		return "", errors.New("it is too large to be changed by isrc")
	}
	file, err := root.Open(e.Path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxEdited+1))
	if err != nil {
		return "", err
	}
	return insert(string(data), e)
}

// insert sets lines into a text, with the line ends that it has.
func insert(text string, e rule.FileEdit) (string, error) {
	added := e.Text
	if !strings.HasSuffix(added, "\n") {
		added += "\n"
	}
	if strings.Contains(text, "\r\n") {
		added = strings.ReplaceAll(strings.ReplaceAll(added, "\r\n", "\n"), "\n", "\r\n")
	}
	at := 0
	for n := 0; n < e.After; n++ {
		end := strings.IndexByte(text[at:], '\n')
		if end < 0 {
			if n+1 < e.After || at == len(text) {
				return "", fault.Errorf("it has no line %d", e.After)
			}
			return text + "\n" + added, nil
		}
		at += end + 1
	}
	mark := "\ufeff"
	if at == 0 && strings.HasPrefix(text, mark) {
		at = len(mark)
	}
	return text[:at] + added + text[at:], nil
}

// writeAll writes files below a folder, each by way of a temporary one, and
// keeps their permissions. Symbolic links that leave the folder are refused.
func writeAll(dir string, names []string, written map[string]string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, name := range names {
		if err := root.MkdirAll(path.Dir(name), 0o777); err != nil {
			return err
		}
		mode := fs.FileMode(0o666)
		if info, err := root.Lstat(name); err == nil {
			mode = info.Mode().Perm()
		}
		if err := writeIn(root, name, written[name], mode); err != nil {
			return fault.Errorf("write %s: %w", name, err)
		}
	}
	return nil
}

func writeIn(root *os.Root, name, text string, mode fs.FileMode) error {
	temporary := name + ".isrc-new"
	f, err := root.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, text)
	if err = fault.Join(err, f.Close()); err == nil {
		err = root.Rename(temporary, name)
	}
	if err != nil {
		_ = root.Remove(temporary) // what cannot be removed was said by err
	}
	return err
}

func sentence(why string) string {
	if why == "" {
		return "Follow the rules of the project"
	}
	return strings.ToUpper(why[:1]) + why[1:]
}
