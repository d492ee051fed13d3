package contribute

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/rule"
)

// maxPartsFile bounds .gitmodules and .gitattributes, in bytes.
const maxPartsFile = 1 << 20

// noteParts says of a new clone what is not in it: submodules that are empty,
// and files that Git LFS holds. What the user asked for is fetched.
func (s *Site) noteParts(ctx context.Context, dir string, submodules bool) error {
	names := linesWith(filepath.Join(dir, ".gitmodules"), "path")
	switch {
	case len(names) == 0:
	case !submodules || s.Tool == nil:
		s.Sink.Note("clone", fmt.Sprintf("%s empty: %s (git submodule update --init fills them)", plural(len(names), "submodule is", "submodules are"), few(names)))
	default:
		if err := s.Tool.FillSubmodules(ctx, dir); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			// The clone is good without them.
			s.Sink.Note("clone", err.Error()+" (git submodule update --init tries again)")
		}
	}
	if large := linesWith(filepath.Join(dir, ".gitattributes"), "filter=lfs"); len(large) > 0 && !s.Tool.HasLFS() {
		s.Sink.Note("clone", fmt.Sprintf("git-lfs is not installed: files such as %s are pointers here, and changes to them cannot be submitted", few(large)))
	}
	return nil
}

// linesWith reads a file of the repository: of .gitmodules the values of a key,
// of .gitattributes the patterns with an attribute.
func linesWith(file, what string) []string {
	info, err := os.Lstat(file)
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close() //nolint:errcheck // read only
	var found []string
	for lines := bufio.NewScanner(io.LimitReader(f, maxPartsFile)); lines.Scan(); {
		key, value, ok := strings.Cut(lines.Text(), "=")
		fields := strings.Fields(lines.Text())
		switch {
		case ok && strings.TrimSpace(key) == what:
			found = append(found, strings.TrimSpace(value))
		case len(fields) > 1 && !strings.HasPrefix(fields[0], "#") && slices.Contains(fields[1:], what):
			found = append(found, fields[0])
		}
	}
	return found
}

// few joins some of many names.
func few(names []string) string {
	if len(names) > 3 {
		return strings.Join(names[:3], ", ") + fmt.Sprintf(" and %d more", len(names)-3)
	}
	return strings.Join(names, ", ")
}

// lfsReady refuses to push files that belong to Git LFS where it is not
// installed: what was committed is the file itself, or a pointer to nothing.
func (s *Site) lfsReady(ctx context.Context, r *Review) error {
	if s.Tool == nil || s.Tool.HasLFS() || len(r.Change.Files) == 0 {
		return nil
	}
	var paths []string
	for _, f := range r.Change.Files {
		if f.Status != rule.Deleted { // to take one out needs no git-lfs
			paths = append(paths, f.Path)
		}
	}
	large, err := s.Tool.OfLFS(ctx, r.Dir, paths)
	var failed *git.CommandError
	if errors.As(err, &failed) && ctx.Err() == nil {
		return nil // an attribute that git cannot read stops no push of git's either
	}
	if err != nil || len(large) == 0 {
		return err
	}
	return refuse(ErrUsage, "install git-lfs, then: git lfs install && git lfs migrate import --no-rewrite "+large[0], "%s", withoutLFS(large))
}

func withoutLFS(large []string) string {
	return fmt.Sprintf("%s to Git LFS, which is not installed: %s", plural(len(large), "file belongs", "files belong"), few(large))
}

// CommitAll commits everything in a clone. Files that cannot be pushed so are said
// before they are committed.
func (s *Site) CommitAll(ctx context.Context, dir string, o git.CommitOptions) (string, error) {
	sha, err := s.Work().CommitAll(ctx, dir, o)
	var lacking *git.LFSError
	if errors.As(err, &lacking) {
		return "", refuse(ErrUsage, "install git-lfs, then: git lfs install; nothing is committed, and the same command goes on", "%s", withoutLFS(lacking.Paths))
	}
	return sha, err
}
