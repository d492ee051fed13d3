package catalog

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/order"
)

// Need is a search that found nothing, noted for the owners of the catalog: what
// is looked for and not there is what somebody is about to build once more. It
// names nobody.
type Need struct {
	Version int       `json:"version"`
	At      time.Time `json:"at"` // the day, UTC: the hour would tell who it was
	Query   string    `json:"query"`
	Nearest []string  `json:"nearest,omitempty"` // topics that were offered instead
}

const (
	needVersion = 1
	maxNeed     = 4 << 10   // bytes of one line
	maxNeeds    = 100 << 20 // bytes of a file that are read
)

// NoteNeed appends a need to a file, which is made with its folder where it is
// missing. One line is one write, so several people may share a file.
func NoteNeed(file string, n Need) error {
	n.Version, n.At = needVersion, n.At.UTC().Truncate(24*time.Hour)
	line, err := json.Marshal(n)
	if err != nil {
		return fault.Errorf("note what was looked for: %w", err)
	}
	if len(line) >= maxNeed {
		return fault.Errorf("note what was looked for: the query is too long")
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fault.Errorf("note what was looked for: %w", err)
	}
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return fault.Errorf("note what was looked for: %w", err)
	}
	_, err = f.Write(append(line, '\n'))
	if err = fault.Join(err, f.Close()); err != nil {
		return fault.Errorf("note what was looked for: %w", err)
	}
	return nil
}

// NeedCount is a need with how often it was noted.
type NeedCount struct {
	Query   string
	Times   int
	First   time.Time
	Last    time.Time
	Nearest []string // as of the last time
}

// ReadNeeds counts the needs of a file since a day, the most frequent first.
// Queries count as one whatever their case and the order of their words. Lines
// that are none are counted as skipped. A file that is not there holds nothing.
func ReadNeeds(file string, since time.Time) (needs []NeedCount, skipped int, err error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, nil
	}
	if err != nil {
		return nil, 0, fault.Errorf("read what was looked for: %w", err)
	}
	defer f.Close()
	counts := map[string]*NeedCount{}
	lines := bufio.NewScanner(io.LimitReader(f, maxNeeds))
	lines.Buffer(nil, maxNeed)
	for lines.Scan() {
		var n Need
		if json.Unmarshal(lines.Bytes(), &n) != nil || n.Version != needVersion || strings.TrimSpace(n.Query) == "" {
			skipped++
			continue
		}
		if n.At.Before(since) {
			continue
		}
		words := strings.Fields(strings.ToLower(n.Query))
		slices.Sort(words)
		key := strings.Join(words, " ")
		c := counts[key]
		if c == nil {
			c = &NeedCount{Query: n.Query, First: n.At}
			counts[key] = c
		}
		c.Times++
		if n.At.Before(c.First) {
			c.First = n.At
		}
		if !n.At.Before(c.Last) {
			c.Last, c.Query, c.Nearest = n.At, n.Query, n.Nearest
		}
	}
	if err := lines.Err(); err != nil {
		return nil, 0, fault.Errorf("read what was looked for in %s: %w", file, err)
	}
	for _, c := range counts {
		needs = append(needs, *c)
	}
	order.By(needs, func(a, b NeedCount) int {
		if a.Times != b.Times {
			return b.Times - a.Times
		}
		if c := b.Last.Compare(a.Last); c != 0 {
			return c
		}
		return strings.Compare(a.Query, b.Query)
	})
	return needs, skipped, nil
}
