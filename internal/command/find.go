package command

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/config"
	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/insight"
	"github.com/isrc-dev/isrc/internal/term"
)

// found is one row of find's answer.
type found struct {
	repository
	Description   string   `json:"description"`
	Language      string   `json:"language"`
	Topics        []string `json:"topics"`
	Stars         int      `json:"stars"`
	Archived      bool     `json:"archived"`
	Fork          bool     `json:"fork"`
	License       string   `json:"license"`
	PushedAt      *string  `json:"pushedAt"`
	Contributions *string  `json:"contributions"` // pull-requests, issue-first, issues-only
	DecidedHours  *float64 `json:"decidedHours"`  // median from opening to merge or decline
	Decided       *int     `json:"decided"`       // how many that median is of
	Merged        *int     `json:"merged"`        // how many of those were merged
	OpenPulls     *int     `json:"openPulls"`
	Score         float64  `json:"score"`
	Reasons       []string `json:"reasons"`
}

type findOptions struct {
	orgs     []string
	language string
	topic    string
	archived bool
	limit    int
	output   output
}

func newFind(a *app) *cobra.Command {
	o := &findOptions{}
	cmd := &cobra.Command{
		Use:   "find <words>...",
		Short: "Find a repository that does what you need",
		Long: `Find asks the forge for repositories that have all the words in their name,
description, topics or README, and ranks them by where the words stand and how
alive the repository is. Each answer says whether and how its owners take
contributions, and how fast they decide about them.

It looks in the organisations that are configured (isrc config set orgs a,b) or
named with --org; with neither, in everything that your token can see.`,
		Example: `  isrc find token validation
  isrc find ci templates --org platform
  isrc find parser --json fullName,url --jq '.[].url'`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && o.topic == "" {
				return &usageError{err: fmt.Errorf("find what?"), hint: "isrc find token validation"}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.find(cmd.Context(), o, args) },
	}
	f := cmd.Flags()
	f.StringSliceVar(&o.orgs, "org", nil, "look in these `ORGANISATIONS` only")
	f.StringVar(&o.language, "language", "", "only repositories of this programming `LANGUAGE`")
	f.StringVar(&o.topic, "topic", "", "only repositories with this `TOPIC`")
	f.BoolVar(&o.archived, "archived", false, "take archived repositories too")
	f.IntVarP(&o.limit, "limit", "L", 10, "at most `N` repositories")
	addOutput(cmd, &o.output, []found{})
	exits(cmd, exitSignIn, exitUnavailable)
	return cmd
}

func (a *app) find(ctx context.Context, o *findOptions, words []string) error {
	host, err := a.defaultHost()
	if err != nil {
		return err
	}
	site, err := a.site(ctx, host)
	if err != nil {
		return err
	}
	c, err := a.settings()
	if err != nil {
		return err
	}
	q, err := o.query(words)
	if err != nil {
		return err
	}
	orgs := q.Filter("org")
	if configured := orgsOf(c, host); len(orgs) == 0 && len(configured) > 0 {
		if err := q.Add("org", strings.Join(configured, ",")); err != nil {
			return &usageError{err: err}
		}
	}
	where := "everything that your token sees on " + host
	if in := q.Filter("org"); len(in) > 0 {
		where = strings.TrimPrefix(in[0].String(), "org:") + " on " + host
	} else {
		a.say("isrc: no organisations are configured: looking in %s (isrc config set orgs NAME,… narrows it)", where)
	}
	result, err := catalog.Search(ctx, a.clients[host], q, a.inv.Now())
	var needs *catalog.NeedsCatalogError
	if errors.As(err, &needs) {
		return &usageError{err: err, hint: "isrc catalog update"}
	}
	if err != nil {
		return err
	}
	if result.Listed {
		a.say("isrc: %s has no search: looked at the names, descriptions and topics of what it lists, and at no README", host)
	}
	rows := a.describeHits(ctx, site, result.Hits)
	return a.show(&o.output, rows, func(s *term.Streams) error { return showFound(s, rows, result, words, where, a.inv.Now()) })
}

