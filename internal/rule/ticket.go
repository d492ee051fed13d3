package rule

import (
	"fmt"
	"strings"
)

// TicketParams says whether commit messages refer to tickets or issues, and how.
type TicketParams struct {
	By        string  `json:"by"` // who judges: a path, or "prose"
	Reference Pattern `json:"reference"`
	Sees      string  `json:"sees,omitempty"` // seesHeader or seesLines
	// Keys are the projects that conform lets pass; it takes its own way of
	// looking for them.
	Keys      []string `json:"keys,omitempty"`
	Forbidden bool     `json:"forbidden,omitempty"` // messages must not refer to anything
	Once      bool     `json:"once,omitempty"`      // one commit that does is enough
	All       bool     `json:"all,omitempty"`       // merges are looked at, too
	// Form is what a linter asks; then it decides, and nothing else is set.
	Form *HeaderParams `json:"form,omitempty"`
}

func ticket() *Rule {
	return &Rule{
		ID: "ticket",
		Doc: "Commit messages refer to a ticket or an issue where the project asks for it, and do not where it forbids that.\n\n" +
			"Projects ask for opposite things, so the polarity is read first. Whoever enforces it decides what a reference is: a ruleset's or gitlint's pattern as it stands; " +
			"for conform a key behind a blank, anywhere in the message, of one of the projects it lists; for commitlint's `references-empty` an issue's number. " +
			"A project that forbids references does so because the forge links them again whenever a branch is rebased; keywords that close issues and @mentions can be forbidden for the same reason. " +
			"Prose counts only where it speaks of commit messages; what it says of pull requests is the rule `linked-issue`.\n\n" +
			"```\nasked     accepted  fix: read empty files (PAY-12)\n          rejected  fix: read empty files\n" +
			"forbidden accepted  fix: read empty files\n          rejected  fix: read empty files, closes #12\n```\n\n" +
			"When the branch's name holds a key, a message that names it is proposed.",
		Derive: deriveTicket,
		Check:  checkTicket,
		merge:  mergeTickets,
	}
}

// mergeTickets lets who enforces something decide over prose, but keeps what
// prose says of other things: mentions, and keywords that close.
func mergeTickets(reqs []Requirement) []Requirement {
	var plain, other []Requirement
	for _, r := range reqs {
		if p := r.Params.(TicketParams); p.Forbidden && (p.Reference == mention() || p.Reference == closingReference()) {
			other = append(other, r)
		} else {
			plain = append(plain, r)
		}
	}
	return append(absorbProse(plain), mergeEqual(other)...)
}

// anyReference is an issue's number, a link to one, or a tracker's key.
func anyReference() Pattern {
	return Pattern{Dialect: RE2, Text: `(?:^|[^\w&])#\d+\b|/(?:issues|pull|browse|merge_requests)/[\w-]*\d+|\b[A-Z][A-Z0-9]+-\d+\b`}
}

// issueReference is what the forge makes a link to an issue of.
func issueReference() Pattern {
	return Pattern{Dialect: RE2, Text: `(?:^|[^\w&])(?:[\w.-]+(?:/[\w.-]+)?)?#\d+\b|https?://[^\s/]+/[^\s/]+/[^\s/]+/(?:-/)?(?:issues|pull|merge_requests)/\d+`}
}

// closingReference is a keyword that closes an issue, with the issue.
func closingReference() Pattern {
	return Pattern{Dialect: RE2, Flags: "i", Text: `(?:clos(?:e[sd]?)|fix(?:es|ed)?|resolv(?:e[sd]?))[\s:]+(?:\w+/\w+)?#\d+`}
}

// mention is somebody's name with an @, who would be told of every push.
func mention() Pattern {
	return Pattern{Dialect: RE2, Text: `(?:^|[\s(])@[A-Za-z0-9][A-Za-z0-9-]*(?:/[\w-]+)?\b`}
}

func (p TicketParams) text() string {
	switch {
	case p.Forbidden && p.Reference == mention():
		return "nobody @mentioned in commit messages"
	case p.Forbidden && p.Reference == closingReference():
		return "no words in commit messages that close issues"
	case p.Forbidden:
		return "no references to issues in commit messages"
	case len(p.Keys) > 0:
		return "a ticket of " + strings.Join(p.Keys, ", ") + " in every commit message"
	case p.Once:
		return "a ticket or an issue in one of the commit messages"
	case p.Sees == seesHeader:
		return "a ticket or an issue in the header of every commit"
	}
	return "a ticket or an issue in every commit message"
}

// judge answers why a message fails, or "".
func (p TicketParams) judge(message string, refers match) (string, error) {
	if len(p.Keys) > 0 {
		return judgeKeys(message, p.Keys), nil
	}
	text := strings.Join(messageLines(message), "\n")
	if p.Sees == seesHeader {
		text = ParseMessage(message).Header
	}
	found, err := refers(text)
	switch {
	case err != nil:
		return "", err
	case p.Forbidden && found:
		return "it refers to something", nil
	case !p.Forbidden && !found:
		return "it refers to nothing", nil
	}
	return "", nil
}

func checkTicket(req Requirement, change *Change) []Finding {
	p := req.Params.(TicketParams)
	if p.Form != nil {
		return checkTicketForm(req, *p.Form, change)
	}
	refers, err := p.Reference.compile()
	if err != nil && len(p.Keys) == 0 {
		return []Finding{{Verdict: Unknown, Message: p.By + ": " + err.Error()}}
	}
	var bad []*Commit
	judged := 0
	for i := range change.Commits {
		c := &change.Commits[i]
		if c.Parents > 1 && !p.All {
			continue
		}
		judged++
		why, err := p.judge(c.Message, refers)
		if err != nil {
			return []Finding{{Verdict: Unknown, Message: p.By + ": " + err.Error()}}
		}
		if why != "" {
			bad = append(bad, c)
		}
	}
	switch {
	case judged == 0:
		return []Finding{{Verdict: Later, Message: "there are no commits yet"}}
	case len(bad) == 0 || p.Once && len(bad) < judged:
		return []Finding{{Verdict: Met, Message: p.met()}}
	}
	return []Finding{{Verdict: Broken, Message: p.broken(len(bad), judged), At: headerPlaces(bad), Fix: p.fix(bad, change)}}
}

func (p TicketParams) met() string {
	if p.Forbidden {
		return "no commit message refers to an issue"
	}
	return "commit messages refer to a ticket"
}

func (p TicketParams) broken(bad, judged int) string {
	what := verbFor(bad, "refers", "refer") + " to no ticket"
	switch {
	case p.Forbidden && p.Reference == mention():
		what = verbFor(bad, "mentions", "mention") + " somebody"
	case p.Forbidden && p.Reference == closingReference():
		what = verbFor(bad, "closes", "close") + " an issue"
	case p.Forbidden:
		what = verbFor(bad, "refers", "refer") + " to an issue"
	case len(p.Keys) > 0:
		what += " of " + strings.Join(p.Keys, ", ")
	}
	return fmt.Sprintf("%d of %s %s", bad, plural(judged, "commit", "commits"), what)
}

func verbFor(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
