// Package internal_test holds the import table of docs/architecture.md to the
// code: who may import whom, and which package alone imports a library.
package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/isrc-dev/isrc/internal/"

// house says which packages of ours each package may import.
var house = map[string][]string{
	"command":          {"auth", "catalog", "catalog/crawl", "catalog/exchange", "catalog/index", "catalog/publish", "config", "contribute", "forge", "forge/github", "forge/sandbox", "git", "guideline", "insight", "manifest", "rule", "term", "workflow"},
	"term":             {},
	"disk":             {},
	"fault":            {},
	"heap":             {},
	"lazy":             {},
	"order":            {},
	"secret":           {},
	"progress":         {},
	"config":           {"forge"},
	"auth":             {"config", "forge", "git"},
	"forge":            {},
	"forge/github":     {"forge"},
	"forge/sandbox":    {},
	"git":              {},
	"manifest":         {},
	"guideline":        {"forge", "manifest"},
	"rule":             {"forge", "guideline", "manifest"},
	"workflow":         {},
	"insight":          {"forge", "manifest"},
	"catalog":          {"forge", "guideline", "manifest"},
	"catalog/index":    {"catalog", "forge"},
	"catalog/crawl":    {"catalog", "forge", "insight"},
	"catalog/exchange": {"catalog", "forge", "manifest"},
	"catalog/publish":  {"catalog", "catalog/index"},
	"catalog/estate":   {"catalog"},
	// A registry, and a way to a forge, for tests.
	"catalog/publish/registrytest": {},
	"forge/sandbox/relay":          {},
	// Programs of their own, for measuring.
	"catalog/estate/generate": {"catalog/estate"},
	"catalog/estate/serve":    {"catalog", "catalog/estate", "forge/sandbox"},
	"forge/sandbox/serve":     {"forge/sandbox"},
	"contribute":              {"forge", "git", "guideline", "insight", "rule", "workflow"},
	"../cmd/isrc":             {"command", "heap"},
}

// ground is what any package may import.
var ground = []string{"disk", "fault", "lazy", "order", "progress", "secret"}

// alone says which packages may import a library.
var alone = map[string][]string{
	"github.com/spf13/cobra":        {"command"},
	"github.com/spf13/viper":        {"config"},
	"github.com/charmbracelet/":     {"term"},
	"github.com/go-git/":            {"git"},
	"github.com/google/go-github/":  {"forge/github"},
	"github.com/rhysd/actionlint":   {"guideline"},
	"github.com/sahilm/fuzzy":       {"term"},
	"github.com/muesli/":            {"term"},
	"github.com/zalando/go-keyring": {"auth"},
	"github.com/itchyny/gojq":       {"command"},
	"modernc.org/sqlite":            {"catalog/index"},
	"database/sql":                  {"catalog/index"},
	"oras.land/":                    {"catalog/publish"},
	"github.com/opencontainers/":    {"catalog/publish"},
	"github.com/vektah/gqlparser/":  {"forge/sandbox"},
	// The standard library's templates call methods by name, and with them the
	// linker keeps every method of every type: 7 MB.
	"text/template": {},
	"html/template": {},
	"os/exec":       {"git", "forge/sandbox", "auth", "term", "contribute"},
}

func TestPackagesImportOnlyWhatTheHouseAllows(t *testing.T) {
	t.Parallel()
	seen, used := map[string]bool{}, map[string]bool{}
	for file, pkg := range sources(t) {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		allowed, known := house[pkg]
		if !known {
			t.Errorf("%s: the package %s has no room in the house", file, pkg)
			continue
		}
		seen[pkg] = true
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			ours, ok := strings.CutPrefix(imported, module)
			if ok && !slices.Contains(ground, ours) && !slices.Contains(allowed, ours) {
				t.Errorf("%s: %s may not import %s", file, pkg, ours)
			}
			used[pkg+" "+ours] = true
			for library, users := range alone {
				if strings.HasPrefix(imported, library) && !slices.Contains(users, pkg) {
					t.Errorf("%s: %s may not import %s; only %s may", file, pkg, imported, strings.Join(users, ", "))
				}
			}
		}
	}
	for pkg, allowed := range house {
		if !seen[pkg] {
			t.Errorf("the house has a room %s and no such package", pkg)
		}
		for _, ours := range allowed {
			if !used[pkg+" "+ours] {
				t.Errorf("%s may import %s, and does not: the door is to be closed", pkg, ours)
			}
		}
	}
}

func TestFunctionsAreNotRegisteredByInit(t *testing.T) {
	t.Parallel()
	for file := range sources(t) {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range parsed.Decls {
			if name := funcName(decl); name == "init" {
				t.Errorf("%s has an init function: what happens must be asked for", file)
			}
		}
	}
}

// sources lists the Go files that are built into the program, with the package
// each belongs to.
func sources(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, root := range []string{".", filepath.Join("..", "cmd", "isrc")} {
		err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() && d.Name() == "testdata" {
				return filepath.SkipDir
			}
			if !d.IsDir() && strings.HasSuffix(file, ".go") && !strings.HasSuffix(file, "_test.go") {
				out[file] = path.Clean(filepath.ToSlash(filepath.Dir(file)))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(out) < 20 {
		t.Fatalf("only %d files found", len(out))
	}
	return out
}

func funcName(decl ast.Decl) string {
	if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil {
		return f.Name.Name
	}
	return ""
}
