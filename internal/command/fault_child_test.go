//go:build !windows

package command

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// childSignals are the ways in which a git that isrc has started is ended: before
// it has done anything, or when all is done and only its answer is missing.
func childSignals() []struct{ name, signal, when string } {
	return []struct{ name, signal, when string }{
		{"killed before it begins (SIGKILL)", "KILL", "before"},
		{"killed when it is done (SIGKILL)", "KILL", "after"},
		{"ended before it begins (SIGTERM)", "TERM", "before"},
	}
}

// mortalGit puts a program before git that ends itself at each kind of command,
// once.
func (s *faultScene) mortalGit(t *testing.T, signal, when string) {
	t.Helper()
	real, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	struck := filepath.Join(s.dir, "struck")
	text := fmt.Sprintf(`#!/bin/sh
word=$1
[ "$1" = -c ] && word=$3
case "$1" in
	--no-optional-locks) word=$2 ;;
	--git-dir=*) exec %[1]q "$@" ;; # beside a clone, which does without it: internal/git
esac
if [ "$word" != version ] && mkdir %[2]q/"$CHILD_COMMAND-$word" 2>&-; then
	[ %[4]s = after ] && %[1]q "$@"
	kill -%[3]s $$
	sleep 5 # until the signal has come
fi
exec %[1]q "$@"
`, real, struck, signal, when)
	bin := filepath.Join(s.dir, "bin")
	for _, err := range []error{os.MkdirAll(struck, 0o700), os.MkdirAll(bin, 0o700), os.WriteFile(filepath.Join(bin, "git"), []byte(text), 0o700)} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestKilledGitChildren ends every kind of git command of the whole way, each
// once, and wants the same command of isrc to go on.
func TestKilledGitChildren(t *testing.T) {
	if testing.Short() || underRace {
		t.Skip("it takes a while")
	}
	t.Parallel()
	rows := map[string]map[string]string{}
	var order []string
	for _, x := range childSignals() {
		t.Run(strings.ReplaceAll(x.name, " ", "_"), func(t *testing.T) {
			s := newFaultScene(t, faultFlow{name: x.name, repo: "platform/lib"})
			s.mortalGit(t, x.signal, x.when)
			for _, line := range []string{cutLine("contribute"), "commit 1", cutLine("submit"), "upstream goes on", cutLine("sync"), cutLine("submit")} {
				if strings.HasPrefix(line, "commit") || strings.HasPrefix(line, "upstream") {
					s.must(t, line)
					continue
				}
				name, _, _ := strings.Cut(line, " ")
				for range 40 {
					code := s.runMortal(line, name)
					met := s.struck()
					for _, word := range met {
						key := name + "|" + word
						if rows[key] == nil {
							rows[key] = map[string]string{}
							order = append(order, key)
						}
						if rows[key][x.name] == "" {
							rows[key][x.name] = fmt.Sprint(code)
						}
					}
					if code == 0 && len(met) == 0 {
						break
					}
					if code != 0 && code != exitFailed && code != exitUnavailable {
						t.Errorf("%s, %s %v: exit %d\n%s", line, x.name, met, code, s.said)
					}
				}
			}
			if wrong := s.verdict(); wrong != "" {
				t.Error(wrong)
			}
		})
	}
	if t.Failed() {
		return
	}
	var b strings.Builder
	b.WriteString("| command | git |")
	for _, x := range childSignals() {
		b.WriteString(" " + x.name + " |")
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(childSignals())) + "\n")
	slices.Sort(order)
	for _, key := range order {
		name, word, _ := strings.Cut(key, "|")
		fmt.Fprintf(&b, "| %s | `git %s` |", name, word)
		for _, x := range childSignals() {
			fmt.Fprintf(&b, " %s |", cmp.Or(rows[key][x.name], "–"))
		}
		b.WriteString("\n")
	}
	holdTable(t, "child-matrix.md", b.String(), 3)
}

// runMortal runs a command with the git that ends itself.
func (s *faultScene) runMortal(line, name string) int {
	s.more = []string{"PATH=" + filepath.Join(s.dir, "bin") + ":" + os.Getenv("PATH"), "CHILD_COMMAND=" + name}
	defer func() { s.more = nil }()
	return s.run(line)
}

// struck tells which commands were ended since it was last asked.
func (s *faultScene) struck() (words []string) {
	entries, _ := os.ReadDir(filepath.Join(s.dir, "struck"))
	for _, e := range entries {
		if s.known == nil {
			s.known = map[string]bool{}
		}
		if _, word, _ := strings.Cut(e.Name(), "-"); !s.known[e.Name()] {
			words = append(words, word)
		}
		s.known[e.Name()] = true
	}
	return words
}
