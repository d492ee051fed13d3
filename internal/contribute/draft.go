package contribute

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/isrc-dev/isrc/internal/disk"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/rule"
)

// DraftPath is where the text of a pull request lies until it is opened: its
// title in the first line, its body after a blank one.
func DraftPath(repo *git.Repo, branch string) string {
	return filepath.Join(repo.GitDir(), "isrc", filepath.FromSlash(branch), "pull-request.md")
}

// LoadDraft reads a branch's draft; without one it answers an empty draft that
// does not exist.
func LoadDraft(repo *git.Repo, branch string) (rule.Draft, error) {
	data, err := os.ReadFile(DraftPath(repo, branch))
	if errors.Is(err, os.ErrNotExist) || branch == "" {
		return rule.Draft{}, nil
	}
	if err != nil {
		return rule.Draft{}, fault.Errorf("read the draft of the pull request: %w", err)
	}
	title, body, _ := strings.Cut(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n")
	return rule.Draft{Title: strings.TrimSpace(title), Body: strings.TrimSpace(body), Exists: true, TitleFrom: "the draft"}, nil
}

// KeepTitle saves the title that the user gave, before anything else can fail.
func (p *Place) KeepTitle(title string) error {
	d, err := LoadDraft(p.Repo, p.Branch)
	if err != nil || d.Title == title {
		return err
	}
	d.Title = title
	return SaveDraft(p.Repo, p.Branch, d)
}

// KeepText saves the words that the user gave for the pull request. What isrc
// took from commits and template is not kept: it is taken anew each time, so
// that an amended commit counts.
func (r *Review) KeepText(d rule.Draft, o SubmitOptions) error {
	before, err := LoadDraft(r.Repo, r.Branch)
	if err != nil {
		return err
	}
	kept := rule.Draft{Title: before.Title, Body: before.Body}
	if o.Title != "" {
		kept.Title = o.Title
	}
	if o.Body != nil || len(o.Sections) > 0 || len(o.Ticks) > 0 {
		kept.Body = d.Body
	}
	if kept.Title == before.Title && kept.Body == before.Body {
		return nil
	}
	return SaveDraft(r.Repo, r.Branch, kept)
}

// SaveDraft writes a branch's draft, whole or not at all.
func SaveDraft(repo *git.Repo, branch string, d rule.Draft) error {
	if branch == "" {
		return refuse(ErrUsage, "git switch -c NAME", "without a branch there is no place for a draft")
	}
	path := DraftPath(repo, branch)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fault.Errorf("write the draft of the pull request: %w", err)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n\n%s\n", d.Title, d.Body)
	if err := disk.WriteFile(path, b.Bytes(), 0o600); err != nil {
		return fault.Errorf("write the draft of the pull request: %w", err)
	}
	return nil
}
