package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/term"
)

// bulkOptions are the flags by which contribute goes to several repositories.
type bulkOptions struct {
	repos       string
	limit       int
	maxDeclined int
	jobs        int
}

// maxSelected bounds how many repositories one call looks at.
const maxSelected = 1000

func (o *bulkOptions) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.repos, "repos", "", "make the same change in several: a file of names, - for standard input, or a `QUERY` of the catalog")
	f.IntVar(&o.limit, "limit", 20, "with --repos: open at most `N` new pull requests in one go")
	f.IntVar(&o.maxDeclined, "max-declined", 3, "with --repos: open no more once `N` of its pull requests were declined; 0 never stops")
	f.IntVar(&o.jobs, "jobs", 4, "with --repos: work on `N` repositories at a time")
}

// validate refuses what makes no sense for several repositories.
func (o *contributeOptions) validateBulk(cmd *cobra.Command) error {
	f := cmd.Flags()
	if o.bulk.repos == "" {
		for _, name := range []string{"limit", "max-declined", "jobs"} {
			if f.Changed(name) {
				return usagef("--%s goes with --repos", name)
			}
		}
		return nil
	}
	switch {
	case !o.unattended():
		return &usageError{err: errors.New("--repos wants a change that can be made in each of them"), hint: "--exec COMMAND or --apply PATCH"}
	case o.submit.title == "":
		return &usageError{err: errors.New("--repos opens pull requests: they need a title"), hint: "--title 'what the change does'"}
	case o.issue != 0 || o.fresh:
		return usagef("--issue and --new are for one repository, --repos is for several")
	case o.bulk.limit < 1 || o.bulk.jobs < 1 || o.bulk.maxDeclined < 0:
		return usagef("--limit and --jobs take a number from 1, --max-declined one from 0")
	case o.submit.bodyFile == "-":
		return usagef("--body-file - is read once, --repos needs it for several: give a file")
	}
	return nil
}

// selected is the repositories that --repos names: those of a file, or those that a query of the catalog finds.
func (a *app) selected(ctx context.Context, o *bulkOptions) ([]forge.RepoName, error) {
	host, err := a.defaultHost()
	if err != nil {
		return nil, err
	}
	var r io.Reader
	if o.repos == "-" {
		r = a.io.In
	} else if f, err := os.Open(a.path(o.repos)); err == nil {
		defer f.Close() //nolint:errcheck // read only
		r = f
	}
	if r == nil {
		return a.selectedByQuery(ctx, o.repos)
	}
	var out []forge.RepoName
	seen := map[string]bool{}
	all, err := repoNames(io.LimitReader(r, maxText))
	if err != nil {
		return nil, usagef("--repos: %v", err)
	}
	for _, one := range all {
		name, err := forge.ParseRepo(one.text, host)
		if err != nil && one.line > 0 {
			return nil, usagef("--repos, line %d: %v", one.line, err)
		} else if err != nil {
			return nil, usagef("--repos: %v", err)
		}
		if key := strings.ToLower(name.String()); !seen[key] {
			seen[key] = true
			out = append(out, name)
		}
	}
	return a.bounded(out)
}

func (a *app) selectedByQuery(ctx context.Context, text string) ([]forge.RepoName, error) {
	if filepath.Ext(text) == ".txt" || strings.HasPrefix(text, ".") || filepath.IsAbs(text) {
		return nil, usagef("--repos: there is no file %s", text)
	}
	q, err := catalog.ParseQuery([]string{text})
	if err != nil {
		return nil, &usageError{err: err, hint: "isrc help queries"}
	}
	cat, err := a.needCatalog(ctx, "--repos QUERY")
	if err != nil {
		return nil, err
	}
	defer leave(cat)
	q.Exact, q.Limit = true, maxSelected+1 // a change for many wants what was typed, and no guesses
	found, err := cat.Search(ctx, q, a.inv.Now())
	if err != nil {
		return nil, catalogTrouble(err)
	}
	var out []forge.RepoName
	for _, h := range found.Hits {
		if len(h.Missing) == 0 && !h.Archived && !h.Fork {
			out = append(out, forge.RepoName{Host: h.Host, Owner: h.Owner, Name: h.Name})
		}
	}
	return a.bounded(out)
}

//go:noinline
func (a *app) bounded(all []forge.RepoName) ([]forge.RepoName, error) {
	switch {
	case len(all) > maxSelected:
		return nil, usagef("--repos names %d repositories; %d at most are taken at once", len(all), maxSelected)
	case len(all) == 0:
		a.say("isrc: --repos selects no repository")
	}
	return all, nil
}

// bulkItem is what became of one repository.
type bulkItem struct {
	Repository repository `json:"repository"`
	// Outcome is created, updated, existing, unchanged (the command changed
	// nothing), merged, declined, planned, left (beyond --limit, or stopped) or
	// failed.
	Outcome   string     `json:"outcome"`
	URL       *string    `json:"url"`
	Number    *int       `json:"number"`
	Via       *string    `json:"via"`
	Branch    *string    `json:"branch"`
	Directory string     `json:"directory"`
	Run       *string    `json:"run"`
	Error     *itemError `json:"error"`

	err error

	account string // the site that its forge is reached by
}

// The outcomes that only several repositories have.
const (
	bulkUnchanged = "unchanged"
	bulkMerged    = "merged"
	bulkDeclined  = "declined"
	bulkPlanned   = "planned"
	bulkLeft      = "left"
	bulkFailed    = "failed"
)

// bulkWide is a terminal that has room for names and addresses side by side.
const bulkWide = 120

// showBulk writes the report: a table on a terminal, rows of tabs elsewhere.
func showBulk(s *term.Streams, items []*bulkItem) error {
	if len(items) == 0 {
		return nil
	}
	t, under := s.NewTable(2), []string{}
	for _, it := range items {
		tone, last := term.Good, textOf(it.URL)
		switch it.Outcome {
		case bulkFailed:
			tone, last = term.Bad, it.Error.Message
		case bulkDeclined:
			tone = term.Warn
		case bulkLeft, bulkUnchanged:
			tone = term.Dim
		case bulkPlanned:
			tone, last = term.Dim, textOf(it.Via)+" "+textOf(it.Branch)
		}
		cells := []term.Cell{{Text: it.Repository.FullName, Tone: term.Strong}, {Text: it.Outcome, Tone: tone}, {Text: last}}
		if s.OutTTY && s.Width < bulkWide { // an address that is cut leads nowhere, and why one failed is told below
			if it.Outcome == bulkFailed {
				last = ""
			}
			cells, under = cells[:2], append(under, term.Line(last))
		}
		t.Row(cells...)
	}
	if err := writeWithUnder(s, t, under); err != nil {
		return err
	}
	counts := map[string]int{}
	var order []string
	for _, it := range items {
		if counts[it.Outcome] == 0 {
			order = append(order, it.Outcome)
		}
		counts[it.Outcome]++
	}
	var parts []string
	for _, o := range order {
		parts = append(parts, fmt.Sprintf("%d %s", counts[o], o))
	}
	s.Tell(pluralOf(len(items), "repository", "repositories") + ": " + strings.Join(parts, ", "))
	return nil
}
