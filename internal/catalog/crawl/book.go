package crawl

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Position is what a crawl notes of an owner in the catalog, so that the next
// one reads only what came after.
type Position struct {
	Version int       `json:"version"`
	Pushed  time.Time `json:"pushed,omitzero"`  // of the repository that was pushed to last
	Updated time.Time `json:"updated,omitzero"` // of the one that changed last
	FullAt  time.Time `json:"fullAt,omitzero"`  // when everything was walked last
	At      time.Time `json:"at,omitzero"`
	// Issues is from when on the next crawl asks for issues that changed.
	Issues time.Time `json:"issues,omitzero"`
	Total  int       `json:"total"` // repositories, as the forge counted
}

const positionVersion = 2

// Book is what crawls noted in a catalog, by its keys.
type Book map[string]string

// positionKey is where an owner's position is noted.
//
//go:noinline
func positionKey(host, owner string) string {
	return "crawl/" + strings.ToLower(host+"/"+owner)
}

// batchKey is where the size of a request that worked is noted.
//
//go:noinline
func batchKey(host string) string { return "crawl-batch/" + strings.ToLower(host) }

// position reads what was noted of an owner. What another version wrote is as if
// it were not there: then everything is walked.
func (b Book) position(host, owner string) (Position, bool) {
	var p Position
	err := json.Unmarshal([]byte(b[positionKey(host, owner)]), &p)
	return p, err == nil && p.Version == positionVersion
}

// batchSize reads what size of a request worked on a host.
func (b Book) batchSize(host string) int {
	var n int
	if _, err := fmt.Sscanf(b[batchKey(host)], "%d", &n); err != nil {
		return 0
	}
	return n
}

// The reasons to walk everything that surprise nobody.
const (
	WhyFirst = "it is the first time"
	WhyAsked = "asked for"
)

// decide says how to go through an owner's repositories. It is pure.
func decide(o Options, owner string, now time.Time) (mode Mode, why string, from Position) {
	p, ok := o.Book.position(o.Host, owner)
	switch {
	case o.Shard.Of > 0:
		return ModeFull, "a shard is always whole", Position{}
	case o.Full:
		return ModeFull, WhyAsked, Position{}
	case !ok:
		return ModeFull, WhyFirst, Position{}
	case p.Pushed.IsZero():
		return ModeFull, "nothing was pushed to before", Position{}
	case now.Sub(p.FullAt) >= fullEvery || p.FullAt.After(now.Add(fullEvery)):
		return ModeFull, "a week has passed since everything was read", Position{}
	}
	return ModeIncremental, "", p
}

// AsOf is since when a catalog is as old as the oldest of what it holds, with
// what this crawl read. An owner that failed is as old as the book says; others
// tells whether owners that were not asked for count too.
func (out *Outcome) AsOf(b Book, others bool) time.Time {
	asked := map[string]*Owner{}
	for _, o := range out.Owners {
		asked[positionKey(o.Host, o.Name)] = o
	}
	var oldest time.Time
	take := func(t time.Time) {
		if !t.IsZero() && (oldest.IsZero() || t.Before(oldest)) {
			oldest = t
		}
	}
	for _, o := range out.Whole() {
		take(o.At)
	}
	for key, raw := range b {
		o := asked[key]
		if !strings.HasPrefix(key, "crawl/") || o != nil && o.Whole || o == nil && !others {
			continue
		}
		var p Position
		if json.Unmarshal([]byte(raw), &p) == nil {
			take(p.At)
		}
	}
	return oldest
}
