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
			"whether it judges every commit or only the squashed one depends on the version of the forge.\n\n" +
			"A header that the pattern takes without the full stop at its end, or with its type written as is usual, is rewritten so. " +
			"A type that only the branch's name suggests and the case of the first letter are proposed; other words are the author's.",
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
			return checkMessages(req.Params.(PatternParams), change)
		},
	}
}

// checkMessages tests the message of every commit with a pattern.
func checkMessages(p PatternParams, change *Change) []Finding {
	test, err := p.compile()
	if err != nil {
		return []Finding{{Verdict: Unknown, Message: err.Error()}}
	}
	var at []Place
	for i := range change.Commits {
		c := &change.Commits[i]
		if ok, _ := test(strings.TrimRight(c.Message, "\n")); !ok {
			at = append(at, Place{Commit: c.SHA, What: ParseMessage(c.Message).Header})
		}
	}
	total := len(change.Commits)
	switch {
	case len(at) > 0:
		return []Finding{{Verdict: Broken, At: at, Fix: fixMessages(test, at, change), Message: fmt.Sprintf("commit messages must %s (%d of %s)", p, len(at), plural(total, "commit does not", "commits do not"))}}
	case total == 0:
		return []Finding{{Verdict: Later, Message: "there are no commits yet"}}
	}
	return []Finding{{Verdict: Met, Message: "commit messages follow it"}}
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
