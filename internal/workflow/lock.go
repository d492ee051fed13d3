package workflow

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// errHeld is what tryLock answers when another process holds the lock.
var errHeld = errors.New("held by another process")

// lockRun takes the lock of a run or says who has it. The lock is a file of
// its own, because on Windows a locked file cannot be read by others. The
// process number in it is only told to people; it decides nothing.
func lockRun(dir, run string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, run+lockSuffix), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock run %s: %w", run, err)
	}
	switch err := tryLock(f); {
	case errors.Is(err, errHeld):
		pid := holder(f)
		return nil, errors.Join(&LockedError{Run: run, PID: pid}, f.Close())
	case err != nil:
		return nil, errors.Join(fmt.Errorf("lock run %s: %w", run, err), f.Close())
	}
	_ = f.Truncate(0)
	_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0)
	return f, nil
}

// release gives a lock back.
func release(f *os.File) error { return errors.Join(unlock(f), f.Close()) }

func holder(f *os.File) int {
	b, err := io.ReadAll(io.LimitReader(f, 20))
	if err != nil {
		return 0
	}
	pid, _ := strconv.Atoi(strings.TrimSpace(string(b)))
	return pid
}
