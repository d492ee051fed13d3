package command

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/term"
)

// wantedIssue is one row of help-wanted.
type wantedIssue struct {
	repository
	Number        int       `json:"number"`
	Title         string    `json:"title"`
	IssueURL      string    `json:"issueUrl"`
	Labels        []string  `json:"labels"`
	Skills        []string  `json:"skills"`
	Language      string    `json:"language"` // of the repository
	Size          *string   `json:"size"`     // as its owners wrote it
	SizeClass     *string   `json:"sizeClass"`
	Hours         *float64  `json:"hours"` // their estimate, in working hours
	Newcomer      bool      `json:"newcomer"`
	Taken         bool      `json:"taken"`
	CreatedAt     *string   `json:"createdAt"`
	Ready         *bool     `json:"ready"`         // the repository misses nothing that a contributor cannot do without
	AnsweredHours *float64  `json:"answeredHours"` // median until its owners answer
	Score         float64   `json:"score"`
	Reasons       []string  `json:"reasons"`
	Terms         []termRow `json:"terms"`
	mark          []string
}

// wantedFilters are the qualifiers that say something about such issues.
func wantedFilters() []string {
	return []string{"host", "org", "team", "language", "topic", "skill", "is", "archived", "updated"}
}

type wantedOptions struct {
	find     findOptions
	size     []string
	newcomer bool
	free     bool
	explain  bool
	output   output
}

func newHelpWanted(a *app) *cobra.Command {
	o := &wantedOptions{}
	cmd := &cobra.Command{
		Use:     "help-wanted [words]...",
		Aliases: []string{"gigs"},
		Short:   "Find issues whose owners would welcome your help",
		Long: `Help-wanted lists the open issues of the catalog that are marked as welcoming
help, across all repositories, the easiest first for somebody who is new there:
marked for newcomers, not taken, small where a size is stated, fresh, in a
repository that is ready for contributions and answers soon. Words and filters
are those of find (isrc help queries).`,
		Example: `  isrc help-wanted
  isrc help-wanted token --skill go
  isrc gigs language:go org:identity
  isrc help-wanted --json title,issueUrl,hours --jq '.[] | select(.hours != null and .hours <= 8)'`,
		RunE: func(cmd *cobra.Command, args []string) error { return a.helpWanted(cmd.Context(), o, args) },
	}
	a.qualifierFlags(cmd, &o.find, wantedFilters())
	cmd.ValidArgsFunction = a.completeQuery(wantedFilters())
	cmd.Flags().StringSliceVar(&o.size, "size", nil, "only issues whose owners expect this much work: small (4 hours), medium (2 days) or large (`SIZES`)")
	cmd.Flags().BoolVar(&o.newcomer, "newcomer", false, "only issues marked for newcomers")
	cmd.Flags().BoolVar(&o.free, "free", false, "only issues that nobody is assigned to")
	registerValues(cmd, "size", sizeClasses()...)
	cmd.Flags().IntVarP(&o.find.limit, "limit", "L", 20, "at most `N` issues")
	cmd.Flags().BoolVar(&o.explain, "explain", false, "show how each issue comes to its place")
	addOutput(cmd, &o.output, []wantedIssue{})
	exits(cmd, exitNotFound)
	return cmd
}

func (a *app) helpWanted(ctx context.Context, o *wantedOptions, words []string) error {
	defer a.quick()()
	q, err := o.query(words)
	if err != nil {
		return err
	}
	cat, err := a.needCatalog(ctx, "help-wanted")
	if err != nil {
		return err
	}
	defer leave(cat)
	if q, err = a.onHost(ctx, cat, q); err != nil {
		return err
	}
	about := catalogAge(cat.Info(), a.inv.Now())
	if about.stale {
		a.say("isrc: the catalog is %s old: isrc catalog update", about.age)
	}
	result, err := cat.HelpWanted(ctx, q, a.inv.Now())
	if err != nil {
		return catalogTrouble(err)
	}
	rows := make([]wantedIssue, 0, len(result.Hits))
	for i := range result.Hits {
		rows = append(rows, wantedOf(&result.Hits[i]))
	}
	return a.show(&o.output, rows, func(s *term.Streams) error {
		switch {
		case len(rows) == 0:
			s.Tell(fmt.Sprintf("No open issue welcomes help%s.\n  Searched: %s in %s.", besides(q), countOf(result.Searched, "issue", "issues"), about.words))
			if result.Searched > 0 && besides(q) != "" {
				s.Tell("  All of them: isrc help-wanted")
			}
			return nil
		case o.explain:
			return explainWanted(s, rows)
		}
		return showWanted(s, rows, result, about.words, a.typed)
	})
}

func sizeClasses() []string {
	return []string{catalog.SizeSmall, catalog.SizeMedium, catalog.SizeLarge}
}

