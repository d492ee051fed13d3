package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/insight"
	"github.com/isrc-dev/isrc/internal/progress"
	"github.com/isrc-dev/isrc/internal/term"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// mine joins what journals know with what forges know.
func (a *app) mine(ctx context.Context, o *statusOptions) (*statusView, error) {
	runs, damaged, err := workflow.List(a.runsDir())
	if err != nil {
		return nil, err
	}
	v := &statusView{}
	for _, d := range damaged {
		v.notes = append(v.notes, fmt.Sprintf("the journal %s cannot be read (line %d): %v", d.Path, d.Line, d.Err))
	}
	here := a.runHere()
	known := map[string]*workflow.State{} // by the URL of the pull request
	var hosts []string
	v.rows, hosts = a.unfinishedRows(runs, known, here)
	host, err := a.defaultHost()
	if err != nil {
		return nil, err
	}
	if !slices.Contains(hosts, host) {
		hosts = append(hosts, host)
	}
	slices.Sort(hosts)
	var askers []*asker
	for _, host := range hosts {
		of, notes, err := a.askersOn(ctx, host)
		if err != nil {
			return nil, err
		}
		askers, v.notes = append(askers, of...), append(v.notes, notes...)
	}
	return v, a.askAll(ctx, v, askers, func(ctx context.Context, w *asker) ([]standing, []string, error) {
		return a.myPulls(ctx, w, askers, known, here, o)
	})
}

// unfinishedRows lists the runs without a pull request, notes those that have
// one, and names the hosts of these.
func (a *app) unfinishedRows(runs []workflow.State, known map[string]*workflow.State, here string) (rows []standing, hosts []string) {
	rows = []standing{}
	for i, st := range runs {
		name, err := forge.ParseRepo(st.Upstream, "")
		if err != nil {
			continue
		}
		if pull := contribute.Opened(st); pull != nil {
			known[pull.URL] = &runs[i]
			if !slices.Contains(hosts, name.Host) {
				hosts = append(hosts, name.Host)
			}
			continue
		}
		if st.Ended != "" || !contribute.Begun(st) {
			continue
		}
		row := a.unfinishedRow(st, name, here)
		row.Repository = a.named(name)
		rows = append(rows, row)
	}
	return rows, hosts
}

// askAll asks several hosts, and several accounts on a host, at once. One that
// fails hides nothing of the others: it is named, and the view ends with "some
// failed". What two accounts see is shown once.
func (a *app) askAll(ctx context.Context, v *statusView, askers []*asker, ask func(context.Context, *asker) ([]standing, []string, error)) error {
	type found struct {
		rows  []standing
		notes []string
		err   error
	}
	all := make([]found, len(askers))
	names, kind := make([]string, len(askers)), "host"
	for i, w := range askers {
		names[i] = w.String()
		if w.login != "" {
			kind = "account"
		}
	}
	done := a.slowly("asking " + strings.Join(names, ", "))
	defer done()
	var g errgroup.Group
	for i, w := range askers {
		g.Go(func() error {
			all[i].rows, all[i].notes, all[i].err = ask(ctx, w)
			return nil
		})
	}
	_ = g.Wait() // each keeps its own error
	if ctx.Err() != nil {
		return ctx.Err()
	}
	failed := 0
	seen := map[string]bool{}
	for i, f := range all {
		for _, r := range f.rows {
			if url := textOf(r.URL); url == "" || !seen[url] {
				seen[url] = true
				r.Account = orNull(askers[i].login)
				v.rows = append(v.rows, r)
			}
		}
		v.notes = append(v.notes, f.notes...)
		if f.err != nil {
			failed++
			v.notes = append(v.notes, names[i]+": "+term.Line(a.redact.text(f.err.Error())))
		}
	}
	unread := slices.IndexFunc(v.rows, func(r standing) bool { return r.err != nil })
	switch {
	case failed == len(askers) && len(v.rows) == 0:
		v.notes = nil
		return all[0].err
	case failed > 0 && len(askers) > 1:
		v.err = &exitError{code: exitPartly, err: fault.Errorf("%d of %s could not be asked", failed, plural(len(askers), kind))}
	case unread >= 0 && len(v.rows) > 1:
		v.err = &exitError{code: exitPartly, err: fault.Errorf("not every contribution could be looked up")}
	case unread >= 0:
		v.err = v.rows[unread].err
	}
	return nil
}

