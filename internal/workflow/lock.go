package workflow

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// How often, and how far apart, the lock of a dead process is tried.
const (
	lockTries = 10
	lockPause = 20 * time.Millisecond
)

// errHeld is what tryLock answers when another process holds the lock.
var errHeld = errors.New("held by another process")

// lockRun takes the lock of a run or says who has it. The lock is a file of
// its own, because on Windows a locked file cannot be read by others. The
// process number in it is told to people; it decides only whether to try again.
func lockRun(dir, run string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, run+lockSuffix), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock run %s: %w", run, err)
	}
	pid, err := takeLock(f, func() { time.Sleep(lockPause) })
	switch {
	case errors.Is(err, errHeld):
		return nil, errors.Join(&LockedError{Run: run, PID: pid}, f.Close())
	case err != nil:
		return nil, errors.Join(fmt.Errorf("lock run %s: %w", run, err), f.Close())
	}
	_ = f.Truncate(0)
	_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0)
	return f, nil
}

// takeLock tries to take a lock, and answers who has it. A process that is
// killed while it starts another program leaves its lock to that child, until
// the child has become the program. So a lock is tried again while nobody lives
// who wrote his number into it, but not for long.
func takeLock(f *os.File, pause func()) (pid int, err error) {
	for range lockTries {
		if err = tryLock(f); !errors.Is(err, errHeld) {
			return 0, err
		}
		if pid = holder(f); pid > 0 && alive(pid) {
			return pid, err
		}
		pause()
	}
	return pid, err
}

// release gives a lock back.
func release(f *os.File) error { return errors.Join(unlock(f), f.Close()) }

func holder(f *os.File) int {
	b, err := io.ReadAll(io.NewSectionReader(f, 0, 20))
	if err != nil {
		return 0
	}
	pid, _ := strconv.Atoi(strings.TrimSpace(string(b)))
	return pid
}
