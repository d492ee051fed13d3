package command

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
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

type crawlOptions struct {
	orgs      []string
	full      bool
	responses bool
	last      time.Duration
	share     int
	shard     string
	to        string
	batch     int
	dryRun    bool
	output    output
}

func newCatalogCrawl(a *app) *cobra.Command {
	o := &crawlOptions{}
	cmd := &cobra.Command{
		Use:   "crawl",
		Short: "Read your organisations' repositories into the catalog",
		Long: `Crawl asks the forge for the repositories of your organisations, or of the
organisations and people that --org names, and puts what it tells into the
catalog: a hundred repositories in two requests, later only what has changed.

It can be stopped at any time. What was read is kept for a day, and the same
command goes on where it stopped; only whole organisations come into the
catalog. Once a week, and with --full, everything is read anew, and what is gone
is taken out; a list that failed or was cut short takes nothing out.

With --responses it then reads the pull requests of repositories where they may
have changed, slowly, so that the catalog can say how fast owners answer. Of
their authors only the team is kept.

A very large estate is crawled in parts, each on a machine of its own:
--shard 3/16 --to 3.shard, and isrc catalog merge makes one catalog of the
files. Every part lists all repositories, a hundred in a request, and reads the
files of its own ones only.`,
		Example: `  isrc catalog crawl
  isrc catalog crawl --org identity,platform --full
  isrc catalog crawl --responses --for 30m --share 50
  isrc catalog crawl --shard 3/16 --to 3.shard`,
		Args: exactArgs(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.catalogCrawl(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringSliceVar(&o.orgs, "org", nil, "crawl these `ORGANISATIONS` or people only")
	f.BoolVar(&o.full, "full", false, "read everything anew, and take out what is gone")
	f.BoolVar(&o.responses, "responses", false, "then read pull requests, for how fast owners answer")
	f.DurationVar(&o.last, "for", 10*time.Minute, "with --responses: for at most this `TIME`")
	f.IntVar(&o.share, "share", 25, "with --responses: take `PERCENT` of the forge's rate")
	f.StringVar(&o.shard, "shard", "", "crawl the `PART` N/M of the repositories, into the file that --to names")
	f.StringVar(&o.to, "to", "", "with --shard: the `FILE` to write")
	f.IntVar(&o.batch, "batch", 0, "ask for `N` repositories at once to begin with (default: what worked last, else 100)")
	f.BoolVar(&o.dryRun, "dry-run", false, "say what would be read, and read nothing")
	addOutput(cmd, &o.output, crawled{})
	exits(cmd, exitSignIn, exitNotFound, exitUnavailable, exitNotReached, exitPartly, exitInterrupted)
	return cmd
}

// crawling is one crawl with what it works on.
type crawling struct {
	a      *app
	o      *crawlOptions
	host   string
	owners []string
	shard  crawl.Shard
	client *byAccount
	store  *index.Store
	known  *index.Catalog // nil when there is none
	state  string
}

func (a *app) catalogCrawl(ctx context.Context, o *crawlOptions) error {
	c, err := a.newCrawling(ctx, o)
	if err != nil {
		return err
	}
	result, err := c.run(ctx)
	if result == nil {
		return err
	}
	return fault.Join(a.show(&o.output, result, func(s *term.Streams) error { return showCrawled(s, result) }), err)
}

// newCrawling looks at what was asked for before anything is read.
func (a *app) newCrawling(ctx context.Context, o *crawlOptions) (*crawling, error) {
	shard, err := crawl.ParseShard(o.shard)
	switch {
	case err != nil:
		return nil, &usageError{err: fault.Errorf("--shard: %w", err)}
	case (o.shard == "") != (o.to == ""):
		return nil, usagef("--shard and --to belong together: a part is written to a file")
	case o.shard != "" && o.responses:
		return nil, usagef("--responses is for a whole catalog: merge the shards first")
	case o.share < 1 || o.share > 100:
		return nil, usagef("--share is a percentage from 1 to 100, not %d", o.share)
	case o.batch < 0 || o.batch > 100:
		return nil, usagef("--batch is at most 100, which is a forge's limit, not %d", o.batch)
	}
	host, err := a.defaultHost()
	if err != nil {
		return nil, err
	}
	owners, err := a.crawlOwners(o, host)
	if err != nil {
		return nil, err
	}
	dir, err := a.catalogDir()
	if err != nil {
		return nil, err
	}
	client, err := a.crawlClients(ctx, host, owners)
	if err != nil {
		return nil, err
	}
	c := &crawling{a: a, o: o, host: host, owners: owners, shard: shard, client: client, store: &index.Store{Dir: dir}, state: filepath.Join(dir, "crawl")}
	if shard.Of > 0 {
		c.state = filepath.Join(c.state, fmt.Sprintf("shard-%d-of-%d", shard.Number, shard.Of))
	}
	return c, nil
}

// crawlOwners are the organisations that were named, else the configured ones.
func (a *app) crawlOwners(o *crawlOptions, host string) ([]string, error) {
	owners := o.orgs
	if len(owners) == 0 {
		c, err := a.settings()
		if err != nil {
			return nil, err
		}
		owners = orgsOf(c, host)
	}
	if len(owners) == 0 {
		hint := "isrc config set orgs NAME,…\nisrc catalog crawl --org NAME"
		if a.isFirstTime(host) {
			hint = setUpFirst + "\n" + hint
		}
		return nil, &usageError{err: fault.Errorf("no organisations of %s are configured (the setting hosts.%s.orgs, or orgs)", host, host), hint: hint}
	}
	for _, name := range owners {
		if _, err := forge.ParseRepo(host+"/"+name+"/x", ""); err != nil || strings.Contains(name, "/") {
			return nil, usagef("--org: %q is not the name of an organisation or account", name)
		}
	}
	return owners, nil
}

// open opens the catalog that there is. One that cannot be used is said, and
// begun anew.
func (c *crawling) open(ctx context.Context) error {
	known, err := c.store.Open(ctx)
	var (
		damaged *index.DamagedError
		schema  *index.SchemaError
	)
	switch {
	case err == nil:
		c.known = known
	case errors.Is(err, index.ErrNone):
	case errors.As(err, &damaged), errors.As(err, &schema) && !schema.Newer():
		c.a.say("isrc: %v; it is begun anew", err)
	default:
		return err
	}
	return nil
}

//go:noinline
func (c *crawling) close() {
	if c.known != nil {
		_ = c.known.Close() // it was only read
		c.known = nil
	}
}

// options are those of a crawl of the forge. What is noted in a catalog that was
// fetched is of somebody else's crawl, who may see more or less.
func (c *crawling) options() crawl.Options {
	o := crawl.Options{
		Host: c.host, Owners: c.owners, Full: c.o.full, Shard: c.shard, Batch: c.o.batch, State: c.state,
		Now: c.a.inv.Now, Sleep: c.a.sleep, Sink: c.a.sink(),
	}
	if c.known != nil && c.shard.Of == 0 {
		o.Known = c.known
		if info := c.known.Info(); !strings.Contains(info.Source, "://") {
			o.Book = info.Meta
		}
	}
	return o
}

// run crawls, and gives what is to be shown with the error that ends the
// command.
func (c *crawling) run(ctx context.Context) (r *crawled, err error) {
	begun := c.a.inv.Now()
	defer func() {
		if r != nil {
			r.Seconds = c.a.inv.Now().Sub(begun).Seconds()
		}
	}()
	if err := c.open(ctx); err != nil {
		return nil, err
	}
	defer c.close()
	if c.o.dryRun {
		return c.plan(ctx)
	}
	unlock, err := crawl.Lock(c.state)
	if err != nil {
		return nil, err
	}
	defer unlock() //nolint:errcheck // the kernel does it in any case
	return c.crawl(ctx)
}

// crawl reads the forge and writes what came.
func (c *crawling) crawl(ctx context.Context) (*crawled, error) {
	out, stopped := crawl.Crawl(ctx, c.client, c.options())
	result := c.result(out)
	if c.shard.Of > 0 {
		return result, c.writeShard(ctx, out, result, stopped)
	}
	switch err := c.apply(ctx, out, result); {
	case errors.Is(err, errAnew) && !c.o.full:
		c.a.say("isrc: %v; everything is read anew", errAnew)
		c.close()
		c.o.full = true
		return c.crawl(ctx)
	case err != nil:
		return nil, err
	}
	if stopped != nil {
		return result, stopped
	}
	if c.o.responses {
		if err := c.sweep(ctx, result); err != nil {
			return result, err
		}
	}
	return result, c.failures(out)
}

// errAnew says that an update began without what an incremental crawl builds on.
var errAnew = errors.New("the catalog that there was is damaged")

// apply puts the whole organisations into a new generation. An interrupt does
// not stop it: it takes moments, and what is whole should be found.
func (c *crawling) apply(ctx context.Context, out *crawl.Outcome, result *crawled) error {
	if len(out.Whole()) == 0 {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	var book crawl.Book
	var past crawl.PullKnown
	if c.known != nil {
		book, past = c.known.Info().Meta, c.known
	}
	asOf := out.AsOf(book, len(c.o.orgs) > 0).UTC().Format(time.RFC3339)
	c.a.sink().Send(progress.Event{Phase: progress.Started, Task: "catalog", Message: "writing the catalog"})
	info, err := c.store.Update(ctx, index.UpdateOptions{Source: "crawl", At: c.a.inv.Now(), Sink: c.a.sink()}, func(w *index.Writer) error {
		if err := c.stands(w, out); err != nil {
			return err
		}
		return fault.Join(out.Apply(ctx, w, past), w.SetMeta(index.MetaCrawled, asOf))
	})
	if err != nil {
		return fault.Errorf("write the catalog: %w", err)
	}
	if info.Recovered != "" {
		c.a.say("isrc: %s", info.Recovered)
	}
	result.Catalog = generationOf(info)
	c.fill(out, result)
	return out.Clean()
}

// stands tells whether a generation holds what an incremental crawl builds on:
// one that turned out to be damaged is begun anew.
func (c *crawling) stands(w *index.Writer, out *crawl.Outcome) error {
	if c.known == nil || c.known.Info().Records == 0 || !slices.ContainsFunc(out.Whole(), func(o *crawl.Owner) bool { return o.Mode == crawl.ModeIncremental }) {
		return nil
	}
	if err := w.Each(func(*catalog.Record) error { return errDone }); !errors.Is(err, errDone) {
		return fault.Join(errAnew, err)
	}
	return nil
}

//go:noinline
func generationOf(i index.Info) *generation {
	return &generation{ID: i.ID, Path: i.Path, Records: i.Records, Events: i.Events, CrawledAt: moment(i.CrawledAt)}
}

// writeShard writes the part. It is of use only if it is whole.
func (c *crawling) writeShard(ctx context.Context, out *crawl.Outcome, result *crawled, stopped error) error {
	if stopped != nil {
		return stopped
	}
	if len(out.Whole()) < len(out.Owners) {
		return c.failures(out)
	}
	path := c.a.path(c.o.to)
	if _, err := out.WriteShard(ctx, path, c.shard); err != nil {
		return err
	}
	result.File = &path
	return out.Clean()
}

// failures is the error of a crawl of which organisations failed: that of the
// first one when nothing came at all.
func (c *crawling) failures(out *crawl.Outcome) error {
	var first *crawl.Owner
	n := 0
	for _, o := range out.Owners {
		if o.Err == nil {
			continue
		}
		if n++; first == nil {
			first = o
		}
	}
	switch {
	case n == 0:
		return nil
	case len(out.Owners) == 1:
		return fault.Errorf("crawl %s: %w", first.Name, first.Err)
	case n == len(out.Owners):
		return fault.Errorf("crawl %s (and %s): %w", first.Name, plural(n-1, "other organisation"), first.Err)
	}
	return &exitError{code: exitPartly, err: fault.Errorf("crawl: %d of %d organisations could not be read", n, len(out.Owners)), hint: "isrc catalog crawl goes on where they stopped"}
}

// sweep reads pull requests into the catalog.
func (c *crawling) sweep(ctx context.Context, result *crawled) error {
	c.close()
	if err := c.open(ctx); err != nil || c.known == nil {
		return err
	}
	swept, stopped := crawl.SweepPulls(ctx, c.client, crawl.SweepOptions{
		Host: c.host, Owners: c.o.orgs, Known: c.known, State: c.state, For: c.o.last, Share: float64(c.o.share) / 100,
		Now: c.a.inv.Now, Sleep: c.a.sleep, Sink: c.a.sink(),
	})
	if swept == nil {
		return stopped
	}
	result.Responses = responsesOf(swept)
	switch {
	case stopped != nil:
		return stopped // the next sweep goes on with what is in the spool
	case swept.Repos == 0:
		return swept.Clean()
	}
	crawledAt := c.known.Info().CrawledAt
	info, err := c.store.Update(ctx, index.UpdateOptions{Source: "crawl", At: c.a.inv.Now(), Sink: c.a.sink()}, func(w *index.Writer) error {
		return fault.Join(swept.Apply(ctx, c.known, w), w.SetMeta(index.MetaCrawled, crawledAt.UTC().Format(time.RFC3339)))
	})
	if err != nil {
		return fault.Errorf("write the catalog: %w", err)
	}
	result.Catalog = generationOf(info)
	return swept.Clean()
}
