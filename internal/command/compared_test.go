package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every row of docs/compared.md names scripts that are there, or says why it
// names none.
func TestComparedNamesScripts(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "compared.md"))
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) < 3 || strings.HasPrefix(line, "|---") || strings.HasSuffix(strings.TrimSpace(line), "| shown by |") {
			continue
		}
		rows++
		last := strings.TrimSpace(cells[len(cells)-1])
		if why, none := strings.CutPrefix(last, "— "); none {
			if why != "not yet" && why != "elsewhere" && why != "not here" {
				t.Errorf("%q is no reason:\n%s", why, line)
			}
			continue
		}
		for name := range strings.SplitSeq(last, ",") {
			if _, err := os.Stat(filepath.Join("..", "..", "testdata", "script", strings.TrimSpace(name)+".txtar")); err != nil {
				t.Errorf("%v:\n%s", err, line)
			}
		}
	}
	if rows < 50 {
		t.Errorf("only %d rows were read", rows)
	}
}
