package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// EmailParams is a pattern for addresses in commits.
type EmailParams struct {
	PatternParams
	Committer bool `json:"committer,omitempty"` // the committer's, else the author's
	// Like is the pattern of a tool, instead of a ruleset's.
	Like *Pattern `json:"like,omitempty"`
	// Named: the pattern may match "NAME <ADDRESS>", too.
	Named bool `json:"named,omitempty"`
}

const emailDoc = `The addresses of authors and committers match the patterns that are in force: a ruleset's (author and committer apart), gitlint's rule author-valid-email, the author pattern of committed, or a domain that prose names for addresses in commits.

A ruleset's regular expression is RE2 and matches at any line; its other operators compare the beginning, the end or a part. gitlint's is Python's, anchored at the start unless regex-style-search is on. What is done on the forge's pages is committed as noreply@github.com, which a committer pattern has to allow.

Accepted by the pattern "@acme\.example$":

    author: New Comer <newcomer@acme.example>

Rejected:

    author: New Comer <newcomer@laptop.local>

"isrc check --fix" writes the address that git is configured with into your own unpushed commits, if that one passes.`

func email() *Rule {
	return &Rule{ID: "email", Doc: emailDoc, Derive: deriveEmail, Check: checkEmail, fix: fixEmail}
}

func deriveEmail(set *Reading) []Requirement {
	var out []Requirement
	for _, r := range branchRules(set) {
		if p, ok := rulesetPattern(r, "commit_author_email_pattern"); ok {
			out = append(out, fromRuleset(r, "author addresses must "+p.String(), "author's address must "+p.String(), EmailParams{PatternParams: p}))
		}
		if p, ok := rulesetPattern(r, "committer_email_pattern"); ok {
			out = append(out, fromRuleset(r, "committer addresses must "+p.String(), "committer's address must "+p.String(), EmailParams{PatternParams: p, Committer: true}))
		}
	}
	out = append(out, gitlintEmail(set)...)
	out = append(out, committedEmail(set)...)
	return append(out, proseEmail(set)...)
}

// gitlintEmail reads author-valid-email where it is written down. Left alone it
// only wants an address to look like one.
func gitlintEmail(set *Reading) []Requirement {
	c := set.Config(guideline.ToolGitlint)
	if c == nil {
		return nil
	}
	for _, name := range []string{"author-valid-email", "M1"} {
		v := c.Root.At(name, "regex")
		if v.Text == "" || gitlintIgnores(c, "author-valid-email", "M1") {
			continue
		}
		p := &Pattern{Text: v.Text, Dialect: Python, Use: AtStart}
		if strings.EqualFold(c.Root.At("general", "regex-style-search").Text, "true") || v.Text == `[^@ ]+@[^@ ]+\.[^@ ]+` {
			p.Use = Search
		}
		return fromTool(set, c, v.Line, name+" regex="+v.Text, "author's address must match "+v.Text, EmailParams{Like: p}, nil)
	}
	return nil
}

func gitlintIgnores(c *guideline.Config, names ...string) bool {
	for _, n := range strings.Split(c.Root.At("general", "ignore").Text, ",") {
		if n = strings.TrimSpace(n); n == "all" || slices.Contains(names, n) {
			return true
		}
	}
	return false
}

// committedEmail reads the pattern for authors. Whether it is put to the address
// alone is not certain, so either passes.
func committedEmail(set *Reading) []Requirement {
	c := set.Config(guideline.ToolCommitted)
	if c == nil {
		return nil
	}
	v := c.Root.At("allowed_author_re")
	if v.Text == "" {
		return nil
	}
	params := EmailParams{Like: &Pattern{Text: v.Text, Dialect: RE2}, Named: true}
	return fromTool(set, c, v.Line, "allowed_author_re = "+v.Text, "author must match "+v.Text, params, nil)
}

type emailPatterns struct{ about, domain *regexp.Regexp }

