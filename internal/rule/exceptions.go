package rule

import (
	"regexp"
	"slices"
	"strings"
)

// Exception is a message, or a line of one, that a tool leaves alone.
type Exception struct {
	On      string   `json:"on"` // one of those below
	Pattern Pattern  `json:"pattern"`
	Rules   []string `json:"rules,omitempty"` // names of the rules that are left out; none are all
	// Instead is set when it replaces those before it that have it set, too.
	Instead bool `json:"instead,omitempty"`

	test match
}

// What an exception is looked for in.
const (
	onTitle   = "title"     // the first line; the message is left alone
	onMessage = "message"   // the message as a whole, likewise
	onBody    = "body"      // any line behind the first, likewise
	dropLine  = "drop"      // each line; those that match are not looked at
	dropBody  = "drop-body" // each line behind the first, likewise
	cutBelow  = "cut"       // each line; the first that matches and all below it are not looked at
)

// except adds an exception; one whose pattern cannot be read is named.
func (p *HeaderParams) except(e Exception) {
	if _, err := e.Pattern.compile(); err != nil {
		p.unread(err.Error())
		return
	}
	p.Except = append(p.Except, e)
}

// leaveTitles leaves messages alone whose first line begins with one of the
// words.
//
//go:noinline
func (p *HeaderParams) leaveTitles(words ...string) {
	for _, w := range words {
		p.except(Exception{On: onTitle, Pattern: Pattern{Dialect: RE2, Text: "^" + w}})
	}
}

// dropComments leaves out what git leaves out of a message that is being
// written: comments, and all below the scissors.
func (p *HeaderParams) dropComments() {
	p.except(Exception{On: cutBelow, Pattern: Pattern{Dialect: RE2, Text: "^# " + scissors + "$"}})
	p.except(Exception{On: dropLine, Pattern: Pattern{Dialect: RE2, Text: "^#"}})
}

func compiled(list []Exception) []Exception {
	out := make([]Exception, 0, len(list))
	for _, e := range list {
		test, err := e.Pattern.compile()
		if err != nil { // it was named when it was read
			continue
		}
		e.test = test
		out = append(out, e)
	}
	return out
}

// seen is what a tool looks at of a message, and the rules it applies to it.
func (p HeaderParams) seen(message string) (HeaderParams, string) {
	if p.Trims {
		message = strings.TrimSpace(message)
	}
	for _, s := range p.Strips {
		message = regexp.MustCompile(s).ReplaceAllString(message, "") // our own
	}
	if len(p.Except) == 0 {
		return p, message
	}
	list := p.Except
	if list[0].test == nil {
		list = compiled(list)
	}
	lines := rawLines(bounded(message))
	for _, e := range list {
		lines = e.drop(lines)
	}
	var held []Exception
	for _, e := range list {
		if !e.holds(lines) {
			continue
		}
		if e.Instead {
			held = slices.DeleteFunc(held, func(h Exception) bool { return h.Instead })
		}
		held = append(held, e)
	}
	for _, e := range held {
		if len(e.Rules) == 0 {
			p.Rules = nil
			break
		}
		p.Rules = p.withoutRules(e.Rules)
	}
	return p, strings.Join(lines, "\n")
}

func (e Exception) drop(lines []string) []string {
	if e.On == cutBelow {
		if at := slices.IndexFunc(lines, func(l string) bool { ok, err := e.test(l); return ok && err == nil }); at >= 0 {
			lines = lines[:at]
		}
		return lines
	}
	if e.On != dropLine && e.On != dropBody {
		return lines
	}
	var out []string
	for i, l := range lines {
		if ok, err := e.test(l); err != nil || !ok || i == 0 && e.On == dropBody {
			out = append(out, l)
		}
	}
	return out
}

// holds tells whether the exception is made for a message. What takes too long
// to tell is none.
func (e Exception) holds(lines []string) bool {
	if len(lines) == 0 {
		return false
	}
	switch e.On {
	case onTitle:
		ok, err := e.test(lines[0])
		return ok && err == nil
	case onMessage:
		ok, err := e.test(strings.Join(lines, "\n"))
		return ok && err == nil
	case onBody:
		for _, l := range lines[1:] {
			if ok, err := e.test(l); ok && err == nil {
				return true
			}
		}
	}
	return false
}

func (p HeaderParams) withoutRules(names []string) []LintRule {
	var out []LintRule
next:
	for _, r := range p.Rules {
		for _, n := range names {
			if r.As == n || r.Name == n {
				continue next
			}
		}
		out = append(out, r)
	}
	return out
}

// reach are the commits that the tool judges.
func (p HeaderParams) reach(commits []Commit) []Commit {
	if !p.Last {
		return commits
	}
	for i := len(commits) - 1; i >= 0; i-- {
		if commits[i].Parents <= 1 {
			return commits[i : i+1]
		}
	}
	return nil
}
