// Package sandbox is a GitHub-compatible forge on loopback: REST v3 as far as
// isrc uses it, git smart HTTP on real bare repositories, small pages for
// people, and faults on request. It must not know the client that talks to it;
// whatever it answers is what GitHub would answer. Begin with Start and World.
package sandbox

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
)

// Options say what kind of forge to start. Only Dir must be set.
type Options struct {
	// Dir is where bare repositories and the CA certificate lie. It must exist;
	// Close removes nothing of it.
	Dir string
	// Addr is the address to listen on, 127.0.0.1:0 when empty.
	Addr string
	// TLS serves https with a CA made at start, whose certificate is written to
	// Dir/ca.pem; the server is valid for localhost, 127.0.0.1 and ::1.
	TLS bool
	// Public is the host and port by which clients reach the forge, where that is
	// not the address it listens on: a proxy stands before it.
	Public string
	// World is what the forge holds at first, Acme() when nil.
	World *World
	// Now is the forge's clock, time.Now when nil.
	Now func() time.Time
	// Log receives one line per request, faults marked and never a token.
	Log io.Writer
	// Record receives every REST exchange; it may be called from several
	// goroutines at once.
	Record func(Exchange)
	// Faults are in force from the start.
	Faults []Fault
	// GraphQL is what the GraphQL API puts up with.
	GraphQL GraphQL
}

// Forge is a running forge.
type Forge struct {
	dir    string
	scheme string
	addr   string
	host   string
	ca     string
	now    func() time.Time
	start  time.Time
	world  *World
	git    gitCommand

	server   *http.Server
	served   chan struct{}
	stop     context.CancelFunc
	ctx      context.Context
	routes   []route
	faults   faultList
	journal  requestLog
	tokens   tokenTable
	limits   rateCounter
	cache    seedCache
	lists    listings
	forkWait int     // guarded by mu
	listLag  int     // guarded by mu
	graphql  GraphQL // guarded by mu

	// mu guards everything below: readers of the API hold it for reading, what
	// changes the forge for writing.
	mu    sync.RWMutex
	state state
}

// Start makes a forge and serves it until Close or until ctx is done. It
// touches nothing but the CA file: a repository is made when it is first asked
// for.
func Start(ctx context.Context, o Options) (*Forge, error) {
	if st, err := os.Stat(o.Dir); err != nil || !st.IsDir() {
		return nil, fault.Errorf("start the sandbox forge: %q is no folder", o.Dir)
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fault.Errorf("start the sandbox forge: %w", err)
	}
	if o.Addr == "" {
		o.Addr = "127.0.0.1:0"
	}
	if o.World == nil {
		o.World = Acme()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	f := &Forge{dir: dir, now: o.Now, start: o.Now().UTC(), world: o.World, served: make(chan struct{}), graphql: o.GraphQL}
	f.git = newGitCommand(dir)
	f.journal = requestLog{out: o.Log, record: o.Record, now: o.Now}
	f.faults.add(o.Faults...)
	f.routes = f.apiRoutes()
	if err := f.populate(); err != nil {
		return nil, fault.Errorf("start the sandbox forge: %w", err)
	}
	ln, err := net.Listen("tcp", o.Addr)
	if err != nil {
		return nil, fault.Errorf("start the sandbox forge: %w", err)
	}
	f.scheme, f.addr = "http", ln.Addr().String()
	f.host = f.addr
	if o.TLS {
		ln, err = f.listenTLS(ln)
		if err != nil {
			return nil, fault.Errorf("start the sandbox forge: %w", err)
		}
	}
	f.host = orElse(o.Public, f.host)
	f.serve(ctx, ln)
	return f, nil
}

// serve answers on the listener in the background.
func (f *Forge) serve(ctx context.Context, ln net.Listener) {
	f.ctx, f.stop = context.WithCancel(ctx)
	f.server = &http.Server{
		Handler:           http.HandlerFunc(f.serveHTTP),
		ReadHeaderTimeout: 30 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return f.ctx },
		ErrorLog:          log.New(io.Discard, "", 0),
	}
	go func() {
		defer close(f.served)
		_ = f.server.Serve(ln)
	}()
	context.AfterFunc(f.ctx, func() { _ = f.server.Close() })
}

// URL is where the forge is, without a slash at the end.
//
//go:noinline
func (f *Forge) URL() string { return f.scheme + "://" + f.host }

// Addr is the address that the forge listens on.
func (f *Forge) Addr() string { return f.addr }

// Host is the forge's host and port.
func (f *Forge) Host() string { return f.host }

// CAFile is the path of the CA certificate, empty without TLS.
func (f *Forge) CAFile() string { return f.ca }

// Close ends the forge and every connection to it. It waits until nothing is
// served any more, so that the folder may be removed afterwards.
func (f *Forge) Close() error {
	f.stop()
	err := f.server.Close()
	<-f.served
	f.journal.wait()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}

// SetForkDelay makes the git side of each new fork answer 404 to its first n
// requests.
func (f *Forge) SetForkDelay(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.forkWait = n
}

// SetListingLag hides each new pull request from the first n lists in which it
// would stand.
func (f *Forge) SetListingLag(n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.listLag = n
}

// localHost replaces the address by the name that the certificate is made for.
func localHost(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	return strings.Join([]string{"localhost", port}, ":")
}
