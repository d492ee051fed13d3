package registrytest

import (
	"net/http"
	"strconv"
	"strings"
)

// Quirks are what some registries, and what stands before them, do otherwise.
type Quirks struct {
	Lengthless  bool // says no Content-Length
	ImagesOnly  bool // takes no artifact but images, as GitLab's does
	Both        bool // takes passwords and tokens, and says so in one header
	AccessToken bool // calls a token access_token
	Plain       bool // behind TLS, sends uploads on to http://
	Moved       bool // redirects each request of an upload
}

func (r *Registry) challenge(w http.ResponseWriter, bearer string) {
	if r.o.Both {
		bearer = `Negotiate, Basic realm="a registry, for tests", ` + bearer
	}
	w.Header().Set("WWW-Authenticate", bearer)
}

func (r *Registry) tokenName() string {
	if r.o.AccessToken {
		return "access_token"
	}
	return "token"
}

// Expire ends all tokens.
func (r *Registry) Expire() { r.mu.Lock(); defer r.mu.Unlock(); clear(r.tokens) }

func (r *Registry) length(w http.ResponseWriter, n int) {
	if !r.o.Lengthless {
		w.Header().Set("Content-Length", strconv.Itoa(n))
		return
	}
	w.Header().Set("Transfer-Encoding", "chunked")
}

// goOn is where an upload goes on.
func (r *Registry) goOn(q *http.Request, path string) string {
	if r.o.Plain {
		return "http://" + q.Host + path + "?state=a%2Bb%3D"
	}
	return path
}

func (r *Registry) moved(w http.ResponseWriter, q *http.Request) bool {
	if !r.o.Moved || strings.HasSuffix(q.URL.RawQuery, "moved") {
		return false
	}
	to := *q.URL
	to.RawQuery = strings.TrimPrefix(to.RawQuery+"&moved", "&")
	http.Redirect(w, q, to.String(), http.StatusTemporaryRedirect)
	return true
}
