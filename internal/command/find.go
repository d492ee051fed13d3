package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/catalog/index"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/term"
)

type findOptions struct {
	values  map[string]*[]string // by the name of a qualifier whose flag takes a value
	bare    map[string]*bool     // by the name of a qualifier whose flag is a switch
	sort    string
	like    string
	exact   bool
	live    bool
	explain bool
	pick    bool
	limit   int
	output  output
}

func newFind(a *app) *cobra.Command {
	o := &findOptions{}
	cmd := &cobra.Command{
		Use:   "find <words>...",
		Short: "Find a repository that does what you need",
		Long: `Find searches the catalog: names, topics, titles, descriptions, skills, declared
capabilities and READMEs. What has all the words comes first, ordered by how
well it matches, how alive it is, and how ready for contributions; --explain
shows the figures. Forks and copies stand under what they were made from. It
needs no network and never waits for an update (isrc catalog update).

A word may be a filter, such as topic:auth or updated:>30d, and "a phrase" in
double quotes or a -word to leave out may stand among the words: isrc help
queries says it all. The flags say the same.

Without a catalog, or with --live, the forge's own search is asked, in the
organisations that are configured (isrc config set orgs a,b) or named with
--org, and the answers say how fast the owners decide. Where a catalog holds
several forges, --host keeps to one.`,
		Example: `  isrc find token validation
  isrc find ci templates --org platform --sort activity
  isrc find '"rate limit"' language:go,rust has:help-wanted
  isrc find --like identity/auth-lib
  isrc find parser --pick
  isrc find parser --json fullName,url --jq '.[].url'`,
		RunE: func(cmd *cobra.Command, args []string) error { return a.find(cmd.Context(), o, args) },
	}
	f := cmd.Flags()
	a.qualifierFlags(cmd, o, nil)
	cmd.ValidArgsFunction = a.completeQuery(nil)
	f.StringVar(&o.sort, "sort", "", "`ORDER` of the answers: "+sortNames())
	f.StringVar(&o.like, "like", "", "what does the same as this `REPOSITORY`, and is no fork of it")
	f.BoolVar(&o.exact, "exact", false, "mend no typing errors, and want all words")
	f.BoolVar(&o.live, "live", false, "ask the forge's own search, not the catalog")
	f.BoolVar(&o.explain, "explain", false, "show how each answer comes to its place")
	f.BoolVarP(&o.pick, "pick", "p", false, "choose among the answers, and go on with show or contribute")
	f.IntVarP(&o.limit, "limit", "L", 10, "at most `N` repositories")
	registerValues(cmd, "sort", strings.Split(sortNames(), ", ")...)
	_ = cmd.RegisterFlagCompletionFunc("like", a.completeRepos)
	addOutput(cmd, &o.output, []found{})
	exits(cmd, exitSignIn, exitNotFound, exitUnavailable)
	return cmd
}

func sortNames() string {
	var names []string
	for _, s := range catalog.Sorts() {
		names = append(names, string(s))
	}
	return strings.Join(names, ", ")
}

// qualifierFlags gives a command a flag for each qualifier that has one and, if
// only is not nil, is among those.
func (a *app) qualifierFlags(cmd *cobra.Command, o *findOptions, only []string) {
	o.values, o.bare = map[string]*[]string{}, map[string]*bool{}
	for _, q := range catalog.Qualifiers() {
		if q.Shared || only != nil && !slices.Contains(only, q.Name) {
			continue
		}
		if q.Bare != "" {
			o.bare[q.Name] = cmd.Flags().Bool(q.Flag, false, q.Usage)
			continue
		}
		// The name that help gives the value stands in quotes in front.
		o.values[q.Name] = cmd.Flags().StringArray(q.Flag, nil, q.Usage+" (`"+q.Arg+"`)")
		var words []string
		for _, c := range q.Choices {
			words = append(words, c.Value+"\t"+c.Usage)
		}
		if len(words) > 0 {
			registerValues(cmd, q.Flag, words...)
		} else if q.Kind == catalog.KindName {
			_ = cmd.RegisterFlagCompletionFunc(q.Flag, a.completeValues(q.Name))
		}
	}
}