// slowly tells what is waited for once it takes longer than a second, until the
// function that it gives is called.
func (a *app) slowly(message string) func() {
	timer := time.AfterFunc(time.Second, func() {
		a.sink().Send(progress.Event{Phase: progress.Started, Task: "status", Message: message})
	})
	var once sync.Once
	return func() {
		once.Do(func() {
			timer.Stop()
			a.progress.Clear()
		})
	}
}

// runHere is the run of the branch that is checked out here, "" for none.
//
//go:noinline
func (a *app) runHere() string {
	if p := a.placeHere(); p != nil && p.Run != nil {
		return p.Run.Run
	}
	return ""
}

// placeHere is where the clone here stands, nil when there is none.
func (a *app) placeHere() *contribute.Place {
	p, err := contribute.Finder{Dir: a.inv.Dir, Runs: a.runsDir(), Getenv: func(string) string { return "" }}.Find(context.Background())
	if err != nil {
		return nil
	}
	return p
}

func (a *app) unfinishedRow(st workflow.State, name forge.RepoName, here string) standing {
	r := standing{
		Repository: repositoryOf(name, ""), Title: firstOf(st.Extra["title"], st.Branch), State: "unfinished", WaitsFor: insight.WaitsForYou, Since: moment(st.Updated),
		Branch: orNull(st.Branch), Base: orNull(st.Base), Directory: orNull(st.Clone), Run: orNull(st.Run), Here: st.Run == here, Created: moment(st.Created),
	}
	again, step := "isrc contribute "+name.FullName()+" --branch "+st.Branch, ""
	next := again
	switch {
	case st.NewerVersion:
		r.Why, next = "begun by a newer isrc ("+st.Tool+")", "isrc abandon "+st.Run
	case st.Paused != nil:
		step, r.Why, next = st.Paused.Step, st.Paused.Reason, st.Paused.Next
		if n := commitsOfRun(a.runsDir(), st); n > 0 {
			r.Why = pluralOf(n, "commit is", "commits are") + " not submitted yet"
		}
	default:
		r.Why, next = "made, and not submitted yet", "isrc submit" // of several at once, nobody was waited for
		for _, s := range st.Steps {
			if s.Status != workflow.Done {
				step, r.Why, next = s.ID, "stopped at: "+s.Title, again
				if s.Error != "" {
					r.Why = s.ID + " failed: " + s.Error
				}
				break
			}
		}
	}
	halts := contribute.SyncHalts(st.Clone, st.Branch)
	if halts {
		r.Why, next = "conflicts with "+st.Base+" are to be mended", syncGoesOn
	}
	if r.Here {
		r.Directory = &a.inv.Dir // the clone may have been moved since
	} else if _, err := os.Stat(st.Clone); errors.Is(err, os.ErrNotExist) && st.Paused != nil {
		r.Why, next = "its clone "+st.Clone+" is gone", "isrc abandon "+st.Run
	} else if st.Clone != "" && (halts || strings.HasPrefix(next, "isrc submit")) {
		next = "cd " + shellWord(st.Clone) + " && " + next
	}
	r.Step, r.Next = orNull(step), &next
	return r
}

// syncGoesOn is the next command where a sync stands in the middle.
const syncGoesOn = "isrc sync --continue"

// commitsOfRun counts what lies in the branch of a run, if that is what its clone
// stands on.
func commitsOfRun(runs string, st workflow.State) int {
	ctx := context.Background()
	p, err := contribute.Finder{Dir: st.Clone, Runs: runs, Getenv: func(string) string { return "" }}.Find(ctx)
	if err != nil || p.Branch != st.Branch {
		return 0 // the clone is gone, moved or elsewhere: nothing is said of it
	}
	ahead, _, err := p.Repo.AheadBehind(ctx, p.Head, "refs/remotes/"+p.Remote+"/"+p.Base)
	if err != nil {
		return 0
	}
	return ahead
}

