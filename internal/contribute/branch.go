package contribute

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/isrc-dev/isrc/internal/git"
)

// runKey is where a clone's git configuration names the run of a branch.
func runKey(branch string) string { return "branch." + branch + ".isrc-run" }

type branchIn struct {
	Dir    string `json:"dir"`
	Branch string `json:"branch"`
	Base   string `json:"base"`
	Remote string `json:"remote"`
	Run    string `json:"run"`
}

type branchOut struct {
	Dir    string `json:"dir"`
	Branch string `json:"branch"`
	Base   string `json:"base"`
	Start  string `json:"start"` // commit that it began at
}

func (s *Site) doBranch(ctx context.Context, in branchIn, of results) (branchOut, error) {
	if out, done, err := s.observeBranch(ctx, in, of); err != nil || done {
		return out, err
	}
	start := in.Remote + "/" + in.Base
	if err := s.Tool.CreateBranch(ctx, in.Dir, in.Branch, start); err != nil {
		return branchOut{}, err
	}
	out, done, err := s.observeBranch(ctx, in, of)
	if err == nil && !done {
		err = fmt.Errorf("git made no branch %s", in.Branch)
	}
	return out, err
}

func (s *Site) observeBranch(ctx context.Context, in branchIn, _ results) (branchOut, bool, error) {
	repo, err := git.Open(in.Dir)
	if err != nil {
		return branchOut{}, false, err
	}
	if _, err := repo.Resolve("refs/heads/" + in.Branch); err != nil {
		return branchOut{}, false, nil //nolint:nilerr // a branch that does not resolve is not there
	}
	start, err := repo.Resolve("refs/remotes/" + in.Remote + "/" + in.Base)
	if err != nil {
		return branchOut{}, false, err
	}
	if in.Run != "" {
		if err := s.Tool.SetConfig(ctx, in.Dir, runKey(in.Branch), in.Run); err != nil {
			return branchOut{}, false, err
		}
	}
	return branchOut{Dir: in.Dir, Branch: in.Branch, Base: in.Base, Start: start}, true, nil
}

// releaseBranch deletes a branch that has no commit of its own.
func (s *Site) releaseBranch(ctx context.Context, out branchOut) (string, error) {
	if _, err := os.Stat(out.Dir); err != nil {
		return "", nil //nolint:nilerr // with its clone gone, the branch is gone
	}
	repo, err := git.Open(out.Dir)
	if err != nil {
		return "", err
	}
	at, err := repo.Resolve("refs/heads/" + out.Branch)
	if err != nil {
		return "", nil //nolint:nilerr // it was deleted by somebody else
	}
	if at != out.Start {
		return fmt.Sprintf("the branch %s has commits of yours: %s", out.Branch, out.Dir), nil
	}
	current, _, _, err := repo.Head()
	if err != nil {
		return "", err
	}
	if current == out.Branch {
		if entries, err := s.Tool.Status(ctx, out.Dir); err != nil || len(entries) > 0 {
			return "the branch " + out.Branch + " is checked out with uncommitted changes: " + out.Dir, err
		}
		if _, err := s.Tool.Run(ctx, out.Dir, "switch", "--quiet", out.Base); err != nil {
			return "", fmt.Errorf("leave the branch %s: %w", out.Branch, err)
		}
	}
	if _, err := s.Tool.Run(ctx, out.Dir, "update-ref", "-d", "refs/heads/"+out.Branch, at); err != nil {
		return "", fmt.Errorf("delete the branch %s: %w", out.Branch, err)
	}
	if _, err := s.Tool.Run(ctx, out.Dir, "config", "--remove-section", "branch."+out.Branch); err != nil && !strings.Contains(err.Error(), "no such section") {
		return "", err
	}
	return "", nil
}
