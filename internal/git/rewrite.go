package git

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
)

// ErrDetached says that a rewrite has no branch to move.
var ErrDetached = errors.New("no branch is checked out")

// PushedError says that a commit which would be rewritten is already where
// others can have it.
type PushedError struct{ SHA string }

func (e *PushedError) Error() string {
	return "commit " + short(e.SHA) + " is already pushed"
}

// Rewrite is what changes in a commit; its files and dates stay.
type Rewrite struct {
	Message string    // "" keeps it
	Author  *Identity // nil keeps the author
	Sign    bool      // sign it, as the user's git is set up
}

// RewriteCommits changes commits of base..HEAD, by their ids, and answers
// old id → new id for every commit that changed. Commits are signed again where
// the user's configuration or the old commit has a signature. Only a linear series that no remote branch
// holds is rewritten. The backup reference is made at the old head in the same
// transaction that moves the branch; nothing changes unless all succeeds.
func (t *Tool) RewriteCommits(ctx context.Context, dir, base string, edits map[string]Rewrite, backupRef string) (map[string]string, error) {
	done, err := t.rewrite(ctx, dir, base, edits, backupRef)
	return done, wrap(err, "rewrite commits")
}

func (t *Tool) rewrite(ctx context.Context, dir, base string, edits map[string]Rewrite, backupRef string) (map[string]string, error) {
	if err := fault.Join(checkRev(base), checkRef(backupRef)); err != nil || len(edits) == 0 {
		return nil, err
	}
	branch, err := t.Run(ctx, dir, "symbolic-ref", "--quiet", "HEAD")
	if err != nil {
		return nil, ErrDetached
	}
	if err := t.busy(ctx, dir); err != nil {
		return nil, err
	}
	series, err := t.series(ctx, dir, base, edits)
	if err != nil || len(series) == 0 {
		return nil, err
	}
	sign, _ := t.Run(ctx, dir, "config", "--type=bool", "commit.gpgsign")
	done := make(map[string]string)
	for _, c := range series {
		edit := edits[c.sha]
		if err := c.change(edit); err != nil {
			return nil, err
		}
		parent := c.parent
		if moved, ok := done[parent]; ok {
			parent = moved
		}
		if done[c.sha], err = t.commitTree(ctx, dir, c, parent, strings.TrimSpace(sign) == "true" || c.signed || edit.Sign); err != nil {
			return nil, fault.Errorf("commit %s: %w", short(c.sha), err)
		}
	}
	head := series[len(series)-1].sha
	lines := fmt.Sprintf("create %s %s\nupdate %s %s %s\n", backupRef, head, strings.TrimSpace(branch), done[head], head)
	_, err = t.RunInput(ctx, dir, strings.NewReader(lines), "update-ref", "-m", "isrc: commits written anew", "--stdin")
	if err != nil {
		return nil, err
	}
	return done, nil
}

// rawCommit is a commit as it has to be made again.
type rawCommit struct {
	sha, tree, parent, encoding, message string
	author, email, date, committed       string
	signed                               bool
}

func (c *rawCommit) change(edit Rewrite) error {
	if edit.Author != nil {
		c.author, c.email = edit.Author.Name, edit.Author.Email
	}
	if edit.Message == "" {
		return nil
	}
	c.message = edit.Message
	return c.inUTF8()
}

// series reads the commits from the first that is edited up to HEAD, oldest
// first, and refuses merges and what is already pushed. Without edits it reads
// all commits.
func (t *Tool) series(ctx context.Context, dir, base string, edits map[string]Rewrite) ([]rawCommit, error) {
	out, err := t.Run(ctx, dir, "rev-list", "--reverse", "--topo-order", "--parents", base+"..HEAD", "--")
	if err != nil {
		return nil, err
	}
	var ids strings.Builder
	left := len(edits)
	for line := range strings.Lines(out) {
		f := strings.Fields(line)
		if _, ok := edits[f[0]]; ok {
			left--
		} else if ids.Len() == 0 && edits != nil {
			continue
		}
		if len(f) != 2 {
			return nil, &MergeInRangeError{SHA: f[0]}
		}
		ids.WriteString(f[0] + "\n")
	}
	if left > 0 {
		return nil, fault.Errorf("%d of the commits to change are not in %s..HEAD", left, base)
	}
	if ids.Len() == 0 {
		return nil, nil
	}
	if err := t.unpushed(ctx, dir, ids.String()); err != nil {
		return nil, err
	}
	raw, err := t.RunInput(ctx, dir, strings.NewReader(ids.String()), "cat-file", "--batch")
	if err != nil {
		return nil, err
	}
	return parseBatch(raw)
}

