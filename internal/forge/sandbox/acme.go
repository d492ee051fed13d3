package sandbox

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// acmeFiles hold the company: company.txtar its people, every other file one
// repository.
//
//go:embed acme/*.txtar
var acmeFiles embed.FS

// acme is read once per process: hundreds of small forges may share it, as a
// forge never changes its world.
var acme = lazy.Value(func() *World {
	w, err := readWorld("acme", acmeFiles, "acme")
	if err != nil {
		panic(fmt.Sprintf("the embedded company cannot be read: %v", err)) // a test reads it
	}
	return w
})

// Acme is the company that the demo and most tests use. It is read afresh for
// nobody: callers must not change it.
func Acme() *World { return acme() }

// readWorld reads a folder of txtar files. In a repository's file the comment
// is YAML (Repo), each file belongs to its tree, and a file named @N/PATH to
// the head of pull request N.
func readWorld(name string, fsys fs.FS, dir string) (*World, error) {
	w := &World{Name: name}
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, fault.Errorf("read the world %s: %w", name, err)
	}
	for _, e := range entries {
		data, err := fs.ReadFile(fsys, path.Join(dir, e.Name()))
		if err != nil {
			return nil, fault.Errorf("read the world %s: %w", name, err)
		}
		comment, files := parseTxtar(string(data))
		if e.Name() == "company.txtar" {
			err = w.readCompany(comment)
		} else {
			err = w.readRepo(comment, files)
		}
		if err != nil {
			return nil, fault.Errorf("read %s: %w", e.Name(), err)
		}
	}
	return w, nil
}

func (w *World) readCompany(text string) error {
	var c struct {
		Accounts []Account `yaml:"accounts"`
		Orgs     []Org     `yaml:"orgs"`
	}
	if err := decodeStrict(text, &c); err != nil {
		return err
	}
	w.Accounts, w.Orgs = c.Accounts, c.Orgs
	return nil
}

func (w *World) readRepo(text string, files []File) error {
	var x struct {
		FullName string `yaml:"repository"`
		Repo     `yaml:",inline"`
	}
	if err := decodeStrict(text, &x); err != nil {
		return err
	}
	r := x.Repo
	var ok bool
	if r.Owner, r.Name, ok = strings.Cut(x.FullName, "/"); !ok {
		return fault.Errorf("repository %q is not OWNER/NAME", x.FullName)
	}
	for _, f := range files {
		number, rest, isPull := strings.Cut(strings.TrimPrefix(f.Path, "@"), "/")
		if !isPull || !strings.HasPrefix(f.Path, "@") {
			r.Files = append(r.Files, f)
			continue
		}
		n, _ := strconv.Atoi(number)
		p := r.pull(n)
		if p == nil {
			return fault.Errorf("%s belongs to no pull request", f.Path)
		}
		p.Files = append(p.Files, File{Path: rest, Data: f.Data, Mode: f.Mode})
	}
	r.Files = repeat(r.Files, r.Each)
	sortFiles(r.Files)
	w.Repos = append(w.Repos, &r)
	return nil
}

// repeat writes the files whose path holds {WORD} once for each value of the
// word, in path and content, so that a large tree is a few lines here.
func repeat(files []File, each map[string][]string) []File {
	for _, word := range sortedKeys(each) {
		var out []File
		mark := "{" + word + "}"
		for _, x := range files {
			if !strings.Contains(x.Path, mark) {
				out = append(out, x)
				continue
			}
			for _, value := range each[word] {
				out = append(out, File{Path: strings.ReplaceAll(x.Path, mark, value), Data: strings.ReplaceAll(x.Data, mark, value), Mode: x.Mode})
			}
		}
		files = out
	}
	return files
}

func (r *Repo) pull(n int) *Pull {
	for i := range r.Pulls {
		if r.Pulls[i].Number == n {
			return &r.Pulls[i]
		}
	}
	return nil
}

func decodeStrict(text string, into any) error {
	d := yaml.NewDecoder(strings.NewReader(text))
	d.KnownFields(true)
	return d.Decode(into)
}

// parseTxtar splits an archive: a comment, then files each under a line
// "-- NAME --". A name may end in " 755" for a file that can be run.
func parseTxtar(text string) (comment string, files []File) {
	var body strings.Builder
	flush := func() {
		if files == nil {
			comment = body.String()
		} else {
			files[len(files)-1].Data = body.String()
		}
		body.Reset()
	}
	for line := range strings.Lines(text) {
		name, ok := txtarName(line)
		if !ok {
			body.WriteString(line)
			continue
		}
		flush()
		f := File{Path: name}
		if plain, found := strings.CutSuffix(name, " 755"); found {
			f = File{Path: plain, Mode: "100755"}
		}
		files = append(files, f)
	}
	flush()
	return comment, files
}

func txtarName(line string) (string, bool) {
	line = strings.TrimRight(line, "\r\n")
	if !strings.HasPrefix(line, "-- ") || !strings.HasSuffix(line, " --") || len(line) < 7 {
		return "", false
	}
	name := strings.TrimSpace(line[3 : len(line)-3])
	return name, name != ""
}

//go:noinline
func sortFiles(files []File) {
	sort.Slice(files, func(i, j int) bool { return files[i].Path < files[j].Path })
}
