package crawl

import (
	"cmp"
	"strings"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/order"
)

// roster tells of which teams a person is, and forgets the person.
type roster struct {
	of   map[string][]string // slugs by login in lower case, the smallest team first
	size map[string]int
}

func newRoster(t *forge.OwnerTeams) *roster {
	r := &roster{of: map[string][]string{}, size: map[string]int{}}
	if t == nil {
		return r
	}
	for slug, members := range t.Members {
		r.size[slug] = len(members)
		for _, login := range members {
			login = strings.ToLower(login)
			r.of[login] = append(r.of[login], slug)
		}
	}
	for login := range r.of {
		order.By(r.of[login], func(a, b string) int {
			return cmp.Or(cmp.Compare(r.size[a], r.size[b]), strings.Compare(a, b))
		})
	}
	return r
}

// team gives the team of a pull request's author, and whether it is another one
// than the repository's. An author who is of the owning team is inside, whatever
// other teams there are; else the smallest team tells most. What nobody says is
// "" and nil.
func (r *roster) team(author string, owner *catalog.Team) (name string, outside *bool) {
	teams := r.of[strings.ToLower(author)]
	if len(teams) == 0 {
		return "", nil
	}
	name = teams[0]
	if owner == nil || owner.Name == "" {
		return name, nil
	}
	yes := true
	for _, slug := range teams {
		if slugOf(slug) == slugOf(owner.Name) {
			yes = false
			name = slug
		}
	}
	return name, &yes
}

// slugOf brings the spellings of one team together: "@acme/Identity Team",
// "group:default/identity-team" and "identity-team".
func slugOf(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	if i := strings.LastIndexAny(name, "/:@"); i >= 0 {
		name = name[i+1:]
	}
	return strings.Join(strings.FieldsFunc(name, func(r rune) bool { return r == ' ' || r == '_' || r == '-' || r == '.' }), "-")
}
