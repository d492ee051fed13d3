package index

import (
	"context"
	"fmt"
	"math"
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
}

// everything is the condition that leaves nothing out.
const everything = "1"

// conditions turns the filters of a query into SQL that decides as
// catalog.Query.Admits does. What was typed goes into args alone.
func (c *Catalog) conditions(ctx context.Context, q catalog.Query, now time.Time) (condition, error) {
	all := condition{sql: everything}
	switch also, only := q.Archived(); {
	case also:
	case only:
		all.sql = fmt.Sprintf("f.flags & %d <> 0", flagArchived)
	default:
		all.sql, all.simple = fmt.Sprintf("f.flags & %d = 0", flagArchived), len(q.Filters) == 0
	}
	for _, f := range q.Filters {
		if f.Name == "archived" {
			continue
		}
		var any []string
		for _, v := range f.Any {
			one, err := c.condition(ctx, q, f, v, now)
			if err != nil {
				return condition{}, err
			}
			any = append(any, one.sql)
			all.args = append(all.args, one.args...)
		}
		not := ""
		if f.Not {
			not = "NOT "
		}
		all.sql += " AND " + not + "(" + strings.Join(any, " OR ") + ")"
	}
	return all, nil
}

func (c *Catalog) condition(ctx context.Context, q catalog.Query, f catalog.Filter, v catalog.Value, now time.Time) (condition, error) {
	switch f.Name {
	case "updated":
		return spanCondition("(CASE f.updated WHEN 0 THEN f.pushed ELSE f.updated END)", v.Time, now), nil
	case "pushed", "created":
		return spanCondition("f."+f.Name, v.Time, now), nil
	case "stars", "forks":
		return condition{sql: "f." + f.Name + " BETWEEN ? AND ?", args: []any{v.Number.Min, v.Number.Max}}, nil
	case "is", "has":
		return condition{sql: fmt.Sprintf("f.flags & %d <> 0", flagOf(f.Name+":"+v.Text))}, nil
	}
	ids, err := c.labelIDs(ctx, f, v)
	if err != nil {
		return condition{}, err
	}
	if len(ids) == 0 {
		return condition{sql: "0"}, nil
	}
	marks := "?" + strings.Repeat(",?", len(ids)-1)
	switch f.Name {
	case "org":
		return condition{sql: "f.owner IN (" + marks + ")", args: ids}, nil
	case "team":
		return condition{sql: "f.team IN (" + marks + ")", args: ids}, nil
	case "license":
		return condition{sql: "f.license IN (" + marks + ")", args: ids}, nil
	}
	if len(q.Words) == 0 { // few labels are on many records: begin with the label
		return condition{sql: "f.id IN (SELECT record FROM labelled WHERE label IN (" + marks + "))", args: ids}, nil
	}
	return condition{sql: "EXISTS (SELECT 1 FROM labelled l WHERE l.label IN (" + marks + ") AND l.record = f.id)", args: ids}, nil
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
func spanCondition(column string, s catalog.Span, now time.Time) condition {
	from, to := s.Ends(now)
	low, high := int64(1), int64(math.MaxInt32)
	if !from.IsZero() {
		low = max(low, days(from))
	}
	if !to.IsZero() {
		high = days(to) - 1
	}
	return condition{sql: column + " BETWEEN ? AND ?", args: []any{low, high}}
}

// labelKinds are the kinds of labels behind the qualifiers that are about names.
func labelKinds() map[string]int {
	return map[string]int{
		"host": labelHost, "org": labelOwner, "team": labelTeam, "language": labelLanguage, "topic": labelTopic, "license": labelLicense,
		"skill": labelSkill, "provides": labelProvides, "requires": labelRequires,
	}
}

// labelIDs gives the labels that a value names.
func (c *Catalog) labelIDs(ctx context.Context, f catalog.Filter, v catalog.Value) ([]any, error) {
	kind := labelKinds()[f.Name]
	var ids []any
	for _, want := range f.Spellings(v) {
		query, args := "SELECT id, value FROM labels WHERE kind = ? AND value = ?", []any{kind, want}
		if f.Name == "team" || f.Name == "license" { // a part of the value is enough
			query, args = "SELECT id, value FROM labels WHERE kind = ?", []any{kind}
		}
		err := c.each(ctx, func(scan func(...any) error) error {
			var id int64
			var value string
			if err := scan(&id, &value); err != nil {
				return err
			}
			if catalog.SameName(f.Name, value, want) && len(ids) < 900 {
				ids = append(ids, id)
			}
			return nil
		}, query, args...)
		if err != nil {
			return nil, err
		}
	}
	return ids, nil
}
