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
