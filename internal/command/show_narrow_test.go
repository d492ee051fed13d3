package command

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/term"
)

// TestACardFitsNarrowTerminals: what is wider than the terminal is one word, which
// nothing else stands beside, or a command to be pasted.
func TestACardFitsNarrowTerminals(t *testing.T) {
	t.Parallel()
	said := &quote{Path: "CONTRIBUTING.md", Line: 31, Text: "every commit must be signed off before anybody looks at it"}
	enforcer := "required check DCO"
	c := &card{Contributions: "issue-first", SaidBy: said, Archived: true}
	c.FullName, c.Description = "identity/auth-lib", "Authentication and token validation for services"
	c.Requirements = []requirement{
		{Rule: "sign-off", Strength: "must", Text: "Signed-off-by on every commit", Said: []quote{*said}, Enforcer: &enforcer},
		{Rule: "approvals", Strength: "must", Text: "one approval of somebody who may push"},
		{Rule: "gate", Strength: "must", Text: "acme-gate cannot be read from here"},
	}
	c.Unread = []unread{{What: "the rulesets", Why: "they are told to those who may push"}}
	for _, width := range []int{20, 30, 46, 47, 80} {
		var out bytes.Buffer
		s := &term.Streams{Out: &out, Err: &out, OutTTY: true, Unicode: true, Width: width}
		if err := showCard(s, c, c.FullName, false, time.Now()); err != nil {
			t.Fatal(err)
		}
		for l := range strings.Lines(out.String()) {
			l = strings.TrimRight(l, "\n")
			if term.Columns(l) > width && len(strings.Fields(l)) > 1 && !strings.HasPrefix(l, "isrc ") {
				t.Errorf("at %d columns: %q", width, l)
			}
		}
		if text := strings.Join(strings.Fields(out.String()), " "); !strings.Contains(text, "must Signed-off-by on every commit CONTRIBUTING.md:31 \"every commit") {
			t.Errorf("at %d columns:\n%s", width, out.String())
		}
	}
}
