package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"
)

// Each of these is a checkout that people have and go-git's own way of
// opening refuses or misreads.
func TestEveryRealCheckoutOpens(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		make func(w *world) string // the folder to open
	}{
		{"a plain one", func(w *world) string { return "lib" }},
		{"a folder inside it", func(w *world) string { return "lib/docs" }},
		{"a linked worktree", func(w *world) string {
			w.git("lib", "worktree", "add", "--quiet", "--detach", "../linked")
			w.git("linked", "switch", "--quiet", "-c", "other")
			return "linked"
		}},
		{"a sparse checkout", func(w *world) string {
			w.git("lib", "sparse-checkout", "set", "docs")
			return "lib"
		}},
		{"a linked worktree of a sparse checkout", func(w *world) string {
			w.git("lib", "sparse-checkout", "set", "docs")
			w.git("lib", "worktree", "add", "--quiet", "--detach", "../linked")
			return "linked/docs"
		}},
		{"a blobless clone", func(w *world) string {
			w.bare("lib", "lib.git")
			w.git(".", "clone", "--quiet", "--filter=blob:none", "file://"+w.path("lib.git"), "partial")
			return "partial"
		}},
		{"a sparse blobless clone", func(w *world) string {
			w.bare("lib", "lib.git")
			w.git(".", "clone", "--quiet", "--sparse", "--filter=blob:none", "file://"+w.path("lib.git"), "partial")
			return "partial"
		}},
		{"a shallow clone", func(w *world) string {
			w.git(".", "clone", "--quiet", "--depth=1", "file://"+w.path("lib"), "shallow")
			return "shallow"
		}},
		{"a split index", func(w *world) string {
			w.git("lib", "update-index", "--split-index")
			return "lib"
		}},
		{"an index of version 4", func(w *world) string {
			w.git("lib", "update-index", "--index-version=4")
			return "lib"
		}},
		{"packed references and objects", func(w *world) string {
			w.git("lib", "gc", "--quiet")
			return "lib"
		}},
		{"objects borrowed from another repository", func(w *world) string {
			w.git(".", "clone", "--quiet", "--shared", "lib", "borrower")
			return "borrower"
		}},
		{"a submodule", func(w *world) string {
			w.repo("outer")
			w.git("outer", "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", w.path("lib"), "inner")
			return "outer/inner"
		}},
		{"a bare repository", func(w *world) string {
			w.bare("lib", "lib.git")
			return "lib.git"
		}},
		{"a detached head", func(w *world) string {
			w.git("lib", "switch", "--quiet", "--detach")
			return "lib"
		}},
		{"settings that go-git does not take", func(w *world) string {
			w.git("lib", "config", "branch.main.merge", "not a reference")
			w.git("lib", "config", "branch.main.isrc-run", "20261121-lib-fix-abcd")
			w.git("lib", "config", "remote.empty.fetch", "+x:y:z")
			w.git("lib", "config", "pack.window", "many")
			return "lib"
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.repo("lib")
			w.commit("lib", "docs: a page", "docs/a.md", "a\n")
			dir := tt.make(w)
			r := w.open(dir)
			sha := w.git(dir, "rev-parse", "HEAD")
			branch, _ := w.try(dir, "symbolic-ref", "--short", "--quiet", "HEAD")
			gotBranch, gotSHA, detached, err := r.Head()
			if err != nil {
				t.Fatal(err)
			}
			if gotSHA != sha || gotBranch != strings.TrimSpace(branch) || detached != (branch == "") {
				t.Errorf("head is %q at %s, detached %v; want %q at %s", gotBranch, gotSHA, detached, branch, sha)
			}
			if c, err := r.Commit("HEAD"); err != nil || c.Subject() != "docs: a page" {
				t.Errorf("got the commit %q, %v", c.Subject(), err)
			}
			files, err := r.FS(ctx(t), "HEAD")
			if err != nil {
				t.Fatal(err)
			}
			r.Tool = w.tool
			if b, err := fs.ReadFile(files, "docs/a.md"); err != nil || string(b) != "a\n" {
				t.Errorf("got the file %q, %v", b, err)
			}
			for what, pair := range map[string][2]string{
				"git folder":    {r.GitDir(), w.git(dir, "rev-parse", "--absolute-git-dir")},
				"shared folder": {r.CommonDir(), abs(w, dir, w.git(dir, "rev-parse", "--git-common-dir"))},
			} {
				if pair[0] != pair[1] {
					t.Errorf("the %s is %s, want %s", what, pair[0], pair[1])
				}
			}
			if !r.IsBare() {
				if top := w.git(dir, "rev-parse", "--show-toplevel"); r.Root() != top {
					t.Errorf("the top is %s, want %s", r.Root(), top)
				}
			}
			if got, want := r.IsShallow(), w.git(dir, "rev-parse", "--is-shallow-repository") == "true"; got != want {
				t.Errorf("shallow: %v, want %v", got, want)
			}
			if got, want := r.IsPartial(), strings.Contains(tt.name, "blobless"); got != want {
				t.Errorf("partial: %v, want %v", got, want)
			}
		})
	}
}

