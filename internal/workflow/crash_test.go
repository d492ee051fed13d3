//go:build !windows

package workflow

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"
)

// die ends the process as a power cut would: nothing deferred runs.
func die() {
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}

// crashRow is one line of the matrix: where the process was killed, and what
// the world held after the next one had gone on, by the way it was killed.
type crashRow struct {
	Point    Point
	Verdicts []string
}

// crashWays are the columns of the matrix.
var crashWays = []string{"killed", "killed, torn last line", "killed, then killed again"}

// crashMatrix kills a contribution at each of its points and lets it go on.
func crashMatrix(t *testing.T) []crashRow {
	t.Helper()
	whole := &scene{dir: t.TempDir()}
	if err := whole.play(context.Background()); err != nil {
		t.Fatal(err)
	}
	if v := whole.verdict(); v != "each effect once" {
		t.Fatalf("without a crash: %s", v)
	}
	rows := make([]crashRow, len(whole.points))
	var g errgroup.Group
	g.SetLimit(4)
	for i, p := range whole.points {
		rows[i] = crashRow{Point: p, Verdicts: make([]string, len(crashWays))}
		for way := range crashWays {
			dir := t.TempDir()
			g.Go(func() error {
				rows[i].Verdicts[way] = crashOnce(dir, "contribute", i+1, way)
				return nil
			})
		}
	}
	_ = g.Wait() // the functions answer nil
	return rows
}

// crashOnce kills at one point in one way, goes on, and looks at the world.
func crashOnce(dir, role string, at, way int) string {
	if err := child(role, dir, at); !killed(err) {
		return fmt.Sprintf("the process was not killed: %v", err)
	}
	switch way {
	case 1:
		if err := tear(dir); err != nil {
			return err.Error()
		}
	case 2:
		if err := child(role, dir, 2); err != nil && !killed(err) {
			return err.Error()
		}
	}
	if err := child(role, dir, 0); err != nil {
		return err.Error()
	}
	return (&scene{dir: dir}).verdict()
}

func child(role, dir string, at int) error {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "WORKFLOW_ROLE="+role, "WORKFLOW_DIR="+dir, "WORKFLOW_AT="+strconv.Itoa(at))
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(string(out)))
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

// tear appends the beginning of a line that was being written.
func tear(dir string) error {
	names, err := filepath.Glob(filepath.Join(dir, "runs", "*.jsonl"))
	if err != nil || len(names) != 1 {
		return fmt.Errorf("%d journals: %w", len(names), err)
	}
	f, err := os.OpenFile(names[0], os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(`{"event":"done","at":"2026-11-21T08:00:00Z","st`)
	return errors.Join(err, f.Close())
}

// table renders the matrix as it is published.
func table(rows []crashRow) string {
	var b strings.Builder
	fmt.Fprintf(&b, "| step | point | %s |\n|---|---|%s\n", strings.Join(crashWays, " | "), strings.Repeat("---|", len(crashWays)))
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", r.Point.Step, r.Point.Name, strings.Join(r.Verdicts, " | "))
	}
	return b.String()
}

func TestEveryEffectHappensOnceWhereverTheProcessIsKilled(t *testing.T) {
	t.Parallel()
	rows := crashMatrix(t)
	if len(rows) < 25 {
		t.Errorf("only %d points were tried", len(rows))
	}
	for _, r := range rows {
		for way, v := range r.Verdicts {
			if v != "each effect once" {
				t.Errorf("%s at %q, %s: %s", crashWays[way], r.Point.Step, r.Point.Name, v)
			}
		}
	}
	const golden = "testdata/crash-matrix.md"
	got := table(rows)
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s is stale (go test ./internal/workflow -update):\n%s", golden, d)
	}
}

// The matrix must be able to fail: kinds that cannot look repeat themselves.
func TestTheCrashMatrixSeesARepeatedEffect(t *testing.T) {
	t.Parallel()
	whole := &scene{dir: t.TempDir()}
	if err := whole.play(context.Background()); err != nil {
		t.Fatal(err)
	}
	for i, p := range whole.points {
		if p.Step == "fork" && p.Name == "the answer is lost" {
			if got := crashOnce(t.TempDir(), "contribute blindly", i+1, 0); got != "2 forks" {
				t.Errorf("got %q, want 2 forks", got)
			}
			return
		}
	}
	t.Error("the scene has no such point")
}

// fullDisk runs in a process of its own, whose files may not grow.
func fullDisk(dir string) error {
	j, err := Create(dir, Header{Run: "full", Tool: "test"})
	if err != nil {
		return err
	}
	defer j.Close()
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		return err
	}
	tight := syscall.Rlimit{Cur: uint64(j.size) + 20, Max: was.Max}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &tight); err != nil {
		return err
	}
	if err := j.Note("lost", "this line does not fit"); err == nil {
		return errors.New("a line was written to a full disk")
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		return err
	}
	return j.Note("kept", "there is room again")
}

func TestAFullDiskLeavesNoHalfLine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := child("full disk", dir, 0); err != nil {
		t.Fatal(err)
	}
	st, err := Read(dir, "full")
	if err != nil {
		t.Fatal(err)
	}
	if len(st.Notes) != 1 || st.Notes[0].Kind != "kept" {
		t.Errorf("got the notes %+v, want the one that was kept", st.Notes)
	}
}
