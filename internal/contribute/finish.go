package contribute

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"slices"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// Cleaned is one thing that was, or would be, tidied up after a contribution.
type Cleaned struct {
	What    string // for people: "the branch fix in newcomer/auth-lib"
	Outcome string // removed, kept or gone
	Why     string // of what is kept
}

// What becomes of a thing that is tidied up.
const (
	CleanRemoved = "removed"
	CleanWould   = "would-remove"
	CleanKept    = "kept"
	CleanGone    = "gone"
)

// Clean removes the branch of a pull request that ended, on the forge and in the
// clone, where nothing is lost by it: both must be where the pull request left
// them. dry only says so.
func (s *Site) Clean(ctx context.Context, st workflow.State, p forge.Pull, dry bool) ([]Cleaned, error) {
	var out []Cleaned
	if !dry {
		if err := s.beginFinish(st); err != nil {
			return nil, err
		}
	}
	remote, err := s.cleanRemote(ctx, st, p, dry)
	if remote != nil {
		out = append(out, *remote)
	}
	if err != nil {
		return out, err
	}
	local, err := s.cleanLocal(ctx, st, p, dry)
	if local != nil {
		out = append(out, *local)
	}
	return out, err
}

// pushed is where the branch of a run was last pushed to, nil for nowhere.
func pushed(st workflow.State) *pushOut {
	for _, step := range slices.Backward(st.Steps) {
		var o pushOut
		if step.Kind == kindPush && step.Status == workflow.Done && json.Unmarshal(step.Out, &o) == nil {
			return &o
		}
	}
	return nil
}

// PushedTo is the repository that the branch of a run was pushed to, zero for none.
func PushedTo(st workflow.State) forge.RepoName {
	if push := pushed(st); push != nil {
		return push.To
	}
	return forge.RepoName{}
}

func (s *Site) cleanRemote(ctx context.Context, st workflow.State, p forge.Pull, dry bool) (*Cleaned, error) {
	push := pushed(st)
	if push == nil {
		return nil, nil
	}
	c := &Cleaned{What: "the branch " + push.Branch + " in " + push.To.FullName(), Outcome: CleanKept}
	at, err := s.remoteBranch(ctx, push.URL, push.Branch)
	var missing *git.NotFoundError
	switch {
	case errors.As(err, &missing), err == nil && at == "":
		c.Outcome = CleanGone
		if dry {
			return c, nil
		}
		return c, s.forget(ctx, st.Clone, push.To, push.Branch, p.Head.SHA, push.SHA)
	case err != nil:
		return nil, fault.Errorf("look at the branch %s of %s: %w", push.Branch, push.To.FullName(), err)
	case !push.Created:
		c.Why = "it was there before"
	case at != p.Head.SHA && at != push.SHA:
		c.Why = "it has newer commits"
	case dry:
		c.Outcome = CleanWould
	default:
		if err := s.Work().DeleteRemote(ctx, st.Clone, push.URL, push.Branch, at); err != nil {
			// The git of an earlier try that was killed may have come first.
			if now, lookErr := s.remoteBranch(ctx, push.URL, push.Branch); lookErr == nil && now == "" {
				c.Outcome = CleanGone
				return c, s.forget(ctx, st.Clone, push.To, push.Branch, at)
			}
			return nil, fault.Errorf("delete the branch %s of %s: %w", push.Branch, push.To.FullName(), s.denied(err, "pushing to "+push.To.FullName()))
		}
		c.Outcome = CleanRemoved
		return c, s.forget(ctx, st.Clone, push.To, push.Branch, at)
	}
	return c, nil
}

// forget deletes what a clone remembers of a branch that is gone from where it was
// pushed to, of the remotes that go there: nothing else would, before somebody
// prunes. What was seen there since and is not among the commits given stays.
func (s *Site) forget(ctx context.Context, dir string, from forge.RepoName, branch string, shas ...string) error {
	if _, err := os.Stat(dir); err != nil {
		return nil //nolint:nilerr // with the clone its memory is gone
	}
	repo, err := git.Open(dir)
	if errors.Is(err, git.ErrNotARepo) {
		return nil
	}
	if err != nil {
		return err
	}
	defer repo.Close() //nolint:errcheck // what was written is on the disk
	repo.Tool = s.Tool
	remotes, err := repo.Remotes(ctx)
	if err != nil {
		return err
	}
	for _, r := range remotes {
		at, unknown := repo.Resolve("refs/remotes/" + r.Name + "/" + branch)
		if unknown != nil || !slices.Contains(shas, at) || remoteOf(ctx, s.Tool, []git.Remote{r}, from) == "" {
			continue
		}
		if err := repo.ForgetBranch(ctx, r.Name, branch, at); err != nil {
			return err
		}
	}
	return nil
}