// query adds what only issues have.
func (o *wantedOptions) query(words []string) (catalog.Query, error) {
	q, err := o.find.query(words)
	if err != nil {
		return q, err
	}
	add := func(name string, values ...string) {
		f := catalog.Filter{Name: name}
		for _, v := range values {
			f.Any = append(f.Any, catalog.Value{Text: strings.ToLower(v)})
		}
		q.Filters = append(q.Filters, f)
	}
	for _, s := range o.size {
		if !slices.Contains(sizeClasses(), strings.ToLower(s)) {
			return q, usagef("--size %s: there are %s", s, strings.Join(sizeClasses(), ", "))
		}
	}
	if len(o.size) > 0 {
		add(catalog.FilterSize, o.size...)
	}
	if o.newcomer {
		add(catalog.FilterNewcomer)
	}
	if o.free {
		add(catalog.FilterFree)
	}
	return q, nil
}

// besides says what was asked for beside that help is welcome.
func besides(q catalog.Query) string {
	if q.Empty() {
		return ""
	}
	var parts []string
	for _, w := range q.Words {
		parts = append(parts, w.String())
	}
	for _, f := range q.Filters {
		if len(f.Any) == 0 {
			parts = append(parts, "--"+f.Name) // a switch of this command
			continue
		}
		parts = append(parts, f.String())
	}
	return " for " + term.Line(strings.Join(parts, " "))
}

func wantedOf(h *catalog.HelpWantedHit) wantedIssue {
	w := wantedIssue{
		repository: repositoryOf(h.RepoName(), ""), Number: h.Number, Title: h.Title, IssueURL: h.HelpWanted.URL, Labels: nonNil(h.Labels), Skills: nonNil(h.Skills),
		Language: h.Language, Size: orNull(h.Size), SizeClass: orNull(h.Class), Hours: h.Hours, Newcomer: h.Newcomer, Taken: h.Taken, CreatedAt: moment(h.CreatedAt),
		Ready: h.Ready, Score: h.Score, Reasons: nonNil(h.Whys()), Terms: termRows(h.Terms), mark: h.Matched,
	}
	if h.Answers != nil {
		w.AnsweredHours = h.Answers.FirstHours
	}
	return w
}

func showWanted(s *term.Streams, rows []wantedIssue, result *catalog.HelpWantedFound, where string, typed func(repository) string) error {
	if !s.OutTTY {
		t := s.NewTable(-1)
		for _, r := range rows {
			t.Row(term.Cell{Text: fmt.Sprintf("%s#%d", r.FullName, r.Number)}, term.Cell{Text: r.Title}, term.Cell{Text: strings.Join(r.Skills, ",")}, term.Cell{Text: textOf(r.Size)}, term.Cell{Text: r.IssueURL})
		}
		return t.Write(s.Out)
	}
	for _, r := range rows {
		head := s.Paint(term.Strong, term.Line(fmt.Sprintf("%s#%d", r.FullName, r.Number)))
		for _, l := range term.Wrap(term.Line(r.Title), max(s.Width-4, 8)) {
			fmt.Fprintln(s.Out, "  "+markWords(s, l, r.mark))
		}
		facts := append([]string{head}, wantedFacts(&r)...)
		for _, l := range joinFacts(facts, " "+s.Sym(term.SymDot)+" ", s.Width-5) {
			fmt.Fprintln(s.Out, "    "+l)
		}
	}
	foot := fmt.Sprintf("%d of %s help in %s", len(rows), countOf(max(result.Total, len(rows)), "issue that welcomes", "issues that welcome"), term.Line(where))
	next := fmt.Sprintf("isrc contribute %s --issue %d", term.Line(typed(rows[0].repository)), rows[0].Number)
	for _, l := range joinFacts([]string{foot, next}, " "+s.Sym(term.SymDot)+" ", s.Width) {
		fmt.Fprintln(s.Out, l)
	}
	return nil
}

// wantedFacts are what somebody wants to know before taking an issue.
func wantedFacts(r *wantedIssue) []string {
	var facts []string
	add := func(text string) {
		if text != "" {
			facts = append(facts, term.Line(text))
		}
	}
	if r.Newcomer {
		add("for newcomers")
	}
	if len(r.Skills) > 0 {
		add(strings.Join(r.Skills, ", "))
	} else {
		add(r.Language)
	}
	switch {
	case r.Hours != nil:
		add(fmt.Sprintf("about %s", pluralOf(max(int(*r.Hours+0.5), 1), "hour", "hours")))
	case r.Size != nil:
		add("size " + *r.Size)
	}
	if r.Taken {
		add("somebody is at it")
	}
	if r.AnsweredHours != nil {
		add("answers in ~" + hoursText(*r.AnsweredHours))
	}
	return facts
}

func explainWanted(s *term.Streams, rows []wantedIssue) error {
	for i, r := range rows {
		if i > 0 {
			fmt.Fprintln(s.Out)
		}
		fmt.Fprintf(s.Out, "%s  %s  %s\n", s.Paint(term.Strong, term.Line(fmt.Sprintf("%s#%d", r.FullName, r.Number))), figure(r.Score), term.Line(r.Title))
		writeTerms(s, s.Out, r.Terms)
	}
	return nil
}
