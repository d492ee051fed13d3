package sandbox_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/isrc-dev/isrc/internal/forge/sandbox"
)

// hasFile tells whether a file of the tree is named so and holds the words.
func hasFile(r *sandbox.Repo, name, words string) bool {
	return slices.ContainsFunc(r.Files, func(x sandbox.File) bool {
		ok, _ := path.Match(name, x.Path)
		return ok && strings.Contains(x.Data, words)
	})
}

func hasRule(r *sandbox.Repo, kind string) bool { return len(rulesOf(r, kind)) > 0 }

func rulesOf(r *sandbox.Repo, kind string) (out []sandbox.Rule) {
	for _, s := range r.Rulesets {
		for _, x := range s.Rules {
			if x.Type == kind {
				out = append(out, x)
			}
		}
	}
	return out
}

// way is a way of doing things that so many repositories of the company have.
type way struct {
	name  string
	least int
	is    func(*sandbox.Repo) bool
}

func acmeWays() []way {
	file := func(name, words string) func(*sandbox.Repo) bool {
		return func(r *sandbox.Repo) bool { return hasFile(r, name, words) }
	}
	rule := func(kind string) func(*sandbox.Repo) bool {
		return func(r *sandbox.Repo) bool { return hasRule(r, kind) }
	}
	language := func(name string) func(*sandbox.Repo) bool {
		return func(r *sandbox.Repo) bool { return r.Language == name }
	}
	required := func(name string) func(*sandbox.Repo) bool {
		return func(r *sandbox.Repo) bool {
			return slices.ContainsFunc(rulesOf(r, "required_status_checks"), func(x sandbox.Rule) bool {
				return strings.Contains(fmt.Sprint(x.Parameters), "context:"+name+"]")
			})
		}
	}
	noPage := func(r *sandbox.Repo) bool {
		return r.ForkOf == "" && !slices.ContainsFunc(r.Files, func(x sandbox.File) bool { return strings.Contains(strings.ToLower(x.Path), "contributing") })
	}
	return []way{
		{"Go", 8, language("Go")}, {"Java", 4, language("Java")}, {"TypeScript", 4, language("TypeScript")}, {"Python", 5, language("Python")},
		{"sign-off by a required check", 2, required("DCO")},
		{"sign-off by prose alone", 1, func(r *sandbox.Repo) bool {
			return hasFile(r, "docs/CONTRIBUTING.md", "sign off") && !required("DCO")(r)
		}},
		{"sign-off looked for by a workflow", 1, file(".github/workflows/*.yml", "Signed-off-by")},
		{"remediation commits", 1, file(".github/dco.yml", "individual: true")},
		{"titles judged by a workflow", 2, file(".github/workflows/*.yml", "amannn/action-semantic-pull-request")},
		{"titles judged by a configured pattern", 1, file(".github/pr-title-checker-config.json", "regexp")},
		{"commitlint in YAML", 1, file(".commitlintrc.yaml", "rules")}, {"commitlint in JSON", 1, file(".commitlintrc.json", "rules")},
		{"commitlint in JavaScript", 1, file("commitlint.config.js", "rules")}, {"commitlint in package.json", 1, file("package.json", "commitlint")},
		{"gitlint", 1, file(".gitlint", "general")}, {"conform", 1, file(".conform.yaml", "policies")},
		{"a rule on messages", 2, rule("commit_message_pattern")}, {"a rule on authors", 1, rule("commit_author_email_pattern")},
		{"a rule on committers", 1, rule("committer_email_pattern")}, {"a rule on branch names", 3, rule("branch_name_pattern")},
		{"a rule on paths", 1, rule("file_path_restriction")}, {"a rule on sizes", 1, rule("max_file_size")}, {"signatures", 1, rule("required_signatures")},
		{"several templates", 2, file(".github/PULL_REQUEST_TEMPLATE/*.md", "##")}, {"required sections", 1, file(".github/*.md", "(required)")},
		{"boxes to tick", 5, file(".github/*.md", "- [ ]")},
		{"code owners in the root", 3, file("CODEOWNERS", "@")}, {"code owners in .github", 3, file(".github/CODEOWNERS", "@")}, {"code owners in docs", 2, file("docs/CODEOWNERS", "@")},
		{"CONTRIBUTING in the root", 8, file("CONTRIBUTING.md", "")}, {"CONTRIBUTING in .github", 3, file(".github/CONTRIBUTING.md", "")},
		{"CONTRIBUTING in docs", 3, file("docs/CONTRIBUTING.md", "")}, {"CONTRIBUTING in reStructuredText", 1, file("CONTRIBUTING.rst", "")},
		{"no CONTRIBUTING at all", 4, noPage}, {"a CONTRIBUTING that only points", 1, file("CONTRIBUTING.md", "See [")},
		{"the newcomer may push", 3, func(r *sandbox.Repo) bool { return r.Access["newcomer"] == "push" }},
		{"forking forbidden", 3, func(r *sandbox.Repo) bool { return r.NoForking }},
		{"issues only", 2, func(r *sandbox.Repo) bool { return r.NoPulls }},
		{"archived", 2, func(r *sandbox.Repo) bool { return r.Archived }},
		{"private", 3, func(r *sandbox.Repo) bool { return r.Visibility == "private" }},
		{"a fork", 2, func(r *sandbox.Repo) bool { return r.ForkOf != "" }},
		{"another base than main", 2, func(r *sandbox.Repo) bool { return r.DefaultBranch == "develop" }},
		{"a change log wanted", 1, file(".github/workflows/*.yml", "changelog-enforcer")}, {"a changeset wanted", 1, file(".changeset/config.json", "{")},
		{"a linked issue wanted", 1, file(".github/workflows/*.yml", "check-linked-issues")},
		{"a workflow of another repository", 1, file(".github/workflows/*.yml", "uses: platform/pipelines")},
		{"a gate nobody can read", 3, func(r *sandbox.Repo) bool {
			return slices.ContainsFunc(r.Checks, func(c sandbox.Check) bool {
				return strings.HasSuffix(c.App, "-gate") || c.App == "danger" || c.App == "image-scanner"
			})
		}},
		{"innersource.json", 2, file("innersource.json", "isrc")}, {"catalog-info.yaml", 2, file("catalog-info.yaml", "owner")},
		{"an organisation's defaults", 1, func(r *sandbox.Repo) bool {
			return r.Name == ".github" && hasFile(r, "CONTRIBUTING.md", "all our repositories")
		}},
		{"branches must be up to date", 3, func(r *sandbox.Repo) bool {
			return slices.ContainsFunc(rulesOf(r, "required_status_checks"), func(x sandbox.Rule) bool { return x.Parameters["strict_required_status_checks_policy"] == true })
		}},
		{"hundreds of files", 1, func(r *sandbox.Repo) bool { return len(r.Files) > 250 }},
		{"issues that welcome help", 25, func(r *sandbox.Repo) bool {
			return slices.ContainsFunc(r.Issues, func(i sandbox.Issue) bool { return i.Closed == nil && slices.Contains(i.Labels, "help wanted") })
		}},
		{"releases", 12, func(r *sandbox.Repo) bool { return len(r.Releases) > 0 }},
		{"pull requests nobody answered", 5, func(r *sandbox.Repo) bool {
			return slices.ContainsFunc(r.Pulls, func(p sandbox.Pull) bool {
				return p.Merged == nil && p.Closed == nil && len(p.Reviews)+len(p.Comments) == 0
			})
		}},
	}
}

