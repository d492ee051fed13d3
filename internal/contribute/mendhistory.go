package contribute

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/rule"
)

// mayRewrite says why commits may not be written anew, or "". Only the user's
// own commits that nobody else can have are, and never across a merge.
func (m *mender) mayRewrite(commits []rule.Commit) string {
	if m.Branch == "" {
		return "HEAD is detached"
	}
	for _, c := range commits {
		switch {
		case !c.Own:
			return fmt.Sprintf("%.7s is not your commit", c.SHA)
		case c.Pushed:
			if ok, why := rule.MayRewrite(m.Requirements, m.Change); !ok {
				return why
			}
			return fmt.Sprintf("%.7s is pushed: others may have it", c.SHA)
		case c.Parents > 1:
			return fmt.Sprintf("%.7s is a merge, and merges are not rewritten", c.SHA)
		}
	}
	return ""
}

// collect takes in what a fix changes in commits, so that all such fixes
// together write each commit once.
func (m *mender) collect(f *rule.Fix, done *Mended) error {
	if m.edits == nil {
		m.edits = map[string]git.Rewrite{}
	}
	var changed []rule.Commit
	take := func(sha string, change func(rule.Commit, *git.Rewrite)) {
		for _, c := range m.Change.Commits {
			if c.SHA == sha {
				e := m.edits[sha]
				change(c, &e)
				m.edits[sha] = e
				changed = append(changed, c)
			}
		}
	}
	before := maps.Clone(m.edits)
	var err error
	switch f.Kind {
	case rule.FixRewriteMessages:
		var p rule.RewriteMessages
		p, err = params[rule.RewriteMessages](f)
		for _, edit := range p.Edits {
			take(edit.Commit, func(c rule.Commit, e *git.Rewrite) {
				message := e.Message
				if message == "" {
					message = c.Message
				}
				e.Message = edit.Apply(message)
				done.Diff += fmt.Sprintf("  %.7s\n", c.SHA) + diffLines(message, e.Message)
			})
		}
	case rule.FixSign:
		var p rule.Sign
		p, err = params[rule.Sign](f)
		for _, sha := range p.Commits {
			take(sha, func(c rule.Commit, e *git.Rewrite) {
				e.Sign = true
				done.Diff += fmt.Sprintf("  %.7s\n+ a signature\n", c.SHA)
			})
		}
	case rule.FixResetAuthor:
		var p rule.ResetAuthor
		p, err = params[rule.ResetAuthor](f)
		for _, sha := range p.Commits {
			take(sha, func(c rule.Commit, e *git.Rewrite) {
				e.Author = &git.Identity{Name: p.Name, Email: p.Email}
				done.Diff += fmt.Sprintf("  %.7s\n- %s <%s>\n+ %s <%s>\n", c.SHA, c.Author.Name, c.Author.Email, p.Name, p.Email)
			})
		}
	}
	if why := m.mayRewrite(changed); why != "" || err != nil {
		m.edits, done.Why, done.Diff = before, why, ""
	}
	return err
}

// rewrite writes the commits that fixes have collected. A reference to the old
// tip is kept. It answers whether there was anything to write.
func (m *mender) rewrite(ctx context.Context) (bool, error) {
	if len(m.editing) == 0 {
		return false, nil
	}
	if m.o.Dry {
		return true, nil
	}
	backup := m.backup()
	moved, err := m.tool.RewriteCommits(ctx, m.Dir, m.BaseRev, m.edits, backup)
	why := refusedRewrite(err)
	if err != nil && why == "" {
		return true, fault.Errorf("rewrite commits of %s: %w", m.Branch, err)
	}
	for _, i := range m.editing {
		if m.out[i].Done, m.out[i].Why = why == "" && len(moved) > 0, why; why == "" {
			m.out[i].Backup = backup
		}
	}
	m.moved = why == ""
	return true, nil
}

// refusedRewrite says in words why git leaves the commits as they are, or ""
// for anything else.
func refusedRewrite(err error) string {
	var merge *git.MergeInRangeError
	var pushed *git.PushedError
	var busy *git.BusyError
	var conflict *git.ConflictError
	for _, known := range []any{&merge, &pushed, &busy, &conflict} {
		if errors.As(err, known) {
			return err.Error()
		}
	}
	if errors.Is(err, git.ErrDetached) {
		return "HEAD is detached"
	}
	return ""
}

