package command

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/insight"
	"github.com/isrc-dev/isrc/internal/order"
	"github.com/isrc-dev/isrc/internal/term"
)

// forkRow is one fork as forks shows it.
type forkRow struct {
	Repository repository    `json:"repository"`
	Upstream   *repository   `json:"upstream"` // null when it is gone
	State      string        `json:"state"`    // contributing, competing, abandoned or unknown
	Why        string        `json:"why"`
	Since      *string       `json:"sinceAt"`
	Pushed     *string       `json:"pushedAt"`
	Ahead      *int          `json:"ahead"` // commits that the upstream has not; null when not known
	Branches   []forkBranch  `json:"branches"`
	More       int           `json:"moreBranches"` // that were not looked at
	Pull       *pullOfFork   `json:"pullRequest"`
	Mine       bool          `json:"mine"`
	Outcome    *string       `json:"outcome"` // of clean: deleted, kept or failed
	Error      *itemError    `json:"error"`
	facts      *insight.Fork // what it was judged by
	stand      insight.ForkStanding
	client     forgeClient // that deletes it
}

type forkBranch struct {
	Name  string `json:"name"`
	Head  string `json:"head"`
	Ahead *int   `json:"ahead"`
	Lost  bool   `json:"lost"` // its commits are nowhere else
}

type pullOfFork struct {
	Number int    `json:"number"`
	URL    string `json:"url"`
	State  string `json:"state"`
}

type forksOptions struct {
	limit  int
	state  string
	output output
}

func newForks(a *app) *cobra.Command {
	o := &forksOptions{}
	cmd := &cobra.Command{
		Use:   "forks [REPO]",
		Short: "See which forks contribute, compete or are abandoned",
		Long: `Forks lists the forks of a repository, or your own without one, and what each
is for its upstream:

  contributing  its work goes to the upstream: a pull request is open, or was
                merged in the last half year, or is being prepared
  competing     its last pull request was declined and it was gone on with: it
                has commits that the upstream has not
  abandoned     nothing has moved for half a year, or it holds nothing

A competing fork is a sign for the owners: somebody needs what was declined.`,
		Example: `  isrc forks identity/auth-lib
  isrc forks identity/auth-lib --state competing --json repository,why,ahead
  isrc forks`,
		Args:              atMostOne("a repository"),
		ValidArgsFunction: a.completeRepos,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.forks(cmd.Context(), o, args) },
	}
	f := cmd.Flags()
	f.IntVarP(&o.limit, "limit", "L", 100, "look at `N` forks at most, the newest")
	f.StringVar(&o.state, "state", "", "only those in this `STATE`: contributing, competing, abandoned or unknown")
	registerValues(cmd, "state", insight.ForkContributing, insight.ForkCompeting, insight.ForkAbandoned, insight.ForkUnknown)
	addOutput(cmd, &o.output, []forkRow{})
	exits(cmd, exitSignIn, exitNotFound, exitUnavailable)
	cmd.AddCommand(newForksClean(a))
	return cmd
}

func (a *app) forks(ctx context.Context, o *forksOptions, args []string) error {
	if o.state != "" && !slices.Contains([]string{insight.ForkContributing, insight.ForkCompeting, insight.ForkAbandoned, insight.ForkUnknown}, o.state) {
		return usagef("--state takes contributing, competing, abandoned or unknown, not %q", o.state)
	}
	if o.limit < 1 {
		return usagef("--limit takes a number from 1")
	}
	looks, notes, err := a.lookAtForks(ctx, args, o.limit)
	if err != nil {
		return err
	}
	for _, n := range notes {
		a.say("isrc: %s", n)
	}
	rows := []*forkRow{}
	for _, l := range looks {
		for i := range l.Forks {
			if r := a.forkRow(&l.Forks[i], l); o.state == "" || r.State == o.state {
				rows = append(rows, r)
			}
		}
	}
	sortForks(rows)
	return a.show(&o.output, rows, func(s *term.Streams) error { return showForks(s, rows, len(args) == 0, a.inv.Now()) })
}

