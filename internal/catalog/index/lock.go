package index

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

// lock makes this process the only writer of a store, or answers a *BusyError.
// The kernel gives the lock of a dead process back, so that there is nothing to
// recover; the number in the file is only told to people.
func lock(dir string) (unlockStore func() error, err error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the catalog: %w", err)
	}
	err = tryLock(f)
	switch {
	case errors.Is(err, errHeld):
		return nil, errors.Join(&BusyError{Dir: dir, PID: holder(f)}, f.Close())
	case err != nil:
		return nil, errors.Join(fmt.Errorf("lock the catalog: %w", err), f.Close())
	}
	if err := f.Truncate(0); err == nil {
		_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())), 0)
	}
	return func() error { return errors.Join(unlock(f), f.Close()) }, nil
}

func holder(f *os.File) int {
	b, err := io.ReadAll(io.NewSectionReader(f, 0, 20))
	if err != nil {
		return 0
	}
	pid, _ := strconv.Atoi(strings.TrimSpace(string(b)))
	return pid
}
