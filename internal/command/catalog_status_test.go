package command

import (
	"strings"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/term"
)

// A path that is cut leads nowhere, and a sentence is read where it is broken at
// blanks.
func TestCatalogStatusCutsNothingOnNarrowTerminals(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	s := &term.Streams{Out: &out, Err: &out, Width: 44, OutTTY: true, Unicode: true}
	a := newApp(Invocation{Dir: t.TempDir(), Now: time.Now, Streams: s, Env: []string{"HOME=" + t.TempDir()}})
	path, why := "/home/somebody/.local/share/isrc/catalog/generations/20260301T000000Z-12345678.db", "written by an older isrc, and begun anew"
	if err := showCatalogState(s, &catalogState{State: "ready", Path: &path, Recovered: &why}, a); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"  file       " + path + "\n", "  recovered  written by an older isrc,\n             and begun anew\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not there:\n%s", want, out.String())
		}
	}
}

// What a dry run cost is not what the crawl will cost.
func TestADryRunOfACrawlAddsUpWhatItWouldTake(t *testing.T) {
	t.Parallel()
	ten, three, failed := 10, 3, crawledOwner{Name: "c", Error: &itemError{Message: "gone"}}
	r := &crawled{DryRun: true, Requests: 2, Organisations: []crawledOwner{{Name: "a", Total: &ten, Estimate: &three}, {Name: "b", Total: &ten, Estimate: &three}, failed}}
	if got, want := strings.Join(footFacts(r), "; "), "about 6 requests for 20 repositories; nothing was written, to learn this took 2"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
