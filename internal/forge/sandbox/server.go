package sandbox

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"strings"
	"sync"
	"time"
)

// apiPrefix is where REST v3 lies on a GitHub Enterprise Server.
const apiPrefix = "/api/v3"

// exchange is one request while it is answered.
type exchange struct {
	r     *http.Request
	entry Entry
	user  *user // nil for nobody
	token token
	known bool // the credentials are good
	sent  bool // credentials were sent
	fault *Fault
}

// serveHTTP is the forge's one door: who asks, does a fault strike, then the
// API, git or a page.
func (f *Forge) serveHTTP(w http.ResponseWriter, r *http.Request) {
	if !f.journal.begin() {
		panic(http.ErrAbortHandler)
	}
	defer f.journal.end()
	began := time.Now()
	x := &exchange{r: r}
	x.entry = Entry{Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery, Kind: kindOf(r), UserAgent: r.UserAgent()}
	f.identify(x)
	x.fault = f.faults.next(r.Method, r.URL.Path)
	if x.fault != nil {
		x.entry.Fault = x.fault.Kind
	}
	out := &answerWriter{ResponseWriter: w}
	out.note = sync.OnceFunc(func() {
		x.entry.Status = out.status
		f.journal.add(x.entry, time.Since(began))
	})
	// An aborted connection is a panic, which must still be noted.
	defer out.note()
	if x.fault != nil && !f.strike(out, x) {
		return
	}
	switch x.entry.Kind {
	case "api":
		f.serveAPI(out, x)
	case "git":
		f.serveGit(out, x)
	default:
		if isOAuth(r.URL.Path) {
			f.serveOAuth(out, x)
			break
		}
		f.servePage(out, x)
	}
	out.finish()
}

func kindOf(r *http.Request) string {
	p := r.URL.Path
	switch {
	case isGraphQL(p), p == apiPrefix || strings.HasPrefix(p, apiPrefix+"/"):
		return "api"
	case strings.HasSuffix(p, "/info/refs"), strings.HasSuffix(p, "/git-upload-pack"), strings.HasSuffix(p, "/git-receive-pack"):
		return "git"
	}
	return "page"
}

// identify reads the credentials.
func (f *Forge) identify(x *exchange) {
	header := x.r.Header.Get("Authorization")
	if header == "" {
		return
	}
	x.entry.Authorized, x.sent = true, true
	scheme, value, _ := strings.Cut(header, " ")
	secrets := []string{strings.TrimSpace(value)}
	if strings.EqualFold(scheme, "basic") {
		raw, _ := base64.StdEncoding.DecodeString(secrets[0])
		name, password, _ := strings.Cut(string(raw), ":")
		secrets = []string{password, name} // a token stands in either place
	}
	x.entry.Credential = Fingerprint(secrets[0])
	for _, s := range secrets {
		if t, ok := f.tokens.find(s); ok && !t.expired {
			f.mu.RLock()
			x.user = f.state.user(t.login)
			f.mu.RUnlock()
			x.token, x.known = t, x.user != nil
			x.entry.Login, x.entry.Credential = t.login, Fingerprint(s)
			return
		}
	}
}

// answerWriter notes what is answered and cuts it short where a fault says so.
type answerWriter struct {
	http.ResponseWriter
	note   func() // once, before the client can have any of the answer
	status int
	cut    bool // close the connection once left is used up
	left   int
	hold   *bytes.Buffer // keeps the body back, to send half of it
	after  int
}

func (w *answerWriter) WriteHeader(status int) {
	if w.cut && w.left == 0 {
		panic(http.ErrAbortHandler) // the client sees no answer at all
	}
	w.status = status
	if w.hold == nil {
		w.send(status)
	}
}

// send begins the answer. A client that has read what it wants of it, such as git
// up to the last packet, goes on before this request ends.
func (w *answerWriter) send(status int) {
	w.note()
	w.ResponseWriter.WriteHeader(status)
}

func (w *answerWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if w.hold != nil {
		return w.hold.Write(p)
	}
	if w.cut && len(p) > w.left {
		_, _ = w.ResponseWriter.Write(p[:w.left])
		_ = http.NewResponseController(w.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	n, err := w.ResponseWriter.Write(p)
	w.left -= n
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *answerWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// finish ends an answer that was held back or must not end properly.
func (w *answerWriter) finish() {
	if w.hold != nil {
		n := w.after
		if n == 0 {
			n = w.hold.Len() / 2
		}
		w.Header().Del("Content-Length")
		w.send(max(w.status, http.StatusOK))
		_, _ = w.ResponseWriter.Write(w.hold.Bytes()[:min(n, w.hold.Len())])
		return
	}
	if w.cut {
		panic(http.ErrAbortHandler)
	}
}
