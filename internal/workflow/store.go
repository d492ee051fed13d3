package workflow

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/disk"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/order"
)

const (
	journalSuffix = ".jsonl"
	lockSuffix    = ".lock"
)

// NewRun makes the identity of a run: short, safe as a file name, unique, and
// sorted by the day on which it began.
func NewRun(at time.Time, upstream, branch string) string {
	parts := []string{at.UTC().Format("20060102")}
	for _, s := range []string{path.Base(upstream), branch} {
		if s = slug(s); s != "" {
			parts = append(parts, s)
		}
	}
	var random [5]byte
	_, _ = rand.Read(random[:]) // never fails
	tail := strings.ToLower(base32.StdEncoding.EncodeToString(random[:]))[:6]
	return strings.Join(append(parts, tail), "-")
}

// slug keeps what every file system takes.
func slug(s string) string {
	const most = 32
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		switch {
		case b.Len() >= most:
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-")
}

// checkRun refuses names that would lead out of the folder.
func checkRun(run string) error {
	if run == "" || len(run) > 120 || strings.Trim(run, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") != "" || run[0] == '.' {
		return fault.Errorf("%w: %q is not the name of a run", ErrNoRun, run)
	}
	return nil
}

//go:noinline
func journalPath(dir, run string) string { return filepath.Join(dir, run+journalSuffix) }

func missing(run string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fault.Errorf("%w: %s", ErrNoRun, run)
	}
	return fault.Errorf("open the journal of %s: %w", run, err)
}

// writeHeader makes the file whole or not at all, under the run's lock.
func writeHeader(dir string, h Header) error {
	name := journalPath(dir, h.Run)
	if _, err := os.Lstat(name); err == nil {
		return fault.Errorf("%w: %s", ErrExists, h.Run)
	}
	line, err := json.Marshal(h)
	if err != nil {
		return fault.Errorf("write the header of %s: %w", h.Run, err)
	}
	if err := disk.WriteFile(name, append(line, '\n'), 0o600); err != nil {
		return fault.Errorf("create the journal of %s: %w", h.Run, err)
	}
	return disk.SyncFolder(dir)
}

// Read gives the state of a run without taking its lock.
func Read(dir, run string) (State, error) {
	if err := checkRun(run); err != nil {
		return State{}, err
	}
	f, err := os.Open(journalPath(dir, run))
	if err != nil {
		return State{}, missing(run, err)
	}
	defer f.Close()
	st, _, err := readFrom(f, run)
	return st, err
}

func readFrom(f *os.File, run string) (State, int64, error) {
	b, err := io.ReadAll(io.LimitReader(f, maxJournal+1))
	if err != nil {
		return State{}, 0, fault.Errorf("read the journal of %s: %w", run, err)
	}
	if len(b) > maxJournal {
		return State{}, 0, &Damaged{Run: run, Path: f.Name(), Line: 1, Err: fault.Errorf("it is larger than %d bytes", maxJournal)}
	}
	st, size, line, err := parse(b)
	if err == nil && st.Run != run {
		line, err = 1, fault.Errorf("it belongs to run %q", st.Run)
	}
	if err != nil {
		return State{}, 0, &Damaged{Run: run, Path: f.Name(), Line: line, Err: err}
	}
	return st, size, nil
}

// List reads all runs of a folder, the newest first, and names apart what
// cannot be read. A folder that is not there holds no runs.
func List(dir string) ([]State, []Damaged, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fault.Errorf("list runs: %w", err)
	}
	var states []State
	var damaged []Damaged
	for _, e := range entries {
		run, ok := strings.CutSuffix(e.Name(), journalSuffix)
		if !ok || checkRun(run) != nil || !e.Type().IsRegular() {
			continue
		}
		st, err := Read(dir, run)
		var d *Damaged
		switch {
		case err == nil:
			states = append(states, st)
		case errors.Is(err, ErrNoRun): // removed meanwhile
		case errors.As(err, &d):
			damaged = append(damaged, *d)
		default:
			damaged = append(damaged, Damaged{Run: run, Path: journalPath(dir, run), Err: err})
		}
	}
	order.StableBy(states, func(a, b State) int { return b.Created.Compare(a.Created) })
	return states, damaged, nil
}

// Remove deletes the journal of a run that nobody works on.
func Remove(dir, run string) error {
	if err := checkRun(run); err != nil {
		return err
	}
	if _, err := os.Stat(journalPath(dir, run)); err != nil {
		return missing(run, err)
	}
	lock, err := lockRun(dir, run)
	if err != nil {
		return err
	}
	if err := os.Remove(journalPath(dir, run)); err != nil {
		return fault.Join(missing(run, err), lock.Release())
	}
	return fault.Join(lock.Release(), os.Remove(filepath.Join(dir, run+lockSuffix)), disk.SyncFolder(dir))
}
