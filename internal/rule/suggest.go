package rule

import (
	"strings"
	"unicode"
)

// candidate is a title, and where it was taken from.
type candidate struct {
	title, from string
}

// SuggestTitle is a title for the pull request that fits what the project
// asks, and where it was taken from. If none fits, the first one is answered.
func SuggestTitle(reqs []Requirement, commits []Commit, branch string) (title, from string) {
	candidates := titleCandidates(reqs, "", commits, branch)
	for _, c := range candidates {
		if titlePasses(reqs, c.title) {
			return c.title, c.from
		}
	}
	if len(candidates) == 0 {
		return "", ""
	}
	return candidates[0].title, candidates[0].from
}

func titlePasses(reqs []Requirement, title string) bool {
	for _, r := range reqs {
		p, ok := r.Params.(TitleParams)
		if !ok {
			continue
		}
		if why, err := p.judge(title); err == nil && why != "" {
			return false
		}
	}
	return true
}

// titleCandidates are titles that could do, the best first: what is there,
// mended; the commits' headers, as they are and mended; the branch's name.
func titleCandidates(reqs []Requirement, have string, commits []Commit, branch string) []candidate {
	var out []candidate
	add := func(text, from string) {
		if text = strings.TrimSpace(text); text == "" {
			return
		}
		out = append(out, candidate{text, from})
		for _, m := range mendTitle(reqs, text, branch) {
			out = append(out, candidate{m, from + ", mended"})
		}
	}
	if have != "" {
		add(have, "the title")
	}
	single := 0
	for _, c := range commits {
		if c.Parents <= 1 {
			single++
		}
	}
	for _, c := range commits {
		header := oneLine(c.Message)
		if c.Parents > 1 || lintIgnored(header) {
			continue
		}
		if single == 1 {
			add(header, "the only commit")
		} else {
			add(header, "the first commit")
		}
		break
	}
	add(branchWords(branch), "the branch's name")
	return out
}

// mendTitle gives a title the form that the requirements want.
func mendTitle(reqs []Requirement, text, branch string) []string {
	var out []string
	for _, r := range reqs {
		p, ok := r.Params.(TitleParams)
		if !ok {
			continue
		}
		lint := HeaderParams{Grammar: Grammar{Preset: presetConventional}, Rules: append(proseTypes(), LintRule{Name: "type-enum", Level: 2, Words: p.types()})}
		if p.Lint != nil {
			lint = *p.Lint
		}
		if mended, _ := lint.mend(text, branch); mended != "" && mended != text {
			out = append(out, mended)
			out = append(out, withCase(mended)...)
		}
		out = append(out, withCase(text)...)
		for _, prefix := range p.Prefixes { // the branch must tell which one is meant
			word := strings.TrimRight(prefix, ": ")
			if _, ok := branchType(branch, []string{word}); ok {
				out = append(out, prefix+text)
			}
		}
	}
	return out
}

// withCase varies the case of a subject's first letter: patterns for subjects
// mostly are about that.
func withCase(text string) []string {
	h := parseHeader(presetConventional, text)
	if !h.OK || h.Subject == "" {
		return nil
	}
	lower, upper := h, h
	lower.Subject, upper.Subject = lowerFirst(h.Subject), upperFirst(h.Subject)
	return []string{lower.String(), upper.String()}
}

// branchWords makes a text of a branch's name: the words behind the last slash,
// without the number of an issue.
func branchWords(branch string) string {
	if i := strings.LastIndexByte(branch, '/'); i >= 0 {
		branch = branch[i+1:]
	}
	words := strings.FieldsFunc(branch, func(r rune) bool { return r == '-' || r == '_' || r == '.' })
	for len(words) > 0 && strings.TrimFunc(words[0], unicode.IsDigit) == "" {
		words = words[1:]
	}
	return strings.Join(words, " ")
}
