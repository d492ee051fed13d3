package contribute

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
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
	Diff   string // lines that begin with "-" and "+", of one that was or would be applied
}

// MendOptions say which fixes are applied.
type MendOptions struct {
	Rules []string // empty: all that are safe
	Dry   bool     // nothing is written
	Now   time.Time
}

// Mend applies the fixes of broken findings: the text of the pull request and
// the branch's name first, then one kind of rewriting. Commits have other names
// after it, so whoever wants all of them reviews and mends again, until nothing
// is done any more.
func (r *Review) Mend(ctx context.Context, tool *git.Tool, o MendOptions) ([]Mended, error) {
	m := mender{Review: r, tool: tool, o: o}
	chosen := m.choose()
	for _, kinds := range mendOrder() {
		for i := range chosen {
			f := chosen[i]
			if f.done == nil && slices.Contains(kinds, f.fix.Kind) {
				if err := m.mend(ctx, f); err != nil {
					return m.out, fault.Errorf("%s: %w", f.fix.Verb, err)
				}
			}
		}
		rewritten, err := m.rewrite(ctx)
		if err != nil || rewritten && !o.Dry {
			return m.out, err
		}
		if m.moved && !o.Dry {
			break
		}
	}
	return m.out, nil
}

// mendOrder lists the kinds of fixes that may go together. What rewrites
// commits comes last, and one group of it at a time.
func mendOrder() [][]string {
	return [][]string{
		{rule.FixSetTitle, rule.FixSetBody, rule.FixFillBody, rule.FixRenameBranch},
		{rule.FixAutosquash},
		{rule.FixSquash},
		{rule.FixRetarget, rule.FixRebase},
		{rule.FixWriteFiles},
		{rule.FixRewriteMessages, rule.FixSign, rule.FixResetAuthor},
		{rule.FixRemediate},
	}
}

// mender applies fixes to the clone of a review.
type mender struct {
	*Review
	tool  *git.Tool
	o     MendOptions
	out   []Mended
	moved bool // the commits have other names now

	edits   map[string]git.Rewrite
	editing []int // indices of out
}

type chosenFix struct {
	rule string
	fix  *rule.Fix
	done *struct{}
}

// choose picks the fixes that may be applied, and says why others may not.
func (m *mender) choose() []*chosenFix {
	var out []*chosenFix
	named := len(m.o.Rules) > 0
	seen := map[string]bool{}
	for _, f := range m.Findings {
		if f.Verdict != rule.Broken || named && !slices.Contains(m.o.Rules, f.Rule) {
			continue
		}
		switch {
		case f.Fix == nil && named:
			m.out = append(m.out, Mended{Rule: f.Rule, Verb: "mend " + f.Rule, Why: "isrc knows no mend for it"})
		case f.Fix == nil || seen[f.Rule+f.Fix.Kind+f.Fix.Verb]:
		case f.Fix.Kind == rule.FixFillBody && named: // the user asks for the text to fill in
			out = append(out, &chosenFix{rule: f.Rule, fix: f.Fix})
		case f.Fix.Refused != "":
			m.out = append(m.out, Mended{Rule: f.Rule, Verb: f.Fix.Verb, Why: f.Fix.Refused})
		case !f.Fix.Safe && !named:
			m.out = append(m.out, Mended{Rule: f.Rule, Verb: f.Fix.Verb, Why: "it wants a look first", Hint: "isrc check --fix=" + f.Rule})
		default:
			seen[f.Rule+f.Fix.Kind+f.Fix.Verb] = true
			out = append(out, &chosenFix{rule: f.Rule, fix: f.Fix})
		}
	}
	return out
}

// mend applies one fix, or collects what it changes in commits.
func (m *mender) mend(ctx context.Context, f *chosenFix) error {
	f.done = &struct{}{}
	done := Mended{Rule: f.rule, Verb: f.fix.Verb}
	var err error
	switch f.fix.Kind {
	case rule.FixSetTitle, rule.FixSetBody, rule.FixFillBody:
		err = m.text(f.fix, &done)
		m.out = append(m.out, done)
		return err
	}
	if m.tool == nil {
		done.Why, done.Hint = "it takes the git program, which was not found", "install git, then isrc check --fix"
		m.out = append(m.out, done)
		return nil
	}
	switch f.fix.Kind {
	case rule.FixRenameBranch:
		err = m.rename(ctx, f.fix, &done)
	case rule.FixRewriteMessages, rule.FixSign, rule.FixResetAuthor:
		if err = m.collect(f.fix, &done); err == nil && done.Why == "" {
			m.editing = append(m.editing, len(m.out))
		}
	default:
		err = m.history(ctx, f.fix, &done)
	}
	m.out = append(m.out, done)
	return err
}

// params reads the parameters of a fix, whichever way they were made.
func params[T any](f *rule.Fix) (T, error) {
	var into T
	raw, err := json.Marshal(f.Params)
	if err == nil {
		err = json.Unmarshal(raw, &into)
	}
	return into, err
}

// backup is the name of a new reference to what was there before.
func (m *mender) backup() string {
	name := fmt.Sprintf("refs/isrc/backup/%s/%s", m.Branch, m.o.Now.UTC().Format("20060102T150405"))
	for n, free := 2, name; ; n++ {
		if _, err := m.Repo.Resolve(free); err != nil {
			return free
		}
		free = fmt.Sprintf("%s-%d", name, n)
	}
}
