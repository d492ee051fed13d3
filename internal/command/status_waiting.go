package command

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/insight"
	"github.com/isrc-dev/isrc/internal/manifest"
	"github.com/isrc-dev/isrc/internal/order"
)

const (
	// waitingRead is how many open pull requests a search is read for.
	waitingRead = 300
	// searchBound is how many hits GitHub's search gives, whatever it counts.
	searchBound = 1000
)

// waitingOnMe lists what waits for the reader's answer as owner or reviewer.
func (a *app) waitingOnMe(ctx context.Context, o *statusOptions, args []string) (*statusView, error) {
	v := &statusView{rows: []standing{}}
	askers, err := a.waitingAskers(ctx, v, args)
	if err != nil {
		return nil, err
	}
	err = a.askAll(ctx, v, askers, func(ctx context.Context, w *asker) ([]standing, []string, error) { return a.waitingOn(ctx, w) })
	order.StableBy(v.rows, func(x, y standing) int { return strings.Compare(textOf(x.Created), textOf(y.Created)) })
	if n := len(v.rows) - o.limit; n > 0 {
		v.notes = append(v.notes, fmt.Sprintf("%d more wait, younger than these: --limit %d shows all", n, len(v.rows)))
		v.rows = v.rows[:o.limit]
	}
	if o.check && ctx.Err() == nil {
		a.judgeWaiting(ctx, v)
	}
	return v, err
}