// query is what the words and the flags ask together.
func (o *findOptions) query(words []string) (catalog.Query, error) {
	wrong := func(err error) (catalog.Query, error) {
		return catalog.Query{}, &usageError{err: err, hint: "isrc help queries"}
	}
	q, err := catalog.ParseQuery(words)
	if err != nil {
		return wrong(err)
	}
	q.Limit, q.Exact = max(o.limit, 1), o.exact
	if q.Sort, err = catalog.ParseSort(o.sort); err != nil {
		return wrong(err)
	}
	for _, row := range catalog.Qualifiers() {
		if on := o.bare[row.Name]; on != nil && *on {
			err = q.Add(row.Name, row.Bare)
		}
		if values := o.values[row.Name]; values != nil {
			for _, v := range *values {
				err = fault.Join(err, q.Add(row.Name, v))
			}
		}
		if err != nil {
			return wrong(err)
		}
	}
	return q, nil
}

// onHost narrows a query to the forge that was named with --host. That the
// catalog has nothing of it is said: a typing error finds nothing, too.
func (a *app) onHost(ctx context.Context, cat *index.Catalog, q catalog.Query) (catalog.Query, error) {
	if a.flags.host == "" {
		return q, nil
	}
	host, err := a.defaultHost()
	if err != nil {
		return q, err
	}
	if err := q.Add("host", host); err != nil {
		return q, &usageError{err: err}
	}
	known, err := cat.Values(ctx, "host", "", 10)
	if err != nil {
		return q, catalogTrouble(err)
	}
	if len(known) > 0 && !slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, host) }) {
		a.say("isrc: the catalog holds nothing of %s, only of %s", host, term.Line(join(known)))
	}
	return q, nil
}

func (a *app) find(ctx context.Context, o *findOptions, words []string) error {
	undo := a.quick() // from the reading of settings on
	defer undo()
	q, err := o.query(words)
	if err != nil {
		return err
	}
	switch {
	case o.like != "" && (len(words) > 0 || o.live):
		return usagef("--like takes a repository in place of words, and looks in the catalog")
	case o.like == "" && q.Empty():
		return &usageError{err: fault.Errorf("find what?"), hint: "isrc find token validation"}
	case o.pick && o.output.set:
		return usagef("--pick asks at a terminal, --json is for programs: use one of them")
	case o.pick && !a.io.CanPrompt():
		return &usageError{err: fault.Errorf("--pick needs a terminal where somebody may be asked"), hint: "isrc find " + shellWords(words)}
	}
	var cat *index.Catalog
	if !o.live {
		if cat, err = a.openCatalog(ctx); err != nil {
			return err
		}
	}
	if cat == nil {
		if o.like != "" {
			return a.noCatalog("--like")
		}
		undo()
		return a.findLive(ctx, o, q)
	}
	defer leave(cat)
	if q, err = a.onHost(ctx, cat, q); err != nil {
		return err
	}
	if o.like != "" {
		return a.findLike(ctx, o, cat, undo)
	}
	return a.findInCatalog(ctx, o, q, cat, undo)
}

// findInCatalog answers from this machine alone.
func (a *app) findInCatalog(ctx context.Context, o *findOptions, q catalog.Query, cat *index.Catalog, undo func()) error {
	q.Brief = !o.output.set && !o.explain && !o.pick
	result, err := cat.Search(ctx, q, a.inv.Now())
	if err != nil {
		return catalogTrouble(err)
	}
	about := catalogAge(cat.Info(), a.inv.Now())
	if about.stale {
		a.say("isrc: the catalog is %s old: isrc catalog update", about.age)
	}
	a.saySuggestion(result)
	if len(result.Hits) == 0 {
		a.noteNeed(q, result)
	}
	rows := rowsOf(result.Hits)
	ofAll(rows, result)
	if o.pick && len(rows) > 0 {
		undo()
		return a.pick(ctx, rows)
	}
	screen := findScreen{rows: rows, hits: result.Hits, result: result, where: about.words, searched: result.Searched, explain: o.explain, now: a.inv.Now(), typed: a.typed}
	if len(rows) == 0 && !o.output.set {
		if screen.without, err = withoutEach(ctx, cat, q, a.inv.Now()); err != nil {
			return catalogTrouble(err)
		}
		if screen.near, err = nearValues(ctx, cat, q); err != nil {
			return catalogTrouble(err)
		}
	}
	return a.show(&o.output, rows, screen.write)
}

// withoutEach tells of what was asked for in vain which filters stand in the way:
// what would be found without each, and where it takes more than one, without all.
func withoutEach(ctx context.Context, cat *index.Catalog, q catalog.Query, now time.Time) ([]string, error) {
	var out []string
	try := func(left []catalog.Filter, words string) error {
		other := q
		other.Filters, other.Limit, other.Brief = left, 1, true
		if other.Empty() {
			return nil
		}
		r, err := cat.Search(ctx, other, now)
		if err == nil && r.Total > 0 {
			out = append(out, fmt.Sprintf("%s without %s", thousands(r.Total), words))
		}
		return err
	}
	for i, f := range q.Filters {
		if err := try(slices.Delete(slices.Clone(q.Filters), i, i+1), f.String()); err != nil {
			return nil, err
		}
	}
	if len(out) == 0 && len(q.Filters) > 1 {
		return out, try(nil, "any filter")
	}
	return out, nil
}