// lookAtForks reads the forks of a repository, or those of my accounts.
func (a *app) lookAtForks(ctx context.Context, args []string, limit int) ([]*contribute.ForkLook, []string, error) {
	if len(args) == 0 {
		host, err := a.defaultHost()
		if err != nil {
			return nil, nil, err
		}
		return a.forksOfMine(ctx, host, limit, "listing forks of one's own")
	}
	name, site, err := a.repository(ctx, args[0])
	if err != nil {
		return nil, nil, err
	}
	login, err := site.Login(ctx)
	if err != nil {
		return nil, nil, err
	}
	upstream, err := site.Forge.Repo(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	look := &contribute.ForkLook{Site: site, Forge: clientOf(site), Login: login}
	return []*contribute.ForkLook{look}, nil, look.Of(ctx, upstream, limit)
}

// forksOfMine reads the forks that belong to each of my accounts on a host. An
// account that cannot be asked is named; the first one's error is the answer
// where there is no other.
func (a *app) forksOfMine(ctx context.Context, host string, limit int, what string) ([]*contribute.ForkLook, []string, error) {
	askers, notes, err := a.askersOn(ctx, host)
	if err != nil {
		return nil, nil, err
	}
	var looks []*contribute.ForkLook
	var failed error
	for _, w := range askers {
		look, err := a.forkLook(ctx, w, what)
		if err == nil {
			err = look.Mine(ctx, limit)
		}
		if err != nil && (ctx.Err() != nil || len(askers) == 1) {
			return nil, nil, err
		}
		if err != nil {
			failed = cmp.Or(failed, err)
			notes = append(notes, w.String()+": "+term.Line(a.redact.text(err.Error())))
			continue
		}
		looks = append(looks, look)
	}
	if len(looks) == 0 {
		return nil, nil, failed
	}
	return looks, notes, nil
}

// forkLook prepares the look at the forks of an account, which is a person's:
// what says what for.
func (a *app) forkLook(ctx context.Context, w *asker, what string) (*contribute.ForkLook, error) {
	site, err := a.siteAs(ctx, w)
	if err != nil {
		return nil, err
	}
	login, err := site.Person(ctx, what)
	return &contribute.ForkLook{Site: site, Forge: clientOf(site), Login: login}, err
}

func (a *app) forkRow(f *insight.Fork, look *contribute.ForkLook) *forkRow {
	st := insight.JudgeFork(*f, a.inv.Now())
	r := &forkRow{
		Repository: repositoryOf(f.Repo.RepoName, f.Repo.HTMLURL), State: st.State, Why: st.Why, Since: moment(st.Since), Pushed: moment(f.Repo.PushedAt),
		Branches: []forkBranch{}, More: f.More, Mine: strings.EqualFold(f.Repo.Owner, look.Login) || a.isAccount(f.Repo.RepoName), facts: f, stand: st, client: clientOf(look.Site),
	}
	if f.Repo.Parent != nil {
		up := a.named(*f.Repo.Parent)
		r.Upstream = &up
	}
	if f.Unread == "" && f.More == 0 {
		r.Ahead = &st.Ahead
	}
	lost := f.Unmerged()
	for _, b := range f.Branches {
		row := forkBranch{Name: b.Name, Head: b.SHA, Lost: slices.Contains(lost, b)}
		if b.Known {
			row.Ahead = &b.Ahead
		}
		r.Branches = append(r.Branches, row)
	}
	if p := st.Pull; p != nil {
		r.Pull = &pullOfFork{Number: p.Number, URL: p.URL, State: string(p.State)}
	}
	return r
}

// sortForks puts first what owners should look at.
func sortForks(rows []*forkRow) {
	rank := map[string]int{insight.ForkCompeting: 0, insight.ForkContributing: 1, insight.ForkUnknown: 2, insight.ForkAbandoned: 3}
	order.StableBy(rows, func(a, b *forkRow) int {
		if rank[a.State] != rank[b.State] {
			return rank[a.State] - rank[b.State]
		}
		return b.facts.Repo.PushedAt.Compare(a.facts.Repo.PushedAt)
	})
}

// writeWithUnder writes a table with what there is to say below each row.
func writeWithUnder(s *term.Streams, t *term.Table, under []string) error {
	if len(under) == 0 {
		return t.Write(s.Out)
	}
	for i, l := range t.Rows() {
		fmt.Fprint(s.Out, l)
		if i < len(under) {
			for _, below := range term.Wrap(under[i], s.Width-4) {
				fmt.Fprintln(s.Out, "    "+s.Paint(term.Dim, below))
			}
		}
	}
	return nil
}

func joinCells(s *term.Streams, cells []term.Cell) string {
	var words []string
	for _, c := range cells {
		words = append(words, term.Line(c.Text))
	}
	return strings.Join(words, " "+s.Sym(term.SymDot)+" ")
}

// narrow is a terminal, in columns, that has no room for what can be left out.
const narrow = 100

func showForks(s *term.Streams, rows []*forkRow, mine bool, now time.Time) error {
	if len(rows) == 0 {
		fmt.Fprintln(s.Err, "No forks.")
		return nil
	}
	t, under := s.NewTable(2), []string{}
	for _, r := range rows {
		tone := map[string]term.Tone{insight.ForkCompeting: term.Warn, insight.ForkContributing: term.Good}[r.State]
		if r.State == insight.ForkAbandoned || r.State == insight.ForkUnknown {
			tone = term.Dim
		}
		pushed := "never"
		if !r.facts.Repo.PushedAt.IsZero() {
			pushed = "pushed " + ago(now.Sub(r.facts.Repo.PushedAt))
		}
		cells := []term.Cell{{Text: r.Repository.FullName, Tone: term.Strong}, {Text: r.State, Tone: tone}, {Text: r.Why}, {Text: pushed, Tone: term.Dim}}
		if mine {
			up := "its upstream is gone"
			if r.Upstream != nil {
				up = "of " + r.Upstream.FullName
			}
			cells = append(cells, term.Cell{Text: up, Tone: term.Dim})
		}
		if s.OutTTY && s.Width < narrow {
			rest := cells[2:]
			cells = cells[:2]
			under = append(under, joinCells(s, rest))
		}
		t.Row(cells...)
	}
	if err := writeWithUnder(s, t, under); err != nil {
		return err
	}
	if mine && slices.ContainsFunc(rows, func(r *forkRow) bool { return r.State == insight.ForkAbandoned }) {
		fmt.Fprintln(s.Err, "\nisrc forks clean removes those that hold nothing of yours.")
	}
	return nil
}
