package index

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/disk"
	"github.com/isrc-dev/isrc/internal/fault"
)

// pointerHead is the first line of the file "current".
const pointerHead = "isrc-catalog-pointer 1"

// pointer says which generation is current, and which was before it: that one
// stays for readers who hold it still, and for the case of damage.
type pointer struct {
	Current  stamp  `json:"current"`
	Previous *stamp `json:"previous,omitempty"`
}

// stamp is what a generation's file was when it was written.
type stamp struct {
	ID     string    `json:"id"`
	Size   int64     `json:"size"`
	Sample string    `json:"sample"` // SHA-256 of some pages: see sampleOf
	Whole  string    `json:"whole"`  // SHA-256 of the file
	Source string    `json:"source"`
	At     time.Time `json:"at,omitzero"`
	// Recovered is why this generation was not made from the one before it.
	Recovered string `json:"recovered,omitempty"`
}

// generationID is what this package calls its files; another name in a pointer
// leads nowhere.
var generationID = regexp.MustCompile(`^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}$`)

//go:noinline
func (s *Store) pointerFile() string   { return filepath.Join(s.Dir, "current") }
func (s *Store) file(id string) string { return filepath.Join(s.generations(), id+".db") }

//go:noinline
func (s *Store) generations() string      { return filepath.Join(s.Dir, "generations") }
func (s *Store) suspect(id string) string { return filepath.Join(s.generations(), id+".damaged") }

// readPointer answers ErrNone where nothing was ever written, and a
// *DamagedError for a pointer that cannot be read.
func (s *Store) readPointer() (*pointer, error) {
	f, err := os.Open(s.pointerFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNone
	}
	if err != nil {
		return nil, fault.Errorf("read the catalog: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 1<<16))
	if err != nil {
		return nil, fault.Errorf("read the catalog: %w", err)
	}
	head, body, _ := strings.Cut(string(b), "\n")
	if head != pointerHead {
		return nil, &DamagedError{Path: s.pointerFile(), Why: "its first line is not " + pointerHead}
	}
	var p pointer
	if err := json.Unmarshal([]byte(body), &p); err != nil {
		return nil, &DamagedError{Path: s.pointerFile(), Why: err.Error()}
	}
	if !generationID.MatchString(p.Current.ID) || p.Previous != nil && !generationID.MatchString(p.Previous.ID) {
		return nil, &DamagedError{Path: s.pointerFile(), Why: "it names no generation"}
	}
	return &p, nil
}

// writePointer switches generations. After it readers see the new one, and
// before it the old one, whatever happens in between.
func (s *Store) writePointer(p *pointer) error {
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	err = disk.WriteFile(s.pointerFile(), fmt.Appendf(nil, "%s\n%s\n", pointerHead, body), 0o600)
	if err == nil {
		err = disk.SyncFolder(s.Dir)
	}
	if err != nil {
		return fault.Errorf("switch the catalog: %w", err)
	}
	return nil
}

// The places of a file that are looked at whenever it is opened: its beginning,
// where the schema is, its end, and some between.
const (
	sampleHead  = 4 * pageSize
	samplePages = 6
)

// sampleOf hashes some pages of a file, so that most damage is seen in the time
// of a few reads. The rest is seen by SQLite, by the checksums of the records,
// and by Verify.
func sampleOf(f io.ReaderAt, size int64) (string, error) {
	h := sha256.New()
	head := make([]byte, min(size, sampleHead))
	if _, err := f.ReadAt(head, 0); err != nil {
		return "", err
	}
	h.Write(head)
	page := make([]byte, pageSize)
	for i := int64(1); i <= samplePages && size > sampleHead+pageSize; i++ {
		at := max(sampleHead, (size*i/samplePages-1)/pageSize*pageSize)
		n, err := f.ReadAt(page, at)
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		h.Write(page[:n])
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// header is what SQLite's first page says.
type header struct{ application, version uint32 }

// glance looks at a file without SQLite: at its size, its header and, where a
// stamp is there to compare with, at a sample of its pages.
func glance(path string, want *stamp) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &DamagedError{Path: path, Why: "the file is missing"}
	}
	if err != nil {
		return fault.Errorf("open the catalog: %w", err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return fault.Errorf("open the catalog: %w", err)
	}
	if want != nil && st.Size() != want.Size {
		return &DamagedError{Path: path, Why: fmt.Sprintf("it has %d bytes and had %d", st.Size(), want.Size)}
	}
	h, err := readHeader(f)
	if err != nil || h.application != applicationID {
		return &DamagedError{Path: path, Why: "it is no catalog of isrc"}
	}
	if h.version != schemaVersion {
		return &SchemaError{Path: path, Have: int(h.version), Want: schemaVersion}
	}
	if want == nil {
		return nil
	}
	got, err := sampleOf(f, st.Size())
	if err != nil {
		return fault.Errorf("open the catalog: %w", err)
	}
	if got != want.Sample {
		return &DamagedError{Path: path, Why: "its content has changed since it was written"}
	}
	return nil
}

func readHeader(f io.ReaderAt) (header, error) {
	b := make([]byte, 100)
	if _, err := f.ReadAt(b, 0); err != nil {
		return header{}, err
	}
	if string(b[:16]) != "SQLite format 3\x00" {
		return header{}, errors.New("no database")
	}
	return header{application: binary.BigEndian.Uint32(b[68:]), version: binary.BigEndian.Uint32(b[60:])}, nil
}
