package contribute

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/rule"
)

// Mended says what a fix did, or why it was not applied.
type Mended struct {
	Rule   string
	Verb   string
	Done   bool
	Why    string // of one that was not applied
	Backup string // reference to the commit before
	Hint   string
}

// Mend applies the fixes of broken findings: all that are safe, or those of the
// named rules. With dry nothing is written.
func (r *Review) Mend(ctx context.Context, tool *git.Tool, named []string, dry bool, now time.Time) ([]Mended, error) {
	var out []Mended
	var edits []rule.MessageEdit
	var rewriting []int
	for _, f := range r.Findings {
		if f.Verdict != rule.Broken || (len(named) > 0 && !contains(named, f.Rule)) {
			continue
		}
		if f.Fix == nil {
			if len(named) > 0 {
				out = append(out, Mended{Rule: f.Rule, Verb: "mend " + f.Rule, Why: "isrc knows no mend for it"})
			}
			continue
		}
		m := Mended{Rule: f.Rule, Verb: f.Fix.Verb, Why: f.Fix.Refused}
		if m.Why == "" && !f.Fix.Safe && len(named) == 0 {
			m.Why, m.Hint = "it wants a look first", "isrc check --fix="+f.Rule
		}
		if m.Why != "" || dry {
			out = append(out, m)
			continue
		}
		if f.Fix.Kind == rule.FixRewriteMessages {
			var p rule.RewriteMessages
			if err := params(f.Fix, &p); err != nil {
				return out, err
			}
			edits = append(edits, p.Edits...)
			rewriting = append(rewriting, len(out))
			out = append(out, m)
			continue
		}
		if err := r.apply(ctx, tool, f.Fix, &m); err != nil {
			return out, fmt.Errorf("%s: %w", f.Fix.Verb, err)
		}
		out = append(out, m)
	}
	if len(edits) == 0 {
		return out, nil
	}
	backup, why, err := r.rewrite(ctx, tool, edits, now)
	if err != nil {
		return out, err
	}
	for _, i := range rewriting {
		out[i].Done, out[i].Backup, out[i].Why = why == "", backup, why
	}
	return out, nil
}

// params reads the parameters of a fix, whichever way they were made.
func params(f *rule.Fix, into any) error {
	raw, err := json.Marshal(f.Params)
	if err != nil {
		return err
	}
	return json.Unmarshal(raw, into)
}

func (r *Review) apply(ctx context.Context, tool *git.Tool, f *rule.Fix, m *Mended) error {
	switch f.Kind {
	case rule.FixSetTitle:
		var p rule.SetTitle
		if err := params(f, &p); err != nil {
			return err
		}
		d, err := LoadDraft(r.Repo, r.Branch)
		if err != nil {
			return err
		}
		d.Title = p.Title
		if err := SaveDraft(r.Repo, r.Branch, d); err != nil {
			return err
		}
		r.Change.Draft.Title, r.Change.Draft.TitleFrom = p.Title, "the draft"
	case rule.FixRenameBranch:
		var p rule.RenameBranch
		if err := params(f, &p); err != nil {
			return err
		}
		if _, err := tool.Run(ctx, r.Dir, "branch", "--move", "--", p.From, p.To); err != nil {
			return err
		}
		r.Branch = p.To
	case rule.FixRebase:
		if len(r.Uncommitted) > 0 {
			m.Why = fmt.Sprintf("%s not committed", plural(len(r.Uncommitted), "file is", "files are"))
			return nil
		}
		if _, err := tool.Run(ctx, r.Dir, "rebase", "--quiet", r.BaseRev); err != nil {
			if _, abort := tool.Run(ctx, r.Dir, "rebase", "--abort"); abort != nil {
				return err
			}
			m.Why, m.Hint = "it conflicts with "+r.Base, "git rebase "+r.Remote+"/"+r.Base
			return nil
		}
	default:
		m.Why = "it needs your own words"
		return nil
	}
	m.Done = true
	return nil
}

// rewrite changes messages of the user's own unpushed commits and nothing else
// of them. A reference to the old tip is kept.
func (r *Review) rewrite(ctx context.Context, tool *git.Tool, edits []rule.MessageEdit, now time.Time) (backup, refused string, err error) {
	messages := map[string]string{}
	for _, c := range r.Change.Commits {
		message := c.Message
		for _, e := range edits {
			if e.Commit == c.SHA {
				message = e.Apply(message)
			}
		}
		if message == c.Message {
			continue
		}
		switch {
		case !c.Own:
			return "", fmt.Sprintf("%.7s is not your commit", c.SHA), nil
		case c.Pushed:
			return "", fmt.Sprintf("%.7s is pushed: others may have it", c.SHA), nil
		}
		messages[c.SHA] = message
	}
	if r.Branch == "" {
		return "", "HEAD is detached", nil
	}
	backup = fmt.Sprintf("refs/isrc/backup/%s/%s", r.Branch, now.UTC().Format("20060102T150405"))
	if _, err := tool.RewriteMessages(ctx, r.Dir, r.BaseRev, messages, backup); err != nil {
		return "", "", fmt.Errorf("rewrite messages on %s: %w", r.Branch, err)
	}
	return backup, "", nil
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}
