package rule

import (
	"context"
	"encoding/json"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
)

// oneFile is a repository of one file, on a forge without settings.
type oneFile struct{ tree fstest.MapFS }

func (o oneFile) Tree(context.Context, forge.RepoName, string) (fs.FS, string, error) {
	return o.tree, "c0ffee", nil
}

func (oneFile) Rules(context.Context, forge.RepoName, string) ([]forge.Rule, error) { return nil, nil }

func (oneFile) RequiredChecks(context.Context, forge.RepoName, string) ([]string, error) {
	return nil, nil
}

// fuzzChange has something for every rule to look at.
func fuzzChange() *Change {
	who := newcomer()
	return &Change{
		Branch: "fix/12-x", Base: "main", MergeBaseKnown: true, UserName: who.Name, UserEmail: who.Email, Login: "newcomer",
		Commits: []Commit{
			{SHA: "1111111", Author: who, Committer: who, Message: "fix(x): Done.\n\nbody\n\nRefs: #12", Parents: 1, Own: true},
			{SHA: "2222222", Author: who, Committer: who, Message: "Merge branch 'main'", Parents: 2, Own: true, Pushed: true},
		},
		Files: []File{
			{Path: "src/a.go", Status: Added, Added: 3, Size: 30, Head: "package a\n", AddedLines: []Line{{1, "package a"}}},
			{Path: "docs/b.md", OldPath: "c.md", Status: Renamed, Size: -1},
		},
		Draft: Draft{Title: "fix: x", Body: "## What\n- [ ] a box\n", Labels: []string{"bug"}, Exists: true},
		Facts: map[string]FactValue{},
	}
}

// Whatever lies in one of the files that are read, requirements are derived and
// a change is judged within a bounded time, every finding has words, and every
// fix can be written down.
func FuzzFileOfGuidelines(f *testing.F) {
	names, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if rest, ok := strings.CutPrefix(file.Name, "repo/"); ok {
				f.Add(rest, file.Data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		if !fs.ValidPath(name) || len(data) > 1<<16 {
			return
		}
		begun := time.Now()
		forge1 := oneFile{fstest.MapFS{name: &fstest.MapFile{Data: data}}}
		set, err := guideline.Read(context.Background(), guideline.Query{Repo: forge.RepoName{Host: "forge.example", Owner: "acme", Name: "lib"}, Base: "main", Orgless: true}, forge1, forge1)
		if err != nil {
			t.Fatal(err)
		}
		change := fuzzChange()
		reqs := Derive(set)
		for _, fact := range Needs(reqs, change) {
			change.Facts[fact.Name] = FactValue{Why: "nobody looked"}
		}
		for _, found := range Check(reqs, change) {
			if found.Message == "" || found.Requirement == nil {
				t.Errorf("a finding of %s without words: %+v", found.Rule, found)
			}
			if found.Fix != nil {
				if _, err := json.Marshal(found.Fix.Params); err != nil {
					t.Errorf("a fix of %s: %v", found.Rule, err)
				}
			}
		}
		if d := time.Since(begun); d > time.Minute {
			t.Errorf("%s took %v", name, d)
		}
	})
}
