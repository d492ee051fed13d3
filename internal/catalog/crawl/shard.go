package crawl

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
)

// Shard is one of several equal parts of an estate. The zero value is all of it.
type Shard struct {
	Number int // from 1
	Of     int
}

// mostShards bounds into how many parts an estate is cut.
const mostShards = 1024

// ParseShard reads "3/16"; "" is everything.
func ParseShard(s string) (Shard, error) {
	if s == "" {
		return Shard{}, nil
	}
	a, b, ok := strings.Cut(s, "/")
	number, err1 := strconv.Atoi(a)
	of, err2 := strconv.Atoi(b)
	if !ok || err1 != nil || err2 != nil || of < 1 || of > mostShards || number < 1 || number > of {
		return Shard{}, fault.Errorf("%q is no shard: write it like 3/16, with at most %d parts", s, mostShards)
	}
	return Shard{Number: number, Of: of}, nil
}

//go:noinline
func (s Shard) String() string {
	if s.Of == 0 {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.Number, s.Of)
}

// Has tells whether a repository falls into the shard: by a hash (FNV-1a, 64 bits) of its
// key, so that every machine agrees and an estate that grows moves nothing.
func (s Shard) Has(key string) bool {
	if s.Of == 0 {
		return true
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(key)) // never fails
	return int(h.Sum64()%uint64(s.Of)) == s.Number-1
}
