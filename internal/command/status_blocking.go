package command

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/progress"
	"github.com/isrc-dev/isrc/internal/term"
)

// waitingJudged is how many contributions --check judges: each costs the requests
// of check --pr, and its commits are fetched.
const waitingJudged = 25

// judgeWaiting says of the oldest contributions which rules they break that must
// hold. What could not be judged is a note, and keeps no row from being shown.
func (a *app) judgeWaiting(ctx context.Context, v *statusView) {
	type group struct {
		account string
		repo    forge.RepoName
		rows    []*standing
	}
	var groups []*group
	of, n := map[string]*group{}, 0
	for i := range v.rows {
		r := &v.rows[i]
		if r.Error != nil || r.Number == nil {
			continue
		}
		if n++; n > waitingJudged {
			break
		}
		key := textOf(r.Account) + "@" + r.Repository.Host + "/" + r.Repository.FullName
		g := of[key]
		if g == nil {
			g = &group{account: textOf(r.Account), repo: forge.RepoName{Host: r.Repository.Host, Owner: r.Repository.Owner, Name: r.Repository.Name}}
			of[key], groups = g, append(groups, g)
		}
		g.rows = append(g.rows, r)
	}
	if n > waitingJudged {
		v.notes = append(v.notes, fmt.Sprintf("the oldest %d were judged: name the repositories, or --limit", waitingJudged))
	}
	done := a.slowly(fmt.Sprintf("judging %d pull requests", min(n, waitingJudged)))
	defer done()
	for _, g := range groups {
		if err := a.judgeGroup(ctx, g.account, g.repo, g.rows); err != nil && ctx.Err() == nil {
			v.notes = append(v.notes, term.Line(a.redact.text(fmt.Sprintf("%s was not judged: %v", g.repo.FullName(), err))))
		}
	}
}

// judgeGroup judges what waits in one repository, as the account that found it.
func (a *app) judgeGroup(ctx context.Context, account string, repo forge.RepoName, rows []*standing) error {
	site, err := a.siteAs(ctx, &asker{host: repo.Host, login: account, repos: []forge.RepoName{repo}})
	if err != nil {
		return err
	}
	pulls := make([]forge.Pull, len(rows))
	for i, r := range rows {
		if pulls[i], err = site.Forge.Pull(ctx, repo, *r.Number); err != nil {
			return err
		}
	}
	reviewer, err := site.NewPullReviewer(ctx, repo, "")
	if err != nil {
		return err
	}
	defer func() {
		if err := reviewer.Close(); err != nil {
			a.say("isrc: %v", err)
		}
	}()
	if err := reviewer.Fetch(ctx, pulls); err != nil {
		return err
	}
	return a.judgeRows(ctx, reviewer, repo, pulls, rows)
}

func (a *app) judgeRows(ctx context.Context, reviewer *contribute.PullReviewer, repo forge.RepoName, pulls []forge.Pull, rows []*standing) error {
	sink := a.sink()
	var group errgroup.Group
	group.SetLimit(pullsAtOnce)
	for i, p := range pulls {
		group.Go(func() error {
			judged := a.judgePull(ctx, &checkOptions{}, reviewer, p)
			sink.Send(progress.Event{Phase: progress.Running, Task: "check", Message: fmt.Sprintf("judged %s#%d", repo.FullName(), p.Number)})
			if judged.Error != nil {
				return fault.Errorf("#%d: %s", p.Number, judged.Error.Message)
			}
			rows[i].Blocking = &judged.Must
			return nil
		})
	}
	return group.Wait()
}
