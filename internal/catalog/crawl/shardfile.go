package crawl

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/disk"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// A shard file is what one of several crawls brought home, in JSON lines: the
// first says which part of what it is, then come records, one line for each
// owner, and an end that counts them. Without its end it is cut short.
const shardVersion = 1

// ShardHead is the first line of a shard file.
type ShardHead struct {
	Version   int       `json:"isrcShard"`
	Host      string    `json:"host"`
	Owners    []string  `json:"owners"`
	Number    int       `json:"shard"`
	Of        int       `json:"of"`
	StartedAt time.Time `json:"startedAt"`
}

// set names what a shard is a part of.
func (h ShardHead) set() string {
	owners := make([]string, len(h.Owners))
	for i, o := range h.Owners {
		owners[i] = strings.ToLower(o)
	}
	slices.Sort(owners)
	return fmt.Sprintf("%s of %s in %d shards", strings.Join(owners, ", "), strings.ToLower(h.Host), h.Of)
}

type shardLine struct {
	Record *catalog.Record `json:"record,omitempty"`
	Owner  *shardOwner     `json:"owner,omitempty"`
	End    *shardEnd       `json:"end,omitempty"`
}

type shardOwner struct {
	Name     string          `json:"name"`
	Seen     int             `json:"seen"`
	Skipped  []forge.Skipped `json:"skipped,omitempty"`
	Position Position        `json:"position"`
	Defaults *defaultsRead   `json:"defaults,omitempty"`
}

type shardEnd struct {
	Records int `json:"records"`
}

// WriteShard writes what was read to a file, which takes its place at once. All
// owners must be whole.
func (out *Outcome) WriteShard(ctx context.Context, path string, s Shard) (records int, err error) {
	err = disk.Write(path, 0o600, func(w io.Writer) (err error) {
		b := bufio.NewWriterSize(w, 256<<10)
		records, err = out.shardTo(ctx, b, s)
		return fault.Join(err, b.Flush())
	})
	if err != nil {
		return 0, fault.Errorf("write the shard: %w", err)
	}
	return records, nil
}

func (out *Outcome) shardTo(ctx context.Context, w io.Writer, s Shard) (int, error) {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	h := ShardHead{Version: shardVersion, Number: s.Number, Of: s.Of}
	for _, o := range out.Owners {
		h.Host, h.Owners = o.Host, append(h.Owners, o.Name)
		if h.StartedAt.IsZero() || o.At.Before(h.StartedAt) {
			h.StartedAt = o.At
		}
	}
	if err := enc.Encode(h); err != nil {
		return 0, err
	}
	n := 0
	for _, o := range out.Owners {
		err := o.records(func(r *catalog.Record) error {
			n++
			r.SetDefaults(o.defaults.of())
			return fault.Join(enc.Encode(shardLine{Record: r}), ctx.Err())
		})
		if err != nil {
			return n, err
		}
		if err := enc.Encode(shardLine{Owner: &shardOwner{Name: o.Name, Seen: o.Seen, Skipped: o.Skipped, Position: o.position, Defaults: o.defaults}}); err != nil {
			return n, err
		}
	}
	return n, enc.Encode(shardLine{End: &shardEnd{Records: n}})
}

// ShardFile is a shard that was written before.
type ShardFile struct {
	Path string
	Head ShardHead
	end  *shardEnd
	own  []shardOwner
}

// ShardError is a file that is no whole shard.
type ShardError struct{ Path, Why string }

func (e *ShardError) Error() string { return e.Path + " is no whole shard: " + e.Why }

// IsShard tells a shard file by how it begins.
func IsShard(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	begin := make([]byte, 16)
	n, err := io.ReadFull(f, begin)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return false, err
	}
	return bytes.HasPrefix(begin[:n], []byte(`{"isrcShard":`)), nil
}

// OpenShard reads a shard file to its end once, and refuses one that is cut
// short.
func OpenShard(ctx context.Context, path string) (*ShardFile, error) {
	s := &ShardFile{Path: path}
	n := 0
	err := s.lines(ctx, func(l *shardLine) error {
		switch {
		case s.end != nil:
			return &ShardError{path, "it goes on after its end"}
		case l.Record != nil:
			n++
		case l.Owner != nil:
			s.own = append(s.own, *l.Owner)
		case l.End != nil:
			s.end = l.End
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case s.end == nil:
		return nil, &ShardError{path, "it is cut short"}
	case s.end.Records != n:
		return nil, &ShardError{path, fmt.Sprintf("it has %d records and says %d", n, s.end.Records)}
	}
	return s, nil
}

// lines gives the lines after the head, which it notes.
func (s *ShardFile) lines(ctx context.Context, each func(*shardLine) error) error {
	f, err := os.Open(s.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	sc := newLines(f)
	if !sc.Scan() || json.Unmarshal(sc.Bytes(), &s.Head) != nil || s.Head.Version == 0 {
		return fault.Join(&ShardError{s.Path, "its first line is not that of a shard"}, sc.Err())
	}
	if h := s.Head; h.Version != shardVersion || h.Of < 1 || h.Of > mostShards || h.Number < 1 || h.Number > h.Of {
		return &ShardError{s.Path, fmt.Sprintf("it is part %d of %d in version %d, and this isrc reads version %d", h.Number, h.Of, h.Version, shardVersion)}
	}
	for sc.Scan() {
		var l shardLine
		if err := json.Unmarshal(sc.Bytes(), &l); err != nil {
			return &ShardError{s.Path, "it is damaged or cut short"}
		}
		if err := fault.Join(each(&l), ctx.Err()); err != nil {
			return err
		}
	}
	return sc.Err()
}

// Each gives the records.
func (s *ShardFile) Each(ctx context.Context, each func(*catalog.Record) error) error {
	return s.lines(ctx, func(l *shardLine) error {
		if l.Record == nil {
			return nil
		}
		return each(l.Record)
	})
}

// IncompleteError says which shards of a set are missing.
type IncompleteError struct {
	Set     string
	Missing []int
}

func (e *IncompleteError) Error() string {
	words := make([]string, len(e.Missing))
	for i, n := range e.Missing {
		words[i] = fmt.Sprint(n)
	}
	return fmt.Sprintf("of %s, shard %s is missing", e.Set, strings.Join(words, ", "))
}

// CheckShards answers an *IncompleteError for the first set of which a part is
// missing. It is pure.
func CheckShards(shards []*ShardFile) error {
	sets := map[string]map[int]bool{}
	var order []string
	of := map[string]int{}
	for _, s := range shards {
		name := s.Head.set()
		if sets[name] == nil {
			sets[name] = map[int]bool{}
			order = append(order, name)
		}
		sets[name][s.Head.Number], of[name] = true, s.Head.Of
	}
	for _, name := range order {
		e := &IncompleteError{Set: name}
		for n := 1; n <= of[name]; n++ {
			if !sets[name][n] {
				e.Missing = append(e.Missing, n)
			}
		}
		if len(e.Missing) > 0 {
			return e
		}
	}
	return nil
}
