package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

func imperative() *Rule {
	return &Rule{
		ID: "imperative",
		Doc: "The subject is written in the imperative mood: \"add\", not \"added\", \"adds\" or \"adding\".\n\n" +
			"No two tools agree on which words these are: conform asks a tagger of parts of speech, committed and commit-check have lists and look at endings, another action has a list of verbs and refuses all else. " +
			"isrc refuses a word only when it is plainly something else: the past, the third person or the -ing form of a verb that it knows. So it finds less than they do and is seldom wrong, " +
			"and what it finds should be mended even where one of those tools must be passed. A word that it does not know is left alone.\n\n" +
			"```\naccepted  fix(parser): add a test\naccepted  docs: embed images\nrejected  Added a test\nrejected  fix: fixes the parser\n```\n\n" +
			"The form that was meant is said, and the message is left to its author.",
		Derive:   deriveImperative,
		Check:    checkForm,
		merge:    absorbProse,
		declared: func() Requirement { p := proseImperative(); return Requirement{Params: p, Text: p.text()} },
	}
}

// proseImperative is what prose asks: the mood of the subject, whatever stands
// before it.
func proseImperative() HeaderParams {
	return HeaderParams{By: "prose", Tool: "prose", Grammar: Grammar{Preset: presetSpec}, Leaves: []string{leavesDefault}, Rules: []LintRule{{Name: "imperative", Level: 2}}}
}

type imperativePatterns struct{ asks, forms, word *regexp.Regexp }

var imperativePattern = lazy.Value(func() *imperativePatterns {
	return &imperativePatterns{
		asks:  regexp.MustCompile(`(?i)\bimperative\b`),
		forms: regexp.MustCompile(`(?i)\bpresent tense\b`),
		word:  regexp.MustCompile(`^[A-Za-z]+(?:'[a-z]+)?`),
	}
})

// deriveImperative: none of the tools' lists is known to the last word, so what
// they enforce is no more than a should here.
func deriveImperative(set *Reading) []Requirement {
	out := formRequirements(set, "imperative")
	for i := range out {
		if out[i].Strength == Must {
			out[i].Strength = Should
		}
		out[i].Enforcer.Blocking = false
	}
	p := imperativePattern()
	sentences := said(set, func(s guideline.Sentence) bool {
		about := strings.ToLower(s.Text + " " + strings.Join(s.Headings, " "))
		if !strings.Contains(about, "commit") && !strings.Contains(about, "subject") && !strings.Contains(about, "message") {
			return false
		}
		return p.asks.MatchString(s.Text) || p.forms.MatchString(s.Text) && strings.Contains(about, "commit")
	})
	if len(sentences) > 0 {
		params := proseImperative()
		out = append(out, fromProse(set, sentences, params.text(), params, nil))
	}
	return out
}

// breaksImperative looks at the first word of the subject.
func breaksImperative(_ LintRule, m *lintMessage) string {
	text := strings.TrimLeft(m.subjectOrText(), " \t[(`\"'")
	word := imperativePattern().word.FindString(text)
	if rest := text[len(word):]; rest != "" && strings.ContainsRune("_-.(/0123456789", rune(rest[0])) {
		return "" // a name out of the code, or one of several words
	}
	base, form := inflected(strings.ToLower(word))
	if base == "" {
		return ""
	}
	return fmt.Sprintf("%q is the %s of %q", word, form, base)
}

// inflected answers of which verb a word is another form, and which; "" when it
// may be an imperative.
func inflected(word string) (base, form string) {
	if v, ok := irregularForms()[word]; ok {
		return v, "past"
	}
	if slices.Contains(lookalikes(), word) {
		return "", ""
	}
	verbs := commonVerbs()
	known := func(stems ...string) string {
		for _, s := range stems {
			if verbs[s] {
				return s
			}
		}
		return ""
	}
	switch {
	case strings.HasSuffix(word, "ing") && len(word) > 5:
		stem := word[:len(word)-3]
		return known(stem, stem+"e", undoubled(stem)), "-ing form"
	case strings.HasSuffix(word, "ied") && len(word) > 4:
		return known(word[:len(word)-3] + "y"), "past"
	case strings.HasSuffix(word, "ed") && len(word) > 4:
		return known(word[:len(word)-1], word[:len(word)-2], undoubled(word[:len(word)-2])), "past"
	case strings.HasSuffix(word, "ies") && len(word) > 4:
		return known(word[:len(word)-3] + "y"), "third person"
	case strings.HasSuffix(word, "s") && !strings.HasSuffix(word, "ss"):
		return known(word[:len(word)-1], strings.TrimSuffix(word, "es")), "third person"
	}
	return "", ""
}

// undoubled is "drop" of "dropp".
func undoubled(s string) string {
	if n := len(s); n > 2 && s[n-1] == s[n-2] {
		return s[:n-1]
	}
	return s
}

// irregularForms are past forms that end in no -ed, by verb; forms that are the
// same as the verb are not among them.
var irregularForms = sync.OnceValue(func() map[string]string {
	return map[string]string{
		"made": "make", "built": "build", "wrote": "write", "written": "write", "got": "get", "took": "take", "gave": "give", "began": "begin",
		"broke": "break", "brought": "bring", "chose": "choose", "did": "do", "found": "find", "forgot": "forget", "hid": "hide", "kept": "keep",
		"led": "lead", "left": "leave", "rewrote": "rewrite", "ran": "run", "sent": "send", "spoke": "speak", "threw": "throw", "was": "be", "were": "be", "went": "go",
	}
})

// lookalikes end like another form of a verb and are none, or are nouns that
// headers begin with as often.
func lookalikes() []string {
	return []string{
		"embed", "feed", "need", "speed", "seed", "shed", "exceed", "proceed", "succeed", "bring", "ring", "ping", "string", "spring", "sing", "swing", "wing",
		"address", "process", "pass", "alias", "focus", "bias", "canvas", "this", "its", "during", "nothing", "something", "missing", "missed",
		"tests", "docs", "types", "releases", "builds", "checks", "imports", "exports", "logs", "links", "hooks", "patches", "limits", "notes", "requests", "results",
		"names", "lists", "defaults", "controls", "documents", "plans", "questions", "works", "comments", "commits", "benchmarks", "packages", "plugins", "images",
		"spelling", "formatting", "testing", "logging", "naming", "caching", "linting", "building", "parsing", "rendering", "styling", "typing", "handling", "housekeeping", "styling", "tracing", "debugging", "packaging",
	}
}
