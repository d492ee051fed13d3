package estate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"
)

// org is a part of the company: it works on one domain, mostly.
type org struct {
	name   string
	domain string
	prefix string // some begin all names with it
	teams  []string
	share  float64 // of the repositories, summed up to this one
	skills bool    // whether its people write manifests readily
}

// stems name organisations by their domain; the first three domains are larger.
func stems() map[string][]string {
	return map[string][]string{
		"identity":      {"identity", "access", "security"},
		"platform":      {"platform", "core", "shared-services"},
		"observability": {"observability", "sre", "telemetry"},
		"delivery":      {"delivery", "devtools", "engineering"},
		"data":          {"data", "analytics", "insights"},
		"payments":      {"payments", "finance", "billing"},
		"commerce":      {"commerce", "shop", "retail"},
		"frontend":      {"web", "mobile", "experience"},
		"logistics":     {"logistics", "supply", "fulfilment"},
		"manufacturing": {"factory", "iot", "production"},
		"corporate":     {"corporate", "hr-it", "insurance"},
		"operations":    {"operations", "infrastructure", "network"},
	}
}

func domains() []string {
	return []string{"platform", "delivery", "data", "commerce", "payments", "frontend", "logistics",
		"identity", "operations", "observability", "manufacturing", "corporate"}
}

func orgSuffixes() []string {
	return []string{"", "-emea", "-labs", "-apac", "-digital", "-tech", "-legacy", "-americas", "-apps",
		"-partners", "-nordics", "-research", "-international", "-solutions", "-ventures"}
}

// found lays out the organisations: about the square root of what a company of
// that size has, with a few that hold most.
func found(r *rand.Rand, n int) []org {
	count := max(3, int(2.2*math.Pow(float64(n), 0.38)))
	orgs := make([]org, 0, count)
	for i := range count {
		domain := domains()[i%12]
		stem := stems()[domain][i/12%3]
		suffix := orgSuffixes()[i/36%15]
		name := stem + suffix
		if i >= 12*36*15/12 {
			name = fmt.Sprintf("%s-%d", name, i/540+1)
		}
		o := org{name: name, domain: domain, skills: r.Float64() < 0.3}
		if r.Float64() < 0.3 {
			o.prefix = stem[:min(3, len(stem))] + "-"
		}
		for range 3 + r.IntN(7) {
			o.teams = append(o.teams, name+"/"+pick(r, teamNames()))
		}
		orgs = append(orgs, o)
	}
	sum := 0.0
	for i := range orgs {
		sum += math.Pow(float64(i+1), -0.75)
		orgs[i].share = sum
	}
	for i := range orgs {
		orgs[i].share /= sum
	}
	return orgs
}

func teamNames() []string {
	return []string{"foundation", "runtime", "gateway", "insights", "growth", "core", "enablement", "reliability",
		"partners", "backoffice", "ledger", "storefront", "apps", "integration", "tooling", "experience", "quality",
		"research", "maintenance", "north", "south", "night-shift", "falcon", "lighthouse"}
}

// anOrg draws one by its share.
func (m *maker) anOrg() *org {
	x := m.r.Float64()
	i := sort.Search(len(m.e.orgs), func(i int) bool { return m.e.orgs[i].share >= x })
	return &m.e.orgs[min(i, len(m.e.orgs)-1)]
}

func pick[T any](r *rand.Rand, of []T) T { return of[r.IntN(len(of))] }

// some draws up to n different ones, in their order.
func some[T any](r *rand.Rand, of []T, n int) []T {
	var out []T
	for i, x := range of {
		if left := len(of) - i; r.IntN(left) < n-len(out) {
			out = append(out, x)
		}
	}
	return out
}
