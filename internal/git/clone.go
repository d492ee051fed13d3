package git

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
)

// CloneOptions says what to clone and where to.
type CloneOptions struct {
	URL          string
	Dir          string // must not exist, or be empty
	Branch       string // empty: the remote's default branch
	Filter       string // such as "blob:none"; left out where the server has none
	Depth        int    // 0: the whole history
	Remote       string // the remote's name; empty: origin
	SingleBranch bool
	NoTags       bool
	NoCheckout   bool
	Sparse       []string // folders that are checked out, in git's cone mode; empty: all
	// Reference is a clone on this machine from which objects are copied that
	// need not be fetched then. The new clone does not depend on it.
	Reference string
	Progress  bool
	// Files is the tree that will be checked out, if it was read before: what is in
	// it is fetched while git fetches the history of a blobless clone.
	Files *Tree
	// NewBranch is made from the branch and checked out in its place.
	NewBranch string
}

// Clone makes a clone. It works in a temporary folder beside the target and
// renames it at the end, so that the target is there whole or not at all. A
// server that refuses the filter is asked again without it, which is noted.
//
// It goes in two steps, history first and files second. When the connection is
// cut, or the process killed, between or in the second, the next Clone of the
// same to the same place goes on there. What was half received of the first is
// lost, because git keeps no part of a pack.
func (t *Tool) Clone(ctx context.Context, o CloneOptions) error {
	dir, err := filepath.Abs(o.Dir)
	if err == nil {
		err = fault.Join(checkRemote(o.URL), checkTarget(dir), checkSparse(o.Sparse))
	}
	if err == nil && o.Reference != "" {
		err = lends(o)
	}
	if err != nil {
		return fault.Errorf("clone into %s: %w", o.Dir, err)
	}
	made, err := makeParents(dir)
	if err == nil {
		err = t.cloneBeside(ctx, o, dir)
		if o.Filter != "" && err != nil && filterRefused(err) {
			t.Sink.Note("clone", "the server has no partial clones: all files of the history are fetched")
			o.Filter = ""
			err = t.cloneBeside(ctx, o, dir)
		}
	}
	if err != nil {
		removeEmpty(made)
		return fault.Errorf("clone %s: %w", redact(o.URL), err)
	}
	return nil
}

func (o CloneOptions) args() []string {
	args := []string{"clone", "--progress", "--origin", "origin"}
	if o.Remote != "" {
		args[3] = o.Remote
	}
	if o.Branch != "" {
		args = append(args, "--branch", o.Branch)
	}
	if o.Filter != "" {
		args = append(args, "--filter="+o.Filter)
	}
	if o.Depth > 0 {
		args = append(args, "--depth", strconv.Itoa(o.Depth))
	}
	switch {
	case o.SingleBranch:
		args = append(args, "--single-branch")
	case o.Depth > 0:
		args = append(args, "--no-single-branch")
	}
	if o.NoTags {
		args = append(args, "--no-tags")
	}
	if o.Reference != "" {
		args = append(args, "--reference", o.Reference, "--dissociate")
	}
	return append(args, "--no-checkout")
}

// filterRefused tells a server that cannot serve a partial clone from any
// other failure. Some take the filter and then refuse to give the files by
// their ids, which shows at the checkout. A connection that was cut at the
// checkout is no refusal, although git then complains of the promisor remote.
func filterRefused(err error) bool {
	var e *CommandError
	if !errors.As(err, &e) {
		return false
	}
	var text string
	for line := range strings.Lines(strings.ToLower(e.Stderr)) {
		if !strings.Contains(line, "filter-process") && !strings.Contains(line, "smudge filter") && !strings.Contains(line, "external filter") {
			text += line // else one that the user has set up for files
		}
	}
	has := func(p string) bool { return strings.Contains(text, p) }
	if slices.ContainsFunc([]string{"filter", "unadvertised object", "not our ref"}, has) {
		return true
	}
	var down *UnavailableError
	return !errors.As(err, &down) && slices.ContainsFunc([]string{"promisor remote", "checkout failed"}, has)
}

// checkTarget refuses a folder with something in it.
func checkTarget(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if len(entries) > 0 {
		return fault.Errorf("%w and is not empty", fs.ErrExist)
	}
	return nil
}

// makeParents makes the folders above dir and names those it made, the
// innermost first.
func makeParents(dir string) ([]string, error) {
	var made []string
	for up := filepath.Dir(dir); ; up = filepath.Dir(up) {
		if _, err := os.Stat(up); err == nil || up == filepath.Dir(up) {
			break
		}
		made = append(made, up)
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o777); err != nil {
		removeEmpty(made)
		return nil, classifyDisk(err)
	}
	return made, nil
}

func removeEmpty(dirs []string) {
	for _, d := range dirs {
		if os.Remove(d) != nil {
			return
		}
	}
}

// checkRemote refuses what git would take for an option, or for a transport
// that runs a program ("ext::", "fd::").
func checkRemote(url string) error {
	switch {
	case url == "":
		return errors.New("no remote given")
	case strings.HasPrefix(url, "-"):
		return fault.Errorf("%q is not the address of a repository", url)
	case strings.ContainsAny(url, "\x00\n\r"):
		return fault.Errorf("%q is not the address of a repository", url)
	}
	if scheme, _, ok := strings.Cut(url, "::"); ok && !strings.ContainsAny(scheme, "/[@.:") {
		return fault.Errorf("addresses of the form %s:: are not used", scheme)
	}
	return nil
}
