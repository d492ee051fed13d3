package contribute

import (
	"context"
	"errors"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/rule"
)

// historyLength is how many merged commits are asked whether they agree with
// what prose says.
const historyLength = 50

// Review is a change held against what its project asks.
type Review struct {
	*Place
	Guidelines   *guideline.Set
	Requirements []rule.Requirement
	Change       *rule.Change
	Findings     []rule.Finding
	Uncommitted  []string // paths that are not judged
	// Pull is the pull request that is reviewed as it is on the forge; nil when
	// the change of a clone is.
	Pull *forge.Pull

	frugal bool
	login  string     // on the forge, "" when not known
	forge  forge.Repo // what the forge says of the upstream, where it was asked
}

// ReviewOptions narrows a review or adds to it.
type ReviewOptions struct {
	Issue int
	// Frugal lets settings of the forge be what they were within the hour.
	Frugal bool
}

// Review reads the guidelines at the base, the change on top of it, and judges.
// site is nil when no forge is reachable: then only files speak.
func (p *Place) Review(ctx context.Context, site *Site, tool *git.Tool, o ReviewOptions) (*Review, error) {
	r := &Review{Place: p, frugal: o.Frugal}
	p.fetchBy(tool)
	if site != nil {
		login, err := site.someone(ctx)
		if err != nil {
			r.Notes = append(r.Notes, "who you are on the forge is not known: "+err.Error())
		}
		r.login = login
	}
	if err := r.read(ctx, site); err != nil {
		return nil, err
	}
	if site != nil {
		r.remember(site.ToolName)
	}
	if err := r.see(ctx, tool, o); err != nil {
		return nil, err
	}
	r.attend(ctx, site)
	if _, err := r.Write(ctx, site, SubmitOptions{}); err != nil {
		return nil, err
	}
	return r, nil
}

// read finds the guidelines and derives the requirements.
func (r *Review) read(ctx context.Context, site *Site) error {
	t := trees{site: site, known: forge.Repo{RepoName: r.Upstream}, local: r.Repo, at: r.BaseRev}
	var settings guideline.Settings
	switch {
	case site != nil && r.frugal:
		settings = site.frugalSettings(ctx)
	case site != nil:
		settings = site.Forge
	}
	web := ""
	if site != nil {
		web = site.BaseURL
	}
	branch := r.Branch
	if !r.Direct {
		branch = ""
	}
	set, err := guideline.Read(ctx, guideline.Query{Repo: r.Upstream, Ref: r.BaseRev, Base: r.Base, Head: branch, Direct: r.Direct, Orgless: site == nil, Web: web}, t, settings)
	if err != nil {
		return fault.Errorf("read the guidelines of %s: %w", firstWord(r.Upstream.FullName(), r.Dir), err)
	}
	merged, err := r.Repo.Commits(ctx, "", r.BaseRev, 4*historyLength)
	if err != nil {
		r.Notes = append(r.Notes, "the merged history was not read: "+err.Error())
	}
	set.History = history(merged)
	if len(set.History) < historyLength && r.Repo.IsShallow() && site != nil && !r.Upstream.IsZero() {
		// A history that was cut off proves no habit: one commit always agrees.
		if set.History, err = site.History(ctx, forge.Repo{RepoName: r.Upstream}, r.BaseRev); err != nil {
			r.Notes = append(r.Notes, "the merged history was not read: "+err.Error())
		}
	}
	r.Guidelines, r.Requirements = set, rule.Derive(set)
	return nil
}

// history keeps the last messages that a person wrote for one change.
func history(commits []git.Commit) []guideline.HistoryCommit {
	var out []guideline.HistoryCommit
	for _, c := range commits {
		if len(c.Parents) > 1 || guideline.IsBot(c.Author.Name, c.Author.Email) || len(out) == historyLength {
			continue
		}
		out = append(out, guideline.HistoryCommit{SHA: c.SHA, Message: c.Message})
	}
	return out
}

