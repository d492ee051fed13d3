package command

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// moods are the ways in which the forge of the canary behaves.
type moods struct {
	mu    sync.Mutex
	is    string
	met   int
	turns int
	away  string // a stranger
	// secret is what the forge knows as well as we do.
	secret string
}

func (m *moods) set(mood string) (met int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	met, m.is, m.met = m.met, mood, 0
	return met
}

// met is called where a mood shows.
func (m *moods) shows() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.met++
}

func (m *moods) now() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.is
}

// badMoods are all of them but the good one, and what each answers; nil is for
// those that spoil what the forge says.
func badMoods() map[string]func(*moods, http.ResponseWriter, *http.Request) bool {
	isGit := func(r *http.Request) bool { return strings.Contains(r.URL.Path, ".git/") }
	away := func(m *moods, w http.ResponseWriter, r *http.Request) bool {
		http.Redirect(w, r, m.away+r.URL.RequestURI(), http.StatusTemporaryRedirect)
		return true
	}
	writes := func(r *http.Request) bool {
		return !isGit(r) && r.Method != http.MethodGet && !strings.HasSuffix(r.URL.Path, "/graphql")
	}
	when := func(is func(*http.Request) bool, answer func(*moods, http.ResponseWriter, *http.Request) bool) func(*moods, http.ResponseWriter, *http.Request) bool {
		return func(m *moods, w http.ResponseWriter, r *http.Request) bool { return is(r) && answer(m, w, r) }
	}
	return map[string]func(*moods, http.ResponseWriter, *http.Request) bool{
		"refuses the API":               when(func(r *http.Request) bool { return !isGit(r) }, (*moods).refuseAPI),
		"refuses what is to be written": when(writes, (*moods).refuseAPI),
		"redirects the API":             when(func(r *http.Request) bool { return !isGit(r) }, away),
		"redirects git":                 when(isGit, away),
		"refuses the push":              when(func(r *http.Request) bool { return strings.Contains(r.URL.RequestURI(), "git-receive-pack") }, (*moods).refuseGit),
		"refuses git":                   when(func(r *http.Request) bool { return strings.Contains(r.URL.RequestURI(), "git-upload-pack") }, (*moods).refuseGit),
		"names another host":            nil,
		"says it in its answers":        nil,
	}
}

// refuseAPI repeats what was sent, in each way in turn in which servers refuse.
func (m *moods) refuseAPI(w http.ResponseWriter, r *http.Request) bool {
	said := r.Header.Get("Authorization")
	ways := []func(http.ResponseWriter){
		plainAnswer(http.StatusForbidden, "application/json", fmt.Sprintf(`{"message":"Forbidden to %s","errors":[{"message":"not by %s"}]}`, said, m.secret)),
		plainAnswer(http.StatusUnprocessableEntity, "application/json", fmt.Sprintf(`{"message":"bad request: %s","errors":[{"resource":"%s","field":"%s","code":"y"}]}`, said, m.secret, m.basic())),
		plainAnswer(http.StatusUnauthorized, "application/json", fmt.Sprintf(`{"message":"Bad credentials: %s","errors":["%s"]}`, said, m.secret)),
		plainAnswer(http.StatusForbidden, "text/html", fmt.Sprintf("<html><title>%s</title><pre>Authorization: %s</pre></html>", m.basic(), said)),
		plainAnswer(http.StatusInternalServerError, "application/json", fmt.Sprintf(`{"message":"out of order: %s, %s"}`, said, m.basic())),
		plainAnswer(http.StatusOK, "text/html", fmt.Sprintf("<html><title>Sign in as %s</title></html>", m.secret)),
	}
	ways[m.turn()%len(ways)](w)
	return true
}

// refuseGit refuses git once it has signed in, and repeats what it sent.
func (m *moods) refuseGit(w http.ResponseWriter, r *http.Request) bool {
	said := r.Header.Get("Authorization")
	if said == "" {
		w.Header().Set("WWW-Authenticate", `Basic realm="forge"`)
		http.Error(w, "who are you?", http.StatusUnauthorized)
		return true
	}
	status := []int{http.StatusForbidden, http.StatusInternalServerError, http.StatusUnauthorized}
	http.Error(w, "no: "+said+"\nnot by Authorization: "+said+"\nnor by "+m.secret+" or "+m.basic(), status[m.turn()%len(status)])
	return true
}

// turn counts what was refused.
func (m *moods) turn() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turns++
	return m.turns
}

func (m *moods) basic() string {
	return base64.StdEncoding.EncodeToString([]byte("someone:" + m.secret))
}

func (m *moods) handle(w http.ResponseWriter, r *http.Request) bool {
	answer := badMoods()[m.now()]
	if answer == nil || !answer(m, w, r) {
		return false
	}
	m.shows()
	return true
}

// anew lets the forge answer whole what is asked for only if it has changed: an
// answer that is not sent cannot be spoilt.
func (m *moods) anew(r *http.Request) {
	if m.now() != "" {
		r.Header.Del("If-None-Match")
	}
}

// change spoils answers: addresses lead elsewhere, or texts hold the secret.
func (m *moods) change(_ string, v any) any {
	switch m.now() {
	case "names another host":
		return members(v, func(name string, v any) (any, bool) {
			if s, ok := v.(string); ok && (name == "clone_url" || name == "html_url" || strings.HasSuffix(name, "_url")) {
				m.shows()
				return m.away + "/identity/auth-lib" + strings.TrimPrefix(s, "x"), true
			}
			return v, true
		})
	case "says it in its answers":
		return members(v, func(name string, v any) (any, bool) {
			if s, ok := v.(string); ok && slices.Contains([]string{"title", "description", "body", "message", "bio", "summary", "text", "company"}, name) {
				m.shows()
				return s + " " + m.secret + " " + m.basic(), true
			}
			return v, true
		})
	}
	return v
}
