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
	"regexp"
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

// TestAcmeHasManyWays holds the company to the variety that readers of
// guidelines must meet: a way that no repository has any more would go untested.
func TestAcmeHasManyWays(t *testing.T) {
	t.Parallel()
	w := sandbox.Acme()
	if len(w.Repos) < 40 || len(w.Orgs) < 8 {
		t.Fatalf("got %d repositories and %d organisations", len(w.Repos), len(w.Orgs))
	}
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
	ways := []struct {
		name  string
		least int
		is    func(*sandbox.Repo) bool
	}{
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
	for _, way := range ways {
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

// register is what data may refer to.
type register struct {
	*testing.T
	repos         map[string]*sandbox.Repo
	teams, people map[string]bool
}

func newRegister(t *testing.T, w *sandbox.World) *register {
	g := &register{t, map[string]*sandbox.Repo{}, map[string]bool{}, map[string]bool{}}
	for _, r := range w.Repos {
		g.repos[r.Owner+"/"+r.Name] = r
	}
	for _, o := range w.Orgs {
		for _, x := range o.Teams {
			g.teams[o.Login+"/"+x.Slug] = true
		}
	}
	for _, a := range w.Accounts {
		g.people[a.Login] = true
	}
	return g
}

// TestAcmeRefersToWhatExists follows what the data names: checks, owners,
// workflows, issues, links, teams.
func TestAcmeRefersToWhatExists(t *testing.T) {
	t.Parallel()
	g, b := newRegister(t, sandbox.Acme()), start(t, nil)
	for name, r := range g.repos {
		g.checkPeople(r)
		g.checkPulls(r)
		for _, x := range r.Files {
			g.checkFile(r, x)
		}
		if r.Archived && !hasFile(r, "README.md", "](/") {
			t.Errorf("%s: archived without a pointer to its successor", name)
		}
		if r.ForkOf != "" {
			continue // its owners have no say here
		}
		if reply, err := b.send(b.Token("site-admin"), "GET", "/repos/"+name+"/codeowners/errors", nil); err != nil || reply.status == 200 && len(reply.object(t)["errors"].([]any)) > 0 {
			t.Errorf("%s: code owners: %s %v", name, reply.body, err)
		}
	}
}

func (g *register) checkPeople(r *sandbox.Repo) {
	for who := range r.Access {
		if slug, isTeam := strings.CutPrefix(who, "@"); isTeam && !g.teams[r.Owner+"/"+slug] || !isTeam && !g.people[who] {
			g.Errorf("%s: access for %s", r.Name, who)
		}
	}
	for _, c := range r.History {
		if !g.people[c.By] {
			g.Errorf("%s: a commit by %s", r.Name, c.By)
		}
	}
}

func (g *register) checkPulls(r *sandbox.Repo) {
	issue := regexp.MustCompile(`(?:Fixes|Closes|Refs|For|Part of|step for) #(\d+)`)
	for _, x := range rulesOf(r, "required_status_checks") {
		for _, one := range x.Parameters["required_status_checks"].([]any) {
			context := one.(map[string]any)["context"]
			if !slices.ContainsFunc(r.Checks, func(c sandbox.Check) bool { return c.Name == context }) {
				g.Errorf("%s: the required check %v comes from nowhere", r.Name, context)
			}
		}
	}
	for _, p := range r.Pulls {
		for _, m := range issue.FindAllStringSubmatch(p.Body, -1) {
			if !slices.ContainsFunc(r.Issues, func(i sandbox.Issue) bool { return fmt.Sprint(i.Number) == m[1] }) {
				g.Errorf("%s: #%d names issue %s", r.Name, p.Number, m[1])
			}
		}
		if p.Merged != nil && *p.Merged > p.Age || p.Closed != nil && *p.Closed > p.Age {
			g.Errorf("%s: #%d ended before it began", r.Name, p.Number)
		}
		for _, v := range p.Reviews {
			if v.Age > p.Age || p.Merged != nil && v.Age < *p.Merged {
				g.Errorf("%s: #%d: a review %v ago lies outside of it", r.Name, p.Number, time.Duration(v.Age))
			}
		}
	}
}

func (g *register) checkFile(r *sandbox.Repo, x sandbox.File) {
	uses := regexp.MustCompile(`uses: ([a-z-]+/[a-z.-]+)/(\.github/workflows/[a-z-]+\.yml)@(\S+)`)
	links := regexp.MustCompile(`\]\(([^):#]+)\)`)
	owner := regexp.MustCompile(`(?:"owner": "|owner: group:default/)([a-z/-]+)`)
	for _, m := range uses.FindAllStringSubmatch(x.Data, -1) {
		other := g.repos[m[1]]
		if other == nil || !hasFile(other, m[2], "workflow_call") || !slices.ContainsFunc(other.Releases, func(v sandbox.Release) bool { return v.Tag == m[3] }) {
			g.Errorf("%s: %s uses %s", r.Name, x.Path, m[0])
		}
	}
	for _, m := range links.FindAllStringSubmatch(x.Data, -1) {
		full, isRepo := strings.CutPrefix(m[1], "/")
		if path.Ext(x.Path) == ".md" && (isRepo && g.repos[full] == nil || !isRepo && !hasFile(r, path.Join(path.Dir(x.Path), m[1]), "")) {
			g.Errorf("%s: %s links to %s", r.Name, x.Path, m[1])
		}
	}
	for _, m := range owner.FindAllStringSubmatch(x.Data, -1) {
		if !g.teams[m[1]] && !g.teams[r.Owner+"/"+m[1]] {
			g.Errorf("%s: %s names the owner %s", r.Name, x.Path, m[1])
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
