//go:build !windows

package contribute_test

import (
	"context"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/forge/github"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/workflow"
)

var update = flag.Bool("update", false, "write the generated files")

// TestMain lets the test binary be the process that is killed: with a role in
// its environment it contributes instead of running tests.
func TestMain(m *testing.M) {
	role := os.Getenv("CONTRIBUTE_ROLE")
	if role == "" {
		os.Exit(m.Run())
	}
	at, _ := strconv.Atoi(os.Getenv("CONTRIBUTE_AT"))
	s := &scene{dir: os.Getenv("CONTRIBUTE_DIR"), role: role, killAt: at}
	if err := s.play(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// scene is one contribution to platform/lib as the commands make it, in a
// process that dies where it is told.
type scene struct {
	dir    string
	role   string // attended, apply, exec or adopted
	killAt int    // the point at which the process dies, counted from 1; 0: nowhere
	count  int
	site   *contribute.Site
}

func (s *scene) path(name ...string) string {
	return filepath.Join(append([]string{s.dir}, name...)...)
}

// reach is called at every point. The points are kept in a file, because the
// one who wants to know them is another process.
func (s *scene) reach(p workflow.Point) {
	s.count++
	f, err := os.OpenFile(s.path("points"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, _ = fmt.Fprintf(f, "%s\t%s\n", p.Step, p.Name)
		_ = f.Close()
	}
	if s.count == s.killAt {
		die()
	}
}

// die ends the process as a power cut would: nothing deferred runs.
func die() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// play goes from nothing, or from whatever an earlier process left, to the
// pull request.
func (s *scene) play(ctx context.Context) error {
	if err := s.open(); err != nil {
		return err
	}
	j, err := s.begin(ctx)
	if err != nil || j == nil {
		return err
	}
	clone := j.State().Clone
	err = s.site.Resume(ctx, j)
	var paused *workflow.PausedError
	if errors.As(err, &paused) {
		err = s.edit(clone)
		s.reach(workflow.Point{Step: "edit", Name: "after the user's commit"})
	}
	if err = errors.Join(err, j.Close()); err != nil {
		return err
	}
	return s.submit(ctx, clone)
}

// begin opens the one unfinished run or makes one; nil when it is finished.
func (s *scene) begin(ctx context.Context) (*workflow.Journal, error) {
	upstream := forge.RepoName{Host: s.site.Host, Owner: "platform", Name: "lib"}
	runs, err := s.site.Unfinished(upstream)
	if err != nil || len(runs) > 1 {
		return nil, fmt.Errorf("%d runs: %w", len(runs), err)
	}
	if len(runs) == 1 {
		return workflow.Open(s.site.Runs, runs[0].Run)
	}
	all, _, err := workflow.List(s.site.Runs)
	if err != nil || (len(all) == 1 && contribute.Opened(all[0]) != nil) {
		return nil, err
	}
	req := contribute.Request{Upstream: upstream, Branch: "fix", Dir: s.path("work", "lib"), Via: contribute.ViaAuto}
	if s.role == "adopted" {
		if req.Adopt, err = s.site.Checkout(ctx, req.Dir, upstream); err != nil {
			return nil, err
		}
	}
	sit, err := s.site.Look(ctx, req)
	if err != nil {
		return nil, err
	}
	plan, err := contribute.Decide(sit)
	if err != nil {
		return nil, err
	}
	steps, err := s.change(plan)
	if err != nil {
		return nil, err
	}
	return s.site.Begin(sit, plan, steps...)
}

func (s *scene) change(plan *contribute.Plan) ([]workflow.Step, error) {
	switch s.role {
	case "apply":
		return contribute.Unattended{Patch: s.path("change.patch"), Message: "mend it"}.Steps(plan)
	case "exec":
		deadly := s.path("deadly") // while it is there, the command kills isrc half-way
		command := fmt.Sprintf("echo half > half.txt; rm %[1]q 2>&- && kill -9 $PPID; rm half.txt; echo mended > mended.txt", deadly)
		return contribute.Unattended{Exec: command, Message: "mend it"}.Steps(plan)
	}
	pause, err := workflow.PauseStep("edit", "make your change", "make your change and commit it", "isrc submit")
	return []workflow.Step{pause}, err
}

// edit is the user, who commits once.
func (s *scene) edit(clone string) error {
	if _, err := os.Stat(filepath.Join(clone, "mended.txt")); err == nil {
		return nil
	}
	if err := os.WriteFile(filepath.Join(clone, "mended.txt"), []byte("mended\n"), 0o600); err != nil {
		return err
	}
	for _, args := range [][]string{{"add", "mended.txt"}, {"commit", "--quiet", "-m", "mend it"}} {
		cmd := exec.Command("git", args...)
		cmd.Dir = clone
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("git %v: %w: %s", args, err, out)
		}
	}
	return nil
}

func (s *scene) submit(ctx context.Context, clone string) error {
	p, err := contribute.Finder{Dir: clone, Runs: s.site.Runs, Getenv: func(string) string { return "" }, Host: s.site.Host, Tool: s.site.Tool}.Find(ctx)
	if err != nil {
		return err
	}
	if err := p.Refresh(ctx, s.site.Tool); err != nil {
		return err
	}
	r, err := p.Review(ctx, s.site, s.site.Tool, contribute.ReviewOptions{Frugal: true})
	if err != nil {
		return err
	}
	if err := p.Ready(r); err != nil {
		return err
	}
	sub, err := s.site.PlanSubmit(ctx, r, r.Change.Draft, contribute.SubmitOptions{})
	if err != nil {
		return err
	}
	j, err := s.site.Adopt(ctx, p, s.site.Tool)
	if err != nil {
		return err
	}
	_, err = s.site.Submit(ctx, j, sub, nil)
	return errors.Join(err, j.Close())
}

// open makes the site that the environment names.
func (s *scene) open() error {
	base, token := os.Getenv("CONTRIBUTE_FORGE"), os.Getenv("CONTRIBUTE_TOKEN")
	host := strings.TrimPrefix(base, "http://")
	client, err := github.New(github.Options{Host: host, APIURL: base + "/api/v3", Scheme: "http", Token: token})
	if err != nil {
		return err
	}
	tool := &git.Tool{Path: os.Getenv("CONTRIBUTE_GIT")}
	s.site = &contribute.Site{
		Seen: &contribute.Seen{},
		Host: host, BaseURL: base, Forge: client, Token: token, KnownLogin: "newcomer", Tool: tool, Runs: s.path("runs"), ToolName: "isrc test", Now: time.Now, Trace: s.reach,
		Reader: &git.Reader{Auth: func(string) (string, string, bool) { return "newcomer", token, true }},
	}
	return nil
}

// writeProgram writes a file that a test runs, or that a program runs which it
// starts. Nothing is started while the file is open: until it is the other program,
// a child would have it open, too, and what is open for writing cannot be run.
func writeProgram(name, text string, perm os.FileMode) error {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	return os.WriteFile(name, []byte(text), perm)
}

// noTidying keeps git from asking itself after most commands whether there is
// something to tidy up, by another process, which newer ones leave behind.
const noTidying = "[maintenance]\n\tauto = false\n[gc]\n\tauto = 0\n"

// gitconfig is the user's, with the way to sign in at the forge.
func gitconfig(base, token string) string {
	basic := base64.StdEncoding.EncodeToString([]byte("newcomer:" + token))
	return noTidying + fmt.Sprintf("[user]\n\tname = New Comer\n\temail = newcomer@acme.example\n[http %q]\n\textraHeader = Authorization: Basic %s\n", base, basic)
}
