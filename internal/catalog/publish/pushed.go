package publish

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"

	"github.com/opencontainers/go-digest"

	"github.com/isrc-dev/isrc/internal/catalog/index"
	"github.com/isrc-dev/isrc/internal/disk"
	"github.com/isrc-dev/isrc/internal/fault"
)

// pushed is what is remembered of a push, so that one of the same generation
// need not take out again what is published of it.
type pushed struct {
	Place      string        `json:"place"`
	Generation string        `json:"generation"` // that was taken out
	By         string        `json:"by"`         // version of isrc
	Private    bool          `json:"private"`
	Digest     digest.Digest `json:"digest"` // of what was published
	Shortened  int           `json:"shortened"`
	LeftOut    []LeftOut     `json:"leftOut"`
}

type pushes struct {
	Version int      `json:"version"`
	Pushes  []pushed `json:"pushes"` // the last one first
}

// mostPushes bounds the places that are remembered.
const mostPushes = 20

//go:noinline
func pushMemory(store *index.Store) string { return filepath.Join(store.Dir, "pushed.json") }

// readPushes is what is remembered. What cannot be read is not: then more is
// done.
func readPushes(store *index.Store) []pushed {
	var p pushes
	raw, err := os.ReadFile(pushMemory(store))
	if err != nil || json.Unmarshal(raw, &p) != nil || p.Version != 1 {
		return nil
	}
	return p.Pushes
}

// lastPush is the last push to a place, the zero value for none.
//
//go:noinline
func lastPush(store *index.Store, to Place) pushed {
	for _, p := range readPushes(store) {
		if p.Place == to.String() {
			return p
		}
	}
	return pushed{}
}

// isOf tells whether the same would be published again.
func (p pushed) isOf(generation string, choice Choice, by string) bool {
	return generation != "" && p.Generation == generation && p.Private == choice.Private && p.By == by
}

func (p pushed) write(store *index.Store) error {
	all := slices.DeleteFunc(readPushes(store), func(o pushed) bool { return o.Place == p.Place })
	all = append([]pushed{p}, all...)
	raw, err := json.Marshal(pushes{Version: 1, Pushes: all[:min(len(all), mostPushes)]})
	if err == nil {
		err = disk.WriteFile(pushMemory(store), raw, 0o600)
	}
	if err != nil {
		return fault.Errorf("remember the push: %w", err)
	}
	return nil
}
