package exchange

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// Merge adds what a file tells of a repository to what a catalog knows of it.
// What the file does not tell stays. A record of ours is told whole and takes
// the place of the other; files that speak of one repository add their topics,
// offers and needs. Had may be nil; neither is changed.
func Merge(had, told *catalog.Record, f Format) *catalog.Record {
	if had == nil || f == JSON || f == JSONLines {
		return told
	}
	out := *had
	to, from := reflect.ValueOf(&out).Elem(), reflect.ValueOf(told).Elem()
	for i := range to.NumField() {
		switch to.Type().Field(i).Name {
		case "Host", "Owner", "Name", "From", "SeenAt", "Extra": // names keep their spelling
		case "Stars", "Forks", "OpenIssues":
			if f == SAP { // which always tells them, and where 0 is a count
				to.Field(i).Set(from.Field(i))
			}
		default:
			if !from.Field(i).IsZero() {
				to.Field(i).Set(from.Field(i))
			}
		}
	}
	if f != SAP {
		out.Topics = slices.Clone(had.Topics)
		for _, t := range told.Topics {
			out.Topics = addText(out.Topics, t)
		}
		out.Provides, out.Requires = union(had.Provides, told.Provides), union(had.Requires, told.Requires)
	} else {
		out.SeenAt = told.SeenAt
	}
	if len(told.Extra) > 0 {
		out.Extra = map[string]json.RawMessage{}
		maps.Copy(out.Extra, had.Extra)
		maps.Copy(out.Extra, told.Extra)
	}
	return &out
}

// union lets what is told stand for what was known under the same name.
func union(had, told []catalog.Capability) []catalog.Capability {
	out := slices.Clone(told)
	for _, c := range had {
		if !slices.ContainsFunc(told, func(t catalog.Capability) bool { return t.Name == c.Name }) {
			out = append(out, c)
		}
	}
	return out
}

// Unchanged tells whether a record says nothing new beside the one that a
// catalog has: when it was told does not count. Of a README a catalog keeps the
// beginning alone, so that whoever is told a whole one has yet to ask whether it
// is the same.
func Unchanged(had, now *catalog.Record) bool {
	if had == nil {
		return false
	}
	a, b := *had, *now
	b.SeenAt = a.SeenAt
	if a.Readme == "" && b.Readme != "" {
		if b.Excerpt == "" { // a catalog makes one itself
			b.Excerpt = a.Excerpt
		}
		b.Readme = ""
	}
	x, errX := json.Marshal(&a)
	y, errY := json.Marshal(&b)
	return errX == nil && errY == nil && string(x) == string(y)
}
