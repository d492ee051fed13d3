package contribute

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"unicode"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/git"
)

// runKey is where a clone's git configuration names the run of a branch.
func runKey(branch string) string { return "branch." + branch + ".isrc-run" }

// checkBranch refuses what git takes for no branch's name
// (git-check-ref-format).
func checkBranch(name string) error {
	bad := name == "" || name == "@" || name == "HEAD" || len(name) > 200 ||
		strings.ContainsAny(name, " ~^:?*[\\\x7f") || strings.ContainsFunc(name, unicode.IsControl) ||
		strings.Contains(name, "..") || strings.Contains(name, "@{") || strings.HasPrefix(name, "-") || strings.HasSuffix(name, ".")
	for part := range strings.SplitSeq(name, "/") {
		bad = bad || part == "" || strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".lock")
	}
	if bad {
		return refuse(ErrUsage, "give another name: --branch NAME", "%q is no name for a branch", name)
	}
	return nil
}

type branchIn struct {
	Dir    string `json:"dir"`
	Branch string `json:"branch"`
	Base   string `json:"base"`
	Remote string `json:"remote"`
	Run    string `json:"run"`
	// Adopted says that the clone was there before, and Was what was checked
	// out in it.
	Adopted bool   `json:"adopted,omitempty"`
	Was     string `json:"was,omitempty"`
}

type branchOut struct {
	Dir    string `json:"dir"`
	Branch string `json:"branch"`
	Base   string `json:"base"`
	Remote string `json:"remote"`
	Run    string `json:"run"`
	Start  string `json:"start"`         // commit that it began at
	Was    string `json:"was,omitempty"` // what to go back to; "": the base
}

func (s *Site) doBranch(ctx context.Context, in branchIn, of results) (branchOut, error) {
	if out, done, err := s.observeBranch(ctx, in, of); err != nil || done {
		return out, err
	}
	start := in.Remote + "/" + in.Base
	if in.Adopted {
		if err := s.mayBranchOff(ctx, in); err != nil {
			return branchOut{}, err
		}
	}
	if err := s.Work().CreateBranch(ctx, in.Dir, in.Branch, start); err != nil {
		return branchOut{}, err
	}
	out, done, err := s.observeBranch(ctx, in, of)
	if err == nil && !done {
		err = fault.Errorf("git made no branch %s", in.Branch)
	}
	return out, err
}

func (s *Site) observeBranch(ctx context.Context, in branchIn, _ results) (branchOut, bool, error) {
	repo, err := git.Open(in.Dir)
	if err != nil {
		return branchOut{}, false, err
	}
	name, err := s.branchOfRun(in.Dir, in.Run, in.Branch)
	if err != nil {
		return branchOut{}, false, err
	}
	if in.Adopted && !s.branchIsOf(repo, name, in.Run) {
		return branchOut{}, false, nil // a branch of the user's, or none
	}
	if _, err := repo.Resolve("refs/heads/" + name); err != nil {
		return branchOut{}, false, nil //nolint:nilerr // a branch that does not resolve is not there
	}
	start, err := repo.Resolve("refs/remotes/" + in.Remote + "/" + in.Base)
	if err != nil {
		return branchOut{}, false, err
	}
	if err := s.nameBranch(ctx, in, name); err != nil {
		return branchOut{}, false, err
	}
	return branchOut{Dir: in.Dir, Branch: name, Base: in.Base, Remote: in.Remote, Run: in.Run, Start: start, Was: in.Was}, true, nil
}

// nameBranch writes the run of a branch into the clone's configuration. A clone
// of the user's is left to git, which understands whatever is in there.
func (s *Site) nameBranch(ctx context.Context, in branchIn, name string) error {
	switch {
	case in.Run == "":
		return nil
	case in.Adopted:
		return s.Work().SetConfig(ctx, in.Dir, runKey(name), in.Run)
	}
	return git.Configure(ctx, in.Dir, git.Setting{Key: runKey(name), Value: in.Run})
}

// branchOfRun finds the branch of a run under the name that it has now: git
// carries the run's name along when the user renames a branch.
func (s *Site) branchOfRun(dir, run, planned string) (string, error) {
	if run == "" {
		return planned, nil
	}
	repo, err := git.Open(dir)
	if err != nil {
		return "", fault.Errorf("look for the branch of %s: %w", run, err)
	}
	defer repo.Close() //nolint:errcheck // read only
	runs, err := repo.BranchSettings("isrc-run")
	if err != nil {
		return "", fault.Errorf("look for the branch of %s: %w", run, err)
	}
	now := planned
	for name, of := range runs {
		if of == run && name == planned {
			return planned, nil
		}
		if of == run {
			now = name
		}
	}
	return now, nil
}

// keepBranch keeps a branch that has commits of its own, or changes on top.
func (s *Site) keepBranch(ctx context.Context, out branchOut) (string, error) {
	name, at, err := s.branchNow(out)
	if err != nil || at == "" {
		return "", err
	}
	own, err := s.ownCommits(ctx, out.Dir, at, out.Start, "refs/remotes/"+out.Remote+"/"+out.Base)
	if err != nil {
		return "", err
	}
	if own {
		return fmt.Sprintf("the branch %s has commits of yours: %s", name, out.Dir), nil
	}
	if current, err := s.checkedOut(out.Dir); err != nil || current != name {
		return "", err
	}
	entries, err := s.Work().Status(ctx, out.Dir)
	if err != nil || len(entries) == 0 || out.Was != "" && s.comesBack(out, at, entries) {
		return "", err
	}
	return fmt.Sprintf("the branch %s is checked out with uncommitted changes: %s", name, out.Dir), nil
}

// branchNow gives a branch's name and commit as they are; the commit is empty
// when the branch, or its whole clone, is gone.
func (s *Site) branchNow(out branchOut) (name, at string, err error) {
	if _, err := os.Stat(out.Dir); errors.Is(err, os.ErrNotExist) {
		return out.Branch, "", nil
	}
	repo, err := git.Open(out.Dir)
	if err != nil {
		return out.Branch, "", err
	}
	if name, err = s.branchOfRun(out.Dir, out.Run, out.Branch); err != nil {
		return name, "", err
	}
	if at, err = repo.Resolve("refs/heads/" + name); err != nil {
		return name, "", nil //nolint:nilerr // it was deleted by somebody else
	}
	return name, at, nil
}

func (s *Site) checkedOut(dir string) (string, error) {
	repo, err := git.Open(dir)
	if err != nil {
		return "", err
	}
	branch, _, _, err := repo.Head()
	return branch, err
}

// releaseBranch leaves the branch and deletes it.
func (s *Site) releaseBranch(ctx context.Context, out branchOut) error {
	name, at, err := s.branchNow(out)
	if err != nil || at == "" {
		return err
	}
	current, err := s.checkedOut(out.Dir)
	if err != nil {
		return err
	}
	if current == name {
		if err := s.goBack(ctx, out); err != nil {
			return err
		}
	}
	return s.Work().DeleteBranch(ctx, out.Dir, name, at)
}
