package github

import (
	"bytes"
	"fmt"
	pathpkg "path"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
)

// Bounds on the text of files. GitHub itself cuts what is larger than half a
// megabyte.
const (
	maxListed     = 5000    // names of one folder
	maxWantedFile = 1 << 20 // what is larger is not asked for
)

// treeEntry is a name in a folder.
type treeEntry struct {
	Name string
	Type string // "blob", "tree" or "commit"
	Mode int    // as git has it: 0120000 is a symbolic link
	OID  string
	Size int64
}

const symlink = 0o120000

// wantedTexts are the files and issues of one repository that are to be read.
type wantedTexts struct {
	of     int // index of its profile
	repo   string
	paths  []string
	oids   []string // of the same files
	issues []int
	labels []string // by which more issues may be found
	size   int64
}

func (w wantedTexts) none() bool { return len(w.oids)+len(w.issues)+len(w.labels) == 0 }

// listFolders notes the names in the folders where forges look for files, and
// chooses the files to read.
func listFolders(p *forge.Profile, g *graphRepo, all []graphError, at []any) wantedTexts {
	p.Listed = map[string][]string{}
	folders := map[string][]treeEntry{}
	for _, f := range []struct {
		folder, alias string
		tree          *graphTree
	}{{"", "root", g.Root}, {".github", "github", g.Github}, {"docs", "docs", g.Docs}} {
		failed := slices.ContainsFunc(all, func(e graphError) bool { return e.below(append(slices.Clone(at), f.alias)...) })
		if f.tree == nil && (failed || g.OpenIssues == nil) {
			continue // it was not looked at
		}
		var entries []treeEntry
		if f.tree != nil {
			entries = f.tree.Entries
		}
		p.Listed[f.folder], folders[f.folder] = listFolder(p, f.folder, entries)
	}
	return chooseFiles(p, folders)
}

// listFolder gives the names in a folder and the entries that are files, links
// included.
func listFolder(p *forge.Profile, folder string, entries []treeEntry) ([]string, []treeEntry) {
	if len(entries) > maxListed {
		entries = entries[:maxListed]
		p.Incomplete = append(p.Incomplete, fmt.Sprintf("%s: it has more than %d names", pathpkg.Join("/", folder), maxListed))
	}
	names, files := make([]string, 0, len(entries)), []treeEntry{}
	for _, e := range entries {
		if e.Name == "" || e.Name == "." || e.Name == ".." || strings.ContainsAny(e.Name, "/\x00") {
			continue
		}
		if e.Type != "blob" {
			names = append(names, e.Name+"/")
			continue
		}
		names = append(names, e.Name)
		if isSHA(e.OID) {
			files = append(files, e)
		}
	}
	return names, files
}

// chooseFiles picks the files that a catalog reads: those that the forge would
// show, where there are several.
func chooseFiles(p *forge.Profile, folders map[string][]treeEntry) wantedTexts {
	w := wantedTexts{repo: p.FullName()}
	for _, k := range keptFiles() {
		name, e, ok := k.find(folders)
		links := k.links(folders)
		switch {
		case !ok && len(links) > 0:
			p.Incomplete = append(p.Incomplete, links[0]+": it is a symbolic link, which is not followed")
		case !ok:
		case e.Size > maxWantedFile:
			p.Incomplete = append(p.Incomplete, fmt.Sprintf("%s: it has %d bytes", name, e.Size))
		default:
			w.paths, w.oids, w.size = append(w.paths, name), append(w.oids, e.OID), w.size+e.Size
		}
		if ok {
			hide(p, links)
		}
	}
	return w
}

// find is the file that counts most.
func (k keptFile) find(folders map[string][]treeEntry) (string, treeEntry, bool) {
	for _, folder := range k.folders {
		if e, ok := pick(folders[folder], k.rank); ok {
			return pathpkg.Join(folder, e.Name), e, true
		}
	}
	return "", treeEntry{}, false
}

