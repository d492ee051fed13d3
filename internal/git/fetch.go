package git

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Fetch brings references of a remote, a name or an address, into the
// repository. Without refspecs it fetches what the remote is configured for.
func (t *Tool) Fetch(ctx context.Context, dir, remote string, refspecs ...string) error {
	return t.fetch(ctx, dir, remote, nil, refspecs)
}

// Deepen extends the history of a shallow clone by n commits; n of 0 fetches
// all of it.
func (t *Tool) Deepen(ctx context.Context, dir, remote string, n int, refspecs ...string) error {
	how := "--unshallow"
	if n > 0 {
		how = "--deepen=" + strconv.Itoa(n)
	}
	return t.fetch(ctx, dir, remote, []string{how}, refspecs)
}

func (t *Tool) fetch(ctx context.Context, dir, remote string, options, refspecs []string) error {
	err := checkRemote(remote)
	for _, r := range refspecs {
		err = errors.Join(err, checkRev(r))
	}
	if err != nil {
		return fmt.Errorf("fetch from %s: %w", redact(remote), err)
	}
	args := append([]string{"fetch", "--progress", "--no-recurse-submodules"}, options...)
	args = append(append(args, "--", remote), refspecs...)
	_, err = t.run(ctx, command{dir: dir, args: args, task: "fetch", url: t.address(ctx, dir, remote)})
	if err != nil {
		return fmt.Errorf("fetch from %s: %w", redact(remote), err)
	}
	return nil
}

// LsRemote asks a remote for its references: full name to commit. The
// patterns are git's; without any, all are listed. Peeled tags are left out.
func (t *Tool) LsRemote(ctx context.Context, dir, url string, patterns ...string) (map[string]string, error) {
	if err := checkRemote(url); err != nil {
		return nil, err
	}
	c := command{dir: dir, args: append([]string{"ls-remote", "--", url}, patterns...), url: url}
	out, err := t.run(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("list the references of %s: %w", redact(url), err)
	}
	refs := make(map[string]string)
	for line := range strings.Lines(out) {
		sha, name, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if ok && !strings.HasSuffix(name, "^{}") {
			refs[name] = sha
		}
	}
	return refs, nil
}
