package sandbox_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/isrc-dev/isrc/internal/forge/sandbox"
)

func TestGitReads(t *testing.T) {
	t.Parallel()
	w, _ := small()
	b := start(t, w)
	for _, args := range [][]string{nil, {"--filter=blob:none"}, {"--depth=1"}, {"-c", "protocol.version=0"}} {
		dir := b.clone("newcomer", "platform/lib", args...)
		data, err := os.ReadFile(filepath.Join(dir, "src", "a.txt"))
		if err != nil || string(data) != "one\n" {
			t.Errorf("clone %v: got %q, %v", args, data, err)
		}
	}
}

func TestWantsByID(t *testing.T) {
	t.Parallel()
	w, _ := small()
	b := start(t, w)
	dir := b.clone("newcomer", "platform/lib", "--filter=blob:none", "--no-checkout")
	blob := strings.Fields(b.git("newcomer", dir, "ls-tree", "HEAD", "src/"))[2]
	empty := t.TempDir()
	b.git("", empty, "init", "-q")
	b.git("newcomer", empty, "fetch", "-q", b.URL()+"/platform/lib", blob)
	if got := b.git("", empty, "cat-file", "blob", blob); got != "one" {
		t.Errorf("got %q", got)
	}
}

func TestWhoMayReadAndPush(t *testing.T) {
	t.Parallel()
	w, r := small()
	w.AddAccount("outsider")
	r.Visibility = "private"
	r.Access = map[string]string{"newcomer": "pull"}
	b := start(t, w)
	cases := []struct{ name, login, want string }{
		{"nobody is asked for credentials", "", "could not read Username"},
		{"an outsider sees nothing", "outsider", "not found"},
	}
	for _, c := range cases {
		out, err := b.tryGit(c.login, b.home, "ls-remote", b.URL()+"/platform/lib.git")
		if err == nil || !strings.Contains(out, c.want) {
			t.Errorf("%s: got %q, %v", c.name, out, err)
		}
	}
	dir := b.clone("newcomer", "platform/lib")
	b.commit(dir, "src/a.txt", "two\n", "change")
	out, err := b.tryGit("newcomer", dir, "push", "origin", "HEAD")
	if err == nil || !strings.Contains(out, "403") || !strings.Contains(out, "Permission to platform/lib.git denied to newcomer") {
		t.Errorf("push without permission: %v\n%s", err, out)
	}
	b.git("platform-lead", dir, "push", "-q", "origin", "HEAD:refs/heads/topic")
	b.git("platform-lead", dir, "push", "-q", "--force", "origin", "HEAD~1:refs/heads/topic")
	b.git("platform-lead", dir, "push", "-q", "origin", ":refs/heads/topic")
	if out, err := b.tryGit("platform-lead", dir, "push", "origin", "HEAD:refs/pull/7/head"); err == nil {
		t.Errorf("refs/pull can be written: %s", out)
	}
}

func TestBigChunkedPush(t *testing.T) {
	t.Parallel()
	w, r := small()
	r.Access = map[string]string{"newcomer": "push"}
	b := start(t, w)
	dir := b.clone("newcomer", "platform/lib")
	noise := make([]byte, 3<<20)
	seed := uint32(1)
	for i := range noise {
		seed = seed*1664525 + 1013904223
		noise[i] = byte(seed >> 24)
	}
	want := b.commit(dir, "noise", string(noise), "add noise")
	b.git("newcomer", dir, "push", "-q", "origin", "HEAD")
	if got := b.git("newcomer", dir, "ls-remote", "origin", "refs/heads/main"); !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want %s", got, want)
	}
}

// pushCase is a push and the rule that judges it.
type pushCase struct {
	name    string
	rule    sandbox.Rule
	include string
	push    func(b *bench, dir string) []string // what to push
	want    string                              // "" when it must pass
}

