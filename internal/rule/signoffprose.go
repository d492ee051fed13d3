package rule

import (
	"regexp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

type signOffPatterns struct {
	token, signing, apart, dco, asks, signed, heading, cla, approval, weak, commits *regexp.Regexp // of prose
	script, quoted, jqText, jqPart                                                  *regexp.Regexp
	each, lets, shell                                                               *regexp.Regexp
}

var signOffPatternsOf = lazy.Value(func() *signOffPatterns {
	re := regexp.MustCompile
	return &signOffPatterns{
		token:    re("(?i:signed-off-by|--signoff)|`(?:(?i:git commit) )?-s`|(?i:git commit) [^`]*-s\\b"), // -S signs with a key
		apart:    re(`(?i)\b(not (be )?(the same|confused)|different|differs?|unlike|opposed|other than)\b.{0,24}\bsign`),
		signing:  re(`(?i)\bsign(ed|ing)?[ -]?off\b|\bsign-?offs?\b|\bsign\b.{0,20}\b(DCO|certificate of origin)\b`),
		dco:      re(`\bDCO\b|(?i:developer certificate of origin)`),
		asks:     re(`(?i)\b(requires?|required|must|needs?|enforced?s?|sign(ed)?|agree)\b`),
		signed:   re(`(?i)\bcommits?\b.{0,60}\b(un)?signed\b|\b(un)?signed commits?\b`),
		heading:  re(`(?i)\bdco\b|sign[- ]?(ing[- ])?off|certificate of origin|sign(ing)? your (work|commits)`),
		cla:      re(`(?i)\bCLA\b|contributor licen[cs]e agreement`),
		approval: re(`(?i)sign[ -]?offs?["”'’]? (from|by) (an?|one|two|three|the|at least|your|all|both|every|another|maintainers?|reviewers?|(code )?owners?|management|legal|product)\b|(pull requests?|PRs?|merging|releases?) (all )?(requires?|needs?|must (have|get|receive)) (an? |the )?["“'‘]?sign[ -]?offs?|\b(get|gets|obtain|ask for|wait for|awaiting|reviewer'?s?|maintainer'?s?) ["“'‘]?sign[ -]?offs?\b|sign[ -]?off on (the|your|a|this|it|each|every) (pr|pull request|release|design|change|proposal|merge)`),
		weak:     re(`(?i)\bbot\b|\baccept`),
		commits:  re(`(?i)\b(commits?|patch(es)?|contributions?|changes?|(your|the) work|pull requests?|PRs?|messages?)\b`),
		script:   re(`(?i)signed-off-by`),
		each:     re(`\b(for|while)\b|\bxargs\b|\bgit show\b|\blog -1\b|-n ?1\b|--max-count=1\b|--invert-grep\b`),
		lets:     re(`\|\|\s*(true|:)\s*(;|$)`),
		shell:    re(`\[\[\s*(?:!\s*)?"?\$\{?\w+\}?"?\s*(=~|==|!=)\s*(.*[Ss]igned-off-by.*?)\s*\]\]`),
		jqText:   re(`"(?:[^"\\]|\\.)*[Ss]igned-off-by: (?:[^"\\]|\\.)*"(?:\s*\+\s*(?:\w+|"(?:[^"\\]|\\.)*"))*`),
		jqPart:   re(`"(?:[^"\\]|\\.)*"|\w+`),
		quoted:   re(`'([^']*[Ss]igned-off-by[^']*)'|"([^"]*[Ss]igned-off-by[^"]*)"`),
	}
})

// saysSignOff tells whether a sentence speaks of signing commits off, and not
// of an agreement, of an approval, or of the text of the certificate.
func saysSignOff(s guideline.Sentence) bool {
	p := signOffPatternsOf()
	if p.token.MatchString(s.Text) {
		return true
	}
	if saysSignature(s.Text) && p.apart.MatchString(s.Text) {
		return false // the sign-off is named as what is not meant
	}
	if p.cla.MatchString(s.Text) || p.approval.MatchString(s.Text) || p.weak.MatchString(s.Text) {
		return false
	}
	switch {
	case p.signing.MatchString(s.Text):
		return p.commits.MatchString(s.Text) || p.dco.MatchString(s.Text) || underDCO(s)
	case p.dco.MatchString(s.Text): // named, without a word on how
		return p.asks.MatchString(s.Text)
	}
	return signedUnderDCO(s)
}

func underDCO(s guideline.Sentence) bool {
	return slices.ContainsFunc(s.Headings, signOffPatternsOf().heading.MatchString)
}

// signedUnderDCO: "commits must be signed" means the sign-off where the section
// or the page is about it, unless keys are spoken of.
func signedUnderDCO(s guideline.Sentence) bool {
	p := signOffPatternsOf()
	if !p.signed.MatchString(s.Text) || saysSignature(s.Text) || strings.Contains(strings.ToLower(s.Text), "co-signed") {
		return false
	}
	if underDCO(s) {
		return true
	}
	return slices.ContainsFunc(s.Document.Sentences, func(o guideline.Sentence) bool {
		return p.token.MatchString(o.Text)
	}) && !slices.ContainsFunc(s.Document.Sentences, func(o guideline.Sentence) bool { return saysSignature(o.Text) })
}
