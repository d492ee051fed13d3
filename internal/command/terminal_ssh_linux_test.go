package command

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	askHost = "continue connecting (yes/no/[fingerprint])? "
	askKey  = "Enter passphrase" // for a key, or alone: ssh-keygen names none
)

// TestARealSSHServerAsks lets ssh ask at a terminal what only the person there
// knows, through the whole way of a contribution.
func TestARealSSHServerAsks(t *testing.T) {
	t.Parallel()
	program := os.Getenv("ISRC_SSHD")
	if program == "" {
		t.Skip("no ssh server is installed: ISRC_SSHD is not set")
	}
	s := newQuestioned(t)
	s.git(".", "ls-remote", "http://newcomer:"+s.forge.Token("newcomer")+"@"+s.forge.Host()+"/platform/lib.git") // lays it out
	dir := filepath.Join(s.dir, ".ssh")
	serveSSH(testStage{t}, dir, filepath.Join(s.dir, ".forge"), program)
	s.path = filepath.Join(dir, "bin") + ":"
	s.git(".", "clone", "--quiet", "work:platform/lib.git", "lib")
	known, err := os.ReadFile(filepath.Join(dir, "known"))
	if err != nil {
		t.Fatal(err)
	}
	settings, err := os.ReadFile(filepath.Join(dir, "config"))
	if err != nil {
		t.Fatal(err)
	}
	s.write(".ssh/known", "")
	s.write(".ssh/config", strings.ReplaceAll(string(settings), "/mine", "/locked"))

	// whoever goes away from what ssh asks leaves the clone as it is, and goes on
	clone := func() string {
		return s.git("lib", "for-each-ref") + s.git("lib", "status", "--branch", "--porcelain")
	}
	before := clone()
	for _, q := range []struct {
		asks, key string
		exit      int
	}{{askHost, "\x03", exitInterrupted}, {askHost, "\x1c", exitInterrupted}, {askHost, "no\n", exitSignIn}, {askKey, "\x03", exitInterrupted}} {
		if q.asks == askKey {
			s.write(".ssh/known", string(known))
		}
		a := s.open("lib", "contribute", "platform/lib", "--branch", "fix")
		a.answers(map[string]string{"Go on? [Y/n] ": "\n", q.asks: q.key})
		s.leftAs(a, q.exit)
		if !strings.Contains(a.text(), "isrc: fetching from ") {
			t.Errorf("nothing says who asks:\n%s", a.text())
		}
		if after := clone(); after != before {
			t.Errorf("%q changes\n%s\nto\n%s", q.key, before, after)
		}
	}
	s.write(".ssh/known", "")

	// the key of the host and the passphrase, to the pull request
	a := s.open("lib", "contribute", "platform/lib", "--branch", "fix")
	said := a.answers(map[string]string{askHost: "yes\n", askKey: "a secret\n"})
	s.leftAs(a, exitDone)
	if said[askHost] != 1 || said[askKey] == 0 {
		t.Errorf("ssh asked %v\n%s", said, a.text())
	}
	s.commit("lib", "Mend it")
	a = s.open("lib", "submit")
	a.answers(map[string]string{askKey: "a secret\n"})
	s.leftAs(a, exitDone)
	if !strings.Contains(a.text(), "/pull/1") {
		t.Errorf("there is no pull request:\n%s", a.text())
	}

	// a signature by a key that is locked
	s.git("lib", "config", "gpg.format", "ssh")
	s.git("lib", "config", "user.signingKey", filepath.Join(dir, "locked.pub"))
	s.git("lib", "config", "commit.gpgsign", "true")
	s.write("lib/more.md", "more\n")
	before = s.git("lib", "for-each-ref")
	a = s.open("lib", "submit", "--commit-message", "More")
	a.answers(map[string]string{askKey: "\x03"})
	s.leftAs(a, exitInterrupted)
	if after := s.git("lib", "for-each-ref"); after != before || s.git("lib", "status", "--porcelain", "more.md") == "" {
		t.Errorf("changed\n%s\nto\n%s", before, after)
	}
	a = s.open("lib", "submit", "--commit-message", "More")
	a.answers(map[string]string{askKey: "a secret\n"})
	s.leftAs(a, exitDone)
	if raw := s.git("lib", "cat-file", "commit", "HEAD"); !strings.Contains(raw, "BEGIN SSH SIGNATURE") {
		t.Errorf("the commit is not signed:\n%s\n%s", raw, a.text())
	}

	// --yes, or no terminal: nobody is asked
	s.write("lib/most.md", "most\n")
	s.git("lib", "-c", "commit.gpgsign=false", "commit", "--quiet", "--allow-empty", "-m", "Most")
	a = s.open("lib", "submit", "--yes")
	if asked := a.answers(map[string]string{askKey: "\x03"}); len(asked) > 0 {
		t.Errorf("--yes asks:\n%s", a.text())
	}
	s.leftAs(a, exitSignIn)
	s.run(exitSignIn, "-C lib submit")
}

