package index

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// lockedByte lies behind everything that is ever written, so that the process
// number stays readable.
const lockedByte = 1 << 20

func tryLock(f *os.File) error {
	at := windows.Overlapped{Offset: lockedByte}
	err := windows.LockFileEx(windows.Handle(f.Fd()),
		windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errHeld
	}
	return err
}

func unlock(f *os.File) error {
	at := windows.Overlapped{Offset: lockedByte}
	return windows.UnlockFileEx(windows.Handle(f.Fd()), 0, 1, 0, &at)
}

// syncFolder does nothing: NTFS journals names itself, and a folder cannot be
// flushed.
func syncFolder(string) error { return nil }
