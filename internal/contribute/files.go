package contribute

import (
	"io/fs"

	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/rule"
)

// filesOf hands what changed to the rules. It takes the lines out of files:
// there may be a million, and nobody wants them twice.
func filesOf(files []git.FileChange) []rule.File {
	out := make([]rule.File, len(files))
	for i := range files {
		f := &files[i]
		out[i] = rule.File{
			Path: f.Path, OldPath: f.OldPath, Status: rule.Status(f.Status), Binary: f.Binary,
			Added: f.Added, Deleted: f.Deleted, Size: f.Size, LinesCut: f.LinesCut,
		}
		if f.Mode&(fs.ModeSymlink|fs.ModeIrregular) != 0 {
			continue // where a link leads is no line of the project's
		}
		out[i].Head = f.Head
		if len(f.AddedLines) > 0 {
			out[i].AddedLines = make([]rule.Line, len(f.AddedLines))
			for n, l := range f.AddedLines {
				out[i].AddedLines[n] = rule.Line(l)
			}
		}
		f.AddedLines = nil
	}
	return out
}
