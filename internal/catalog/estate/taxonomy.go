package estate

import (
	_ "embed" // the table of capabilities
	"strings"
	"sync"

	"github.com/isrc-dev/isrc/internal/fault"
)

//go:embed capabilities.txt
var capabilitiesText string

// A Capability is something that repositories do, with the words in which it is
// told and looked for.
type Capability struct {
	Name      string // "token-validation"
	Domain    string // "identity"
	Languages []string
	Names     []string // what repositories that do it are called
	Topics    []string
	Owners    []string // phrases of those who make it
	Users     []string // phrases of those who look for it
	Sentences []string // of its README
}

var taxonomy = sync.OnceValue(func() []Capability {
	all, err := parseCapabilities(capabilitiesText)
	if err != nil {
		panic(err) // it is embedded, and a test reads it
	}
	return all
})

// Capabilities is all that the company's repositories do.
func Capabilities() []Capability { return taxonomy() }

func parseCapabilities(text string) ([]Capability, error) {
	var all []Capability
	domain := ""
	for i, line := range strings.Split(text, "\n") {
		mark, rest, _ := strings.Cut(line, " ")
		switch {
		case line == "" || mark == "#":
		case mark == "@":
			domain = rest
		case strings.Count(line, " | ") == 3:
			c := strings.Split(line, " | ")
			all = append(all, Capability{Name: c[0], Domain: domain, Languages: strings.Fields(c[1]),
				Names: strings.Fields(c[2]), Topics: strings.Fields(c[3])})
		case len(all) == 0:
			return nil, fault.Errorf("line %d of the capabilities stands before the first one", i+1)
		default:
			c := &all[len(all)-1]
			switch mark {
			case "=":
				c.Owners = strings.Split(rest, ", ")
			case "~":
				c.Users = strings.Split(rest, ", ")
			case "-":
				c.Sentences = strings.Split(rest, " / ")
			default:
				return nil, fault.Errorf("line %d of the capabilities begins with %q", i+1, mark)
			}
		}
	}
	return all, nil
}

var byDomain = sync.OnceValue(func() map[string][]int {
	m := map[string][]int{}
	for i, c := range taxonomy() {
		m[c.Domain] = append(m[c.Domain], i)
	}
	return m
})
