package estate

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// description draws how the repository is told in one line. Owners use their own
// words; some say hardly anything, some say it in another language, and some
// left what the template said.
func (m *maker) description(o *org, c *Capability, language string) string {
	r := m.r
	own, user := pick(r, c.Owners), pick(r, c.Users)
	switch x := r.Float64(); {
	case x < 0.22:
		return ""
	case x < 0.34:
		return pick(r, []string{pick(r, c.Topics) + " stuff", language + " " + pick(r, c.Topics), "see readme",
			pick(r, c.Topics) + " v2", strings.ToUpper(pick(r, c.Topics)), "WIP", "TODO: description"}) // as people leave them: data, not work of ours
	case x < 0.40:
		return fmt.Sprintf(pick(r, foreign()), pick(r, c.Topics))
	case x < 0.44:
		return pick(r, leftovers())
	case x < 0.62:
		return upper(own) + " for " + pick(r, audiences(o.domain))
	case x < 0.74:
		return upper(own) + ": " + user
	case x < 0.84:
		return upper(user) + " in " + language
	case x < 0.92:
		return pick(r, c.Sentences)
	default:
		return language + " library for " + own + " used across " + o.name
	}
}

func audiences(domain string) []string {
	return []string{"all " + domain + " teams", "internal services", domain, "the web shop", "partners",
		"backend services", "our customers", "the " + domain + " platform", "every team", "batch jobs"}
}

func foreign() []string {
	return []string{"Bibliothek für %s, siehe README", "Dienst für %s (wird nicht mehr gepflegt)",
		"Service %s pour les équipes internes", "Biblioteca de %s para equipos internos",
		"Gemeinsame Bausteine rund um %s", "Outil %s de la filiale", "%s 用の社内ライブラリ", "Narzędzia %s"}
}

func leftovers() []string {
	return []string{"A Spring Boot starter project", "Created from template", "Demo project for Spring Boot",
		"This project was bootstrapped with Create React App", "Add a short description here"}
}

// readme is the text of the README without its markup: what it does, in the
// words of its owners or of its users, how it is built, and what every README
// says, which names many things that it does not do.
func (m *maker) readme(title string, o *org, c *Capability, also []*Capability, language string) (string, []string) {
	r := m.r
	if r.Float64() < 0.1 {
		return "", nil
	}
	if r.Float64() < 0.08 {
		return title + "\n\nTODO", nil // a README that nobody has written: data, not work of ours
	}
	var b strings.Builder
	b.WriteString(title + "\n\n")
	switch x := r.Float64(); {
	case x < 0.4:
		fmt.Fprintf(&b, "This is a %s for %s. ", kindWord(c, language), pick(r, c.Users))
	case x < 0.75:
		fmt.Fprintf(&b, "%s for %s. ", upper(pick(r, c.Owners)), pick(r, audiences(o.domain)))
	}
	b.WriteString(strings.Join(some(r, c.Sentences, 1+r.IntN(len(c.Sentences))), " "))
	for _, a := range also {
		fmt.Fprintf(&b, "\n\nIt also covers %s. %s", pick(r, a.Owners), pick(r, a.Sentences))
	}
	mentions := m.mentions(&b, c)
	kinds := r.Perm(sectionKinds)
	for _, kind := range kinds[:r.IntN(sectionKinds+1)] {
		b.WriteString("\n\n" + m.section(kind, title, language))
	}
	return b.String(), mentions
}

// mentions writes what the repository stands beside, and names it.
func (m *maker) mentions(b *strings.Builder, c *Capability) []string {
	var names []string
	all := Capabilities()
	for range max(0, m.r.IntN(5)-1) {
		other := &all[m.skewed(len(all))]
		if other.Name == c.Name {
			continue
		}
		names = append(names, other.Name)
		fmt.Fprintf(b, " "+pick(m.r, mentioning()), pick(m.r, append(other.Owners, other.Users[0])))
	}
	return names
}

