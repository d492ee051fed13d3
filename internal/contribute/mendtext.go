package contribute

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/rule"
)

// text changes the draft of the pull request. An open pull request is not
// touched: submit brings it up to date.
func (m *mender) text(f *rule.Fix, done *Mended) error {
	draft, err := LoadDraft(m.Repo, m.Branch)
	if err != nil {
		return err
	}
	before := m.Change.Draft
	after := before
	switch f.Kind {
	case rule.FixSetTitle:
		p, err := params[rule.SetTitle](f)
		if err != nil {
			return err
		}
		draft.Title, after.Title, after.TitleFrom = p.Title, p.Title, "the draft"
	case rule.FixSetBody:
		p, err := params[rule.SetBody](f)
		if err != nil {
			return err
		}
		draft.Body, after.Body = p.Body, p.Body
	case rule.FixFillBody:
		draft.Title, draft.Body = before.Title, before.Body
		done.Verb = "write the description from the template, for you to fill in"
		done.Hint = "edit " + DraftPath(m.Repo, m.Branch)
	}
	done.Diff = diffLines(before.Title, after.Title) + diffLines(before.Body, after.Body)
	if m.o.Dry {
		return nil
	}
	if err := SaveDraft(m.Repo, m.Branch, draft); err != nil {
		return err
	}
	m.Change.Draft, done.Done = after, true
	return nil
}

// rename gives the branch another name. Its draft goes with it, and so does
// what git's configuration says of it.
func (m *mender) rename(ctx context.Context, f *rule.Fix, done *Mended) error {
	p, err := params[rule.RenameBranch](f)
	if err != nil {
		return err
	}
	if err := checkBranch(p.To); err != nil {
		return err
	}
	done.Diff = diffLines(p.From, p.To)
	if m.o.Dry {
		return nil
	}
	if _, err := m.tool.Run(ctx, m.Dir, "branch", "--move", "--", p.From, p.To); err != nil {
		return err
	}
	if err := moveDraft(DraftPath(m.Repo, p.From), DraftPath(m.Repo, p.To)); err != nil {
		return err
	}
	m.Branch, done.Done = p.To, true
	return nil
}

func moveDraft(from, to string) error {
	if _, err := os.Lstat(from); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return fault.Errorf("move the draft of the pull request: %w", err)
	}
	return os.Rename(from, to)
}

// diffLines shows what changes between two texts: what they begin and end with
// alike is left out.
func diffLines(before, after string) string {
	if before == after {
		return ""
	}
	a, b := lines(before), lines(after)
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	var out strings.Builder
	for _, l := range a {
		out.WriteString("- " + l + "\n")
	}
	for _, l := range b {
		out.WriteString("+ " + l + "\n")
	}
	return out.String()
}

func lines(s string) []string {
	s = strings.TrimRight(s, "\n")
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}
