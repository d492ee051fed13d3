package rule

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestTrailersAreGits compares with the git that is installed, over messages
// put together at random out of the lines that matter.
func TestTrailersAreGits(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git here")
	}
	rng := rand.New(rand.NewPCG(1, 2))
	var messages []string
	for len(messages) < 3000 {
		m := randomMessage(rng)
		if strings.Contains(m, "\n---") && strings.Contains(m, cutLine) {
			continue // a cut below a divider keeps git 2.39 busy for ever
		}
		messages = append(messages, m)
	}
	for _, c := range []struct {
		how  string
		read func(string) []Trailer
		args []string
	}{
		{"of a commit", func(m string) []Trailer { return ParseMessage(m).Trailers }, []string{"--no-divider"}},
		{"of a text with a divider", parsedTrailers, nil},
	} {
		t.Run(c.how, func(t *testing.T) {
			t.Parallel()
			for i, want := range gitTrailers(t, messages, c.args...) {
				var got strings.Builder
				for _, tr := range c.read(messages[i]) {
					got.WriteString(tr.Key + ": " + tr.Value + "\n")
				}
				if d := cmp.Diff(want, got.String()); d != "" {
					t.Fatalf("trailers of %q (-git +ours):\n%s", messages[i], d)
				}
			}
		})
	}
}

func randomMessage(rng *rand.Rand) string {
	lines := []string{
		"", "", "", "", "prose", "more prose here", "Signed-off-by: A <a@b.c>", "Fixes: 12", "fixes : 3  ", " indented", "\tcontinued: x", "   ",
		"# comment", "#", "(cherry picked from commit abc)", "(cherry picked from abc)", "No.key: x", "https://x.example/y", "key-with-dash: v", ": no key",
		"Word", "Signed-off-by:A", "Signed-off-by A", "---", "--- a/file", "----", "-- ", "Empty:", "two words: x", "Tab\t: x", "Conflicts:", "\tfile.go",
		"ünicode: x", "key: ünïcode  twice", cutLine, "1: 2", "-: x", "\vodd: x", "key:\tx", "BREAKING CHANGE: y", "Co-authored-by: B <b@c.d>  ", "Crlf: x\r", "\r",
	}
	message := "Title\n"
	switch rng.IntN(8) {
	case 0:
		message = ""
	case 1:
		message = "# first a comment\nTitle\n\n"
	case 2, 3, 4, 5:
		message += "\nWhy.\n\n"
	}
	for range rng.IntN(9) {
		line := lines[rng.IntN(len(lines))]
		if rng.IntN(3) == 0 {
			line = []string{"Fixes: 12", "Signed-off-by: A <a@b.c>", "  folded", ""}[rng.IntN(4)]
		}
		message += line + "\n"
	}
	return message
}

// gitTrailers asks git for the trailers of all messages at once. A message of
// its own stands between every two, so that the answers can be told apart.
func gitTrailers(t *testing.T, messages []string, args ...string) []string {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("between", "x\n\nBetween-two: messages\n")
	args = append([]string{"interpret-trailers", "--parse"}, args...)
	for i, m := range messages {
		name := fmt.Sprintf("m%d", i)
		write(name, m)
		args = append(args, name, "between")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "LC_ALL=C")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	answers := strings.Split(strings.ReplaceAll(string(out), "\r", ""), "Between-two: messages\n")
	if len(answers) != len(messages)+1 {
		t.Fatalf("%d answers to %d messages", len(answers)-1, len(messages))
	}
	return answers[:len(messages)]
}

func TestParsedTrailersEndAtADivider(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   string
		want int
	}{
		"above it":              {"x\n\nFixes: 12\n---\n\nprose\n", 1},
		"below it":              {"x\n\nprose\n\n---\n\nFixes: 12\n", 0},
		"the head of a patch":   {"x\n\nFixes: 12\n--- a/x\n+++ b/x\n", 1},
		"more than three":       {"x\n\nFixes: 12\n----\n\nprose\n", 0},
		"without one":           {"x\n\nFixes: 12\nCloses: 13\n", 2},
		"a line of conflicts":   {"x\n\nFixes: 12\n\nConflicts:\n\tfile\n", 1},
		"below the cut nothing": {"x\n\nFixes: 12\n" + cutLine + "\ndiff\n", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := parsedTrailers(c.in); len(got) != c.want {
				t.Errorf("got %v, want %d trailers", got, c.want)
			}
		})
	}
}

// FuzzTrailers: nothing is read that does not stand there, and what is signed
// off has its trailer.
func FuzzTrailers(f *testing.F) {
	f.Add("x\n\nFixes: 1\n  y\n# z\n")
	f.Add("x\n\nprose\n\n---\nSigned-off-by: A <a@b.c>\n\nConflicts:\n\ta\n")
	f.Add("\n\n" + cutLine + "\nFixes: 1\n")
	f.Fuzz(func(t *testing.T, message string) {
		lines := messageLines(message)
		start, end := trailerBlock(lines)
		if start > end || end > len(lines) || start < 0 {
			t.Fatalf("block from %d to %d of %d lines", start, end, len(lines))
		}
		last := 0
		for _, tr := range readTrailers(lines) {
			if tr.Key == "" || tr.Line <= last || tr.Line > len(lines) || !strings.HasPrefix(lines[tr.Line-1], tr.Key) {
				t.Errorf("trailer %+v", tr)
			}
			last = tr.Line
		}
		if len(parsedTrailers(message)) > len(lines) {
			t.Error("more trailers than lines")
		}
	})
}
