package index

import (
	"context"
	"database/sql/driver"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// condition is a part of a WHERE over facts f, with what its marks stand for.
type condition struct {
	sql  string
	args []any
	// simple tells that it leaves out archived records and nothing else, which a
	// word of the index does as well.
	simple bool
	// test says the same of one record, with the sets that have to be read first.
	test test
	sets []*labelSet
}

// slow is about how many rows of facts could be looked up in the time that it
// takes to get ready for its test, in a catalog of so many records.
func (c condition) slow(records int) int64 {
	n := int64(300 + records/200)
	for _, s := range c.sets {
		n += s.size / 8
	}
	return n
}

// everything is the condition that leaves nothing out.
const everything = "1"

// conditions turns the filters of a query into SQL, and into a test, that both
// decide as catalog.Query.Admits does. What was typed goes into args alone.
func (c *Catalog) conditions(ctx context.Context, q catalog.Query, now time.Time) (condition, error) {
	all := condition{sql: everything}
	var tests []test
	switch also, only := q.Archived(); {
	case also:
	case only:
		all = flagged(flagArchived)
		tests = append(tests, all.test)
	default:
		all.sql, all.simple = fmt.Sprintf("f.flags & %d = 0", flagArchived), len(q.Filters) == 0
		tests = append(tests, func(_ int64, f facet) bool { return f.flags()&flagArchived == 0 })
	}
	for _, f := range q.Filters {
		if f.Name == "archived" {
			continue
		}
		one, err := c.anyOf(ctx, q, f, now)
		if err != nil {
			return condition{}, err
		}
		all.sql += " AND " + one.sql
		all.args, all.sets, tests = append(all.args, one.args...), append(all.sets, one.sets...), append(tests, one.test)
	}
	all.test = func(id int64, f facet) bool {
		return !slices.ContainsFunc(tests, func(t test) bool { return !t(id, f) })
	}
	return all, nil
}

// anyOf is the condition of a filter: that one of its values holds, or none.
func (c *Catalog) anyOf(ctx context.Context, q catalog.Query, filter catalog.Filter, now time.Time) (condition, error) {
	var all condition
	var parts []string
	var tests []test
	for _, v := range filter.Any {
		one, err := c.condition(ctx, q, filter, v, now)
		if err != nil {
			return condition{}, err
		}
		parts, tests = append(parts, one.sql), append(tests, one.test)
		all.args, all.sets = append(all.args, one.args...), append(all.sets, one.sets...)
	}
	all.sql = "(" + strings.Join(parts, " OR ") + ")"
	if filter.Not {
		all.sql = "NOT " + all.sql
	}
	all.test = func(id int64, f facet) bool {
		return slices.ContainsFunc(tests, func(t test) bool { return t(id, f) }) != filter.Not
	}
	return all, nil
}

func (c *Catalog) condition(ctx context.Context, q catalog.Query, f catalog.Filter, v catalog.Value, now time.Time) (condition, error) {
	switch f.Name {
	case "updated":
		return spanCondition("(CASE f.updated WHEN 0 THEN f.pushed ELSE f.updated END)", v.Time, now, facet.updated), nil
	case "pushed":
		return spanCondition("f.pushed", v.Time, now, facet.pushed), nil
	case "created":
		return spanCondition("f.created", v.Time, now, facet.created), nil
	case "stars":
		return countCondition("f.stars", v.Number, facet.stars), nil
	case "forks":
		return countCondition("f.forks", v.Number, facet.forks), nil
	case "is", "has":
		return flagged(flagOf(f.Name + ":" + v.Text)), nil
	}
	set, err := c.labelSet(ctx, f, v)
	if err != nil {
		return condition{}, err
	}
	if len(set.labels) == 0 {
		return condition{sql: "0", test: func(int64, facet) bool { return false }}, nil
	}
	if len(set.labels) == 1 && set.size == int64(c.info.Records) && f.Name == "host" {
		return condition{sql: everything, test: func(int64, facet) bool { return true }}, nil
	}
	marks := "(?" + strings.Repeat(",?", len(set.labels)-1) + ")"
	single := func(column string, of func(facet) uint32) condition {
		return condition{sql: "f." + column + " IN " + marks, args: set.labels, test: func(_ int64, f facet) bool {
			return slices.Contains(set.ids, of(f))
		}}
	}
	switch f.Name {
	case "org":
		return single("owner", facet.owner), nil
	case "team":
		return single("team", facet.team), nil
	case "license":
		return single("license", facet.license), nil
	}
	labelled := condition{args: set.labels, sets: []*labelSet{set}, test: func(id int64, _ facet) bool { return set.has(id) }}
	if len(q.Words) == 0 { // few labels are on many records: begin with the label
		labelled.sql = "f.id IN (SELECT record FROM labelled WHERE label IN " + marks + ")"
	} else {
		labelled.sql = "EXISTS (SELECT 1 FROM labelled l WHERE l.label IN " + marks + " AND l.record = f.id)"
	}
	return labelled, nil
}

func flagged(flag int) condition {
	return condition{sql: fmt.Sprintf("f.flags & %d <> 0", flag), test: func(_ int64, f facet) bool { return f.flags()&uint32(flag) != 0 }}
}

func countCondition(column string, n catalog.Range, of func(facet) uint32) condition {
	return condition{sql: column + " BETWEEN ? AND ?", args: []any{n.Min, n.Max}, test: func(_ int64, f facet) bool {
		have := int64(of(f))
		return have >= n.Min && have <= n.Max
	}}
}

// flagOf gives the bit of facts.flags behind a choice of is: and has:.
func flagOf(choice string) int {
	switch choice {
	case "is:ready":
		return flagReady
	case "is:archived":
		return flagArchived
	case "is:fork":
		return flagFork
	case "is:public":
		return flagPublic
	case "is:internal":
		return flagInternal
	case "is:private":
		return flagPrivate
	case "has:help-wanted":
		return flagWanted
	case "has:manifest":
		return flagManifest
	case "has:contributing":
		return flagContributing
	case "has:release":
		return flagReleased
	}
	return 0
}

// spanCondition compares days; 0 is an unknown one, which lies in no span.
func spanCondition(column string, s catalog.Span, now time.Time, of func(facet) uint16) condition {
	from, to := s.Ends(now)
	low, high := int64(1), int64(math.MaxInt32)
	if !from.IsZero() {
		low = max(low, days(from))
	}
	if !to.IsZero() {
		high = days(to) - 1
	}
	return condition{sql: column + " BETWEEN ? AND ?", args: []any{low, high}, test: func(_ int64, f facet) bool {
		day := int64(of(f))
		return day >= low && day <= high
	}}
}

// labelKinds are the kinds of labels behind the qualifiers that are about names.
func labelKinds() map[string]int {
	return map[string]int{
		"host": labelHost, "org": labelOwner, "team": labelTeam, "language": labelLanguage, "topic": labelTopic, "license": labelLicense,
		"skill": labelSkill, "provides": labelProvides, "requires": labelRequires,
	}
}

// labelSet gives the labels that a value names, at most 900.
func (c *Catalog) labelSet(ctx context.Context, f catalog.Filter, v catalog.Value) (*labelSet, error) {
	kind, set := int64(labelKinds()[f.Name]), &labelSet{}
	for _, want := range f.Spellings(v) {
		query, args := "SELECT id, value, records FROM labels WHERE kind = ? AND value = ?", []any{kind, want}
		if f.Name == "team" || f.Name == "license" { // a part of the value is enough
			query, args = "SELECT id, value, records FROM labels WHERE kind = ?", args[:1]
		}
		err := c.quick(ctx, func(row []driver.Value) error {
			if catalog.SameName(f.Name, text(row[1]), want) && len(set.labels) < 900 {
				set.labels, set.ids = append(set.labels, number(row[0])), append(set.ids, held(number(row[0])))
				set.size += number(row[2])
			}
			return nil
		}, query, args...)
		if err != nil {
			return nil, err
		}
	}
	return set, nil
}