// cleanLocal leaves the branch in the clone for the base, and deletes it.
func (s *Site) cleanLocal(ctx context.Context, st workflow.State, p forge.Pull, dry bool) (*Cleaned, error) {
	if _, err := os.Stat(st.Clone); err != nil {
		return nil, nil //nolint:nilerr // the clone is gone, and its branch with it
	}
	c := &Cleaned{What: "the branch " + st.Branch + " in " + st.Clone, Outcome: CleanKept}
	repo, err := git.Open(st.Clone)
	if err != nil {
		return nil, err
	}
	branches, err := repo.Branches()
	if err != nil {
		return nil, errors.Join(err, repo.Close())
	}
	current, _, _, err := repo.Head()
	if err = errors.Join(err, repo.Close()); err != nil {
		return nil, err
	}
	at, there := branches[st.Branch]
	switch _, hasBase := branches[st.Base]; {
	case !there:
		c.Outcome = CleanGone
	case at != p.Head.SHA:
		c.Why = "it has commits that were not in the pull request"
	case current == st.Branch && !hasBase:
		c.Why = "it is checked out, and the clone has no branch " + st.Base
	case dry:
		c.Outcome = CleanWould
	default:
		return c, s.dropBranch(ctx, st, current, at, c)
	}
	return c, nil
}

func (s *Site) dropBranch(ctx context.Context, st workflow.State, current, at string, c *Cleaned) error {
	if current == st.Branch {
		entries, err := s.Work().Status(ctx, st.Clone)
		if err != nil {
			return err
		}
		if len(entries) > 0 {
			c.Why = plural(len(entries), "file is", "files are") + " not committed"
			return nil
		}
		err = s.Work().Switch(ctx, st.Clone, st.Base)
		if errors.Is(err, git.ErrElsewhere) {
			c.Why = "it is checked out, and " + st.Base + " is in another work tree: git switch --detach leaves it"
			return nil
		}
		if err != nil {
			return err
		}
	}
	err := s.Work().DeleteBranch(ctx, st.Clone, st.Branch, at)
	if errors.Is(err, git.ErrElsewhere) {
		c.Why = "it is checked out in another work tree"
		return nil
	}
	if err != nil {
		return err
	}
	c.Outcome = CleanRemoved
	return nil
}

// noteFinishing is the kind of a journal's note that its branches are about to be
// tidied up. From then on the clone may stand on its base, and does not tell by
// its branch whose end was interrupted.
const noteFinishing = "finishing/v1"

func isFinishing(n workflow.Note) bool { return n.Kind == noteFinishing }

func (s *Site) beginFinish(st workflow.State) error {
	if st.Ended != "" || st.NewerVersion || slices.ContainsFunc(st.Notes, isFinishing) {
		return nil
	}
	j, err := workflow.Open(s.Runs, st.Run)
	if err != nil {
		return err
	}
	return errors.Join(j.Note(noteFinishing, struct{}{}), j.Close())
}

// Finishing is the run in a clone whose end was begun and interrupted, nil when
// there is none.
func Finishing(runs []workflow.State, clone string) *workflow.State {
	here, err := os.Stat(clone)
	if err != nil {
		return nil
	}
	for i, st := range runs {
		if st.Ended != "" || !slices.ContainsFunc(st.Notes, isFinishing) {
			continue
		}
		if there, err := os.Stat(st.Clone); err == nil && os.SameFile(here, there) {
			return &runs[i]
		}
	}
	return nil
}

// EndRun ends the run of a contribution, unless it has ended before.
func (s *Site) EndRun(run, outcome string) error {
	st, err := workflow.Read(s.Runs, run)
	if err != nil || st.Ended != "" || st.NewerVersion {
		return err
	}
	j, err := workflow.Open(s.Runs, run)
	if err != nil {
		return err
	}
	return errors.Join(j.End(outcome), j.Close())
}
