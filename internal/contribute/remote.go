package contribute

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
)

// remoteOf names the remote that fetches from a repository.
func remoteOf(ctx context.Context, tool *git.Tool, remotes []git.Remote, repo forge.RepoName) string {
	if repo.IsZero() {
		return ""
	}
	for _, r := range remotes {
		if name, ok := repoAt(ctx, tool, r.URL, repo); ok && name.Equal(repo) {
			return r.Name
		}
	}
	return ""
}

// pushRemoteOf names the remote that pushes to a repository, which may be
// another one than it fetches from.
func pushRemoteOf(ctx context.Context, tool *git.Tool, remotes []git.Remote, repo forge.RepoName) (git.Remote, bool) {
	for _, r := range remotes {
		r.URL = firstOf(r.PushURL, r.URL)
		if remoteOf(ctx, tool, []git.Remote{r}, repo) != "" {
			return r, true
		}
	}
	return git.Remote{}, false
}

// repoAt reads the repository of a forge out of a remote's address. Over ssh
// neither host nor port say which forge it is: the port is ssh's, and the host
// may be an alias of the user's configuration. It is taken for the wanted
// repository's host if ssh would go there. What ssh goes through, a bastion,
// never counts as a forge.
func repoAt(ctx context.Context, tool *git.Tool, address string, wanted forge.RepoName) (forge.RepoName, bool) {
	name, err := forge.ParseRepo(address, "")
	if err != nil || !isForgeURL(address) {
		return forge.RepoName{}, false
	}
	if sshPathAt(address) == 0 || strings.EqualFold(name.Host, wanted.Host) {
		return name, true
	}
	bare := (&url.URL{Host: wanted.Host}).Hostname()
	if strings.EqualFold(name.Host, bare) || forge.NormalizeHost(tool.SSHHost(ctx, name.Host)) == bare {
		name.Host = wanted.Host
	}
	return name, true
}

type remoteIn struct {
	Dir  string         `json:"dir"`
	Name string         `json:"name"`
	To   forge.RepoName `json:"to"`             // zero: the fork of step "fork"
	URL  string         `json:"url"`            // of To; for a fork how an address looks here
	Like forge.RepoName `json:"like,omitempty"` // the repository that stands in URL
}

type remoteOut struct {
	Dir   string `json:"dir"`
	Name  string `json:"name"`
	URL   string `json:"url"`
	Added bool   `json:"added"`
}

// doRemote adds a remote to a clone of the user's, unless one pushes there.
func (s *Site) doRemote(ctx context.Context, in remoteIn, of results) (remoteOut, error) {
	if in.To.IsZero() {
		var fork forkOut
		if err := of.read("fork", &fork); err != nil {
			return remoteOut{}, err
		}
		in.To = fork.Fork
		if in.URL = strings.Replace(in.URL, in.Like.FullName(), fork.Fork.FullName(), 1); in.URL == "" {
			in.URL = fork.URL
		}
	}
	repo, err := git.Open(in.Dir)
	if err != nil {
		return remoteOut{}, err
	}
	defer repo.Close() //nolint:errcheck // read only
	repo.Tool = s.Tool
	remotes, err := repo.Remotes(ctx)
	if err != nil {
		return remoteOut{}, err
	}
	out := remoteOut{Dir: in.Dir, Name: in.Name, URL: in.URL, Added: true}
	if r, ok := pushRemoteOf(ctx, s.Tool, remotes, in.To); ok {
		// Of this name and address it is what an interrupted try has added.
		out.Added = r.Name == in.Name
		out.Name = r.Name
		return out, nil
	}
	return out, s.Work().AddRemote(ctx, in.Dir, in.Name, in.URL)
}

// keepRemote keeps a remote that was there, was changed since, or is used.
func (s *Site) keepRemote(ctx context.Context, out remoteOut) (string, error) {
	if !out.Added {
		return "the remote " + out.Name + " was there before", nil
	}
	repo, err := git.Open(out.Dir)
	if err != nil {
		return "the clone cannot be read: " + out.Dir, nil //nolint:nilerr // what cannot be seen stays
	}
	defer repo.Close() //nolint:errcheck // read only
	if at, there, err := repo.Config(ctx, "remote."+out.Name+".url"); err != nil || there && at != out.URL {
		return "the remote " + out.Name + " points elsewhere now", err
	}
	branches, err := repo.Branches()
	if err != nil {
		return "", err
	}
	for _, key := range []string{"remote", "pushRemote"} {
		for b := range branches {
			if follows, ok, err := repo.Config(ctx, "branch."+b+"."+key); err == nil && ok && follows == out.Name {
				return "the branch " + b + " goes by the remote " + out.Name, nil
			}
		}
	}
	return "", nil
}

func (s *Site) releaseRemote(ctx context.Context, out remoteOut) error {
	repo, err := git.Open(out.Dir)
	if err != nil {
		return err
	}
	defer repo.Close() //nolint:errcheck // read only
	remotes, err := repo.Remotes(ctx)
	if err != nil || !slices.ContainsFunc(remotes, func(r git.Remote) bool { return r.Name == out.Name }) {
		return err
	}
	return s.Work().RemoveRemote(ctx, out.Dir, out.Name)
}