// waitingAskers are the accounts that are for the named repositories, or all of
// mine on the default host and on those whose organisations are configured.
func (a *app) waitingAskers(ctx context.Context, v *statusView, args []string) ([]*asker, error) {
	var names []forge.RepoName
	for _, arg := range args {
		name, _, err := a.repository(ctx, arg)
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	if len(names) > 0 {
		return a.askersFor(names)
	}
	host, err := a.defaultHost()
	if err != nil {
		return nil, err
	}
	c, err := a.settings()
	if err != nil {
		return nil, err
	}
	hosts := []string{host}
	for name, h := range c.Hosts {
		if len(h.Orgs) > 0 && name != host {
			hosts = append(hosts, name)
		}
	}
	slices.Sort(hosts)
	var askers []*asker
	for _, h := range hosts {
		of, notes, err := a.askersOn(ctx, h)
		if err != nil {
			return nil, err
		}
		askers, v.notes = append(askers, of...), append(v.notes, notes...)
	}
	return askers, nil
}

// orgsAsked are the organisations that an account is asked about: those that are
// configured for the host, unless another account is for them, or its own.
func (w *asker) orgsAsked(configured []string) []string {
	if w.login != "" {
		return w.orgs
	}
	return slices.DeleteFunc(slices.Clone(configured), func(o string) bool { return w.only[strings.ToLower(o)] })
}

// waitingOn asks one forge as one account.
func (a *app) waitingOn(ctx context.Context, w *asker) ([]standing, []string, error) {
	host, repos := w.host, w.repos
	site, err := a.siteAs(ctx, w)
	if err != nil {
		return nil, nil, err
	}
	login, err := site.Person(ctx, "asking what waits for oneself")
	if err != nil {
		return nil, nil, err
	}
	c, err := a.settings()
	if err != nil {
		return nil, nil, err
	}
	orgs := w.orgsAsked(orgsOf(c, host))
	q := forge.FollowQuery{Searches: waitingSearches(login, repos, orgs), Limit: waitingRead, Owning: true}
	client := clientOf(site)
	found, err := client.Follow(ctx, q)
	if err != nil {
		return nil, nil, fault.Errorf("look for what waits for you: %w", err)
	}
	var notes []string
	for i, total := range found.Totals {
		switch {
		case total > searchBound:
			notes = append(notes, fmt.Sprintf("%s counts %d open pull requests and lists %d of them at most: name the repositories (%s)", host, total, searchBound, q.Searches[i]))
		case total > waitingRead:
			notes = append(notes, fmt.Sprintf("of %d open pull requests on %s the oldest %d were looked at: name the repositories", total, host, waitingRead))
		}
	}
	if len(repos)+len(orgs) == 0 {
		notes = append(notes, fmt.Sprintf("on %s only reviews that you are asked for were looked for; name the repositories that you own, or your organisations: isrc config set orgs NAME,…", host))
	}
	me := &owner{login: login, host: host, requested: len(repos) == 0, teams: a.teamsOf(ctx, client, found.Pulls)}
	var rows []standing
	authors := 0
	for _, f := range found.Pulls {
		roles := me.roles(f)
		if f.Err == nil && (len(roles) == 0 || strings.EqualFold(f.Author.Login, login) || f.State != forge.PullOpen) {
			continue
		}
		r := a.standingOf(f, nil, "")
		if f.Err == nil && !answerable(f, &r, roles) {
			authors++
			continue
		}
		me.describe(f, &r, roles)
		rows = append(rows, r)
	}
	if authors > 0 {
		notes = append(notes, pluralOf(authors, "more waits for its author", "more wait for their authors"))
	}
	return rows, notes, nil
}

// waitingSearches are the questions to the forge: what is open in the named
// repositories, or what a review is asked for and what is open in the
// organisations.
func waitingSearches(login string, repos []forge.RepoName, orgs []string) []string {
	const open = "is:pr is:open archived:false sort:created-asc"
	var out []string
	for some := range slices.Chunk(repos, 20) {
		q := open + " draft:false -author:" + login
		for _, r := range some {
			q += " repo:" + r.FullName()
		}
		out = append(out, q)
	}
	if len(repos) > 0 {
		return out
	}
	out = append(out, open+" review-requested:"+login)
	for some := range slices.Chunk(orgs, 20) {
		out = append(out, open+" draft:false -author:"+login+" org:"+strings.Join(some, " org:"))
	}
	return out
}

// teamsOf reads the teams of the organisations whose pull requests were found.
// Those that may not be seen are not known.
func (a *app) teamsOf(ctx context.Context, client forgeClient, pulls []forge.Followed) map[string]*forge.OwnerTeams {
	out, mu := map[string]*forge.OwnerTeams{}, sync.Mutex{}
	for _, f := range pulls {
		out[strings.ToLower(f.Repo.Owner)] = nil
	}
	var names []string
	for name := range out {
		names = append(names, name)
	}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for _, org := range names {
		g.Go(func() error {
			teams, err := client.OwnerTeams(gctx, org)
			if err != nil {
				return nil //nolint:nilerr // without teams, names and rights alone speak
			}
			mu.Lock()
			defer mu.Unlock()
			out[org] = teams
			return nil
		})
	}
	_ = g.Wait() // the functions answer nil
	return out
}

// answerable tells whether it is the owners' turn: the author did theirs, answered
// in the code, a review is asked for, or nobody has answered yet. What they asked in
// the code themselves, and the author did not answer, waits for the author, unless a
// review is asked for again.
func answerable(f forge.Followed, r *standing, roles []string) bool {
	if f.Queue != nil {
		return false // they decided
	}
	if r.WaitsFor == insight.WaitsForThem {
		return true
	}
	if f.Draft {
		return slices.Contains(roles, roleReview)
	}
	if insight.AnsweredInCode(f) != nil {
		return true
	}
	if roles[0] == roleReview || strings.HasPrefix(roles[0], roleTeam) {
		return true
	}
	said := make([]forge.Said, 0, len(f.Reviews)+len(f.Comments))
	for _, v := range f.Reviews {
		said = append(said, forge.Said{By: v.Author, At: v.At})
	}
	for _, m := range f.Comments {
		said = append(said, forge.Said{By: m.Author, At: m.At})
	}
	return forge.FirstAnswer(f.Author, time.Time{}, nil, said) == nil
}

// The roles in which something waits for somebody, the strongest first.
const (
	roleReview    = "review"
	roleTeam      = "team" // or team:SLUG
	roleCodeOwner = "code-owner"
	roleOwner     = "owner"
)

// owner is who asks, with what is known of the teams.
type owner struct {
	login, host string
	requested   bool                         // the first search is for requested reviews
	teams       map[string]*forge.OwnerTeams // by organisation
}

// in tells whether somebody is in a team of an organisation.
func (w *owner) in(org, team, login string) bool {
	t := w.teams[strings.ToLower(org)]
	if t == nil {
		return false
	}
	for slug, members := range t.Members {
		if strings.EqualFold(slug, team) {
			return slices.ContainsFunc(members, func(m string) bool { return strings.EqualFold(m, login) })
		}
	}
	return false
}

func (w *owner) roles(f forge.Followed) []string {
	var out []string
	for _, who := range f.Reviewers {
		if strings.EqualFold(who, w.login) && !slices.Contains(f.Teams, who) {
			out = append(out, roleReview)
		}
	}
	for _, slug := range f.Teams {
		if w.in(f.Repo.Owner, slug, w.login) {
			out = append(out, roleTeam+":"+slug)
		}
	}
	if len(out) == 0 && w.requested && f.Search == 0 {
		out = append(out, roleTeam) // the forge says so, and does not show the team
	}
	code := w.codeOwners(f)
	if code != nil && slices.ContainsFunc(f.Files, func(path string) bool { return w.owns(code.Of(path), f.Repo.Owner) }) {
		out = append(out, roleCodeOwner)
	}
	switch team := ownerTeam(f, code); {
	case team != "" && w.in(f.Repo.Owner, catalog.TeamSlug(team), w.login),
		team == "" && f.Home.Access != nil && (f.Home.Access.Admin || f.Home.Access.Maintain):
		out = append(out, roleOwner)
	}
	return out
}

func (w *owner) codeOwners(f forge.Followed) *guideline.Owners {
	if f.Home.Owners == "" {
		return nil
	}
	dialect := guideline.OwnersDialectOf(w.host, func(string) bool { return false })
	return guideline.ParseOwners(&guideline.Source{Kind: guideline.KindOwners, Path: f.Home.OwnersPath}, []byte(f.Home.Owners), dialect)
}

// owns tells whether one of these lines names the reader or a team of theirs.
func (w *owner) owns(lines []guideline.OwnerRule, org string) bool {
	for _, l := range lines {
		for _, o := range l.Owners {
			name, account := strings.CutPrefix(o, "@")
			of, slug, isTeam := strings.Cut(name, "/")
			if account && (!isTeam && strings.EqualFold(name, w.login) || isTeam && strings.EqualFold(of, org) && w.in(of, slug, w.login)) {
				return true
			}
		}
	}
	return false
}

// ownerTeam is the team that answers for a repository, as far as it says so in
// files: its manifest, else its catalog-info.yaml, else the line of CODEOWNERS for
// everything.
func ownerTeam(f forge.Followed, code *guideline.Owners) string {
	if f.Home.Manifest != "" {
		if m, _ := manifest.Parse([]byte(f.Home.Manifest)); m != nil && m.Isrc != nil {
			if team := catalog.TeamName(m.Isrc.Owner); team != "" {
				return team
			}
		}
	}
	if team := catalog.InfoTeam(f.Home.Info); team != "" {
		return team
	}
	if code != nil {
		if r, ok := code.Everything(); ok {
			for _, o := range r.Owners {
				if team := catalog.TeamName(o); team != "" {
					return team
				}
			}
		}
	}
	return ""
}

// describe turns a row to the owners' side.
func (w *owner) describe(f forge.Followed, r *standing, roles []string) {
	if f.Err != nil {
		return
	}
	if r.WaitsFor == insight.WaitsForYou { // the author could do something, and nobody has answered
		first := "waiting for a first reply"
		if len(f.Reviews)+len(f.Comments) > 0 {
			first = "waiting for a review"
		}
		r.Why = first + ", " + r.Why
		r.Since = moment(insight.Opened(f))
	}
	r.WaitsFor, r.WaitsForNames, r.Roles, r.Next = insight.WaitsForYou, []string{w.login}, roles, r.URL
	if t := insight.AnsweredInCode(f); t != nil && f.Queue == nil {
		answered := f.Author.Login + " answered in the code"
		if r.State == "approved" {
			answered = "approved, and " + answered
		}
		r.Why, r.Since, r.Next = answered, moment(t.LastAt), orNull(firstOf(t.URL, textOf(r.URL)))
	}
	team := ownerTeam(f, w.codeOwners(f))
	teams := w.teams[strings.ToLower(f.Repo.Owner)]
	if teams == nil {
		return
	}
	for _, slug := range slices.Sorted(maps.Keys(teams.Members)) {
		if w.in(f.Repo.Owner, slug, f.Author.Login) {
			r.Team = &slug
			break
		}
	}
	if team != "" {
		outside := !w.in(f.Repo.Owner, catalog.TeamSlug(team), f.Author.Login)
		r.Outside = &outside
	}
}
