package command

import (
	"strings"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/term"
)

// A name is what people copy from an answer, and the last line is what they do
// next: neither may be cut or lead to another forge.
func TestFindCutsNoNamesOnNarrowTerminals(t *testing.T) {
	t.Parallel()
	long := "infrastructure/authorization-engine-tools"
	screen := findScreen{where: "the catalog of just now", searched: 9, now: time.Now(), result: &catalog.Found{Total: 2}, typed: func(r repository) string { return r.Host + "/" + r.FullName }}
	for _, name := range []string{long, "web/short"} {
		repo, err := forge.ParseRepo(name, "git.example")
		if err != nil {
			t.Fatal(err)
		}
		screen.rows = append(screen.rows, found{repository: repositoryOf(repo, ""), Language: "Go", Description: "What it is for"})
	}
	for _, width := range []int{30, 60, 120} {
		var out strings.Builder
		if err := screen.write(&term.Streams{Out: &out, Err: &out, Width: width, OutTTY: true, Unicode: true}); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"  " + long + "  Go", "  web/short", "What it is for", "isrc show git.example/" + long + "\n"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%d columns: %q is not there\n%s", width, want, out.String())
			}
		}
	}
}
