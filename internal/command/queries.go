package command

import (
	"fmt"
	"strings"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// queriesText is the help topic on what find understands, from the table that
// the parser reads.
func queriesText() string {
	var b strings.Builder
	b.WriteString(`A query is words, and filters written as name:value. The words may stand in any
order and form; repositories that have all of them come first.

  token validation         both words, somewhere in what is known of a repository
  "token validation"       one phrase: the words stand so, side by side
  -legacy  -"card vault"   what must not be there; NOT legacy says the same
  topic:auth language:go   filters; several values: language:go,rust
  -topic:deprecated        a filter that must not hold

A shell takes double quotes away: write '"token validation"' for a phrase. After
-- words may begin with a hyphen: isrc find token -- -legacy.

`)
	for _, q := range catalog.Qualifiers() {
		b.WriteString(hanging(fmt.Sprintf("  %-11s ", q.Name+":"), q.Usage))
		if q.Kind != catalog.KindChoice {
			continue
		}
		for _, c := range q.Choices {
			b.WriteString(hanging(fmt.Sprintf("                %-13s ", c.Value), c.Usage))
		}
	}
	b.WriteString(`
Numbers are 10, >10, >=10, <10, <=10, 5..20 or 10..*. Times are days, months or
years (2026-01-31, 2026-01, 2026), or how long ago something was (12h, 30d, 6w,
3mo, 1y): updated:>30d and updated:30d want a change in the last 30 days,
updated:<1y none for a year. Days begin at midnight UTC.

A filter given twice wants both where a repository can have both (topics,
skills, capabilities), and either where it has only one (organisation, team,
language, licence, who may see it).

The flags of find say the same: --language go is language:go.
`)
	return b.String()
}
