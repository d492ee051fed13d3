//go:build !windows

package contribute_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/isrc-dev/isrc/internal/forge/sandbox/relay"
)

// door stands before the forge and lets every request through, but for one: at
// that one somebody is killed, or the connection is cut.
type door struct {
	server *httptest.Server
	forge  string

	mu   sync.Mutex
	hit  *strike
	isrc int    // process
	git  string // file with the process number of the git that was started last
}

// strike says which request is struck, when, and who dies of it.
type strike struct {
	method, path string // path: how it ends
	when         string // before the forge sees it, half through its answer, after it was carried out
	who          string // isrc, git or nobody
	byGit        bool   // only requests of the git program count
	byIsrc       bool   // only those of isrc itself
	skip         int    // so many pass before
}

func newDoor(forge string) *door {
	d := &door{forge: forge}
	d.server = httptest.NewServer(d)
	return d
}

// start starts isrc. Until it is known whom to kill, none of its requests is
// looked at.
func (d *door) start(isrc *exec.Cmd, git string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := isrc.Start()
	if err == nil {
		d.isrc, d.git = isrc.Process.Pid, git
	}
	return err
}

// arm lets a strike happen, once.
func (d *door) arm(x strike) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hit = &x
}

// armed tells whether a strike still waits for its request.
func (d *door) armed() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.hit != nil
}

// take gives the strike that is due for a request, once.
func (d *door) take(r *http.Request) *strike {
	d.mu.Lock()
	defer d.mu.Unlock()
	x, byGit := d.hit, strings.HasPrefix(r.UserAgent(), "git/")
	if x == nil || r.Method != x.method || !strings.HasSuffix(r.URL.Path, x.path) || x.byGit && !byGit || x.byIsrc && byGit {
		return nil
	}
	if x.skip > 0 {
		x.skip--
		return nil
	}
	d.hit = nil
	return x
}

// kill ends who is to die, for good and at once.
func (d *door) kill(who string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch who {
	case "isrc":
		_ = syscall.Kill(d.isrc, syscall.SIGKILL)
	case "git":
		data, _ := os.ReadFile(d.git)
		if pid, err := strconv.Atoi(strings.TrimSpace(string(data))); err == nil && pid > 1 {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

func (d *door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := d.take(r)
	if x != nil && x.when == "before" {
		d.kill(x.who)
		panic(http.ErrAbortHandler)
	}
	answer := relay.Carry(d.forge, r)
	switch {
	case x == nil:
		answer.Send(w)
		return
	case x.when == "half":
		answer.Begin(w, len(answer.Body)/2)
		_ = http.NewResponseController(w).Flush()
	}
	d.kill(x.who)
	panic(http.ErrAbortHandler)
}
