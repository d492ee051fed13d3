//go:build !windows

package contribute_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/forge/sandbox"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// once is the verdict on a world that holds what one contribution makes.
const once = "each effect once"

// stage is a forge and a machine on which one contribution is made.
type stage struct {
	*sandbox.Forge
	door *door
	dir  string
	role string
	git  string // program that the contribution runs as git
}

func newStage(t testing.TB, role string) *stage {
	t.Helper()
	s := &stage{dir: t.TempDir(), role: role}
	for _, d := range []string{"forge", "home", "work", "tmp"} {
		if err := os.Mkdir(filepath.Join(s.dir, d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	w := sandbox.NewWorld("crash")
	lib := w.AddRepo("platform/lib", map[string]string{"README.md": "# lib\n"})
	if role == "sync" { // the fork is there, and a commit behind
		lib.History = []sandbox.Commit{{By: "platform-lead", Message: "Begin", Age: sandbox.Days(20)}, {By: "platform-lead", Message: "Go on", Age: sandbox.Days(10)}}
		w.Repos = append(w.Repos, &sandbox.Repo{Owner: "newcomer", Name: "lib", ForkOf: "platform/lib", Behind: 1, Created: sandbox.Days(15)})
	}
	f, err := sandbox.Start(t.Context(), sandbox.Options{Dir: filepath.Join(s.dir, "forge"), World: w})
	if err != nil {
		t.Fatal(err)
	}
	s.Forge, s.door = f, newDoor(f.URL())
	t.Cleanup(s.close)
	if s.git, err = exec.LookPath("git"); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"home/.gitconfig": gitconfig(s.door.server.URL, f.Token("newcomer")),
		"change.patch":    "diff --git a/mended.txt b/mended.txt\nnew file mode 100644\n--- /dev/null\n+++ b/mended.txt\n@@ -0,0 +1 @@\n+mended\n",
	} {
		if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if role == "adopted" { // the user has a clone
		cmd := exec.Command(s.git, "clone", "--quiet", "--origin", "upstream", s.door.server.URL+"/platform/lib.git", filepath.Join(s.dir, "work", "lib"))
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+filepath.Join(s.dir, "home", ".gitconfig"), "GIT_CONFIG_NOSYSTEM=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("clone: %v: %s", err, out)
		}
	}
	return s
}

// close ends the servers of a stage; a test with many stages does not leave it to
// its own end, for the files that a process may open are counted.
func (s *stage) close() {
	s.door.server.Close()
	_ = s.Close()
}

// play lets a process of its own contribute, and die at a point; 0 is none.
func (s *stage) play(at int) error {
	cmd := exec.Command(os.Args[0])
	for _, kv := range os.Environ() {
		if name, _, _ := strings.Cut(kv, "="); !strings.HasPrefix(name, "GIT_") && !strings.HasSuffix(strings.ToLower(name), "_proxy") {
			cmd.Env = append(cmd.Env, kv)
		}
	}
	home := filepath.Join(s.dir, "home")
	cmd.Env = append(cmd.Env, "CONTRIBUTE_ROLE="+s.role, "CONTRIBUTE_DIR="+s.dir, "CONTRIBUTE_FORGE="+s.door.server.URL, "CONTRIBUTE_TOKEN="+s.Token("newcomer"),
		"CONTRIBUTE_GIT="+s.git, fmt.Sprintf("CONTRIBUTE_AT=%d", at), "HOME="+home, "TMPDIR="+filepath.Join(s.dir, "tmp"),
		"GIT_CONFIG_GLOBAL="+filepath.Join(home, ".gitconfig"), "GIT_CONFIG_NOSYSTEM=1")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := s.door.start(cmd, filepath.Join(s.dir, "git.pid")); err != nil {
		return err
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(said.String()))
	}
	return nil
}

func killed(err error) bool {
	var e *exec.ExitError
	if !errors.As(err, &e) {
		return false
	}
	status, ok := e.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}

// points are those that the processes on this stage have passed.
func (s *stage) points() ([]workflow.Point, error) {
	data, err := os.ReadFile(filepath.Join(s.dir, "points"))
	if err != nil {
		return nil, err
	}
	var all []workflow.Point
	for line := range strings.Lines(string(data)) {
		step, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		all = append(all, workflow.Point{Step: step, Name: name})
	}
	return all, nil
}

// journals gives the files of all runs.
func (s *stage) journals() []string {
	names, _ := filepath.Glob(filepath.Join(s.dir, "runs", "*.jsonl"))
	return names
}

// tear leaves the beginning of a line that was being written.
func (s *stage) tear() error {
	names := s.journals()
	if len(names) != 1 {
		return fmt.Errorf("%d journals", len(names))
	}
	f, err := os.OpenFile(names[0], os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(`{"event":"done","at":"2026-11-21T08:00:00Z","st`)
	return errors.Join(err, f.Close())
}

// behead leaves the first line of a journal alone, as a process does that dies
// before its plan is written.
func (s *stage) behead() error {
	names := s.journals()
	if len(names) != 1 {
		return fmt.Errorf("%d journals", len(names))
	}
	data, err := os.ReadFile(names[0])
	if err != nil {
		return err
	}
	line, _, _ := bytes.Cut(data, []byte("\n"))
	return os.WriteFile(names[0], append(line, '\n'), 0o600)
}

// verdict compares the world with what one contribution makes.
func (s *stage) verdict() string {
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	var forks []struct {
		Name string `json:"full_name"`
	}
	var pulls []struct {
		State string
		Head  struct{ SHA string }
	}
	type branch struct {
		Name   string
		Commit struct{ SHA string }
	}
	var refs, theirs []branch
	err := errors.Join(s.ask("/repos/platform/lib/branches", &theirs), s.ask("/repos/platform/lib/forks", &forks), s.ask("/repos/platform/lib/pulls?state=all", &pulls), s.ask("/repos/newcomer/lib/branches", &refs))
	if err != nil {
		return err.Error()
	}
	if len(forks) != 1 || forks[0].Name != "newcomer/lib" {
		say("the forks are %v", forks)
	}
	if len(refs) != 2 || refs[0].Name != "fix" || refs[1].Name != "main" {
		say("the fork's branches are %v", refs)
	}
	if len(refs) == 2 && len(theirs) == 1 && refs[1].Commit != theirs[0].Commit {
		say("the fork's main is at %s, the upstream's at %s", refs[1].Commit.SHA, theirs[0].Commit.SHA)
	}
	if len(pulls) != 1 || pulls[0].State != "open" {
		return strings.Join(append(wrong, fmt.Sprintf("%d pull requests", len(pulls))), ", ")
	}
	clone := filepath.Join(s.dir, "work", "lib")
	if at, err := s.run(clone, "rev-parse", "refs/heads/fix"); err != nil || at != pulls[0].Head.SHA {
		say("the branch is at %s, the pull request at %s: %v", at, pulls[0].Head.SHA, err)
	}
	if log, err := s.run(clone, "log", "--format=%s", "refs/remotes/upstream/main..refs/heads/fix"); err != nil || log != "mend it" {
		say("the commits are %q: %v", log, err)
	}
	if st, err := s.run(clone, "status", "--porcelain", "--ignored"); err != nil || st != "" {
		say("the clone holds %q: %v", st, err)
	}
	return strings.Join(append(wrong, s.leftovers()...), ", ")
}

// leftovers names what should not be on the machine.
func (s *stage) leftovers() (wrong []string) {
	for dir, want := range map[string][]string{"work": {"lib"}, "tmp": nil, "work/lib/.git/worktrees": nil} {
		entries, _ := os.ReadDir(filepath.Join(s.dir, dir))
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		if !slices.Equal(names, want) {
			wrong = append(wrong, fmt.Sprintf("%s holds %v", dir, names))
		}
	}
	runs, damaged, err := workflow.List(filepath.Join(s.dir, "runs"))
	if err != nil || len(damaged) > 0 || len(runs) != 1 || contribute.Opened(runs[0]) == nil {
		wrong = append(wrong, fmt.Sprintf("%d runs, %d damaged: %v", len(runs), len(damaged), err))
	}
	return wrong
}

func (s *stage) ask(path string, into any) error {
	req, err := http.NewRequest(http.MethodGet, s.URL()+"/api/v3"+path, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "token "+s.Token("platform-lead"))
	client, err := s.Client()
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	defer client.CloseIdleConnections()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(into)
}

func (s *stage) run(dir string, args ...string) (string, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}

// crashRow is one line of a matrix: where a contribution was killed, and what
// the world held after it had gone on, by the way it was killed.
type crashRow struct {
	Role     string
	Step     string
	Point    string
	Kind     string // of the step; not known of accidents
	Verdicts []string
}

// crashWays are the columns of the matrix of points.
var crashWays = []string{"killed", "killed, torn last line"}

// whole makes a contribution that nobody kills and answers its points, and the
// kinds of its steps.
func whole(t testing.TB, role string) ([]workflow.Point, map[string]string) {
	t.Helper()
	s := newStage(t, role)
	if err := s.play(0); err != nil {
		t.Fatal(err)
	}
	points, err := s.points()
	if err != nil {
		t.Fatal(err)
	}
	if v := s.verdict(); v != "" {
		t.Fatalf("without a crash: %s", v)
	}
	runs, _, err := workflow.List(filepath.Join(s.dir, "runs"))
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]string{}
	for _, st := range runs[0].Steps {
		kinds[st.ID] = st.Kind
	}
	return points, kinds
}

// pointMatrix kills a contribution at each of its points and lets it go on. The
// other ones are killed where they differ from the attended one.
func pointMatrix(t testing.TB) []crashRow {
	t.Helper()
	var rows []crashRow
	var g errgroup.Group
	g.SetLimit(2 * runtime.NumCPU())
	type job struct{ row, at, way int }
	var jobs []job
	differs := map[string][]string{"apply": {"apply"}, "exec": {"exec"}, "adopted": {"remote-fork", "clone", "branch"}, "sync": {"sync"}}
	for _, role := range []string{"attended", "apply", "exec", "adopted", "sync"} {
		points, kinds := whole(t, role)
		for i, p := range points {
			if role != "attended" && !slices.Contains(differs[role], p.Step) {
				continue
			}
			rows = append(rows, crashRow{Role: role, Step: p.Step, Point: p.Name, Kind: kinds[p.Step], Verdicts: make([]string, len(crashWays))})
			for way := range crashWays {
				jobs = append(jobs, job{len(rows) - 1, i + 1, way})
			}
		}
	}
	for _, j := range jobs {
		s := newStage(t, rows[j.row].Role)
		g.Go(func() error {
			defer s.close()
			rows[j.row].Verdicts[j.way] = crashOnce(s, j.at, j.way == 1)
			return nil
		})
	}
	_ = g.Wait() // the functions answer nil
	return rows
}

// crashOnce kills at one point, goes on, and looks at the world.
func crashOnce(s *stage, at int, torn bool) string {
	if err := s.play(at); !killed(err) {
		return fmt.Sprintf("the process was not killed: %v", err)
	}
	if torn {
		if err := s.tear(); err != nil {
			return err.Error()
		}
	}
	return s.finish()
}

// finish lets the next process go on and looks at the world.
func (s *stage) finish() string {
	if err := s.play(0); err != nil {
		return err.Error()
	}
	if v := s.verdict(); v != "" {
		return v
	}
	return once
}
