package contribute

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"os/exec" // for --exec: the user's own command, given by the user
	"path/filepath"
	"runtime"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// Unattended makes the change itself a step: a patch, or a command.
type Unattended struct {
	Patch   string // absolute path, "" for none
	Exec    string // command line for the shell, "" for none
	Message string // commit message for what is not a mail patch
	Signoff bool
}

// Steps gives the steps that make the change in a branch that was just made.
func (u Unattended) Steps(p *Plan) ([]workflow.Step, error) {
	uses := map[string]string{"branch": "branch"}
	if u.Exec != "" {
		st, err := newStep("exec", kindExec, "run "+u.Exec, execIn{Command: u.Exec, Message: u.Message, Signoff: u.Signoff}, uses)
		return []workflow.Step{st}, err
	}
	data, err := os.ReadFile(u.Patch)
	if err != nil {
		return nil, refuse(ErrUsage, "", "read the patch: %v", err)
	}
	if !isMail(data) && u.Message == "" {
		return nil, refuse(ErrUsage, "--title 'what the change does'", "%s is a plain diff: the commit needs words", filepath.Base(u.Patch))
	}
	in := applyIn{Patch: u.Patch, Digest: digest(data), Mail: isMail(data), Message: u.Message, Signoff: u.Signoff}
	st, err := newStep("apply", kindApply, "apply "+filepath.Base(u.Patch), in, uses)
	return []workflow.Step{st}, err
}

