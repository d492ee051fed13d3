package git

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
)

// foreseeCommit makes the commit that CommitAll would, by an index of its own.
func (t *Tool) foreseeCommit(ctx context.Context, dir string, o CommitOptions) (sha string, err error) {
	place, err := os.MkdirTemp("", "isrc-index-*")
	if err != nil {
		return "", classifyDisk(err)
	}
	defer func() { err = fault.Join(err, os.RemoveAll(place)) }()
	index := filepath.Join(place, "index")
	own, err := t.GitPath(ctx, dir, "index")
	if err == nil {
		err = copyIndex(own, index)
	}
	if err != nil {
		return "", err
	}
	beside := func(in string, args ...string) (string, error) {
		out, err := t.run(ctx, command{dir: dir, args: args, in: strings.NewReader(in), env: []string{"GIT_INDEX_FILE=" + index}})
		return strings.TrimSuffix(out, "\n"), err
	}
	if _, err := beside("", "add", "--all", "--", ":/"); err != nil {
		return "", err
	}
	if _, err := beside("", "diff", "--cached", "--quiet", "--no-ext-diff"); err == nil {
		return "", ErrNothingToCommit
	}
	message, err := beside(o.Message, "stripspace")
	if err == nil && o.Signoff {
		var who Identity
		if who, err = t.Identity(ctx, dir); err == nil {
			message, err = beside(message+"\n", "interpret-trailers", "--if-exists=addIfDifferent", "--trailer", "Signed-off-by: "+who.Name+" <"+who.Email+">")
		}
	}
	if err != nil {
		return "", err
	}
	tree, err := beside("", "write-tree")
	if err != nil {
		return "", err
	}
	args := []string{"-c", "commit.gpgsign=false", "commit-tree", tree, "-p", "HEAD"}
	if _, merging := beside("", "rev-parse", "--verify", "--quiet", "MERGE_HEAD"); merging == nil {
		args = append(args, "-p", "MERGE_HEAD")
	}
	return beside(message+"\n", args...)
}

// copyIndex copies an index, of which there is none before the first file is added.
func copyIndex(from, to string) error {
	data, err := os.ReadFile(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = os.WriteFile(to, data, 0o600)
	}
	return classifyDisk(err)
}
