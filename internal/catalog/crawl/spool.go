package crawl

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// A spool holds what a crawl has read of one owner, in JSON lines. The first
// line is its head; then come records, and after those of a page a line that
// says so, which is flushed to disk with them. What stands after the last such
// line was being written when the process died, and is dropped. The end line
// says that everything is there. A shard is written the same way.
type spool struct {
	path string
	f    *os.File
	w    *bufio.Writer
}

const spoolVersion = 1

// head is the first line of a spool.
type head struct {
	Version    int       `json:"isrcCrawl"`
	Host       string    `json:"host"`
	Owner      string    `json:"owner"`
	Shard      string    `json:"shard,omitempty"`
	Mode       Mode      `json:"mode"`
	Why        string    `json:"why,omitempty"`
	From       Position  `json:"from"` // where an incremental crawl stops
	StartedAt  time.Time `json:"startedAt"`
	QuarterEnd time.Time `json:"quarterEnd"`
}

// line is one line after the head; one of its fields is set.
type line struct {
	Record  *catalog.Record `json:"record,omitempty"`
	Pulls   *swept          `json:"pulls,omitempty"`
	Skipped *forge.Skipped  `json:"skipped,omitempty"`
	// Defaults are what the owner's .github repository says for the others.
	Defaults *defaultsRead `json:"defaults,omitempty"`
	Issues   *issuesRead   `json:"issues,omitempty"`
	Page     *pageEnd      `json:"page,omitempty"`
	Again    *again        `json:"again,omitempty"`
	End      *ending       `json:"end,omitempty"`
}

// defaultsRead are an owner's defaults as they were read; Of is nil where there
// are none.
type defaultsRead struct {
	Of *catalog.Defaults `json:"of"`
}

// swept is what a sweep read of one repository.
type swept struct {
	Key    string              `json:"key"`
	AsOf   time.Time           `json:"asOf"`
	Events []catalog.PullEvent `json:"events,omitempty"`
}

// pageEnd ends a page.
type pageEnd struct {
	Next  string   `json:"next"` // where the page after it begins
	Last  bool     `json:"last,omitempty"`
	Total int      `json:"total"`
	Bound bool     `json:"bound,omitempty"` // of Total is known only that there are no more
	Read  int      `json:"read"`
	Cost  int      `json:"cost"`          // requests
	Top   Position `json:"top"`           // its latest push and change
	Low   bool     `json:"low,omitempty"` // it reached what is known
	New   int      `json:"new,omitempty"` // that the owner did not have before
	// At is when it came, by the forge's clock, where that is known.
	At time.Time `json:"at,omitzero"`
}

// again begins another pass over the owner's repositories.
type again struct {
	Pass pass      `json:"pass"`
	Mode Mode      `json:"mode"`
	Why  string    `json:"why,omitempty"`
	Stop time.Time `json:"stop,omitzero"` // pushed or changed before: known
}

// ending says that a spool is whole.
type ending struct {
	Position Position `json:"position"`
	Gone     bool     `json:"gone"` // what was not seen is gone
	Seen     int      `json:"seen"`
}

// errSpool says that a spool cannot be used: it is of another version, of
// another crawl, or damaged.
var errSpool = errors.New("cannot be gone on with")

// spoolName is a spool's file name: it holds no character that is not safe in
// one.
func spoolName(host, owner string, s Shard) string {
	safe := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '-' {
			return r
		}
		return '_'
	}, strings.ToLower(host+"__"+owner))
	if s.Of > 0 {
		safe += fmt.Sprintf("__%d-of-%d", s.Number, s.Of)
	}
	return safe + ".spool"
}

// createSpool begins a spool, in place of one that is there.
func createSpool(path string, h head) (*spool, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fault.Errorf("keep what is crawled: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fault.Errorf("keep what is crawled: %w", err)
	}
	sp := &spool{path: path, f: f, w: bufio.NewWriterSize(f, 256<<10)}
	if err := fault.Join(sp.write(h), sp.flush()); err != nil {
		return nil, fault.Join(err, f.Close())
	}
	return sp, nil
}

