package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/lazy"
)

type ticketPatterns struct{ conform, key, number *regexp.Regexp }

var ticketPattern = lazy.Value(func() *ticketPatterns {
	return &ticketPatterns{
		// conform takes the last key of the first line that has one behind a blank
		conform: regexp.MustCompile(`.* \[?([A-Z]*)-[1-9]\d*`),
		key:     regexp.MustCompile(`(?i)(?:^|[/_-])([a-z][a-z0-9]{1,9}-[1-9]\d*)(?:[/_-]|$)`),
		number:  regexp.MustCompile(`(?i)(?:^|[/_-])(?:gh-|issue-|#)?([1-9]\d{0,6})(?:[/_-]|$)`),
	}
})

// judgeKeys looks for a key as conform does.
func judgeKeys(message string, keys []string) string {
	m := ticketPattern().conform.FindStringSubmatch(strings.Join(messageLines(message), "\n"))
	switch {
	case m == nil:
		return "it refers to no ticket"
	case !slices.Contains(keys, m[1]):
		return fmt.Sprintf("%q is none of the projects", m[1])
	}
	return ""
}

// checkTicketForm judges by a linter's rules, and proposes the branch's ticket.
func checkTicketForm(req Requirement, form HeaderParams, change *Change) []Finding {
	req.Params = form
	out := checkForm(req, change)
	form = form.compile()
	passes := func(message string) bool { return len(form.problems(message)) == 0 }
	for i := range out {
		if out[i].Verdict != Broken {
			continue
		}
		var bad []*Commit
		for j := range change.Commits {
			if c := &change.Commits[j]; c.Parents <= 1 && !passes(c.Message) {
				bad = append(bad, c)
			}
		}
		out[i].Fix = nameTickets(bad, change, seesHeader, passes)
	}
	return out
}

// fix proposes headers that name the ticket that the branch is named for. It
// is a proposal: the branch may be named for something else.
func (p TicketParams) fix(bad []*Commit, change *Change) *Fix {
	refers, err := p.Reference.compile()
	if p.Forbidden || err != nil && len(p.Keys) == 0 {
		return nil
	}
	return nameTickets(bad, change, p.Sees, func(message string) bool {
		why, err := p.judge(message, refers)
		return err == nil && why == ""
	})
}

// nameTickets makes messages pass by naming the branch's ticket in them.
func nameTickets(bad []*Commit, change *Change, sees string, passes func(string) bool) *Fix {
	fix := &Fix{Kind: FixRewriteMessages}
	var edits RewriteMessages
	for _, c := range bad {
		edit, ok := withTicket(c, change, sees, passes)
		if !ok {
			return nil
		}
		edits.Edits = append(edits.Edits, edit)
		fix.Refused = refusedRewrite(c, fix.Refused)
	}
	fix.Verb = "name the branch's ticket in " + plural(len(bad), "commit", "commits")
	if len(edits.Edits) == 1 && edits.Edits[0].Header != "" {
		fix.Verb = "rewrite the header to " + edits.Edits[0].Header
	}
	fix.Params = edits
	return fix
}

// refusedRewrite says why a commit's message is not to be rewritten.
func refusedRewrite(c *Commit, already string) string {
	switch {
	case !c.Own:
		return "some of the commits are not yours"
	case c.Pushed:
		return "the commits are pushed already: others may have them"
	}
	return already
}

// withTicket is an edit that makes a message refer to the branch's ticket, the least
// conspicuous one first.
func withTicket(c *Commit, change *Change, sees string, passes func(string) bool) (MessageEdit, bool) {
	header := ParseMessage(c.Message).Header
	for _, ref := range branchTickets(change) {
		var edits []MessageEdit
		if sees == seesLines {
			edits = append(edits, MessageEdit{Trailers: []string{"Refs: " + ref}})
		}
		for _, h := range headersWith(header, ref) {
			edits = append(edits, MessageEdit{Header: h})
		}
		for _, e := range edits {
			if passes(e.Apply(c.Message)) {
				e.Commit = c.SHA
				return e, true
			}
		}
	}
	return MessageEdit{}, false
}

// headersWith are the ways in which people put a ticket into a header.
func headersWith(header, ref string) []string {
	out := []string{header + " (" + ref + ")", header + " [" + ref + "]", header + " " + ref}
	if h := parseHeader(presetConventional, header); h.OK {
		h.Subject = ref + " " + h.Subject
		out = append(out, h.String())
	}
	return append(out, ref+": "+header, ref+" "+header, "["+ref+"] "+header, ref+" - "+header, "("+ref+") "+header)
}

// branchTickets are the tickets that the branch's name may stand for, a
// tracker's key before an issue's number.
func branchTickets(change *Change) []string {
	var out []string
	if m := ticketPattern().key.FindStringSubmatch(change.Branch); m != nil && !strings.HasPrefix(strings.ToLower(m[1]), "issue-") && !strings.HasPrefix(strings.ToLower(m[1]), "gh-") {
		out = append(out, strings.ToUpper(m[1]))
	}
	if change.Issue > 0 {
		return append(out, fmt.Sprintf("#%d", change.Issue))
	}
	if m := ticketPattern().number.FindStringSubmatch(change.Branch); m != nil && len(out) == 0 {
		out = append(out, "#"+m[1])
	}
	return out
}
