package estate

import (
	"math"
	"math/rand/v2"
	"strings"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// maker makes repositories one after the other. It remembers a hash of each
// name, and a few hundred originals of which forks and copies are made.
type maker struct {
	e      *Estate
	r      *rand.Rand
	names  map[uint64]struct{}
	recent []original
	words  *rand.Zipf
	small  *rand.Zipf
}

// original is what others may fork.
type original struct {
	record catalog.Record
	truth  Truth
}

// remembered is how many originals may be forked at a time.
const remembered = 300

func newMaker(e *Estate) *maker {
	r := rand.New(rand.NewPCG(e.seed, 0x65737461))
	return &maker{e: e, r: r, names: map[uint64]struct{}{}, recent: nil,
		words: rand.NewZipf(r, 1.1, 3, 60000), small: rand.NewZipf(r, 1.35, 2, 6)}
}

// zipf is a small number up to below n, mostly 0 to 2.
func (m *maker) zipf(n int) int { return int(m.small.Uint64()) % n }

// skewed is a place in a list of n, the first ones more often.
func (m *maker) skewed(n int) int { return int(float64(n) * math.Pow(m.r.Float64(), 1.7)) }

func (m *maker) repo(i int) (*catalog.Record, Truth) {
	var rec *catalog.Record
	var truth Truth
	switch x := m.r.Float64(); {
	case x < 0.06 && len(m.recent) > 20:
		rec, truth = m.fork()
	case x < 0.10 && len(m.recent) > 20:
		rec, truth = m.copied()
	case x < 0.107:
		rec, truth = m.portal()
	case x < 0.13:
		rec, truth = m.generated()
	case x < 0.17:
		rec, truth = m.experiment()
	default:
		rec, truth = m.own()
	}
	rec.ID = int64(100000 + i*7)
	rec.URL = "https://" + Host + "/" + rec.FullName()
	rec.From, rec.SeenAt = "crawl", Now()
	m.history(rec, &truth)
	return rec, truth
}

// own is a repository that a team made for its work.
func (m *maker) own() (*catalog.Record, Truth) {
	o := m.anOrg()
	c := m.capability(o)
	rec := m.bare(o.name)
	language := pick(m.r, c.Languages)
	truth := Truth{Does: c.Name, Shape: Original, State: m.state()}
	var also []*Capability
	if m.r.Float64() < 0.15 {
		if a := m.capability(o); a.Name != c.Name {
			also = append(also, a)
			truth.Also = []string{a.Name}
		}
	}
	suffix := ""
	if m.r.Float64() < 0.03 {
		truth.Shape, suffix = Template, pick(m.r, []string{"-template", "-example", "-starter", "-demo"})
	}
	rec.Name = m.name(o.name, func() string { return m.nameFor(o, c, language) + suffix })
	m.tell(rec, &truth, o, c, also, language)
	m.manifest(rec, o, c)
	if truth.Shape == Original {
		m.remember(original{*rec, truth})
	}
	return rec, truth
}

// capability draws what an organisation works on: its own domain, mostly.
func (m *maker) capability(o *org) *Capability {
	all := Capabilities()
	if m.r.Float64() < 0.35 {
		return &all[m.r.IntN(len(all))]
	}
	return &all[pick(m.r, byDomain()[o.domain])]
}

func (m *maker) bare(owner string) *catalog.Record {
	return &catalog.Record{Host: Host, Owner: owner, DefaultBranch: pick(m.r, []string{"main", "main", "main", "master", "develop"}),
		Visibility: pick(m.r, []string{"internal", "internal", "internal", "public", "private"})}
}

// tell fills in what the repository says of itself.
func (m *maker) tell(rec *catalog.Record, truth *Truth, o *org, c *Capability, also []*Capability, language string) {
	r := m.r
	rec.Language = language
	rec.Languages = []catalog.LanguageSize{{Name: language, Bytes: 2000 + r.IntN(400000)}}
	if other := pick(r, []string{"Shell", "Dockerfile", "Makefile", language}); other != language {
		rec.Languages = append(rec.Languages, catalog.LanguageSize{Name: other, Bytes: 100 + r.IntN(1900)})
	}
	rec.Description = m.description(o, c, language)
	rec.Topics = m.topics(o, c, language)
	rec.Readme, truth.Mentions = m.readme(m.title(rec, c), o, c, also, language)
	rec.License = pick(r, []string{"", "", "Apache-2.0", "MIT", "LicenseRef-Internal"})
	if r.Float64() < 0.4 {
		rec.Guidelines = pick(r, []string{"CONTRIBUTING.md", "CONTRIBUTING.md", ".github/CONTRIBUTING.md", "docs/CONTRIBUTING.md"})
	}
	if r.Float64() < 0.75 {
		rec.Team = &catalog.Team{Name: pick(r, o.teams), From: pick(r, []string{"CODEOWNERS:1", "catalog-info.yaml:12", "team with admin"})}
	}
}

// manifest writes an innersource.json, as about every seventh does.
func (m *maker) manifest(rec *catalog.Record, o *org, c *Capability) {
	r := m.r
	share := 0.1
	if o.skills {
		share = 0.27
	}
	if r.Float64() > share {
		return
	}
	rec.Title = upper(pick(r, c.Owners))
	rec.Motivation = "Teams solved " + pick(r, c.Users) + " again and again."
	rec.Contributions = some(r, []string{"Features", "Bug fixes", "Documentation", "Tests", "Ideas"}, 3)
	rec.Skills = unique(append([]string{rec.Language}, some(r, c.Topics, 2)...))
	rec.Kind = pick(r, []string{"library", "service", "tool"})
	rec.Sharing = pick(r, []string{"internal", "internal", "public", "restricted"})
	rec.Mode = pick(r, []string{"", "pull-requests", "pull-requests"})
	rec.Ask = "#" + strings.ReplaceAll(rec.Owner, "-", "") + "-help"
	rec.Team = &catalog.Team{Name: pick(r, o.teams), From: "innersource.json:4"}
	rec.Provides = []catalog.Capability{{Name: c.Name, Version: version(r)}}
	if r.Float64() < 0.2 {
		rec.Provides[0].Name = slug(pick(r, c.Users))
	}
	all := Capabilities()
	for range r.IntN(3) {
		rec.Requires = append(rec.Requires, catalog.Capability{Name: all[m.skewed(len(all))].Name, Version: ">=1"})
	}
}

func (m *maker) remember(o original) {
	if o.truth.State == Archived && m.r.Float64() < 0.8 {
		return
	}
	if len(m.recent) < remembered {
		m.recent = append(m.recent, o)
		return
	}
	if m.r.Float64() < 0.2 {
		m.recent[m.r.IntN(remembered)] = o
	}
}

func (m *maker) state() State {
	switch x := m.r.Float64(); {
	case x < 0.48:
		return Live
	case x < 0.68:
		return Quiet
	case x < 0.91:
		return Stale
	default:
		return Archived
	}
}