// history applies a fix that makes other commits of those that are there.
func (m *mender) history(ctx context.Context, f *rule.Fix, done *Mended) error {
	commits := m.Change.Commits
	if f.Kind == rule.FixWriteFiles || f.Kind == rule.FixRemediate {
		commits = nil // they add to what is there
	}
	switch n := len(m.Uncommitted); {
	case m.moved:
		done.Why = "other commits were written first; look again"
	case n > 0:
		done.Why = plural(n, "file is", "files are") + " not committed"
	default:
		done.Why = m.mayRewrite(commits)
	}
	if done.Why != "" {
		return nil
	}
	do, err := m.doer(ctx, f, done)
	if err != nil || m.o.Dry || done.Why != "" {
		return err
	}
	backup := m.backup()
	if err := m.tool.Backup(ctx, m.Dir, backup); err != nil {
		return err
	}
	if err := do(ctx); err != nil {
		if done.Why = refusedRewrite(err); done.Why != "" {
			return nil
		}
		return err
	}
	done.Done, done.Backup, m.moved = true, backup, true
	return nil
}

// doer prepares a fix: what it will do, and how that reads.
func (m *mender) doer(ctx context.Context, f *rule.Fix, done *Mended) (func(context.Context) error, error) {
	base, err := m.Repo.MergeBase(ctx, m.BaseRev, m.Head)
	if err != nil {
		return nil, fault.Errorf("find where the branch leaves %s: %w", m.Base, err)
	}
	switch f.Kind {
	case rule.FixAutosquash:
		p, err := params[rule.Autosquash](f)
		for _, sha := range p.Commits {
			done.Diff += fmt.Sprintf("- %.7s %s\n", sha, headerIn(m.Change.Commits, sha))
		}
		return func(ctx context.Context) error { return m.tool.Autosquash(ctx, m.Dir, base) }, err
	case rule.FixSquash:
		p, err := params[rule.Squash](f)
		for _, c := range m.Change.Commits {
			done.Diff += fmt.Sprintf("- %.7s %s\n", c.SHA, rule.ParseMessage(c.Message).Header)
		}
		done.Diff += diffLines("", p.Message)
		return func(ctx context.Context) error { return m.tool.Squash(ctx, m.Dir, base, p.Message) }, err
	case rule.FixRebase:
		done.Hint = "git rebase " + firstWord(m.Remote, "origin") + "/" + m.Base
		return func(ctx context.Context) error { return m.tool.RebaseOnto(ctx, m.Dir, m.BaseRev, base) }, nil
	case rule.FixRetarget:
		return m.retarget(f, base, done)
	case rule.FixWriteFiles:
		return m.writeFiles(f, done)
	case rule.FixRemediate:
		p, err := params[rule.Remediate](f)
		done.Diff = diffLines("", p.Message)
		return func(ctx context.Context) error { return m.tool.CommitEmpty(ctx, m.Dir, p.Message) }, err
	}
	done.Why = "it needs your own words"
	return nil, nil
}

// retarget puts the commits on another branch of the upstream, and remembers
// that the change goes there.
func (m *mender) retarget(f *rule.Fix, base string, done *Mended) (func(context.Context) error, error) {
	p, err := params[rule.Retarget](f)
	if err != nil {
		return nil, err
	}
	if m.Remote == "" {
		done.Why = "no remote of this clone is the upstream"
		return nil, nil
	}
	if err := checkBranch(p.To); err != nil {
		return nil, err
	}
	done.Diff = diffLines(m.Base, p.To)
	return func(ctx context.Context) error {
		spec := fmt.Sprintf("+refs/heads/%s:refs/remotes/%s/%s", p.To, m.Remote, p.To)
		if err := m.tool.Fetch(ctx, m.Dir, m.Remote, spec); err != nil {
			return err
		}
		onto, err := m.Repo.Resolve("refs/remotes/" + m.Remote + "/" + p.To)
		if err != nil {
			return err
		}
		if err := m.tool.RebaseOnto(ctx, m.Dir, onto, base); err != nil {
			return err
		}
		return m.tool.SetConfig(ctx, m.Dir, baseKey(m.Branch), p.To)
	}, nil
}

// baseKey is where git's configuration says which branch of the upstream a
// branch goes to, when that is not where its contribution began.
func baseKey(branch string) string { return "branch." + branch + ".isrc-base" }

func headerIn(commits []rule.Commit, sha string) string {
	for _, c := range commits {
		if strings.HasPrefix(c.SHA, sha) {
			return rule.ParseMessage(c.Message).Header
		}
	}
	return ""
}
