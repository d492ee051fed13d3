package command

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/term"
)

//go:generate go test . -run TestDocs -update

var update = flag.Bool("update", false, "write the generated pages below docs/")

// bareRoot is the tree of commands, of an invocation that does nothing.
func bareRoot() *cobra.Command {
	a := newApp(Invocation{Dir: os.TempDir(), Now: time.Now, Streams: &term.Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard, Width: 80}})
	root := newRoot(a)
	root.InitDefaultHelpCmd()
	return root
}

func docsDir() string { return filepath.Join("..", "..", "docs") }

func TestDocsAreWhatTheCodeSays(t *testing.T) {
	t.Parallel()
	pages := docPages(bareRoot())
	dir := docsDir()
	if *update {
		writePages(t, dir, pages)
	}
	for name, want := range pages {
		got, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			t.Errorf("%v: go generate ./internal/command writes it", err)
			continue
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			t.Errorf("docs/%s is stale (-code +page); go generate ./internal/command writes it:\n%s", name, diff)
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, "commands", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range left {
		if _, ok := pages["commands/"+filepath.Base(path)]; !ok {
			t.Errorf("%s is the page of no command", path)
		}
	}
}

func writePages(t *testing.T, dir string, pages map[string]string) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join(dir, "commands")); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, "commands"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range pages {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// The page is written by people; the Makefile in it is the one that the
// program prints.
func TestDocsShowTheMakefileThatHelpPrints(t *testing.T) {
	t.Parallel()
	path := filepath.Join(docsDir(), "make.md")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page := string(raw)
	before, rest, ok := strings.Cut(page, "```make\n")
	shown, after, ok2 := strings.Cut(rest, "```\n")
	if !ok || !ok2 {
		t.Fatalf("%s has no block ```make", path)
	}
	if *update && shown != makefile {
		if err := os.WriteFile(path, []byte(before+"```make\n"+makefile+"```\n"+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(makefile, shown); diff != "" {
		t.Errorf("the Makefile in docs/make.md is another one (-help +page); go generate ./internal/command writes it:\n%s", diff)
	}
}

func TestEachCommandHasWhatItsPageNeeds(t *testing.T) {
	t.Parallel()
	for _, c := range documented(bareRoot()) {
		if c.Short == "" || strings.HasSuffix(c.Short, ".") {
			t.Errorf("%s: its short help is %q; it wants a few words without a full stop", c.CommandPath(), c.Short)
		}
		if c.Example == "" && c.HasParent() {
			t.Errorf("%s has no example", c.CommandPath())
		}
		for line := range strings.Lines(c.Long) {
			if n := term.Columns(strings.TrimRight(line, "\n")); n > topicWidth {
				t.Errorf("%s: a line of its help is %d columns wide: %s", c.CommandPath(), n, line)
			}
		}
	}
}
