package git

import (
	"bytes"
	"path"
	"strings"
)

// count compares the lines, and keeps those that were added.
func (f *FileChange) count(before, after []byte, keep bool) {
	keeper := lineKeeper{file: f, left: maxFileLines, keep: keep}
	defer keeper.head(after)
	if bytes.Equal(before, after) {
		return
	}
	skipped := samePrefix(before, after)
	first := bytes.Count(after[:skipped], newline)
	before, after = before[skipped:], after[skipped:]
	same := sameSuffix(before, after)
	before, after = before[:len(before)-same], after[:len(after)-same]
	if len(before) == 0 || len(after) == 0 {
		f.Deleted = countLines(before)
		f.Added = countLines(after)
		keeper.add(first, after)
		return
	}
	table := make(map[string]int)
	a, _ := numberLines(before, table)
	b, starts := numberLines(after, table)
	for _, e := range diffLines(a, b) {
		f.Deleted += e.to - e.from
		f.Added += e.newTo - e.newFrom
		keeper.add(first+e.newFrom, after[starts[e.newFrom]:starts[e.newTo]])
	}
}

// lineKeeper collects what is kept of one file.
type lineKeeper struct {
	file *FileChange
	left int // bytes
	keep bool
	all  string // the lines of a file that is new from its first to its last
}

// add keeps a run of added lines; before is how many stand before it. Lines of
// one run share their memory.
func (k *lineKeeper) add(before int, run []byte) {
	if len(run) == 0 || k.file.LinesCut {
		return
	}
	if !k.keep {
		k.file.LinesCut = true
		return
	}
	if len(run) > k.left {
		k.file.LinesCut = true
		run = run[:bytes.LastIndexByte(run[:k.left], '\n')+1]
	}
	text := string(run)
	if before == 0 {
		k.all = text
	}
	n := len(k.file.AddedLines)
	if room := n + countLines(run); cap(k.file.AddedLines) < room {
		k.file.AddedLines = append(make([]Line, 0, room), k.file.AddedLines...)
	}
	for number := before + 1; text != ""; number++ {
		line, rest, _ := strings.Cut(text, "\n")
		k.file.AddedLines = append(k.file.AddedLines, Line{Number: number, Text: line})
		text = rest
	}
	k.left -= len(run)
}

// head keeps how the content begins, in the memory of the lines where they have
// it all.
func (k *lineKeeper) head(after []byte) {
	n := min(len(after), headBytes)
	if k.file.Status == Modified && !isText(k.file.Path) {
		n = min(n, codeBytes)
	}
	switch {
	case !k.keep:
		k.file.LinesCut = k.file.LinesCut || n > 0
	case len(k.all) >= n:
		k.file.Head = k.all[:n]
	default:
		k.file.Head = string(after[:n])
	}
}

// isText tells prose and settings, of which more than a comment at the top is
// wanted, from code.
func isText(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case "", ".md", ".markdown", ".rst", ".adoc", ".txt", ".yml", ".yaml", ".toml", ".json":
		return true
	}
	return false
}

// bound takes what was kept off the bytes that are left, or drops it.
func (f *FileChange) bound(left int) int {
	cost := len(f.Head)
	for _, l := range f.AddedLines {
		cost += len(l.Text) + lineCost
	}
	if cost > left {
		f.Head, f.AddedLines, f.LinesCut = "", nil, true
		return 0
	}
	return left - cost
}

var newline = []byte("\n")

// countLines counts a last line without its end, too.
func countLines(b []byte) int {
	n := bytes.Count(b, newline)
	if len(b) > 0 && b[len(b)-1] != '\n' {
		n++
	}
	return n
}

// samePrefix is the length of the whole lines with which both begin.
func samePrefix(a, b []byte) int {
	n := min(len(a), len(b))
	i := 0
	for i+64 <= n && bytes.Equal(a[i:i+64], b[i:i+64]) {
		i += 64
	}
	for i < n && a[i] == b[i] {
		i++
	}
	return bytes.LastIndexByte(a[:i], '\n') + 1
}

// sameSuffix is the length of the whole lines with which both end.
func sameSuffix(a, b []byte) int {
	n := min(len(a), len(b))
	i := 0
	for i+64 <= n && bytes.Equal(a[len(a)-i-64:len(a)-i], b[len(b)-i-64:len(b)-i]) {
		i += 64
	}
	for i < n && a[len(a)-i-1] == b[len(b)-i-1] {
		i++
	}
	if beginsLine(a, len(a)-i) && beginsLine(b, len(b)-i) {
		return i
	}
	end := bytes.IndexByte(a[len(a)-i:], '\n')
	if end < 0 {
		return 0
	}
	return i - 1 - end
}

func beginsLine(b []byte, at int) bool { return at == 0 || b[at-1] == '\n' }

// numberLines gives equal lines equal numbers, and says where each begins and
// the last one ends. A last line without its end differs from one with it, as
// in git.
func numberLines(b []byte, table map[string]int) (numbers, starts []int) {
	count := countLines(b)
	numbers, starts = make([]int, 0, count), make([]int, 1, count+1)
	for at := 0; at < len(b); {
		end := len(b)
		if i := bytes.IndexByte(b[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		n, ok := table[string(b[at:end])]
		if !ok {
			n = len(table)
			table[string(b[at:end])] = n
		}
		numbers, starts = append(numbers, n), append(starts, end)
		at = end
	}
	return numbers, starts
}