var emailPattern = lazy.Value(func() *emailPatterns {
	return &emailPatterns{
		about:  regexp.MustCompile(`(?i)\bcommit\w*\b.{0,100}\be-?mail|\be-?mail.{0,100}\bcommit\w*\b|user\.email`),
		domain: regexp.MustCompile("(?:^|[\\s`'\"(*])(?:\\*?@)([a-z0-9](?:[a-z0-9-]*\\.)+[a-z]{2,})\\b"),
	}
})

// proseEmail reads the one domain that a sentence on addresses in commits names.
func proseEmail(set *Reading) []Requirement {
	p := emailPattern()
	var out []Requirement
	for _, s := range said(set, func(s guideline.Sentence) bool { return p.about.MatchString(s.Text) }) {
		found := p.domain.FindAllStringSubmatch(s.Text, 2)
		if len(found) != 1 {
			continue
		}
		params := EmailParams{PatternParams: PatternParams{Operator: EndsWith, Pattern: "@" + found[0][1]}}
		out = append(out, fromProse(set, []guideline.Sentence{s}, "author's address must end with @"+found[0][1], params, nil))
	}
	return out
}

// what says in words what is asked of whom.
func (p EmailParams) what() (who, asks string) {
	who, asks = "author addresses", p.PatternParams.String()
	if p.Committer {
		who = "committer addresses"
	}
	if p.Like != nil {
		asks = "match " + p.Like.Text
	}
	return who, asks
}

// tester makes a test of a person.
func (p EmailParams) tester() (func(Person) (bool, error), error) {
	compile := p.PatternParams.compile
	if p.Like != nil {
		compile = p.Like.compile
	}
	matches, err := compile()
	if err != nil {
		return nil, err
	}
	return func(who Person) (bool, error) {
		ok, err := matches(who.Email)
		if ok || err != nil || !p.Named {
			return ok, err
		}
		return matches(who.Name + " <" + who.Email + ">")
	}, nil
}

func (p EmailParams) of(c *Commit) Person {
	if p.Committer {
		return c.Committer
	}
	return c.Author
}

func checkEmail(req Requirement, change *Change) []Finding {
	p := req.Params.(EmailParams)
	who, asks := p.what()
	at, err := p.failing(change)
	total := len(change.Commits)
	switch {
	case err != nil:
		return []Finding{{Verdict: Unknown, Message: err.Error()}}
	case len(at) > 0:
		return []Finding{{Verdict: Broken, At: at, Message: fmt.Sprintf("%s must %s (%d of %s)", who, asks, len(at), plural(total, "commit does not", "commits do not"))}}
	case total == 0:
		return []Finding{{Verdict: Later, Message: "there are no commits yet"}}
	}
	return []Finding{{Verdict: Met, Message: who + " follow it"}}
}

// failing are the addresses that do not pass. An error means that it cannot be
// told.
func (p EmailParams) failing(change *Change) ([]Place, error) {
	test, err := p.tester()
	if err != nil {
		return nil, err
	}
	var at []Place
	known := map[Person]bool{}
	for i := range change.Commits {
		c := &change.Commits[i]
		who := p.of(c)
		ok, seen := known[who]
		if !seen {
			if ok, err = test(who); err != nil {
				return nil, err
			}
			known[who] = ok
		}
		if !ok {
			at = append(at, Place{Commit: c.SHA, What: who.Email})
		}
	}
	return at, nil
}

// fixEmail writes the configured identity into all commits that fail, if it
// passes all patterns.
func fixEmail(reqs []Requirement, change *Change) *Fix {
	var at []Place
	user := Person{change.UserName, change.UserEmail}
	for _, r := range reqs {
		p := r.Params.(EmailParams)
		failing, err := p.failing(change)
		if err != nil {
			continue // it is unknown, and stays so
		}
		test, err := p.tester()
		if err != nil {
			continue
		}
		if ok, err := test(user); !ok || err != nil {
			return nil
		}
		at = append(at, failing...)
	}
	return fixAuthor(at, change, func(string) bool { return true })
}
