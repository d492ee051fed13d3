package command

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/term"
)

// fences are the blocks of code of a page: what stands behind the marks, and
// what is in them.
func fences(page string) (out [][2]string) {
	for _, m := range regexp.MustCompile("(?ms)^```([^\n]*)\n(.*?)^```$").FindAllStringSubmatch(page, -1) {
		out = append(out, [2]string{m[1], m[2]})
	}
	return out
}

// The files of the page are imported, and its commands that only read are run
// on what comes of it; the others are parsed.
func TestTheExamplesOfTheCatalogPageHold(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(filepath.Join(docsDir(), "catalog.md"))
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	isrc := func(args ...string) (int, string) {
		var out bytes.Buffer
		code := Run(context.Background(), Invocation{
			Args: args, Env: []string{"HOME=" + home, "ISRC_HOST=ghe.example", "ISRC_CATALOG_NEEDS=on", "XDG_CONFIG_DIRS=" + home, "LANG=C.UTF-8"}, Dir: home,
			Streams: &term.Streams{In: strings.NewReader(""), Out: &out, Err: &out, Width: 80},
			Now:     func() time.Time { return clock },
		})
		return code, out.String()
	}
	files := 0
	for _, f := range fences(string(raw)) {
		_, name, ok := strings.Cut(f[0], " ")
		if !ok {
			continue
		}
		files++
		if err := os.WriteFile(filepath.Join(home, name), []byte(f[1]), 0o600); err != nil {
			t.Fatal(err)
		}
		args := []string{"catalog", "import", name}
		if name == "innersource.json" {
			args = append(args, "--repo", "identity/auth-lib")
		}
		if code, out := isrc(args...); code != exitDone || !strings.Contains(out, "1 new") && !strings.Contains(out, "1 changed") {
			t.Errorf("%s is not imported: %d\n%s", name, code, out)
		}
	}
	run, parsed := 0, 0
	for _, f := range fences(string(raw)) {
		for line := range strings.Lines(f[1]) {
			line, _, _ = strings.Cut(strings.TrimSpace(line), " #")
			if !strings.HasPrefix(line, "isrc ") {
				continue
			}
			args := shellSplit(line)[1:]
			parsed++
			parses(t, args)
			if args[0] == "find" || args[0] == "help-wanted" || strings.HasPrefix(line, "isrc catalog overlaps") || strings.HasPrefix(line, "isrc catalog export") || strings.HasPrefix(line, "isrc catalog status") {
				run++
				if code, out := isrc(args...); code != exitDone || strings.Contains(out, "Nothing found") {
					t.Errorf("%s: %d\n%s", line, code, out)
				}
			}
		}
	}
	for _, m := range regexp.MustCompile("`isrc ([^`]+)`").FindAllStringSubmatch(string(raw), -1) {
		parsed++
		parses(t, shellSplit(m[1]))
	}
	if files < 5 || run < 10 || parsed < 30 {
		t.Errorf("only %d files, %d commands run and %d parsed", files, run, parsed)
	}
}

// parses wants a command that is there, with flags that it knows.
func parses(t *testing.T, args []string) {
	t.Helper()
	cmd, rest, err := bareRoot().Find(args)
	if err == nil {
		err = cmd.ParseFlags(rest)
	}
	if err != nil {
		t.Errorf("isrc %s: %v", strings.Join(args, " "), err)
	}
}

// shellSplit takes a line of a shell apart, as far as the page needs it.
func shellSplit(line string) (out []string) {
	for _, m := range regexp.MustCompile(`'([^']*)'|(\S+)`).FindAllStringSubmatch(line, -1) {
		out = append(out, m[1]+m[2])
	}
	return out
}
