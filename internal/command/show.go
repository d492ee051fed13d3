package command

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/insight"
	"github.com/isrc-dev/isrc/internal/rule"
	"github.com/isrc-dev/isrc/internal/term"
)

// card is what show answers: a repository as a contributor sees it.
type card struct {
	repository
	Description   string        `json:"description"`
	Language      string        `json:"language"`
	License       string        `json:"license"`
	Topics        []string      `json:"topics"`
	Archived      bool          `json:"archived"`
	Fork          bool          `json:"fork"`
	Parent        *string       `json:"parent"`
	DefaultBranch string        `json:"defaultBranch"`
	Owner         *quoted       `json:"ownerTeam"`
	Reviewers     []string      `json:"reviewers"`
	Channel       *quoted       `json:"channel"`
	Release       *release      `json:"release"`
	Contributions string        `json:"contributions"`
	SaidBy        *quote        `json:"contributionsSaid"`
	Access        *string       `json:"access"` // branch, fork or none
	Requirements  []requirement `json:"requirements"`
	Commands      []commandLine `json:"commands"`
	Answers       *answers      `json:"answers"`
	Similar       []issueLine   `json:"similar"`
	HelpWanted    []issueLine   `json:"helpWanted"`
	Figures       *figures      `json:"figures"` // null where the catalog has none and --explain was not given
	Unread        []unread      `json:"unread"`
	Commit        string        `json:"guidelinesCommit"`
}

type quoted struct {
	Value string `json:"value"`
	Said  *quote `json:"said"`
}

// quote is a place where somebody says something, and the words.
type quote struct {
	Path   string  `json:"path"`
	Line   int     `json:"line"`
	Column int     `json:"column"`
	Text   string  `json:"text"`
	Commit string  `json:"commit"`
	URL    *string `json:"url"`
	Kind   string  `json:"kind"`
}

// MarshalJSON writes what is not known as null: a setting of a forge has no
// line, and nothing but a file has a commit.
func (q quote) MarshalJSON() ([]byte, error) {
	type plain quote
	out := struct {
		plain
		Line   *int    `json:"line"`
		Column *int    `json:"column"`
		Commit *string `json:"commit"`
	}{plain: plain(q), Commit: orNull(q.Commit)}
	if q.Line > 0 {
		out.Line = &q.Line
	}
	if q.Column > 0 {
		out.Column = &q.Column
	}
	return json.Marshal(out)
}

type release struct {
	Tag       string  `json:"tag"`
	URL       string  `json:"url"`
	Published *string `json:"publishedAt"`
}

type requirement struct {
	Rule     string  `json:"rule"`
	Strength string  `json:"strength"`
	Text     string  `json:"text"`
	Enforcer *string `json:"enforcer"`
	Blocking bool    `json:"blocking"`
	Said     []quote `json:"said"`
}

type commandLine struct {
	Purpose string `json:"purpose"`
	Command string `json:"command"`
	Said    quote  `json:"said"`
}

type answers struct {
	MedianHours  *float64 `json:"medianHours"`
	Answered     int      `json:"answered"`
	Waiting      int      `json:"waiting"`
	OldestHours  *float64 `json:"oldestHours"`
	DecidedHours *float64 `json:"decidedHours"`
	Ended        int      `json:"ended"`
}

type issueLine struct {
	Number    int      `json:"number"`
	Title     string   `json:"title"`
	URL       string   `json:"url"`
	Author    string   `json:"author"`
	Draft     bool     `json:"draft"`
	Labels    []string `json:"labels"`
	CreatedAt *string  `json:"createdAt"`
}

type unread struct {
	What string  `json:"what"`
	Why  string  `json:"why"`
	URL  *string `json:"url"`
}

type showOptions struct {
	web     bool
	explain bool
	base    string
	output  output
}

func newShow(a *app) *cobra.Command {
	o := &showOptions{}
	cmd := &cobra.Command{
		Use:   "show <repo>",
		Short: "See what a repository is and what its owners ask",
		Long: `Show prints a repository's contribution card: what it is and whose, what is
asked of contributors with the words and the place, how to build and test, how
fast its owners answer, what similar work is open and which issues welcome help.
With --explain it adds the terms of the activity score and the points of the
readiness by which find ranks, each with what was seen and where.`,
		Example: `  isrc show identity/auth-lib
  isrc show https://github.com/cli/cli
  isrc show auth-lib --explain
  isrc show identity/auth-lib --json requirements --jq '.requirements[].text'`,
		Args:              exactArgs(1, "a repository"),
		ValidArgsFunction: a.completeRepos,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.showRepo(cmd.Context(), o, args[0]) },
	}
	cmd.Flags().BoolVarP(&o.web, "web", "w", false, "open the repository's page in the browser instead")
	cmd.Flags().StringVar(&o.base, "base", "", "the `BRANCH` that a change would go to")
	cmd.Flags().BoolVar(&o.explain, "explain", false, "show how active and how ready for contributions it is, and by what")
	addOutput(cmd, &o.output, card{})
	exits(cmd, exitSignIn, exitNotPermitted, exitNotFound, exitUnavailable)
	return cmd
}

