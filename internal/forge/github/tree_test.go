package github

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	gh "github.com/google/go-github/v66/github"

	"github.com/isrc-dev/isrc/internal/forge"
)

const aCommit = "0123456789abcdef0123456789abcdef01234567"

// objects is a server of one commit: trees by name of their object.
func objects(truncated bool) (http.Handler, func() int) {
	trees := map[string]string{
		aCommit: `{"path":"CONTRIBUTING.md","mode":"100644","type":"blob","sha":"b1","size":4},
			{"path":"docs","mode":"040000","type":"tree","sha":"t1"},
			{"path":"link","mode":"120000","type":"blob","sha":"b2","size":9},
			{"path":"out","mode":"120000","type":"blob","sha":"b3","size":9},
			{"path":"loop","mode":"120000","type":"blob","sha":"b4","size":4},
			{"path":"huge","mode":"100644","type":"blob","sha":"b5","size":99999999},
			{"path":"module","mode":"160000","type":"commit","sha":"c1"},
			{"path":"../evil","mode":"100644","type":"blob","sha":"b1","size":4}`,
		"t1": `{"path":"guide.md","mode":"100755","type":"blob","sha":"b6","size":5}`,
	}
	blobs := map[string]string{"b1": "ask\n", "b2": "docs", "b3": "../../etc/passwd", "b4": "loop", "b6": "guide"}
	whole := trees[aCommit] + `,{"path":"docs/guide.md","mode":"100755","type":"blob","sha":"b6","size":5}`
	var mu sync.Mutex
	requests := 0
	mux := http.NewServeMux()
	mux.HandleFunc("/api/v3/repos/acme/lib/commits/{ref}", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept") == "application/vnd.github.sha" && r.PathValue("ref") == "HEAD" {
			fmt.Fprint(w, aCommit)
			return
		}
		fmt.Fprintf(w, `{"sha":%q}`, aCommit)
	})
	mux.HandleFunc("/api/v3/repos/acme/lib/git/trees/{sha}", func(w http.ResponseWriter, r *http.Request) {
		entries := trees[r.PathValue("sha")]
		if r.URL.Query().Get("recursive") != "" {
			entries = whole
			if truncated {
				fmt.Fprintf(w, `{"sha":"x","truncated":true,"tree":[%s]}`, trees[aCommit])
				return
			}
		}
		fmt.Fprintf(w, `{"sha":"x","truncated":false,"tree":[%s]}`, entries)
	})
	mux.HandleFunc("/api/v3/repos/acme/lib/git/blobs/{sha}", func(w http.ResponseWriter, r *http.Request) {
		text := base64.StdEncoding.EncodeToString([]byte(blobs[r.PathValue("sha")]))
		fmt.Fprintf(w, `{"encoding":"base64","content":%q}`, text+"\n")
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		requests++
		mu.Unlock()
		mux.ServeHTTP(w, r)
	}), func() int { mu.Lock(); defer mu.Unlock(); return requests }
}

func TestATreeReadsLikeAFolder(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name      string
		truncated bool
		ref       string
		requests  int
	}{
		{"that came whole", false, "", 4},
		{"that is too large for one answer", true, "main", 6},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h, requests := objects(tt.truncated)
			c, _ := testClient(t, h)
			fsys, sha, err := c.Tree(t.Context(), lib(c), tt.ref)
			if err != nil || sha != aCommit {
				t.Fatalf("got %q, %v", sha, err)
			}
			for name, want := range map[string]string{"CONTRIBUTING.md": "ask\n", "docs/guide.md": "guide"} {
				for range 2 {
					if got, err := fs.ReadFile(fsys, name); err != nil || string(got) != want {
						t.Errorf("%s is %q, %v, want %q", name, got, err, want)
					}
				}
			}
			if requests() != tt.requests {
				t.Errorf("%d requests, want %d", requests(), tt.requests)
			}
			for name, want := range map[string]string{"link/guide.md": "guide"} {
				if got, err := fs.ReadFile(fsys, name); err != nil || string(got) != want {
					t.Errorf("%s is %q, %v, want %q", name, got, err, want)
				}
			}
			for _, name := range []string{"missing", "docs/missing", "CONTRIBUTING.md/x", "evil", "module/x"} {
				if _, err := fs.Stat(fsys, name); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%s: %v, want that it is not there", name, err)
				}
			}
			for name, says := range map[string]string{"out": "leads out of the repository", "loop": "too many symbolic links", "huge": "larger than", "../x": "invalid"} {
				if _, err := fsys.Open(name); err == nil || !strings.Contains(err.Error(), says) {
					t.Errorf("%s: %v, want it to say %q", name, err, says)
				}
			}
		})
	}
}

func TestATreeKeepsTheRulesOfFileSystems(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("/api/v3/repos/acme/lib/commits/HEAD", said(200, aCommit))
	mux.HandleFunc("/api/v3/repos/acme/lib/git/trees/", said(200, `{"tree":[
		{"path":"a.md","mode":"100644","type":"blob","sha":"b1","size":4},{"path":"d/e/f.md","mode":"100644","type":"blob","sha":"b1","size":4}]}`))
	mux.HandleFunc("/api/v3/repos/acme/lib/git/blobs/b1", said(200, `{"encoding":"utf-8","content":"ask\n"}`))
	c, _ := testClient(t, mux)
	fsys, _, err := c.Tree(t.Context(), lib(c), "")
	if err != nil {
		t.Fatal(err)
	}
	if err := fstest.TestFS(fsys, "a.md", "d/e/f.md"); err != nil {
		t.Error(err)
	}
}

func TestATreeThatCannotBeReadSaysWhy(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		commit http.HandlerFunc
		want   any
	}{
		{"an empty repository", said(409, `{"message":"Git Repository is empty."}`), new(*forge.NotFoundError)},
		{"a branch that is not there", said(422, `{"message":"No commit found for SHA: x"}`), new(*forge.NotFoundError)},
		{"something that is not a commit", said(200, `"x"`), new(*forge.UnavailableError)},
	} {
		c, _ := testClient(t, tt.commit)
		if _, _, err := c.Tree(t.Context(), lib(c), "x"); !errors.As(err, tt.want) {
			t.Errorf("%s: got %v", tt.name, err)
		}
	}
}

// fuzzNouns turns arbitrary JSON into every noun.
func fuzzNouns(c *Client, body []byte) {
	var r gh.Repository
	if decode(body, &r) == nil {
		c.repo(&r)
	}
	var p gh.PullRequest
	if decode(body, &p) == nil {
		c.pull(forge.RepoName{Host: "ghe.example", Owner: "acme", Name: "lib"}, &p)
	}
	var i gh.Issue
	if decode(body, &i) == nil {
		c.issue(forge.RepoName{}, &i)
	}
	var tr gh.Tree
	if decode(body, &tr) == nil {
		t := &tree{c: c, root: &node{mode: fs.ModeDir}}
		t.graft(tr.Entries)
		t.root.list()
	}
	readRefusal(answer{body: body}).quote()
	if page, err := readPage(body, "items"); err == nil {
		nextPage(nil, answer{}, len(page.items) > 0)
	}
}
