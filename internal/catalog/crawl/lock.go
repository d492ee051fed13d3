package crawl

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/isrc-dev/isrc/internal/disk"
	"github.com/isrc-dev/isrc/internal/fault"
)

// BusyError says that another process works on the same crawl.
type BusyError struct{ Dir string }

func (e *BusyError) Error() string { return "another isrc is crawling the same already" }

// Lock makes this process the only one that works on the spools in a folder. The
// kernel gives the lock of a dead process back.
func Lock(dir string) (unlock func() error, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fault.Errorf("keep what is crawled: %w", err)
	}
	lock, err := disk.Take(filepath.Join(dir, "lock"))
	var held *disk.HeldError
	switch {
	case errors.As(err, &held):
		return nil, &BusyError{Dir: dir}
	case err != nil:
		return nil, fault.Errorf("lock the crawl: %w", err)
	}
	return lock.Release, nil
}
