// Package crawl reads what a forge tells of its owners' repositories into a
// catalog: page after page into a spool on disk, which survives whatever
// happens to the process, and from there into a generation at once. It knows
// neither a database nor a client; both are handed in as small interfaces.
// Begin with Crawl, then owner.go for one owner's way and apply.go for the end
// of it.
package crawl

import (
	"context"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/progress"
)

// Source is a forge as far as a crawl asks it.
type Source interface {
	Profiles(context.Context, forge.ProfileQuery) (forge.ProfilePage, error)
	ProfilesREST(context.Context, forge.ProfileQuery) (forge.ProfilePage, error)
	ProfileREST(context.Context, forge.Profile, forge.ProfileOptions) (forge.Profile, error)
	OwnerTeams(context.Context, string) (*forge.OwnerTeams, error)
	Requests() int // sent so far, the repeated ones included
}

// Known is the catalog as it was before a crawl. Get answers a
// *forge.NotFoundError for what is not in it.
type Known interface {
	Get(context.Context, forge.RepoName) (*catalog.Record, error)
	Each(context.Context, func(*catalog.Record) error) error
}

// Options says what to crawl and how.
type Options struct {
	Host   string
	Owners []string // organisations, or users
	// Full walks everything and begins anew, whatever an earlier crawl left.
	Full  bool
	Shard Shard
	Batch int // repositories asked for at once to begin with; 0 is what worked last, else 100
	// State is the folder of the spools.
	State string
	// Book is what earlier crawls noted in the catalog; nothing in it means that
	// everything is walked.
	Book  Book
	Known Known // nil is an empty catalog
	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error
	Sink  progress.Sink
}

// How much is asked at the same time, and how often everything is walked.
const (
	workers   = 4
	fullEvery = 7 * 24 * time.Hour
	// keptFor is how long a spool may be gone on with.
	keptFor = 24 * time.Hour
)

// Outcome is what a crawl brought into its spools, by owner in the order in
// which they were asked for.
type Outcome struct {
	Owners   []*Owner
	Requests int
	Took     time.Duration
	Batch    int  // repositories asked for at once in the end
	REST     bool // the host has no GraphQL
}

// Owner is what became of one owner.
type Owner struct {
	Host     string
	Name     string
	Mode     Mode
	Why      string // why everything was walked, or anew
	Resumed  bool   // an earlier crawl that was cut off was gone on with
	Seen     int    // repositories that were read, each once
	Total    int    // repositories of the owner, as the forge counts; 0 it did not say
	Skipped  []forge.Skipped
	Requests int  // that this owner took
	Whole    bool // the end was reached; only then may it come into a catalog
	// Gone tells whether what was not seen is gone. It is not after an incremental
	// crawl, nor where fewer repositories came than the forge counts.
	Gone  bool
	Err   error
	Tally Tally // what Apply found
	At    time.Time

	spool    string
	position Position
	final    map[string]int // see walk
	defaults *defaultsRead  // nil: none, or not read yet
	noted    string         // the defaults that the catalog had
	issues   []issuesOf     // what became of issues of repositories that were not read
}

// Mode is how an owner's repositories are gone through.
type Mode string

// The modes.
const (
	ModeFull        Mode = "full"
	ModeIncremental Mode = "incremental" // only what was pushed to or changed since
)

// Crawl reads the owners' repositories into spools, several owners at the same
// time. What goes wrong with one of them is in its Err and stops no other; the
// error of Crawl is for what ends everything: an interrupt. The outcome counts
// either way.
func Crawl(ctx context.Context, source Source, o Options) (*Outcome, error) {
	begun, asked := o.Now(), source.Requests()
	c := &crawler{o: o, source: source, batch: newBatch(o), meter: newMeter(o)}
	out := &Outcome{}
	g := errgroup.Group{}
	g.SetLimit(workers)
	for _, name := range unique(o.Owners) {
		w := &Owner{Host: o.Host, Name: name}
		out.Owners = append(out.Owners, w)
		g.Go(func() error {
			w.Err = c.owner(ctx, w)
			return nil
		})
	}
	_ = g.Wait() // each owner has its own error
	c.meter.done()
	out.Requests, out.Took, out.Batch, out.REST = source.Requests()-asked, o.Now().Sub(begun), c.batch.now(), c.rest()
	return out, ctx.Err()
}

// unique drops names that differ in case only.
func unique(names []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, n := range names {
		if low := strings.ToLower(n); !seen[low] {
			seen[low] = true
			out = append(out, n)
		}
	}
	return out
}

// crawler is what the owners of one crawl share.
type crawler struct {
	o      Options
	source Source
	batch  *batch
	meter  *meter

	mu     sync.Mutex
	byREST bool
}

func (c *crawler) rest() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.byREST
}

// useREST goes on by REST, for the reason that GraphQL was refused with.
func (c *crawler) useREST(why error) {
	c.mu.Lock()
	first := !c.byREST
	c.byREST = true
	c.mu.Unlock()
	if first {
		c.o.Sink.Note("crawl", why.Error()+": its repositories are read one by one")
	}
}
