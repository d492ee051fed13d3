package index

import (
	"errors"
	"fmt"
	"path/filepath"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrNone says that there is no catalog yet.
var ErrNone = errors.New("there is no catalog")

// ErrBusy says that another process is writing the catalog. The error is a
// *BusyError.
var ErrBusy = errors.New("the catalog is being written")

// BusyError says who writes the catalog.
type BusyError struct {
	Dir string
	PID int // 0 when it could not be read
}

func (e *BusyError) Error() string {
	if e.PID == 0 {
		return "the catalog is being written by another process"
	}
	return fmt.Sprintf("the catalog is being written by process %d", e.PID)
}

// Is makes it an ErrBusy.
func (e *BusyError) Is(target error) bool { return target == ErrBusy }

// DamagedError is a catalog file that is not what was written.
type DamagedError struct {
	Path string
	Why  string
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("the catalog %s is damaged: %s", filepath.Base(e.Path), e.Why)
}

// SchemaError is a catalog that another version of isrc wrote. The next update
// writes it anew in the format of this one.
type SchemaError struct {
	Path string
	Have int // the version of the file
	Want int // the version of this isrc
}

func (e *SchemaError) Error() string {
	if e.Newer() {
		return fmt.Sprintf("the catalog %s was written by a newer isrc (format %d, this one reads %d)", filepath.Base(e.Path), e.Have, e.Want)
	}
	return fmt.Sprintf("the catalog %s was written by an older isrc (format %d, this one reads %d)", filepath.Base(e.Path), e.Have, e.Want)
}

// Newer tells whether a newer isrc wrote it, so that this one should be brought
// up to date rather than the catalog.
func (e *SchemaError) Newer() bool { return e.Have > e.Want }

// damaged turns what SQLite says of a broken file into a *DamagedError, and
// leaves every other error as it is.
func damaged(path string, err error) error {
	var s *sqlite.Error
	if !errors.As(err, &s) {
		return err
	}
	switch s.Code() & 0xff {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return &DamagedError{Path: path, Why: s.Error()}
	}
	return err
}

// IsFull tells whether the disk had no room for a catalog.
func IsFull(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_FULL
}
