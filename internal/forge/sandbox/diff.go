package sandbox

import (
	"context"
	"strconv"
	"strings"
)

// fileDiff is one file of a difference.
type fileDiff struct {
	path, from string // from is the former path of a rename
	status     string // added, removed, modified, renamed, changed
	sha        string
	added      int
	removed    int
	binary     bool
	patch      string
}

// maxPatch is how much of one file's difference an answer holds.
const maxPatch = 1 << 20

// diff compares two trees.
func (f *Forge) diff(ctx context.Context, r *repository, g gitCommand, a, b string) ([]fileDiff, error) {
	raw, err := g.run(ctx, r.dir, nil, "diff-tree", "-r", "-z", "-M", "--raw", "--numstat", "--no-abbrev", a, b)
	if err != nil {
		return nil, err
	}
	files := parseRawDiff(strings.Split(raw, "\x00"))
	text, err := g.run(ctx, r.dir, nil, "diff-tree", "-r", "-M", "-p", "--no-color", "--no-ext-diff", "--no-textconv", a, b)
	if err != nil {
		return nil, err
	}
	for i, patch := range splitPatches(text) {
		if i < len(files) {
			files[i].patch = patch[:min(len(patch), maxPatch)]
		}
	}
	return files, nil
}

// parseRawDiff reads --raw, then --numstat, both with NUL between fields. A
// rename has two paths.
func parseRawDiff(fields []string) []fileDiff {
	var files []fileDiff
	counted := 0
	for i := 0; i+1 < len(fields); i++ {
		if meta, isRaw := strings.CutPrefix(fields[i], ":"); isRaw && counted == 0 {
			p := strings.Fields(meta)
			if len(p) < 5 {
				return files
			}
			x := fileDiff{path: fields[i+1], sha: p[3]}
			i++
			switch p[4][0] {
			case 'A':
				x.status = "added"
			case 'D':
				x.status, x.sha = "removed", p[2]
			case 'R', 'C':
				x.status, x.from = "renamed", x.path
				if i+1 < len(fields) {
					i++
					x.path = fields[i]
				}
			case 'T':
				x.status = "changed"
			default:
				x.status = "modified"
			}
			files = append(files, x)
			continue
		}
		p := strings.SplitN(fields[i], "\t", 3)
		if len(p) != 3 || counted >= len(files) {
			break
		}
		files[counted].added, _ = strconv.Atoi(p[0])
		files[counted].removed, _ = strconv.Atoi(p[1])
		files[counted].binary = p[0] == "-"
		counted++
		if p[2] == "" {
			i += 2 // a rename's two paths follow
		}
	}
	return files
}

// splitPatches gives the hunks of each file, without its header.
func splitPatches(text string) []string {
	var out []string
	var b strings.Builder
	header := true
	flush := func() {
		if len(out) > 0 {
			out[len(out)-1] = strings.TrimSuffix(b.String(), "\n")
		}
		b.Reset()
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "diff --git ") {
			flush()
			out, header = append(out, ""), true
			continue
		}
		if strings.HasPrefix(line, "@@ ") {
			header = false
		}
		if !header {
			b.WriteString(line)
		}
	}
	flush()
	return out
}

// fileObject is GitHub's diff-entry.
//
//go:noinline
func (c *call) diffEntry(ref string) func(fileDiff) obj {
	return func(x fileDiff) obj {
		o := fields(
			"sha", x.sha, "filename", x.path, "status", x.status, "additions", x.added, "deletions", x.removed,
			"changes", x.added+x.removed,
			"blob_url", c.f.page("/%s/blob/%s/%s", c.repo.fullName(), ref, escapePath(x.path)),
			"raw_url", c.f.page("/%s/raw/%s/%s", c.repo.fullName(), ref, escapePath(x.path)),
			"contents_url", c.f.api("/repos/%s/contents/%s?ref=%s", c.repo.fullName(), escapePath(x.path), ref),
		)
		if x.patch != "" {
			o["patch"] = x.patch
		}
		if x.from != "" {
			o["previous_filename"] = x.from
		}
		return o
	}
}
