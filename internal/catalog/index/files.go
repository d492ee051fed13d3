package index

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/disk"
)

// seal flushes a file to the disk and fills the stamp with what it is, but for its
// sum where that is known.
func seal(path string, g *stamp) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	g.Size = info.Size()
	if g.Whole == "" {
		h := sha256.New()
		if _, err := io.Copy(h, f); err != nil {
			return err
		}
		g.Whole = hex.EncodeToString(h.Sum(nil))
	}
	g.Sample, err = sampleOf(f, g.Size)
	return err
}

// copyFile copies a file and answers the SHA-256 of what it copied.
func copyFile(from, to string) (sum string, err error) {
	in, err := os.Open(from)
	if err != nil {
		return "", err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.CopyBuffer(io.MultiWriter(out, h), in, make([]byte, 1<<20))
	return hex.EncodeToString(h.Sum(nil)), errors.Join(err, out.Close())
}

// sweep removes what no pointer leads to: older generations, and what killed
// writers left. What is still open elsewhere (on Windows) is tried again by the
// next one.
func (s *Store) sweep(p *pointer) {
	keep := map[string]bool{p.Current.ID: true}
	if p.Previous != nil {
		keep[p.Previous.ID] = true
	}
	files, err := os.ReadDir(s.generations())
	if err != nil {
		return
	}
	for _, f := range files {
		id, _, _ := strings.Cut(f.Name(), ".")
		if strings.HasSuffix(f.Name(), ".part") || !keep[id] && generationID.MatchString(id) && !young(f) {
			os.Remove(filepath.Join(s.generations(), f.Name()))
		}
	}
	disk.Sweep(s.pointerFile())
}

// grace is how long a generation stays although two updates have followed: a
// reader that has it open may want another connection to it.
const grace = 30 * time.Second

func young(f os.DirEntry) bool {
	info, err := f.Info()
	return err == nil && time.Since(info.ModTime()) < grace
}

func newID(at time.Time) string {
	var random [4]byte
	_, _ = rand.Read(random[:]) // never fails
	return at.UTC().Format("20060102T150405Z") + "-" + hex.EncodeToString(random[:])
}
