package estate

import (
	"fmt"
	"math/rand/v2"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// fork is an original under another account, as the forge made it.
func (m *maker) fork() (*catalog.Record, Truth) {
	rec, truth := m.again()
	rec.Fork, truth.Shape = true, Fork
	return rec, truth
}

// copied is an original that somebody pushed elsewhere: nothing says so but that
// the texts are the same.
func (m *maker) copied() (*catalog.Record, Truth) {
	rec, truth := m.again()
	rec.Source, truth.Shape = "", Copy
	if m.r.Float64() < 0.3 {
		rec.Description = ""
	}
	return rec, truth
}

func (m *maker) again() (*catalog.Record, Truth) {
	from := pick(m.r, m.recent)
	rec, truth := from.record, from.truth
	rec.Source = from.record.FullName()
	rec.Owner = m.anOrg().name
	if m.r.Float64() < 0.5 {
		rec.Owner = account(m.r)
		rec.Team = nil
	}
	rec.Name = m.name(rec.Owner, func() string {
		if m.r.Float64() < 0.85 {
			return from.record.Name
		}
		return from.record.Name + pick(m.r, []string{"-fork", "-copy", "-patched", "-" + rec.Owner})
	})
	rec.HelpWanted = nil
	truth.State = pick(m.r, []State{Stale, Stale, Quiet, Live})
	return &rec, truth
}

// account is an engineer's own account, named by role and number.
func account(r *rand.Rand) string {
	return fmt.Sprintf("%s-%03d", pick(r, []string{"engineer", "engineer", "analyst", "operator", "trainee", "architect"}), r.IntN(900))
}

// portal is a list that mentions everything and is starred by everybody.
func (m *maker) portal() (*catalog.Record, Truth) {
	o := m.anOrg()
	rec := m.bare(o.name)
	rec.Name = m.name(o.name, func() string { return pick(m.r, portalNames()) })
	rec.Description = pick(m.r, []string{"Everything you need to know", "A curated list of internal services", "How we build software", ""})
	rec.Language = pick(m.r, []string{"", "HTML", "Markdown"})
	truth := Truth{Shape: Portal, State: Live}
	rec.Readme, truth.Mentions = m.portalReadme(rec.Name)
	rec.Stars = 200 + m.r.IntN(900)
	return rec, truth
}

func (m *maker) generated() (*catalog.Record, Truth) {
	o := m.anOrg()
	rec := m.bare(o.name)
	rec.Name = m.name(o.name, m.generatedName)
	rec.Language = pick(m.r, []string{"", "Java", "Shell", "SQL"})
	if m.r.Float64() < 0.5 {
		rec.Readme = rec.Name + "\n\n" + m.general(1)
	}
	return rec, Truth{Shape: Generated, State: pick(m.r, []State{Quiet, Stale})}
}

// experiment is a trial in somebody's own account.
func (m *maker) experiment() (*catalog.Record, Truth) {
	o := m.anOrg()
	c := m.capability(o)
	owner := account(m.r)
	rec := m.bare(owner)
	language := pick(m.r, c.Languages)
	rec.Name = m.name(owner, func() string { return pick(m.r, experimentPrefixes()) + pick(m.r, c.Names) })
	truth := Truth{Does: c.Name, Shape: Experiment, State: pick(m.r, []State{Stale, Stale, Quiet})}
	m.tell(rec, &truth, o, c, nil, language)
	rec.Guidelines, rec.Team = "", nil
	if m.r.Float64() < 0.6 {
		rec.Readme, truth.Mentions = rec.Name+"\n\nTrying out "+pick(m.r, c.Owners)+".", nil
	}
	return rec, truth
}

func version(r *rand.Rand) string {
	return fmt.Sprintf("%d.%d.%d", r.IntN(6), r.IntN(20), r.IntN(12))
}
