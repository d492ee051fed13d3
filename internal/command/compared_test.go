package command

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// comparedRows is how many rows docs/compared.md has at least: one that goes is
// noticed.
const comparedRows = 102

// Every row of docs/compared.md names scripts that are there, or says why it
// names none; a pain has a link to where somebody told it, and no cell is empty.
func TestComparedNamesScripts(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "compared.md"))
	if err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`^\[[^\]]+\]\(https://github\.com/[\w.-]+/[\w.-]+/(issues|pull)/\d+\)$`)
	rows, seen, columns := 0, map[string]bool{}, 0
	for line := range strings.Lines(string(page)) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") {
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
			if cells[i] == "" {
				t.Errorf("a cell is empty:\n%s", line)
			}
		}
		if cells[len(cells)-1] == "shown by" {
			columns = len(cells)
			continue
		}
		rows++
		if len(cells) != columns {
			t.Errorf("%d cells, want %d:\n%s", len(cells), columns, line)
		}
		if seen[cells[0]] {
			t.Errorf("%q stands there twice", cells[0])
		}
		seen[cells[0]] = true
		if columns == 4 {
			for one := range strings.SplitSeq(cells[1], ", ") {
				if !link.MatchString(one) {
					t.Errorf("%q is no link to an issue:\n%s", one, line)
				}
			}
		}
		shownBy(t, cells[len(cells)-2], cells[len(cells)-1])
	}
	if rows < comparedRows {
		t.Errorf("only %d rows were read, want %d", rows, comparedRows)
	}
}

// shownBy wants scripts that are there and say what they are about, or a reason
// for none.
func shownBy(t *testing.T, what, by string) {
	t.Helper()
	if why, none := strings.CutPrefix(by, "— "); none {
		switch {
		case why != "elsewhere" && why != "not here":
			t.Errorf("%q is no reason for no script: %s", why, what)
		case why == "not here" && !strings.Contains(what, "Needs "):
			t.Errorf("what is missing here is not said: %s", what)
		}
		return
	}
	for name := range strings.SplitSeq(by, ", ") {
		folder, file := "script", name
		if a, b, ok := strings.Cut(name, "/"); ok {
			folder, file = a, b
		}
		text, err := os.ReadFile(filepath.Join("..", "..", "testdata", folder, file+".txtar"))
		if err != nil {
			t.Errorf("%s: %v", what, err)
		} else if !strings.HasPrefix(string(text), "# ") {
			t.Errorf("%s does not begin with what it is about", name)
		}
	}
}
