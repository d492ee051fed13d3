package catalog

import (
	"fmt"
	"strings"
	"time"
)

// Query is what somebody looks for: words that a repository should speak of, and
// filters that it must pass. The zero Query is passed by everything but archived
// repositories.
type Query struct {
	Words   []Word
	Filters []Filter
	Sort    Sort
	Limit   int  // at most this many hits; 0 is all of them
	Exact   bool // mend no typing errors and drop no word
	// Brief is for a list that people read: of its record a hit needs to have no
	// more than names, texts, times, flags, counts, URL, Mode and Answers.
	Brief bool
}

// Word is a word, or a phrase of several, that is looked for.
type Word struct {
	Text   string // as it was typed, without quotes
	Phrase bool   // quoted: stands so, word after word, and is neither mended nor dropped
	Not    bool   // must not be there
	Open   bool   // the last word typed: longer words that begin so match too
}

// Filter is what a qualifier asks.
type Filter struct {
	Name string // of a Qualifier
	Not  bool
	Any  []Value // one of these must hold
}

// Value is one alternative of a Filter.
type Value struct {
	Text   string // as it was typed; a choice in the table's spelling
	Number Range  // of a KindNumber
	Time   Span   // of a KindTime
}

// Sort is the order of hits.
type Sort string

// The orders. Each begins with what has most of it, and ends with the name.
const (
	ByRelevance Sort = "relevance"
	ByActivity  Sort = "activity"
	ByReadiness Sort = "readiness"
	ByUpdated   Sort = "updated"
	ByStars     Sort = "stars"
)

// Sorts are the orders in the order in which help lists them.
func Sorts() []Sort { return []Sort{ByRelevance, ByActivity, ByReadiness, ByUpdated, ByStars} }

// ParseSort reads the name of an order; "" is ByRelevance.
func ParseSort(s string) (Sort, error) {
	if s == "" {
		return ByRelevance, nil
	}
	var names []string
	for _, known := range Sorts() {
		if strings.EqualFold(s, string(known)) {
			return known, nil
		}
		names = append(names, string(known))
	}
	return "", &QueryError{At: "sort " + s, Problem: "no such order", Accepts: strings.Join(names, ", "), Nearest: nearestName(strings.ToLower(s), names)}
}

// QueryError says what of a query cannot be understood.
type QueryError struct {
	At      string // the part, as it was typed
	Problem string
	Accepts string // what is accepted in its place; "" where Problem says it
	Nearest string // what may have been meant; "" when nothing is near
}

func (e *QueryError) Error() string {
	text := e.At + ": " + e.Problem
	if e.Nearest != "" {
		text += "; did you mean " + e.Nearest + "?"
	}
	if e.Accepts != "" {
		text += " (" + e.Accepts + ")"
	}
	return text
}

// Wanted are the words that a hit should have, without those it must not have.
//
//go:noinline
func (q Query) Wanted() []Word { return q.words(false) }

// Unwanted are the words that a hit must not have.
//
//go:noinline
func (q Query) Unwanted() []Word { return q.words(true) }

//go:noinline
func (q Query) words(not bool) []Word {
	var out []Word
	for _, w := range q.Words {
		if w.Not == not {
			out = append(out, w)
		}
	}
	return out
}

// Empty tells whether nothing is asked at all.
func (q Query) Empty() bool { return len(q.Words) == 0 && len(q.Filters) == 0 }

// Filter gives the filters of a qualifier, those that want something first.
//
//go:noinline
func (q Query) Filter(name string) []Filter {
	var want, not []Filter
	for _, f := range q.Filters {
		switch {
		case f.Name != name:
		case f.Not:
			not = append(not, f)
		default:
			want = append(want, f)
		}
	}
	return append(want, not...)
}

// String writes the query so that ParseQuery reads it again.
func (q Query) String() string {
	var parts []string
	for _, w := range q.Words {
		parts = append(parts, w.String())
	}
	for _, f := range q.Filters {
		parts = append(parts, f.String())
	}
	return strings.Join(parts, " ")
}

func (w Word) String() string {
	text := w.Text
	if w.Phrase || w.needsQuotes() {
		text = `"` + text + `"`
	}
	if w.Not {
		text = "-" + text
	}
	return text
}

// needsQuotes tells whether a word would be read as something else.
func (w Word) needsQuotes() bool {
	name, rest, ok := cutQualifier(w.Text)
	return strings.HasPrefix(w.Text, "-") || ok && name != "" && rest != "" || strings.ContainsAny(w.Text, " \t") || w.Text == "NOT"
}

func (f Filter) String() string {
	values := make([]string, len(f.Any))
	for i, v := range f.Any {
		values[i] = v.Text
		if strings.ContainsAny(v.Text, " ,\t") {
			values[i] = `"` + v.Text + `"`
		}
	}
	text := f.Name + ":" + strings.Join(values, ",")
	if f.Not {
		text = "-" + text
	}
	return text
}

// NeedsCatalogError says that a question can only be answered from a catalog,
// since the forge's own search does not know what it asks about.
type NeedsCatalogError struct {
	Filter Filter
}

func (e *NeedsCatalogError) Error() string {
	return fmt.Sprintf("%s: only a catalog knows this, and there is none", e.Filter)
}

// day is what relative times are counted in.
const day = 24 * time.Hour
