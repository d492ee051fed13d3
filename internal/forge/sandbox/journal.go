package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// Entry is one request as the forge saw it.
type Entry struct {
	Method     string
	Path       string // as sent, without the query
	Query      string
	Status     int    // what the client got; 0 when the connection was closed first
	Login      string // who was recognised, empty for nobody
	Kind       string // "api", "git" or "page"
	Fault      FaultKind
	Authorized bool   // an Authorization header was sent
	Credential string // Fingerprint of the token that was sent, known here or not
	UserAgent  string
}

// Exchange is one REST request and its answer, for checks of conformance.
type Exchange struct {
	Method         string
	Path           string // raw, with the query
	RequestHeader  http.Header
	RequestBody    []byte
	Status         int
	ResponseHeader http.Header
	ResponseBody   []byte
	Fault          FaultKind // empty for a true answer
}

// Fingerprint names a token without revealing it.
func Fingerprint(token string) string {
	if token == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("fingerprint\x00" + token))
	return hex.EncodeToString(sum[:8])
}

// Requests are all requests so far, in the order in which they were answered.
// Each is there before its client has a byte of the answer.
func (f *Forge) Requests() []Entry { return f.journal.entries() }

// requestLog remembers requests and tells them to whoever listens.
type requestLog struct {
	out    io.Writer
	record func(Exchange)
	now    func() time.Time

	mu     sync.Mutex
	all    []Entry
	serial int

	// running is held for reading by each request that is answered.
	running sync.RWMutex
	closed  bool // guarded by running
}

// maxEntries bounds what a forge that runs for days remembers.
const maxEntries = 100_000

func (l *requestLog) entries() []Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]Entry(nil), l.all...)
}

func (l *requestLog) add(e Entry, took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.all) >= maxEntries {
		l.all = append(l.all[:0], l.all[maxEntries/2:]...)
	}
	l.all = append(l.all, e)
	if l.out == nil {
		return
	}
	login, fault, query := e.Login, "", ""
	if login == "" {
		login = "-"
	}
	if e.Fault != "" {
		fault = " FAULT=" + string(e.Fault)
	}
	if e.Query != "" {
		query = "?" + e.Query
	}
	_, _ = fmt.Fprintf(l.out, "%s %-4s %s %d %s %s%s %dms%s\n", l.now().UTC().Format("15:04:05"),
		e.Kind, e.Method, e.Status, login, e.Path, query, took.Milliseconds(), fault)
}

// begin admits a request, unless the forge is closed; end must follow.
func (l *requestLog) begin() bool {
	l.running.RLock()
	if l.closed {
		l.running.RUnlock()
		return false
	}
	return true
}

func (l *requestLog) end() { l.running.RUnlock() }

// wait returns when no request is being answered any more, nor will be.
func (l *requestLog) wait() {
	l.running.Lock()
	defer l.running.Unlock()
	l.closed = true
}

// requestID is what support would ask for: another one for each request.
func (l *requestLog) requestID() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.serial++
	return fmt.Sprintf("5A4D:%04X:%06X:%08X", l.serial&0xffff, l.serial, l.now().Unix())
}