// nearValues gives, for filters with a value that the catalog does not have, the
// one that may have been meant.
func nearValues(ctx context.Context, cat *index.Catalog, q catalog.Query) ([]string, error) {
	var out []string
	for _, f := range q.Filters {
		if f.Not || len(f.Any) != 1 {
			continue
		}
		values, err := cat.Values(ctx, f.Name, "", mostNearValues)
		if err != nil {
			return nil, err
		}
		typed := strings.ToLower(f.Any[0].Text)
		best, least := "", 2+len(typed)/8
		for _, v := range values {
			if d := catalog.Distance(typed, strings.ToLower(v), least); d <= least && 2*d < len(typed) {
				best, least = v, d-1
			}
		}
		if best != "" && !strings.EqualFold(best, typed) {
			out = append(out, f.Name+":"+shellWord(best))
		}
	}
	return out, nil
}

// mostNearValues bounds how many values are compared with one that was typed,
// those of most repositories first.
const mostNearValues = 5000

// findLike answers with repositories that do the same.
func (a *app) findLike(ctx context.Context, o *findOptions, cat *index.Catalog, undo func()) error {
	name, err := a.catalogName(ctx, cat, o.like)
	if err != nil {
		return err
	}
	hits, err := cat.Like(ctx, name, max(o.limit, 1))
	var none *forge.NotFoundError
	if errors.As(err, &none) {
		return &exitError{code: exitNotFound, err: fault.Errorf("%s is not in the catalog", name.FullName()), hint: firstOf(a.nearest(name), "isrc catalog update")}
	}
	if err != nil {
		return catalogTrouble(err)
	}
	rows := rowsOf(hits)
	ofAll(rows, &catalog.Found{Total: len(hits)})
	if o.pick && len(rows) > 0 {
		undo()
		return a.pick(ctx, rows)
	}
	about := catalogAge(cat.Info(), a.inv.Now())
	screen := findScreen{rows: rows, hits: hits, result: &catalog.Found{Hits: hits, Total: len(hits)}, where: about.words, like: name.FullName(), searched: cat.Info().Records, explain: o.explain, now: a.inv.Now(), typed: a.typed}
	return a.show(&o.output, rows, screen.write)
}

// saySuggestion tells what was searched in place of what was typed.
func (a *app) saySuggestion(r *catalog.Found) {
	s := r.Suggestion
	switch {
	case s == nil:
	case s.Used:
		var pairs []string
		for _, c := range s.Changes {
			pairs = append(pairs, fmt.Sprintf("%q for %q", c.To, c.From))
		}
		a.say("isrc: took %s (--exact takes what is typed)", strings.Join(pairs, ", "))
	default:
		a.say("isrc: did you mean %s?", s.Query)
	}
}

// noteNeed notes what was looked for in vain, if the user opted in. That it
// cannot be noted is said, and spoils nothing.
func (a *app) noteNeed(q catalog.Query, r *catalog.Found) {
	c, err := a.settings()
	if err != nil || needsFile(c) == "" || len(q.Wanted()) == 0 {
		return
	}
	need := catalog.Need{At: a.inv.Now(), Query: q.String()}
	for _, t := range r.Topics {
		need.Nearest = append(need.Nearest, t.Topic)
	}
	if err := catalog.NoteNeed(needsFile(c), need); err != nil {
		a.say("isrc: %s", term.Line(err.Error()))
	}
}

// catalogName reads a repository argument by what the catalog holds: a bare name
// is looked up in it.
func (a *app) catalogName(ctx context.Context, cat *index.Catalog, arg string) (forge.RepoName, error) {
	host, err := a.defaultHost()
	if err != nil {
		return forge.RepoName{}, err
	}
	name, err := forge.ParseRepo(arg, host)
	if err == nil || !isBare(err) {
		if err != nil {
			err = &usageError{err: err}
		}
		return name, err
	}
	same, err := resolved(ctx, cat, arg)
	switch {
	case err != nil:
		return name, catalogTrouble(err)
	case len(same) == 0:
		return name, &exitError{code: exitNotFound, err: fault.Errorf("no repository of the catalog is called %s", term.Line(arg)), hint: "isrc find " + shellWord(arg)}
	case len(same) > 1:
		return name, ambiguous(arg, same)
	}
	return same[0], nil
}
