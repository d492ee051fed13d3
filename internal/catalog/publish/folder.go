package publish

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/isrc-dev/isrc/internal/disk"
	"github.com/isrc-dev/isrc/internal/fault"
)

// folder is a folder of files that any web server can serve: catalog.json, and
// the chunks in a folder beside it.
type folder struct{ path string }

func (f *folder) outline(_ context.Context, known string) (*Outline, string, error) {
	file, err := os.Open(filepath.Join(f.path, outlineName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", &MissingError{Place: f.path}
	}
	if err != nil {
		return nil, "", fault.Errorf("read the published catalog: %w", err)
	}
	defer file.Close()
	raw, err := readAll(file, longestOutline)
	if err != nil {
		return nil, "", &FormatError{Place: f.path, Why: "read " + outlineName + ": " + err.Error()}
	}
	version := "digest " + digest.FromBytes(raw).String()
	if version == known {
		return nil, known, nil
	}
	o, err := parseOutline(raw, f.path)
	return o, version, err
}

func (f *folder) file(c Chunk) string { return filepath.Join(f.path, chunkFolder, chunkName(c.Digest)) }

func (f *folder) chunk(_ context.Context, c Chunk, from int64) (io.ReadCloser, int64, error) {
	file, err := os.Open(f.file(c))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, &MissingError{Place: f.file(c)}
	}
	if err != nil {
		return nil, 0, fault.Errorf("read a chunk: %w", err)
	}
	if _, err := file.Seek(from, io.SeekStart); err != nil {
		return nil, 0, fault.Join(fault.Errorf("read a chunk: %w", err), file.Close())
	}
	return file, from, nil
}

func (f *folder) current(ctx context.Context) (*Outline, error) {
	o, _, err := f.outline(ctx, "")
	var missing *MissingError
	if errors.As(err, &missing) {
		return nil, nil
	}
	return o, err
}

// has looks at the bytes too: a disk loses some, and what is missing is cheap to
// write here.
func (f *folder) has(_ context.Context, c Chunk) (bool, error) {
	raw, err := os.ReadFile(f.file(c))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fault.Errorf("read a chunk that was published: %w", err)
	}
	if digest.FromBytes(raw) != c.Digest {
		return false, nil
	}
	now := time.Now()
	_ = os.Chtimes(f.file(c), now, now) // in use again: another push does not clear it away
	return true, nil
}

func (f *folder) put(_ context.Context, c Chunk, packed []byte) error {
	return writeWhole(f.file(c), packed)
}

// publish replaces the outline. What the one before consists of stays, for those
// who are fetching it.
func (f *folder) publish(ctx context.Context, o *Outline) error {
	before, err := f.current(ctx)
	if isOurs(err) {
		before, err = nil, nil // what stands there is no catalog, and is replaced
	}
	if err != nil {
		return err
	}
	raw, err := o.encode()
	if err != nil {
		return err
	}
	if err := writeWhole(filepath.Join(f.path, outlineName), raw); err != nil {
		return err
	}
	return f.clear(o, before)
}

// clear removes chunks of neither outline that are older than a day: a younger
// one may belong to a push that is under way.
func (f *folder) clear(outlines ...*Outline) error {
	keep := map[string]bool{}
	for _, o := range outlines {
		if o != nil {
			for _, c := range o.all() {
				keep[chunkName(c.Digest)] = true
			}
		}
	}
	entries, err := os.ReadDir(filepath.Join(f.path, chunkFolder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fault.Errorf("clear away old chunks: %w", err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || keep[e.Name()] || !info.Mode().IsRegular() || time.Since(info.ModTime()) < 24*time.Hour {
			continue
		}
		if strings.HasSuffix(e.Name(), ".zst") || disk.IsTemporary(e.Name()) {
			_ = os.Remove(filepath.Join(f.path, chunkFolder, e.Name()))
		}
	}
	return nil
}

// writeWhole puts a file in its place at once and for good. It is readable to
// all, as what a web server serves must be.
func writeWhole(path string, content []byte) error {
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = disk.WriteFile(path, content, 0o644)
	}
	if err != nil {
		return fault.Errorf("publish into a folder: %w", err)
	}
	return nil
}