func digest(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// isMail tells a patch that carries author and message, as git format-patch
// writes it, from a plain diff.
func isMail(data []byte) bool {
	head := string(data[:min(len(data), 4096)])
	if strings.HasPrefix(head, "From ") {
		return true
	}
	before, _, _ := strings.Cut(head, "\n\n")
	return strings.Contains("\n"+before, "\nFrom: ") && strings.Contains("\n"+before, "\nSubject: ")
}

type applyIn struct {
	Patch   string `json:"patch"`
	Digest  string `json:"digest"` // sha256 of the patch, so that a resumed run applies the same one
	Mail    bool   `json:"mail"`
	Message string `json:"message,omitempty"`
	Signoff bool   `json:"signoff,omitempty"`
}

type changeOut struct {
	SHA string `json:"sha"`
}

func (s *Site) doApply(ctx context.Context, in applyIn, of results) (changeOut, error) {
	if s.Tool == nil {
		return changeOut{}, fault.Errorf("apply %s: %w", filepath.Base(in.Patch), git.ErrNoGit)
	}
	data, err := os.ReadFile(in.Patch)
	if err != nil {
		return changeOut{}, fault.Errorf("read the patch: %w", err)
	}
	if digest(data) != in.Digest {
		return changeOut{}, fault.Errorf("the patch %s has changed since the contribution was planned", in.Patch)
	}
	return s.inWorktree(ctx, of, func(dir string) error {
		if in.Mail {
			return s.Tool.Am(ctx, dir, data, in.Signoff)
		}
		if err := s.Tool.Apply(ctx, dir, data); err != nil {
			return err
		}
		_, err := s.CommitAll(ctx, dir, git.CommitOptions{Message: in.Message, Signoff: in.Signoff})
		return err
	})
}

func (s *Site) observeApply(ctx context.Context, _ applyIn, of results) (changeOut, bool, error) {
	return s.observeChange(ctx, of)
}

type execIn struct {
	Command string `json:"command"`
	Message string `json:"message"`
	Signoff bool   `json:"signoff,omitempty"`
}

func (s *Site) doExec(ctx context.Context, in execIn, of results) (changeOut, error) {
	return s.inWorktree(ctx, of, func(dir string) error {
		shell, flag := "sh", "-c"
		if runtime.GOOS == "windows" {
			shell, flag = "cmd", "/c"
		}
		cmd := exec.CommandContext(ctx, shell, flag, in.Command)
		cmd.Dir, cmd.Env = dir, s.environ()
		said, err := cmd.CombinedOutput()
		if err != nil {
			return fault.Errorf("%w: %s", err, lastLines(string(said), 5))
		}
		_, err = s.CommitAll(ctx, dir, git.CommitOptions{Message: in.Message, Signoff: in.Signoff})
		return err
	})
}

// environ is the user's environment, for commands that the user gave.
func (s *Site) environ() []string {
	if s.Tool != nil {
		return s.Tool.Env
	}
	return s.Builtin.Env
}

func (s *Site) observeExec(ctx context.Context, _ execIn, of results) (changeOut, bool, error) {
	return s.observeChange(ctx, of)
}

// observeChange looks whether the branch has moved on from where it began: the
// change comes into it by one fast-forward, so it is there whole or not at all.
func (s *Site) observeChange(ctx context.Context, of results) (changeOut, bool, error) {
	var b branchOut
	if err := of.read("branch", &b); err != nil {
		return changeOut{}, false, err
	}
	repo, err := git.Open(b.Dir)
	if err != nil {
		return changeOut{}, false, err
	}
	defer repo.Close() //nolint:errcheck // read only
	at, err := repo.Resolve("refs/heads/" + b.Branch)
	if err != nil {
		return changeOut{}, false, err
	}
	out := changeOut{SHA: at}
	if out.SHA == b.Start {
		return out, false, nil
	}
	return out, true, s.sweepWorktree(ctx, b)
}

// changeDir is the folder of the work tree in which a change is made: beside
// the clone, under a name that the next process finds again. A clone has one
// run that makes changes, and that run's lock keeps others away.
func changeDir(clone string) string {
	return filepath.Join(filepath.Dir(clone), ".isrc-change-"+filepath.Base(clone), filepath.Base(clone))
}

// sweepWorktree removes the work tree of a change, also one of a process that
// was killed.
func (s *Site) sweepWorktree(ctx context.Context, b branchOut) error {
	dir := changeDir(b.Dir)
	if _, err := os.Lstat(filepath.Dir(dir)); errors.Is(err, os.ErrNotExist) && onlyTree(b.Dir) {
		return nil
	}
	if s.Tool != nil {
		if _, err := s.Tool.Run(ctx, b.Dir, "worktree", "remove", "--force", "--force", dir); err != nil && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if err := os.RemoveAll(filepath.Dir(dir)); err != nil {
		return fault.Errorf("remove the work tree of the change: %w", err)
	}
	if s.Tool == nil || onlyTree(b.Dir) {
		return nil
	}
	_, err := s.Tool.Run(ctx, b.Dir, "worktree", "prune")
	return err
}

// onlyTree tells whether git knows of no work tree beside the one of a clone. It
// removes the folder with the last of them; a clone that is a work tree itself is
// left to git.
func onlyTree(clone string) bool {
	_, err := os.Lstat(filepath.Join(clone, ".git", "worktrees"))
	return errors.Is(err, os.ErrNotExist)
}

// inWorktree makes the change in a fresh work tree and fast-forwards the branch
// to it. A command that was killed half-way leaves nothing in the clone.
func (s *Site) inWorktree(ctx context.Context, of results, change func(dir string) error) (out changeOut, err error) {
	var b branchOut
	if err := of.read("branch", &b); err != nil {
		return out, err
	}
	if err := s.sweepWorktree(ctx, b); err != nil {
		return out, err
	}
	defer func() { err = fault.Join(err, s.sweepWorktree(context.WithoutCancel(ctx), b)) }()
	dir := changeDir(b.Dir)
	if err := s.freshTree(ctx, b, dir); err != nil {
		return out, fault.Errorf("make a fresh work tree: %w", err)
	}
	if err := change(dir); err != nil {
		if errors.Is(err, git.ErrNothingToCommit) {
			err = refuse(ErrNoCommit, "", "nothing was changed in %s", b.Branch)
		}
		return out, err
	}
	made, err := git.Open(dir)
	if err != nil {
		return out, err
	}
	_, out.SHA, _, err = made.Head()
	if err = errors.Join(err, made.Close()); err != nil {
		return out, err
	}
	if out.SHA == b.Start {
		return out, refuse(ErrNoCommit, "", "nothing was changed in %s", b.Branch)
	}
	if s.Tool == nil {
		return out, s.Builtin.BringIn(ctx, dir, b.Dir, b.Branch, out.SHA, b.Start)
	}
	return out, s.bringIn(ctx, b, out.SHA)
}

func (s *Site) freshTree(ctx context.Context, b branchOut, dir string) error {
	if s.Tool == nil {
		return s.Builtin.Copy(ctx, b.Dir, dir, b.Start)
	}
	_, err := s.Tool.Run(ctx, b.Dir, "worktree", "add", "--quiet", "--detach", dir, b.Start)
	return err
}

// bringIn moves the branch on to the change, and what is checked out with it.
func (s *Site) bringIn(ctx context.Context, b branchOut, sha string) error {
	current, err := s.checkedOut(b.Dir)
	if err != nil {
		return err
	}
	if current == b.Branch {
		_, err = s.Tool.Run(ctx, b.Dir, "merge", "--quiet", "--ff-only", sha)
	} else {
		_, err = s.Tool.Run(ctx, b.Dir, "update-ref", "refs/heads/"+b.Branch, sha, b.Start)
	}
	if err != nil {
		return fault.Errorf("bring the change into %s: %w", b.Branch, err)
	}
	return nil
}

func lastLines(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(len(lines)-n, 0):], "\n")
}
