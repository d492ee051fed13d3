package command

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/isrc-dev/isrc/internal/workflow"
)

// atPoint tells whether a point is the one that is meant: "push-3: after the
// effect", or with a star for the number, which grows from call to call.
func atPoint(p workflow.Point, meant string) bool {
	name := p.Step + ": " + p.Name
	before, after, star := strings.Cut(meant, "*")
	return meant != "" && (name == meant || star && strings.HasPrefix(name, before) && strings.HasSuffix(name, after))
}

// passed writes down a point for the test that wants to know them all.
func passed(p workflow.Point) {
	file := os.Getenv("TEST_POINTS")
	if file == "" {
		return
	}
	if f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600); err == nil {
		_, _ = fmt.Fprintf(f, "%s: %s\n", unnumbered(p.Step), p.Name)
		_ = f.Close()
	}
}

// unnumbered puts a star for the number of a step.
func unnumbered(step string) string {
	if i := strings.LastIndexByte(step, '-'); i >= 0 && strings.Trim(step[i+1:], "0123456789") == "" {
		return step[:i] + "-*"
	}
	return step
}

// killing says where a process is killed: at a point, at a request, after a
// command of git, or by a command that it runs.
type killing struct {
	name  string // in the table, "" is the point
	point string

	method, path string // how it ends
	after        bool   // the forge has carried it out
	skip         int    // so many pass before
	lag          int    // afterwards the forge's lists lag so many times

	git string // a word of the command after which isrc is killed

	exec bool // the command of --exec kills it, where there is the file "deadly"
}

func (k killing) String() string {
	if k.name != "" {
		return k.name
	}
	_, point, _ := strings.Cut(k.point, ": ")
	return point
}

// killScene is a user's machine on which processes of isrc are killed.
type killScene struct {
	*faultScene
	t     *testing.T
	pid   atomic.Int64
	token string

	mu  sync.Mutex
	hit *killing
}

func newKillScene(t *testing.T) *killScene {
	t.Helper()
	s := &killScene{faultScene: newFaultScene(t, faultFlows()[0]), t: t}
	s.door.before(s.struck)
	s.token = s.forge.TokenWith("newcomer", "repo", "read:org", "workflow", "user:email", "delete_repo")
	return s
}

// struck kills the process at the request that is meant, once.
func (s *killScene) struck(w http.ResponseWriter, r *http.Request) bool {
	s.mu.Lock()
	k := s.hit
	if k == nil || r.Method != k.method || !strings.HasSuffix(r.URL.Path, k.path) {
		s.mu.Unlock()
		return false
	}
	if k.skip > 0 {
		k.skip--
		s.mu.Unlock()
		return false
	}
	s.hit = nil
	s.mu.Unlock()
	kill := func([]byte) {
		_ = syscall.Kill(int(s.pid.Load()), syscall.SIGKILL)
		panic(http.ErrAbortHandler)
	}
	if !k.after {
		kill(nil)
	}
	s.door.pass(w, r, kill)
	return true
}

// isrc runs a command in a folder of the user's, in a process of its own.
func (s *killScene) isrc(dir string, args []string, env ...string) error {
	cmd := exec.Command("isrc", args...)
	var said bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = filepath.Join(s.dir, "work", dir), append(append(s.env(), "ISRC_TOKEN="+s.token), env...), &said, &said
	if err := s.start(cmd); err != nil {
		return err
	}
	err := cmd.Wait()
	s.trap.look("what isrc "+strings.Join(args, " ")+" says", said.String())
	if err != nil {
		return fmt.Errorf("isrc %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(said.String()))
	}
	return nil
}

// start starts a process. Until it is known whom to kill, none of its requests is
// looked at.
func (s *killScene) start(cmd *exec.Cmd) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := cmd.Start()
	if err == nil {
		s.pid.Store(int64(cmd.Process.Pid))
	}
	return err
}

func (s *killScene) must(dir string, args ...string) {
	s.t.Helper()
	if err := s.isrc(dir, args); err != nil {
		s.t.Fatal(err)
	}
}

// die runs a command that is to be killed where it is said.
func (s *killScene) die(k killing, dir string, args []string) error {
	env := []string{"TEST_KILL_AT=" + k.point}
	switch {
	case k.method != "":
		s.mu.Lock()
		s.hit = &k
		s.mu.Unlock()
	case k.git != "":
		wrapper, err := s.deadlyGit(k.git)
		if err != nil {
			return err
		}
		env = append(env, "ISRC_GIT_BINARY="+wrapper)
	case k.exec:
		if err := os.WriteFile(filepath.Join(s.dir, "deadly"), nil, 0o600); err != nil {
			return err
		}
	}
	err := s.isrc(dir, args, env...)
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return fmt.Errorf("it was not killed: %w", err)
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); !ok || !status.Signaled() || status.Signal() != syscall.SIGKILL {
		return fmt.Errorf("it was not killed: %w", err)
	}
	if k.lag > 0 {
		s.forge.SetListingLag(k.lag)
	}
	return nil
}

