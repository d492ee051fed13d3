package command

import (
	"fmt"
	"strings"

	"github.com/isrc-dev/isrc/internal/rule"
)

// rulesPage documents what isrc can read and judge, rule by rule, in the order
// in which the rules are listed.
func rulesPage() string {
	var b strings.Builder
	b.WriteString(generatedBy + `
# Rules

A rule reads one kind of requirement out of what a project says, and judges a
change by it. How firmly something is asked comes from who says it: what the
forge or a workflow enforces must hold, what a template or prose asks for should,
and prose alone blocks only where at least 90 % of the last merged commits agree.
What cannot be read is unknown, and what only the pull request will show comes
later; neither is ever called met.

The names below go with ` + "`isrc check --only`, `--skip` and `--fix`, with `isrc submit --despite`" + `,
and into ` + "`isrc.rules`" + ` of a manifest, where owners correct a reading:

` + "```json\n" + `{"isrc": {"rules": {"subject-case": {"strength": "off", "why": "names of products begin our subjects"}}}}
` + "```\n\n")
	for _, r := range rule.All() {
		fmt.Fprintf(&b, "- [%s](#%s): %s\n", r.ID, r.ID, r.Summary())
	}
	for _, r := range rule.All() {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", r.ID, strings.TrimSpace(r.Doc))
	}
	return b.String()
}
