// Package disk writes files that outlive a crash, and keeps processes apart
// that would write the same ones. It knows nothing of what is in them. Any
// package may import it; begin with WriteFile and Take.
package disk

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
)

// How often, and how far apart, the lock of a dead process is tried.
const (
	lockTries = 10
	lockPause = 20 * time.Millisecond
)

// errHeld is what tryLock answers when another process holds the lock.
var errHeld = errors.New("held by another process")

// HeldError says that another process holds a lock.
type HeldError struct {
	Path string
	PID  int // its number; 0: it has not said
}

func (e *HeldError) Error() string {
	if e.PID == 0 {
		return e.Path + " is held by another process"
	}
	return fmt.Sprintf("%s is held by process %d", e.Path, e.PID)
}

// Lock is a file that one process at a time can hold. The kernel gives back
// what a dead process held, so that there is nothing to recover.
type Lock struct{ file *os.File }

// Take takes the lock of that path, whose folder must be there, or answers a
// *HeldError. It is a file of its own, because on Windows a locked file cannot
// be read by others, and stays when the lock is given back. The process number
// in it is told to people; it decides only whether to try again.
func Take(path string) (*Lock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	pid, err := take(f, func() { time.Sleep(lockPause) })
	switch {
	case errors.Is(err, errHeld):
		return nil, fault.Join(&HeldError{Path: path, PID: pid}, f.Close())
	case err != nil:
		return nil, fault.Join(err, f.Close())
	}
	// Who has it only helps people: on a full disk it stays unsaid.
	_ = f.Truncate(0)
	_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0)
	return &Lock{f}, nil
}

// Release gives the lock back, even while a child that was just started still
// shares the open file, which it does until it becomes another program.
func (l *Lock) Release() error { return fault.Join(unlock(l.file), l.file.Close()) }

// take tries to take a lock, and answers who has it. A process that is killed
// while it starts another program leaves its lock to that child, until the
// child has become the program. So a lock is tried again while nobody lives who
// wrote his number into it, but not for long.
func take(f *os.File, pause func()) (pid int, err error) {
	for range lockTries {
		if err = tryLock(f); !errors.Is(err, errHeld) {
			return 0, err
		}
		if pid = holder(f); pid > 0 && Alive(pid) {
			return pid, err
		}
		pause()
	}
	return pid, err
}

func holder(f *os.File) int {
	b, err := io.ReadAll(io.NewSectionReader(f, 0, 20))
	if err != nil {
		return 0
	}
	pid, _ := strconv.Atoi(strings.TrimSpace(string(b)))
	return pid
}
