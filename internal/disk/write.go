package disk

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
)

// temporary begins the name of what is not yet in its place.
const temporary = ".isrc-"

// WriteFile puts a file in its place at once: after a crash there is the old
// one or the new one, whole. The folder must be there. The mode is taken as it
// is, whatever the umask: 0600 for what nobody else may read.
//
//go:noinline
func WriteFile(path string, content []byte, mode fs.FileMode) error {
	return Write(path, mode, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

// Write is WriteFile for what is not in memory. Nothing is buffered: fill is
// handed the file. When fill fails, what was there stays.
//
//go:noinline
func Write(path string, mode fs.FileMode, fill func(io.Writer) error) error {
	return write(path, mode, true, fill)
}

// WriteCache is WriteFile, for its owner alone, of what may be forgotten: it does
// not wait for the disk, so that a machine that loses power may leave an empty file.
func WriteCache(path string, content []byte) error {
	return write(path, 0o600, false, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
}

func write(path string, mode fs.FileMode, flush bool, fill func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), temporary+filepath.Base(path)+"-*") // mode 0600
	if err != nil {
		return err
	}
	err = fill(f)
	if err == nil && mode != 0o600 {
		err = f.Chmod(mode)
	}
	if err == nil && flush {
		err = f.Sync()
	}
	if err = fault.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fault.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// IsTemporary tells from its name that a file was not yet in its place.
func IsTemporary(name string) bool { return strings.HasPrefix(filepath.Base(name), temporary) }

// Sweep removes what killed processes left of the file that they were writing.
// Whoever calls it must be the only one who writes that file.
func Sweep(path string) {
	dir, prefix := filepath.Dir(path), temporary+filepath.Base(path)+"-"
	files, err := os.ReadDir(dir)
	if err != nil {
		return // what lies there harms nobody
	}
	for _, f := range files {
		if f.Type().IsRegular() && strings.HasPrefix(f.Name(), prefix) {
			os.Remove(filepath.Join(dir, f.Name()))
		}
	}
}
