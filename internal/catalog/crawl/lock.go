package crawl

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// errHeld is what tryLock answers when another process holds the lock.
var errHeld = errors.New("held by another process")

// BusyError says that another process works on the same crawl.
type BusyError struct{ Dir string }

func (e *BusyError) Error() string { return "another isrc is crawling the same already" }

// Lock makes this process the only one that works on the spools in a folder. The
// kernel gives the lock of a dead process back.
func Lock(dir string) (unlock func() error, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("keep what is crawled: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the crawl: %w", err)
	}
	switch err := tryLock(f); {
	case errors.Is(err, errHeld):
		return nil, errors.Join(&BusyError{Dir: dir}, f.Close())
	case err != nil:
		return nil, errors.Join(fmt.Errorf("lock the crawl: %w", err), f.Close())
	}
	return f.Close, nil // which gives the lock back
}
