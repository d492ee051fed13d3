//go:build !windows

package contribute_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/rule"
)

// mending is a clone with a branch "fix" on top of main.
type mending struct {
	t    *testing.T
	dir  string
	tool *git.Tool
}

func newMending(t *testing.T) *mending {
	t.Helper()
	dir := t.TempDir()
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "GIT_CONFIG_GLOBAL=" + filepath.Join(dir, "gitconfig"), "GIT_CONFIG_NOSYSTEM=1",
		"GIT_TERMINAL_PROMPT=0", "LC_ALL=C",
	}
	tool, err := git.FindTool("auto", env)
	if err != nil {
		t.Fatal(err)
	}
	m := &mending{t: t, dir: filepath.Join(dir, "lib"), tool: tool}
	if err := os.WriteFile(filepath.Join(dir, "gitconfig"), []byte(noTidying+"[user]\n\tname = newcomer\n\temail = newcomer@acme.example\n[init]\n\tdefaultBranch = main\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(m.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	m.git("init", "--quiet")
	m.write("README.md", "# lib\n")
	m.commit("feat: begin")
	m.git("branch", "develop")
	m.git("switch", "--quiet", "-c", "fix")
	return m
}

func (m *mending) git(args ...string) string {
	m.t.Helper()
	out, err := m.tool.Run(m.t.Context(), m.dir, args...)
	if err != nil {
		m.t.Fatalf("git %s: %v", strings.Join(args, " "), err)
	}
	return strings.TrimSpace(out)
}

func (m *mending) write(name, text string) {
	m.t.Helper()
	path := filepath.Join(m.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		m.t.Fatal(err)
	}
	if err := writeProgram(path, text, 0o600); err != nil {
		m.t.Fatal(err)
	}
}

func (m *mending) read(name string) string {
	m.t.Helper()
	data, err := os.ReadFile(filepath.Join(m.dir, name))
	if err != nil {
		m.t.Fatal(err)
	}
	return string(data)
}

func (m *mending) commit(message string) string {
	m.t.Helper()
	m.git("add", "--all")
	m.git("commit", "--quiet", "--allow-empty", "-m", message)
	return m.git("rev-parse", "HEAD")
}

// log is what lies on top of main, oldest first.
func (m *mending) log() string { return m.git("log", "--reverse", "--format=%s", "main..HEAD") }

// mend reviews the branch and applies one fix to it.
func (m *mending) mend(fix *rule.Fix, o contribute.MendOptions) contribute.Mended {
	m.t.Helper()
	place, err := contribute.Finder{Dir: m.dir, Runs: m.t.TempDir(), Getenv: func(string) string { return "" }, Base: "main", Tool: m.tool}.Find(m.t.Context())
	if err != nil {
		m.t.Fatal(err)
	}
	if err := place.Refresh(m.t.Context(), m.tool); err != nil {
		m.t.Fatal(err)
	}
	review, err := place.Review(m.t.Context(), nil, m.tool, contribute.ReviewOptions{})
	if err != nil {
		m.t.Fatal(err)
	}
	review.Findings = []rule.Finding{{Rule: "some-rule", Verdict: rule.Broken, Fix: fix}}
	if o.Now.IsZero() {
		o.Now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	}
	got, err := review.Mend(m.t.Context(), m.tool, o)
	if err != nil {
		m.t.Fatal(err)
	}
	if len(got) != 1 {
		m.t.Fatalf("%d fixes are told of: %+v", len(got), got)
	}
	return got[0]
}

func safe(kind string, params any) *rule.Fix {
	return &rule.Fix{Verb: "mend it", Kind: kind, Params: params, Safe: true}
}

func TestFixesRewriteTheUsersOwnCommits(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		make func(*mending) *rule.Fix
		want func(*testing.T, *mending)
	}{
		"fixup commits are melted into those they name": {
			func(m *mending) *rule.Fix {
				m.write("a", "1\n")
				m.commit("feat: a")
				m.write("b", "1\n")
				m.commit("feat: b")
				m.write("a", "2\n")
				return safe(rule.FixAutosquash, rule.Autosquash{Commits: []string{m.commit("fixup! feat: a")}})
			},
			func(t *testing.T, m *mending) {
				if got := m.log(); got != "feat: a\nfeat: b" || m.read("a") != "2\n" {
					t.Errorf("got %q and a %q", got, m.read("a"))
				}
			},
		},
		"all commits become one": {
			func(m *mending) *rule.Fix {
				m.write("a", "1\n")
				m.commit("feat: a")
				m.write("b", "1\n")
				m.commit("more")
				return safe(rule.FixSquash, rule.Squash{Message: "feat: a and b"})
			},
			func(t *testing.T, m *mending) {
				if got := m.log(); got != "feat: a and b" || m.git("status", "--porcelain") != "" || m.read("b") != "1\n" {
					t.Errorf("got %q", got)
				}
			},
		},
		"commits go on top of the base as it is": {
			func(m *mending) *rule.Fix {
				m.write("a", "1\n")
				m.commit("feat: a")
				m.git("switch", "--quiet", "main")
				m.write("c", "1\n")
				m.commit("feat: c")
				m.git("switch", "--quiet", "fix")
				return safe(rule.FixRebase, rule.Rebase{Onto: "main"})
			},
			func(t *testing.T, m *mending) {
				if got := m.log(); got != "feat: a" || m.read("c") != "1\n" {
					t.Errorf("got %q", got)
				}
			},
		},
		"the author becomes who git says the user is": {
			func(m *mending) *rule.Fix {
				m.write("a", "1\n")
				m.git("add", "a")
				m.git("-c", "user.email=home@example.org", "commit", "--quiet", "--author=newcomer <home@example.org>", "-m", "feat: a")
				m.git("commit", "--quiet", "--amend", "--no-edit") // committed by the user
				return safe(rule.FixResetAuthor, rule.ResetAuthor{Commits: []string{m.git("rev-parse", "HEAD")}, Name: "newcomer", Email: "newcomer@acme.example"})
			},
			func(t *testing.T, m *mending) {
				if got := m.git("log", "-1", "--format=%ae"); got != "newcomer@acme.example" {
					t.Errorf("the author is %s", got)
				}
			},
		},
		"commits are signed with the user's program": {
			func(m *mending) *rule.Fix {
				m.write("../sign", "#!/bin/sh\ncat >/dev/null\necho '-----BEGIN PGP SIGNATURE-----'\necho x\necho '-----END PGP SIGNATURE-----'\necho '[GNUPG:] SIG_CREATED ' >&2\n")
				if err := os.Chmod(filepath.Join(m.dir, "../sign"), 0o700); err != nil {
					m.t.Fatal(err)
				}
				m.git("config", "gpg.program", filepath.Join(m.dir, "../sign"))
				return safe(rule.FixSign, rule.Sign{Commits: []string{m.commit("feat: a")}})
			},
			func(t *testing.T, m *mending) {
				if got := m.git("cat-file", "commit", "HEAD"); !strings.Contains(got, "\ngpgsig ") {
					t.Errorf("no signature in %s", got)
				}
			},
		},
		"a sign-off is added later by an empty commit": {
			func(m *mending) *rule.Fix {
				m.commit("feat: a")
				return safe(rule.FixRemediate, rule.Remediate{Message: "DCO remediation\n\nI hereby add it"})
			},
			func(t *testing.T, m *mending) {
				if got := m.log(); got != "feat: a\nDCO remediation" {
					t.Errorf("got %q", got)
				}
			},
		},
		"a file becomes part of the last commit": {
			func(m *mending) *rule.Fix {
				m.write("CHANGELOG.md", "# Changes\r\n\r\n## Unreleased\r\n")
				m.commit("feat: a")
				return safe(rule.FixWriteFiles, rule.WriteFiles{Why: "add notes", Files: []rule.FileEdit{
					{Path: "CHANGELOG.md", After: 3, Text: "\n- a\n"},
					{Path: "notes/a.md", Create: true, Text: "a\n"},
				}})
			},
			func(t *testing.T, m *mending) {
				if got := m.log(); got != "feat: a" || m.git("status", "--porcelain") != "" {
					t.Errorf("got %q", got)
				}
				if got := m.read("CHANGELOG.md"); got != "# Changes\r\n\r\n## Unreleased\r\n\r\n- a\r\n" {
					t.Errorf("the changelog is %q", got)
				}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMending(t)
			fix := tt.make(m)
			before := m.git("rev-parse", "HEAD")
			dry := m.mend(fix, contribute.MendOptions{Dry: true})
			if dry.Done || dry.Why != "" || m.git("rev-parse", "HEAD") != before || m.git("status", "--porcelain") != "" {
				t.Fatalf("a dry run says %+v", dry)
			}
			got := m.mend(fix, contribute.MendOptions{})
			if !got.Done || got.Why != "" {
				t.Fatalf("got %+v", got)
			}
			if back := m.git("rev-parse", got.Backup); back != before {
				t.Errorf("the backup is %s, want %s", back, before)
			}
			tt.want(t, m)
		})
	}
}

