package publish

import (
	"bufio"
	"errors"
	"io"
	"sync"
)

// The sizes of chunks, unpacked. They, and the table of gears, are part of the
// format: as long as they stay, equal parts of two generations become equal
// chunks, wherever in the file they stand.
const (
	chunkLeast = 256 << 10
	chunkMost  = 4 << 20
	chunkMask  = 1<<20 - 1 // a boundary about every MiB beyond the least
)

// gears is a table of 256 random words for a rolling hash, made by splitmix64.
var gears = sync.OnceValue(func() *[256]uint64 {
	var t [256]uint64
	state := uint64(0x69737263) // "isrc"
	for i := range t {
		state += 0x9e3779b97f4a7c15
		z := state
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		t[i] = z ^ z>>31
	}
	return &t
})

// cut reads r to its end and gives its chunks in order: where each begins and
// its bytes, which are the callee's until it returns.
func cut(r io.Reader, each func(at int64, data []byte) error) error {
	in := bufio.NewReaderSize(r, chunkMost)
	at := int64(0)
	for {
		window, err := in.Peek(chunkMost)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if len(window) == 0 {
			return nil
		}
		n := boundary(window)
		if err := each(at, window[:n]); err != nil {
			return err
		}
		if _, err := in.Discard(n); err != nil {
			return err
		}
		at += int64(n)
	}
}

// boundary is the length of the chunk at the beginning of data. The hash is of
// the last 64 bytes, since each older one has been shifted out of its word; its
// upper bits are of all of them.
func boundary(data []byte) int {
	if len(data) <= chunkLeast {
		return len(data)
	}
	table, hash := gears(), uint64(0)
	for i := chunkLeast - 64; i < len(data); i++ {
		hash = hash<<1 + table[data[i]]
		if i >= chunkLeast && hash>>44&chunkMask == 0 {
			return i + 1
		}
	}
	return len(data)
}
