package sandbox

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/lazy"
)

// runChecks gives the head of a pull request the checks of its repository. The
// caller holds mu for writing, or makes the repository.
func (f *Forge) runChecks(ctx context.Context, i *issue) {
	p := i.pull
	if i.author.Login == jobs+"[bot]" {
		return // what a job does starts no other job
	}
	for _, c := range p.repo.spec.Checks {
		if f.holds(i, c) {
			p.repo.held = append(p.repo.held, &heldRun{id: f.state.id(), check: c, of: i, sha: p.sha, at: f.moment()})
			continue
		}
		f.startCheck(ctx, i, p.sha, c)
	}
}

// startCheck runs a check of a commit of a pull request.
func (f *Forge) startCheck(ctx context.Context, i *issue, sha string, c Check) {
	run := newCheckRun(i.pull.repo, sha, c.Name, orElse(c.App, "github-actions"), f.now())
	f.decide(ctx, run, c, i)
	i.pull.repo.putCheck(run)
}

// runTitleChecks judges a changed title again.
func (f *Forge) runTitleChecks(ctx context.Context, i *issue) {
	for _, c := range i.pull.repo.spec.Checks {
		if c.Kind == "title" {
			run := newCheckRun(i.pull.repo, i.pull.sha, c.Name, orElse(c.App, "github-actions"), f.now())
			f.decide(ctx, run, c, i)
			i.pull.repo.putCheck(run)
		}
	}
}

// seedChecks gives a pull request of the world its checks, long since ended.
func (f *Forge) seedChecks(r *repository, i *issue) {
	p := i.pull
	for _, c := range r.spec.Checks {
		run := newCheckRun(r, p.sha, c.Name, orElse(c.App, "github-actions"), i.created)
		switch c.Kind {
		case "", "queued":
			run.complete("success", "Done", "", i.created.Add(4*time.Minute))
		case "dco":
			// Its one commit is known from the seed: asking git for each would
			// cost more than making the repository.
			message := signedBy(r.spec, orElse(p.seed.Message, p.seed.Title), i.author)
			judgeDCO(run, []commitInfo{{sha: p.sha, message: message, authorName: orElse(i.author.Name, i.author.Login), authorEmail: i.author.address()}})
		case "title":
			decideTitle(run, c, i.title)
		default:
			decideFixed(run, c.Kind)
		}
		r.putCheck(run)
	}
}

func newCheckRun(r *repository, sha, name, app string, at time.Time) *checkRun {
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%d %s %s %s", r.id, sha, name, app)
	return &checkRun{
		id: int64(h.Sum64() & 0xffffffffff), name: name, app: app, sha: sha,
		status: "queued", started: at.UTC().Truncate(time.Second),
	}
}

func (c *checkRun) complete(conclusion, title, summary string, at time.Time) {
	c.status, c.conclusion, c.title, c.summary = "completed", conclusion, title, summary
	c.completed = at.UTC().Truncate(time.Second)
}

// putCheck replaces an older run of the same name and app.
func (r *repository) putCheck(c *checkRun) {
	list := slices.DeleteFunc(r.checks[c.sha], func(x *checkRun) bool { return x.name == c.name && x.app == c.app })
	r.checks[c.sha] = append(list, c)
}

// decide ends a check that the forge can judge by itself.
func (f *Forge) decide(ctx context.Context, run *checkRun, c Check, i *issue) {
	switch c.Kind {
	case "dco":
		f.decideDCO(ctx, run, i)
	case "title":
		decideTitle(run, c, i.title)
	default:
		decideFixed(run, c.Kind)
	}
}

func decideFixed(run *checkRun, kind string) {
	switch kind {
	case "pass":
		run.complete("success", "Passed", "", run.started)
	case "fail":
		run.complete("failure", "Failed", "", run.started)
	}
}

func decideTitle(run *checkRun, c Check, title string) {
	if why := judgeTitle(title, c.Types); why != "" {
		run.complete("failure", "The title does not conform", why, run.started)
		return
	}
	run.complete("success", "The title conforms", "", run.started)
}

// decideDCO looks for the sign-off of each commit's own author, as the DCO app
// does: name and address must be the author's, without regard to case.
func (f *Forge) decideDCO(ctx context.Context, run *checkRun, i *issue) {
	p := i.pull
	args := []string{p.sha, "^" + p.baseSHA}
	if tip := f.branchTip(ctx, p.repo, p.base); tip != "" && i.state == "open" {
		args = append(args, "^"+tip)
	}
	commits, err := f.git.log(ctx, p.repo.dir, args...)
	if err != nil {
		run.complete("failure", "DCO", "The commits cannot be read.", run.started)
		return
	}
	judgeDCO(run, commits)
}

func judgeDCO(run *checkRun, commits []commitInfo) {
	var bad []string
	for _, c := range commits {
		if len(c.parents) < 2 && !signedOff(c) {
			bad = append(bad, fmt.Sprintf("Commit %s by %s is not signed off by its author.", c.sha, c.authorEmail))
		}
	}
	if len(bad) > 0 {
		run.complete("action_required", "DCO", strings.Join(bad, "\n")+"\n\nSign off with `git commit --amend -s`, or `git rebase --signoff` for several commits.", run.started)
		return
	}
	run.complete("success", "DCO", "All commits are signed off!", run.started)
}

var signOffLine = lazy.Pattern(`(?mi)^Signed-off-by: (.*) <(.*@.*)>\s*$`)

func signedOff(c commitInfo) bool {
	for _, m := range signOffLine().FindAllStringSubmatch(c.message, 100) {
		if strings.EqualFold(m[1], c.authorName) && strings.EqualFold(m[2], c.authorEmail) {
			return true
		}
	}
	return false
}

var titlePattern = lazy.Pattern(`^(\w+)(\([^()]*\))?!?: (.+)$`)

// judgeTitle says why a title is no Conventional Commits header, "" when it is.
func judgeTitle(title string, types []string) string {
	m := titlePattern().FindStringSubmatch(title)
	if m == nil {
		return fmt.Sprintf("No release type found in pull request title %q. Add a prefix to indicate what kind of release this pull request corresponds to.", title)
	}
	if len(types) > 0 && !slices.Contains(types, m[1]) {
		return fmt.Sprintf("Unknown release type %q found in pull request title %q. Available types: %s.", m[1], title, strings.Join(types, ", "))
	}
	return ""
}
