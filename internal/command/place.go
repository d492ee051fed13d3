package command

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/term"
	"github.com/isrc-dev/isrc/internal/workflow"
)

//go:noinline
func isBare(err error) bool { return errors.Is(err, forge.ErrBareName) }

func asError[T error](err error, into *T) bool { return errors.As(err, into) }

// place finds where the clone here stands.
func (a *app) place(ctx context.Context, o placeOptions) (*contribute.Place, *git.Tool, error) {
	host, err := a.defaultHost()
	if err != nil {
		return nil, nil, err
	}
	tool, err := a.tool()
	if err != nil && !errors.Is(err, git.ErrNoGit) {
		return nil, nil, err
	}
	if o.local {
		tool = nil // a folder that was unpacked may tell git to run anything
	}
	p, err := contribute.Finder{Dir: a.inv.Dir, Runs: a.runsDir(), Getenv: a.inv.Getenv, Host: host, Repo: o.repo, Base: o.base, Tool: tool}.Find(ctx)
	if errors.Is(err, git.ErrNotARepo) {
		return nil, nil, a.noClone(err)
	}
	return p, tool, err
}

// noClone says that there is no clone here, and where the user's clones are.
func (a *app) noClone(err error) error {
	runs, _, listErr := workflow.List(a.runsDir())
	if listErr != nil {
		return err
	}
	var dirs []string
	for _, st := range runs {
		if st.Ended == "" && st.Clone != "" && len(dirs) < 5 {
			dirs = append(dirs, "cd "+shellWord(st.Clone)+"   # "+st.Branch+" for "+term.Line(st.Upstream))
		}
	}
	hint := "isrc contribute OWNER/NAME makes a clone"
	if len(dirs) > 0 {
		hint = strings.Join(dirs, "\n")
	}
	return &contribute.HintError{Err: fault.Errorf("%s is not in a clone: %w", a.inv.Dir, git.ErrNotARepo), Hint: hint}
}

// bareRepository resolves a name without an owner in the configured
// organisations.
func (a *app) bareRepository(ctx context.Context, name, host string) (forge.RepoName, *contribute.Site, error) {
	c, err := a.settings()
	if err != nil {
		return forge.RepoName{}, nil, err
	}
	if _, err := a.site(ctx, host); err != nil {
		return forge.RepoName{}, nil, err
	}
	orgs := orgsOf(c, host)
	query := name + " in:name"
	for _, o := range orgs {
		query += " org:" + o
	}
	hits, err := a.clients[host].SearchRepos(ctx, query, 30)
	if err != nil {
		return forge.RepoName{}, nil, fault.Errorf("look for a repository named %s: %w", name, err)
	}
	var same, near []string
	var one forge.RepoName
	for _, h := range hits.Repos {
		if strings.EqualFold(h.Name, name) && !h.Fork {
			same, one = append(same, h.FullName()), h.RepoName
		} else if !h.Fork && len(near) < 5 {
			near = append(near, h.FullName())
		}
	}
	switch {
	case len(same) == 1:
		site, err := a.siteOf(ctx, one)
		return one, site, err
	case len(same) > 1:
		return forge.RepoName{}, nil, &usageError{err: fault.Errorf("%s is the name of %d repositories", name, len(same)), hint: "one of: " + strings.Join(same, ", ")}
	case len(near) > 0:
		return forge.RepoName{}, nil, &exitError{code: exitNotFound, err: fault.Errorf("no repository is called %s", term.Line(name)), hint: "near: " + strings.Join(near, ", ")}
	}
	hint := "isrc find " + shellWord(name)
	if near := a.nearest(forge.RepoName{Host: host, Name: name}); near != "" {
		hint = near + "\n" + hint
	}
	return forge.RepoName{}, nil, &exitError{code: exitNotFound, err: fault.Errorf("no repository is called %s", term.Line(name)), hint: hint}
}

// browse opens a page; where that cannot work, its address is the answer.
func (a *app) browse(page string) error {
	c, err := a.settings()
	if err != nil {
		return err
	}
	program := firstOf(c.Browser, a.inv.Getenv("BROWSER"))
	if !a.io.OutTTY && program == "" {
		_, err := fmt.Fprintln(a.io.Out, page)
		return err
	}
	if err := a.inv.Streams.Browse(program, page); err != nil {
		a.say("isrc: no browser could be started: %s", term.Line(err.Error()))
		_, err := fmt.Fprintln(a.io.Out, page)
		return err
	}
	return nil
}
