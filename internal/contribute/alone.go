package contribute

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/disk"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// ErrOther says that another isrc was first, and works at the same.
var ErrOther = errors.New("another isrc works on it")

// alone lets one process at a time begin a run: it is looked for another one, and
// made, in one go. That takes milliseconds, which are waited for.
func (s *Site) alone() (*disk.Lock, error) {
	if err := os.MkdirAll(s.Runs, 0o700); err != nil {
		return nil, fault.Errorf("create the folder for journals: %w", err)
	}
	for tries := 0; ; tries++ {
		lock, err := disk.Take(filepath.Join(s.Runs, ".begin.lock"))
		var held *disk.HeldError
		if err == nil || tries > 100 || !errors.As(err, &held) {
			return lock, err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// Known are the runs that there are. One of which nothing but the name is written
// yet is none: its plan may be written meanwhile.
func (s *Site) Known() (map[string]bool, error) {
	all, _, err := workflow.List(s.Runs)
	known := map[string]bool{}
	for _, st := range all {
		if !planless(st) {
			known[st.Run] = true
		}
	}
	return known, err
}

// meanwhile finds the same contribution, begun by another process since it was
// looked for one.
func (s *Site) meanwhile(sit *Situation, p *Plan) error {
	if sit.Known == nil {
		return nil
	}
	runs, err := s.standing(sit.Upstream.RepoName)
	if err != nil {
		return err
	}
	for _, st := range runs {
		if st.Clone != p.Dir || st.Branch != p.Branch || sit.Known[st.Run] {
			continue
		}
		j, err := workflow.Open(s.Runs, st.Run)
		if err != nil {
			return err // a *workflow.LockedError names who is at work
		}
		return fault.Join(refuse(ErrOther, "the same command goes on with it", "%s in %s was begun by another isrc in the meantime", st.Branch, st.Clone), j.Close())
	}
	return nil
}

// AloneIn lets one isrc at a time submit what is in a clone, or bring it up to
// date. What it answers ends that. Where nothing can be written there is nobody
// to keep away.
func AloneIn(clone string) (end func(), err error) {
	nobody := func() {}
	repo, err := git.Open(clone)
	if err != nil {
		return nobody, nil //nolint:nilerr // whoever looks at the clone next says so
	}
	defer repo.Close() //nolint:errcheck // read only
	dir := filepath.Join(repo.GitDir(), "isrc")
	if os.MkdirAll(dir, 0o700) != nil {
		return nobody, nil
	}
	lock, err := disk.Take(filepath.Join(dir, "clone.lock"))
	var held *disk.HeldError
	if errors.As(err, &held) {
		who := strings.Replace(fmt.Sprintf("process %d", held.PID), "process 0", "another process", 1)
		return nil, refuse(ErrOther, "another isrc ("+who+") works in this clone; wait for it, or end it", "%s is in use by %s", repo.Root(), who)
	}
	if err != nil {
		return nobody, nil
	}
	return func() { _ = lock.Release() }, nil // it ends with the process, too
}