func (a *app) showRepo(ctx context.Context, o *showOptions, arg string) error {
	name, site, err := a.repository(ctx, arg)
	if err != nil {
		return err
	}
	if o.web {
		return a.browse(site.WebURL(name))
	}
	c, err := a.readCard(ctx, site, name, o)
	if err != nil {
		return err
	}
	return a.show(&o.output, c, func(s *term.Streams) error { return showCard(s, c, a.typed(c.repository), o.explain, a.inv.Now()) })
}

// readCard looks everything up in parallel. Only the repository itself must be
// found: all else is unknown where it cannot be read.
func (a *app) readCard(ctx context.Context, site *contribute.Site, name forge.RepoName, o *showOptions) (*card, error) {
	client := a.clients[name.Host]
	repo, err := site.Forge.Repo(ctx, name)
	if err != nil {
		return nil, fault.Errorf("look up %s: %w", name.FullName(), err)
	}
	c, base := cardOf(repo), o.base
	if base == "" {
		base = repo.DefaultBranch
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	var mu sync.Mutex // of c.Unread, to which several add
	note := func(what string, err error) {
		if err != nil && !errors.Is(err, context.Canceled) {
			mu.Lock()
			defer mu.Unlock()
			c.addUnread(what, err.Error())
		}
	}
	g.Go(func() error {
		set, err := guideline.Read(gctx, guideline.Query{Repo: repo.RepoName, Web: site.BaseURL, Ref: base, Base: base}, site.TreesOf(repo), site.Forge)
		if err != nil {
			return fault.Errorf("read the guidelines of %s: %w", name.FullName(), err)
		}
		if set.History, err = site.History(gctx, repo, base); err != nil {
			note("merged history", err)
		}
		mu.Lock()
		defer mu.Unlock()
		c.guidelines(set)
		return nil
	})
	g.Go(func() error {
		r, err := client.LatestRelease(gctx, repo.RepoName)
		if err == nil {
			c.Release = &release{Tag: r.Tag, URL: r.URL, Published: moment(r.Published)}
			return nil
		}
		var none *forge.NotFoundError
		if !errors.As(err, &none) {
			note("releases", err)
		}
		return nil
	})
	g.Go(func() error { note("answer times", a.readAnswers(gctx, client, repo, c)); return nil })
	g.Go(func() error { note("figures", a.readFigures(gctx, client, repo, c, o.explain)); return nil })
	g.Go(func() error { note("issues", readHelpWanted(gctx, client, repo, c)); return nil })
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return c, nil
}

func cardOf(r forge.Repo) *card {
	c := &card{
		repository: repositoryOf(r.RepoName, r.HTMLURL), Description: r.Description, Language: r.Language, License: r.License, Topics: nonNil(r.Topics),
		Archived: r.Archived, Fork: r.Fork, DefaultBranch: r.DefaultBranch, Reviewers: []string{}, Requirements: []requirement{}, Commands: []commandLine{}, Similar: []issueLine{}, HelpWanted: []issueLine{}, Unread: []unread{},
	}
	if r.Parent != nil {
		full := r.Parent.FullName()
		c.Parent = &full
	}
	if r.Access != nil {
		way := "fork"
		switch {
		case r.Archived:
			way = "none"
		case r.Access.Push:
			way = "branch"
		case r.AllowForking != nil && !*r.AllowForking:
			way = "none"
		}
		c.Access = &way
	}
	return c
}

func (c *card) addUnread(what, why string) { c.Unread = append(c.Unread, unread{What: what, Why: why}) }

func (c *card) guidelines(set *guideline.Set) {
	c.Commit = set.Commit
	mode, said := set.TakesContributions()
	c.Contributions = mode
	c.SaidBy = quoteOf(said)
	if owner, said, ok := set.Owner(); ok {
		c.Owner = &quoted{Value: owner, Said: quoteOf(said)}
	}
	if channel, said, ok := set.Channel(); ok {
		c.Channel = &quoted{Value: channel, Said: quoteOf(said)}
	}
	if set.Owners != nil {
		c.Reviewers = ownersOfAll(set.Owners)
	}
	c.Requirements = requirementsOf(set, rule.Derive(set))
	for _, cmd := range set.Commands() {
		c.Commands = append(c.Commands, commandLine{Purpose: cmd.Purpose, Command: cmd.Text, Said: *quoteOf(cmd.Said)})
	}
	for _, u := range set.Unread {
		c.Unread = append(c.Unread, unread{What: u.What, Why: u.Why, URL: orNull(u.URL)})
	}
}

func ownersOfAll(o *guideline.Owners) []string {
	r, _ := o.Everything()
	return nonNil(r.Owners)
}

// requirementsOf describes requirements that were read out of a set; without it
// no quotation has a column.
func requirementsOf(set *guideline.Set, all []rule.Requirement) []requirement {
	out := make([]requirement, 0, len(all))
	for _, q := range all {
		r := requirement{Rule: q.Rule.ID, Strength: string(q.Strength), Text: q.Text, Blocking: q.Enforcer.Blocking, Said: []quote{}}
		if q.Enforcer.Name != "" {
			name := q.Enforcer.Name
			r.Enforcer = &name
		}
		for _, s := range q.Said {
			if one := quoteOf(s); one != nil {
				one.Column = set.Column(s)
				r.Said = append(r.Said, *one)
			}
		}
		out = append(out, r)
	}
	return out
}

//go:noinline
func quoteOf(q guideline.Quote) *quote {
	if q.Source == nil {
		return nil
	}
	out := &quote{Path: q.Source.Path, Line: q.Line, Text: q.Text, Commit: q.Source.Commit, Kind: q.Source.Kind}
	if q.Source.URL != "" {
		out.URL = &q.Source.URL
	}
	return out
}

// readAnswers computes how fast the owners answer from the last pull requests,
// their reviews and comments.
func (a *app) readAnswers(ctx context.Context, client forgeClient, repo forge.Repo, c *card) error {
	pulls, err := client.Pulls(ctx, repo.RepoName, forge.PullQuery{State: "all", Sort: "created", Direction: "desc", Limit: 20})
	if err != nil {
		return err
	}
	for _, p := range pulls {
		if p.State == forge.PullOpen && len(c.Similar) < 5 {
			c.Similar = append(c.Similar, issueLine{Number: p.Number, Title: p.Title, URL: p.URL, Author: p.Author.Login, Draft: p.Draft, Labels: nonNil(p.Labels), CreatedAt: moment(p.CreatedAt)})
		}
	}
	all := make([]insight.Contribution, len(pulls))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(6)
	for i, p := range pulls {
		g.Go(func() error {
			reviews, err := client.Reviews(gctx, repo.RepoName, p.Number)
			if err != nil {
				return err
			}
			comments, err := client.Comments(gctx, repo.RepoName, p.Number)
			all[i] = insight.FromPull(p, reviews, comments)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	f := insight.Summarize(all, a.inv.Now())
	c.Answers = &answers{MedianHours: hours(f.Median), Answered: f.Answered, Waiting: f.Waiting, OldestHours: hours(f.Oldest), DecidedHours: hours(f.Decided), Ended: f.Ended}
	return nil
}

func hours(d *time.Duration) *float64 {
	if d == nil {
		return nil
	}
	h := d.Hours()
	return &h
}

func readHelpWanted(ctx context.Context, client forgeClient, repo forge.Repo, c *card) error {
	issues, err := client.Issues(ctx, repo.RepoName, forge.IssueQuery{State: "open", Limit: 100})
	if err != nil {
		return err
	}
	for _, i := range issues {
		if i.IsPull || !welcomesHelp(i.Labels) || len(c.HelpWanted) == 5 {
			continue
		}
		c.HelpWanted = append(c.HelpWanted, issueLine{Number: i.Number, Title: i.Title, URL: i.URL, Author: i.Author.Login, Labels: nonNil(i.Labels), CreatedAt: moment(i.CreatedAt)})
	}
	return nil
}

func welcomesHelp(labels []string) bool {
	for _, l := range labels {
		switch strings.ReplaceAll(strings.ToLower(l), "-", " ") {
		case "help wanted", "good first issue", "up for grabs", "contributions welcome":
			return true
		}
	}
	return false
}
