package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/catalog/crawl"
	"github.com/isrc-dev/isrc/internal/catalog/index"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/progress"
	"github.com/isrc-dev/isrc/internal/term"
)

// merged is what catalog merge answers.
type merged struct {
	Files   []mergedFile `json:"files"`
	Records int          `json:"records"`
	Older   int          `json:"older"`   // records that a newer one of the same repository took the place of
	Events  int          `json:"events"`  // of pull requests, that the files brought
	Missing []int        `json:"missing"` // shards, with --partial
	Catalog *generation  `json:"catalog"`
}

type mergedFile struct {
	Path      string  `json:"path"`
	Kind      string  `json:"kind"` // shard or catalog
	Shard     *string `json:"shard"`
	CrawledAt *string `json:"crawledAt"`
}

type mergeOptions struct {
	partial bool
	output  output
}

func newCatalogMerge(a *app) *cobra.Command {
	o := &mergeOptions{}
	cmd := &cobra.Command{
		Use:   "merge <file>...",
		Short: "Make one catalog of the parts that several machines crawled",
		Long: `Merge makes this machine's catalog of files: of the shards that
isrc catalog crawl --shard has written, or of whole catalogs. It takes the place
of the catalog that there is; of that only what is known of pull requests stays.

Of a repository that is in several files the record that was read last wins;
events of pull requests are united. All shards of a set must be there, unless
--partial says that some may be missing. A catalog's file holds the first 300
characters of each README only, a shard all of it.`,
		Example: `  isrc catalog merge shards/*.shard
  isrc catalog merge 1.shard 3.shard --partial`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return &usageError{err: fault.Errorf("%s: no file is named", cmd.CommandPath()), hint: cmd.UseLine()}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.catalogMerge(cmd.Context(), o, args) },
	}
	cmd.Flags().BoolVar(&o.partial, "partial", false, "make a catalog although shards are missing")
	addOutput(cmd, &o.output, merged{})
	exits(cmd, exitNotFound, exitNotReached)
	return cmd
}

// mergeInput is the files of one merge.
type mergeInput struct {
	shards []*crawl.ShardFile
	parts  []crawl.Part
	opened []*index.Catalog
	asOf   time.Time // of the oldest part
}

func (a *app) catalogMerge(ctx context.Context, o *mergeOptions, args []string) error {
	m, r := &mergeInput{}, &merged{}
	defer m.close()
	for _, arg := range args {
		if err := a.addPart(ctx, m, r, a.path(arg)); err != nil {
			return err
		}
	}
	var incomplete *crawl.IncompleteError
	switch err := crawl.CheckShards(m.shards); {
	case errors.As(err, &incomplete) && o.partial:
		r.Missing = incomplete.Missing
		a.say("isrc: %v", err)
	case err != nil:
		return &exitError{code: exitNotReached, err: err, hint: "give all shards, or --partial for a catalog without what they hold"}
	}
	if err := a.mergeParts(ctx, m, r); err != nil {
		return err
	}
	return a.show(&o.output, r, func(s *term.Streams) error {
		facts := []string{fmt.Sprintf("%s of %s in the catalog", repositories(r.Records), plural(len(r.Files), "file"))}
		if r.Older > 0 {
			facts = append(facts, fmt.Sprintf("%d older ones left out", r.Older))
		}
		for _, l := range joinFacts(append(facts, "isrc find <words>"), " "+s.Sym(term.SymDot)+" ", s.Width) {
			fmt.Fprintln(s.Out, l)
		}
		return nil
	})
}

// addPart opens a file and notes what it is.
func (a *app) addPart(ctx context.Context, m *mergeInput, r *merged, path string) error {
	shard, err := crawl.IsShard(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &exitError{code: exitNotFound, err: fault.Errorf("merge: there is no file %s", term.Line(path))}
	}
	if err != nil {
		return fault.Errorf("merge: %w", err)
	}
	f := mergedFile{Path: path, Kind: "catalog"}
	var at time.Time
	if shard {
		s, err := crawl.OpenShard(ctx, path)
		if err != nil {
			return fault.Errorf("merge: %w", err)
		}
		number := (crawl.Shard{Number: s.Head.Number, Of: s.Head.Of}).String()
		f.Kind, f.Shard, at = "shard", &number, s.Head.StartedAt
		m.shards, m.parts = append(m.shards, s), append(m.parts, s)
	} else {
		c, err := index.OpenFile(ctx, path, a.sink())
		if err != nil {
			return fault.Errorf("merge: %w", err)
		}
		at = c.Info().CrawledAt
		m.opened, m.parts = append(m.opened, c), append(m.parts, c)
	}
	f.CrawledAt = moment(at)
	r.Files = append(r.Files, f)
	if !at.IsZero() && (m.asOf.IsZero() || at.Before(m.asOf)) {
		m.asOf = at
	}
	return nil
}

func (m *mergeInput) close() {
	for _, c := range m.opened {
		_ = c.Close() // it was only read
	}
}

// mergeParts writes the generation.
func (a *app) mergeParts(ctx context.Context, m *mergeInput, r *merged) error {
	dir, err := a.catalogDir()
	if err != nil {
		return err
	}
	old, err := a.openCatalog(ctx)
	if err != nil {
		return err
	}
	if old != nil {
		defer old.Close()
	}
	a.sink().Send(progress.Event{Phase: progress.Started, Task: "catalog", Message: "merging " + plural(len(r.Files), "file")})
	info, err := (&index.Store{Dir: dir}).Update(ctx, index.UpdateOptions{Fresh: true, Source: "merge", At: a.inv.Now(), Sink: a.sink()}, func(w *index.Writer) error {
		done, err := crawl.Merge(ctx, m.parts, &answering{Writer: w, ctx: ctx, old: old})
		r.Records, r.Older, r.Events = done.Records, done.Older, done.Events
		if err == nil && !m.asOf.IsZero() {
			err = w.SetMeta(index.MetaCrawled, m.asOf.UTC().Format(time.RFC3339))
		}
		if err != nil || len(r.Missing) > 0 {
			return err
		}
		return crawl.NotePositions(m.shards, w)
	})
	if err != nil {
		return fault.Errorf("write the catalog: %w", err)
	}
	r.Catalog = generationOf(info)
	return nil
}

// answering keeps the figures of answers that the catalog had: no shard has any,
// and the events behind them stay.
type answering struct {
	*index.Writer
	ctx context.Context
	old *index.Catalog // nil when there was none
}

// Put implements crawl.MergeWriter.
func (w *answering) Put(r *catalog.Record) error {
	if r.Answers == nil && w.old != nil {
		had, err := w.old.Get(w.ctx, r.RepoName())
		var missing *forge.NotFoundError
		switch {
		case errors.As(err, &missing):
		case err != nil:
			return err
		case had.ID == r.ID:
			r.SetAnswers(had.Answers)
		}
	}
	return w.Writer.Put(r)
}