// see collects the change.
func (r *Review) see(ctx context.Context, tool *git.Tool, o ReviewOptions) error {
	c := &rule.Change{Branch: r.Branch, Base: r.Base, BehindBy: -1, Direct: r.Direct, Issue: o.Issue, Login: r.login, Facts: map[string]rule.FactValue{}}
	r.Change = c
	if work := r.looker(tool); work != nil {
		who, err := work.Identity(ctx, r.Dir)
		if err != nil && !errors.Is(err, git.ErrNoIdentity) {
			return err
		}
		c.UserName, c.UserEmail = who.Name, who.Email
		status, err := work.Status(ctx, r.Dir)
		if err != nil {
			return err
		}
		for _, e := range status {
			if r.foreseen == "" {
				r.Uncommitted = append(r.Uncommitted, e.Path)
			}
		}
	}
	from := r.BaseRev
	if base, err := r.Repo.MergeBase(ctx, r.BaseRev, r.Head); err == nil {
		from, c.MergeBaseKnown = base, true
		if _, behind, err := r.Repo.AheadBehind(ctx, r.Head, r.BaseRev); err == nil {
			c.BehindBy = behind
		}
	}
	commits, err := r.Repo.Commits(ctx, r.BaseRev, r.Head, 0)
	if err != nil {
		return fault.Errorf("read the commits of the change: %w", err)
	}
	pushed := r.pushed(ctx, tool)
	for i := len(commits) - 1; i >= 0; i-- {
		c.Commits = append(c.Commits, commitOf(commits[i], c.UserEmail, pushed))
	}
	if n := len(c.Commits); r.foreseen != "" && n > 0 { // git would sign it where it is set up so
		signs, _, err := r.Repo.Config(ctx, "commit.gpgsign")
		if err != nil {
			return err
		}
		c.Commits[n-1].Signed, c.Commits[n-1].Pushed = strings.EqualFold(signs, "true"), false
	}
	files, err := r.Repo.Changes(ctx, from, r.Head)
	if err != nil {
		return fault.Errorf("read the files of the change: %w", err)
	}
	c.Files = filesOf(files)
	c.Draft, err = r.draft()
	return err
}

// looker is what reads the clone's state that is not committed, or nil.
func (r *Review) looker(tool *git.Tool) git.Work {
	if tool != nil {
		return tool
	}
	return r.Work
}

// pushed names the commits that others can already see.
func (r *Review) pushed(ctx context.Context, tool *git.Tool) map[string]bool {
	out := map[string]bool{}
	if tool == nil {
		return out
	}
	hidden, err := tool.Run(ctx, r.Dir, "rev-list", r.Head, "--not", "--remotes")
	if err != nil {
		return out
	}
	alone := map[string]bool{}
	for _, sha := range strings.Fields(hidden) {
		alone[sha] = true
	}
	all, err := tool.Run(ctx, r.Dir, "rev-list", r.BaseRev+".."+r.Head)
	if err != nil {
		return out
	}
	for _, sha := range strings.Fields(all) {
		out[sha] = !alone[sha]
	}
	return out
}

func commitOf(c git.Commit, email string, pushed map[string]bool) rule.Commit {
	own := email != "" && (strings.EqualFold(c.Author.Email, email) || strings.EqualFold(c.Committer.Email, email))
	return rule.Commit{
		SHA: c.SHA, Author: rule.Person{Name: c.Author.Name, Email: c.Author.Email}, Committer: rule.Person{Name: c.Committer.Name, Email: c.Committer.Email},
		Message: c.Message, Parents: len(c.Parents), Signed: c.Signed, Own: own, Pushed: pushed[c.SHA], When: c.Committer.When,
	}
}

// draft takes the pull request's text from the CI event or the clone; with none of them the first commit's header stands for the title.
func (r *Review) draft() (rule.Draft, error) {
	switch {
	case r.Pull != nil:
		return draftOf(*r.Pull), nil
	case r.Event != nil:
		return r.Event.Draft(), nil
	}
	d, err := LoadDraft(r.Repo, r.Branch)
	if err != nil {
		return d, err
	}
	if d.Title == "" && len(r.Change.Commits) > 0 {
		d.Title, d.TitleFrom = headerOf(r.Change.Commits), "the first commit"
	}
	return d, nil
}

func headerOf(commits []rule.Commit) string {
	for _, c := range commits {
		if c.Parents < 2 {
			return rule.ParseMessage(c.Message).Header
		}
	}
	return ""
}

// Judge looks up what rules need to know and judges the change.
func (r *Review) Judge(ctx context.Context, site *Site) {
	for _, fact := range rule.Needs(r.Requirements, r.Change) {
		if _, known := r.Change.Facts[fact.Name]; !known {
			r.Change.Facts[fact.Name] = r.fact(ctx, site, fact)
		}
	}
	r.Findings = rule.Check(r.Requirements, r.Change)
}
