package workflow

import (
	"errors"
	"path/filepath"

	"github.com/isrc-dev/isrc/internal/disk"
	"github.com/isrc-dev/isrc/internal/fault"
)

// lockRun takes the lock of a run or says who has it.
func lockRun(dir, run string) (*disk.Lock, error) {
	lock, err := disk.Take(filepath.Join(dir, run+lockSuffix))
	var held *disk.HeldError
	if errors.As(err, &held) {
		return nil, &LockedError{Run: run, PID: held.PID}
	}
	if err != nil {
		return nil, fault.Errorf("lock run %s: %w", run, err)
	}
	return lock, nil
}