// query is what the words and the flags ask together.
func (o *findOptions) query(words []string) (catalog.Query, error) {
	q, err := catalog.ParseQuery(words)
	if err != nil {
		return q, &usageError{err: err, hint: "isrc help queries"}
	}
	q.Limit = max(o.limit, 1)
	flags := map[string]string{"org": strings.Join(o.orgs, ","), "language": o.language, "topic": o.topic}
	if o.archived {
		flags["archived"] = "also"
	}
	for _, row := range catalog.Qualifiers() {
		if value := flags[row.Name]; value != "" {
			if err := q.Add(row.Name, value); err != nil {
				return q, &usageError{err: err, hint: "isrc help queries"}
			}
		}
	}
	return q, nil
}

// describeHits adds what a contributor asks next: do they take contributions,
// and how fast do they decide? What cannot be looked up stays unknown.
func (a *app) describeHits(ctx context.Context, site *contribute.Site, hits []catalog.Hit) []found {
	rows := make([]found, len(hits))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(6)
	for i, h := range hits {
		rows[i] = found{
			repository: repositoryOf(h.RepoName(), h.URL), Description: h.Description, Language: h.Language, Topics: nonNil(h.Topics), Stars: h.Stars,
			Archived: h.Archived, Fork: h.Fork, License: h.License, PushedAt: moment(h.PushedAt), Score: h.Score, Reasons: nonNil(h.Whys()),
		}
		if i >= 10 || h.Archived {
			continue // further rows cost more than they tell
		}
		g.Go(func() error {
			if set, err := guideline.Read(gctx, guideline.Query{Repo: h.RepoName(), Web: site.BaseURL, Base: h.DefaultBranch, Orgless: true}, site.TreesOf(*h.Forge), nil); err == nil {
				if mode, _ := set.TakesContributions(); mode != guideline.TakesUnknown {
					rows[i].Contributions = &mode
				}
			}
			return nil
		})
		g.Go(func() error {
			pulls, err := site.Forge.Pulls(gctx, h.RepoName(), forge.PullQuery{State: "all", Sort: "created", Direction: "desc", Limit: 30})
			if err != nil {
				return nil //nolint:nilerr // unknown, and shown as such
			}
			rows[i].decide(pulls, a.inv.Now())
			return nil
		})
	}
	_ = g.Wait() // nothing above fails: a row without figures is still an answer
	return rows
}

func (r *found) decide(pulls []forge.Pull, now time.Time) {
	var all []insight.Contribution
	open, merged := 0, 0
	for _, p := range pulls {
		if p.State == forge.PullMerged {
			merged++
		}
		all = append(all, insight.FromPull(p, nil, nil))
		if p.State == forge.PullOpen {
			open++
		}
	}
	figures := insight.Summarize(all, now)
	r.OpenPulls, r.Decided, r.Merged = &open, &figures.Ended, &merged
	if figures.Decided != nil {
		h := figures.Decided.Hours()
		r.DecidedHours = &h
	}
}

func nonNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func showFound(s *term.Streams, rows []found, result *catalog.Found, words []string, where string, now time.Time) error {
	if len(rows) == 0 {
		fmt.Fprintf(s.Err, "Nothing found for %q.\n  Searched: name, description, topics and README in %s.\n  Not searched: code, issues, archived repositories, other hosts.\n", term.Line(strings.Join(words, " ")), term.Line(where))
		return nil
	}
	if !s.OutTTY {
		t := s.NewTable(-1)
		for _, r := range rows {
			t.Row(term.Cell{Text: r.FullName}, term.Cell{Text: r.Language}, term.Cell{Text: r.Description}, term.Cell{Text: accepts(r)}, term.Cell{Text: decides(r)}, term.Cell{Text: r.URL})
		}
		return t.Write(s.Out)
	}
	name, lang := 0, 0
	for _, r := range rows {
		name, lang = max(name, term.Columns(r.FullName)), max(lang, term.Columns(r.Language))
	}
	name = min(name, s.Width/2)
	for _, r := range rows {
		full := term.Truncate(term.Line(r.FullName), name, s.Ellipsis())
		head := "  " + s.Paint(term.Strong, full) + pad(name-term.Columns(full)+2) + term.Line(r.Language) + pad(lang-term.Columns(r.Language)+2)
		room := s.Width - 2 - name - 2 - lang - 2
		lines := term.Wrap(term.Line(r.Description), max(room, 16))
		for i, l := range lines {
			if i == 2 {
				break
			}
			if i > 0 {
				head = pad(name + lang + 6)
			}
			fmt.Fprintln(s.Out, strings.TrimRight(head+mark(s, l, words), " "))
		}
		if len(lines) == 0 {
			fmt.Fprintln(s.Out, strings.TrimRight(head, " "))
		}
		facts := []string{accepts(r)}
		if r.Archived {
			facts = []string{"archived"}
		}
		if d := decides(r); d != "" {
			facts = append(facts, d)
		}
		if p := pushed(r, now); p != "" {
			facts = append(facts, p)
		}
		fmt.Fprintln(s.Out, "    "+s.Paint(term.Dim, term.Truncate(strings.Join(facts, " "+s.Sym(term.SymDot)+" "), s.Width-5, s.Ellipsis())))
	}
	foot := fmt.Sprintf("%d of %d", len(rows), max(result.Total, len(rows)))
	if result.Widened != nil {
		foot += ", none with all words"
	}
	for _, l := range joinFacts([]string{foot + " in " + term.Line(where), "isrc show " + rows[0].FullName}, " "+s.Sym(term.SymDot)+" ", s.Width) {
		fmt.Fprintln(s.Out, l)
	}
	return nil
}

func pad(n int) string { return strings.Repeat(" ", max(n, 0)) }

// accepts says how contributions are taken, or, where nobody says it, what came
// of those that there were.
func accepts(r found) string {
	if r.Contributions == nil && r.Merged != nil && *r.Merged > 0 {
		return fmt.Sprintf("merged %d of %s", *r.Merged, plural(*r.Decided, "pull request"))
	}
	return takes(r.Contributions)
}

// takes says how contributions are taken.
func takes(mode *string) string {
	if mode == nil {
		return "contributions: not stated"
	}
	switch *mode {
	case guideline.TakesPullRequests:
		return "takes pull requests"
	case guideline.TakesIssueFirst:
		return "takes pull requests after an issue"
	case guideline.TakesIssuesOnly:
		return "issues only"
	}
	return "contributions: " + *mode
}

func decides(r found) string {
	if r.DecidedHours == nil || r.Decided == nil {
		return ""
	}
	return fmt.Sprintf("decides in ~%s (median of %d)", span(time.Duration(*r.DecidedHours*float64(time.Hour))), *r.Decided)
}

func pushed(r found, now time.Time) string {
	if r.PushedAt == nil {
		return ""
	}
	t, err := time.Parse(time.RFC3339, *r.PushedAt)
	if err != nil {
		return ""
	}
	return "last push " + ago(now.Sub(t))
}

// mark sets the words that were looked for apart.
func mark(s *term.Streams, line string, words []string) string {
	if !s.Color {
		return line
	}
	for _, w := range words {
		if len(w) < 2 {
			continue
		}
		if i := strings.Index(strings.ToLower(line), strings.ToLower(w)); i >= 0 && i+len(w) <= len(line) {
			line = line[:i] + s.Paint(term.Strong, line[i:i+len(w)]) + line[i+len(w):]
		}
	}
	return line
}

// orgsOf are the organisations to look in on a host.
func orgsOf(c *config.Config, host string) []string {
	if orgs := c.HostFor(host).Orgs; len(orgs) > 0 {
		return orgs
	}
	return c.Orgs
}
