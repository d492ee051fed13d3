package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/insight"
	"github.com/isrc-dev/isrc/internal/term"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// standing is one contribution as status shows it.
type standing struct {
	Repository repository `json:"repository"`
	Number     *int       `json:"number"`
	Title      string     `json:"title"`
	URL        *string    `json:"url"`
	State      string     `json:"state"`
	Step       *string    `json:"step"` // where an unfinished run stands
	WaitsFor   string     `json:"waitsFor"`
	Since      *string    `json:"sinceAt"`
	Why        string     `json:"why"`
	Next       *string    `json:"next"`
	Branch     *string    `json:"branch"`
	Directory  *string    `json:"directory"`
	Run        *string    `json:"run"`
	Here       bool       `json:"here"`
}

type statusOptions struct {
	all      bool
	exitCode bool
	limit    int
	output   output
}

func newStatus(a *app) *cobra.Command {
	o := &statusOptions{}
	cmd := &cobra.Command{
		Use:   "status",
		Short: "See your contributions and who waits for whom",
		Long: `Status lists your contributions: those that are being made on this machine and
your pull requests on the forge, each with what it waits for, since when, and
the next command. Ended ones of the last two weeks are shown too.`,
		Example: `  isrc status
  isrc status --json url,waitsFor --jq '.[] | select(.waitsFor == "you") | .url'
  isrc status --exit-code || echo "somebody waits"`,
		Args: exactArgs(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.status(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.BoolVarP(&o.all, "all", "a", false, "ended ones too, however old")
	f.BoolVar(&o.exitCode, "exit-code", false, "exit 8 while somebody is waited for")
	f.IntVarP(&o.limit, "limit", "L", 30, "at most `N` pull requests")
	addOutput(cmd, &o.output, []standing{})
	exits(cmd, exitSignIn, exitUnavailable, exitNotReached)
	return cmd
}

func (a *app) status(ctx context.Context, o *statusOptions) error {
	runs, damaged, err := workflow.List(a.runsDir())
	if err != nil {
		return err
	}
	for _, d := range damaged {
		a.say("isrc: the journal %s cannot be read (line %d): %v", d.Path, d.Line, d.Err)
	}
	rows, err := a.mine(ctx, runs, o)
	if err != nil {
		return err
	}
	waiting := 0
	for _, r := range rows {
		if r.WaitsFor != insight.WaitsForNone {
			waiting++
		}
	}
	if err := a.show(&o.output, rows, func(s *term.Streams) error { return showStatus(s, rows, a.inv.Now()) }); err != nil {
		return err
	}
	if o.exitCode && waiting > 0 {
		return &exitError{code: exitNotReached}
	}
	return nil
}

// mine joins what journals know with what forges know.
func (a *app) mine(ctx context.Context, runs []workflow.State, o *statusOptions) ([]standing, error) {
	rows := []standing{}
	here := a.runHere()
	known := map[string]*workflow.State{} // by the URL of the pull request
	hosts := map[string]bool{}
	for i, st := range runs {
		name, err := forge.ParseRepo(st.Upstream, "")
		if err != nil {
			continue
		}
		if pull := contribute.Opened(st); pull != nil {
			known[pull.URL] = &runs[i]
			hosts[name.Host] = true
			continue
		}
		if st.Ended != "" || !contribute.Begun(st) {
			continue
		}
		row := unfinishedRow(st, name, here, a.inv.Dir)
		row.Repository = a.named(name)
		rows = append(rows, row)
	}
	host, err := a.defaultHost()
	if err != nil {
		return nil, err
	}
	if len(hosts) == 0 || !hosts[host] {
		hosts[host] = true
	}
	for h := range hosts {
		pulls, err := a.myPulls(ctx, h, known, here, o)
		if err != nil && (len(hosts) > 1 || len(rows) > 0) {
			a.say("isrc: %s: %s", h, term.Line(a.redact.text(err.Error())))
			continue
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, pulls...)
	}
	return rows, nil
}

// runHere is the run of the branch that is checked out here, "" for none.
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

func unfinishedRow(st workflow.State, name forge.RepoName, here, dir string) standing {
	r := standing{
		Repository: repositoryOf(name, ""), Title: firstOf(st.Extra["title"], st.Branch), State: "unfinished", WaitsFor: insight.WaitsForYou, Since: moment(st.Updated),
		Branch: orNull(st.Branch), Directory: orNull(st.Clone), Run: orNull(st.Run), Here: st.Run == here,
	}
	next, step := "isrc contribute "+name.FullName()+" --branch "+st.Branch, ""
	switch {
	case st.NewerVersion:
		r.Why, next = "begun by a newer isrc ("+st.Tool+")", "isrc abandon "+st.Run
	case st.Paused != nil:
		step, r.Why, next = st.Paused.Step, st.Paused.Reason, st.Paused.Next
	default:
		for _, s := range st.Steps {
			if s.Status != workflow.Done {
				step, r.Why = s.ID, "stopped at: "+s.Title
				if s.Error != "" {
					r.Why = s.ID + " failed: " + s.Error
				}
				break
			}
		}
	}
	if r.Here {
		r.Directory = &dir // the clone may have been moved since
	} else if _, err := os.Stat(st.Clone); errors.Is(err, os.ErrNotExist) && st.Paused != nil {
		r.Why, next = "its clone "+st.Clone+" is gone", "isrc abandon "+st.Run
	} else if st.Clone != "" && strings.HasPrefix(next, "isrc submit") {
		next = "cd " + shellWord(st.Clone) + " && " + next
	}
	r.Step, r.Next = orNull(step), &next
	return r
}

// myPulls asks a forge for my pull requests and where each stands.
func (a *app) myPulls(ctx context.Context, host string, known map[string]*workflow.State, here string, o *statusOptions) ([]standing, error) {
	site, err := a.site(ctx, host)
	if err != nil {
		return nil, err
	}
	login, err := site.Login(ctx)
	if err != nil {
		return nil, err
	}
	query := "is:pr author:" + login + " sort:updated-desc"
	issues, _, err := a.clients[host].SearchIssues(ctx, query, o.limit)
	if errors.Is(err, forge.ErrUnsupported) {
		issues, err = a.clients[host].CreatedPulls(ctx, o.limit)
	}
	if errors.Is(err, forge.ErrUnsupported) {
		a.say("isrc: %s lists nobody's pull requests: only those that isrc opened on this machine are looked at", host)
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up your pull requests: %w", err)
	}
	listed := map[string]bool{}
	var wanted []forge.Issue
	recent := a.inv.Now().Add(-14 * 24 * time.Hour)
	for _, i := range issues {
		listed[i.URL] = true
		if i.State == "open" || o.all || i.UpdatedAt.After(recent) {
			wanted = append(wanted, i)
		}
	}
	for url, st := range known { // a listing may lag behind what we did
		if pull := contribute.Opened(*st); !listed[url] && pull != nil && pull.Upstream.Host == host && (st.Ended == "" || o.all) {
			wanted = append(wanted, forge.Issue{Repo: pull.Upstream, Number: pull.Number, URL: url, Title: pull.Title})
		}
	}
	rows := make([]standing, len(wanted))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(6)
	for i, w := range wanted {
		g.Go(func() error {
			rows[i] = a.pullRow(gctx, host, w, known[w.URL], here)
			return nil
		})
	}
	err = g.Wait()
	for _, r := range rows {
		a.endRun(r)
	}
	return rows, err
}

// endRun closes the journal of a contribution that the forge says is over. A
// run that another isrc works on is left to the next time.
func (a *app) endRun(r standing) {
	if r.Run == nil || (r.State != "merged" && r.State != "declined") {
		return
	}
	j, err := workflow.Open(a.runsDir(), *r.Run)
	if err != nil {
		return
	}
	defer j.Close() //nolint:errcheck // every line was written when it was made
	if j.State().Ended != "" || j.End(r.State) != nil {
		return
	}
	a.say("isrc: %s#%d was %s, so the contribution on %s is ended; its clone stays: %s", r.Repository.FullName, *r.Number, r.State, term.Line(j.State().Branch), term.Line(j.State().Clone))
}

func (a *app) pullRow(ctx context.Context, host string, i forge.Issue, run *workflow.State, here string) standing {
	r := standing{Repository: repositoryOf(i.Repo, ""), Number: &i.Number, Title: i.Title, URL: &i.URL, State: "unknown", WaitsFor: "unknown"}
	if site := a.sites[host]; site != nil {
		r.Repository = repositoryOf(i.Repo, site.WebURL(i.Repo))
	}
	if run != nil {
		r.Branch, r.Directory, r.Run, r.Here = orNull(run.Branch), orNull(run.Clone), orNull(run.Run), run.Run == here
	}
	client := a.clients[host]
	pull, err := client.Pull(ctx, i.Repo, i.Number)
	if err != nil {
		r.Why = "could not be looked up: " + err.Error()
		return r
	}
	var reviews []forge.Review
	var comments []forge.Comment
	var checks []forge.Check
	if pull.State == forge.PullOpen {
		var errs [3]error
		reviews, errs[0] = client.Reviews(ctx, i.Repo, i.Number)
		comments, errs[1] = client.Comments(ctx, i.Repo, i.Number)
		checks, errs[2] = client.Checks(ctx, i.Repo, pull.Head.SHA)
		if err := errors.Join(errs[0], errs[1]); err != nil {
			r.Why = "its reviews could not be looked up: " + err.Error()
			return r
		}
	}
	stand := insight.Stand(pull, reviews, comments, checks)
	r.Title, r.State, r.WaitsFor, r.Since, r.Why = pull.Title, stand.State, stand.Who, moment(stand.Since), stand.Why
	if r.Branch == nil {
		r.Branch = orNull(pull.Head.Branch)
	}
	r.Next = nextOf(stand, r)
	return r
}

func nextOf(stand insight.Standing, r standing) *string {
	next := ""
	switch stand.Who {
	case insight.WaitsForYou:
		next = "isrc submit"
		if !r.Here && r.Directory != nil {
			next = "cd " + shellWord(*r.Directory) + " && isrc submit"
		} else if r.Directory == nil && r.URL != nil {
			next = *r.URL
		}
	case insight.WaitsForThem:
		if r.URL != nil {
			next = *r.URL
		}
	}
	return orNull(next)
}

func showStatus(s *term.Streams, rows []standing, now time.Time) error {
	if len(rows) == 0 {
		fmt.Fprintln(s.Err, "No contributions yet. isrc find <words> finds a repository to contribute to.")
		return nil
	}
	t := s.NewTable(2)
	for _, r := range rows {
		number := "-"
		if r.Number != nil {
			number = fmt.Sprintf("#%d", *r.Number)
		}
		why := r.Why
		if since := sinceText(r, now); since != "" {
			why += ", " + since
		}
		tone := map[string]term.Tone{insight.WaitsForYou: term.Warn, insight.WaitsForNone: term.Good}[r.WaitsFor]
		cells := []term.Cell{{Text: r.Repository.FullName, Tone: term.Strong}, {Text: number}, {Text: why}, {Text: r.WaitsFor, Tone: tone}}
		if !s.OutTTY {
			cells = append(cells, term.Cell{Text: orEmpty(r.Next)}, term.Cell{Text: orEmpty(r.URL)})
		}
		t.Row(cells...)
	}
	if err := t.Write(s.Out); err != nil || !s.OutTTY {
		return err
	}
	fmt.Fprintln(s.Out)
	for _, r := range rows {
		if r.Next != nil && r.WaitsFor == insight.WaitsForYou {
			fmt.Fprintf(s.Out, "  %s   %s\n", term.Line(r.Repository.FullName), s.Paint(term.Strong, term.Line(*r.Next)))
		} else if r.URL != nil {
			fmt.Fprintf(s.Out, "  %s   %s\n", term.Line(r.Repository.FullName), s.Paint(term.Dim, term.Line(*r.URL)))
		}
	}
	return nil
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func sinceText(r standing, now time.Time) string {
	if r.Since == nil {
		return ""
	}
	t, err := time.Parse(time.RFC3339, *r.Since)
	if err != nil || now.Sub(t) < 0 {
		return ""
	}
	return ago(now.Sub(t))
}
