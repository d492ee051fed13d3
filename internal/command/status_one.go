package command

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/insight"
	"github.com/isrc-dev/isrc/internal/workflow"
)

const (
	logsRead  = 3 // of failing checks of one pull request
	linesRead = 8 // of one failing check
)

// statusOf looks at one contribution and all that is known of it.
func (a *app) statusOf(ctx context.Context, arg string) (*statusView, error) {
	defer a.slowly("looking at " + arg)()
	runs, _, err := workflow.List(a.runsDir())
	if err != nil {
		return nil, err
	}
	ref, run, err := a.contributionNamed(ctx, arg, runs)
	if err != nil {
		return nil, err
	}
	here := a.runHere()
	if ref.Repo.IsZero() {
		name, err := forge.ParseRepo(run.Upstream, "")
		if err != nil {
			return nil, err
		}
		row := a.unfinishedRow(*run, name, here)
		row.Repository = a.named(name)
		return &statusView{rows: []standing{row}, one: true}, nil
	}
	_, err = a.siteOfRun(ctx, ref.Repo, run)
	if isSignIn(err) { // looking needs nobody in particular
		_, err = a.siteOf(ctx, ref.Repo)
	}
	if err != nil {
		return nil, err
	}
	f, err := a.followOne(ctx, ref)
	if err != nil {
		return nil, err
	}
	if run == nil {
		known := map[string]*workflow.State{}
		for i := range runs {
			if p := contribute.Opened(runs[i]); p != nil {
				known[p.URL] = &runs[i]
			}
		}
		run = runOfPull(known, f)
	}
	r := a.standingOf(f, run, here)
	a.lookCloser(ctx, &r, f)
	return &statusView{rows: []standing{r}, one: true, notes: a.endRun(r)}, nil
}

// followOne reads a pull request. A forge that was not asked for a while works
// out whether it conflicts only then, so it is asked once more.
func (a *app) followOne(ctx context.Context, ref forge.PullRef) (forge.Followed, error) {
	client := a.client(ref.Repo.Host)
	for again := false; ; again = true {
		found, err := client.Follow(ctx, forge.FollowQuery{Pulls: []forge.PullRef{ref}})
		if err != nil {
			return forge.Followed{}, err
		}
		f := found.Pulls[0]
		if f.Err != nil {
			return f, fault.Errorf("look up %s#%d: %w", ref.Repo.FullName(), ref.Number, f.Err)
		}
		if f.State != forge.PullOpen || f.Mergeable != nil || again {
			return f, nil
		}
		if err := a.sleep(ctx, time.Second); err != nil {
			return f, err
		}
	}
}

// contributionNamed finds what an argument names: a pull request, or a run that
// has none yet.
func (a *app) contributionNamed(ctx context.Context, arg string, runs []workflow.State) (forge.PullRef, *workflow.State, error) {
	repo, number := "", ""
	switch i := strings.LastIndex(arg, "#"); {
	case strings.Contains(arg, "://"):
		address, n, ok := pullAddress(arg)
		if !ok {
			return forge.PullRef{}, nil, &usageError{err: fault.Errorf("%q is not the address of a pull request", arg), hint: "name one as isrc status lists them: OWNER/NAME#NUMBER"}
		}
		repo, number = address, strconv.Itoa(n)
	case arg == ".":
		return a.contributionHere(ctx, runs)
	case i >= 0:
		repo, number = arg[:i], arg[i+1:]
	default:
		number = arg
	}
	n, err := strconv.Atoi(number)
	if err != nil || n <= 0 || n > 1_000_000_000 {
		if repo != "" {
			return forge.PullRef{}, nil, &usageError{err: fault.Errorf("%q is not the number of a pull request", number), hint: "name one as isrc status lists them: OWNER/NAME#NUMBER"}
		}
		return runNamed(arg, runs)
	}
	if repo == "" {
		p := a.placeHere()
		if p == nil || p.Upstream.IsZero() {
			return forge.PullRef{}, nil, &usageError{err: fault.Errorf("%s is a pull request of which repository? There is no clone here", arg), hint: fmt.Sprintf("isrc status OWNER/NAME#%d", n)}
		}
		return forge.PullRef{Repo: p.Upstream, Number: n}, nil, nil
	}
	name, _, err := a.repository(ctx, repo)
	return forge.PullRef{Repo: name, Number: n}, nil, err
}

