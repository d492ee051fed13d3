package rule

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/isrc-dev/isrc/internal/order"
)

// maxSlug is how long the words in a branch's name get, in bytes.
const maxSlug = 48

// ShapeBranch is a branch name that fits what the project asks, made from an
// issue number (0 when there is none) and a title: "fix/398-reject-tokens". If
// no name that isrc can think of fits, it answers that usual one.
func ShapeBranch(reqs []Requirement, issue int, title string) string {
	rules := branchRulesOf(reqs)
	kind, words := branchKind(title)
	var forms [][]string // by the length of the words
	for _, max := range []int{maxSlug, 30, 20, 12} {
		forms = append(forms, branchNames(rules, kind, issue, slug(words, max)))
	}
	for i := range forms[0] {
		for _, names := range forms {
			if validBranch(names[i]) && fits(rules, names[i]) {
				return names[i]
			}
		}
	}
	return usualBranch(kind, issue, slug(words, maxSlug))
}

//go:noinline
func branchRulesOf(reqs []Requirement) []BranchParams {
	var out []BranchParams
	for _, r := range reqs {
		if p, ok := r.Params.(BranchParams); ok {
			out = append(out, p)
		}
	}
	return out
}

// BranchFits tells whether a name is one that is asked for, as far as is asked by
// what must hold.
func BranchFits(reqs []Requirement, name string) bool {
	must := slices.DeleteFunc(slices.Clone(reqs), func(r Requirement) bool { return r.Strength != Must })
	return fits(branchRulesOf(must), name)
}

func fits(rules []BranchParams, name string) bool {
	for _, p := range rules {
		if why, err := p.judge(name); err == nil && why != "" {
			return false
		}
	}
	return true
}

func usualBranch(kind string, issue int, words string) string {
	return kind + "/" + numbered(issue, words)
}

func numbered(issue int, words string) string {
	switch {
	case issue == 0 && words == "":
		return "change"
	case issue == 0:
		return words
	case words == "":
		return strconv.Itoa(issue)
	}
	return strconv.Itoa(issue) + "-" + words
}

// branchKind reads what kind of change a title announces, and its words.
func branchKind(title string) (kind, words string) {
	if h := parseHeader(presetConventional, strings.TrimSpace(title)); h.OK && h.Type != "" {
		if t, ok := typeFor(h.Type, conventionalTypes()); ok {
			return t, h.Subject
		}
		return strings.ToLower(h.Type), h.Subject
	}
	first, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(title)), " ")
	switch first {
	case "add", "support", "introduce", "implement", "allow", "enable", "provide", "offer":
		return "feat", title
	case "document", "describe", "explain":
		return "docs", title
	}
	return "fix", title
}

// branchNames are names that could fit, the usual one first. How many there are
// does not depend on the words.
func branchNames(rules []BranchParams, kind string, issue int, words string) []string {
	body := numbered(issue, words)
	out := []string{kind + "/" + body}
	for _, prefix := range branchPrefixes(rules, kind) {
		if strings.TrimRight(prefix, "/-_") != prefix {
			out = append(out, prefix+body)
			continue
		}
		out = append(out, prefix+"/"+body, prefix+"-"+body, prefix+"_"+body)
	}
	out = append(out, body, words, strings.ReplaceAll(body, "-", "_"), kind+"/"+words, kind+"-"+body)
	if issue > 0 {
		n := strconv.Itoa(issue)
		out = append(out, "issue-"+body, "issue/"+body, "issue-"+n, "issues/"+n, "GH-"+body, "gh-"+body, kind+"/GH-"+body, kind+"/#"+n+"-"+words)
	}
	for i, name := range out {
		for _, p := range rules {
			if p.Ruleset != nil && p.Ruleset.Operator == EndsWith && !p.Ruleset.Negate && !strings.HasSuffix(name, p.Ruleset.Pattern) {
				out[i] = name + p.Ruleset.Pattern
			}
		}
	}
	return out
}

var wordsOfPattern = regexp.MustCompile(`[A-Za-z]{2,20}`)

// branchPrefixes are the prefixes that the rules name, those first that mean
// the kind of change. The words of a pattern are tried as prefixes.
func branchPrefixes(rules []BranchParams, kind string) []string {
	var all []string
	for _, p := range rules {
		all = append(all, p.Prefixes...)
		pattern := p.Pattern
		if p.Ruleset != nil {
			if p.Ruleset.Negate {
				continue
			}
			pattern = p.Ruleset.Pattern
			if p.Ruleset.Operator == StartsWith {
				all = append(all, pattern)
			}
		}
		all = append(all, wordsOfPattern.FindAllString(pattern, 20)...)
		for _, one := range append(slices.Clone(p.AnyOf), deref(p.Regex)...) {
			all = append(all, wordsOfPattern.FindAllString(one.Text, 20)...)
		}
	}
	meant := func(prefix string) int {
		t, ok := typeFor(strings.TrimRight(prefix, "/-_"), conventionalTypes())
		if ok && t == kind {
			return 0
		}
		return 1
	}
	order.StableBy(all, func(a, b string) int { return meant(a) - meant(b) })
	return slices.Compact(all)
}

func deref(p *Pattern) []Pattern {
	if p == nil {
		return nil
	}
	return []Pattern{*p}
}

// slug writes words for a branch's name: small letters and digits, joined with
// hyphens, cut at a word.
func slug(s string, max int) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			b.WriteRune(r)
		} else if r != '\'' && r != '’' {
			b.WriteByte(' ')
		}
	}
	out := ""
	for _, w := range strings.Fields(b.String()) {
		switch {
		case out == "":
			out = w[:min(len(w), max)]
		case len(out)+1+len(w) > max:
			return out
		default:
			out += "-" + w
		}
	}
	return out
}

// validBranch tells whether git takes a name, as git-check-ref-format says.
func validBranch(name string) bool {
	if name == "" || name == "@" || len(name) > 200 || strings.ContainsAny(name, " ~^:?*[\\\x7f") ||
		strings.Contains(name, "..") || strings.Contains(name, "//") || strings.Contains(name, "@{") || name[0] == '-' {
		return false
	}
	for _, part := range strings.Split(name, "/") {
		if part == "" || part[0] == '.' || strings.HasSuffix(part, ".lock") || strings.HasSuffix(part, ".") {
			return false
		}
	}
	return !strings.ContainsFunc(name, unicode.IsControl)
}
