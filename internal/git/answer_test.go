package git

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// An answer that is not git's, or not all of one, is "not available", whichever
// way was asked: it never counts as "not there".
func TestAnAnswerThatIsNoneIsNotMissing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.bare("lib", "lib.git")
	elsewhere, seen := w.serve(), 0
	for name, answer := range map[string]func(http.ResponseWriter, *http.Request){
		"a page":  func(rw http.ResponseWriter, _ *http.Request) { page(rw) },
		"nothing": func(http.ResponseWriter, *http.Request) {},
		"the beginning": func(rw http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(rw, "001e# service=git-upload-pack\n0000")
		},
		"another host's 404": func(rw http.ResponseWriter, r *http.Request) {
			http.Redirect(rw, r, elsewhere.URL+"/none.git/info/refs?service=git-upload-pack", http.StatusFound)
		},
		"a page to sign in at": func(rw http.ResponseWriter, r *http.Request) {
			http.Redirect(rw, r, elsewhere.URL+"/login", http.StatusFound)
		},
	} {
		s := w.serve()
		s.first(func(rw http.ResponseWriter, r *http.Request) bool { answer(rw, r); return true })
		for way, reader := range map[string]*Reader{"without git": {}, "with git": {Tool: w.tool}} {
			_, err := reader.Refs(ctx(t), s.URL+"/lib.git")
			var down *UnavailableError
			var missing *NotFoundError
			if !errors.As(err, &down) || errors.As(err, &missing) {
				t.Errorf("%s, %s: got %T %v, want an *UnavailableError", name, way, err, err)
			}
		}
		err := w.tool.Fetch(ctx(t), w.path("lib"), s.URL+"/lib.git", "refs/heads/main")
		err2 := w.tool.Clone(ctx(t), CloneOptions{URL: s.URL + "/lib.git", Branch: "main", Dir: w.path("page")})
		if len(elsewhere.seen()) > seen { // git does not say that a 404 is another host's
			seen = len(elsewhere.seen())
			continue
		}
		for _, err := range []error{err, err2} {
			var down *UnavailableError
			if !errors.As(err, &down) {
				t.Errorf("%s: got %T %v, want an *UnavailableError", name, err, err)
			}
		}
	}
}

func page(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html")
	_, _ = io.WriteString(w, "<!DOCTYPE html><html><title>Sign in</title></html>")
}

// What the library takes for an answer without an error is none: no pack, or no
// word on what became of a push.
func TestAnEmptyAnswerIsNoSuccess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.bare("lib", "lib.git")
	s := w.serve()
	b := &Builtin{Reader: &Reader{}, Env: w.tool.Env, Now: time.Now}
	if err := b.Clone(ctx(t), CloneOptions{URL: s.URL + "/lib.git", Dir: w.path("clone")}); err != nil {
		t.Fatal(err)
	}
	w.commit("lib", "go on", "more.txt")
	w.git("lib", "push", "--quiet", w.path("lib.git"), "HEAD:main")
	w.write("clone/fix.txt", "fixed\n")
	sha, err := b.CommitAll(ctx(t), w.path("clone"), CommitOptions{Message: "fix: mend it"})
	if err != nil {
		t.Fatal(err)
	}
	answer := ""
	s.first(func(rw http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodPost {
			_, _ = io.WriteString(rw, answer)
		}
		return r.Method == http.MethodPost
	})
	var down *UnavailableError
	before := w.git("clone", "rev-parse", "refs/remotes/origin/main")
	for _, answer = range []string{"", "0008NAK\n", "0008NAK\n0000", "0008NAK\n000e\x01PACK\x00\x00\x00\x02\x00\x00\x00\x09"} {
		if err := b.Fetch(ctx(t), w.path("clone"), "origin"); !errors.As(err, &down) {
			t.Errorf("fetch, answered %q: got %v", answer, err)
		}
		if at := w.git("clone", "rev-parse", "refs/remotes/origin/main"); at != before {
			t.Errorf("fetch, answered %q: the branch is at %s, which is not here", answer, at)
		}
	}
	if left := w.git("clone", "ls-files", "--others", "--", ".git/objects/pack"); strings.Contains(left, "tmp_pack") {
		t.Errorf("left behind: %s", left)
	}
	for _, answer = range []string{"", "0000", "0013\x01000eunpack ok\n"} {
		if res, err := b.Push(ctx(t), w.path("clone"), "origin", sha, "fix", PushOptions{}); !errors.As(err, &down) {
			t.Errorf("push, answered %q: got %+v, %v", answer, res, err)
		}
	}
}
