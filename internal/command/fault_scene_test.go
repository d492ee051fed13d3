package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/forge/sandbox"
	"github.com/isrc-dev/isrc/internal/term"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// faultFlow is a contribution as its commands make it.
type faultFlow struct {
	name     string
	repo     string // platform/lib, or platform/open where newcomers may push
	commands []string
}

// faultFlows are all ways from nothing to a pull request that was looked at
// again. "commit" is the user.
func faultFlows() []faultFlow {
	begin := "contribute %s --branch fix --dir lib --yes"
	return []faultFlow{
		{name: "by a fork", repo: "platform/lib", commands: []string{begin, "commit 1", "submit --yes", "commit 2", "submit --yes", "status"}},
		{name: "by a branch", repo: "platform/open", commands: []string{begin, "commit 1", "submit --yes", "status"}},
		{name: "--exec", repo: "platform/lib", commands: []string{begin + " --exec true>1.txt --title Mend"}},
	}
}

// faultScene is a forge, a door before it, a stranger, and one user's machine.
type faultScene struct {
	flow  faultFlow
	forge *sandbox.Forge
	door  *faultDoor
	dir   string
	trap  *trap
	said  string          // by the last command
	ctx   context.Context // nil is one that nobody cancels
	more  []string        // further variables of the environment
	known map[string]bool // commands of git that were ended
}

func newFaultScene(t *testing.T, flow faultFlow) *faultScene {
	t.Helper()
	return newFaultSceneIn(t, t.TempDir(), flow)
}

