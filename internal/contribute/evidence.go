package contribute

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec" // runs the project's own commands, when the user says so
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// Evidence is a command of the project that was run on a change.
type Evidence struct {
	Command string    `json:"command"`
	Purpose string    `json:"purpose"`
	Said    string    `json:"said"`  // where the project names it: "CONTRIBUTING.md:18"
	Head    string    `json:"head"`  // commit that was checked out
	Dirty   bool      `json:"dirty"` // something was not committed
	Exit    int       `json:"exit"`  // -1 when it was stopped, or could not be started
	Seconds float64   `json:"seconds"`
	At      time.Time `json:"at"`
	Last    string    `json:"last"` // the last lines that it wrote, of one that failed
}

// noteEvidence is the kind of a journal's notes that hold evidence.
const noteEvidence = "evidence/v1"

// RunCommand runs a command of the project in the clone, as the user would in
// their shell, but without isrc's tokens in its environment. What it writes
// goes to out. A command that fails is evidence too, and no error.
func (r *Review) RunCommand(ctx context.Context, env []string, c guideline.Command, out io.Writer, now func() time.Time) (Evidence, error) {
	e := Evidence{Command: c.Text, Purpose: c.Purpose, Said: placeOf(c.Said), Head: r.Head, Dirty: len(r.Uncommitted) > 0, At: now().UTC(), Exit: -1}
	shell, flag := "sh", "-c"
	if runtime.GOOS == "windows" {
		shell, flag = "cmd", "/c"
	}
	tail := &tailWriter{}
	cmd := exec.CommandContext(ctx, shell, flag, c.Text)
	cmd.Dir, cmd.Env = r.Dir, withoutTokens(env)
	cmd.Stdout, cmd.Stderr = io.MultiWriter(out, tail), io.MultiWriter(out, tail)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	err := cmd.Run()
	e.Seconds = now().UTC().Sub(e.At).Seconds()
	if ctx.Err() != nil {
		return e, ctx.Err()
	}
	var failed *exec.ExitError
	switch {
	case err == nil:
		e.Exit = 0
	case errors.As(err, &failed):
		e.Exit = failed.ExitCode()
	}
	if err != nil {
		e.Last = lastLines(tail.String(), 5)
	}
	return e, r.keepEvidence(e)
}

func placeOf(q guideline.Quote) string {
	switch {
	case q.Source == nil:
		return ""
	case q.Line > 0:
		return fmt.Sprintf("%s:%d", q.Source.Path, q.Line)
	}
	return q.Source.Path
}

// withoutTokens leaves out what a project's command has no business with.
func withoutTokens(env []string) []string {
	var out []string
	for _, v := range env {
		name, _, _ := strings.Cut(v, "=")
		switch strings.ToUpper(name) {
		case "ISRC_TOKEN", "GH_TOKEN", "GITHUB_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN":
		default:
			out = append(out, v)
		}
	}
	return out
}

// keepEvidence writes evidence into the contribution's journal, or beside the
// draft of a branch that has none.
func (r *Review) keepEvidence(e Evidence) error {
	if r.Run != nil && r.RunsDir != "" {
		j, err := workflow.Open(r.RunsDir, r.Run.Run)
		if err != nil {
			return fault.Errorf("keep the result of %q: %w", e.Command, err)
		}
		err = fault.Join(j.Note(noteEvidence, e), j.Close())
		if st, readErr := workflow.Read(r.RunsDir, r.Run.Run); err == nil && readErr == nil {
			r.Run = &st
		}
		return err
	}
	if r.Branch == "" {
		return nil
	}
	path := evidencePath(r.Repo, r.Branch)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fault.Errorf("keep the result of %q: %w", e.Command, err)
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fault.Errorf("keep the result of %q: %w", e.Command, err)
	}
	line, err := json.Marshal(e)
	if err == nil {
		_, err = f.Write(append(line, '\n'))
	}
	return fault.Join(err, f.Close())
}

func evidencePath(repo *git.Repo, branch string) string {
	return filepath.Join(filepath.Dir(DraftPath(repo, branch)), "evidence.jsonl")
}

// Evidence is what is known of the commit that is judged: the last result of
// each command.
func (r *Review) Evidence() []Evidence {
	var all []Evidence
	take := func(raw []byte) {
		var e Evidence
		if json.Unmarshal(raw, &e) == nil && e.Head == r.Head && e.Command != "" {
			all = append(all, e)
		}
	}
	if r.Run != nil {
		for _, n := range r.Run.Notes {
			if n.Kind == noteEvidence {
				take(n.Data)
			}
		}
	}
	if data, err := os.ReadFile(evidencePath(r.Repo, r.Branch)); err == nil && r.Branch != "" {
		for line := range bytes.Lines(data) {
			take(line)
		}
	}
	var out []Evidence
	for i, e := range all {
		last := true
		for _, later := range all[i+1:] {
			last = last && later.Command != e.Command
		}
		if last {
			out = append(out, e)
		}
	}
	return out
}

// tailWriter keeps the end of what is written.
type tailWriter struct{ b []byte }

const maxTail = 8 << 10

func (w *tailWriter) Write(p []byte) (int, error) {
	w.b = append(w.b, p...)
	if over := len(w.b) - maxTail; over > 0 {
		w.b = append(w.b[:0], w.b[over:]...)
	}
	return len(p), nil
}

func (w *tailWriter) String() string { return string(w.b) }