// write adds a value as a line; it is on disk only after flush.
func (s *spool) write(v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fault.Errorf("write %s: %w", s.path, err)
	}
	if _, err := s.w.Write(append(raw, '\n')); err != nil {
		return fault.Errorf("write %s: %w", s.path, err)
	}
	return nil
}

func (s *spool) flush() error {
	if err := fault.Join(s.w.Flush(), s.f.Sync()); err != nil {
		return fault.Errorf("write %s: %w", s.path, err)
	}
	return nil
}

//go:noinline
func (s *spool) close() error { return s.f.Close() }

// longestLine bounds a line of a spool: a record holds a README and some lists.
const longestLine = 16 << 20

// openSpool reads the head of a spool and finds how many bytes of it are whole
// pages.
func openSpool(path string) (h *head, whole int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	if whole, err = lastPage(f); err != nil {
		return nil, 0, fault.Errorf("%s %w: %w", path, errSpool, err)
	}
	if _, err = f.Seek(0, io.SeekStart); err != nil {
		return nil, 0, err
	}
	sc := newLines(io.LimitReader(f, whole))
	sc.Scan()
	if h, err = readHead(sc.Bytes()); err != nil {
		return nil, 0, fault.Errorf("%s %w: %w", path, errSpool, err)
	}
	return h, whole, nil
}

// readSpool gives the lines of a spool's whole pages after the head, so that a
// caller never sees half a page.
func readSpool(path string, whole int64, each func(*line) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	sc := newLines(io.LimitReader(f, whole))
	for first := true; sc.Scan(); first = false {
		if first {
			continue
		}
		var l line
		if err := json.Unmarshal(sc.Bytes(), &l); err != nil {
			return fault.Errorf("%s %w: %w", path, errSpool, err)
		}
		if err := each(&l); err != nil {
			return err
		}
	}
	return sc.Err()
}

//go:noinline
func newLines(r io.Reader) *bufio.Scanner {
	sc := bufio.NewScanner(r)
	sc.Buffer(make([]byte, 256<<10), longestLine)
	return sc
}

// lastPage finds the end of the last line that was flushed: the head, or one
// that ends a page, tells of issues, begins a pass, or ends the spool.
func lastPage(f io.Reader) (int64, error) {
	r := bufio.NewReaderSize(f, 256<<10)
	var at, whole int64
	for first := true; ; first = false {
		l, err := boundedLine(r)
		if errors.Is(err, io.EOF) {
			return whole, nil // what is left has no end: it is torn
		}
		if err != nil {
			return 0, err
		}
		at += int64(len(l))
		flushed := first
		for _, mark := range []string{`{"issues":`, `{"page":`, `{"again":`, `{"end":`} {
			flushed = flushed || bytes.HasPrefix(l, []byte(mark))
		}
		if flushed && json.Valid(l) {
			whole = at
		}
	}
}

// boundedLine reads a line with its end; io.EOF is for a line without one.
func boundedLine(r *bufio.Reader) ([]byte, error) {
	var l []byte
	for {
		part, err := r.ReadSlice('\n')
		l = append(l, part...)
		if len(l) > longestLine {
			return nil, fault.Errorf("a line is longer than %d MB", longestLine>>20)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return l, err
		}
	}
}

func readHead(raw []byte) (*head, error) {
	var h head
	if err := json.Unmarshal(raw, &h); err != nil || h.Version == 0 {
		return nil, errors.New("it is no spool of isrc")
	}
	if h.Version != spoolVersion {
		return nil, fault.Errorf("it has version %d, and this isrc reads version %d", h.Version, spoolVersion)
	}
	return &h, nil
}

// reopenSpool opens a spool to add to it, without what is after its last whole
// page.
func reopenSpool(path string, whole int64) (*spool, error) {
	f, err := os.OpenFile(path, os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = f.Seek(whole, io.SeekStart)
	if err = fault.Join(err, f.Truncate(whole)); err != nil {
		return nil, fault.Join(fault.Errorf("go on with %s: %w", path, err), f.Close())
	}
	return &spool{path: path, f: f, w: bufio.NewWriterSize(f, 256<<10)}, nil
}
