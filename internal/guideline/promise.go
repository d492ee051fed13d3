package guideline

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/lazy"
)

// Promise is what owners promise in prose: within which time a contribution is
// answered, and decided upon. A span is written as in a manifest, "" for none: 3bd
// are three working days.
type Promise struct {
	FirstResponse, Decision         string
	FirstResponseSaid, DecisionSaid Quote
}

// promiseWords tell a promise from an estimate, a wish and a rule for authors.
// Nothing is better than a promise that nobody made.
type promiseWords struct{ opening, span, owners, passive, answers, decides, hedged, authors, other, pulls, talk, apart *regexp.Regexp }

var promisePatterns = lazy.Value(func() *promiseWords {
	re := func(s string) *regexp.Regexp { return regexp.MustCompile(`(?i)` + s) }
	const number = `(?:\d{1,3}|an?(?: couple of| couple| single)?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen)`
	return &promiseWords{
		// "After you open a pull request," begins the time, and is no condition.
		opening: re(`^\W*(?:once|after|when|whenever) (?:you|your|an?|the)\b[^,]{0,60}\b(?:open|submit|creat|send|sent|fil|rais)\w*[^,]{0,60},\s*`),
		span: re(`\b(?:within|in (?:less than|under|at most|no more than)|in|no later than|at most|under|less than)(?: the| at most| the next| the first)?\s+(` + number + `)(?:\s*(?:-|–|to|or)\s*(` + number + `))?(?:\s*\(\d{1,3}\))?[\s-]*` +
			`(business|working|work|week|calendar)?[\s-]*(hours?|hrs?|h|days?|weeks?|months?)\b`),
		owners:  re(`\b(?:we|our (?:\w+ )?(?:team|maintainers|reviewers|engineers)|the (?:\w+ )?(?:team|maintainers?|reviewers?|owners?|committers?)|maintainers|reviewers|committers|owners|(?:an?|your) (?:\w+ )?(?:maintainer|reviewer|committer|member|owner)|some(?:one|body))\b`),
		passive: re(`\b(?:you(?:['’]ll| will| can| should)? (?:hear|get|receive|expect)|expect (?:an?|to)|(?:is|are|be|gets?) (?:\w+ )?(?:reviewed|answered|triaged|acknowledged|looked at|responded to|replied to|decided|merged)|response time|turnaround)\b`),
		answers: re(`\b(?:respon(?:d|ds|se)|repl(?:y|ies)|replied|answer(?:s|ed)?|review(?:s|ed)?|feedback|get back|(?:look|looks|looked) at|triage[sd]?|acknowledge[sd]?|hear|response time|turnaround)\b`),
		decides: re(`\b(?:decide[sd]?|decision|merged?|accepted or rejected|accept or reject)\b`),
		hedged: re(`\b(?:aim\w*|tr(?:y|ies|ying)|goal|target|strive\w*|hope\w*|hopefully|usual\w*|typical\w*|general\w*|normal\w*|common\w*|average|should|may|might|could|would|often|most(?:ly)?|sometimes|attempt\w*|endeavou?r\w*|intend\w*|effort|please|allow|ideal\w*|like to|want to|prefer\w*|possible|probabl\w*|likely|approximate\w*|about|around|roughly|plan to|committed? to trying|expectation|do our best|need(?:s)? (?:more|at least)|at least|few|several|more than|small\w*|simple|trivial|minor|urgent|critical|large\w*|some|certain|only)\b` +
			`|\b(?:not|never|no longer|no guarantees?|cannot|without)\b|n['’]t\b|\b(?:if|unless|until|once|when|whenever|after|while|except\w*|depend\w*|before|since|because|\w+ing passes)\b|\?`),
		authors: re(`\b(?:you (?:must|need|have|respond|reply|are)|your (?:response|reply|feedback|answer)|(?:the |an? )?(?:author|contributor|submitter)s?(?:\b.{0,20})? (?:must|will|ha(?:s|ve)|needs?|responds?|repl(?:y|ies)|is|are)|(?:from|by) (?:you|the (?:author|contributor|submitter)))\b`),
		other:   re(`\b(?:inactiv\w*|stale|activity|abandon\w*|clos(?:e|ed|es|ing)|vulnerabilit\w+|security|disclos\w+|embargo\w*|conduct|abuse|incident\w*|releases?|released|deprecat\w*|expires?|retention|ago|nominat\w*|vot(?:e|es|ing)|elect\w*|membership|licen[cs]e|cla|deploy\w*|publish\w*|meeting\w*|patch(?:es)? releases?)\b`),
		pulls:   re(`\b(?:pull[- ]?requests?|merge[- ]?requests?|PRs?|MRs?|contributions?|patch(?:es)?|changes?|reviews?|reviewed|submissions?|diffs?|CLs?)\b`),
		talk:    re(`\b(?:issues?|bugs?|reports?|questions?|tickets?|e-?mails?|messages?|slack|discord|forum|discussions?|requests for (?:help|access)|proposals?|rfcs?)\b`),
		apart:   re(`secur|vulnerab|conduct|disclos|abuse|release|support|governance|stale`),
	}
})

