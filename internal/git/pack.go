package git

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"

	"github.com/isrc-dev/isrc/internal/fault"
)

// Limits of what one remote repository may put into memory.
const (
	maxFetched   = 256 << 20 // bytes, unpacked
	maxObjects   = 4_000_000
	maxDeltaPass = 64 // a chain of deltas longer than this is not git's
)

// memory keeps fetched objects by their ids, which are computed here and never
// taken from the server.
type memory struct {
	mu      sync.RWMutex
	objects map[plumbing.Hash]kept
	total   int64 // bytes, and how many there may be
	most    int64
}

type kept struct {
	kind plumbing.ObjectType
	data []byte
}

func newMemory() *memory {
	return &memory{objects: make(map[plumbing.Hash]kept), most: maxFetched}
}

func (m *memory) object(kind plumbing.ObjectType, id plumbing.Hash) ([]byte, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	k, ok := m.objects[id]
	if !ok {
		return nil, errMissing
	}
	if k.kind != kind {
		return nil, fault.Errorf("object %s is a %s, not a %s", id, k.kind, kind)
	}
	return k.data, nil
}

func (m *memory) size(id plumbing.Hash) int64 {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if k, ok := m.objects[id]; ok {
		return int64(len(k.data))
	}
	return -1
}

// room counts bytes before they are read.
func (m *memory) room(n int64) error {
	if n < 0 || n > maxObject {
		return &TooLargeError{What: "an object of the remote repository", Size: n}
	}
	if m.total += n; m.total > m.most {
		return &TooLargeError{What: "what was asked of the remote repository", Size: m.total}
	}
	return nil
}

//go:noinline
func (m *memory) put(kind plumbing.ObjectType, data []byte) plumbing.Hash {
	id := plumbing.ComputeHash(kind, data)
	m.objects[id] = kept{kind, data}
	return id
}

// delta is an object that is written as the difference from another one.
type delta struct {
	offset, base int64 // base is an offset, or -1 with an id
	id           plumbing.Hash
	data         []byte
}

// unpack takes in a pack. Sizes are checked before anything is inflated: a
// pack can claim, and contain, far more than it weighs.
func (m *memory) unpack(pack io.Reader) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := packfile.NewScanner(pack)
	_, count, err := s.Header()
	if err != nil {
		return fault.Errorf("read the pack: %w", err)
	}
	if count > maxObjects {
		return &TooLargeError{What: "the number of objects", Size: int64(count)}
	}
	at := make(map[int64]plumbing.Hash)
	var deltas []delta
	for range count {
		h, err := s.NextObjectHeader()
		if err != nil {
			return fault.Errorf("read the pack: %w", err)
		}
		data, err := m.inflate(s, h.Length)
		if err != nil {
			return err
		}
		switch h.Type {
		case plumbing.CommitObject, plumbing.TreeObject, plumbing.BlobObject, plumbing.TagObject:
			at[h.Offset] = m.put(h.Type, data)
		case plumbing.OFSDeltaObject:
			deltas = append(deltas, delta{offset: h.Offset, base: h.OffsetReference, data: data})
		case plumbing.REFDeltaObject:
			deltas = append(deltas, delta{offset: h.Offset, base: -1, id: h.Reference, data: data})
		default:
			return fault.Errorf("read the pack: an object of the unknown kind %d", h.Type)
		}
	}
	if _, err := s.Checksum(); err != nil && !errors.Is(err, io.EOF) {
		return fault.Errorf("read the pack: %w", err)
	}
	return m.resolve(deltas, at)
}

// exactly is a buffer that never grows beyond the size it was made with.
type exactly struct{ b []byte }

func (e *exactly) Write(p []byte) (int, error) {
	if len(e.b)+len(p) > cap(e.b) {
		return 0, io.ErrShortBuffer
	}
	e.b = append(e.b, p...)
	return len(p), nil
}

func (m *memory) inflate(s *packfile.Scanner, size int64) ([]byte, error) {
	if err := m.room(size); err != nil {
		return nil, err
	}
	buf := exactly{b: make([]byte, 0, size)}
	if n, _, err := s.NextObject(&buf); err != nil || n != size {
		return nil, fault.Errorf("read the pack: an object does not have its size: %w", fault.Join(err, io.ErrUnexpectedEOF))
	}
	return buf.b, nil
}

// resolve makes objects of deltas, those first whose base is there.
func (m *memory) resolve(deltas []delta, at map[int64]plumbing.Hash) error {
	for pass := 0; len(deltas) > 0; pass++ {
		var later []delta
		for _, d := range deltas {
			id, ok := d.id, true
			if d.base >= 0 {
				id, ok = at[d.base]
			}
			base, known := m.objects[id]
			if !ok || !known {
				later = append(later, d)
				continue
			}
			made, err := m.apply(base.data, d.data)
			if err != nil {
				return err
			}
			at[d.offset] = m.put(base.kind, made)
		}
		if len(later) == len(deltas) || pass > maxDeltaPass {
			return fault.Errorf("read the pack: %d objects have no base", len(later))
		}
		deltas = later
	}
	return nil
}

// apply checks the size that a delta announces before it is carried out. A
// delta begins with the sizes of its base and of its result.
func (m *memory) apply(base, change []byte) ([]byte, error) {
	_, n := binary.Uvarint(change)
	if n <= 0 {
		return nil, packfile.ErrInvalidDelta
	}
	size, k := binary.Uvarint(change[n:])
	if k <= 0 || size > maxObject {
		return nil, &TooLargeError{What: "an object of the remote repository", Size: int64(min(size, 1<<62))}
	}
	if err := m.room(int64(size)); err != nil {
		return nil, err
	}
	made, err := packfile.PatchDelta(base, change)
	if err != nil {
		return nil, fault.Errorf("read the pack: %w", err)
	}
	return made, nil
}

// peel goes from an annotated tag to its commit, both fetched.
func (m *memory) peel(id plumbing.Hash) (plumbing.Hash, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	for range 8 { // tags of tags
		k, ok := m.objects[id]
		if !ok {
			return id, fault.Errorf("the server did not send %s", id)
		}
		if k.kind == plumbing.CommitObject {
			return id, nil
		}
		rest, ok := bytes.CutPrefix(k.data, []byte("object "))
		if k.kind != plumbing.TagObject || !ok || len(rest) < 40 {
			break
		}
		id = plumbing.NewHash(string(rest[:40]))
	}
	return id, fault.Errorf("%s stands for no commit", id)
}