func mentioning() []string {
	return []string{"For %s see the other repository.", "Needs %s to be set up first.",
		"Works together with %s.", "Not meant for %s.", "Earlier versions included %s, which moved out.",
		"Uses the company's %s.", "In contrast to %s, this one is small."}
}

func kindWord(c *Capability, language string) string {
	if len(c.Name)%2 == 0 {
		return language + " library"
	}
	return "service"
}

// sectionKinds is how many kinds of section there are.
const sectionKinds = 9

// section is one of those that every README has.
func (m *maker) section(kind int, title, language string) string {
	r := m.r
	switch kind {
	case 0, 1:
		return pick(r, []string{"Getting started", "Installation", "Quick start"}) + "\n" + pick(r, building(title, language)) + " " + m.general(1+m.zipf(4))
	case 2:
		var b strings.Builder
		b.WriteString("Configuration\n")
		for range 2 + r.IntN(8) {
			fmt.Fprintf(&b, "%s_%s: %s %s, default %d\n", strings.ToUpper(m.word()), strings.ToUpper(m.word()),
				m.word(), m.word(), r.IntN(500))
		}
		return b.String()
	case 3:
		return "Contributing\n" + pick(r, contributing()) + " " + m.general(1)
	case 4, 5:
		return pick(r, []string{"How it works", "Design", "Internals"}) + "\n" + m.general(2) + " The " + m.word() + " module talks to " + m.word() + " and " + m.word() + "."
	default:
		return []string{"Support", "Known problems", "Architecture"}[kind-6] + "\n" + m.general(2+r.IntN(3))
	}
}

// general is n sentences that stand in any README; the first ones of the list
// stand in most.
func (m *maker) general(n int) string {
	all := generalSentences()
	var out []string
	for range n {
		out = append(out, all[m.skewed(len(all))])
	}
	return strings.Join(out, " ")
}

// word is a word that means nothing outside its repository, out of sixty
// thousand, the first ones much more often.
func (m *maker) word() string {
	k := m.words.Uint64()
	consonants, vowels := "bdfgklmnprstvz", "aeiou"
	var b strings.Builder
	for k += 70; k > 0; k /= 70 {
		b.WriteByte(consonants[k%70/5])
		b.WriteByte(vowels[k%5])
	}
	return b.String() + "x"
}

func (m *maker) topics(o *org, c *Capability, language string) []string {
	r := m.r
	switch x := r.Float64(); {
	case x < 0.35:
		return nil
	case x < 0.43:
		return some(r, []string{"hacktoberfest", "wip", "internal", "java", "poc", "team-" + slug(o.domain)}, 2)
	}
	out := some(r, c.Topics, 1+r.IntN(len(c.Topics)))
	if r.Float64() < 0.4 {
		out = append(out, slug(language))
	}
	if r.Float64() < 0.2 {
		out = append(out, c.Name)
	}
	if r.Float64() < 0.25 {
		out = append(out, pick(r, []string{"inner-source", "innersource"}))
	}
	return unique(out)
}

func unique(in []string) []string {
	seen := map[string]bool{}
	var out []string
	for _, s := range in {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

func upper(s string) string {
	r := []rune(s)
	r[0] = unicode.ToUpper(r[0])
	return string(r)
}

// portalReadme names a share of everything, as lists and handbooks do.
func (m *maker) portalReadme(title string) (string, []string) {
	all := Capabilities()
	var names []string
	var b strings.Builder
	b.WriteString(title + "\n\nEverything that a new colleague needs.\n\n")
	for _, c := range some(m.r, all, 15+m.r.IntN(50)) {
		names = append(names, c.Name)
		fmt.Fprintf(&b, "%s: %s\n", upper(pick(m.r, c.Owners)), pick(m.r, c.Users))
	}
	return b.String(), names
}

func (m *maker) title(r *catalog.Record, c *Capability) string {
	if m.r.Float64() < 0.3 {
		return upper(pick(m.r, c.Owners))
	}
	return r.Name
}
