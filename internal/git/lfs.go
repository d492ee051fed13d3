package git

import (
	"context"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
)

// HasLFS says whether Git LFS is installed.
func (t *Tool) HasLFS() bool { return t != nil && lookProgram(t.Env, "git-lfs") != "" }

// pointers are settings with which git leaves files of Git LFS as the pointers that
// they are in the history, where git-lfs was set up once and is not there: git would
// refuse to check them out. What is committed so, Filters finds. An empty process
// stands before the other two ways, and runs nothing. They come behind the settings
// that the environment has already (git 2.31).
func (t *Tool) pointers(base []string) []string {
	if t.HasLFS() {
		return nil
	}
	n, err := strconv.Atoi("0" + lookup(base, "GIT_CONFIG_COUNT"))
	if err != nil {
		return nil // git says what is wrong with it
	}
	key, value := func(i int) string { return "GIT_CONFIG_KEY_" + strconv.Itoa(n+i) + "=" }, func(i int) string { return "GIT_CONFIG_VALUE_" + strconv.Itoa(n+i) + "=" }
	return []string{key(0) + "filter.lfs.process", value(0), key(1) + "filter.lfs.required", value(1) + "false", "GIT_CONFIG_COUNT=" + strconv.Itoa(n+2)}
}

// LFSError says that files belong to Git LFS, which is not installed.
type LFSError struct{ Paths []string }

func (e *LFSError) Error() string {
	return "Git LFS is not installed, and these files belong to it: " + strings.Join(e.Paths, ", ")
}

// withoutLFS is an *LFSError for files that a commit of everything would take in as
// they are. git itself fails then where git-lfs was set up once, and commits them
// where it never was; once committed they can hardly be taken out again.
func (t *Tool) withoutLFS(ctx context.Context, dir string) error {
	if t.HasLFS() {
		return nil
	}
	out, err := t.Run(ctx, dir, "--no-optional-locks", "status", "--porcelain", "-z", "--no-renames", "--untracked-files=all")
	if err != nil || out == "" {
		return nil //nolint:nilerr // git says what is wrong when it commits
	}
	var paths []string
	for _, r := range strings.Split(out, "\x00") {
		if len(r) > 3 && r[0] != 'D' && r[1] != 'D' {
			paths = append(paths, r[3:])
		}
	}
	large, err := t.OfLFS(ctx, dir, paths)
	if err != nil || len(large) == 0 {
		return nil //nolint:nilerr // an attribute that git cannot read stops no commit of git's either
	}
	return &LFSError{Paths: large}
}

// Filters gives the filter that each file goes through on its way into git, as
// .gitattributes has it, for those that go through one.
func (t *Tool) Filters(ctx context.Context, dir string, paths []string) (map[string]string, error) {
	out, err := t.RunInput(ctx, dir, strings.NewReader(strings.Join(paths, "\x00")+"\x00"), "check-attr", "-z", "--stdin", "filter")
	if err != nil {
		return nil, wrap(err, "read the attributes")
	}
	all := map[string]string{}
	f := strings.Split(out, "\x00")
	for i := 0; i+2 < len(f); i += 3 { // path, attribute, value
		if v := f[i+2]; v != "unspecified" && v != "unset" && v != "set" {
			all[f[i]] = v
		}
	}
	return all, nil
}

// OfLFS gives those of some files, named from the top of the clone, that belong to
// Git LFS.
func (t *Tool) OfLFS(ctx context.Context, dir string, paths []string) (large []string, err error) {
	if len(paths) == 0 {
		return nil, nil
	}
	filters, err := t.Filters(ctx, dir, paths)
	for _, p := range paths {
		if filters[p] == "lfs" {
			large = append(large, p)
		}
	}
	return large, err
}

// FillSubmodules fetches the submodules of a clone, those in them too. Their
// addresses stand in files of the repository, so only transports are used that
// go to another machine and run nothing on this one.
func (t *Tool) FillSubmodules(ctx context.Context, dir string) error {
	c := command{
		dir: dir, task: "submodules", url: "the submodules of " + dir, env: []string{"GIT_ALLOW_PROTOCOL=http:https:ssh"},
		args: []string{"-c", "core.hooksPath=/dev/null", "submodule", "update", "--init", "--recursive", "--progress"},
	}
	if _, err := t.run(ctx, c); err != nil {
		return fault.Errorf("fetch the submodules: %w", err)
	}
	return nil
}
