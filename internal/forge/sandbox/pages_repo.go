package sandbox

import (
	"encoding/json"
	"strconv"
	"strings"
)

type repoPage struct {
	FullName, Description, Parent, Visibility, Clone, Readme string
	Archived                                                 bool
	Pulls, Issues                                            []issueRow
	Files                                                    []link
	More                                                     int // files beyond those shown
	Branches                                                 []link
	About                                                    []link
}

// maxFilesShown bounds the list of files on a page.
const maxFilesShown = 500

func (c *call) repoPage() *view {
	r := c.repo
	home := "/" + r.fullName()
	p := repoPage{FullName: r.fullName(), Description: r.description, Visibility: r.visibility, Archived: r.archived, Clone: c.f.page("/%s.git", r.fullName())}
	if r.parent != nil {
		p.Parent = r.parent.fullName()
	}
	for _, i := range r.sorted() {
		switch {
		case i.state != "open":
		case i.pull != nil:
			p.Pulls = append(p.Pulls, c.issueRow(i))
		default:
			p.Issues = append(p.Issues, c.issueRow(i))
		}
	}
	branches, _ := c.f.in(c.ctx, r, "for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads")
	for _, b := range strings.Fields(branches) {
		p.Branches = append(p.Branches, link{Text: b, Href: home + "/tree/" + escapePath(b)})
	}
	p.About = []link{{Text: "all pull requests", Href: home + "/pulls"}, {Text: "all issues", Href: home + "/issues"}, {Text: "rules", Href: home + "/rules"}, {Text: "releases", Href: home + "/releases"}}
	if sha := c.commitAt(r.branch); sha != "" {
		p.Files, p.More = c.fileLinks(r.branch, "-r", sha)
		if e, found := c.findFile(sha, func(n string) bool { return strings.HasPrefix(n, "readme") }, ".github", "", "docs"); found {
			p.Readme, _ = c.blob(e.sha)
		}
	}
	return pageOf("repo", r.fullName(), p)
}

// rulesPage lists the rules of all rulesets, or of one.
func (c *call) rulesPage(id string) *view {
	p := listing{Title: "Rules", Text: "What a push or a merge must keep to."}
	known := id == ""
	for _, s := range c.f.rulesetsOf(c.repo) {
		if id != "" && strconv.FormatInt(s.id, 10) != id {
			continue
		}
		known = true
		where := strings.Join(append(append([]string{s.Target + "es"}, s.Include...), s.not()...), " ")
		if s.Target == "push" {
			where = "every push, into forks too"
		}
		for _, x := range s.Rules {
			p.Rows = append(p.Rows, link{Text: s.Name + ": " + x.Type, Href: "/" + c.repo.fullName() + "/rules/" + strconv.FormatInt(s.id, 10), More: where + "\n" + x.forPeople()})
		}
	}
	if !known {
		return nil
	}
	return pageOf("list", p.Title, p)
}

// forPeople is a rule's parameters, one to a line.
func (x Rule) forPeople() string {
	raw := x.rawParameters()
	if raw == nil {
		return ""
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(raw, &all); err != nil {
		return string(raw)
	}
	var lines []string
	for _, name := range sortedKeys(all) {
		lines = append(lines, name+": "+string(all[name]))
	}
	return strings.Join(lines, "\n")
}

// not are the patterns that a ruleset leaves out, as a person reads them.
func (s *ruleset) not() []string {
	var out []string
	for _, x := range s.Exclude {
		out = append(out, "not "+x)
	}
	return out
}

// releasesPage lists all releases, or shows that of a tag.
func (c *call) releasesPage(tag string) *view {
	p := listing{Title: "Releases"}
	for _, x := range c.releases() {
		if tag == "" || tag == x.Tag {
			p.Rows = append(p.Rows, link{Text: x.Tag + ", " + c.since(x.at), Href: "/" + c.repo.fullName() + "/releases/tag/" + escapePath(x.Tag), More: x.Body})
		}
	}
	if tag != "" && len(p.Rows) == 0 {
		return nil
	}
	return pageOf("list", p.Title, p)
}
