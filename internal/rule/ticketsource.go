package rule

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

type ticketSources struct{ key, types, reference, jqText, jqPart, commit, asks, forbids, ticket, mentions, closing, code, elsewhere, only *regexp.Regexp }

var ticketSource = lazy.Value(func() *ticketSources {
	re := regexp.MustCompile
	return &ticketSources{
		// what patterns for keys have in common: capitals, a hyphen and digits, or "#" and digits
		key:   re(`(?:\[A-Z[^\]]*\](?:[+*]|\{[\d,]+\})?|[A-Z]{2,10}|\)|\})[)\]]*\\?-\(?(?:\\d|\[0-9\]|\[1-9\])|#\(?(?:\\d|\[0-9\]|\[\[:digit:\]\])`),
		types: re(`(?i)\b(feat|chore|refactor)\b`),
		// scripts
		reference: re(`#(?:\[0-9\]|\\+d|\[\[:digit:\]\])`),
		jqText:    re(`"(?:[^"\\\n]|\\.)*"(?:\s*\+\s*"(?:[^"\\\n]|\\.)*")*`),
		jqPart:    re(`"(?:[^"\\\n]|\\.)*"`),
		// prose
		commit:    re(`(?i)\b(commit (message|header|subject|title|log|body)s?|commits?|subject lines?)\b`),
		asks:      re(`(?i)\b(include|reference|refer(s|ring)? to|mention|contain|link|add|start(s)? with|begin(s)? with|prefix\w*|have|has|specify|with)\b.{0,60}\b(issue|ticket|jira|bug)s?\b.{0,20}|\b(issue|ticket|jira)( issue)? (number|id|key|reference)s?\b.{0,60}\b(in|at|to)\b`),
		forbids:   re(`(?i)\b(do not|don['’]t|must not|should not|shouldn['’]t|never|avoid|no)\b.{0,50}\b(reference|refer|mention|link|use|put|include|add|clos\w+|issue)\w*\b`),
		ticket:    re(`(?i)\b(issues?|tickets?|jira|issue numbers?)\b|#\d|#X+|#N+`),
		mentions:  re("(?i)@[- ]?mention|`@"),
		closing:   re(`(?i)\b(clos(e|ing)|keywords?|fixes)\b`),
		code:      re(`\b([A-Z][A-Z0-9]{1,9})-(?:\d+|[Xx]+|[Nn]+|#+)\b`),
		only:      re(`(?i)\b(if|when|whenever|where (applicable|possible)|in case)\b|\bthat (close|fix|resolve)\w*\b`),
		elsewhere: re(`(?i)\b(pull request|PR|merge request|MR)\b|\bbug reports?\b|\bfile an?\b|\bopen an?\b|\bcreate an?\b`),
	}
})

func deriveTicket(set *Reading) []Requirement {
	var out []Requirement
	for _, l := range set.messageLinters() {
		for _, req := range l.requirements(set, "ticket") {
			form := req.Params.(HeaderParams)
			req.Params = TicketParams{By: form.By, Form: &form}
			out = append(out, req)
		}
	}
	for _, g := range set.Gates() {
		if p, line, words, ok := scriptTicket(set, g.Step); ok {
			p.By = "workflow " + g.File()
			out = append(out, fromGate(g, line, words, p.text(), p))
		}
	}
	for _, r := range branchRules(set) {
		if p, ok := rulesetTicket(r); ok {
			params := TicketParams{By: "a ruleset", Reference: p.search(), Sees: seesLines, Forbidden: p.Negate, All: true}
			said := "commit messages must " + p.String()
			out = append(out, fromRuleset(r, said, said, params))
		}
	}
	return append(out, proseTickets(set)...)
}

// rulesetTicket reads a rule on messages whose pattern is that of a reference
// and of nothing else.
func rulesetTicket(r forge.Rule) (PatternParams, bool) {
	p, ok := rulesetPattern(r, "commit_message_pattern")
	if _, signs := signOffPattern(r); !ok || signs || p.Operator != Regex {
		return p, false
	}
	_, err := p.search().compile()
	return p, err == nil && ticketPatternText(p.Pattern)
}

// ticketPatternText tells whether a pattern asks for a reference alone.
func ticketPatternText(pattern string) bool {
	return ticketSource().key.MatchString(pattern) && !ticketSource().types.MatchString(pattern)
}