// deadlyGit is a program that runs git and kills isrc, once, behind a command
// with this word.
func (s *killScene) deadlyGit(word string) (string, error) {
	git, err := exec.LookPath("git")
	if err != nil {
		return "", err
	}
	name := filepath.Join(s.t.TempDir(), "git")
	text := fmt.Sprintf("#!/bin/sh\ncase \" $* \" in *%[2]q*)\n\tif mkdir %[3]q 2>&-; then\n\t\t%[1]q \"$@\"\n\t\tkill -9 $PPID\n\t\texit\n\tfi\nesac\nexec %[1]q \"$@\"\n", git, " "+word+" ", name+".struck")
	return name, writeProgram(name, text, 0o700)
}

// tear leaves half a line at the end of the journal that was written last.
func (s *killScene) tear() error {
	names, _ := filepath.Glob(filepath.Join(s.runs(), "*.jsonl"))
	if len(names) == 0 {
		return errors.New("there is no journal")
	}
	newest := slices.MaxFunc(names, func(a, b string) int {
		x, errX := os.Stat(a)
		y, errY := os.Stat(b)
		if errX != nil || errY != nil {
			return strings.Compare(a, b)
		}
		return x.ModTime().Compare(y.ModTime())
	})
	f, err := os.OpenFile(newest, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(`{"event":"done","at":"2026-11-21T08:00:00Z","st`)
	return errors.Join(err, f.Close())
}

func (s *killScene) runs() string {
	return filepath.Join(s.dir, "home", ".local", "state", "isrc", "runs")
}

// as lets somebody do something on the forge.
func (s *killScene) as(login, method, path, body string) {
	s.t.Helper()
	actAs(s.t, s.forge, login, method, path, body)
}

// in runs git in a folder of the user's.
func (s *killScene) in(dir string, args ...string) (string, error) {
	cmd := exec.Command("git", append([]string{"-C", filepath.Join(s.dir, "work", dir)}, args...)...)
	cmd.Env = s.env()
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// change makes a commit of the user's.
func (s *killScene) change(dir, name string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, "work", dir, name+".txt"), []byte("mended\n"), 0o600); err != nil {
		s.t.Fatal(err)
	}
	for _, args := range [][]string{{"add", "."}, {"commit", "--quiet", "-m", "Mend " + name}} {
		if said, err := s.in(dir, args...); err != nil {
			s.t.Fatalf("git %v: %v: %s", args, err, said)
		}
	}
}

// sound looks at what every row must leave: journals that can be read, no
// temporary folder, a clone that is clean.
func (s *killScene) sound(dirs ...string) (wrong []string) {
	if _, damaged, err := workflow.List(s.runs()); err != nil || len(damaged) > 0 {
		wrong = append(wrong, fmt.Sprintf("%d journals are damaged: %v", len(damaged), err))
	}
	if left, _ := os.ReadDir(filepath.Join(s.dir, "tmp")); len(left) > 0 {
		wrong = append(wrong, fmt.Sprintf("left behind: %v", left))
	}
	for _, dir := range dirs {
		if st, err := s.in(dir, "status", "--porcelain", "--ignored"); err != nil || st != "" {
			wrong = append(wrong, fmt.Sprintf("%s holds %q: %v", dir, st, err))
		}
		if left, _ := os.ReadDir(filepath.Join(s.dir, "work", dir, ".git", "worktrees")); len(left) > 0 {
			wrong = append(wrong, fmt.Sprintf("%s has work trees: %v", dir, left))
		}
	}
	hidden, _ := filepath.Glob(filepath.Join(s.dir, "work", ".isrc-*"))
	deeper, _ := filepath.Glob(filepath.Join(s.dir, "work", "*", "*", ".isrc-*"))
	if hidden = append(hidden, deeper...); len(hidden) > 0 {
		wrong = append(wrong, fmt.Sprintf("left behind: %v", hidden))
	}
	return wrong
}

// kindOf is the kind of a step, as a journal names it.
func (s *killScene) kindOf(step string) string {
	all, _, _ := workflow.List(s.runs())
	for _, st := range all {
		for _, x := range st.Steps {
			if unnumbered(x.ID) == step {
				return x.Kind
			}
		}
	}
	return ""
}
