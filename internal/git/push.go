package git

import (
	"context"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
)

// PushOptions are the choices of a push.
type PushOptions struct {
	// ForceWithLease is the commit that the remote branch must still be at for
	// the push to replace it. Empty: nothing is ever replaced.
	ForceWithLease string
	SetUpstream    bool // make the local branch follow the remote one
	NoVerify       bool // run no pre-push hook: what is pushed is not the user's change
	Progress       bool
}

// PushStatus says what a push did.
type PushStatus string

// The outcomes of a push that was not refused.
const (
	PushCreated  PushStatus = "created"
	PushUpdated  PushStatus = "updated"
	PushForced   PushStatus = "forced"
	PushUpToDate PushStatus = "up-to-date"
)

// PushResult is what a push did and what the server said to it.
type PushResult struct {
	Status PushStatus
	Ref    string
	Remote []string // not sanitized
}

// Push sends a local reference or commit to one branch of a remote, which is
// a name or an address. Hooks and signing work as the user set them up; tags
// are not sent along. A refusal is a *RejectedError.
func (t *Tool) Push(ctx context.Context, dir, remote, local, branch string, o PushOptions) (PushResult, error) {
	to := "refs/heads/" + strings.TrimPrefix(branch, "refs/heads/")
	res := PushResult{Ref: to}
	if err := fault.Join(checkRemote(remote), checkRev(local), checkRef(to)); err != nil {
		return res, fault.Errorf("push %s: %w", branch, err)
	}
	args := []string{"push", "--porcelain", "--progress", "--no-follow-tags"}
	if o.ForceWithLease != "" {
		args = append(args, "--force-with-lease="+to+":"+o.ForceWithLease)
	}
	if o.NoVerify {
		args = append(args, "--no-verify")
	}
	if o.SetUpstream {
		args = append(args, "--set-upstream")
	}
	var said string
	c := command{dir: dir, args: append(args, "--", remote, local+":"+to), url: t.address(ctx, dir, remote), transcript: &said}
	if o.Progress {
		c.task = "push"
	}
	out, err := t.run(ctx, c)
	res.Remote = remoteLines(said)
	status, reason := parsePush(out, to)
	if reason != "" {
		return res, &RejectedError{Ref: to, Reason: reason, Remote: res.Remote, Stale: hasMoved(reason)}
	}
	if err != nil {
		return res, fault.Errorf("push %s: %w", branch, err)
	}
	if status == "" {
		return res, fault.Errorf("push %s: git does not say what became of it", branch)
	}
	res.Status = status
	return res, nil
}

// DeleteRemote deletes a branch of a remote that is still at a commit.
func (t *Tool) DeleteRemote(ctx context.Context, dir, remote, branch, sha string) error {
	ref := "refs/heads/" + branch
	if err := fault.Join(checkRemote(remote), checkRef(ref), checkRev(sha)); err != nil {
		return fault.Errorf("delete %s: %w", branch, err)
	}
	c := command{dir: dir, url: t.address(ctx, dir, remote), args: []string{"push", "--quiet", "--no-verify", "--force-with-lease=" + ref + ":" + sha, "--", remote, ":" + ref}}
	_, err := t.run(ctx, c)
	return wrap(err, "delete %s", branch)
}

// parsePush reads the line of one reference out of "git push --porcelain":
// flag, tab, source:target, tab, summary with the reason in parentheses.
func parsePush(out, ref string) (status PushStatus, reason string) {
	for line := range strings.Lines(out) {
		parts := strings.SplitN(strings.TrimRight(line, "\r\n"), "\t", 3)
		if len(parts) != 3 || !strings.HasSuffix(parts[1], ":"+ref) {
			continue
		}
		switch parts[0] {
		case "*":
			return PushCreated, ""
		case " ", "":
			return PushUpdated, ""
		case "+":
			return PushForced, ""
		case "=":
			return PushUpToDate, ""
		case "!":
			return "", rejection(parts[2])
		}
	}
	return "", ""
}

func rejection(summary string) string {
	if open := strings.Index(summary, "("); open >= 0 {
		return strings.TrimSuffix(summary[open+1:], ")")
	}
	return strings.Trim(summary, "[]")
}

// hasMoved knows git's words for a branch that has moved.
func hasMoved(reason string) bool {
	switch reason {
	case "non-fast-forward", "fetch first", "stale info", "needs force", "remote ref updated since checkout":
		return true
	}
	return false
}

// address gives the address behind a remote's name, for errors.
func (t *Tool) address(ctx context.Context, dir, remote string) string {
	if strings.ContainsAny(remote, ":/\\") {
		return remote
	}
	out, err := t.Run(ctx, dir, "remote", "get-url", "--", remote)
	if err != nil {
		return remote
	}
	return strings.TrimSpace(out)
}