func abs(w *world, dir, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return w.path(dir, name)
}

func TestWhatCannotBeReadIsRefusedByName(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, key, value, want string
	}{
		{"sha256 ids", "extensions.objectFormat", "sha256", "sha256 object ids"},
		{"reftable", "extensions.refStorage", "reftable", "reftable reference storage"},
		{"an extension of the future", "extensions.timeTravel", "true", "the extension timetravel"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.repo("lib")
			w.git("lib", "config", "core.repositoryformatversion", "1")
			w.git("lib", "config", tt.key, tt.value)
			_, err := Open(w.path("lib"))
			var u *UnsupportedError
			if !errors.As(err, &u) || u.What != tt.want {
				t.Errorf("got %v, want %s named", err, tt.want)
			}
		})
	}
}

func TestWhatIsNoRepositoryIsSaidToBeNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.write("empty/.git/notes", "a folder of that name alone is nothing")
	w.write("lying/.git", "gitdir: ../empty\n")
	w.write("odd/.git", "what is this\n")
	for _, dir := range []string{"home", "empty", "lying", "odd"} {
		if _, err := Open(w.path(dir)); !errors.Is(err, ErrNotARepo) {
			t.Errorf("%s: got %v, want ErrNotARepo", dir, err)
		}
	}
	if _, err := Open(w.path("nowhere")); !errors.Is(err, ErrNotARepo) {
		t.Errorf("a folder that is not there: got %v", err)
	}
}

func TestAnUnbornBranchHasNoCommit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.git(".", "init", "--quiet", "new")
	branch, sha, detached, err := w.open("new").Head()
	if branch != "main" || sha != "" || detached || err != nil {
		t.Errorf("got %q, %q, %v, %v", branch, sha, detached, err)
	}
}

func TestResolve(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.commit("lib", "second")
	w.git("lib", "tag", "light")
	w.git("lib", "tag", "-a", "-m", "annotated", "v1.0.0")
	w.git("lib", "branch", "topic/one", "HEAD~1")
	w.git("lib", "update-ref", "refs/remotes/origin/main", "HEAD~1")
	w.git("lib", "config", "branch.main.remote", "origin")
	w.git("lib", "config", "branch.main.merge", "refs/heads/main")
	w.git("lib", "config", "remote.origin.url", "https://forge.example/a/b")
	w.git("lib", "config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*")
	r := w.open("lib")
	head := w.git("lib", "rev-parse", "HEAD")
	for _, rev := range []string{"HEAD", "main", "refs/heads/main", "light", "v1.0.0", "refs/tags/v1.0.0", "topic/one", "origin/main", "HEAD~1", "HEAD^", head, head[:10]} {
		got, err := r.Resolve(rev)
		if want := w.git("lib", "rev-parse", rev+"^{commit}"); got != want || err != nil {
			t.Errorf("%s is %s, %v; want %s", rev, got, err, want)
		}
	}
	for _, rev := range []string{"nothing", strings.Repeat("0", 39) + "1", "--all", "", w.git("lib", "rev-parse", "HEAD^{tree}")} {
		if got, err := r.Resolve(rev); err == nil {
			t.Errorf("%q is %s, want an error", rev, got)
		}
	}
	r.Tool = w.tool
	if got, err := r.Resolve("main@{upstream}"); err != nil || got != w.git("lib", "rev-parse", "origin/main") {
		t.Errorf("what only git knows: %s, %v", got, err)
	}
	if _, err := r.Resolve("nothing"); !errors.Is(err, ErrNoRevision) {
		t.Errorf("got %v, want ErrNoRevision", err)
	}
}