func newFaultSceneIn(t *testing.T, dir string, flow faultFlow) *faultScene {
	t.Helper()
	s := &faultScene{flow: flow, dir: dir}
	for _, d := range []string{"forge", "home/.config/isrc", "work", "tmp"} {
		if err := os.MkdirAll(filepath.Join(s.dir, d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	w := sandbox.NewWorld("faults")
	w.AddRepo("platform/lib", map[string]string{"README.md": "# lib\n"})
	w.AddRepo("platform/open", map[string]string{"README.md": "# open\n"}).Access = map[string]string{"newcomer": "push"}
	f, err := sandbox.Start(t.Context(), sandbox.Options{Dir: filepath.Join(s.dir, "forge"), World: w, Now: func() time.Time { return clock }})
	if err != nil {
		t.Fatal(err)
	}
	s.trap = newTrap(t, f.Token("newcomer"))
	away := s.trap.stranger("another host", false)
	s.forge, s.door = f, newFaultDoor(f.URL(), away.URL)
	s.door.server.Config.ErrorLog = silence()
	t.Cleanup(func() { s.door.server.Close(); _ = f.Close() })
	host := strings.TrimPrefix(s.door.server.URL, "http://")
	for name, text := range map[string]string{
		"home/.config/isrc/config.yaml": fmt.Sprintf("host: %q\nhosts:\n  %q:\n    scheme: http\n    user: newcomer\n", host, host),
		"home/.gitconfig":               newcomersGit,
	} {
		if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// run carries out one command of the flow in this process.
func (s *faultScene) run(command string) int {
	if n, ok := strings.CutPrefix(command, "commit "); ok {
		return s.commit(n)
	}
	if strings.Contains(command, "%s") {
		command = fmt.Sprintf(command, s.flow.repo)
	}
	args := strings.Fields(command)
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "true>1.txt", "echo mended > 1.txt")
	}
	dir := filepath.Join(s.dir, "work")
	if args[0] != "contribute" {
		dir = filepath.Join(dir, "lib")
	}
	self, err := exec.LookPath("isrc")
	if err != nil {
		s.said = err.Error()
		return -1
	}
	var out, errs bytes.Buffer
	ctx := s.ctx
	if ctx == nil {
		ctx = context.Background()
	}
	code := Run(ctx, Invocation{
		Args: args, Env: append(s.env(), s.more...), Dir: dir, Streams: &term.Streams{In: strings.NewReader(""), Out: &out, Err: &errs, Width: 80},
		Now: func() time.Time { return clock }, Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		Self: self, Dial: s.door.dial,
	})
	s.said = out.String() + errs.String()
	s.trap.look("what isrc "+command+" says", s.said)
	return code
}

func (s *faultScene) env() []string {
	home := filepath.Join(s.dir, "home")
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "TMPDIR=" + filepath.Join(s.dir, "tmp"), "LANG=C.UTF-8", "XDG_CONFIG_DIRS=" + filepath.Join(home, "none"),
		"GIT_CONFIG_GLOBAL=" + filepath.Join(home, ".gitconfig"), "GIT_CONFIG_NOSYSTEM=1", "ISRC_TOKEN=" + s.forge.Token("newcomer"),
	}
}

func (s *faultScene) git(args ...string) (string, error) {
	cmd := exec.Command("git", append([]string{"-C", filepath.Join(s.dir, "work", "lib")}, args...)...)
	cmd.Env = s.env()
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

func (s *faultScene) commit(n string) int {
	err := os.WriteFile(filepath.Join(s.dir, "work", "lib", n+".txt"), []byte("mended\n"), 0o600)
	_, err2 := s.git("add", ".")
	said, err3 := s.git("commit", "--quiet", "-m", "Mend")
	if err = errors.Join(err, err2, err3); err != nil {
		s.said = err.Error() + said
		return -1
	}
	return 0
}

// verdict compares the world with what the flow makes, "" when they agree.
func (s *faultScene) verdict() string {
	var wrong []string
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	type branch struct {
		Name   string
		Commit struct{ SHA string }
	}
	var forks []struct {
		Name string `json:"full_name"`
	}
	var pulls []struct {
		State string
		Head  struct{ SHA string }
	}
	var refs []branch
	head, wantForks := s.flow.repo, 0
	if s.flow.repo == "platform/lib" {
		head, wantForks = "newcomer/lib", 1
	}
	if err := errors.Join(s.ask("/repos/"+s.flow.repo+"/forks", &forks), s.ask("/repos/"+s.flow.repo+"/pulls?state=all", &pulls), s.ask("/repos/"+head+"/branches", &refs)); err != nil {
		return err.Error()
	}
	if len(forks) != wantForks {
		say("%d forks", len(forks))
	}
	if len(refs) != 2 || refs[0].Name != "fix" {
		say("the branches are %v", refs)
	}
	if len(pulls) != 1 || pulls[0].State != "open" {
		say("%d pull requests", len(pulls))
	}
	commits := strings.TrimSpace(strings.Repeat("Mend\n", max(strings.Count(strings.Join(s.flow.commands, "\n"), "commit "), 1)))
	if log, err := s.git("log", "--format=%s", "main..fix"); err != nil || log != commits {
		if remote, err2 := s.git("log", "--format=%s", "HEAD", "--not", "--remotes=*/main"); err2 != nil || remote != commits {
			say("the commits are %q: %v", log, err)
		}
	}
	if at, err := s.git("rev-parse", "refs/heads/fix"); err != nil || len(pulls) != 1 || at != pulls[0].Head.SHA || at != refs[0].Commit.SHA {
		say("the pull request is not at the commit: %s %v", at, err)
	}
	if st, err := s.git("status", "--porcelain", "--ignored"); err != nil || st != "" {
		say("the clone holds %q: %v", st, err)
	}
	entries, _ := os.ReadDir(filepath.Join(s.dir, "work"))
	if temporary, _ := os.ReadDir(filepath.Join(s.dir, "tmp")); len(entries) != 1 || len(temporary) != 0 {
		say("left behind: %v %v", entries, temporary)
	}
	runs, damaged, err := workflow.List(filepath.Join(s.dir, "home", ".local", "state", "isrc", "runs"))
	runs = slices.DeleteFunc(runs, func(st workflow.State) bool { return st.Ended == "abandoned" })
	if err != nil || len(damaged) > 0 || len(runs) != 1 {
		say("%d journals, %d damaged: %v", len(runs), len(damaged), err)
	}
	return strings.Join(wrong, ", ")
}

func (s *faultScene) ask(path string, into any) error {
	req, err := http.NewRequest(http.MethodGet, s.forge.URL()+"/api/v3"+path, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "token "+s.forge.Token("platform-lead"))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(into)
}

func silence() *log.Logger { return log.New(io.Discard, "", 0) }
