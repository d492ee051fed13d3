package github

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	gh "github.com/google/go-github/v66/github"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/order"
)

// ProfileREST completes a profile from ProfilesREST by some ten requests, of
// which those that are answered as before cost nothing of the rate. What the
// host does not offer stays unknown.
func (c *Client) ProfileREST(ctx context.Context, p forge.Profile, o forge.ProfileOptions) (forge.Profile, error) {
	for _, part := range []struct {
		name string
		read func(context.Context, *forge.Profile, forge.ProfileOptions) error
	}{
		{"repository", c.restRepo}, {"files", c.restFiles}, {"languages", c.restLanguages}, {"release", c.restRelease},
		{"commits", c.restCommits}, {"pull requests", c.restPulls}, {"issues", c.restIssues},
	} {
		err := part.read(ctx, &p, o)
		switch {
		case err == nil:
		case part.name == "repository" && lacking(err):
			return p, err // it is gone, or was never there
		case hidden(err):
			p.Incomplete = append(p.Incomplete, part.name+": "+err.Error())
		default:
			return p, err
		}
	}
	return p, nil
}

// restRepo reads what a list leaves out: who watches, and where a fork is from.
func (c *Client) restRepo(ctx context.Context, p *forge.Profile, _ forge.ProfileOptions) error {
	var w gh.Repository
	if _, err := c.do(ctx, get(repoNoun(p.RepoName), "repos/%s/%s", p.Owner, p.Name), &w); err != nil {
		return err
	}
	full, ok := c.profileOf(&w)
	if !ok {
		return c.unavailable(fault.Errorf("its answer about %s names no repository", repoNoun(p.RepoName)))
	}
	c.know(p.RepoName)
	*p = full
	return nil
}

func (c *Client) restLanguages(ctx context.Context, p *forge.Profile, _ forge.ProfileOptions) error {
	sizes := map[string]json.Number{}
	if _, err := c.do(ctx, get("languages of "+p.FullName(), "repos/%s/%s/languages", p.Owner, p.Name), &sizes); err != nil {
		return err
	}
	p.Languages = nil
	for name, size := range sizes {
		if n, err := strconv.Atoi(size.String()); err == nil && n >= 0 && name != "" {
			p.Languages = append(p.Languages, forge.LanguageSize{Name: name, Bytes: n})
		}
	}
	order.By(p.Languages, func(a, b forge.LanguageSize) int {
		if a.Bytes != b.Bytes {
			return b.Bytes - a.Bytes
		}
		return strings.Compare(a.Name, b.Name)
	})
	p.Languages = p.Languages[:min(len(p.Languages), 5)]
	return nil
}

func (c *Client) restRelease(ctx context.Context, p *forge.Profile, _ forge.ProfileOptions) error {
	r, err := c.LatestRelease(ctx, p.RepoName)
	switch {
	case lacking(err): // none, or nothing that is called so
		return nil
	case err != nil:
		return err
	}
	p.Release = &r
	return nil
}

// restIssues reads the open issues with one of the labels. GitHub's list takes
// several labels to mean all of them, so a short list is read whole and a long
// one by each label that the repository has.
func (c *Client) restIssues(ctx context.Context, p *forge.Profile, o forge.ProfileOptions) error {
	p.HelpWanted = nil
	if p.OpenIssues == 0 || !p.HasIssues {
		return nil
	}
	labels := o.Labels
	if p.OpenIssues <= perPage {
		all, err := c.Issues(ctx, p.RepoName, IssueQuery{State: "open"})
		p.HelpWanted = withLabel(nil, all, labels)
		return err
	}
	k := get("labels of "+p.FullName(), "repos/%s/%s/labels", p.Owner, p.Name)
	has, _, err := list[*gh.Label](ctx, c, k, "", 300)
	if err != nil {
		return err
	}
	for _, l := range has {
		if !anyLabel(labels, l.GetName()) {
			continue
		}
		all, err := c.Issues(ctx, p.RepoName, IssueQuery{State: "open", Labels: []string{l.GetName()}, Limit: maxProfileIssues})
		if err != nil {
			return err
		}
		p.HelpWanted = withLabel(p.HelpWanted, all, labels)
	}
	return nil
}

// withLabel adds to some issues those of others that have one of the labels.
func withLabel(to, all []forge.Issue, labels []string) []forge.Issue {
	for _, i := range all {
		wanted := slices.ContainsFunc(i.Labels, func(has string) bool { return anyLabel(labels, has) })
		known := slices.ContainsFunc(to, func(o forge.Issue) bool { return o.Number == i.Number })
		if wanted && !known && len(to) < maxProfileIssues {
			i.Body = cut(i.Body, maxIssueBody)
			to = append(to, i)
		}
	}
	return to
}

// anyLabel tells whether a label is one of those that were asked for, or asks for
// help where none were.
func anyLabel(labels []string, has string) bool {
	if labels == nil {
		asks, _ := forge.AsksForHelp(has)
		return asks
	}
	return slices.ContainsFunc(labels, func(l string) bool { return forge.SameLabel(has, l) })
}
