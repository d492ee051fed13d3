package main

import (
	"bufio"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"strings"
)

// shape says what a repository is made of. The same seed makes the same commits.
type shape struct {
	name    string
	seed    uint64
	files   int // at the tip
	size    int // bytes of a file, about
	commits int // after the first; each rewrites some files
	touched int // files of each commit
	runs    int // of each program, at each distance
}

// shapes are a small repository, one of about 50 MB and one of about 500 MB, as a
// pack. Most of the two larger ones is history, which a blobless clone leaves where it is.
func shapes() []shape {
	return []shape{
		{"small", 1, 300, 2000, 60, 3, 9},
		{"middle", 2, 2000, 5000, 1500, 8, 5},
		{"large", 3, 3000, 20000, 4500, 7, 3},
	}
}

// fill puts the files and the history into a bare repository that has one commit.
// Files are stored as they are, without deltas, so that it is quick; trees and
// commits are packed as a forge packs them, with a bitmap.
func (s shape) fill(dir string) error {
	r, w := io.Pipe()
	go func() { w.CloseWithError(s.stream(w)) }()
	steps := []*exec.Cmd{
		exec.Command("git", "-C", dir, "config", "core.bigFileThreshold", "1k"),
		exec.Command("git", "-C", dir, "config", "pack.compression", "1"),
		exec.Command("git", "-C", dir, "-c", "core.compression=1", "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", "--force"),
		exec.Command("git", "-C", dir, "repack", "-adbq"),
	}
	steps[2].Stdin = r
	for _, step := range steps {
		if out, err := step.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w: %s", step, err, out)
		}
	}
	return nil
}

func (s shape) stream(to io.Writer) error {
	out := bufio.NewWriterSize(to, 1<<20)
	random := rand.New(rand.NewPCG(s.seed, 0))
	for n := range s.commits + 1 {
		message := fmt.Sprintf("feat: change %d", n)
		fmt.Fprintf(out, "commit refs/heads/main\ncommitter Platform Lead <platform-lead@acme.example> %d +0000\ndata %d\n%s\n", 1_700_000_000+n*600, len(message), message)
		if n == 0 {
			fmt.Fprintln(out, "from refs/heads/main^0")
			for i := range s.files {
				s.file(out, random, i)
			}
			continue
		}
		for range s.touched {
			s.file(out, random, random.IntN(s.files))
		}
	}
	fmt.Fprintln(out, "done")
	return out.Flush()
}

// file writes a file of random letters, in a folder of fifty.
func (s shape) file(out io.Writer, random *rand.Rand, i int) {
	const line = 57 // bytes that make 76 letters
	raw := make([]byte, 0, s.size*2)
	for want := (s.size/2 + random.IntN(s.size)) * 3 / 4; len(raw) < want; {
		raw = binary.LittleEndian.AppendUint64(raw, random.Uint64())
	}
	var b strings.Builder
	for len(raw) > 0 {
		n := min(line, len(raw))
		b.WriteString(base64.StdEncoding.EncodeToString(raw[:n]) + "\n")
		raw = raw[n:]
	}
	fmt.Fprintf(out, "M 100644 inline pkg%02d/part%02d/file%04d.txt\ndata %d\n%s\n", i/500, i/50%10, i, b.Len(), b.String())
}
