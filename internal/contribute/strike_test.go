//go:build !windows

package contribute_test

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sync/errgroup"
)

// accident is something that happens to a contribution between isrc, git and
// the forge, at one request.
type accident struct {
	step, point string
	strike      strike
	after       string // git command after which isrc is killed
	role        string // attended when empty
	prepare     func(*stage) error
}

// accidents are the rows of the second matrix.
func accidents() []accident {
	forks, pulls := "/repos/platform/lib/forks", "/repos/platform/lib/pulls"
	pack, receive := "/lib.git/git-upload-pack", "/lib.git/git-receive-pack"
	clone := func(when, who string) strike {
		return strike{method: "POST", path: "/platform" + pack, when: when, who: who, byGit: true, skip: 1} // the first one asks for the references
	}
	files := func(when, who string) strike { // isrc itself asks for folders, then for guidelines, then for all files
		return strike{method: "POST", path: "/platform" + pack, when: when, who: who, byIsrc: true, skip: 2}
	}
	return []accident{
		{step: "fork", point: "isrc is killed before the forge gets the request", strike: strike{method: "POST", path: forks, when: "before", who: "isrc"}},
		{step: "fork", point: "isrc is killed before it reads the answer", strike: strike{method: "POST", path: forks, when: "after", who: "isrc"}},
		{step: "fork", point: "the connection is cut before the answer", strike: strike{method: "POST", path: forks, when: "after"}},
		{step: "clone", point: "git is killed before the pack comes", strike: clone("before", "git")},
		{step: "clone", point: "git is killed with half of the pack", strike: clone("half", "git")},
		{step: "clone", point: "isrc is killed while git clones", strike: clone("half", "isrc")},
		{step: "clone", point: "the connection is cut in the pack", strike: clone("half", "")},
		{step: "clone", point: "the connection is cut in the files beside it", strike: files("half", "")},
		{step: "clone", point: "isrc is killed while the files come beside it", strike: files("half", "isrc")},
		{step: "ready", point: "isrc is killed while the fork is copied", strike: strike{method: "GET", path: "/newcomer/lib.git/info/refs", when: "before", who: "isrc", skip: 1}, prepare: func(s *stage) error { s.SetForkDelay(2); return nil }},
		{role: "sync", step: "sync", point: "isrc is killed before the forge gets the fork's base", strike: strike{method: "POST", path: receive, when: "before", who: "isrc"}},
		{role: "sync", step: "sync", point: "isrc is killed before it reads the answer", strike: strike{method: "POST", path: receive, when: "after", who: "isrc"}},
		{role: "sync", step: "sync", point: "the connection is cut before the answer", strike: strike{method: "POST", path: receive, when: "after"}},
		{step: "push", point: "git is killed before the forge gets the pack", strike: strike{method: "POST", path: receive, when: "before", who: "git"}},
		{step: "push", point: "git is killed before it reads the answer", strike: strike{method: "POST", path: receive, when: "after", who: "git"}},
		{step: "push", point: "isrc is killed while git pushes", strike: strike{method: "POST", path: receive, when: "after", who: "isrc"}},
		{step: "push", point: "the connection is cut before the answer", strike: strike{method: "POST", path: receive, when: "after"}},
		{step: "pull", point: "isrc is killed before the forge gets the request", strike: strike{method: "POST", path: pulls, when: "before", who: "isrc"}},
		{step: "pull", point: "isrc is killed before it reads the answer", strike: strike{method: "POST", path: pulls, when: "after", who: "isrc"}},
		{step: "pull", point: "the connection is cut before the answer", strike: strike{method: "POST", path: pulls, when: "after"}},
		{step: "pull", point: "isrc is killed before it reads the answer, and the forge's list lags", strike: strike{method: "POST", path: pulls, when: "after", who: "isrc"}, prepare: func(s *stage) error { s.SetListingLag(3); return nil }},
		{step: "clone", point: "isrc is killed after git clone", after: "clone"},
		{step: "clone", point: "isrc is killed after git checkout", after: "-c gc.auto=0"},
		{step: "clone", point: "isrc is killed after git index-pack of the files", after: "--git-dir="},
		{step: "push", point: "isrc is killed after git push", after: "push"},
		{role: "apply", step: "apply", point: "isrc is killed after git apply", after: "apply"},
		{role: "exec", step: "exec", point: "isrc is killed after git worktree add", after: "worktree add"},
		{role: "exec", step: "exec", point: "isrc is killed by the command", prepare: func(s *stage) error {
			if err := os.WriteFile(filepath.Join(s.dir, "deadly"), nil, 0o600); err != nil {
				return err
			}
			if err := s.play(0); !killed(err) {
				return fmt.Errorf("the process was not killed: %w", err)
			}
			return nil
		}},
		{role: "exec", step: "exec", point: "isrc is killed after git commit", after: "commit"},
		{role: "exec", step: "exec", point: "isrc is killed after git merge", after: "merge"},
		{step: "journal", point: "isrc is killed before the plan is written", prepare: func(s *stage) error {
			if err := s.play(1); !killed(err) {
				return fmt.Errorf("the process was not killed: %w", err)
			}
			return s.behead()
		}},
	}
}

// accidentMatrix lets each accident happen to a contribution of its own.
func accidentMatrix(t testing.TB) []crashRow {
	t.Helper()
	var g errgroup.Group
	g.SetLimit(2 * runtime.NumCPU())
	all := accidents()
	rows := make([]crashRow, len(all))
	for i, a := range all {
		s := newStage(t, cmp.Or(a.role, "attended"))
		rows[i] = crashRow{Role: s.role, Step: a.step, Point: a.point, Verdicts: []string{""}}
		g.Go(func() error {
			defer s.close()
			rows[i].Verdicts[0] = a.happen(s)
			return nil
		})
	}
	_ = g.Wait() // the functions answer nil
	return rows
}

func (a accident) happen(s *stage) string {
	if err := s.nameGit(a.after); err != nil {
		return err.Error()
	}
	if a.prepare != nil {
		if err := a.prepare(s); err != nil {
			return err.Error()
		}
	}
	if a.strike.method == "" && a.after == "" {
		return s.finish()
	}
	if a.strike.method != "" {
		s.door.arm(a.strike)
	}
	err := s.play(0)
	switch {
	case s.door.armed():
		return fmt.Sprintf("the request was never made: %v", err)
	case (a.strike.who == "isrc" || a.after != "") && !killed(err):
		return fmt.Sprintf("the process was not killed: %v", err)
	}
	return s.finish()
}

// nameGit puts a program before git that tells its process number, and kills
// isrc, once, when a certain command is done.
func (s *stage) nameGit(deadly string) error {
	name := filepath.Join(s.dir, "git")
	text := fmt.Sprintf(`#!/bin/sh
case "$1" in
	--git-dir=*) ;; # beside the clone
	*) echo $$ > %[1]q ;;
esac
case "$1 $2" in %[3]q*)
	if mkdir %[4]q 2>&-; then
		%[2]q "$@"
		kill -9 $PPID
		exit
	fi
esac
exec %[2]q "$@"
`, filepath.Join(s.dir, "git.pid"), s.git, cmp.Or(deadly, "nothing "), filepath.Join(s.dir, "struck"))
	s.git = name
	return writeProgram(name, text, 0o700)
}