// open starts isrc on a terminal.
func (s *questioned) open(dir string, args ...string) *aTerminal {
	s.t.Helper()
	cmd := exec.Command(s.isrc, args...)
	cmd.Dir, cmd.Env = filepath.Join(s.dir, dir), s.env()
	return openTerminal(s.t, cmd)
}

// leftAs waits for the end of isrc and looks at what it leaves behind.
func (s *questioned) leftAs(a *aTerminal, exit int) {
	s.t.Helper()
	if code := a.exits(); code != exit {
		s.t.Errorf("isrc %v: exit code %d, want %d\n%s", a.cmd.Args[1:], code, exit, a.text())
	}
	if wrong := a.leftOver(); len(wrong) > 0 {
		s.t.Errorf("isrc %v leaves the terminal so: %s\n%q", a.cmd.Args[1:], strings.Join(wrong, "; "), a.text())
	}
	if pids := s.children(a); pids != "" {
		s.t.Errorf("isrc %v leaves processes behind: %s", a.cmd.Args[1:], pids)
	}
}

// children are processes of the terminal's session that are still there; those
// that are about to end get the time for it.
func (s *questioned) children(a *aTerminal) string {
	s.t.Helper()
	left := ""
	for end := time.Now().Add(tooLong); time.Now().Before(end); <-time.After(20 * time.Millisecond) {
		left = ""
		stats, _ := filepath.Glob("/proc/[0-9]*/stat")
		for _, name := range stats {
			data, _ := os.ReadFile(name)
			// pid (name) state ppid pgrp session ...
			_, rest, _ := bytes.Cut(data, []byte(") "))
			if f := strings.Fields(string(rest)); len(f) > 3 && f[0] != "Z" && f[3] == strconv.Itoa(a.cmd.Process.Pid) {
				left += string(data[:min(len(data), 60)]) + "\n"
			}
		}
		if left == "" {
			break
		}
	}
	return left
}

// answers answers whatever is asked until isrc ends, and counts.
func (a *aTerminal) answers(all map[string]string) map[string]int {
	a.t.Helper()
	said, from := map[string]int{}, 0
	late := time.After(tooLong)
	for {
		text := a.text()
		next, question := len(text)+1, ""
		for q := range all {
			i := strings.Index(text[from:], q)
			if i >= 0 && q == askKey && !strings.Contains(text[from+i:], ": ") {
				continue // half of it
			}
			if i >= 0 && from+i < next {
				next, question = from+i, q
			}
		}
		if question != "" {
			from = next + len(question)
			said[question]++
			a.types(all[question])
			continue
		}
		select {
		case <-a.news:
		case <-a.gone:
			return said
		case <-late:
			a.t.Fatalf("isrc %v does not end:\n%s", a.cmd.Args[1:], a.text())
		}
	}
}
