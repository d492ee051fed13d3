package estate

import (
	"fmt"
	"hash/fnv"
	"strings"
	"unicode"
)

// name draws a name that its organisation does not have yet. How names are made
// differs: most say what the repository does, some are only known to insiders.
func (m *maker) name(owner string, draw func() string) string {
	name := ""
	for i := range 8 {
		name = draw()
		if i > 4 {
			name = fmt.Sprintf("%s-%d", name, 2+m.r.IntN(1<<(2*i-6)))
		}
		if m.take(owner, name) {
			return name
		}
	}
	for i := 2; ; i++ {
		numbered := fmt.Sprintf("%s-%d", name, i*31+m.r.IntN(1<<20))
		if m.take(owner, numbered) {
			return numbered
		}
	}
}

// take remembers a name by its hash, and says whether it was free.
func (m *maker) take(owner, name string) bool {
	h := fnv.New64a()
	_, _ = h.Write([]byte(strings.ToLower(owner + "/" + name))) // a hash never fails
	key := h.Sum64()
	if _, taken := m.names[key]; taken {
		return false
	}
	m.names[key] = struct{}{}
	return true
}

// nameFor draws how a repository that does c might be called.
func (m *maker) nameFor(o *org, c *Capability, language string) string {
	r := m.r
	base := pick(r, c.Names)
	switch x := r.Float64(); {
	case x < 0.30:
		return base
	case x < 0.50:
		return base + pick(r, nameSuffixes(language))
	case x < 0.62:
		return o.prefix + base
	case x < 0.70:
		return slug(pick(r, c.Owners))
	case x < 0.84:
		return m.codeName()
	case x < 0.90:
		return abbreviate(c.Name) + pick(r, []string{"", "-svc", "-lib", "-v2"})
	case x < 0.94:
		return camel(base)
	case x < 0.97:
		_, team, _ := strings.Cut(pick(r, o.teams), "/")
		return team + "-" + base
	default:
		return strings.ReplaceAll(base, "-", "_")
	}
}

func nameSuffixes(language string) []string {
	return []string{"-service", "-lib", "-api", "-core", "-client", "-ng", "-v2", "-next", "-legacy", "-tools",
		"-" + slug(language), "-" + slug(language), "-worker", "-sdk"}
}

// codeName is what a team calls its work when the name should be short.
func (m *maker) codeName() string {
	name := pick(m.r, codeNames())
	switch m.r.IntN(4) {
	case 0:
		name = pick(m.r, codeNames()) + "-" + name
	case 1:
		name += pick(m.r, []string{"-core", "-service", "-api", "2", "-agent", "-worker"})
	}
	return name
}

func codeNames() []string {
	return strings.Fields(`kestrel osprey heron magpie wren plover curlew merlin petrel swift basalt granite
		obsidian onyx quartz marble slate amber garnet jasper atlas hermes juno vesta ceres pandora orpheus
		thor loki freya baldur odin mimir zephyr mistral sirocco bora monsoon tundra taiga fjord delta lagoon
		anchor rudder compass sextant keel mast halyard capstan bollard beacon lantern torch ember cinder spark
		saffron cumin nutmeg cardamom juniper thyme sorrel fennel walnut hazel rowan alder cedar larch
		tango foxtrot bolero samba rumba minuet sonata fugue rondo cadenza otter badger lynx marten ibex
		narwhal walrus beluga orca pike perch sturgeon gecko iguana python-nest hydra phoenix griffin chimera
		nimbus cirrus stratus cumulus halo corona eclipse nova pulsar quasar vector tensor scalar matrix`)
}

// abbreviate is how hurried people name things: "tok-val".
func abbreviate(name string) string {
	parts := strings.Split(name, "-")
	for i, p := range parts {
		parts[i] = p[:min(3, len(p))]
	}
	return strings.Join(parts, "-")
}

func camel(name string) string {
	var b strings.Builder
	up := true
	for _, c := range name {
		if c == '-' {
			up = true
			continue
		}
		if up {
			c = unicode.ToUpper(c)
		}
		b.WriteRune(c)
		up = false
	}
	return b.String()
}

func slug(phrase string) string {
	s := strings.Map(func(c rune) rune {
		switch {
		case unicode.IsLetter(c) || unicode.IsDigit(c):
			return unicode.ToLower(c)
		case c == '+' || c == '#':
			return 'p'
		default:
			return '-'
		}
	}, phrase)
	return strings.Join(strings.FieldsFunc(s, func(c rune) bool { return c == '-' }), "-")
}

func (m *maker) generatedName() string {
	r := m.r
	switch r.IntN(5) {
	case 0:
		return fmt.Sprintf("repo-%05x", r.IntN(1<<20))
	case 1:
		return fmt.Sprintf("migration-%06d", r.IntN(1e6))
	case 2:
		return fmt.Sprintf("tmp-%s-%d", pick(r, codeNames()), r.IntN(1e4))
	case 3:
		return fmt.Sprintf("assignment-%d-group-%d", 1+r.IntN(12), r.IntN(1e4))
	default:
		return fmt.Sprintf("svc-%04d-%s", r.IntN(1e4), pick(r, []string{"dev", "qa", "stage"}))
	}
}