func TestFixesLeaveAloneWhatIsNotTheirs(t *testing.T) {
	t.Parallel()
	write := func(path string) func(*mending) *rule.Fix {
		return func(m *mending) *rule.Fix {
			m.commit("feat: a")
			return safe(rule.FixWriteFiles, rule.WriteFiles{Files: []rule.FileEdit{{Path: path, Create: true, Text: "x\n"}}})
		}
	}
	for name, tt := range map[string]struct {
		make func(*mending) *rule.Fix
		why  string
	}{
		"a conflict leaves everything as it was": {
			func(m *mending) *rule.Fix {
				m.write("a", "1\n")
				m.commit("feat: a")
				m.write("a", "2\n")
				m.commit("feat: b")
				m.write("a", "3\n")
				return safe(rule.FixAutosquash, rule.Autosquash{Commits: []string{m.commit("fixup! feat: a")}})
			}, "stops at a conflict",
		},
		"another's commit": {
			func(m *mending) *rule.Fix {
				m.git("-c", "user.email=other@acme.example", "commit", "--quiet", "--allow-empty", "-m", "feat: a")
				return safe(rule.FixSquash, rule.Squash{Message: "feat: a"})
			}, "is not your commit",
		},
		"a merge": {
			func(m *mending) *rule.Fix {
				m.commit("feat: a")
				m.git("switch", "--quiet", "develop")
				m.commit("feat: d")
				m.git("switch", "--quiet", "fix")
				m.git("merge", "--quiet", "--no-edit", "develop")
				return safe(rule.FixAutosquash, rule.Autosquash{})
			}, "merges are not rewritten",
		},
		"what is pushed": {
			func(m *mending) *rule.Fix {
				m.commit("feat: a")
				m.git("update-ref", "refs/remotes/origin/fix", "HEAD")
				return safe(rule.FixSquash, rule.Squash{Message: "feat: a"})
			}, "is pushed: others may have it",
		},
		"work that is not committed": {
			func(m *mending) *rule.Fix {
				m.commit("feat: a")
				m.write("README.md", "# other\n")
				return safe(rule.FixRebase, rule.Rebase{Onto: "main"})
			}, "1 file is not committed",
		},
		"a path out of the clone":  {write("../x"), "outside the clone"},
		"git's own files":          {write("sub/.GIT/hooks/pre-commit"), "git's own"},
		"a file that is there":     {write("README.md"), "there already"},
		"a fix that is refused":    {func(m *mending) *rule.Fix { m.commit("feat: a"); return &rule.Fix{Verb: "x", Refused: "because"} }, "because"},
		"one that wants a look":    {func(m *mending) *rule.Fix { m.commit("feat: a"); return &rule.Fix{Verb: "x"} }, "it wants a look first"},
		"a link out of the clone":  {func(m *mending) *rule.Fix { return linked(m) }, "no regular file"},
		"a line that is not there": {func(m *mending) *rule.Fix { return beyond(m) }, "has no line 9"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMending(t)
			fix := tt.make(m)
			before, status := m.git("rev-parse", "HEAD"), m.git("status", "--porcelain")
			got := m.mend(fix, contribute.MendOptions{})
			if got.Done || !strings.Contains(got.Why, tt.why) {
				t.Errorf("got %+v, want why %q", got, tt.why)
			}
			if now := m.git("rev-parse", "HEAD"); now != before || m.git("status", "--porcelain") != status {
				t.Error("something changed")
			}
		})
	}
}

