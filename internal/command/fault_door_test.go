package command

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"

	"github.com/isrc-dev/isrc/internal/forge/sandbox/relay"
)

// faultDoor stands before a forge, writes down what it is asked, and spoils the
// answers to one request: once, or as long as it is told to.
type faultDoor struct {
	server *httptest.Server
	forge  string
	away   string   // another host, for redirections
	slow   sync.Map // addresses of clients whose answer does not come in time

	mu    sync.Mutex
	asked []asking
	hit   *asking
	fault string
	left  int // so often yet
	met   int
	cut   *cutting
	first func(http.ResponseWriter, *http.Request) bool // may answer itself
}

// asking is one request of the way, without what differs from run to run.
type asking struct {
	method, path string
	git          bool // by the git program
}

func (a asking) String() string {
	by := ""
	if a.git {
		by = " (git)"
	}
	return a.method + " " + a.path + by
}

// faults are what becomes of a request. Those after the effect spoil the answer
// to what was carried out.
const (
	fault500      = "500"
	fault502      = "502"
	fault403      = "403 secondary limit"
	fault429      = "429"
	faultTimeout  = "time-out"
	faultReset    = "reset"
	faultCut      = "truncated"
	faultPage     = "a web page"
	faultRedirect = "another host"
	faultStale    = "stale ETag"
)

func allFaults() []string {
	return []string{fault500, fault502, fault403, fault429, faultTimeout, faultReset, faultCut, faultPage, faultRedirect, faultStale}
}

func newFaultDoor(forge, away string) *faultDoor {
	d := &faultDoor{forge: forge, away: away}
	d.server = httptest.NewServer(d)
	return d
}

// arm spoils a request so many times.
func (d *faultDoor) arm(x asking, fault string, times int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hit, d.fault, d.left, d.met = &x, fault, times, 0
}

// disarm tells how often the request was met.
func (d *faultDoor) disarm() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hit = nil
	return d.met
}

// take gives the fault that is due.
func (d *faultDoor) take(r *http.Request) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	x := asking{method: r.Method, path: r.URL.Path, git: strings.HasPrefix(r.UserAgent(), "git/")}
	if service := r.URL.Query().Get("service"); service != "" {
		x.path += "?service=" + service
	}
	d.asked = append(d.asked, x)
	if d.hit == nil || *d.hit != x || d.left == 0 {
		return ""
	}
	d.left--
	d.met++
	return d.fault
}

// recorded gives what was asked since the last time, each once.
func (d *faultDoor) recorded() (all []asking) {
	d.mu.Lock()
	defer d.mu.Unlock()
	seen := map[asking]bool{}
	for _, a := range d.asked {
		if !seen[a] {
			all = append(all, a)
		}
		seen[a] = true
	}
	d.asked = nil
	return all
}

// before lets a function see each request first.
func (d *faultDoor) before(first func(http.ResponseWriter, *http.Request) bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.first = first
}

func (d *faultDoor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	first := d.first
	d.mu.Unlock()
	if d.cutOff(w, r) || first != nil && first(w, r) {
		return
	}
	switch d.take(r) {
	case "":
		d.pass(w, r, nil)
	case fault500:
		d.pass(w, r, func([]byte) { plainAnswer(500, "application/json", `{"message":"Server Error"}`)(w) })
	case fault502:
		d.pass(w, r, func([]byte) { plainAnswer(502, "text/html", "<html><h1>502 Bad Gateway</h1></html>")(w) })
	case fault403:
		w.Header().Set("Retry-After", "5")
		plainAnswer(403, "application/json", `{"message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}`)(w)
	case fault429:
		w.Header().Set("Retry-After", "5")
		plainAnswer(429, "application/json", `{"message":"Too many requests"}`)(w)
	case faultTimeout:
		d.pass(w, r, func([]byte) { d.slow.Store(r.RemoteAddr, true); panic(http.ErrAbortHandler) })
	case faultReset:
		d.pass(w, r, func([]byte) { reset(w) })
	case faultCut:
		d.pass(w, r, func(body []byte) { _, _ = w.Write(body[:len(body)/2]) })
	case faultPage:
		plainAnswer(200, "text/html", "<!DOCTYPE html><html><title>Sign in</title></html>")(w)
	case faultRedirect:
		http.Redirect(w, r, d.away+r.URL.RequestURI(), http.StatusTemporaryRedirect)
	case faultStale:
		w.WriteHeader(http.StatusNotModified)
	}
}

// reset ends a connection as a firewall does.
func reset(w http.ResponseWriter) {
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	linger(c)
	_ = c.Close()
}

// linger lets the other side see a reset when the connection is closed.
func linger(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
}

// pass lets the forge carry a request out; spoil writes another answer.
func (d *faultDoor) pass(w http.ResponseWriter, r *http.Request, spoil func(body []byte)) {
	answer := relay.Carry(d.forge, r)
	if spoil == nil || answer.Code == http.StatusUnauthorized { // git asks without a token first
		answer.Send(w)
		return
	}
	w.Header().Set("Content-Type", answer.Header.Get("Content-Type"))
	spoil(answer.Body)
}

// dial connects as the program does. When the door lets a request wait too
// long, reading its answer fails as after the time that the program allows.
func (d *faultDoor) dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	return &slowConn{Conn: c, door: d}, nil
}

type slowConn struct {
	net.Conn
	door *faultDoor
}

func (c *slowConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil {
		if _, late := c.door.slow.Load(c.LocalAddr().String()); late {
			return n, os.ErrDeadlineExceeded
		}
	}
	return n, err
}
