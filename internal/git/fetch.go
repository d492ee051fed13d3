package git

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/isrc-dev/isrc/internal/fault"
)

// Fetch brings references of a remote, a name or an address, into the
// repository. Without refspecs it fetches what the remote is configured for.
func (t *Tool) Fetch(ctx context.Context, dir, remote string, refspecs ...string) error {
	return t.fetch(ctx, dir, remote, nil, refspecs)
}

// Deepen extends the history of a shallow clone by n commits; n of 0 fetches
// all of it. In a clone that is not shallow it only fetches.
func (t *Tool) Deepen(ctx context.Context, dir, remote string, n int, refspecs ...string) error {
	shallow, err := t.Run(ctx, dir, "rev-parse", "--is-shallow-repository")
	if err != nil {
		return wrap(err, "deepen the history")
	}
	if strings.TrimSpace(shallow) != "true" {
		return t.fetch(ctx, dir, remote, nil, refspecs)
	}
	how := "--unshallow"
	if n > 0 {
		how = "--deepen=" + strconv.Itoa(n)
	}
	return t.fetch(ctx, dir, remote, []string{how}, refspecs)
}

func (t *Tool) fetch(ctx context.Context, dir, remote string, options, refspecs []string) error {
	err := checkRemote(remote)
	for _, r := range refspecs {
		err = fault.Join(err, checkRev(r))
	}
	if err != nil {
		return fault.Errorf("fetch from %s: %w", redact(remote), err)
	}
	args := append([]string{"fetch", "--progress", "--no-recurse-submodules"}, options...)
	args = append(append(args, "--", remote), refspecs...)
	url := t.address(ctx, dir, remote)
	_, err = t.run(ctx, command{dir: dir, args: args, task: "fetch", url: url})
	if err != nil {
		return fault.Errorf("fetch from %s: %w", redact(remote), t.confirm(ctx, url, err))
	}
	return nil
}

// argumentIDs is how many ids fit into one command line for a git that does
// not read them from its input.
const argumentIDs = 500

// fetchIDs fetches objects by their ids, the way git itself does when it meets
// a missing one in a partial clone.
func (t *Tool) fetchIDs(ctx context.Context, dir, remote string, ids []plumbing.Hash, options ...string) error {
	c := command{dir: dir, task: "fetch files", url: t.address(ctx, dir, remote)}
	args := append([]string{
		"-c", "fetch.negotiationAlgorithm=noop", "-c", "gc.auto=0", "-c", "maintenance.auto=false",
		"fetch", "--progress", "--no-tags", "--recurse-submodules=no",
	}, options...)
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = id.String()
	}
	if t.AtLeast(2, 29) {
		c.in = strings.NewReader(strings.Join(names, "\n") + "\n")
		c.args = append(args, "--no-write-fetch-head", "--stdin", "--", remote)
		_, err := t.run(ctx, c)
		return err
	}
	for part := range slices.Chunk(names, argumentIDs) {
		c.args = append(append(slices.Clone(args), "--", remote), part...)
		if _, err := t.run(ctx, c); err != nil {
			return err
		}
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
		return nil, fault.Errorf("list the references of %s: %w", redact(url), err)
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
