// Package registrytest is an OCI registry on this machine for tests: enough of
// the distribution specification for pushing and pulling artifacts, with sign-in
// and with faults. The program does not contain it. Begin with Start.
package registrytest

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Options say what kind of registry it is.
type Options struct {
	User, Password string // who may come in; "" everybody
	ReadOnly       bool   // the user may pull and not push
	Bearer         bool   // by tokens instead of passwords
	Identity       string // an identity token that is taken instead of a password
	TLS            bool
	NoRange        bool // answers every request for a part with the whole
	Elsewhere      bool // blobs are redirected to a store on another port
	Digestless     bool // says no Docker-Content-Digest
	Quirks
}

// Registry is a running one.
type Registry struct {
	o      Options
	server *httptest.Server
	store  *httptest.Server

	mu        sync.Mutex
	blobs     map[string][]byte
	linked    map[string]bool   // repository and digest: where a blob may be asked for
	manifests map[string]stored // by repository and tag or digest
	uploads   map[string]bool
	tokens    map[string]string // token → scopes
	faults    []*Fault

	logging sync.Mutex // answers begin while mu is held
	log     []Request
}

type stored struct {
	kind string
	raw  []byte
}

// Request is one that was answered.
type Request struct {
	Method, Path string
	Range        string
	Status       int
	Authorized   bool // brought an Authorization
	Store        bool // to the store of blobs
}

// Fault spoils answers to requests of which method and path match.
type Fault struct {
	Match  string // a regular expression over "METHOD PATH"
	Count  int    // how often
	Status int    // answers so, when not 0
	Cut    int    // else ends the body after so many bytes
	Swap   []byte // answers this instead
	Kind   string // Content-Type of Swap
	Header http.Header
}

// Start starts a registry.
func Start(o Options) *Registry {
	r := &Registry{o: o, blobs: map[string][]byte{}, linked: map[string]bool{}, manifests: map[string]stored{}, uploads: map[string]bool{}, tokens: map[string]string{}}
	begin := httptest.NewServer
	if o.TLS {
		begin = httptest.NewTLSServer
	}
	r.server = begin(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) { r.serve(w, q, false) }))
	r.store = begin(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) { r.serve(w, q, true) }))
	quiet := slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	r.server.Config.ErrorLog, r.store.Config.ErrorLog = quiet, quiet
	return r
}

// Close stops it.
func (r *Registry) Close() { r.server.Close(); r.store.Close() }

// Host is its name and port.
func (r *Registry) Host() string { return r.server.Listener.Addr().String() }

// CA is the PEM of the certificate that signs for it, with TLS.
func (r *Registry) CA() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: r.server.Certificate().Raw})
}

// Fail adds a fault.
func (r *Registry) Fail(f Fault) { r.mu.Lock(); defer r.mu.Unlock(); r.faults = append(r.faults, &f) }

// Heal takes all faults away.
func (r *Registry) Heal() { r.mu.Lock(); defer r.mu.Unlock(); r.faults = nil }

// Requests are those since the last Forget.
func (r *Registry) Requests() []Request {
	r.logging.Lock()
	defer r.logging.Unlock()
	return slices.Clone(r.log)
}

// Forget empties the log of requests.
func (r *Registry) Forget() { r.logging.Lock(); defer r.logging.Unlock(); r.log = nil }

// Blobs are what was pushed, by digest; a test may spoil them.
func (r *Registry) Blobs(do func(map[string][]byte)) { r.mu.Lock(); defer r.mu.Unlock(); do(r.blobs) }

// Manifest reads what stands under a tag.
func (r *Registry) Manifest(repository, tag string) []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.manifests[repository+" "+tag].raw
}

// SetManifest puts a manifest under a tag.
func (r *Registry) SetManifest(repository, tag, kind string, raw []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.manifests[repository+" "+tag] = stored{kind, raw}
	r.manifests[repository+" "+Digest(raw)] = stored{kind, raw}
}

