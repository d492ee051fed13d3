package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// BranchParams says what a branch may be called.
type BranchParams struct {
	By       string         `json:"by"`
	Ruleset  *PatternParams `json:"ruleset,omitempty"`
	Pattern  string         `json:"pattern,omitempty"` // JavaScript
	Flags    string         `json:"flags,omitempty"`
	Regex    *Pattern       `json:"regex,omitempty"` // in another dialect
	Prefixes []string       `json:"prefixes,omitempty"`
	Names    []string       `json:"names,omitempty"`    // whole names that are allowed as well
	AnyOf    []Pattern      `json:"anyOf,omitempty"`    // one of them is enough
	Ignore   []string       `json:"ignore,omitempty"`   // names that are not judged
	Ignoring *Pattern       `json:"ignoring,omitempty"` // nor those that match it
	Min      int            `json:"min,omitempty"`      // length, in UTF-16 units
	Max      int            `json:"max,omitempty"`      // 0 is any
}

func branchName() *Rule {
	return &Rule{
		ID: "branch-name",
		Doc: `The branch is called as a ruleset, a workflow or a tool enforces, or as prose lists it under a heading about branches.

A ruleset's pattern is RE2 and binds branches of its own repository: a fork does not inherit it.
The action action-branch-name takes a JavaScript pattern, prefixes (split at commas, blanks kept), names to ignore (exactly; "master" by default) and lengths in UTF-16 units. branchlint-action takes names and /patterns/, one a line. branch-name-action takes two patterns. commit-check takes types and names, and matches from the start as Python does. GitLab's push rule is RE2, and frees the default branch. Of a script, the one pattern is read that it tests the name with.
Prose counts where it lists two prefixes or more in code spans; an example in a command is no rule. Keys of tickets count where every example has one.
A name of 40 hexadecimal digits looks like a commit, and forges refuse it.

` + "```" + `
- uses: deepakputhraya/action-branch-name@v1
  with: {regex: '^[a-z]+/[a-z0-9-]+$', allowed_prefixes: 'feature/,fix/'}
` + "```" + `

Accepted: fix/12-expiry. Rejected: Fix_expiry, docs/x.`,
		Derive: deriveBranch,
		Check:  checkBranch,
		merge:  absorbProse,
		fix:    fixBranch,
	}
}

func deriveBranch(set *Reading) []Requirement {
	var out []Requirement
	for _, r := range set.HeadRules {
		if p, ok := rulesetPattern(r, "branch_name_pattern"); ok {
			params := BranchParams{By: "ruleset", Ruleset: &p}
			out = append(out, fromRuleset(r, "branch names must "+p.String(), params.text(), params))
		}
		if p, ok := branchPushRule(r); ok {
			out = append(out, fromRuleset(r, "branch_name_regex "+p.Regex.Text, p.text(), p))
		}
	}
	for _, g := range set.Gates() {
		if req, ok := branchGate(g); ok {
			out = append(out, req)
		}
	}
	out = append(out, branchConfigs(set)...)
	return append(out, proseBranch(set)...)
}

func (p BranchParams) text() string {
	switch {
	case p.Ruleset != nil:
		return "branch name must " + p.Ruleset.String()
	case p.Pattern != "" && len(p.Prefixes) > 0:
		return "branch name that matches " + p.Pattern + " and begins with " + strings.Join(p.Prefixes, ", ")
	case p.Pattern != "":
		return "branch name that matches " + p.Pattern
	case p.Regex != nil:
		return "branch name that matches " + p.Regex.Text
	case len(p.AnyOf)+len(p.Names) > 0:
		all := slices.Clone(p.Names)
		for _, a := range p.AnyOf {
			all = append(all, "/"+a.Text+"/"+a.Flags)
		}
		return "branch name that is one of " + strings.Join(all, ", ")
	case len(p.Prefixes) > 0:
		return "branch name that begins with " + strings.Join(p.Prefixes, ", ")
	case p.Max > 0:
		return fmt.Sprintf("branch name of %d to %d characters", p.Min, p.Max)
	}
	return fmt.Sprintf("branch name of at least %d characters", p.Min)
}

type branchPatterns struct{ heading, prefix, command, key, noKey, ticket *regexp.Regexp }

var branchPattern = lazy.Value(func() *branchPatterns {
	return &branchPatterns{
		heading: regexp.MustCompile(`(?i)\bbranch(es)?\b.*\b(nam\w+|convention\w*|prefix\w*)|\bnaming\b.*\bbranch|^branch(es|ing)?$`),
		prefix:  regexp.MustCompile(`^([a-zA-Z][a-zA-Z0-9]*[/-])([<{\[*A-Z0-9#a-z].*)?$`),
		command: regexp.MustCompile(`(?i)\bgit (checkout|switch|branch)\b`),
		key:     regexp.MustCompile(`\b[A-Z][A-Z0-9]{1,9}-[1-9][0-9]{0,6}\b`),
		noKey:   regexp.MustCompile(`^(UTF|ISO|SHA|CVE|RFC|IEEE|AES|X|HTTP)-`),
		// a key in an example of prose, placeholders included
		ticket: regexp.MustCompile(`\b[A-Z]{2,10}-([0-9]+|[#NX]+\b)`),
	}
})

