package command

import (
	"fmt"
	"strings"

	"github.com/isrc-dev/isrc/internal/term"
)

// asides says on the error stream what was not judged and what could not be
// read, unless a finding says it already.
func (t *reviewText) asides(c *checked) {
	if n := len(c.Uncommitted); n > 0 {
		text := term.Line(strings.Join(c.Uncommitted[:min(n, 3)], ", "))
		if n > 3 {
			text += fmt.Sprintf(" and %d more", n-3)
		}
		t.aside("Not judged, for it is not committed: " + text)
	}
	shown := map[string]bool{}
	for _, f := range c.Findings {
		shown[f.Text] = true
	}
	for _, r := range c.Requirements {
		shown[r.Text] = shown[r.Text] || c.Verdict == nil
	}
	var causes []string
	of := map[string][]string{}
	for _, u := range c.Unread {
		if shown[u.What] {
			continue
		}
		why := firstOf(away().FindString(u.Why), u.Why)
		if of[why] == nil {
			causes = append(causes, why)
		}
		of[why] = append(of[why], u.What)
	}
	for _, why := range causes {
		t.aside("Not read: " + strings.Join(of[why], ", ") + ": " + why)
	}
	for _, n := range c.Notes {
		t.aside("Note: " + n)
	}
}

func (t *reviewText) aside(text string) {
	for i, l := range term.Wrap(term.Line(text), max(t.Width-2, 8)) {
		if i > 0 {
			l = "  " + l
		}
		fmt.Fprintln(t.Err, l)
	}
}

// sayUnread lists what could not be read where nothing else can be said.
func (a *app) sayUnread(c *checked) {
	a.progress.Clear()
	(&reviewText{Streams: a.io}).asides(&checked{Unread: c.Unread})
}