// links are the paths of symbolic links that are called like the file.
func (k keptFile) links(folders map[string][]treeEntry) []string {
	var out []string
	for _, folder := range k.folders {
		for _, e := range folders[folder] {
			if e.Mode == symlink && k.rank(e.Name) > 0 {
				out = append(out, pathpkg.Join(folder, e.Name))
			}
		}
	}
	return out
}

// hide takes links out of the names where a file stands for them: most lead from
// one of the folders to another, and what they hold is not their target.
func hide(p *forge.Profile, links []string) {
	for folder, names := range p.Listed {
		p.Listed[folder] = slices.DeleteFunc(names, func(name string) bool {
			return slices.Contains(links, pathpkg.Join(folder, name))
		})
	}
}

// keptFile is a kind of file that a catalog reads: where it may lie, first the
// places that count more, and how well a name fits, 0 not at all.
type keptFile struct {
	folders []string
	rank    func(name string) int
}

func keptFiles() []keptFile {
	anywhere := []string{".github", "", "docs"}
	root := []string{""}
	return []keptFile{
		{anywhere, prose("readme")},
		{anywhere, prose("contributing")},
		{anywhere, prose("support")},
		{anywhere, exactly("CODEOWNERS")},
		{root, exactly("innersource.json")},
		{root, exactly("catalog-info.yaml", "catalog-info.yml")},
		{root, exactly("publiccode.yml", "publiccode.yaml")},
	}
}

// prose fits a page of a name in any case, with the endings of texts; Markdown
// is what forges show where there are several.
func prose(name string) func(string) int {
	return func(file string) int {
		ending := pathpkg.Ext(file)
		if !strings.EqualFold(strings.TrimSuffix(file, ending), name) {
			return 0
		}
		switch strings.ToLower(ending) {
		case ".md", ".markdown":
			return 4
		case ".rst", ".adoc", ".asciidoc":
			return 3
		case "":
			return 2
		case ".txt":
			return 1
		}
		return 0
	}
}

func exactly(names ...string) func(string) int {
	return func(file string) int {
		if i := slices.Index(names, file); i >= 0 {
			return len(names) - i
		}
		return 0
	}
}

// pick takes the file that fits best, of equals the first by name; no link.
func pick(files []treeEntry, rank func(string) int) (treeEntry, bool) {
	best, most := treeEntry{}, 0
	for _, e := range files {
		r := rank(e.Name)
		if e.Mode != symlink && (r > most || r == most && r > 0 && e.Name < best.Name) {
			best, most = e, r
		}
	}
	return best, most > 0
}

// keepText puts a file's text into a profile, or says why it is not there.
func keepText(p *forge.Profile, name string, b *graphBlob) {
	switch {
	case b == nil || b.Text == nil && b.ByteSize == 0 && b.IsBinary == nil:
		p.Incomplete = append(p.Incomplete, name+": it was not told")
		return
	case b.IsBinary != nil && *b.IsBinary, b.Text == nil && b.ByteSize > 0:
		p.Incomplete = append(p.Incomplete, name+": it is no text")
		return
	}
	text := ""
	if b.Text != nil {
		text = *b.Text
	}
	if b.IsTruncated || len(text) > forge.MaxProfileFile {
		p.Incomplete = append(p.Incomplete, fmt.Sprintf("%s: only its first %d KB are read", name, forge.MaxProfileFile>>10))
	}
	p.Files[name] = cut(text, forge.MaxProfileFile)
}

// blobOf is a file as GraphQL would tell of it, which decides like git that a
// zero byte makes no text.
func blobOf(data []byte) *graphBlob {
	binary := bytes.IndexByte(data[:min(len(data), 8000)], 0) >= 0
	text := strings.ToValidUTF8(string(data), "\uFFFD")
	return &graphBlob{Text: &text, ByteSize: int64(len(data)), IsBinary: &binary}
}
