package guideline

import "strings"

// Gerrit is where git-review sends the changes of a repository, by its .gitreview
// (https://docs.opendev.org/opendev/git-review/latest/installation.html).
type Gerrit struct {
	Host    string // without a port
	Project string // "" where the file does not say it
	Branch  string // likewise
}

// Gerrit reads .gitreview. One that names no other host than the repository's own
// sends nothing to Gerrit.
func (s *Set) Gerrit() (g Gerrit, said Quote, ok bool) {
	c := s.Config(ToolGitReview)
	if c == nil {
		return g, said, false
	}
	host := c.Root.At("gerrit", "host")
	if !isHostName(host.Text) || strings.EqualFold(host.Text, s.Repo.Host) {
		return g, said, false
	}
	g = Gerrit{Host: host.Text, Project: strings.TrimSuffix(c.Root.At("gerrit", "project").Text, ".git"), Branch: c.Root.At("gerrit", "defaultbranch").Text}
	text := "changes go to Gerrit on " + g.Host
	if g.Project != "" {
		text += ", project " + g.Project
	}
	if g.Branch != "" {
		text += ", branch " + g.Branch
	}
	return g, c.Quote(host.Line, text), true
}

func isHostName(s string) bool {
	return strings.Contains(s, ".") && len(s) <= 253 && strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789.-") == ""
}

// namesPulls tells whether a sentence that welcomes contributions speaks of pull
// requests: in spite of an old .gitreview they are taken then.
func namesPulls(text string) bool {
	lower := strings.ToLower(text)
	return strings.Contains(lower, "pull request") || strings.Contains(lower, "pull-request") || hasPR(lower)
}
