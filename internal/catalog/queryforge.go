package catalog

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// orgs are the accounts to look in, as they were typed.
func (q Query) orgs() []string {
	var out []string
	for _, f := range q.Filter("org") {
		for _, v := range f.Any {
			if !f.Not {
				out = append(out, strings.TrimPrefix(v.Text, "@"))
			}
		}
	}
	return out
}

// byAccounts is the query once for each so many of the accounts that one of its
// filters looks in.
func (q Query) byAccounts(most int) []Query {
	at := slices.IndexFunc(q.Filters, func(f Filter) bool { return f.Name == "org" && !f.Not && len(f.Any) > most })
	if at < 0 {
		return []Query{q}
	}
	var all []Query
	for some := range slices.Chunk(q.Filters[at].Any, most) {
		part := q
		part.Filters = slices.Clone(q.Filters)
		part.Filters[at].Any = some
		all = append(all, part)
	}
	return all
}

// forge writes the query, with these words, in GitHub's search language. What
// that language cannot say is a *NeedsCatalogError.
func (q Query) forge(words []Word, now time.Time) (string, error) {
	var parts []string
	for _, w := range words {
		if text := w.forge(); text != "" {
			parts = append(parts, text)
		}
	}
	parts = append(parts, "in:name,description,topics,readme")
	for _, f := range q.Filters {
		text, ok := f.forge(now)
		if !ok {
			return "", &NeedsCatalogError{Filter: f}
		}
		parts = append(parts, text...)
	}
	if also, only := q.Archived(); !also {
		parts = append(parts, "archived:"+strconv.FormatBool(only))
	}
	return strings.Join(parts, " "), nil
}

// forge writes a word so that the forge reads nothing else in it.
func (w Word) forge() string {
	text := strings.ReplaceAll(clean(w.Text), `"`, "")
	if strings.TrimSpace(text) == "" {
		return ""
	}
	if w.Phrase || strings.ContainsAny(text, ": ") || strings.HasPrefix(text, "-") || text == "AND" || text == "OR" || text == "NOT" {
		text = `"` + text + `"`
	}
	if w.Not {
		return "NOT " + text
	}
	return text
}

// forge writes a filter as qualifiers of the forge; ok is false when it has none
// that mean the same.
func (f Filter) forge(now time.Time) (parts []string, ok bool) {
	lead := ""
	if f.Not {
		lead = "-"
	}
	for _, v := range f.Any {
		text := ""
		switch f.Name {
		case "org", "topic", "license", "language":
			text = f.Name + ":" + forgeQuoted(f.Spellings(v)[0])
			if f.Name == "org" || f.Name == "language" {
				text = f.Name + ":" + forgeQuoted(strings.TrimPrefix(v.Text, "@"))
			}
		case "stars", "forks":
			text = f.Name + ":" + forgeRange(v.Number)
		case "created", "pushed", "updated":
			name := f.Name
			if name == "updated" {
				name = "pushed" // the search of repositories knows no other change
			}
			text = name + ":" + forgeSpan(v.Time, now)
		case "is":
			switch v.Text {
			case "public", "private", "internal":
				text = "is:" + v.Text
			case "fork":
				if f.Not {
					return []string{"fork:false"}, true
				}
				text = "fork:only"
			case "archived":
				continue // said for all
			}
		case "has":
			if v.Text == "help-wanted" {
				text = "help-wanted-issues:>0"
			}
		case "archived":
			continue
		}
		if text == "" {
			return nil, false
		}
		parts = append(parts, lead+text)
	}
	// Several values of a qualifier mean any of them for organisations and
	// languages alone; of the others the forge wants all.
	return parts, len(parts) < 2 || f.Not || f.Name == "org" || f.Name == "language"
}

func forgeQuoted(s string) string {
	s = strings.ReplaceAll(s, `"`, "")
	if strings.ContainsAny(s, " ") {
		return `"` + s + `"`
	}
	return s
}

func forgeRange(r Range) string {
	end := func(n, open int64) string {
		if n == open {
			return "*"
		}
		return strconv.FormatInt(n, 10)
	}
	return end(r.Min, math.MinInt64) + ".." + end(r.Max, math.MaxInt64)
}

func forgeSpan(s Span, now time.Time) string {
	from, to := s.Ends(now)
	end := func(t time.Time) string {
		if t.IsZero() {
			return "*"
		}
		return t.UTC().Format("2006-01-02T15:04:05Z")
	}
	if !to.IsZero() {
		to = to.Add(-time.Second)
	}
	return end(from) + ".." + end(to)
}
