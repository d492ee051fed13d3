package catalog

import (
	"slices"
	"strings"
)

// Kind says what a qualifier's value is.
type Kind string

// The kinds of values.
const (
	KindName   Kind = "name"   // compared whole and without case
	KindChoice Kind = "choice" // one of a few words
	KindNumber Kind = "number" // a number or a range of numbers
	KindTime   Kind = "time"   // a day, a month, a year, how long ago, or a range of these
)

// Qualifier is one row of the table from which the parser, the flags of find,
// the help and the documentation are made.
type Qualifier struct {
	Name string   // as in name:value
	Also []string // other spellings that people bring along
	Flag string   // of the flag that says the same
	// Shared tells that the flag is one of every command, with a meaning of its own
	// where no catalog is asked.
	Shared  bool
	Arg     string // what the flag's value is called in help
	Usage   string // one line, of what remains
	Kind    Kind
	Choices []Choice // of a KindChoice
	// Bare is the value that the flag stands for when it is a switch; "" where
	// the flag takes a value.
	Bare string
	// All tells that each time it is given counts; else one of the values given is
	// enough, since a repository has only one.
	All bool
}

// Choice is one word of a KindChoice.
type Choice struct {
	Value string
	Usage string
}

// Qualifiers is the table, in the order in which help lists it.
func Qualifiers() []Qualifier {
	return []Qualifier{
		{Name: "org", Also: []string{"owner", "user"}, Flag: "org", Arg: "ORGANISATIONS", Kind: KindName, Usage: "only repositories of these organisations or accounts"},
		{Name: "host", Flag: "host", Shared: true, Arg: "HOST", Kind: KindName, Usage: "only repositories of this forge, where a catalog holds several"},
		{Name: "team", Flag: "team", Arg: "TEAM", Kind: KindName, Usage: "only repositories that this team answers for"},
		{Name: "language", Also: []string{"lang"}, Flag: "language", Arg: "LANGUAGE", Kind: KindName, Usage: "only repositories of this programming language"},
		{Name: "topic", Also: []string{"topics", "tag"}, Flag: "topic", Arg: "TOPIC", Kind: KindName, All: true, Usage: "only repositories with this topic"},
		{Name: "license", Also: []string{"licence"}, Flag: "license", Arg: "SPDX", Kind: KindName, Usage: "only repositories under this licence; apache takes every version"},
		{Name: "skill", Also: []string{"skills"}, Flag: "skill", Arg: "SKILL", Kind: KindName, All: true, Usage: "only repositories or help-wanted issues that name this skill"},
		{Name: "provides", Flag: "provides", Arg: "CAPABILITY", Kind: KindName, All: true, Usage: "only repositories that declare to provide this"},
		{Name: "requires", Flag: "requires", Arg: "CAPABILITY", Kind: KindName, All: true, Usage: "only repositories that declare to require this"},
		{Name: "is", Flag: "is", Arg: "STATE", Kind: KindChoice, All: true, Usage: "only repositories in this state", Choices: []Choice{
			{"ready", "nothing is missing that a contributor cannot do without"},
			{"archived", "archived: only these"},
			{"fork", "forks: only these, each for itself"},
			{"public", "everybody sees it"},
			{"internal", "everybody in the company sees it"},
			{"private", "only some see it"},
		}},
		{Name: "has", Flag: "has", Arg: "THING", Kind: KindChoice, All: true, Usage: "only repositories that have this", Choices: []Choice{
			{"help-wanted", "open issues that welcome help"},
			{"manifest", "an innersource.json or another declaration of its owners"},
			{"contributing", "a CONTRIBUTING file"},
			{"release", "a release"},
		}},
		{Name: "archived", Flag: "archived", Kind: KindChoice, Bare: "also", Usage: "take archived repositories too", Choices: []Choice{
			{"no", "without archived repositories, as usual"},
			{"also", "archived repositories too"},
			{"only", "archived repositories only"},
		}},
		{Name: "updated", Flag: "updated", Arg: "WHEN", Kind: KindTime, All: true, Usage: "only repositories that changed then: >2026-01-01, >30d"},
		{Name: "pushed", Flag: "pushed", Arg: "WHEN", Kind: KindTime, All: true, Usage: "only repositories that were last pushed to then"},
		{Name: "created", Flag: "created", Arg: "WHEN", Kind: KindTime, All: true, Usage: "only repositories that were made then"},
		{Name: "stars", Flag: "stars", Arg: "RANGE", Kind: KindNumber, All: true, Usage: "only repositories with this many stars: >10, 5..20"},
		{Name: "forks", Flag: "forks", Arg: "RANGE", Kind: KindNumber, All: true, Usage: "only repositories with this many forks"},
	}
}

// choiceSpellings are words of other tools for choices of ours.
func choiceSpellings(name, value string) string {
	switch name + ":" + value {
	case "archived:true", "archived:yes":
		return "only"
	case "archived:false":
		return "no"
	case "archived:any", "archived:all":
		return "also"
	case "has:help", "has:gigs", "has:good-first-issue", "has:help-wanted-issues":
		return "help-wanted"
	case "has:guidelines":
		return "contributing"
	case "has:releases":
		return "release"
	case "is:forked":
		return "fork"
	}
	return value
}

// Called tells whether a name is one of the qualifier's spellings.
func (q Qualifier) Called(name string) bool {
	name = strings.ToLower(name)
	return q.Name == name || slices.Contains(q.Also, name)
}

// qualifierNamed finds a row by one of its spellings.
func qualifierNamed(name string) (Qualifier, bool) {
	for _, q := range Qualifiers() {
		if q.Called(name) {
			return q, true
		}
	}
	return Qualifier{}, false
}

// Accepts says in words what values a qualifier takes.
func (q Qualifier) Accepts() string {
	switch q.Kind {
	case KindNumber:
		return "a number: 10, >10, >=10, <10, <=10, 5..20, 10..*"
	case KindTime:
		return "a time: 2026-01-31, 2026-01, 2026, or how long ago as 12h, 30d, 6w, 3mo, 1y; with >, >=, <, <= or as a range a..b"
	case KindChoice:
		return "one of " + strings.Join(q.values(), ", ")
	}
	return "a name"
}

//go:noinline
func (q Qualifier) values() []string {
	out := make([]string, len(q.Choices))
	for i, c := range q.Choices {
		out[i] = c.Value
	}
	return out
}

// nearestName gives the name that somebody may have meant, "" when none is near.
func nearestName(typed string, names []string) string {
	best, least := "", min(3, max(len(typed)/2+1, 2)) // half of a short word is another word
	for _, n := range names {
		if d := Distance(typed, n, least-1); d < least {
			best, least = n, d
		}
	}
	if best == "" {
		for _, n := range names {
			if len(typed) >= 2 && strings.HasPrefix(n, typed) {
				return n
			}
		}
	}
	return best
}
