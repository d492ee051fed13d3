package git

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/disk"
	"github.com/isrc-dev/isrc/internal/fault"
)

// fetchedFile lies beside a clone that has its history and lacks its files. It
// holds what the clone was to be.
const fetchedFile = "fetched"

// workshop is the temporary folder in which a clone is made.
type workshop struct {
	dir     string
	fetched bool // what an earlier process left has the history
}

// cloneBeside clones into a folder beside the target and puts it there.
func (t *Tool) cloneBeside(ctx context.Context, o CloneOptions, dir string) (err error) {
	w, err := openWorkshop(dir, o.fingerprint())
	if err != nil {
		return classifyDisk(err)
	}
	// The folder that becomes the clone is made by git, with the permissions
	// that the user's umask gives.
	into := filepath.Join(w.dir, filepath.Base(dir))
	defer func() {
		if err == nil || !w.fetched || !resumable(ctx, err) {
			_ = os.RemoveAll(w.dir)
		}
	}()
	if w.fetched {
		t.Sink.Note("clone", "going on with a clone that was cut off: its history is here")
	} else {
		files := t.fetchAhead(ctx, o, filepath.Join(w.dir, "files.git"))
		defer files.drop() // before the folder goes
		if err = t.fetchHistory(ctx, o, into); err != nil {
			return err
		}
		if err = w.keep(o.fingerprint()); err != nil {
			return err
		}
		files.put(into)
	}
	if err = t.checkOut(ctx, o, into); err != nil {
		return err
	}
	if err = os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err = os.Rename(into, dir); err == nil {
		_ = RemoveLeftClone(dir) // what a git wrote meanwhile whose isrc was killed
	}
	return err
}

// resumable says whether it is worth to keep what was fetched: the way was cut,
// or the user stopped it. On a full disk it would only be in the way.
func resumable(ctx context.Context, err error) bool {
	var down *UnavailableError
	return ctx.Err() != nil || errors.As(err, &down)
}

func (t *Tool) fetchHistory(ctx context.Context, o CloneOptions, into string) error {
	c := command{args: append(o.args(), "--", o.URL, into), url: o.URL, mortal: true}
	if o.Progress {
		c.task = "clone"
	}
	_, err := t.run(ctx, c)
	return t.confirm(ctx, o.URL, err)
}

// checkOut writes the files of a clone that has none yet; in a partial clone
// they are fetched in one batch.
func (t *Tool) checkOut(ctx context.Context, o CloneOptions, dir string) error {
	if len(o.Sparse) > 0 {
		if err := t.SetSparse(ctx, dir, o.Sparse); err != nil {
			return err
		}
	}
	if o.NoCheckout {
		return nil
	}
	if empty, err := unborn(dir); empty || err != nil {
		return err // nothing was committed there yet
	}
	// A checkout that was killed left the lock of its index.
	_ = os.Remove(filepath.Join(dir, ".git", "index.lock"))
	// What was just cloned needs no maintenance, for which git would start a process
	// after it fetched the files.
	c := command{dir: dir, args: []string{"-c", "gc.auto=0", "-c", "maintenance.auto=false", "checkout", "--force", "--progress"}, url: o.URL}
	if o.NewBranch != "" {
		c.args = append(c.args, "--no-track", "-B", o.NewBranch)
	}
	if o.Branch == "" { // as "git clone" itself says it
		c.args = append(c.args, "HEAD", "--")
	} else {
		c.args = append(c.args, o.Branch, "--")
	}
	if o.Progress {
		c.task = "clone"
	}
	_, err := t.run(ctx, c)
	return err
}

// unborn tells a clone of a repository without commits. What cannot be read here
// is left to git.
func unborn(dir string) (bool, error) {
	r, err := Open(dir)
	var strange *UnsupportedError
	if errors.As(err, &strange) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer r.Close() //nolint:errcheck // read only
	_, err = r.Resolve("HEAD")
	return err != nil, nil
}

// fingerprint stands for what is cloned: another wish begins anew.
func (o CloneOptions) fingerprint() string {
	sum := sha256.Sum256([]byte(o.URL + "\x00" + o.NewBranch + "\x00" + strings.Join(o.args(), "\x00")))
	return hex.EncodeToString(sum[:])
}

func (w *workshop) keep(fingerprint string) error {
	if err := os.WriteFile(filepath.Join(w.dir, fetchedFile), []byte(fingerprint), 0o600); err != nil {
		return classifyDisk(err)
	}
	w.fetched = true
	return nil
}

// openWorkshop takes over what a process left behind that was ended while it
// cloned the same to the same place, removes what is of no use, and else makes
// a new folder.
func openWorkshop(dir, fingerprint string) (*workshop, error) {
	mine := filepath.Join(filepath.Dir(dir), fmt.Sprintf("%s%d-", tempPrefix(dir), os.Getpid()))
	for _, left := range leftWorkshops(dir) {
		was, err := os.ReadFile(filepath.Join(left, fetchedFile))
		if err != nil || string(was) != fingerprint {
			_ = os.RemoveAll(left)
			continue
		}
		// Of several that want it, one can rename it.
		if taken := mine + "again"; os.Rename(left, taken) == nil {
			return &workshop{dir: taken, fetched: true}, nil
		}
	}
	tmp, err := os.MkdirTemp(filepath.Dir(dir), filepath.Base(mine)+"*")
	return &workshop{dir: tmp}, err
}

// RemoveLeftClone removes what is left of clones to a folder whose process was
// ended, and which nobody will go on with.
func RemoveLeftClone(dir string) error {
	var errs []error
	for _, left := range leftWorkshops(dir) {
		errs = append(errs, os.RemoveAll(left))
	}
	return fault.Join(errs...)
}

func tempPrefix(dir string) string { return ".isrc-clone-" + filepath.Base(dir) + "-" }

// leftWorkshops lists the temporary folders beside a place whose process is
// gone.
func leftWorkshops(dir string) []string {
	var left []string
	entries, _ := os.ReadDir(filepath.Dir(dir))
	for _, e := range entries {
		rest, ok := strings.CutPrefix(e.Name(), tempPrefix(dir))
		number, tail, dash := strings.Cut(rest, "-")
		pid, err := strconv.Atoi(number)
		own := pid == os.Getpid() && tail == "again"
		if ok && dash && err == nil && e.IsDir() && (own || !disk.Alive(pid)) {
			left = append(left, filepath.Join(filepath.Dir(dir), e.Name()))
		}
	}
	return left
}