// myPulls asks a forge for the pull requests of an account of mine and where
// each stands.
func (a *app) myPulls(ctx context.Context, w *asker, all []*asker, known map[string]*workflow.State, here string, o *statusOptions) (rows []standing, notes []string, err error) {
	site, err := a.siteAs(ctx, w)
	if err != nil {
		return nil, nil, err
	}
	login, err := site.Login(ctx)
	if err != nil {
		return nil, nil, err
	}
	q := forge.FollowQuery{Limit: o.limit}
	for _, st := range known { // a listing may lag behind what we did
		pull := contribute.Opened(*st)
		if pull.Upstream.Host == w.host && (st.Ended == "" || o.all) && a.asksOfRun(w, all, login, pull.Upstream, st) {
			q.Pulls = append(q.Pulls, forge.PullRef{Repo: pull.Upstream, Number: pull.Number})
		}
	}
	if forge.IsBotLogin(login) {
		if len(q.Pulls) == 0 {
			_, err := site.Person(ctx, "listing contributions of one's own")
			return nil, nil, err
		}
		notes = append(notes, w.host+": the token belongs to an app or a job, so only what was opened on this machine is listed")
	} else {
		q.Searches = []string{"is:pr author:" + login + " sort:updated-desc"}
	}
	client := clientOf(site)
	found, err := client.Follow(ctx, q)
	if errors.Is(err, forge.ErrUnsupported) {
		var more []string
		found, more, err = a.followListed(ctx, client, w.host, q)
		notes = append(notes, more...)
	}
	if err != nil {
		return nil, notes, fault.Errorf("look up your pull requests: %w", err)
	}
	recent := a.inv.Now().Add(-14 * 24 * time.Hour)
	for _, f := range found.Pulls {
		run := known[f.URL]
		if run == nil {
			run = runOfPull(known, f)
		}
		if f.Err == nil && f.State != forge.PullOpen && !o.all && f.UpdatedAt.Before(recent) && (run == nil || run.Ended != "") {
			continue
		}
		r := a.standingOf(f, run, here)
		notes = append(notes, a.endRun(r)...)
		rows = append(rows, r)
	}
	return rows, notes, nil
}

// asksOfRun tells whether an account is the one to ask about a contribution that
// was begun here: one that nobody else is for is left to the first.
func (a *app) asksOfRun(w *asker, all []*asker, login string, upstream forge.RepoName, st *workflow.State) bool {
	began := st.Extra["account"]
	if w.alone && began != "" {
		return strings.EqualFold(began, login)
	}
	of := a.accountOfRun(upstream, began, st.Clone)
	others := slices.ContainsFunc(all, func(x *asker) bool { return x.host == w.host && x.login != "" && strings.EqualFold(x.login, of) })
	first := slices.IndexFunc(all, func(x *asker) bool { return x.host == w.host })
	return strings.EqualFold(of, login) || !others && all[first].login == w.login
}

// runOfPull finds the run of a pull request whose address is not known.
func runOfPull(known map[string]*workflow.State, f forge.Followed) *workflow.State {
	for _, st := range known {
		if p := contribute.Opened(*st); p.Number == f.Number && p.Upstream.Equal(f.Repo) {
			return st
		}
	}
	return nil
}

// followListed follows pull requests on hosts that have no search.
func (a *app) followListed(ctx context.Context, client forgeClient, host string, q forge.FollowQuery) (forge.FollowAnswer, []string, error) {
	var notes []string
	var issues []forge.Issue
	var err error
	if len(q.Searches) > 0 {
		issues, err = client.CreatedPulls(ctx, q.Limit)
	}
	if errors.Is(err, forge.ErrUnsupported) {
		notes, err = append(notes, host+" lists nobody's pull requests: only those that isrc opened on this machine are looked at"), nil
	}
	if err != nil {
		return forge.FollowAnswer{}, notes, err
	}
	refs := make([]forge.PullRef, 0, len(issues)+len(q.Pulls))
	for _, i := range issues {
		refs = append(refs, forge.PullRef{Repo: i.Repo, Number: i.Number})
	}
	found, err := client.Follow(ctx, forge.FollowQuery{Pulls: append(refs, q.Pulls...), Limit: q.Limit})
	return found, notes, err
}

// client is the client of a host whose site was made.
func (a *app) client(host string) forgeClient {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.clients[host]
}

// endRun closes the journal of a contribution that the forge says is over, and
// says so. A run that another isrc works on is left to the next time.
func (a *app) endRun(r standing) []string {
	if r.Run == nil || (r.State != "merged" && r.State != "declined") {
		return nil
	}
	j, err := workflow.Open(a.runsDir(), *r.Run)
	if err != nil {
		return nil
	}
	defer j.Close() //nolint:errcheck // every line was written when it was made
	if j.State().Ended != "" || j.End(r.State) != nil {
		return nil
	}
	return []string{fmt.Sprintf("%s#%d was %s, so the contribution on %s is ended; its clone stays: %s", r.Repository.FullName, *r.Number, r.State, term.Line(j.State().Branch), term.Line(j.State().Clone))}
}