// Digest is the digest of bytes.
func Digest(raw []byte) string {
	sum := sha256.Sum256(raw)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// noting notes a request before its client has a byte of the answer: who has all
// of it may look for the request before the server has ended it.
type noting struct {
	http.ResponseWriter
	note    func(status int) // once
	left    int
	limited bool
}

func (n *noting) WriteHeader(code int) { n.note(code); n.ResponseWriter.WriteHeader(code) }

func (n *noting) Write(p []byte) (int, error) {
	n.note(http.StatusOK) // unless it was another one
	if !n.limited {
		return n.ResponseWriter.Write(p)
	}
	w, err := n.ResponseWriter.Write(p[:min(len(p), n.left)])
	if n.left -= w; n.left == 0 {
		_ = http.NewResponseController(n.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	return w, err
}

// note writes a request down the first time that it is called.
func (r *Registry) note(q *http.Request, store bool) func(status int) {
	var once sync.Once
	return func(status int) {
		once.Do(func() {
			r.logging.Lock()
			defer r.logging.Unlock()
			r.log = append(r.log, Request{Method: q.Method, Path: q.URL.Path, Range: q.Header.Get("Range"), Status: status, Authorized: q.Header.Get("Authorization") != "", Store: store})
		})
	}
}

func (r *Registry) serve(w http.ResponseWriter, q *http.Request, store bool) {
	n := &noting{ResponseWriter: w, note: r.note(q, store)}
	defer n.note(http.StatusOK)
	if f := r.fault(q); f != nil {
		maps.Copy(n.Header(), f.Header)
		switch {
		case f.Swap != nil:
			n.Header().Set("Content-Type", f.Kind)
			n.WriteHeader(max(f.Status, http.StatusOK))
			_, _ = n.Write(f.Swap)
			return
		case f.Status != 0:
			http.Error(n, "a fault", f.Status)
			return
		}
		n.limited, n.left = true, f.Cut
	}
	switch {
	case store:
		r.blob(n, q, strings.TrimPrefix(q.URL.Path, "/"))
	case q.URL.Path == "/token":
		r.token(n, q)
	case !strings.HasPrefix(q.URL.Path, "/v2/"):
		http.NotFound(n, q)
	case r.enter(n, q):
		r.answer(n, q)
	}
}

func (r *Registry) fault(q *http.Request) *Fault {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, f := range r.faults {
		if f.Count > 0 && regexp.MustCompile(f.Match).MatchString(q.Method+" "+q.URL.Path) {
			f.Count--
			return f
		}
	}
	return nil
}

var routes = regexp.MustCompile(`^/v2/(.+?)/(manifests|blobs)/(.*)$`)

// enter lets in who may, and asks the others who they are.
func (r *Registry) enter(w http.ResponseWriter, q *http.Request) bool {
	if r.o.User == "" {
		return true
	}
	repository, action := "", "pull"
	if m := routes.FindStringSubmatch(q.URL.Path); m != nil {
		repository = m[1]
	}
	if q.Method != http.MethodGet && q.Method != http.MethodHead {
		action = "pull,push"
	}
	if !r.o.Bearer {
		if user, password, _ := q.BasicAuth(); user == r.o.User && password == r.o.Password {
			if r.o.ReadOnly && action != "pull" {
				fail(w, http.StatusForbidden, "DENIED")
				return false
			}
			return true
		}
		w.Header().Set("WWW-Authenticate", `Basic realm="a registry, for tests"`)
		fail(w, http.StatusUnauthorized, "UNAUTHORIZED")
		return false
	}
	scope := "repository:" + repository + ":" + action
	r.mu.Lock()
	have, ok := r.tokens[strings.TrimPrefix(q.Header.Get("Authorization"), "Bearer ")]
	r.mu.Unlock()
	if ok && (repository == "" || strings.Contains(have, "repository:"+repository+":"+action) || (action == "pull" && strings.Contains(have, "repository:"+repository+":"))) {
		return true
	}
	problem := ""
	if ok {
		problem = `,error="insufficient_scope"`
	}
	r.challenge(w, fmt.Sprintf(`Bearer realm="%s/token",service="a registry, for tests",scope="%s"%s`, r.server.URL, scope, problem))
	fail(w, http.StatusUnauthorized, "UNAUTHORIZED")
	return false
}

func (r *Registry) token(w http.ResponseWriter, q *http.Request) {
	_ = q.ParseForm()
	user, password, _ := q.BasicAuth()
	scopes := q.Form["scope"]
	if q.Method == http.MethodPost {
		if q.Form.Get("refresh_token") != r.o.Identity || r.o.Identity == "" {
			fail(w, http.StatusUnauthorized, "UNAUTHORIZED")
			return
		}
	} else if user != r.o.User || password != r.o.Password {
		fail(w, http.StatusUnauthorized, "UNAUTHORIZED")
		return
	}
	granted := strings.Join(scopes, " ")
	if r.o.ReadOnly {
		granted = strings.ReplaceAll(granted, "pull,push", "pull")
	}
	token := "token-" + rand.Text()
	r.mu.Lock()
	r.tokens[token] = granted
	r.mu.Unlock()
	_ = json.NewEncoder(w).Encode(map[string]any{r.tokenName(): token, "expires_in": 60})
}

func (r *Registry) answer(w http.ResponseWriter, q *http.Request) {
	m := routes.FindStringSubmatch(q.URL.Path)
	switch {
	case q.URL.Path == "/v2/":
		w.WriteHeader(http.StatusOK)
	case m == nil:
		fail(w, http.StatusNotFound, "NAME_UNKNOWN")
	case m[2] == "manifests":
		r.manifest(w, q, m[1], m[3])
	case strings.HasPrefix(m[3], "uploads/"):
		r.upload(w, q, m[1], strings.TrimPrefix(m[3], "uploads/"))
	case !r.isLinked(m[1], m[3]):
		fail(w, http.StatusNotFound, "BLOB_UNKNOWN")
	case r.o.Elsewhere && q.Method == http.MethodGet:
		http.Redirect(w, q, r.store.URL+"/"+m[3]+"?signature=not-for-logs", http.StatusTemporaryRedirect)
	default:
		r.blob(w, q, m[3])
	}
}

func (r *Registry) isLinked(repository, digest string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.linked[repository+" "+digest]
}

func (r *Registry) manifest(w http.ResponseWriter, q *http.Request, repository, reference string) {
	if q.Method == http.MethodPut {
		raw, _ := io.ReadAll(io.LimitReader(q.Body, 8<<20))
		var m struct {
			Config struct{ Digest, MediaType string }
			Layers []struct{ Digest string }
		}
		if json.Unmarshal(raw, &m) != nil {
			fail(w, http.StatusBadRequest, "MANIFEST_INVALID")
			return
		}
		r.mu.Lock()
		missing := !r.linked[repository+" "+m.Config.Digest]
		for _, l := range m.Layers {
			missing = missing || !r.linked[repository+" "+l.Digest]
		}
		r.mu.Unlock()
		if r.o.ImagesOnly && m.Config.MediaType != "application/vnd.oci.image.config.v1+json" {
			failWith(w, http.StatusBadRequest, "MANIFEST_INVALID", "manifest invalid", "unknown media type: "+m.Config.MediaType)
			return
		}
		if missing {
			fail(w, http.StatusBadRequest, "MANIFEST_BLOB_UNKNOWN")
			return
		}
		r.SetManifest(repository, reference, q.Header.Get("Content-Type"), raw)
		w.Header().Set("Docker-Content-Digest", Digest(raw))
		w.WriteHeader(http.StatusCreated)
		return
	}
	r.mu.Lock()
	s, ok := r.manifests[repository+" "+reference]
	r.mu.Unlock()
	if !ok {
		fail(w, http.StatusNotFound, "MANIFEST_UNKNOWN")
		return
	}
	w.Header().Set("Content-Type", s.kind)
	r.length(w, len(s.raw))
	if !r.o.Digestless {
		w.Header().Set("Docker-Content-Digest", Digest(s.raw))
	}
	if q.Method != http.MethodHead {
		_, _ = w.Write(s.raw)
	}
}

func (r *Registry) upload(w http.ResponseWriter, q *http.Request, repository, session string) {
	if r.moved(w, q) {
		return
	}
	if q.Method == http.MethodPost {
		session = rand.Text()
		r.mu.Lock()
		r.uploads[session] = true
		r.mu.Unlock()
		w.Header().Set("Location", r.goOn(q, "/v2/"+repository+"/blobs/uploads/"+session))
		w.WriteHeader(http.StatusAccepted)
		return
	}
	raw, err := io.ReadAll(q.Body)
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case !r.uploads[session] || q.Method != http.MethodPut || err != nil:
		fail(w, http.StatusNotFound, "BLOB_UPLOAD_UNKNOWN")
	case Digest(raw) != q.URL.Query().Get("digest"):
		fail(w, http.StatusBadRequest, "DIGEST_INVALID")
	default:
		delete(r.uploads, session)
		r.blobs[Digest(raw)] = raw
		r.linked[repository+" "+Digest(raw)] = true
		w.WriteHeader(http.StatusCreated)
	}
}

func (r *Registry) blob(w http.ResponseWriter, q *http.Request, digest string) {
	r.mu.Lock()
	raw, ok := r.blobs[digest]
	r.mu.Unlock()
	if !ok {
		fail(w, http.StatusNotFound, "BLOB_UNKNOWN")
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Docker-Content-Digest", digest)
	from := 0
	if _, err := fmt.Sscanf(q.Header.Get("Range"), "bytes=%d-", &from); err == nil && !r.o.NoRange {
		if from >= len(raw) {
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
			return
		}
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(raw)-1, len(raw)))
		w.Header().Set("Content-Length", strconv.Itoa(len(raw)-from))
		w.WriteHeader(http.StatusPartialContent)
	} else {
		from = 0
		r.length(w, len(raw))
	}
	if q.Method != http.MethodHead {
		_, _ = w.Write(raw[from:])
	}
}

func fail(w http.ResponseWriter, status int, code string) {
	failWith(w, status, code, "said by a registry for tests", "")
}

func failWith(w http.ResponseWriter, status int, code, message, detail string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": []map[string]string{{"code": code, "message": message, "detail": detail}}})
}
