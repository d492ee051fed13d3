package index

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// The kernel says of each mapping by which advice it is read: "rr" is random.
func TestASearchReadsHereAndThere(t *testing.T) {
	s := &Store{Dir: t.TempDir()}
	update(t, s, put(some(3, "a")...))
	c := openStore(t, s)
	if got := flagsOf(t, c.path); len(got) != 1 || !slices.Contains(got[0], "rr") {
		t.Errorf("opened: %v", got)
	}
	mustDo(t, c.Each(context.Background(), func(*catalog.Record) error { return nil }))
	if got := flagsOf(t, c.path); len(got) != 1 || slices.Contains(got[0], "rr") {
		t.Errorf("read from end to end: %v", got)
	}
}

// flagsOf gives the flags of each mapping of a file.
func flagsOf(t *testing.T, path string) [][]string {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/smaps")
	mustDo(t, err)
	var out [][]string
	ours := false
	for line := range strings.Lines(string(maps)) {
		line = strings.TrimSuffix(line, "\n")
		if flags, ok := strings.CutPrefix(line, "VmFlags:"); ok {
			if ours {
				out = append(out, strings.Fields(flags))
			}
			ours = false
		} else if strings.HasSuffix(line, "/"+filepath.Base(path)) {
			ours = true
		}
	}
	return out
}
