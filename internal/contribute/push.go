package contribute

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
)

type pushIn struct {
	Dir    string         `json:"dir"`
	Branch string         `json:"branch"`
	SHA    string         `json:"sha"`
	To     forge.RepoName `json:"to"`              // where the branch goes
	URL    string         `json:"url"`             // of To, for git
	Remote string         `json:"remote"`          // its name in the clone, "" when it has none
	Lease  string         `json:"lease,omitempty"` // commit that we pushed before, when history was rewritten since
}

type pushOut struct {
	Dir     string         `json:"dir"`
	To      forge.RepoName `json:"to"`
	URL     string         `json:"url"`
	Branch  string         `json:"branch"`
	SHA     string         `json:"sha"`
	Created bool           `json:"created"` // the branch was not there before
}

func (s *Site) doPush(ctx context.Context, in pushIn, _ results) (pushOut, error) {
	to := in.Remote
	if to == "" {
		to = in.URL
	}
	done, err := s.Tool.Push(ctx, in.Dir, to, in.SHA, in.Branch, git.PushOptions{ForceWithLease: in.Lease})
	if err != nil {
		return pushOut{}, fmt.Errorf("push %s to %s: %w", in.Branch, in.To.FullName(), err)
	}
	return pushOut{Dir: in.Dir, To: in.To, URL: in.URL, Branch: in.Branch, SHA: in.SHA, Created: done.Status == git.PushCreated}, nil
}

func (s *Site) observePush(ctx context.Context, in pushIn, _ results) (pushOut, bool, error) {
	refs, err := s.Reader.Refs(ctx, in.URL)
	if err != nil {
		return pushOut{}, false, fmt.Errorf("look whether %s is pushed to %s: %w", in.Branch, in.To.FullName(), err)
	}
	if refs.Hashes["refs/heads/"+in.Branch] != in.SHA {
		return pushOut{}, false, nil
	}
	return pushOut{Dir: in.Dir, To: in.To, URL: in.URL, Branch: in.Branch, SHA: in.SHA, Created: true}, true, nil
}

// releasePush deletes the pushed branch if it is ours and still as we left it.
func (s *Site) releasePush(ctx context.Context, out pushOut) (string, error) {
	if !out.Created {
		return fmt.Sprintf("the branch %s was in %s before", out.Branch, out.To.FullName()), nil
	}
	refs, err := s.Reader.Refs(ctx, out.URL)
	var missing *git.NotFoundError
	if errors.As(err, &missing) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	at := refs.Hashes["refs/heads/"+out.Branch]
	switch {
	case at == "":
		return "", nil
	case at != out.SHA:
		return fmt.Sprintf("the branch %s in %s has newer commits", out.Branch, out.To.FullName()), nil
	}
	if open, err := s.Forge.Pulls(ctx, out.To, forge.PullQuery{State: "open", Head: out.To.Owner + ":" + out.Branch}); err == nil && len(open) > 0 {
		return "a pull request is open from it: " + open[0].URL, nil
	}
	dir := out.Dir
	if _, err := os.Stat(dir); err != nil {
		dir = os.TempDir()
	}
	if err := s.deleteRemote(ctx, dir, out); err != nil {
		return "", fmt.Errorf("delete the branch %s of %s: %w", out.Branch, out.To.FullName(), err)
	}
	return "", nil
}

// deleteRemote deletes a branch of a remote if it is still at our commit.
func (s *Site) deleteRemote(ctx context.Context, dir string, out pushOut) error {
	ref := "refs/heads/" + out.Branch
	_, err := s.Tool.Run(ctx, dir, "push", "--quiet", "--force-with-lease="+ref+":"+out.SHA, out.URL, ":"+ref)
	return err
}