// TestAcmeHasManyWays holds the company to the variety that readers of
// guidelines must meet: a way that no repository has any more would go untested.
func TestAcmeHasManyWays(t *testing.T) {
	t.Parallel()
	w := sandbox.Acme()
	if len(w.Repos) < 40 || len(w.Orgs) < 8 {
		t.Fatalf("got %d repositories and %d organisations", len(w.Repos), len(w.Orgs))
	}
	for _, way := range acmeWays() {
		n := 0
		for _, r := range w.Repos {
			if way.is(r) {
				n++
			}
		}
		if n < way.least {
			t.Errorf("%s: %d repositories, want %d", way.name, n, way.least)
		}
	}
}

func TestFindTokenValidation(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	var got []string
	for _, x := range b.get("newcomer", "/search/repositories?q=token+validation+org:identity+org:platform+org:payments").object(t)["items"].([]any) {
		got = append(got, x.(map[string]any)["full_name"].(string))
	}
	if diff := cmp.Diff([]string{"identity/auth-lib", "payments/tokens", "platform/gateway-filters"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestEveryRepositoryPassesFsck(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b := start(t, nil, func(o *sandbox.Options) { o.Dir = dir })
	for _, r := range sandbox.Acme().Repos {
		b.get("site-admin", "/repos/"+r.Owner+"/"+r.Name+"/branches")
		if out, err := b.tryGit("", filepath.Join(dir, r.Owner, r.Name+".git"), "fsck", "--strict", "--no-dangling", "--no-progress"); err != nil || strings.TrimSpace(out) != "" {
			t.Errorf("%s/%s: %v\n%s", r.Owner, r.Name, err, out)
		}
	}
}

// TestAcmeGoModulesBuild builds every module at its tip, with what its open
// pull requests add.
func TestAcmeGoModulesBuild(t *testing.T) {
	t.Parallel()
	root, work, args := t.TempDir(), "go 1.21\n", []string{"build"}
	for _, r := range sandbox.Acme().Repos {
		if !hasFile(r, "go.mod", "module ") {
			continue
		}
		dir := r.Owner + "-" + r.Name
		work, args = work+"use ./"+dir+"\n", append(args, "./"+dir+"/...")
		files := slices.Clone(r.Files)
		for _, p := range r.Pulls {
			if p.Merged == nil && p.Closed == nil {
				files = append(files, p.Files...)
			}
		}
		for _, x := range files {
			if name := path.Base(x.Path); strings.HasSuffix(name, ".go") || name == "go.mod" {
				writeFile(t, filepath.Join(root, dir, filepath.FromSlash(x.Path)), x.Data)
			}
		}
	}
	if len(args) < 12 {
		t.Fatalf("only %d modules", len(args)-1)
	}
	writeFile(t, filepath.Join(root, "go.work"), work)
	cmd := exec.Command("go", args...)
	cmd.Dir, cmd.Env = root, append(os.Environ(), "GOFLAGS=", "GOWORK="+filepath.Join(root, "go.work"), "GOPROXY=off", "GOTOOLCHAIN=local")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func writeFile(t *testing.T, name, data string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestAcmeDataParses(t *testing.T) {
	t.Parallel()
	for _, r := range sandbox.Acme().Repos {
		for _, x := range r.Files {
			var err error
			switch path.Ext(x.Path) {
			case ".json":
				err = json.Unmarshal([]byte(x.Data), new(any))
			case ".yaml", ".yml":
				for d := yaml.NewDecoder(strings.NewReader(x.Data)); err == nil; {
					err = d.Decode(new(any))
				}
				if errors.Is(err, io.EOF) {
					err = nil
				}
			}
			if err != nil {
				t.Errorf("%s/%s: %s: %v", r.Owner, r.Name, x.Path, err)
			}
		}
	}
}

func TestASeededForkLagsBehind(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	fork := b.get("newcomer", "/repos/storefront/collector").object(t)
	if fork["parent"].(map[string]any)["full_name"] != "observability/collector" {
		t.Errorf("got %v", fork["parent"])
	}
	got := b.get("newcomer", "/repos/observability/collector/compare/main...storefront:main").object(t)
	if got["behind_by"] != 1.0 || got["ahead_by"] != 0.0 {
		t.Errorf("got %v behind and %v ahead", got["behind_by"], got["ahead_by"])
	}
}

// BenchmarkAcme holds the embedded company to 30 ms.
func BenchmarkAcme(b *testing.B) {
	for b.Loop() {
		if _, err := sandbox.LoadAcme(); err != nil {
			b.Fatal(err)
		}
	}
	if per := b.Elapsed() / time.Duration(b.N); per > 30*time.Millisecond {
		b.Errorf("reading the company takes %v", per)
	}
}
