package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/catalog/index"
	"github.com/isrc-dev/isrc/internal/forge/sandbox"
	"github.com/isrc-dev/isrc/internal/term"
)

// estate is a company on a forge, and homes of people who crawl it.
type estate struct {
	t     *testing.T
	forge *sandbox.Forge
	asked *askedCount
	now   func() time.Time
	orgs  string
}

func newEstate(t *testing.T, n int) *estate {
	t.Helper()
	begun := time.Now()
	e := &estate{t: t, asked: &askedCount{}, now: func() time.Time { return clock.Add(time.Since(begun)) }, orgs: strings.Join(sandbox.Organisations(n), ",")}
	points := 0 // as many as GitHub gives
	if os.Getenv("ISRC_ESTATE") != "" {
		points = 1_000_000 // a large company is crawled dozens of times within the hour
	}
	f, err := sandbox.Start(context.Background(), sandbox.Options{Dir: t.TempDir(), Now: e.now, World: sandbox.Estate(n, 7), Log: e.asked, GraphQL: sandbox.GraphQL{Points: points}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	e.forge = f
	return e
}

// askedCount counts the requests that a forge logs, and does something at one of
// them.
type askedCount struct {
	mu   sync.Mutex
	left int
	do   func()
}

func (c *askedCount) Write(line []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left--; c.left == 0 {
		c.do()
	}
	return len(line), nil
}

// after does something once so many more requests were answered.
func (c *askedCount) after(n int, do func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left, c.do = n, do; n <= 0 {
		do()
	}
}

// home is one machine with its catalog.
type home struct {
	e   *estate
	dir string
	// ahead is how far this machine's clock is ahead of the forge's beginning.
	ahead time.Duration
}

func (e *estate) home() *home {
	e.t.Helper()
	h := &home{e: e, dir: e.t.TempDir()}
	config := filepath.Join(h.dir, ".config", "isrc")
	if err := os.MkdirAll(config, 0o755); err != nil {
		e.t.Fatal(err)
	}
	text := fmt.Sprintf("host: %q\nhosts:\n  %q:\n    scheme: http\n    orgs: [%s]\n", e.forge.Host(), e.forge.Host(), e.orgs)
	if err := os.WriteFile(filepath.Join(config, "config.yaml"), []byte(text), 0o600); err != nil {
		e.t.Fatal(err)
	}
	return h
}

func (h *home) env() []string {
	return []string{"HOME=" + h.dir, "PATH=" + os.Getenv("PATH"), "ISRC_TOKEN=" + h.e.forge.Token("auditor"), "XDG_CONFIG_DIRS=" + filepath.Join(h.dir, "none"), "LANG=C.UTF-8"}
}

// isrc runs a command in this process, with a clock that can be moved.
func (h *home) isrc(args ...string) (code int, out string) {
	h.e.t.Helper()
	return h.isrcWith(context.Background(), args...)
}

func (h *home) isrcWith(ctx context.Context, args ...string) (code int, out string) {
	h.e.t.Helper()
	var stdout, stderr bytes.Buffer
	inv := Invocation{
		Args: args, Env: h.env(), Dir: h.dir, Streams: &term.Streams{In: strings.NewReader(""), Out: &stdout, Err: &stderr, Width: 80},
		Now:   func() time.Time { return h.e.now().Add(h.ahead) },
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}
	code = Run(ctx, inv)
	h.e.t.Logf("isrc %s: %d\n%s%s", strings.Join(args, " "), code, stdout.String(), stderr.String())
	return code, stdout.String()
}

// crawl runs isrc catalog crawl and wants it to succeed.
func (h *home) crawl(args ...string) crawled {
	h.e.t.Helper()
	code, out := h.isrc(append([]string{"catalog", "crawl", "--json", "all"}, args...)...)
	var r crawled
	if err := json.Unmarshal([]byte(out), &r); err != nil || code != 0 {
		h.e.t.Fatalf("isrc catalog crawl ended with %d: %v", code, err)
	}
	return r
}

// records is what the catalog holds, without what only the time of day changes.
func (h *home) records() map[string]string {
	h.e.t.Helper()
	c, err := (&index.Store{Dir: filepath.Join(h.dir, ".local", "share", "isrc", "catalog")}).Open(context.Background())
	if errors.Is(err, index.ErrNone) {
		return nil
	}
	if err != nil {
		h.e.t.Fatal(err)
	}
	defer c.Close()
	all := map[string]string{}
	err = c.Each(context.Background(), func(r *catalog.Record) error {
		r.SeenAt, r.Activity = time.Time{}, nil
		if r.Readiness != nil {
			for i, p := range r.Readiness.Points {
				if strings.Contains(p.Why, "ago") {
					r.Readiness.Points[i].Why = ""
				}
			}
		}
		raw, err := json.Marshal(r)
		all[r.Key()] = string(raw)
		return err
	})
	if err != nil {
		h.e.t.Fatal(err)
	}
	return all
}

func sameCatalog(t *testing.T, what string, got, want *home) {
	t.Helper()
	g, w := got.records(), want.records()
	if len(w) == 0 {
		t.Fatalf("%s: there is nothing to compare with", what)
	}
	for key := range w {
		if g[key] != w[key] {
			t.Fatalf("%s: %d records, want %d; the first that differs:\n%s", what, len(g), len(w), cmp.Diff(w[key], g[key]))
		}
	}
	if len(g) != len(w) {
		t.Fatalf("%s: %d records, want %d", what, len(g), len(w))
	}
}

// TestCrawlOfTenThousand is the budget: at most two requests for a hundred
// repositories, and a handful when nothing has changed.
func TestCrawlOfTenThousand(t *testing.T) {
	if testing.Short() {
		t.Skip("left out with -short: it makes 10,000 repositories and reads them")
	}
	if underRace {
		t.Skip("left out under the race detector: it takes minutes there, and smaller crawls go the same ways")
	}
	t.Parallel()
	e := newEstate(t, 10_000)
	h := e.home()
	begun := time.Now()
	first := h.crawl()
	took := time.Since(begun)
	pages := 0
	for _, o := range first.Organisations {
		pages += (o.Read + 99) / 100
	}
	t.Logf("%d repositories of %d organisations in %d requests and %s (the program alone %.1f s); %d pages", first.Repositories, len(first.Organisations), first.Requests, took.Round(time.Millisecond), first.Seconds, pages)
	if first.Requests > 2*first.Repositories/100 {
		t.Errorf("%d requests are more than two for a hundred repositories", first.Requests)
	}
	begun = time.Now()
	again := h.crawl()
	t.Logf("again, unchanged: %d requests, %s", again.Requests, time.Since(begun).Round(time.Millisecond))
	if again.Requests > 2*len(again.Organisations) || again.New+again.Changed+again.Removed > 0 {
		t.Errorf("nothing has changed, and it cost %d requests: %d new, %d changed, %d removed", again.Requests, again.New, again.Changed, again.Removed)
	}
}

// crawlSize is how many repositories are crawled, and how many at once, by those who
// crawl them dozens of times: a few, or as many as ISRC_ESTATE says.
func crawlSize(t *testing.T, few int) (size int, batch string) {
	t.Helper()
	if text := os.Getenv("ISRC_ESTATE"); text != "" {
		size, err := strconv.Atoi(text)
		if err != nil {
			t.Fatalf("ISRC_ESTATE: %v", err)
		}
		return size, "100"
	}
	return few, "5"
}

// TestCrawlKilled kills a crawl at twenty moments and lets it go on; the catalog
// must be that of a crawl that nothing stopped.
func TestCrawlKilled(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("isrc")
	if err != nil {
		t.Fatal(err)
	}
	size, batch := crawlSize(t, 120)
	e := newEstate(t, size)
	child := func(h *home) *exec.Cmd {
		cmd := exec.Command(program, "catalog", "crawl", "--batch", batch)
		cmd.Env, cmd.Dir = h.env(), h.dir
		return cmd
	}
	want := e.home()
	if out, err := child(want).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	whole := len(e.forge.Requests())
	rnd := rand.New(rand.NewPCG(1, 2))
	killed, saved := 0, 0
	for n := range 20 {
		h := e.home()
		// The last points lie in the writing of the catalog, where nothing is asked.
		asked, late := whole*(n+1)/14-rnd.IntN(2), time.Duration(rnd.IntN(20))*time.Millisecond
		if n >= 14 {
			asked, late = whole, time.Duration(rnd.IntN(150))*time.Millisecond
		}
		now := make(chan struct{})
		e.asked.after(asked, func() { close(now) })
		if kill(t, child(h), now, late) {
			killed++
		}
		before := len(e.forge.Requests())
		if out, err := child(h).CombinedOutput(); err != nil {
			t.Fatalf("killed at point %d, and then: %v\n%s", n, err, out)
		}
		if len(e.forge.Requests())-before < whole*3/4 {
			saved++
		}
		sameCatalog(t, fmt.Sprintf("killed at point %d", n), h, want)
	}
	t.Logf("a crawl takes %d requests; of 20, %d were killed, and %d of them spared a quarter of that or more afterwards", whole, killed, saved)
	if killed < 10 || saved < 5 { // the last ones may all come too late
		t.Errorf("of 20, %d were killed, and %d had come a quarter of the way: the points are not spread", killed, saved)
	}
}

// kill starts a program and ends it for good some time after a moment; false
// when it came to its own end before.
func kill(t *testing.T, cmd *exec.Cmd, now <-chan struct{}, late time.Duration) bool {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan bool, 1)
	go func() { ended <- cmd.Wait() == nil }()
	select {
	case <-ended:
		return false
	case <-now:
	}
	select {
	case <-ended:
		return false
	case <-time.After(late): // waits for nothing: the moment of the kill is what is random
	}
	_ = cmd.Process.Signal(syscall.SIGKILL)
	return !<-ended
}

// TestCrawlWithFaults lets one request in twenty fail, in every way that there
// is; the catalog must be the same.
func TestCrawlWithFaults(t *testing.T) {
	t.Parallel()
	size, batch := crawlSize(t, 150)
	e := newEstate(t, size)
	want := e.home()
	want.crawl("--batch", batch)
	whole := len(e.forge.Requests())
	kinds := []sandbox.Fault{
		{Kind: sandbox.FaultStatus, Status: 502}, {Kind: sandbox.FaultCut}, {Kind: sandbox.FaultSecondaryLimit}, {Kind: sandbox.FaultReset},
		{Kind: sandbox.FaultStatus, Status: 504}, {Kind: sandbox.FaultTruncate}, {Kind: sandbox.FaultPrimaryLimit}, {Kind: sandbox.FaultHTML, Status: 502},
	}
	rnd := rand.New(rand.NewPCG(3, 4))
	struck := 0
	for n := range 6 {
		before := len(e.forge.Requests())
		for i, at := 0, rnd.IntN(20); at < whole; i++ {
			f := kinds[(n*3+i)%len(kinds)]
			f.Method, f.Path, f.Skip, f.Count = "POST", "/api/graphql", at, 1
			e.forge.AddFault(f)
			at += rnd.IntN(39) // the requests that others struck are not counted
		}
		got := e.home()
		got.crawl("--batch", batch)
		for _, x := range e.forge.Requests()[before:] {
			if x.Status != 200 {
				struck++
			}
		}
		e.forge.ClearFaults()
		sameCatalog(t, fmt.Sprintf("with faults, %d", n), got, want)
	}
	t.Logf("%d requests failed with a status of their own, others without", struck)
	if struck < 6 {
		t.Errorf("only %d faults struck", struck)
	}
}

// TestCrawlAfterChanges compares an incremental crawl with one of everything.
func TestCrawlAfterChanges(t *testing.T) {
	t.Parallel()
	e := newEstate(t, 250)
	h := e.home()
	first := h.crawl()
	org := first.Organisations[0].Name
	var names []string
	for key := range h.records() {
		names = append(names, key[strings.Index(key, "/")+1:])
	}
	slices.Sort(names)
	f, ctx := e.forge, context.Background()
	for _, err := range []error{
		f.Push(ctx, names[10], org+"-lead", "feat: say more", map[string]string{"README.md": "# Quite another thing\n\nIt says more now.\n"}),
		f.RenameRepo(names[20], "renamed-thing"), f.ArchiveRepo(names[30], true), f.DescribeRepo(names[40], "Described anew", "new-topic"),
		f.DeleteRepo(names[50]), f.AddRepo(&sandbox.Repo{Owner: org, Name: "brand-new", Description: "It is new", Files: []sandbox.File{{Path: "README.md", Data: "# New\n"}}}),
		f.RenameRepo(names[60], "x-"+names[61][strings.Index(names[61], "/")+1:]), f.DeleteRepo(names[70]),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	h.ahead = time.Hour
	second := h.crawl()
	fresh := e.home()
	fresh.ahead = time.Hour
	fresh.crawl()
	sameCatalog(t, "after changes", h, fresh)
	if second.New != 1 || second.Removed != 2 || second.Renamed != 2 || second.Changed != 5 {
		t.Errorf("%d new, %d removed, %d renamed of %d changed; want 1, 2, 2, 5", second.New, second.Removed, second.Renamed, second.Changed)
	}
	h.ahead = 2 * time.Hour
	third := h.crawl()
	if third.Requests > 2*len(third.Organisations) {
		t.Errorf("nothing has changed, and it cost %d requests", third.Requests)
	}
	if err := f.DescribeRepo(names[41], "Described anew, too"); err != nil {
		t.Fatal(err)
	}
	h.ahead = 3 * time.Hour
	if r := h.crawl(); r.Changed != 1 || r.Requests > 4*len(r.Organisations) || r.Organisations[0].Mode != "incremental" {
		t.Errorf("one description has changed: %d changed in %d requests (%s)", r.Changed, r.Requests, r.Organisations[0].Mode)
	}
}

// TestCrawlWithoutGraphQL reads the same from a host that has only REST, and
// little of it when nothing has changed.
func TestCrawlWithoutGraphQL(t *testing.T) {
	t.Parallel()
	e := newEstate(t, 40)
	graph, rest := e.home(), e.home()
	graph.crawl()
	e.forge.SetGraphQL(sandbox.GraphQL{Off: true})
	if r := rest.crawl(); !r.REST || r.Repositories != 40 {
		t.Errorf("by REST %v, %d repositories", r.REST, r.Repositories)
	}
	sameCatalog(t, "by REST", rest, graph)
	rest.ahead = time.Hour
	if r := rest.crawl(); r.Requests > 5*len(r.Organisations) {
		t.Errorf("nothing has changed, and it cost %d requests", r.Requests)
	}
}

// TestCrawlInterrupted is Ctrl-C: what is whole comes into the catalog, and the
// rest goes on later.
func TestCrawlInterrupted(t *testing.T) {
	t.Parallel()
	e := newEstate(t, 900)
	e.orgs += ",auditor"
	want, got := e.home(), e.home()
	want.crawl("--batch", "20")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	e.asked.after(25, cancel)
	code, out := got.isrcWith(ctx, "catalog", "crawl", "--batch", "20", "--json", "all")
	var r crawled
	if err := json.Unmarshal([]byte(out), &r); err != nil || code != exitInterrupted {
		t.Fatalf("ended with %d: %v", code, err)
	}
	whole := 0
	for _, o := range r.Organisations {
		if o.Whole {
			whole++
		}
	}
	if whole == 0 || whole == len(r.Organisations) || r.Catalog == nil {
		t.Errorf("%d of %d are whole, the catalog is %v", whole, len(r.Organisations), r.Catalog)
	}
	before := len(e.forge.Requests())
	r = got.crawl("--batch", "20")
	if n := len(e.forge.Requests()) - before; n > 60 {
		t.Errorf("to go on took %d requests", n)
	}
	sameCatalog(t, "after an interrupt", got, want)
}

// TestCrawlResponses sweeps pull requests and knows afterwards who answers.
func TestCrawlResponses(t *testing.T) {
	t.Parallel()
	e := newEstate(t, 120)
	h := e.home()
	r := h.crawl("--responses", "--share", "100")
	if r.Responses == nil || r.Responses.Repositories != 120 || r.Responses.Pulls == 0 || r.Responses.Left != 0 || len(r.Responses.Skipped) > 0 {
		t.Fatalf("%+v", r.Responses)
	}
	if r.Catalog.Events != r.Responses.Pulls {
		t.Errorf("%d events of %d pull requests", r.Catalog.Events, r.Responses.Pulls)
	}
	raw, answered := "", 0
	for _, text := range h.records() {
		raw += text
		if strings.Contains(text, `"firstHours"`) {
			answered++
		}
	}
	if answered == 0 {
		t.Error("nobody is known to answer")
	}
	h.ahead = time.Hour
	again := h.crawl("--responses", "--share", "100")
	if again.Responses.Repositories != 0 || again.Organisations[0].Changed > 0 {
		t.Errorf("an hour later %d repositories are due, and %d have changed", again.Responses.Repositories, again.Organisations[0].Changed)
	}
	moved := ""
	for key, text := range h.records() {
		if strings.Contains(text, `"firstHours"`) {
			moved = key[strings.Index(key, "/")+1:]
		}
	}
	if err := e.forge.RenameRepo(moved, "renamed-with-events"); err != nil {
		t.Fatal(err)
	}
	if r := h.crawl("--full"); r.Renamed != 1 || r.Catalog.Events <= again.Catalog.Events {
		t.Errorf("%d were renamed; %d events, before that %d", r.Renamed, r.Catalog.Events, again.Catalog.Events)
	}
	kept := 0
	for _, text := range h.records() {
		if strings.Contains(text, `"firstHours"`) {
			kept++
		}
	}
	if kept != answered {
		t.Errorf("of %d figures %d are left after everything was read anew", answered, kept)
	}
}
