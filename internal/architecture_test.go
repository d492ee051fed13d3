package internal_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// page is docs/architecture.md.
func page(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "docs", "architecture.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheTableOfTheHouseIsTrue(t *testing.T) {
	t.Parallel()
	said := map[string][]string{}
	for _, row := range regexp.MustCompile("(?m)^\\| `((?:internal|cmd)/[a-z/]+)` \\|[^|]*\\|([^|]*)\\|[^|]*\\|$").FindAllStringSubmatch(page(t), -1) {
		name := strings.TrimPrefix(row[1], "internal/")
		if row[1] == "cmd/isrc" {
			name = "../cmd/isrc"
		}
		said[name] = strings.FieldsFunc(row[2], func(r rune) bool { return r == ',' || r == ' ' || r == '—' })
	}
	for name, allowed := range house {
		got, ok := said[name]
		if !ok {
			t.Errorf("the page has no row for %s", name)
			continue
		}
		if slices.Equal(got, []string{"all"}) { // of the program's
			continue
		}
		got = slices.DeleteFunc(got, func(s string) bool { return slices.Contains(ground, s) })
		slices.Sort(got)
		if want := slices.Sorted(slices.Values(allowed)); !slices.Equal(got, want) {
			t.Errorf("%s may import %q by the page, and %q by the house", name, got, want)
		}
	}
	for name := range said {
		if _, ok := house[name]; !ok && !slices.Contains(ground, name) {
			t.Errorf("the page has a row for %s, and there is no such package", name)
		}
	}
}

func TestThePageNamesFilesThatAreThere(t *testing.T) {
	t.Parallel()
	var files []string
	err := filepath.WalkDir("..", func(file string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, "/"+filepath.ToSlash(file))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("`([^`\\s]+\\.(?:go|txtar))`").FindAllStringSubmatch(page(t), -1) {
		name := m[1]
		if strings.HasPrefix(name, "…") { // the end of many names
			name = "*" + strings.TrimPrefix(name, "…")
		}
		depth := strings.Count(name, "/") + 1
		there := slices.ContainsFunc(files, func(file string) bool {
			parts := strings.Split(file, "/")
			if len(parts) < depth {
				return false
			}
			ok, err := path.Match(name, strings.Join(parts[len(parts)-depth:], "/"))
			return ok && err == nil
		})
		if !there {
			t.Errorf("the page names %s, which is not there", m[1])
		}
	}
}
