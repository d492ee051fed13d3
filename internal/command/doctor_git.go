package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/auth"
	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
)

// probeGitWays reads one repository without a clone, as guidelines are read,
// and lists its references with the git program, as transfers go.
func (p *hostProbe) probeGitWays(ctx context.Context) []probed {
	names := []string{"guidelines", "git-access"}
	repo := p.candidate(ctx)
	if repo.IsZero() {
		return probedUntried("no repository there is known to try with", names...)
	}
	site := &contribute.Site{Host: p.conf.Name, BaseURL: p.base(), Token: p.token.Value, KnownLogin: firstOf(p.token.User, p.conf.User, p.viewer.Login)}
	tool, err := p.a.tool()
	if err == nil {
		own := *tool
		own.Sink, own.Secrets = nil, &p.a.redact.secrets
		own.Env = append(slices.Clone(own.Env), auth.GitEnv(p.a.inv.Self, p.conf, auth.GitEnvOptions{Named: p.named, Environ: own.Env})...)
		site.Tool = &own
	}
	return inParallel(
		bounded(func(ctx context.Context) probed { return p.probeGuidelines(ctx, site, repo) }),
		bounded(func(ctx context.Context) probed { return p.probeGitAccess(ctx, site, repo) }),
	)(ctx)
}

// candidate is a repository of the host to try with: the one whose clone this
// is, else one of the configured organisations, else one of the account's.
func (p *hostProbe) candidate(ctx context.Context) forge.RepoName {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	if r, err := git.Open(p.a.inv.Dir); err == nil {
		defer r.Close() //nolint:errcheck // read only
		remotes, _ := r.Remotes(ctx)
		for _, want := range []string{"upstream", "origin"} {
			for _, m := range remotes {
				if name, err := forge.ParseRepo(m.URL, ""); m.Name == want && err == nil && name.Host == p.conf.Name {
					return name
				}
			}
		}
	}
	for _, org := range p.orgs {
		if repos, err := p.client.OrgRepos(ctx, org, 1); err == nil && len(repos) > 0 {
			return repos[0].RepoName
		}
	}
	if p.tokenErr == nil && p.askErr == nil {
		if repos, err := p.client.UserRepos(ctx, 1); err == nil && len(repos) > 0 {
			return repos[0].RepoName
		}
	}
	return forge.RepoName{}
}

// probeGuidelines says which way of reading without a clone answers first.
func (p *hostProbe) probeGuidelines(ctx context.Context, site *contribute.Site, repo forge.RepoName) probed {
	const name = "guidelines"
	reader, err := p.a.reader(site, p.conf, p.live)
	if err != nil {
		return probedBroken(exitUsage, name, p.settingRemedy(), "%s", err)
	}
	start := time.Now()
	took := func() string { return fmt.Sprintf("%d ms for %s", time.Since(start).Milliseconds(), repo.FullName()) }
	_, _, how, gitErr := reader.Tree(ctx, site.CloneURL(repo), "")
	ways := map[string]string{git.HowDirect: "read without a clone, by git's protocol", git.HowTool: "read by the git program, in a temporary folder"}
	switch {
	case gitErr == nil:
		return probedFine(name, "%s (%s)", ways[how], took())
	case errors.Is(gitErr, git.ErrEmpty):
		return probedFine(name, "%s has no commits yet, and says so", repo.FullName())
	}
	_, _, err = p.client.Tree(ctx, repo, "")
	var sso *forge.SSOError
	if errors.As(err, &sso) {
		return p.wantsSignOn(name, repo, sso)
	}
	if err == nil {
		return probedDoubtful(name, "isrc doctor --debug=git", "read by the API (%s), because git cannot: %s", took(), gitErr)
	}
	return probedBroken(p.gitCode(gitErr), name, "isrc doctor --debug=git", "%s", gitErr)
}

// probeGitAccess has the git program ask, with the CA, proxy and credentials
// that isrc hands it.
func (p *hostProbe) probeGitAccess(ctx context.Context, site *contribute.Site, repo forge.RepoName) probed {
	const name = "git-access"
	if site.Tool == nil {
		return probedUntried("there is no git", name)[0]
	}
	start := time.Now()
	refs, err := site.Tool.LsRemote(ctx, p.a.inv.Dir, site.CloneURL(repo), "HEAD", "refs/heads/*")
	if sso := site.SignOn(err); sso != nil {
		return p.wantsSignOn(name, repo, sso)
	}
	if err != nil {
		return probedBroken(p.gitCode(err), name, "git ls-remote "+site.CloneURL(repo), "%s", shortGit(err))
	}
	return probedFine(name, "git lists %s of %s in %d ms", plural(len(refs), "reference"), repo.FullName(), time.Since(start).Milliseconds())
}

// wantsSignOn names the page on which the token is authorised.
func (p *hostProbe) wantsSignOn(name string, repo forge.RepoName, sso *forge.SSOError) probed {
	return probedBroken(exitNotPermitted, name, firstOf(sso.URL, p.base()+"/settings/tokens"), "%s wants single sign-on for this token: authorise it in a browser", repo.Owner)
}

// shortGit is what git says, without what was asked: that stands in the remedy.
func shortGit(err error) string {
	var page *git.PageError
	if errors.As(err, &page) {
		return page.Error()
	}
	var run *git.CommandError
	if errors.As(err, &run) {
		return strings.TrimSpace(run.Error())
	}
	return err.Error()
}

//go:noinline
func (p *hostProbe) gitCode(err error) int {
	if code := p.a.judge(err).code; code != exitFailed {
		return code
	}
	return exitUnavailable
}
