package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
)

// bareConfig makes a repository answer as GitHub's do: filters, wants by id,
// forced pushes unless a rule forbids them, refs/pull for reading only.
const bareConfig = `[core]
	repositoryformatversion = 0
	filemode = true
	bare = true
	fsync = none
	logAllRefUpdates = false
[gc]
	auto = 0
[receive]
	denyNonFastForwards = false
	denyDeletes = false
	denyDeleteCurrent = warn
	denyCurrentBranch = ignore
	hideRefs = refs/pull
	autogc = false
[uploadpack]
	allowFilter = true
	allowAnySHA1InWant = true
	advertiseSidebandAll = true
[protocol]
	version = 2
`

// ready makes the bare repository when it is first asked for. Seeded pull
// requests know their commits only after that.
func (f *Forge) ready(ctx context.Context, r *repository) error {
	r.once.Do(func() {
		// Whoever asked first may go away; the others still want it.
		ctx := context.WithoutCancel(ctx)
		f.know(r)
		if r.parent != nil {
			r.makeErr = f.makeFork(ctx, r)
		} else {
			r.makeErr = f.makeSeed(ctx, r)
		}
		r.made.Store(r.makeErr == nil)
	})
	if r.makeErr != nil {
		return fault.Errorf("make the repository %s: %w", r.fullName(), r.makeErr)
	}
	return nil
}

// layOut writes an empty bare repository by hand; git init would cost more
// than the import. The folder of an earlier forge is never reused.
func (f *Forge) layOut(r *repository) error {
	base := filepath.Join(f.dir, r.owner.Login, r.name)
	if err := os.MkdirAll(filepath.Dir(base), 0o755); err != nil {
		return err
	}
	r.dir = base + ".git"
	for n := 2; ; n++ {
		err := os.Mkdir(r.dir, 0o755)
		if err == nil {
			break
		}
		if !errors.Is(err, os.ErrExist) || n > 10_000 {
			return err
		}
		r.dir = base + "-" + strconv.Itoa(n) + ".git"
	}
	for _, d := range []string{"objects/info", "objects/pack", "refs/heads", "refs/tags"} {
		if err := os.MkdirAll(filepath.Join(r.dir, filepath.FromSlash(d)), 0o755); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(r.dir, "config"), []byte(bareConfig), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(r.dir, "HEAD"), []byte("ref: refs/heads/"+r.branch+"\n"), 0o644)
}

// makeSeed writes a repository of the world by one git fast-import. What was
// told of it before that must be what git makes of it.
func (f *Forge) makeSeed(ctx context.Context, r *repository) error {
	if err := f.layOut(r); err != nil {
		return err
	}
	h := newHistory(f, r)
	h.stream = true
	h.write()
	marks := filepath.Join(r.dir, "marks")
	_, err := f.git.run(ctx, r.dir, &h.out, "-c", "fastimport.unpackLimit=0",
		"fast-import", "--quiet", "--done", "--date-format=raw", "--export-marks="+marks)
	if err != nil {
		return err
	}
	shas, err := readMarks(marks)
	if err != nil {
		return err
	}
	for i, c := range h.commits {
		if shas[i+1] != c.sha {
			return fault.Errorf("git names commit %d %s, and the seed said %s", i+1, shas[i+1], c.sha)
		}
	}
	return nil
}

func readMarks(path string) (map[int]string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	shas := map[int]string{}
	for line := range strings.Lines(string(data)) {
		mark, sha, ok := strings.Cut(strings.TrimSpace(line), " ")
		n, err := strconv.Atoi(strings.TrimPrefix(mark, ":"))
		if !ok || err != nil {
			return nil, fault.Errorf("git fast-import wrote the mark %q", line)
		}
		shas[n] = sha
	}
	return shas, nil
}

// makeFork shares the upstream's objects and has the upstream's branches and
// tags of this moment.
func (f *Forge) makeFork(ctx context.Context, r *repository) error {
	if err := f.ready(ctx, r.parent); err != nil {
		return err
	}
	if err := f.layOut(r); err != nil {
		return err
	}
	objects := filepath.ToSlash(filepath.Join(r.parent.dir, "objects")) + "\n"
	if err := os.WriteFile(filepath.Join(r.dir, "objects", "info", "alternates"), []byte(objects), 0o644); err != nil {
		return err
	}
	refs, err := f.in(ctx, r.parent, "for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/tags")
	if err != nil {
		return err
	}
	lines := map[string]string{}
	for line := range strings.Lines(refs) {
		sha, ref, _ := strings.Cut(strings.TrimSpace(line), " ")
		if r.onlyDefault && strings.HasPrefix(ref, "refs/heads/") && ref != "refs/heads/"+r.branch {
			continue
		}
		lines[ref] = sha
	}
	if r.behind > 0 {
		if lines["refs/heads/"+r.branch], err = f.in(ctx, r.parent, "rev-parse", "--verify", "refs/heads/"+r.branch+"~"+strconv.Itoa(r.behind)); err != nil {
			return err
		}
	}
	for _, i := range r.source().issues {
		if p := i.pull; p != nil && p.head == r && p.seed != nil && i.state == "open" {
			lines["refs/heads/"+p.branch] = p.sha
		}
	}
	return writePackedRefs(r.dir, lines)
}

func writePackedRefs(dir string, refs map[string]string) error {
	var b bytes.Buffer
	b.WriteString("# pack-refs with: sorted \n")
	for _, ref := range sortedKeys(refs) {
		if refs[ref] != "" {
			fmt.Fprintf(&b, "%s %s\n", refs[ref], ref)
		}
	}
	return os.WriteFile(filepath.Join(dir, "packed-refs"), b.Bytes(), 0o644)
}

// day is the midnight from which the ages of commits count, so that commits
// are the same all day long.
func (f *Forge) day() time.Time { return f.start.Truncate(24 * time.Hour) }
