package command

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/progress"
	"github.com/isrc-dev/isrc/internal/rule"
	"github.com/isrc-dev/isrc/internal/term"
)

// pullLine is a pull request in an answer.
type pullLine struct {
	Number int    `json:"number"`
	Title  string `json:"title"`
	Author string `json:"author"`
	URL    string `json:"url"`
	Draft  bool   `json:"draft"`
}

// pullJudged is a pull request among several that were judged.
type pullJudged struct {
	pullLine
	Verdict *string    `json:"verdict"` // met, broken or unknown; null when it could not be judged
	Must    []string   `json:"must"`    // rules that are broken and must hold
	Should  []string   `json:"should"`  // rules that are broken and should hold
	Unknown int        `json:"unknown"` // findings
	Error   *itemError `json:"error"`
}

func pullLineOf(p forge.Pull) pullLine {
	return pullLine{Number: p.Number, Title: p.Title, Author: p.Author.Login, URL: p.URL, Draft: p.Draft}
}

const (
	mostPulls   = 200 // that are judged with --pr all
	pullsAtOnce = 4
)

// checkPull judges one open pull request, or all of a repository.
func (a *app) checkPull(ctx context.Context, o *checkOptions) error {
	upstream, number, err := a.pullArgument(ctx, o)
	if err != nil {
		return err
	}
	site, err := a.siteOf(ctx, upstream)
	if err != nil {
		return err
	}
	var pulls []forge.Pull
	if number != 0 {
		pull, err := site.Forge.Pull(ctx, upstream, number)
		if err != nil {
			return fault.Errorf("check pull request #%d of %s: %w", number, upstream.FullName(), err)
		}
		pulls = []forge.Pull{pull}
	} else if pulls, err = site.Forge.Pulls(ctx, upstream, forge.PullQuery{State: "open", Limit: mostPulls}); err != nil {
		return fault.Errorf("list the open pull requests of %s: %w", upstream.FullName(), err)
	}
	reviewer, err := site.NewPullReviewer(ctx, upstream, a.cloneOf(upstream))
	if err != nil {
		return err
	}
	defer func() {
		if err := reviewer.Close(); err != nil {
			a.say("isrc: %v", err)
		}
	}()
	if len(pulls) > 0 {
		if err := reviewer.Fetch(ctx, pulls); err != nil {
			return err
		}
	}
	if number != 0 {
		review, err := reviewer.Review(ctx, pulls[0])
		if err != nil {
			return err
		}
		review.Findings = narrowed(review.Findings, o.only, o.skip)
		return a.answerReview(o, review, nil, false)
	}
	return a.answerPulls(ctx, o, upstream, reviewer, pulls)
}

// pullArgument reads --pr: a number or "all" in the repository that is named or
// stood in, or the address of a pull request.
func (a *app) pullArgument(ctx context.Context, o *checkOptions) (forge.RepoName, int, error) {
	if o.pr != "all" && !isNumber(o.pr) {
		name, number, ok := pullAddress(o.pr)
		if !ok {
			return forge.RepoName{}, 0, usagef("--pr %s: it takes a number, the address of a pull request, or all", o.pr)
		}
		upstream, err := forge.ParseRepo(name, "")
		return upstream, number, err
	}
	number, err := strconv.Atoi(strings.TrimPrefix(o.pr, "#"))
	if o.pr == "all" {
		number, err = 0, nil
	}
	if err != nil || number < 0 || number == 0 && o.pr != "all" {
		return forge.RepoName{}, 0, usagef("--pr %s: no pull request has this number", o.pr)
	}
	if o.repo != "" {
		host, err := a.defaultHost()
		if err != nil {
			return forge.RepoName{}, 0, err
		}
		upstream, err := forge.ParseRepo(o.repo, host)
		return upstream, number, err
	}
	place, _, err := a.place(ctx, placeOptions{})
	if err != nil {
		return forge.RepoName{}, 0, err
	}
	if place.Upstream.IsZero() {
		return forge.RepoName{}, 0, &usageError{err: errors.New("--pr: this clone belongs to no forge"), hint: "name the repository: --repo OWNER/NAME"}
	}
	return place.Upstream, number, nil
}

func isNumber(s string) bool {
	_, err := strconv.Atoi(strings.TrimPrefix(s, "#"))
	return err == nil
}

// pullAddress takes https://HOST/OWNER/NAME/pull/N apart, whatever follows it.
func pullAddress(s string) (repo string, number int, ok bool) {
	before, after, found := strings.Cut(s, "/pull/")
	if !found || !strings.Contains(before, "://") {
		return "", 0, false
	}
	digits, _, _ := strings.Cut(after, "/")
	digits, _, _ = strings.Cut(digits, "#")
	digits, _, _ = strings.Cut(digits, "?")
	number, err := strconv.Atoi(digits)
	return before, number, err == nil && number > 0
}

// cloneOf is the folder of the clone here if it is one of the repository.
func (a *app) cloneOf(upstream forge.RepoName) string {
	repo, err := git.Open(a.inv.Dir)
	if err != nil || repo.Root() == "" {
		return ""
	}
	remotes, err := repo.Remotes(context.Background())
	if err != nil {
		return ""
	}
	for _, r := range remotes {
		if name, err := forge.ParseRepo(r.URL, ""); err == nil && name.Equal(upstream) {
			return repo.Root()
		}
	}
	return ""
}