// unpushed refuses a series of which a remote branch holds a commit.
func (t *Tool) unpushed(ctx context.Context, dir, ids string) error {
	first, _, _ := strings.Cut(ids, "\n")
	out, err := t.Run(ctx, dir, "for-each-ref", "--count=1", "--contains", first, "--format=%(refname)", "refs/remotes/")
	if err != nil {
		return err
	}
	if strings.TrimSpace(out) != "" {
		return &PushedError{SHA: first}
	}
	return nil
}

// parseBatch reads "git cat-file --batch": a line "id type size", the object,
// a line end.
func parseBatch(raw string) ([]rawCommit, error) {
	var all []rawCommit
	for raw != "" {
		line, rest, _ := strings.Cut(raw, "\n")
		var sha, kind string
		var size int
		if n, err := fmt.Sscanf(line, "%s %s %d", &sha, &kind, &size); n != 3 || err != nil || kind != "commit" || size < 0 || len(rest) < size+1 {
			return nil, fault.Errorf("git answers %q", line)
		}
		c, err := parseRaw(sha, rest[:size])
		if err != nil {
			return nil, err
		}
		all, raw = append(all, c), rest[size+1:]
	}
	return all, nil
}

func parseRaw(sha, object string) (rawCommit, error) {
	c := rawCommit{sha: sha}
	head, message, _ := strings.Cut(object, "\n\n")
	c.message = message
	for line := range strings.SplitSeq(head, "\n") {
		key, value, _ := strings.Cut(line, " ")
		switch key {
		case "tree":
			c.tree = value
		case "parent":
			c.parent = value
		case "author":
			c.author, c.email, c.date = splitIdent(value)
		case "committer":
			_, _, c.committed = splitIdent(value)
		case "encoding":
			c.encoding = value
		case "gpgsig", "gpgsig-sha256":
			c.signed = true
		}
	}
	if c.tree == "" || c.date == "" || c.committed == "" {
		return c, fault.Errorf("commit %s cannot be read", short(sha))
	}
	return c, nil
}

// inUTF8 drops the encoding of a commit that gets a new message, unless the
// author's name is written in it.
func (c *rawCommit) inUTF8() error {
	for _, b := range []byte(c.author + c.email) {
		if b >= 0x80 && c.encoding != "" {
			return fault.Errorf("commit %s is encoded as %s", short(c.sha), c.encoding)
		}
	}
	c.encoding = ""
	return nil
}

// splitIdent takes "Name <email> seconds zone" apart. The date comes back in
// the form that git reads even for small numbers.
func splitIdent(s string) (name, email, date string) {
	open, end := strings.Index(s, "<"), strings.LastIndex(s, ">")
	if open < 0 || end < open {
		return "", "", ""
	}
	return strings.TrimSpace(s[:open]), s[open+1 : end], "@" + strings.TrimSpace(s[end+1:])
}

// commitTree makes a commit again. The author keeps name, email and date; the
// committer is the user, at the time of the old commit.
func (t *Tool) commitTree(ctx context.Context, dir string, c rawCommit, parent string, sign bool) (string, error) {
	encoding := "UTF-8"
	if c.encoding != "" {
		encoding = c.encoding
	}
	args := []string{"-c", "i18n.commitEncoding=" + encoding, "commit-tree", "-p", parent}
	if sign {
		args = append(args, "-S")
	}
	message := c.message
	if !strings.HasSuffix(message, "\n") {
		message += "\n"
	}
	out, err := t.run(ctx, command{
		dir: dir, in: strings.NewReader(message), args: append(args, c.tree),
		env: []string{
			"GIT_AUTHOR_NAME=" + c.author, "GIT_AUTHOR_EMAIL=" + c.email,
			"GIT_AUTHOR_DATE=" + c.date, "GIT_COMMITTER_DATE=" + c.committed,
		},
	})
	return strings.TrimSpace(out), noIdentity(err)
}