// proseBranch reads the prefixes in code spans under a heading about names of
// branches. An example in a command is no rule.
func proseBranch(set *Reading) []Requirement {
	p := branchPattern()
	var prefixes []string
	examples, keyed := 0, 0
	sentences := said(set, func(s guideline.Sentence) bool {
		about := slices.ContainsFunc(s.Headings, p.heading.MatchString) || strings.Contains(strings.ToLower(s.Text), "branch name")
		if !about || p.command.MatchString(s.Text) {
			return false
		}
		found := false
		for _, span := range s.Spans {
			if strings.Contains(span, " ") {
				continue
			}
			ticket := p.ticket.MatchString(span)
			m := p.prefix.FindStringSubmatch(span)
			if m == nil || strings.HasSuffix(m[1], "-") && m[2] != "" {
				m = nil
			}
			if ticket {
				keyed++
			}
			if ticket || m != nil && m[2] != "" {
				examples++
			}
			found = found || ticket || m != nil
			if m != nil && !slices.Contains(prefixes, m[1]) {
				prefixes = append(prefixes, m[1])
			}
		}
		return found
	})
	params := BranchParams{By: "prose"}
	if len(prefixes) >= 2 {
		params.Prefixes = prefixes
	}
	if keyed >= 2 && keyed == examples {
		params.Pattern = `[A-Z][A-Z0-9]+-[0-9]+`
	}
	if params.Prefixes == nil && params.Pattern == "" {
		return nil
	}
	return []Requirement{fromProse(set, sentences, params.text(), params, nil)}
}

func checkBranch(req Requirement, change *Change) []Finding {
	p := req.Params.(BranchParams)
	switch change.Branch {
	case "":
		return []Finding{{Verdict: Later, Message: "there is no branch yet"}}
	case change.Base:
		return []Finding{{Verdict: Later, Message: "the commits are on the base branch itself"}}
	}
	at := []Place{{What: change.Branch}}
	why, err := p.judge(change.Branch)
	switch {
	case err != nil:
		return []Finding{{Verdict: Unknown, At: at, Message: err.Error()}}
	case why == "":
		return []Finding{{Verdict: Met, At: at, Message: "the branch's name follows it"}}
	}
	return []Finding{{Verdict: Broken, At: at, Message: why}}
}

// fixBranch proposes a name that all requirements take.
func fixBranch(reqs []Requirement, change *Change) *Fix {
	name, certain := proposedBranch(reqs, change)
	if name == "" {
		return nil
	}
	fix := &Fix{
		Verb: "rename the branch to " + name, Kind: FixRenameBranch,
		Params: RenameBranch{From: change.Branch, To: name}, Safe: certain,
	}
	switch {
	case change.Pull != nil:
		fix.Safe, fix.Refused = false, "a pull request knows the branch by its name, and would be closed"
	case slices.ContainsFunc(change.Commits, func(c Commit) bool { return c.Pushed }):
		fix.Safe, fix.Refused = false, "the branch is pushed already"
	}
	return fix
}

// proposedBranch is a name that fits, "" when isrc can think of none. The key of
// a ticket is taken from where the change names one; it is certain only when the
// branch itself does.
func proposedBranch(reqs []Requirement, change *Change) (name string, certain bool) {
	rules := branchRulesOf(reqs)
	words := branchWords(change.Branch)
	kind, rest, ok := strings.Cut(change.Branch, "/")
	if ok {
		words = kind + ": " + words
	} else {
		kind, rest = "fix", change.Branch
	}
	if name := ShapeBranch(reqs, change.Issue, words); name != change.Branch && fits(rules, name) {
		return name, true
	}
	key, certain := ticketKey(change)
	if key == "" {
		return "", false
	}
	rest = slug(branchPattern().key.ReplaceAllString(strings.ToUpper(rest), " ")+" ", maxSlug)
	for _, name := range keyedNames(rules, kind, key, rest) {
		if validBranch(name) && name != change.Branch && fits(rules, name) {
			return name, certain
		}
	}
	return "", false
}

// keyedNames are names with the key of a ticket, the usual one first.
func keyedNames(rules []BranchParams, kind, key, rest string) []string {
	body := strings.TrimSuffix(key+"-"+rest, "-")
	out := []string{kind + "/" + body}
	for _, prefix := range branchPrefixes(rules, kind) {
		prefix = strings.TrimRight(prefix, "/-_")
		out = append(out, prefix+"/"+body, prefix+"/"+key)
	}
	return append(out, body, key, kind+"/"+key, strings.ReplaceAll(body, "-"+rest, "_"+rest))
}

// ticketKey is the key of a ticket that the branch, the title or a commit names;
// certain tells that the branch does.
func ticketKey(change *Change) (key string, certain bool) {
	if key = branchPattern().key.FindString(strings.ToUpper(change.Branch)); key != "" {
		return key, true
	}
	texts := []string{change.Draft.Title}
	for _, c := range change.Commits {
		texts = append(texts, oneLine(c.Message))
	}
	for _, t := range texts {
		for _, key := range branchPattern().key.FindAllString(t, 5) {
			if !branchPattern().noKey.MatchString(key) {
				return key, false
			}
		}
	}
	return "", false
}
