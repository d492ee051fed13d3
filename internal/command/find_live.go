package command

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/config"
	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/insight"
)

// findLive asks the forge's own search.
func (a *app) findLive(ctx context.Context, o *findOptions, q catalog.Query) error {
	host, q, err := a.liveHost(q)
	if err != nil {
		return err
	}
	typed := q.String()
	site, err := a.site(ctx, host)
	if err != nil {
		return err
	}
	c, err := a.settings()
	if err != nil {
		return err
	}
	if configured := orgsOf(c, host); len(q.Filter("org")) == 0 && len(configured) > 0 {
		if err := q.Add("org", strings.Join(configured, ",")); err != nil {
			return &usageError{err: err}
		}
	}
	where := "everything that your token sees on " + host
	if in := q.Filter("org"); len(in) > 0 {
		where = strings.ReplaceAll(strings.TrimPrefix(in[0].String(), "org:"), ",", ", ") + " on " + host
		if n := len(in[0].Any); n > 5 {
			where = fmt.Sprintf("%d organisations on %s", n, host)
		}
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
	a.sayCut(host, result)
	result.Asked = typed // what was made of it is the forge's language
	rows := a.describeHits(ctx, site, result.Hits)
	ofAll(rows, result)
	if o.pick && len(rows) > 0 {
		return a.pick(ctx, rows)
	}
	screen := findScreen{rows: rows, hits: result.Hits, result: result, where: where, live: true, explain: o.explain, now: a.inv.Now(), typed: a.typed}
	return a.show(&o.output, rows, screen.write)
}

// mostTold is how many repositories a forge's search tells at most.
const mostTold = 1000

// sayCut says what a forge did not tell, and how to go on.
func (a *app) sayCut(host string, r *catalog.Found) {
	const narrow = "narrow it by more words, org:, topic: or language:"
	if r.GaveUp {
		a.say("isrc: %s gave up before it had searched everything: there may be more; ask again, or %s", host, narrow)
	}
	if !r.Listed && r.Total > mostTold {
		a.say("isrc: %s repositories match, and a search of %s ends at %s: %s; isrc catalog update fetches a catalog, which has all", thousands(r.Total), host, thousands(mostTold), narrow)
	}
}

// ofAll tells each row how many there are in all.
func ofAll(rows []found, r *catalog.Found) {
	for i := range rows {
		rows[i].Matches, rows[i].Complete = r.Total, !r.Cut && !r.GaveUp
	}
}

// liveHost is the forge that is asked: the one that a filter names, else the
// usual one.
func (a *app) liveHost(q catalog.Query) (string, catalog.Query, error) {
	host, err := a.defaultHost()
	filters := q.Filters
	q.Filters = nil
	for _, f := range filters {
		if f.Name != "host" {
			q.Filters = append(q.Filters, f)
			continue
		}
		named, wrong := forge.ParseRepo(f.Any[0].Text+"/owner/name", host)
		if wrong != nil || f.Not || len(f.Any) > 1 || a.flags.host != "" && named.Host != host {
			return "", q, &usageError{err: fault.Errorf("%s: one forge is asked at a time", f), hint: "isrc find --host " + shellWord(f.Any[0].Text)}
		}
		host = named.Host
	}
	return host, q, err
}

// describeHits adds what a contributor asks next: do they take contributions,
// and how fast do they decide? What cannot be looked up stays unknown.
func (a *app) describeHits(ctx context.Context, site *contribute.Site, hits []catalog.Hit) []found {
	rows := rowsOf(hits)
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(6)
	for i, h := range hits {
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
	r.DecidedHours = hours(figures.Decided)
}

// orgsOf are the organisations to look in on a host.
//
//go:noinline
func orgsOf(c *config.Config, host string) []string {
	if orgs := c.HostFor(host).Orgs; len(orgs) > 0 {
		return orgs
	}
	return c.Orgs
}