// answerPulls judges pull requests side by side and answers one table. One that
// cannot be judged does not keep the others from it.
func (a *app) answerPulls(ctx context.Context, o *checkOptions, upstream forge.RepoName, reviewer *contribute.PullReviewer, pulls []forge.Pull) error {
	rows := make([]pullJudged, len(pulls))
	var group errgroup.Group
	group.SetLimit(pullsAtOnce)
	sink := a.sink()
	for i, p := range pulls {
		group.Go(func() error {
			rows[i] = a.judgePull(ctx, o, reviewer, p)
			sink.Send(progress.Event{Phase: progress.Running, Task: "check", Message: fmt.Sprintf("judged #%d", p.Number), Current: int64(i + 1), Total: int64(len(pulls))})
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	verdict := "met"
	result := &checked{
		Verdict: &verdict, Findings: []finding{}, Requirements: []requirement{}, Uncommitted: []string{}, Unread: []unread{}, Notes: []string{},
		Mended: []mended{}, Ran: []ran{}, Pulls: rows,
	}
	name := a.named(upstream)
	result.Repository = &name
	failed, blocked := 0, false
	for _, r := range rows {
		switch {
		case r.Error != nil:
			failed++
		case len(r.Must) > 0 || o.strict && (len(r.Should) > 0 || r.Unknown > 0):
			blocked, verdict = true, "broken"
		case r.Unknown > 0 && verdict == "met":
			verdict = "unknown"
		}
	}
	code := exitDone
	if blocked {
		code = exitBroken
	}
	if err := a.showChecked(o, result, code); err != nil {
		return err
	}
	switch {
	case failed > 0:
		return &exitError{code: exitPartly, err: fault.Errorf("%d of %d pull requests could not be judged", failed, len(rows))}
	case blocked:
		return &exitError{code: exitBroken}
	}
	return nil
}

func (a *app) judgePull(ctx context.Context, o *checkOptions, reviewer *contribute.PullReviewer, p forge.Pull) pullJudged {
	row := pullJudged{pullLine: pullLineOf(p), Must: []string{}, Should: []string{}}
	review, err := reviewer.Review(ctx, p)
	if err != nil {
		row.Error = a.itemError(err)
		return row
	}
	review.Findings = narrowed(review.Findings, o.only, o.skip)
	verdict := "met"
	row.Verdict = &verdict
	note := func(list *[]string, id string) {
		if !slices.Contains(*list, id) {
			*list = append(*list, id)
		}
	}
	for _, f := range review.Findings {
		strength := rule.May
		if f.Requirement != nil {
			strength = f.Requirement.Strength
		}
		switch {
		case f.Verdict == rule.Broken && strength == rule.Must:
			note(&row.Must, f.Rule)
			verdict = "broken"
		case f.Verdict == rule.Broken && strength == rule.Should:
			note(&row.Should, f.Rule)
		case f.Verdict == rule.Unknown:
			row.Unknown++
			if verdict == "met" {
				verdict = "unknown"
			}
		}
	}
	return row
}

// showPulls is one line for each pull request: what it is, and what it breaks.
func showPulls(s *term.Streams, upstream string, rows []pullJudged) {
	if len(rows) == 0 {
		fmt.Fprintf(s.Err, "%s has no open pull request.\n", term.Line(upstream))
		return
	}
	for _, r := range rows {
		sign, tone := s.Sym(term.SymOK), term.Good
		var said []string
		switch {
		case r.Error != nil:
			sign, tone = s.Sym(term.SymUnknown), term.Warn
			said = append(said, "could not be judged: "+r.Error.Message)
		default:
			if len(r.Must) > 0 {
				sign, tone = s.Sym(term.SymBroken), term.Bad
				said = append(said, "must: "+strings.Join(r.Must, ", "))
			}
			if len(r.Should) > 0 {
				said = append(said, "should: "+strings.Join(r.Should, ", "))
			}
			if r.Unknown > 0 {
				said = append(said, fmt.Sprintf("%d unknown", r.Unknown))
			}
		}
		if !s.OutTTY {
			verdict := "failed"
			if r.Verdict != nil {
				verdict = *r.Verdict
			}
			fmt.Fprintf(s.Out, "%d\t%s\t%s\t%s\t%s\n", r.Number, verdict, term.Line(r.Author), term.Line(r.Title), term.Line(strings.Join(said, "; ")))
			continue
		}
		head := fmt.Sprintf("#%d", r.Number)
		fmt.Fprintf(s.Out, "%s %s  %s %s\n", s.Paint(tone, fmt.Sprintf("%-2s", sign)), s.Paint(term.Strong, head), term.Truncate(term.Line(r.Title), max(s.Width-len(head)-len(r.Author)-8, 20), s.Ellipsis()), s.Paint(term.Dim, term.Line(r.Author)))
		if len(said) > 0 {
			writeDetail(s, s.Out, 5, term.Plain, term.Line(strings.Join(said, "; ")))
		}
	}
}
