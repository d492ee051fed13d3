package rule

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
)

// branchRules are the rules that bind the commits of a change: those of the
// base, and those of the head when it lies in the same repository.
//
//go:noinline
func branchRules(set *Reading) []forge.Rule {
	var out []forge.Rule
	for _, list := range [][]forge.Rule{set.Rules, set.HeadRules} {
	next:
		for _, r := range list {
			for _, have := range out {
				if have.Type == r.Type && have.RulesetID == r.RulesetID && bytes.Equal(have.Parameters, r.Parameters) {
					continue next
				}
			}
			out = append(out, r)
		}
	}
	return out
}

// rulesetPattern reads the parameters of a rule of one of GitHub's types for
// patterns.
func rulesetPattern(r forge.Rule, types string) (PatternParams, bool) {
	var p PatternParams
	if r.Type != types || json.Unmarshal(r.Parameters, &p) != nil || p.Operator == "" {
		return p, false
	}
	return p, true
}

// signOffPattern reads a rule on messages that asks for a sign-off.
func signOffPattern(r forge.Rule) (PatternParams, bool) {
	p, ok := rulesetPattern(r, "commit_message_pattern")
	if !ok || p.Negate || p.Operator == StartsWith || !strings.Contains(strings.ToLower(p.Pattern), "signed-off-by") {
		return p, false
	}
	return p, true
}

// saidElsewhere tells whether a rule on messages is the matter of a rule of ours
// that knows more of what it asks.
func saidElsewhere(r forge.Rule) bool {
	_, signs := signOffPattern(r)
	_, marks := unfinishedRuleset(r)
	_, refers := rulesetTicket(r)
	return signs || marks || refers
}

func messagePattern() *Rule {
	return &Rule{
		ID: "message",
		Doc: "Commit messages match the patterns of the rulesets in force. A ruleset's regular expression is RE2 and matches at any line; " +
			"whether it judges every commit or only the squashed one depends on the version of the forge.",
		Derive: func(set *Reading) []Requirement {
			var out []Requirement
			for _, r := range branchRules(set) {
				p, ok := rulesetPattern(r, "commit_message_pattern")
				if ok && !saidElsewhere(r) {
					out = append(out, fromRuleset(r, "commit messages must "+p.String(), "commit messages must "+p.String(), p))
				}
			}
			return out
		},
		Check: func(req Requirement, change *Change) []Finding {
			return checkCommits(req.Params.(PatternParams), change, "commit messages", func(c *Commit) (string, string) {
				return strings.TrimRight(c.Message, "\n"), ParseMessage(c.Message).Header
			})
		},
	}
}

// checkCommits tests something of every commit with a pattern. value answers
// what is tested, and what of it is shown.
func checkCommits(p PatternParams, change *Change, what string, value func(*Commit) (tested, shown string)) []Finding {
	test, err := p.compile()
	if err != nil {
		return []Finding{{Verdict: Unknown, Message: err.Error()}}
	}
	var at []Place
	for i := range change.Commits {
		c := &change.Commits[i]
		tested, shown := value(c)
		if ok, _ := test(tested); !ok {
			at = append(at, Place{Commit: c.SHA, What: shown})
		}
	}
	total := len(change.Commits)
	switch {
	case len(at) > 0:
		return []Finding{{Verdict: Broken, At: at, Message: fmt.Sprintf("%s must %s (%d of %s)", what, p, len(at), plural(total, "commit does not", "commits do not"))}}
	case total == 0:
		return []Finding{{Verdict: Later, Message: "there are no commits yet"}}
	}
	return []Finding{{Verdict: Met, Message: what + " follow it"}}
}

// fnmatch compiles a pattern for paths as Ruby's File.fnmatch reads it with
// FNM_PATHNAME, which GitHub's rulesets use: "*" stays within a directory, and
// "**/" is any number of directories.
func fnmatch(pattern string) (*regexp.Regexp, error) {
	var b strings.Builder
	b.WriteString(`\A`)
	for i := 0; i < len(pattern); i++ {
		rest := pattern[i:]
		switch c := pattern[i]; {
		case strings.HasPrefix(rest, "**/") && (i == 0 || pattern[i-1] == '/'):
			b.WriteString(`(?:[^/]+/)*`)
			i += 2
		case c == '*':
			b.WriteString(`[^/]*`)
		case c == '?':
			b.WriteString(`[^/]`)
		case c == '[' && strings.IndexByte(rest, ']') > 1:
			end := strings.IndexByte(rest, ']')
			class := rest[1:end]
			if class[0] == '!' {
				class = "^" + class[1:]
			}
			b.WriteString("[" + strings.ReplaceAll(class, `\`, `\\`) + "]")
			i += end
		case c == '\\' && i+1 < len(pattern):
			i++
			b.WriteString(regexp.QuoteMeta(string(pattern[i])))
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	b.WriteString(`\z`)
	return regexp.Compile(b.String())
}
