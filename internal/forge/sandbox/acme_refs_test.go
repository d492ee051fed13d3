package sandbox_test

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/forge/sandbox"
)

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