// PromiseIn reads what a page for contributors promises. Of several promises of
// one kind the longest time counts: less is held against the owners.
func PromiseIn(d *Document) Promise {
	var out Promise
	p := promisePatterns()
	for _, s := range sentencesWith(d, true, MayPromise, MayPromise) {
		if p.apart.MatchString(strings.Join(s.Headings, " ")) {
			continue
		}
		span, decision := p.read(s.Text)
		kept, said := &out.FirstResponse, &out.FirstResponseSaid
		if decision {
			kept, said = &out.Decision, &out.DecisionSaid
		}
		if span != "" && roughHours(span) > roughHours(*kept) {
			*kept, *said = span, s.Quote()
		}
	}
	return out
}

// MayPromise tells whether a text may name a time at all. Most do not, and to read
// a page costs much more.
//
//go:noinline
func MayPromise(text string) bool {
	lower := strings.ToLower(text)
	return hasAny(lower, "day", "hour", "week", "month", "hrs", " h", "2h", "4h", "6h", "8h") && hasAny(lower, "within", " in ", "later than", "at most", "less than", "under")
}

// read gives the time that a sentence promises, "" for none, and whether it is one
// for the decision rather than for an answer.
func (p *promiseWords) read(text string) (span string, decision bool) {
	text = p.opening.ReplaceAllString(text, "")
	m := p.span.FindAllStringSubmatch(text, 3)
	if len(m) == 0 || p.authors.MatchString(text) || p.other.MatchString(text) {
		return "", false
	}
	if p.hedged.MatchString(p.span.ReplaceAllString(text, "")) || !p.owners.MatchString(text) && !p.passive.MatchString(text) {
		return "", false
	}
	if p.talk.MatchString(text) && !p.pulls.MatchString(text) {
		return "", false
	}
	answers := p.answers.MatchString(text)
	if !answers && !p.decides.MatchString(text) || len(m) != 1 {
		return "", false // two times in one sentence are for two things
	}
	return spanOf(m[0]), !answers
}

// spanOf writes a time as a manifest does. Of a range the longer end counts; days
// are calendar days unless they are said to be working days, and a month is 31.
func spanOf(m []string) string {
	n := max(countOf(m[1]), countOf(m[2]))
	kind, unit := strings.ToLower(m[3]), strings.ToLower(m[4])
	working := kind == "business" || kind == "working" || kind == "work" || kind == "week"
	switch {
	case n <= 0, working && unit[0] != 'd', kind == "calendar" && unit[0] == 'h':
		return "" // what 48 working hours are, nobody knows
	case working:
		return strconv.Itoa(n) + "bd"
	case unit[0] == 'm':
		return strconv.Itoa(31*n) + "d"
	}
	return strconv.Itoa(n) + unit[:1]
}

// countOf reads a number in digits or in words, 0 for what is none.
func countOf(word string) int {
	word = strings.ToLower(word)
	if n, err := strconv.Atoi(word); err == nil {
		return n
	}
	switch word {
	case "a", "an", "a single":
		return 1
	case "a couple of", "a couple":
		return 2
	case "twelve":
		return 12
	case "fourteen":
		return 14
	}
	return 1 + slices.Index([]string{"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}, word)
}

// roughHours orders spans.
func roughHours(span string) int {
	unit := strings.TrimLeft(span, "0123456789")
	n, _ := strconv.Atoi(strings.TrimSuffix(span, unit)) // written by spanOf
	switch unit {
	case "d":
		return 24 * n
	case "bd":
		return 24*n + 24*2*(n/5) + 1
	case "w":
		return 24 * 7 * n
	}
	return n
}
