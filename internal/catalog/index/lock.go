package index

import (
	"errors"
	"path/filepath"

	"github.com/isrc-dev/isrc/internal/disk"
	"github.com/isrc-dev/isrc/internal/fault"
)

// lock makes this process the only writer of a store, or answers a *BusyError.
func lock(dir string) (unlockStore func() error, err error) {
	l, err := disk.Take(filepath.Join(dir, "lock"))
	var held *disk.HeldError
	switch {
	case errors.As(err, &held):
		return nil, &BusyError{Dir: dir, PID: held.PID}
	case err != nil:
		return nil, fault.Errorf("lock the catalog: %w", err)
	}
	return l.Release, nil
}
