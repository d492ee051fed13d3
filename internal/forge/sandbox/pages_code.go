package sandbox

import (
	"path"
	"strings"
)

type diffPage struct {
	Title, Text string
	Files       []diffFile
}

type diffFile struct {
	Path, From     string
	Added, Removed int
	Lines          []diffLine
}

type diffLine struct{ Class, Text string }

func diffRows(title string, files []fileDiff) diffPage {
	p := diffPage{Title: title}
	for _, x := range files {
		row := diffFile{Path: x.path, From: x.from, Added: x.added, Removed: x.removed}
		for line := range strings.Lines(x.patch) {
			class := map[byte]string{'+': "add", '-': "del", '@': "hunk"}[line[0]]
			row.Lines = append(row.Lines, diffLine{class, strings.TrimSuffix(line, "\n")})
		}
		p.Files = append(p.Files, row)
	}
	return p
}

// patchText is the difference of two commits as text: one diff, or with the
// ending patch a mail for each commit.
func (c *call) patchText(ending, base, head string) *view {
	args := []string{"diff-tree", "-r", "-M", "-p", base, head}
	switch ending {
	case "diff":
	case "patch":
		args = []string{"format-patch", "--stdout", "--no-signature", base + ".." + head}
	default:
		return nil
	}
	text, err := c.f.in(c.ctx, c.repo, args...)
	if err != nil {
		return nil
	}
	return plainPage(text + "\n")
}

func (c *call) commitPage(sha string) *view {
	sha, ending, _ := strings.Cut(sha, ".")
	sha = c.commitAt(sha)
	if sha == "" {
		return nil
	}
	parent := orElse(c.f.resolve(c.ctx, c.repo, sha+"^1"), emptyTree)
	if ending != "" {
		return c.patchText(ending, parent, sha)
	}
	files, err := c.f.diff(c.ctx, c.repo, c.f.git, parent, sha)
	all, err2 := c.f.git.log(c.ctx, c.repo.dir, "--max-count=1", sha)
	if err != nil || err2 != nil || len(all) == 0 {
		return nil
	}
	x := all[0]
	p := diffRows(firstLine(x.message), files)
	p.Text = x.authorName + ", " + c.since(x.authored) + ", " + x.sha + strings.TrimPrefix(x.message, firstLine(x.message))
	return pageOf("diff", p.Title, p)
}

// comparePage shows what one branch has that another has not.
func (c *call) comparePage(ends string) *view {
	ending := ""
	for _, e := range []string{"diff", "patch"} {
		if rest, found := strings.CutSuffix(ends, "."+e); found {
			ends, ending = rest, e
		}
	}
	base, head, found := strings.Cut(ends, "...")
	if !found {
		base, head = c.repo.branch, ends
	}
	a, err := c.compareSide(base)
	if err != nil {
		return nil
	}
	b, err := c.compareSide(head)
	if err != nil {
		return nil
	}
	there := *c
	there.repo = b.repo
	g := c.f.git.seeing(a.repo, b.repo)
	from, err := c.f.mergeBase(c.ctx, c.repo, g, a.sha, b.sha)
	if err != nil || from == "" {
		return nil
	}
	if ending != "" {
		return there.patchText(ending, from, b.sha)
	}
	files, err := c.f.diff(c.ctx, c.repo, g, from, b.sha)
	if err != nil {
		return nil
	}
	return pageOf("diff", ends, diffRows(base+" ... "+head, files))
}

// fileView shows REF/PATH, where REF may have slashes.
func (c *call) fileView(what string, rest []string) *view {
	for n := 1; n <= len(rest); n++ {
		ref, name := strings.Join(rest[:n], "/"), strings.Join(rest[n:], "/")
		sha := c.commitAt(ref)
		if sha == "" {
			continue
		}
		if name == "" {
			return c.folderPage(ref, sha, "")
		}
		entries, err := c.tree(sha, "--", name)
		switch {
		case err != nil || len(entries) != 1 || entries[0].size > 2<<20:
			return nil
		case entries[0].kind == "tree":
			return c.folderPage(ref, sha, name+"/")
		case entries[0].kind == "blob":
			return c.filePage(what, ref, name, entries[0].sha)
		}
		return nil
	}
	return nil
}

func (c *call) filePage(what, ref, name, sha string) *view {
	data, err := c.blob(sha)
	if err != nil {
		return nil
	}
	if what == "raw" {
		return plainPage(data)
	}
	lines := strings.Split(strings.TrimSuffix(data, "\n"), "\n")
	raw := "/" + c.repo.fullName() + "/raw/" + escapePath(ref) + "/" + escapePath(name)
	return pageOf("blob", name, map[string]any{"Path": name, "Lines": lines, "Raw": raw})
}

// folderPage lists one folder of a commit.
func (c *call) folderPage(ref, sha, dir string) *view {
	args := []string{sha}
	if dir != "" {
		args = append(args, "--", dir)
	}
	title := orElse(strings.TrimSuffix(dir, "/"), ref)
	rows, _ := c.fileLinks(ref, args...)
	return pageOf("list", title, listing{Title: title, Text: "At " + ref, Rows: rows})
}

// fileLinks are the first entries that git ls-tree lists, and how many more
// there are.
func (c *call) fileLinks(ref string, args ...string) ([]link, int) {
	entries, _ := c.tree(args...)
	shown := entries[:min(len(entries), maxFilesShown)]
	var out []link
	for _, e := range shown {
		kind, text := "blob", e.path
		if e.kind == "tree" {
			kind, text = "tree", e.path+"/"
		}
		if len(args) > 0 && args[0] != "-r" {
			text = strings.TrimPrefix(text, path.Dir(e.path)+"/")
		}
		out = append(out, link{Text: text, Href: "/" + c.repo.fullName() + "/" + kind + "/" + escapePath(ref) + "/" + escapePath(e.path)})
	}
	return out, len(entries) - len(shown)
}