// What Resolve answers without git is what git says, and where git says
// nothing Resolve says nothing.
func TestResolveAgreesWithGit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.commit("lib", "second")
	w.git("lib", "switch", "-q", "-c", "side", "HEAD~1")
	w.commit("lib", "aside")
	w.git("lib", "switch", "-q", "main")
	w.git("lib", "merge", "-q", "--no-ff", "-m", "join", "side")
	w.git("lib", "tag", "-a", "-m", "one", "inner")
	w.git("lib", "tag", "-a", "-m", "of a tag", "outer", "inner")
	w.git("lib", "tag", "tree", "HEAD^{tree}")
	w.git("lib", "update-ref", "refs/remotes/origin/main", "HEAD~1")
	w.git("lib", "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
	r := w.open("lib")
	head := w.git("lib", "rev-parse", "HEAD")
	for _, rev := range []string{
		"HEAD", "HEAD^0", "HEAD~0", "HEAD^", "HEAD^1", "HEAD^2", "HEAD^3", "HEAD^^", "HEAD^2~1", "HEAD~1^0~1", "HEAD~9", "HEAD~", "main~1^",
		"outer", "outer~1", "inner^2", "tree", "tree~1", "origin", "origin~1", "heads/side", "tags/outer", "remotes/origin/main", "refs/heads/side~1",
		head, head + "~1", head + "^2", head[:4], head[:7] + "^", strings.ToUpper(head[:8]), head[:39], head + "0", strings.ToUpper(head),
		"HEAD~x", "HEAD^-", "HEAD~99999999999999999999", "~1", "^", "../HEAD", "refs/heads/../heads/main", "heads//side", "main.lock", "config",
		w.git("lib", "rev-parse", "outer"), w.git("lib", "rev-parse", "HEAD^{tree}"),
	} {
		want, err := w.try("lib", "rev-parse", "--verify", "--quiet", rev+"^{commit}")
		if want = strings.TrimSpace(want); err != nil {
			want = "" // there is none, and why may have been said
		}
		if got, err := r.Resolve(rev); got != want || (err == nil) != (want != "") {
			t.Errorf("%s is %q, %v; git says %q", rev, got, err, want)
		}
	}
}

func TestABranchNamedLikeAnIDIsABranch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.commit("lib", "second")
	head := w.git("lib", "rev-parse", "HEAD")
	for _, name := range []string{head[:1], head[:3], "e2e", "bad"} {
		w.git("lib", "branch", name, "HEAD~1")
	}
	r := w.open("lib")
	for _, rev := range []string{head[:1], head[:3], head[:3] + "^0", "e2e", "bad", head, head[:8], head[:8] + "~1"} {
		got, err := r.Resolve(rev)
		if want := w.git("lib", "rev-parse", rev+"^{commit}"); got != want || err != nil {
			t.Errorf("%s is %s, %v; want %s", rev, got, err, want)
		}
	}
	if got, err := r.Resolve(head[:2]); !errors.Is(err, ErrNoRevision) {
		t.Errorf("two digits are %s, %v; git takes no less than four for an id", got, err)
	}
}

func TestBranchesAndRemotes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.git("lib", "branch", "topic")
	w.git("lib", "pack-refs", "--all")
	w.git("lib", "branch", "loose")
	sha := w.git("lib", "rev-parse", "HEAD")
	r := w.open("lib")
	got, err := r.Branches()
	if d := cmp.Diff(map[string]string{"main": sha, "topic": sha, "loose": sha}, got); d != "" || err != nil {
		t.Error(err, d)
	}
	w.git(".", "config", "--file", "gitconfig", "url.https://forge.example/.insteadOf", "acme:")
	w.git(".", "config", "--file", "gitconfig", "url.ssh://git@forge.example/.pushInsteadOf", "https://elsewhere.example/")
	w.git("lib", "remote", "add", "upstream", "acme:acme/lib")
	w.git("lib", "remote", "add", "origin", "https://elsewhere.example/me/lib")
	r = w.open("lib")
	plain, err := r.Remotes(ctx(t))
	if err != nil {
		t.Fatal(err)
	}
	want := []Remote{
		{"origin", "https://elsewhere.example/me/lib", "https://elsewhere.example/me/lib"},
		{"upstream", "acme:acme/lib", "acme:acme/lib"},
	}
	if d := cmp.Diff(want, plain); d != "" {
		t.Error(d)
	}
	r.Tool = w.tool
	rewritten, err := r.Remotes(ctx(t))
	if err != nil {
		t.Fatal(err)
	}
	want = []Remote{
		{"origin", "https://elsewhere.example/me/lib", "ssh://git@forge.example/me/lib"},
		{"upstream", "https://forge.example/acme/lib", "https://forge.example/acme/lib"},
	}
	if d := cmp.Diff(want, rewritten); d != "" {
		t.Error(d)
	}
}

func TestConfigComesFromWhereGitReadsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.git("lib", "config", "branch.feat/a.b.isrc-run", "run-1")
	w.write("included", "[commit]\n\tgpgsign = true\n")
	w.git(".", "config", "--file", "gitconfig", "includeIf.gitdir:"+w.path("lib")+"/.path", w.path("included"))
	r := w.open("lib")
	for _, tool := range []*Tool{nil, w.tool} {
		r.Tool = tool
		if v, ok, err := r.Config(ctx(t), "branch.feat/a.b.isrc-run"); v != "run-1" || !ok || err != nil {
			t.Errorf("with tool %v: got %q, %v, %v", tool != nil, v, ok, err)
		}
		if v, ok, err := r.Config(ctx(t), "no.such"); v != "" || ok || err != nil {
			t.Errorf("with tool %v: got %q, %v, %v", tool != nil, v, ok, err)
		}
	}
	if v, ok, err := r.Config(ctx(t), "commit.gpgsign"); v != "true" || !ok || err != nil {
		t.Errorf("a conditional include: got %q, %v, %v", v, ok, err)
	}
}

func TestOwnConfigIsWhatWasSetHere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.git("lib", "commit", "--allow-empty", "-m", "begin")
	w.git("lib", "worktree", "add", "--quiet", "../beside")
	w.git(".", "config", "--file", "gitconfig", "branch.main.isrc-run", "of another repository")
	r := w.open("beside")
	r.Tool = &Tool{Path: "/nowhere/git"}
	if v, ok, err := r.OwnConfig("branch.main.isrc-run"); v != "" || ok || err != nil {
		t.Errorf("set elsewhere: got %q, %v, %v", v, ok, err)
	}
	for _, branch := range []string{"main", "feat/a.b", `Fix/"ä";#1`} {
		key := "branch." + branch + ".isrc-run"
		for _, work := range []interface {
			SetConfig(ctx context.Context, dir, key, value string) error
		}{w.tool, &Builtin{}} {
			if err := errors.Join(w.tool.UnsetConfig(ctx(t), w.path("lib"), key), work.SetConfig(ctx(t), w.path("lib"), key, `--"run" 1`)); err != nil {
				t.Fatal(err)
			}
			if v, ok, err := r.OwnConfig(key); v != `--"run" 1` || !ok || err != nil {
				t.Errorf("%s by %T: got %q, %v, %v", key, work, v, ok, err)
			}
		}
	}
}

func TestTheFilesOfACommit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.write("outside", "secret")
	for name, target := range map[string]string{
		"lib/CONTRIBUTING.md": "docs/how.md", "lib/docs/up": "../README.md", "lib/folder": "docs",
		"lib/away": "../outside", "lib/absolute": w.path("outside"), "lib/loop": "loop2", "lib/loop2": "loop",
		"lib/dangling": "nothing", "lib/root": ".",
	} {
		if err := os.MkdirAll(filepath.Dir(w.path(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, w.path(name)); err != nil {
			t.Fatal(err)
		}
	}
	w.commit("lib", "links", "docs/how.md", "like this\n", "run.sh", "#!\n")
	files, err := w.open("lib").FS(ctx(t), "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"CONTRIBUTING.md": "like this\n", "docs/up": "hello\n", "folder/how.md": "like this\n",
		"folder/up": "hello\n", "root/root/README.md": "hello\n",
	} {
		if b, err := files.ReadFile(name); err != nil || string(b) != want {
			t.Errorf("%s: got %q, %v", name, b, err)
		}
	}
	for name, want := range map[string]error{
		"away": ErrOutside, "absolute": ErrOutside, "dangling": fs.ErrNotExist, "none": fs.ErrNotExist,
		"../outside": fs.ErrInvalid, "/README.md": fs.ErrInvalid, "README.md/x": fs.ErrNotExist,
	} {
		if b, err := files.ReadFile(name); !errors.Is(err, want) {
			t.Errorf("%s: got %q, %v; want %v", name, b, err, want)
		}
	}
	if _, err := files.ReadFile("loop"); err == nil {
		t.Error("a loop of links was read")
	}
	if _, err := files.ReadFile("docs"); err == nil {
		t.Error("a folder was read")
	}
	if to, err := files.ReadLink("CONTRIBUTING.md"); to != "docs/how.md" || err != nil {
		t.Errorf("got %q, %v", to, err)
	}
	if i, err := files.Lstat("folder"); err != nil || i.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("got %v, %v", i, err)
	}
	entries, err := files.ReadDir("folder")
	if err != nil || len(entries) != 2 || entries[0].Name() != "how.md" {
		t.Errorf("got %v, %v", entries, err)
	}
}

