package contribute

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/rule"
)

// maxFact bounds a file that a rule asks for, in bytes.
const maxFact = 4 << 20

// fact looks something up for a rule. What was not found out has its reason,
// and the rule says what that means.
func (r *Review) fact(ctx context.Context, site *Site, f rule.Fact) rule.FactValue {
	if f.Kind == rule.FactBranch { // git knows, with or without a forge
		return known(r.hasBranch(ctx, site, f.Text))
	}
	if site == nil {
		return rule.FactValue{Why: "no forge is reachable"}
	}
	if r.frugal && f.Kind != rule.FactIssue {
		return rule.FactValue{Why: "isrc check looks it up"}
	}
	switch f.Kind {
	case rule.FactIssue:
		issue, err := site.Forge.Issue(ctx, r.Upstream, f.Number)
		return known(rule.IssueFact{State: issue.State, Assignees: issue.Assignees}, err)
	case rule.FactFile:
		return known(remoteFile(ctx, site, f))
	case rule.FactUser:
		u, err := site.Forge.User(ctx, f.Text)
		return known(rule.UserFact{ID: u.ID, Name: u.Name}, err)
	case rule.FactKeys:
		gpg, ssh, err := site.Forge.SigningKeys(ctx, f.Text)
		return known(rule.KeysFact{GPG: gpg, SSH: ssh}, err)
	case rule.FactEmails:
		if r.Pull != nil && r.Pull.Author.Login != site.KnownLogin {
			return rule.FactValue{Why: "only " + r.Pull.Author.Login + " can see them"}
		}
		return known(site.Forge.Emails(ctx))
	case rule.FactMerge:
		return known(mergeFact(ctx, site, r.Upstream))
	case rule.FactDefault:
		upstream, err := site.Forge.Repo(ctx, r.Upstream)
		return known(upstream.DefaultBranch, err)
	case rule.FactOwners:
		return known(ownersErrors(ctx, site, r.Upstream, r.Base))
	}
	return rule.FactValue{Why: fmt.Sprintf("isrc cannot look up what it calls %q", f.Kind)}
}

func known[T any](value T, err error) rule.FactValue {
	if err != nil {
		return rule.FactValue{Why: err.Error()}
	}
	return rule.FactValue{Value: value}
}

// hasBranch tells whether the upstream has a branch: as the clone remembers it,
// else as git hears it.
func (r *Review) hasBranch(ctx context.Context, site *Site, branch string) (bool, error) {
	if err := checkBranch(branch); err != nil {
		return false, nil //nolint:nilerr // a name that no branch can have is that of no branch
	}
	if r.Remote != "" {
		if _, err := r.Repo.Resolve("refs/remotes/" + r.Remote + "/" + branch); err == nil {
			return true, nil
		}
	}
	tool := r.Repo.Tool
	where := r.Remote
	if site != nil {
		where = site.CloneURL(r.Upstream)
		if site.Tool != nil {
			tool = site.Tool
		}
	}
	if tool == nil || where == "" {
		return false, errors.New("the branches of the upstream cannot be asked for")
	}
	refs, err := tool.LsRemote(ctx, r.Dir, where, "refs/heads/"+branch)
	return len(refs) > 0, err
}

// remoteFile reads a file that a rule asks for. That it, or its repository, is
// not there is an answer.
func remoteFile(ctx context.Context, site *Site, f rule.Fact) (rule.FileFact, error) {
	var none rule.FileFact
	tree, _, err := site.trees(forge.Repo{RepoName: f.Repo}).Tree(ctx, f.Repo, f.Ref)
	var missing *forge.NotFoundError
	if errors.As(err, &missing) {
		return none, nil
	}
	if err != nil {
		return none, err
	}
	if !fs.ValidPath(f.Text) {
		return none, fault.Errorf("%q leaves the repository", f.Text)
	}
	file, err := tree.Open(f.Text)
	if errors.Is(err, fs.ErrNotExist) {
		return none, nil
	}
	if err != nil {
		return none, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxFact+1))
	if len(data) > maxFact {
		return none, fault.Errorf("%s is larger than %d bytes", f.Text, maxFact)
	}
	return rule.FileFact{Exists: true, Text: string(data)}, err
}

func mergeFact(ctx context.Context, site *Site, repo forge.RepoName) (rule.MergeFact, error) {
	r, err := site.Forge.Repo(ctx, repo)
	if err != nil {
		return rule.MergeFact{}, err
	}
	if r.AllowMerge == nil || r.AllowSquash == nil || r.AllowRebase == nil {
		return rule.MergeFact{}, errors.New("the forge does not tell you how it merges")
	}
	return rule.MergeFact{Merge: *r.AllowMerge, Squash: *r.AllowSquash, Rebase: *r.AllowRebase, SquashTitle: r.SquashTitle}, nil
}

func ownersErrors(ctx context.Context, site *Site, repo forge.RepoName, ref string) ([]rule.OwnersError, error) {
	all, err := site.Forge.OwnersErrors(ctx, repo, ref)
	out := make([]rule.OwnersError, 0, len(all))
	for _, e := range all {
		out = append(out, rule.OwnersError{Line: e.Line, Kind: e.Kind, Message: e.Message})
	}
	return out, err
}
