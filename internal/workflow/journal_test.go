package workflow

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAJournalReadsBackWhatWasWritten(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "runs")
	j := create(t, dir, Step{ID: "fork", Kind: "fork/v1", Title: "fork it", In: raw("a")})
	if err := j.Update(func(h *Header) {
		h.Clone, h.Extra = "/home/newcomer/auth-lib", map[string]string{"issue": "398"}
		h.Run, h.Version = "another", 7 // a run's identity stays
	}); err != nil {
		t.Fatal(err)
	}
	if err := j.Note("guidelines", map[string]string{"commit": "abc"}); err != nil {
		t.Fatal(err)
	}
	if err := j.Append(Step{ID: "push", Kind: "push/v1", Title: "push", Uses: map[string]string{"fork": "fork"}}); err != nil {
		t.Fatal(err)
	}
	before := j.State()
	after, err := Read(dir, before.Run)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(before, after); d != "" {
		t.Errorf("another process reads something else:\n%s", d)
	}
	if d := cmp.Diff(before, reopen(t, j).State()); d != "" {
		t.Errorf("the next process reads something else:\n%s", d)
	}
	if after.Clone != "/home/newcomer/auth-lib" || after.Extra["issue"] != "398" || after.Version != 1 {
		t.Errorf("got the header %+v", after.Header)
	}
	n, ok := after.LastNote("guidelines")
	if !ok || string(n.Data) != `{"commit":"abc"}` {
		t.Errorf("got the note %s", n.Data)
	}
}

func TestAJournalIsForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no permission bits")
	}
	dir := filepath.Join(t.TempDir(), "runs")
	j := create(t, dir)
	for name, want := range map[string]os.FileMode{dir: 0o700, journalPath(dir, j.State().Run): 0o600} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", name, got, want)
		}
	}
}

func TestDamagedJournals(t *testing.T) {
	t.Parallel()
	const head = `{"version":1,"tool":"isrc 0.1","run":"r"}` + "\n"
	const plan = `{"event":"plan","steps":[{"id":"a","kind":"a/v1","title":"a"}]}` + "\n"
	tests := []struct {
		name, text string
		line       int // 0: it is sound
	}{
		{"a sound one", head + plan, 0},
		{"the last line was cut short", head + plan + `{"event":"sta`, 0},
		{"the last line is whole but for its end", head + plan + `{"event":"started","step":"a"}`, 0},
		{"zeros after a power cut", head + plan + "\x00\x00\x00", 0},
		{"an empty file", "", 1},
		{"a header that was cut short", `{"version":1`, 1},
		{"a header without a version", `{"run":"r"}` + "\n", 1},
		{"the header of another run", `{"version":1,"run":"x"}` + "\n", 1},
		{"garbage in the middle", head + "?!\n" + plan, 2},
		{"garbage with a line end at the end", head + plan + "?!\n", 3},
		{"an unknown event", head + plan + `{"event":"exploded","step":"a"}` + "\n", 3},
		{"an event of an unknown step", head + plan + `{"event":"done","step":"b"}` + "\n", 3},
		{"the same step twice", head + plan + plan, 3},
		{"a step that uses a later one", head + `{"event":"plan","steps":[{"id":"a","kind":"a/v1","uses":{"x":"b"}},{"id":"b","kind":"b/v1"}]}` + "\n", 2},
		{"a header event without a header", head + `{"event":"header"}` + "\n", 2},
		{"a pause that cannot be read", head + `{"event":"plan","steps":[{"id":"p","kind":"pause/v1","in":7}]}` + "\n" + `{"event":"paused","step":"p"}` + "\n", 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			name := filepath.Join(dir, "r.jsonl")
			if err := os.WriteFile(name, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			_, readErr := Read(dir, "r")
			j, openErr := Open(dir, "r")
			if tt.line == 0 {
				if readErr != nil || openErr != nil {
					t.Fatalf("got %v and %v", readErr, openErr)
				}
				defer j.Close()
				if err := j.Note("next", 1); err != nil {
					t.Fatal(err)
				}
				b, _ := os.ReadFile(name)
				if !strings.HasPrefix(string(b), head+plan+`{"event":"note"`) {
					t.Errorf("the journal was not repaired:\n%s", b)
				}
				return
			}
			for _, err := range []error{readErr, openErr} {
				var d *Damaged
				if !errors.As(err, &d) || d.Line != tt.line {
					t.Errorf("got %v, want damage in line %d", err, tt.line)
				}
			}
			states, damaged, err := List(dir)
			if len(states) != 0 || len(damaged) != 1 || err != nil {
				t.Errorf("the list has %d runs, %d damaged, %v", len(states), len(damaged), err)
			}
			if again, err := os.ReadFile(name); err != nil || string(again) != tt.text {
				t.Errorf("a damaged journal was changed: %q", again)
			}
		})
	}
}