// While a repository is open git fetches into it, packs it and changes its
// settings.
func TestARepositoryThatChangesWhileItIsOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	w.git(".", "clone", "--quiet", "--depth=1", "file://"+w.path("lib"), "c")
	w.git("c", "repack", "-adq")
	r := w.open("c")
	first, err := r.Commit("HEAD")
	if err != nil {
		t.Fatal(err)
	}
	var files []string
	for i := range 120 { // enough to come as a pack
		files = append(files, fmt.Sprintf("f%d", i), fmt.Sprint(i))
	}
	sha := w.commit("lib", "new", files...)
	w.git("c", "-c", "fetch.unpackLimit=1", "fetch", "--quiet", "origin")
	if c, err := r.Commit("origin/main"); err != nil || c.SHA != sha {
		t.Errorf("after a fetch: got %s, %v", c.SHA, err)
	}
	w.git("c", "merge", "--quiet", "origin/main")
	w.git("c", "repack", "-adq")
	if c, err := r.Commits(ctx(t), first.SHA, "HEAD", 0); err != nil || len(c) != 1 {
		t.Errorf("after a repack: got %d, %v", len(c), err)
	}
	if changes, err := r.Changes(ctx(t), first.SHA, "HEAD"); err != nil || len(changes) != 120 || changes[0].Added != 1 {
		t.Errorf("after a repack: got %d files, %v", len(changes), err)
	}
	w.git("c", "remote", "add", "fork", "https://forge.example/newcomer/lib")
	if remotes, err := r.Remotes(ctx(t)); err != nil || len(remotes) != 2 {
		t.Errorf("after a remote was added: got %v, %v", remotes, err)
	}
	w.commit("lib", "third")
	w.git(".", "clone", "--quiet", "--depth=1", "file://"+w.path("lib"), "d")
	d := w.open("d")
	if !d.IsShallow() {
		t.Error("not shallow")
	}
	for range 2 { // the second time there is nothing to deepen
		if err := w.tool.Deepen(ctx(t), w.path("d"), "origin", 0); err != nil {
			t.Fatal(err)
		}
	}
	if all, err := d.Commits(ctx(t), "", "HEAD", 0); err != nil || len(all) != 3 || d.IsShallow() {
		t.Errorf("after deepening: got %d commits, %v", len(all), err)
	}
}

// Callers look things up in parallel.
func TestOneRepositoryServesManyAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	base := w.git("lib", "rev-parse", "HEAD")
	for i := range 5 {
		w.commit("lib", fmt.Sprint("c", i), fmt.Sprintf("d/f%d", i), "x\n")
	}
	w.git("lib", "repack", "-adq")
	r := w.open("lib")
	files, err := r.FS(ctx(t), "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	var g errgroup.Group
	for i := range 20 {
		g.Go(func() error {
			commits, err := r.Commits(ctx(t), base, "HEAD", 0)
			changes, err2 := r.Changes(ctx(t), base, "HEAD")
			_, err3 := files.ReadFile(fmt.Sprintf("d/f%d", i%5))
			_, err4 := r.MergeBase(ctx(t), "HEAD~2", "HEAD")
			if len(commits) != 5 || len(changes) != 5 {
				return fmt.Errorf("%d commits, %d files", len(commits), len(changes))
			}
			return errors.Join(err, err2, err3, err4)
		})
	}
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
}
