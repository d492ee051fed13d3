package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// held stops a process that a script holds: it says through one pipe that it is
// there, and waits at the other for what comes next. Told that it was
// interrupted, it waits until the signal has come through.
func held(ctx context.Context) {
	there, next := os.NewFile(3, "there"), os.NewFile(4, "next")
	_, _ = there.Write([]byte{'.'})
	_ = there.Close()
	word := make([]byte, 1)
	if n, _ := next.Read(word); n == 1 && word[0] == 'i' {
		<-ctx.Done()
	}
}

type holdKey struct{}

// aHold is an isrc that stands still in the middle of its work.
type aHold struct {
	cmd      *exec.Cmd
	next     *os.File
	out, err bytes.Buffer
}

// holdCommand starts isrc and lets it stand still at a point of its work, with
// everything held that it holds there: hold 'STEP: POINT' ARGS...
func holdCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: hold 'STEP: POINT' ARGS...")
	}
	thereRead, thereWrite, err := os.Pipe()
	ts.Check(err)
	nextRead, nextWrite, err := os.Pipe()
	ts.Check(err)
	h := &aHold{cmd: exec.Command(programOf(ts), args[1:]...), next: nextWrite}
	h.cmd.Dir, h.cmd.Stdout, h.cmd.Stderr = ts.MkAbs("."), &h.out, &h.err
	h.cmd.Env = append(scriptEnv(ts), "TEST_HOLD_AT="+args[0])
	h.cmd.ExtraFiles = []*os.File{thereWrite, nextRead}
	ts.Check(h.cmd.Start())
	ts.Check(errors.Join(thereWrite.Close(), nextRead.Close()))
	ts.Defer(func() { _ = h.cmd.Process.Kill(); _ = h.next.Close() })
	if _, err := io.ReadFull(thereRead, make([]byte, 1)); err != nil {
		_ = h.cmd.Wait()
		ts.Fatalf("isrc %v ended before %q:\n%s%s", args[1:], args[0], h.out.String(), h.err.String())
	}
	ts.Check(thereRead.Close())
	holds(ts)[0] = h
}

// resumeCommand lets the held isrc go on and wants its exit code. Its output
// comes into the files held.out and held.err: resume [interrupt] CODE
func resumeCommand(ts *testscript.TestScript, neg bool, args []string) {
	h := holds(ts)[0]
	if neg || h == nil || len(args) == 0 {
		ts.Fatalf("usage: hold first, then resume [interrupt] CODE")
	}
	if args[0] == "interrupt" {
		args = args[1:]
		ts.Check(h.cmd.Process.Signal(os.Interrupt))
		_, err := h.next.Write([]byte{'i'})
		ts.Check(err)
	}
	ts.Check(h.next.Close())
	err := h.cmd.Wait()
	ts.Logf("[held stdout]\n%s[held stderr]\n%s", h.out.String(), h.err.String())
	for name, b := range map[string]*bytes.Buffer{"held.out": &h.out, "held.err": &h.err} {
		ts.Check(os.WriteFile(filepath.Join(ts.Getenv("WORK"), name), b.Bytes(), 0o600))
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		ts.Fatalf("wait for the held isrc: %v", err)
	}
	if got := fmt.Sprint(h.cmd.ProcessState.ExitCode()); got != args[0] {
		ts.Fatalf("the held isrc: exit code %s, want %s", got, args[0])
	}
}

func holds(ts *testscript.TestScript) []*aHold { return ts.Value(holdKey{}).([]*aHold) }

// programOf is the isrc of the scripts.
func programOf(ts *testscript.TestScript) string {
	for _, dir := range filepath.SplitList(ts.Getenv("PATH")) {
		if path, err := exec.LookPath(filepath.Join(dir, "isrc")); err == nil {
			return path
		}
	}
	ts.Fatalf("isrc is not in PATH")
	return ""
}

// scriptEnv is the environment of a script as far as isrc and git look at it.
func scriptEnv(ts *testscript.TestScript) []string {
	var env []string
	for _, k := range strings.Fields("PATH HOME TMPDIR LANG XDG_CONFIG_HOME XDG_CONFIG_DIRS GIT_CONFIG_GLOBAL GIT_CONFIG_NOSYSTEM GIT_AUTHOR_DATE GIT_COMMITTER_DATE TEST_BEGUN ISRC_TOKEN ISRC_HOST") {
		if v := ts.Getenv(k); v != "" {
			env = append(env, k+"="+v)
		}
	}
	return env
}
