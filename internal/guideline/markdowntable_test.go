package guideline

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
)

// Tables are read as goldmark's own extension reads them: in pages of all shapes
// that the parts of tables can be put together to, and in those of the repository.
func TestTablesAreReadAsGoldmarkDoes(t *testing.T) {
	t.Parallel()
	parts := []string{
		"|", "|", "|", "-", "---", ":-", "-:", ":-:", "`", "``", "\\", "\\|", "\\\\|", "\n", "\n", "\n| a | b |\n|---|---|\n", "\n- | -\n",
		" ", "  ", "    ", "\t", "\f", "\v", "a", "b`c\\|d`e", "[x](y)", "[`p\\|q`](z)", "**c**", "> ", "- ", "1. ", "\n\n", "\r\n", "# ", "<b>", "é", "[l]: m\n", ":", "=", "\x00",
	}
	own, peer := newMarkdownParser(), goldmark.New(goldmark.WithExtensions(extension.Table)).Parser()
	r := rand.New(rand.NewPCG(1, 2))
	tables, pages := 0, 20_000
	if underRace {
		pages = 2_000
	}
	for range pages {
		var b strings.Builder
		for range 1 + r.IntN(24) {
			b.WriteString(parts[r.IntN(len(parts))])
		}
		tables += agree(t, own, peer, b.String())
	}
	for _, pattern := range []string{"../../*.md", "../../docs/*.md", "../../docs/*/*.md", "testdata/*"} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatal(pattern, err)
		}
		for _, name := range names {
			if text, err := os.ReadFile(name); err == nil {
				tables += agree(t, own, peer, string(text))
			}
		}
	}
	if tables < pages/10 {
		t.Errorf("only %d pages had a table", tables)
	}
}

// agree counts 1 if the page has a table.
func agree(t *testing.T, own, peer parser.Parser, page string) int {
	t.Helper()
	got, want := blocksBy(own, []byte(page)), blocksBy(peer, []byte(page))
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Block{}, lineBreak{})); diff != "" {
		t.Fatalf("%q: (-goldmark +isrc)\n%s", page, diff)
	}
	for _, b := range want {
		if b.Kind == BlockTable {
			return 1
		}
	}
	return 0
}
