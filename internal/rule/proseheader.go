package rule

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

type proseHeaderPatterns struct {
	conventional, shown, title, merge, types, typeWord, length, fullStop, wrap, message *regexp.Regexp
}

var proseHeaderPattern = lazy.Value(func() *proseHeaderPatterns {
	re := func(s string) *regexp.Regexp { return regexp.MustCompile(`(?i)` + s) }
	return &proseHeaderPatterns{
		conventional: re(`conventional[ -]commits?\b|conventionalcommits\.org`),
		shown:        re(`^<type>(\([^()\n]*\))?!?:\s*<[\w -]+>\s*$`),
		title:        re(`\b(pull request|PR|MR|merge request)('s)? titles?\b|titles? of ((the|your|a|all) )?(pull requests?|PRs?)\b`),
		merge:        re(`\bsquash\w*\b|during (a |the )?merge`),
		types:        re(`\btypes?\b`),
		typeWord:     re(`^[a-z]{2,12}$`),
		length:       re(`(no longer than|at most|no more than|maximum of|max(?:imum|\.)?|up to|fewer than|less than|limit\w*.{0,40} to|within|under|not exceed) (\d{2,3}) (?:char|col)|(\d{2,3})[ -](?:char\w*|col\w*) (?:or less|max|limit)`),
		fullStop:     re(`(not|n['’]t|never|without|no) (end (with|in) )?(a )?(trailing )?(full stop|period|dot|punctuation)\b`),
		wrap:         re(`wrap\w* .{0,60}\b(\d{2,3}) (col|char)`),
		message:      re(`\b(commit messages?|commits?|header|subject|first line|title line)\b`),
	}
})

// proseRule is a rule that prose states, with the sentences that do.
type proseRule struct {
	rules []LintRule
	said  []guideline.Sentence
}

// proseForms are the requirements of one of our rules that only prose states.
func proseForms(set *Reading, id string) []Requirement {
	params := HeaderParams{By: "prose", Tool: "prose", Grammar: Grammar{Preset: presetSpec}, Leaves: []string{leavesDefault}}
	var sentences []guideline.Sentence
	for _, p := range set.proseRules() {
		of := params
		of.Rules = p.rules
		if of = of.part(id, 2); len(of.Rules) > 0 {
			params.Rules = append(params.Rules, of.Rules...)
			sentences = append(sentences, p.said...)
		}
	}
	if len(params.Rules) == 0 {
		return nil
	}
	return []Requirement{fromProse(set, distinct(sentences), params.text(), params, ofCommits(set, func(message string) bool {
		return len(params.problems(message)) == 0
	}))}
}

// proseRules reads, once, what prose asks of commit messages. What it says of
// the titles of pull requests is the matter of the rule title.
func (r *Reading) proseRules() []proseRule { return r.prose() }

func readProseRules(set *Reading) []proseRule {
	p := proseHeaderPattern()
	out := []proseRule{}
	has := map[string]bool{}
	keep := func(s guideline.Sentence, rules ...LintRule) {
		if !has[rules[0].Name] {
			has[rules[0].Name] = true
			out = append(out, proseRule{rules, []guideline.Sentence{s}})
		}
	}
	if s, ok := shownHeader(set); ok {
		keep(s, proseTypes()...)
	}
	for _, s := range said(set, func(s guideline.Sentence) bool { return !p.title.MatchString(s.Text) && !p.merge.MatchString(s.Text) }) {
		about := p.message.MatchString(s.Text) || p.message.MatchString(strings.Join(s.Headings, " "))
		if p.conventional.MatchString(s.Text) && s.Modality != guideline.Optional {
			keep(s, proseTypes()...)
		}
		if !about {
			continue
		}
		if has["type-empty"] && p.types.MatchString(s.Text) {
			if types := typeWords(s.Spans); types != nil {
				keep(s, LintRule{Name: "type-enum", Level: 2, Words: types})
			}
		}
		if r, ok := proseLength(s); ok {
			keep(s, r)
		}
		if p.fullStop.MatchString(s.Text) {
			keep(s, LintRule{Name: "subject-full-stop", Level: 2, Never: true, Text: "."})
		}
	}
	return out
}