// scriptTicket reads a script that looks at the messages of all commits for
// references and refuses what has one: a jq filter whose pattern stands in the
// script. What a script wants to be there is not read: too many ways to say it.
func scriptTicket(set *Reading, s *guideline.Step) (p TicketParams, line int, words string, ok bool) {
	if !strings.Contains(s.Run, "jq") || !set.looksAt(s, lookCommit) || !ticketSource().reference.MatchString(s.Run) || !unfinishedPattern().refuses.MatchString(s.Run) {
		return p, 0, "", false
	}
	lower := strings.ToLower(s.Run)
	if !strings.Contains(lower, "test(") || !strings.Contains(lower, "remove") && !strings.Contains(lower, "must not") && !strings.Contains(lower, "contains a") {
		return p, 0, "", false
	}
	for _, text := range ticketSource().jqText.FindAllString(s.Run, -1) {
		if !ticketSource().reference.MatchString(text) {
			continue
		}
		pattern := ""
		for _, part := range ticketSource().jqPart.FindAllString(text, -1) {
			literal, err := strconv.Unquote(part)
			if err != nil {
				return p, 0, "", false
			}
			pattern += literal
		}
		p = TicketParams{Reference: Pattern{Dialect: RE2, Text: pattern, Flags: "m"}, Sees: seesLines, Forbidden: true, All: !strings.Contains(s.Run, "parents")}
		if _, err := p.Reference.compile(); err != nil {
			return p, 0, "", false
		}
		first, _, _ := strings.Cut(text, "\n")
		line, words = lineOf(s, first)
		return p, line, words, true
	}
	return p, 0, "", false
}

// proseTickets reads what prose says of references in commit messages.
func proseTickets(set *Reading) []Requirement {
	re := ticketSource()
	kinds := map[string][]guideline.Sentence{}
	for _, s := range said(set, func(s guideline.Sentence) bool { return re.commit.MatchString(s.Text) }) {
		forbids := re.forbids.MatchString(s.Text)
		switch {
		case forbids && re.mentions.MatchString(s.Text):
			kinds["mention"] = append(kinds["mention"], s)
		case forbids && re.closing.MatchString(s.Text) && re.ticket.MatchString(s.Text) && !strings.Contains(strings.ToLower(s.Text), "reference"):
			kinds["closing"] = append(kinds["closing"], s)
		case forbids && re.ticket.MatchString(s.Text):
			kinds["forbidden"] = append(kinds["forbidden"], s)
		case !forbids && re.asks.MatchString(s.Text) && !re.elsewhere.MatchString(s.Text):
			kinds["asked"] = append(kinds["asked"], s)
		}
	}
	params := map[string]TicketParams{
		"mention":   {By: "prose", Reference: mention(), Sees: seesLines, Forbidden: true},
		"closing":   {By: "prose", Reference: closingReference(), Sees: seesLines, Forbidden: true},
		"forbidden": {By: "prose", Reference: issueReference(), Sees: seesLines, Forbidden: true},
		"asked":     {By: "prose", Reference: anyReference(), Sees: seesLines},
	}
	var out []Requirement
	for _, kind := range []string{"mention", "closing", "forbidden", "asked"} {
		if len(kinds[kind]) > 0 {
			p := params[kind]
			if kind == "asked" {
				p.Reference = keyReference(kinds[kind])
			}
			req := fromProse(set, kinds[kind], p.text(), p, ofCommits(set, p.obeyed()))
			if kind == "asked" && !slices.ContainsFunc(kinds[kind], func(s guideline.Sentence) bool { return !re.only.MatchString(s.Text) }) {
				req.Strength = May // of commits that have a ticket
			}
			out = append(out, req)
		}
	}
	return out
}

// keyReference is the key of the tracker that sentences name, or any.
func keyReference(sentences []guideline.Sentence) Pattern {
	for _, s := range sentences {
		if m := ticketSource().code.FindStringSubmatch(s.Text); m != nil && m[1] != "UTF" && m[1] != "ISO" && m[1] != "RFC" && m[1] != "SHA" {
			return Pattern{Dialect: RE2, Text: `\b` + m[1] + `-\d+\b`}
		}
	}
	return anyReference()
}

// obeyed judges a merged message. The number that a forge adds to a header when
// it squashes is the pull request's and no reference.
func (p TicketParams) obeyed() func(string) bool {
	refers, err := p.Reference.compile()
	if err != nil {
		return nil
	}
	return func(message string) bool {
		header, rest, _ := strings.Cut(message, "\n")
		if at := strings.LastIndex(header, " (#"); at > 0 && strings.HasSuffix(strings.TrimSpace(header), ")") {
			header = header[:at]
		}
		why, err := p.judge(header+"\n"+rest, refers)
		return err == nil && why == ""
	}
}