func linked(m *mending) *rule.Fix {
	if err := os.Symlink("/etc/hostname", filepath.Join(m.dir, "link")); err != nil {
		m.t.Fatal(err)
	}
	m.commit("feat: a")
	return safe(rule.FixWriteFiles, rule.WriteFiles{Files: []rule.FileEdit{{Path: "link", Text: "x\n"}}})
}

func beyond(m *mending) *rule.Fix {
	m.commit("feat: a")
	return safe(rule.FixWriteFiles, rule.WriteFiles{Files: []rule.FileEdit{{Path: "README.md", After: 9, Text: "x\n"}}})
}

func TestAFileBesidePushedWorkIsACommitOfItsOwn(t *testing.T) {
	t.Parallel()
	m := newMending(t)
	m.commit("feat: a")
	m.git("update-ref", "refs/remotes/origin/fix", "HEAD")
	got := m.mend(safe(rule.FixWriteFiles, rule.WriteFiles{Why: "add the changelog fragment", Files: []rule.FileEdit{{Path: "n.md", Create: true, Text: "n\n"}}}), contribute.MendOptions{})
	if !got.Done || m.log() != "feat: a\nAdd the changelog fragment" {
		t.Errorf("got %+v and %q", got, m.log())
	}
}

func TestARetargetedChangeIsRemembered(t *testing.T) {
	t.Parallel()
	m := newMending(t)
	m.git("switch", "--quiet", "develop")
	m.write("d", "1\n")
	m.commit("feat: d")
	origin := filepath.Join(filepath.Dir(m.dir), "origin.git")
	if out, err := exec.CommandContext(context.Background(), "git", "clone", "--quiet", "--bare", m.dir, origin).CombinedOutput(); err != nil {
		t.Fatal(string(out))
	}
	m.git("remote", "add", "origin", origin)
	m.git("fetch", "--quiet", "origin", "main")
	m.git("switch", "--quiet", "fix")
	m.write("a", "1\n")
	m.commit("feat: a")
	got := m.mend(safe(rule.FixRetarget, rule.Retarget{From: "main", To: "develop"}), contribute.MendOptions{})
	if !got.Done || m.git("log", "--format=%s", "origin/develop..HEAD") != "feat: a" || m.read("d") != "1\n" {
		t.Fatalf("got %+v and %q", got, m.git("log", "--format=%s"))
	}
	place, err := contribute.Finder{Dir: m.dir, Runs: t.TempDir(), Getenv: func(string) string { return "" }, Tool: m.tool}.Find(t.Context())
	if err != nil || place.Base != "develop" {
		t.Errorf("the base is %q, %v", place.Base, err)
	}
}