// shownHeader finds the form of a header that a page shows in a block of code
// below a heading on commit messages, as the rules of Angular do, which many
// projects have copied: "<type>(<scope>): <subject>".
func shownHeader(set *Reading) (guideline.Sentence, bool) {
	p := proseHeaderPattern()
	for i := range set.Documents {
		d := &set.Documents[i]
		if d.Kind != guideline.DocContributing && d.Kind != guideline.DocLinked {
			continue
		}
		for b := range d.Blocks {
			block := &d.Blocks[b]
			headings := strings.Join(block.Headings, " ")
			if block.Kind != guideline.BlockCode || !mentions(headings, "commit") || p.title.MatchString(headings) || !guideline.Speaks(block.Headings) {
				continue
			}
			first, _, _ := strings.Cut(block.Text, "\n")
			if p.shown.MatchString(first) {
				return guideline.Sentence{Document: d, Headings: block.Headings, Line: block.Line, EndLine: block.Line, Text: strings.TrimSpace(first)}, true
			}
		}
	}
	return guideline.Sentence{}, false
}

func (p HeaderParams) has(name string) bool {
	for _, r := range p.Rules {
		if r.Name == name {
			return true
		}
	}
	return false
}

// proseTypes are the rules of Conventional Commits as such: any type will do.
func proseTypes() []LintRule {
	return []LintRule{
		{Name: "type-empty", Level: 2, Never: true},
		{Name: "subject-empty", Level: 2, Never: true},
	}
}

// typeWords are the code spans that can be types; nil unless there are a few
// and one of them is a known type.
func typeWords(spans []string) []string {
	var out []string
	known := false
	for _, s := range spans {
		s = strings.TrimSuffix(s, ":")
		if !proseHeaderPattern().typeWord.MatchString(s) {
			continue
		}
		out = append(out, s)
		if _, ok := typeFor(s, []string{"feat", "fix", "docs"}); ok {
			known = true
		}
	}
	if !known || len(out) < 3 {
		return nil
	}
	return out
}

// proseLength reads a number of characters that the header, or the body's
// lines, may have. Of a soft and a hard number the larger counts.
func proseLength(s guideline.Sentence) (LintRule, bool) {
	p := proseHeaderPattern()
	lower := strings.ToLower(s.Text)
	if strings.Contains(lower, "code") && !strings.Contains(lower, "commit") {
		return LintRule{}, false
	}
	if m := p.wrap.FindStringSubmatch(s.Text); m != nil {
		n, _ := strconv.Atoi(m[1])
		return LintRule{Name: "body-max-line-length", Level: 2, Number: n, Unit: unitRunes}, true
	}
	header := strings.Contains(lower, "header") || strings.Contains(lower, "subject") || strings.Contains(lower, "first line") || strings.Contains(lower, "title") || strings.Contains(lower, "short summary") || strings.Contains(lower, "summary line")
	if !header {
		return LintRule{}, false
	}
	most := 0
	for _, m := range p.length.FindAllStringSubmatch(s.Text, -1) {
		n, _ := strconv.Atoi(m[2] + m[3])
		most = max(most, n)
	}
	if most == 0 {
		return LintRule{}, false
	}
	return LintRule{Name: "header-max-length", Level: 2, Number: most, Unit: unitRunes}, true
}

// distinct drops repetitions of a sentence.
func distinct(list []guideline.Sentence) []guideline.Sentence {
	var out []guideline.Sentence
	for _, s := range list {
		if n := len(out); n > 0 && out[n-1].Text == s.Text && out[n-1].Line == s.Line {
			continue
		}
		out = append(out, s)
	}
	return out
}
