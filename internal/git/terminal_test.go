package git

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// lender lends a terminal that is none, and keeps what was said.
type lender struct {
	said []string
	out  int // times that it is lent now
}

func (l *lender) terminal() *Terminal {
	return &Terminal{Name: "/dev/pts/7", Lend: func(ctx context.Context, doing string) (func(), error) {
		l.said, l.out = append(l.said, doing), l.out+1
		back := false
		return func() {
			if !back {
				l.out--
			}
			back = true
		}, ctx.Err()
	}}
}

// TestWhoMayAskAtATerminal tells what git's children find in their surroundings.
func TestWhoMayAskAtATerminal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	spy := w.path("spy")
	w.write("spy", "#!/bin/sh\nenv >> "+w.path("seen")+"\nexit 1\n")
	if err := os.Chmod(spy, 0o700); err != nil {
		t.Fatal(err)
	}
	env := append(slices.Clone(w.tool.Env), "GIT_SSH_COMMAND="+spy, "SSH_ASKPASS=/usr/bin/window", "SSH_ASKPASS=", "GIT_ASKPASS=", "GIT_TERMINAL_PROMPT=0", "SSH_ASKPASS_REQUIRE=prefer")
	seen := func(tool *Tool, run func(*Tool)) []string {
		t.Helper()
		if err := os.WriteFile(w.path("seen"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		run(tool)
		return strings.Split(w.read("seen"), "\n")
	}
	transfer := func(tool *Tool) {
		if _, err := tool.LsRemote(ctx(t), "", "work:identity/auth-lib.git"); err == nil {
			t.Error("the spy let git in")
		}
	}
	for name, c := range map[string]struct {
		terminal          bool
		askpass, tty, own string
	}{
		"with a terminal":    {terminal: true, askpass: "/usr/bin/window", tty: "/dev/pts/7"},
		"gpg has its own":    {terminal: true, askpass: "/usr/bin/window", tty: "/dev/pts/9", own: "GPG_TTY=/dev/pts/9"},
		"without a terminal": {},
	} {
		tool, l := *w.tool, &lender{}
		tool.Env = env
		if c.own != "" {
			tool.Env = append(slices.Clone(env), c.own)
		}
		if c.terminal {
			tool.Terminal = l.terminal()
		}
		got := seen(&tool, transfer)
		for key, want := range map[string]string{"SSH_ASKPASS": c.askpass, "GPG_TTY": c.tty, "GIT_TERMINAL_PROMPT": "0", "GIT_ASKPASS": "", "SSH_ASKPASS_REQUIRE": "prefer"} {
			if v := lookup(got, key); v != want {
				t.Errorf("%s: %s is %q, want %q", name, key, v, want)
			}
		}
		if c.terminal && (len(l.said) != 1 || !strings.HasPrefix(l.said[0], "asking work:identity/auth-lib.git; ssh may ask here")) || !c.terminal && l.said != nil || l.out != 0 {
			t.Errorf("%s: it was lent %d times too often, and said: %q", name, l.out, l.said)
		}
	}
}

// TestWhichCommandsGetTheTerminal holds what is lent, and in which words.
func TestWhichCommandsGetTheTerminal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.git("lib", "config", "url.work:.insteadOf", "https://led.example/")
	const ssh, signs = "; ssh may ask here, or wait until you touch your key", "signing, as your git is set up; you may be asked here, or have to touch your key"
	for name, c := range map[string]struct {
		command
		sign  string
		lent  bool
		early bool
		says  string
	}{
		"ssh":                 {command: command{args: []string{"fetch", "origin"}, url: "ssh://git@forge.example/a/b"}, lent: true, early: true, says: "fetching from ssh://git@forge.example/a/b" + ssh},
		"an alias of ssh":     {command: command{args: []string{"-c", "a=b", "push"}, url: "work:a/b"}, lent: true, early: true, says: "pushing to work:a/b" + ssh},
		"led to ssh":          {command: command{args: []string{"clone"}, url: "https://led.example/a/b"}, lent: true, early: true, says: "fetching from https://led.example/a/b" + ssh},
		"https":               {command: command{args: []string{"fetch"}, url: "https://forge.example/a/b"}},
		"a folder":            {command: command{args: []string{"fetch"}, url: "/srv/a:b"}},
		"no transfer":         {command: command{args: []string{"rev-parse", "HEAD"}}},
		"a commit":            {command: command{args: []string{"commit", "--quiet"}}, lent: true},
		"a signed commit":     {command: command{args: []string{"commit", "--quiet"}}, sign: "true", lent: true, says: signs},
		"a rebase that signs": {command: command{args: []string{"-c", "a=b", "rebase"}}, sign: "true", lent: true, says: signs},
		"taking it back":      {command: command{args: []string{"rebase", "--abort"}}, sign: "true", lent: true},
		"a commit made again": {command: command{args: []string{"commit-tree", "-p", "x"}}, sign: "true"},
		"and signed again":    {command: command{args: []string{"commit-tree", "-S"}}, lent: true, says: signs},
	} {
		w.git("lib", "config", "commit.gpgsign", orElse(c.sign, "false"))
		tool, l := *w.tool, &lender{}
		tool.Terminal = l.terminal()
		c.dir = w.path("lib")
		lent, err := tool.borrow(ctx(t), c.command)
		if err != nil || (lent != nil) != c.lent {
			t.Errorf("%s: lent %v, %v", name, lent != nil, err)
			continue
		}
		if lent == nil {
			continue
		}
		if lent.early != c.early || l.said[0] != c.says {
			t.Errorf("%s: early %v, says %q", name, lent.early, l.said[0])
		}
		lent.end()
	}
}

func orElse(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// TestASignedCommitThatIsLeftAtTheTerminal is an interruption, whoever learns of
// the signal first.
func TestASignedCommitThatIsLeftAtTheTerminal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	// A hook ends its git as the terminal would.
	w.write("lib/.git/hooks/pre-commit", "#!/bin/sh\nkill -INT $PPID\n")
	if err := os.Chmod(filepath.Join(w.path("lib"), ".git/hooks/pre-commit"), 0o700); err != nil {
		t.Fatal(err)
	}
	w.write("lib/more", "more\n")
	tool, l := *w.tool, &lender{}
	tool.Terminal = l.terminal()
	_, err := tool.CommitAll(ctx(t), w.path("lib"), CommitOptions{Message: "more"})
	if !errors.Is(err, context.Canceled) || l.out != 0 {
		t.Errorf("got %v; still lent: %d", err, l.out)
	}
}