func pushCases() []pushCase {
	return []pushCase{
		{"a message that does not match", sandbox.Rule{Type: "commit_message_pattern", Parameters: map[string]any{"operator": "regex", "pattern": `\A(feat|fix): `}}, "~ALL",
			func(b *bench, dir string) []string {
				b.commit(dir, "x", "x", "no type")
				return []string{"HEAD:refs/heads/topic"}
			}, "commit message"},
		{"a message that matches", sandbox.Rule{Type: "commit_message_pattern", Parameters: map[string]any{"operator": "regex", "pattern": `\A(feat|fix): `}}, "~ALL",
			func(b *bench, dir string) []string {
				b.commit(dir, "x", "x", "fix: it")
				return []string{"HEAD:refs/heads/topic"}
			}, ""},
		{"a branch name", sandbox.Rule{Type: "branch_name_pattern", Parameters: map[string]any{"operator": "starts_with", "pattern": "feature/"}}, "~ALL",
			func(*bench, string) []string { return []string{"HEAD:refs/heads/topic"} }, "must start with: feature/"},
		{"an author's address", sandbox.Rule{Type: "commit_author_email_pattern", Parameters: map[string]any{"operator": "ends_with", "pattern": "@other.example"}}, "~ALL",
			func(b *bench, dir string) []string {
				b.commit(dir, "x", "x", "x")
				return []string{"HEAD:refs/heads/topic"}
			}, "author e-mail newcomer@acme.example"},
		{"a direct push to the base", sandbox.Rule{Type: "pull_request"}, "~DEFAULT_BRANCH",
			func(b *bench, dir string) []string {
				b.commit(dir, "x", "x", "x")
				return []string{"HEAD:refs/heads/main"}
			}, "through a pull request"},
		{"another branch than the base", sandbox.Rule{Type: "pull_request"}, "~DEFAULT_BRANCH",
			func(b *bench, dir string) []string {
				b.commit(dir, "x", "x", "x")
				return []string{"HEAD:refs/heads/topic"}
			}, ""},
		{"a forced push", sandbox.Rule{Type: "non_fast_forward"}, "~ALL",
			func(b *bench, dir string) []string {
				b.git("", dir, "commit", "-q", "--amend", "-m", "other")
				return []string{"--force", "HEAD:refs/heads/main"}
			}, "force-pushed"},
		{"a deletion", sandbox.Rule{Type: "deletion"}, "~ALL",
			func(*bench, string) []string { return []string{":refs/heads/side"} }, "must not be deleted"},
		{"a creation", sandbox.Rule{Type: "creation"}, "~ALL",
			func(*bench, string) []string { return []string{"HEAD:refs/heads/topic"} }, "Creating"},
		{"a signature", sandbox.Rule{Type: "required_signatures"}, "~ALL",
			func(b *bench, dir string) []string {
				b.commit(dir, "x", "x", "x")
				return []string{"HEAD:refs/heads/topic"}
			}, "verified signatures"},
		{"a path", sandbox.Rule{Type: "file_path_restriction", Parameters: map[string]any{"restricted_file_paths": []any{"secret/**"}}}, "~ALL",
			func(b *bench, dir string) []string {
				b.commit(dir, "secret/deep/x", "x", "x")
				return []string{"HEAD:refs/heads/topic"}
			}, "secret/deep/x is restricted"},
		{"a size", sandbox.Rule{Type: "max_file_size", Parameters: map[string]any{"max_file_size": 1}}, "~ALL",
			func(b *bench, dir string) []string {
				b.commit(dir, "x", strings.Repeat("x", 2<<20), "x")
				return []string{"HEAD:refs/heads/topic"}
			}, "at most 1 MB"},
		{"a rule of an unknown type", sandbox.Rule{Type: "moon_phase"}, "~ALL",
			func(b *bench, dir string) []string {
				b.commit(dir, "x", "x", "x")
				return []string{"HEAD:refs/heads/topic"}
			}, ""},
	}
}

func TestRulesRejectAPush(t *testing.T) {
	t.Parallel()
	for _, c := range pushCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w, r := small()
			r.Branches = []string{"side"}
			r.Rulesets = []sandbox.Ruleset{{Name: "r", Include: []string{c.include}, Rules: []sandbox.Rule{c.rule}}}
			b := start(t, w)
			dir := b.clone("platform-lead", "platform/lib")
			out, err := b.tryGit("platform-lead", dir, append([]string{"push", "origin"}, c.push(b, dir)...)...)
			if c.want == "" {
				if err != nil {
					t.Fatalf("refused: %s", out)
				}
				return
			}
			for _, want := range []string{"remote: error: GH013", "! [remote rejected]", "repository rule violations", c.want} {
				if err == nil || !strings.Contains(out, want) {
					t.Errorf("%q is missing (%v) in\n%s", want, err, out)
				}
			}
			if refs := b.git("platform-lead", dir, "ls-remote", "origin"); strings.Contains(refs, "topic") || !strings.Contains(refs, "side") {
				t.Errorf("a rejected push changed references:\n%s", refs)
			}
		})
	}
}