func TestTheJournalOfANewerVersionCanOnlyBeEnded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := `{"version":9,"tool":"isrc 7.0","run":"r","branch":"fix","shape":"new"}` + "\n" +
		`{"event":"plan","tree":[1]}` + "\n[\"quite different\"]\n"
	if err := os.WriteFile(filepath.Join(dir, "r.jsonl"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	j, err := Open(dir, "r")
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if st := j.State(); !st.NewerVersion || st.Branch != "fix" {
		t.Errorf("got %+v", st)
	}
	e := &Engine{}
	_, undo := e.Undo(t.Context(), j, false)
	for what, err := range map[string]error{"run": e.Run(t.Context(), j), "undo": undo, "append": j.Append(), "note": j.Note("a", 1)} {
		var newer *NewerError
		if !errors.As(err, &newer) || newer.Tool != "isrc 7.0" || newer.Version != 9 {
			t.Errorf("%s: got %v, want the newer version named", what, err)
		}
	}
	if err := j.End("abandoned"); err != nil {
		t.Fatal(err)
	}
	st, err := Read(dir, "r")
	if err != nil || st.Ended != "abandoned" {
		t.Errorf("got %q, %v", st.Ended, err)
	}
	if b, _ := os.ReadFile(filepath.Join(dir, "r.jsonl")); !strings.HasPrefix(string(b), text) {
		t.Error("what the newer version wrote was changed")
	}
}

func TestOneProcessAtATimeWorksOnARun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	j := create(t, dir)
	run := j.State().Run
	for what, try := range map[string]func() error{
		"open":   func() error { _, err := Open(dir, run); return err },
		"create": func() error { _, err := Create(dir, Header{Run: run}); return err },
		"remove": func() error { return Remove(dir, run) },
	} {
		var locked *LockedError
		if err := try(); !errors.As(err, &locked) || locked.PID != os.Getpid() || locked.Run != run {
			t.Errorf("%s: got %v, want the run locked by %d", what, err, os.Getpid())
		}
	}
	if _, err := Read(dir, run); err != nil {
		t.Errorf("reading needs no lock: %v", err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(dir, Header{Run: run}); !errors.Is(err, ErrExists) {
		t.Errorf("got %v, want ErrExists", err)
	}
}

func TestRunsAreListedAndRemoved(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "runs")
	if states, damaged, err := List(dir); states != nil || damaged != nil || err != nil {
		t.Errorf("without a folder: got %v, %v, %v", states, damaged, err)
	}
	day := time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)
	for i, run := range []string{"older", "newer", "gone"} {
		j, err := Create(dir, Header{Run: run, Created: day.Add(time.Duration(i) * time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := Remove(dir, "gone"); err != nil {
		t.Fatal(err)
	}
	states, _, err := List(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, st := range states {
		got = append(got, st.Run)
	}
	if d := cmp.Diff([]string{"newer", "older"}, got); d != "" {
		t.Error(d)
	}
	for _, run := range []string{"gone", "", "../older", "a/b", ".new", strings.Repeat("x", 200)} {
		for what, err := range map[string]error{"read": second(Read(dir, run)), "open": second(Open(dir, run)), "remove": Remove(dir, run)} {
			if !errors.Is(err, ErrNoRun) {
				t.Errorf("%s %q: got %v, want ErrNoRun", what, run, err)
			}
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestRunNamesAreSafeSortedAndDistinct(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 21, 23, 59, 0, 0, time.FixedZone("east", 3600))
	seen := map[string]bool{}
	for _, branch := range []string{"fix-398", "feat/Ünï©ode/../x", strings.Repeat("long-", 40), "", "con"} {
		run := NewRun(at, "forge.example/acme/auth-lib", branch)
		if err := checkRun(run); err != nil || !strings.HasPrefix(run, "20261121-auth-lib-") || len(run) > 90 {
			t.Errorf("%q makes %q: %v", branch, run, err)
		}
		seen[run] = true
	}
	for range 50 {
		seen[NewRun(at, "acme/lib", "same")] = true
	}
	if len(seen) != 55 {
		t.Errorf("%d different names of 55", len(seen))
	}
}

func TestWhatDoesNotSurviveBeingStoredIsNotWritten(t *testing.T) {
	t.Parallel()
	j := create(t, t.TempDir(), Step{ID: "a", Kind: "a/v1"})
	before := j.State()
	for what, err := range map[string]error{
		"a step twice":          j.Append(Step{ID: "a", Kind: "a/v1"}),
		"a step without a kind": j.Append(Step{ID: "b"}),
		"a use of nothing":      j.Append(Step{ID: "b", Kind: "b/v1", Uses: map[string]string{"x": "c"}}),
		"broken JSON":           j.Append(Step{ID: "b", Kind: "b/v1", In: json.RawMessage("{")}),
		"a note of a function":  j.Note("f", func() {}),
		"an end without a word": j.End(""),
	} {
		if err == nil {
			t.Errorf("%s was accepted", what)
		}
	}
	if d := cmp.Diff(before, reopen(t, j).State()); d != "" {
		t.Errorf("the journal changed:\n%s", d)
	}
}

// A line that may wait for the next one is on the disk when a run stops, whatever
// it stops at.
func TestNothingWaitsForTheDiskAfterwards(t *testing.T) {
	t.Parallel()
	j, err := Create(t.TempDir(), Header{Upstream: "ghe.example/platform/lib", Branch: "topic"})
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Append(Step{ID: "one", Kind: "k"}); err != nil || !j.loose {
		t.Fatalf("the plan did not wait: %v", err)
	}
	e := &Engine{Kinds: []Kind{{Name: "k", Do: func(context.Context, Ins) (json.RawMessage, error) {
		if j.loose {
			t.Error("a step began before its plan was on the disk")
		}
		return json.RawMessage(`{}`), nil
	}}}}
	if err := e.Run(t.Context(), j); err != nil || j.loose {
		t.Errorf("after the run lines still wait: %v", err)
	}
	if err := j.Append(Step{ID: "two", Kind: "k"}); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil || j.loose {
		t.Errorf("after the end lines still wait: %v", err)
	}
}