// contributionHere is the contribution of the branch that is checked out here:
// what its run opened, or an open pull request of that branch.
func (a *app) contributionHere(ctx context.Context, runs []workflow.State) (forge.PullRef, *workflow.State, error) {
	p, _, err := a.place(ctx, placeOptions{})
	if err != nil {
		return forge.PullRef{}, nil, err
	}
	if p.Run != nil {
		return runNamed(p.Run.Run, runs)
	}
	none := &exitError{code: exitNotFound, err: fault.Errorf("the branch %s here has no pull request that isrc knows of", p.Branch), hint: "isrc submit opens one; isrc status lists all of yours"}
	if p.Branch == "" || p.Upstream.IsZero() {
		return forge.PullRef{}, nil, none
	}
	site, err := a.siteOf(ctx, p.Upstream)
	if err != nil {
		return forge.PullRef{}, nil, err
	}
	owner := p.Upstream.Owner
	if !p.Direct {
		if owner, err = site.Login(ctx); err != nil {
			return forge.PullRef{}, nil, err
		}
		if forge.IsBotLogin(owner) { // which has no fork
			owner = p.Upstream.Owner
		}
	}
	pulls, err := site.Forge.Pulls(ctx, p.Upstream, forge.PullQuery{State: "all", Head: owner + ":" + p.Branch})
	if err != nil || len(pulls) == 0 {
		return forge.PullRef{}, nil, fault.Join(err, orNothing(none, err == nil))
	}
	return forge.PullRef{Repo: p.Upstream, Number: pulls[0].Number}, nil, nil
}

func orNothing(err error, really bool) error {
	if really {
		return err
	}
	return nil
}

// runNamed finds a run by its name or by its branch.
func runNamed(arg string, runs []workflow.State) (forge.PullRef, *workflow.State, error) {
	var fit *workflow.State
	for i := range runs {
		st := &runs[i]
		if st.Run == arg {
			fit = st
			break
		}
		if st.Branch == arg && (fit == nil || fit.Ended != "" && st.Ended == "") {
			fit = st
		}
	}
	if fit == nil {
		return forge.PullRef{}, nil, &exitError{code: exitNotFound, err: fault.Errorf("%q is no pull request, branch or run that is known here", arg), hint: "isrc status lists your contributions; isrc status OWNER/NAME#NUMBER names one"}
	}
	if p := contribute.Opened(*fit); p != nil {
		return forge.PullRef{Repo: p.Upstream, Number: p.Number}, fit, nil
	}
	return forge.PullRef{}, fit, nil
}

// lookCloser adds what takes further requests, or the clone: logs of failing
// jobs, how far it is behind, which files conflict. What cannot be read is left
// out and stays null.
func (a *app) lookCloser(ctx context.Context, r *standing, f forge.Followed) {
	if f.State != forge.PullOpen {
		return
	}
	client, asked := a.client(f.Repo.Host), 0
	for i := range r.Checks {
		k := &r.Checks[i]
		if k.State != "failure" || len(k.Lines) > 0 || k.job == 0 || asked == logsRead {
			continue
		}
		asked++
		if log, err := client.JobLog(ctx, f.Repo, k.job); err == nil {
			k.lines(insight.FailingLines(string(log), linesRead), "log")
		}
	}
	if n, err := client.Behind(ctx, f.Repo, f.Base.Branch, f.Head.SHA); err == nil {
		r.BehindBy = &n
	}
	if r.Directory != nil && (r.BehindBy == nil || *r.BehindBy > 0) && (r.Conflicts == nil || *r.Conflicts) {
		a.conflictsHere(ctx, r, f)
	}
}

// conflictsHere tries the merge in the clone, with the base as it was fetched
// last, without touching the work tree.
func (a *app) conflictsHere(ctx context.Context, r *standing, f forge.Followed) {
	tool, err := a.tool()
	if err != nil || !tool.AtLeast(2, 38) {
		return
	}
	p, err := contribute.Finder{Dir: *r.Directory, Runs: a.runsDir(), Getenv: func(string) string { return "" }}.Find(ctx)
	if err != nil || p.Remote == "" {
		return
	}
	files, err := tool.MergeConflicts(ctx, p.Dir, "refs/remotes/"+p.Remote+"/"+f.Base.Branch, f.Head.SHA)
	if err != nil {
		return // a commit that is not here, or a git that cannot do it
	}
	r.ConflictFiles = files
	if r.Conflicts == nil {
		conflicts := len(files) > 0
		r.Conflicts = &conflicts
	}
}
