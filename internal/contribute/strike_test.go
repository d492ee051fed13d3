//go:build !windows

package contribute_test

import (
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
	prepare     func(*stage) error
}

// accidents are the rows of the second matrix.
func accidents() []accident {
	forks, pulls := "/repos/platform/lib/forks", "/repos/platform/lib/pulls"
	pack, receive := "/lib.git/git-upload-pack", "/lib.git/git-receive-pack"
	clone := func(when, who string) strike {
		return strike{method: "POST", path: "/platform" + pack, when: when, who: who, byGit: true, skip: 1} // the first one asks for the references
	}
	return []accident{
		{step: "fork", point: "isrc is killed before the forge gets the request", strike: strike{method: "POST", path: forks, when: "before", who: "isrc"}},
		{step: "fork", point: "isrc is killed before it reads the answer", strike: strike{method: "POST", path: forks, when: "after", who: "isrc"}},
		{step: "fork", point: "the connection is cut before the answer", strike: strike{method: "POST", path: forks, when: "after"}},
		{step: "clone", point: "git is killed before the pack comes", strike: clone("before", "git")},
		{step: "clone", point: "git is killed with half of the pack", strike: clone("half", "git")},
		{step: "clone", point: "isrc is killed while git clones", strike: clone("half", "isrc")},
		{step: "clone", point: "the connection is cut in the pack", strike: clone("half", "")},
		{step: "ready", point: "isrc is killed while the fork is copied", strike: strike{method: "GET", path: "/newcomer/lib.git/info/refs", when: "before", who: "isrc", skip: 1}, prepare: func(s *stage) error { s.SetForkDelay(2); return nil }},
		{step: "push", point: "git is killed before the forge gets the pack", strike: strike{method: "POST", path: receive, when: "before", who: "git"}},
		{step: "push", point: "git is killed before it reads the answer", strike: strike{method: "POST", path: receive, when: "after", who: "git"}},
		{step: "push", point: "isrc is killed while git pushes", strike: strike{method: "POST", path: receive, when: "after", who: "isrc"}},
		{step: "push", point: "the connection is cut before the answer", strike: strike{method: "POST", path: receive, when: "after"}},
		{step: "pull", point: "isrc is killed before the forge gets the request", strike: strike{method: "POST", path: pulls, when: "before", who: "isrc"}},
		{step: "pull", point: "isrc is killed before it reads the answer", strike: strike{method: "POST", path: pulls, when: "after", who: "isrc"}},
		{step: "pull", point: "the connection is cut before the answer", strike: strike{method: "POST", path: pulls, when: "after"}},
		{step: "pull", point: "isrc is killed before it reads the answer, and the forge's list lags", strike: strike{method: "POST", path: pulls, when: "after", who: "isrc"}, prepare: func(s *stage) error { s.SetListingLag(3); return nil }},
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
		s := newStage(t, "attended")
		rows[i] = crashRow{Role: "attended", Step: a.step, Point: a.point, Verdicts: []string{""}}
		g.Go(func() error {
			rows[i].Verdicts[0] = a.happen(s)
			return nil
		})
	}
	_ = g.Wait() // the functions answer nil
	return rows
}

func (a accident) happen(s *stage) string {
	if err := s.nameGit(); err != nil {
		return err.Error()
	}
	if a.prepare != nil {
		if err := a.prepare(s); err != nil {
			return err.Error()
		}
	}
	if a.strike.method == "" {
		return s.finish()
	}
	s.door.hit = &a.strike
	err := s.play(0)
	switch {
	case s.door.hit != nil:
		return fmt.Sprintf("the request was never made: %v", err)
	case a.strike.who == "isrc" && !killed(err):
		return fmt.Sprintf("the process was not killed: %v", err)
	}
	return s.finish()
}

// nameGit puts a program before git that tells its process number.
func (s *stage) nameGit() error {
	name := filepath.Join(s.dir, "git")
	text := fmt.Sprintf("#!/bin/sh\necho $$ > %q\nexec %q \"$@\"\n", filepath.Join(s.dir, "git.pid"), s.git)
	s.git = name
	return os.WriteFile(name, []byte(text), 0o700)
}
