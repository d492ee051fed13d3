package workflow

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"github.com/isrc-dev/isrc/internal/disk"
	"github.com/isrc-dev/isrc/internal/fault"
)

// maxJournal bounds what is read of one journal, in bytes.
const maxJournal = 64 << 20

// Journal is the record of one run, opened for writing. It holds the lock of
// its run until Close; the lock is the operating system's and dies with the
// process. Its methods may be called from several goroutines.
type Journal struct {
	mu    sync.Mutex
	dir   string
	file  *os.File
	lock  *disk.Lock
	size  int64 // bytes that are sound; what lies behind is cut off
	loose bool  // the last of them are not known to be on the disk
	state State
	now   func() time.Time
}

// Create begins a journal. An empty Run in the header is filled with a new
// identity. The folder is made for its owner alone, and so is the file.
func Create(dir string, h Header) (*Journal, error) {
	if h.Created.IsZero() {
		h.Created = time.Now().UTC()
	}
	if h.Run == "" {
		h.Run = NewRun(h.Created, h.Upstream, h.Branch)
	}
	h.Version = formatVersion
	if err := checkRun(h.Run); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fault.Errorf("create the folder for journals: %w", err)
	}
	lock, err := lockRun(dir, h.Run)
	if err != nil {
		return nil, err
	}
	if err := writeHeader(dir, h); err != nil {
		return nil, fault.Join(err, lock.Release())
	}
	return openLocked(dir, h.Run, lock)
}

// Open opens the journal of a run for writing. A last line that was cut short
// when its process died is removed. What a newer version wrote opens too, and
// can do nothing but End.
func Open(dir, run string) (*Journal, error) {
	if err := checkRun(run); err != nil {
		return nil, err
	}
	if _, err := os.Stat(journalPath(dir, run)); err != nil {
		return nil, missing(run, err)
	}
	lock, err := lockRun(dir, run)
	if err != nil {
		return nil, err
	}
	return openLocked(dir, run, lock)
}

func openLocked(dir, run string, lock *disk.Lock) (*Journal, error) {
	f, err := os.OpenFile(journalPath(dir, run), os.O_RDWR, 0)
	if err != nil {
		return nil, fault.Join(missing(run, err), lock.Release())
	}
	st, size, err := readFrom(f, run)
	if err == nil {
		err = truncate(f, size)
	}
	if err != nil {
		return nil, fault.Join(err, f.Close(), lock.Release())
	}
	now := func() time.Time { return time.Now().UTC() }
	return &Journal{dir: dir, file: f, lock: lock, size: size, state: st, now: now}, nil
}

// truncate cuts a torn last line off and leaves the file ready for the next.
func truncate(f *os.File, size int64) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() != size {
		if err := f.Truncate(size); err != nil {
			return fault.Errorf("repair the journal: %w", err)
		}
	}
	_, err = f.Seek(size, io.SeekStart)
	return err
}

func (j *Journal) setClock(now func() time.Time) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if now != nil {
		j.now = now
	}
}

// State gives what the journal says now.
func (j *Journal) State() State {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.state.clone()
}

// Append extends the plan. Steps may use results of steps before them.
//
//go:noinline
func (j *Journal) Append(steps ...Step) error {
	return j.write(record{Event: eventPlan, Steps: steps})
}

// Note keeps a fact that belongs to the run and is no step.
func (j *Journal) Note(kind string, data any) error {
	b, err := json.Marshal(data)
	if err != nil {
		return fault.Errorf("note %s: %w", kind, err)
	}
	return j.write(record{Event: eventNote, Note: &Note{Kind: kind, Data: b}})
}

// Update writes facts of the header that became known later. Version, tool,
// run and creation time stay as they are.
func (j *Journal) Update(change func(*Header)) error {
	h := j.State().Header
	change(&h)
	return j.write(record{Event: eventHeader, Header: &h})
}

// Resume passes the pause at which the run stands.
func (j *Journal) Resume() error {
	p := j.State().Paused
	if p == nil {
		return ErrNotPaused
	}
	return j.write(record{Event: eventResumed, Step: p.Step})
}

// Drop gives up a step that is not done, because another one took its place.
// Whether a step that was begun reached the world stays unknown, so the one
// that follows it must find out.
func (j *Journal) Drop(step string) error {
	if s, ok := j.State().Step(step); ok && s.Status == Done {
		return fault.Errorf("drop step %s: it is done", step)
	}
	return j.write(record{Event: eventDropped, Step: step})
}

// End closes a run with its outcome. It works without knowing the steps, so a
// run of a newer version can be ended too. Ending twice keeps the last word.
//
//go:noinline
func (j *Journal) End(outcome string) error {
	if outcome == "" {
		return errors.New("end a run: no outcome")
	}
	return j.write(record{Event: eventEnded, Outcome: outcome})
}

// Close releases the lock.
func (j *Journal) Close() error {
	return fault.Join(j.flush(), j.file.Close(), j.lock.Release())
}

// write puts one line into the file, and only then takes it into the state, as it
// reads back: what does not survive being stored never counts. It is on the disk
// when this returns, unless it is one that may wait for the next line.
func (j *Journal) write(r record) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.state.NewerVersion && r.Event != eventEnded {
		return &NewerError{Run: j.state.Run, Version: j.state.Version, Tool: j.state.Tool}
	}
	if j.state.Ended != "" && r.Event != eventEnded && r.Event != eventReleased {
		return ErrEnded
	}
	r.At = j.now()
	if r.Note != nil {
		r.Note.At = r.At
	}
	line, err := json.Marshal(r)
	if err != nil {
		return fault.Errorf("write %q to the journal: %w", r.Event, err)
	}
	next := j.state.clone()
	if err := next.applyLine(line); err != nil {
		return fault.Errorf("write %q to the journal: %w", r.Event, err)
	}
	if err := j.put(append(line, '\n'), !r.waits()); err != nil {
		return fault.Errorf("write %q to the journal: %w", r.Event, err)
	}
	j.state = next
	return nil
}

// waits tells whether a line may reach the disk together with the next one: before
// that one is there, nothing more happens to the world. A machine that loses power
// in between finds a plan that was not begun, or looks for the effect of a step.
func (r record) waits() bool { return r.Event == eventPlan || r.Event == eventDone }

// put appends, and flushes if it is told to. After a failure, such as a full disk,
// half a line must not stay in the way of the next one.
func (j *Journal) put(line []byte, flush bool) error {
	_, err := j.file.Write(line)
	if err == nil && flush {
		err = j.file.Sync()
	}
	if err != nil {
		return fault.Join(err, truncate(j.file, j.size))
	}
	j.size += int64(len(line))
	j.loose = !flush
	return nil
}

// flush puts lines on the disk that waited for another one.
func (j *Journal) flush() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.loose {
		return nil
	}
	if err := j.file.Sync(); err != nil {
		return fault.Errorf("write to the journal: %w", err)
	}
	j.loose = false
	return nil
}
