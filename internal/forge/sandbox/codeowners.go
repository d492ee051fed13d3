package sandbox

import (
	"fmt"
	"strings"
)

// ownersPlaces are where GitHub looks for CODEOWNERS; the first one counts.
func ownersPlaces() []string {
	return []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"}
}

// ownerRule is one line of CODEOWNERS.
type ownerRule struct {
	line    int
	text    string
	pattern string
	owners  []string
}

// codeowners reads the file of a commit.
func (c *call) codeowners(sha string) (path string, rules []ownerRule) {
	for _, place := range ownersPlaces() {
		entries, err := c.tree(sha, "--", place)
		if err != nil || len(entries) != 1 || entries[0].kind != "blob" || entries[0].size > 3<<20 {
			continue
		}
		text, err := c.blob(entries[0].sha)
		if err != nil {
			continue
		}
		n := 0
		for line := range strings.Lines(text) {
			n++
			plain, _, _ := strings.Cut(line, "#")
			if words := strings.Fields(plain); len(words) > 0 {
				rules = append(rules, ownerRule{n, strings.TrimRight(line, "\r\n"), words[0], words[1:]})
			}
		}
		return place, rules
	}
	return "", nil
}

// matches follows .gitignore: a slash within binds the pattern to the root, a
// folder means all that is in it.
func (r ownerRule) matches(path string) bool {
	p, folder := strings.TrimPrefix(r.pattern, "/"), strings.HasSuffix(r.pattern, "/")
	p = strings.TrimSuffix(p, "/")
	if !strings.HasPrefix(r.pattern, "/") && !strings.Contains(p, "/") {
		p = "**/" + p
	}
	if !folder && glob(p, path) {
		return true
	}
	// docs/* means the files right in docs, docs and docs/ all below it.
	return !strings.HasSuffix(p, "/*") && glob(p+"/**/*", path)
}

// askOwners requests reviews from the owners of what a pull request changes,
// but for its author. The file is that of the base, as on GitHub.
func (c *call) askOwners(i *issue) {
	_, rules := c.codeowners(i.pull.baseSHA)
	files, err := c.pullFiles(i)
	if err != nil {
		return
	}
	for _, x := range files {
		for n := len(rules) - 1; n >= 0; n-- { // the last match counts
			if rules[n].matches(x.path) {
				c.askThem(i, rules[n].owners)
				break
			}
		}
	}
}

func (c *call) askThem(i *issue, owners []string) {
	for _, name := range owners {
		login, slug, isTeam := strings.Cut(strings.TrimPrefix(name, "@"), "/")
		if isTeam {
			if t := c.repo.owner.team(slug); t != nil && strings.EqualFold(login, c.repo.owner.Login) && c.teamPushes(t) {
				i.pull.askTeam(t)
			}
			continue
		}
		u := c.f.state.user(login)
		if u != nil && u != i.author && c.f.may(u, c.repo) >= permPush {
			i.pull.ask(u)
		}
	}
}

// teamPushes tells whether a team may push. One that may not is no owner for
// GitHub, and it says so nowhere but in the list of errors.
//
//go:noinline
func (c *call) teamPushes(t *team) bool {
	return parsePermission(c.repo.spec.Access["@"+t.Slug]) >= permPush
}

// getCodeownersErrors names owners that do not exist or cannot push.
func getCodeownersErrors(c *call) (answer, error) {
	_, sha, err := c.at(c.query.Get("ref"))
	if err != nil {
		return answer{}, err
	}
	list, found := c.codeownersErrors(sha)
	if !found {
		return answer{}, notFound()
	}
	return ok(obj{"errors": list})
}

// codeownersErrors are the mistakes in the file of a commit, if it has one.
func (c *call) codeownersErrors(sha string) ([]obj, bool) {
	path, rules := c.codeowners(sha)
	if path == "" {
		return nil, false
	}
	list := []obj{}
	for _, r := range rules {
		for _, name := range r.owners {
			if c.ownerKnown(name) {
				continue
			}
			list = append(list, fields(
				"line", r.line, "column", strings.Index(r.text, name)+1, "source", r.text, "kind", "Unknown owner", "path", path,
				"suggestion", fmt.Sprintf("make sure %s exists and has write access to the repository", name),
				"message", fmt.Sprintf("Unknown owner on line %d: make sure %s exists and has write access to the repository", r.line, name),
			))
		}
	}
	return list, true
}

func (c *call) ownerKnown(name string) bool {
	login, slug, isTeam := strings.Cut(strings.TrimPrefix(name, "@"), "/")
	if isTeam {
		t := c.repo.owner.team(slug)
		return t != nil && strings.EqualFold(login, c.repo.owner.Login) && c.teamPushes(t)
	}
	u := c.f.state.user(login)
	return u != nil && c.f.may(u, c.repo) >= permPush
}
