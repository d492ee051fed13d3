package index

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// What a word counts by where it stands: a name was chosen to be found by, a
// README mentions many things. docs/ranking.md says how these came to be.
var columnWeights = [wordColumns]float64{
	columnName: 7, columnTopics: 6, columnTitle: 6, columnDescription: 5, columnSkills: 2, columnProvides: 5, columnAbout: 1.5, columnReadme: 1,
}

const (
	saturation = 4.0  // weight at which a word counts half of what it can
	togetherly = 0.25 // of two words' share, when they stand side by side
	exactName  = 0.6  // of the whole, when the query is the name
	wholeText  = 0.5
	beginning  = 3.0 // weight of the first 300 characters of a README
	lacking    = 0.7 // exponent of the share of the words that a record has
)

// columnNames are the columns in words, for explanations.
var columnNames = [wordColumns]string{"name", "topics", "title", "description", "skills", "capabilities", "owner, language or kind", "README"}

// seen is where a word stands in a record.
type seen struct {
	columns []int
	weight  float64
	at      [wordColumns]spots // by column, the places of the best match
	length  [wordColumns]int   // and the words it takes there, 0 where there is none
	words   []string
}

// rate works out the score of a hit: the share that each word of the query has
// in 100, by how much it tells and where it stands; what stands together; then
// the factors of standing.
func (s *search) rate(h *ranked, stems map[string]string) {
	total := 0.0
	for _, cl := range s.clauses {
		total += cl.idf
	}
	if len(s.clauses) == 0 {
		h.Terms = append(h.Terms, catalog.Term{Name: "filters", Value: 100, Why: "passes the filters"})
	}
	fields := texts(&h.Record, stems)
	all := make([]seen, len(s.clauses))
	has := 0.0
	for i, cl := range s.clauses {
		all[i] = look(fields, cl, h.inReadme[i])
		if all[i].weight == 0 {
			h.Missing = append(h.Missing, cl.typed)
			if cl.soft {
				has += cl.idf / 2
			}
			continue
		}
		has += cl.idf
		value := 100 * cl.idf / total * all[i].weight / (saturation + all[i].weight)
		h.Terms = append(h.Terms, catalog.Term{Name: cl.typed, Value: round3(value), Why: fmt.Sprintf("%q in the %s", cl.typed, all[i].places())})
		for _, w := range all[i].words {
			if !slices.Contains(h.Matched, w) {
				h.Matched = append(h.Matched, w)
			}
		}
	}
	if h.text > 0 {
		h.Terms = append(h.Terms, catalog.Term{Name: "text", Value: round3(100 * wholeText * h.text), Why: fmt.Sprintf("BM25 over all texts is %.0f %% of what it can be", 100*h.text)})
	}
	s.together(h, fields, all, total)
	s.named(h)
	if share := has / total; len(h.Missing) > 0 && share < 1 {
		h.Terms = append(h.Terms, catalog.Term{Name: "missing", Value: round3(math.Pow(share, lacking)), Times: true, Why: "without " + strings.Join(h.Missing, ", ")})
	}
	h.Terms = append(h.Terms, standing(&h.Record, s.now)...)
	h.Score = catalog.Total(h.Terms)
}

// look finds a clause in the fields of a record. In the README it stands where
// the index says so, as its text is not kept.
func look(fields []field, cl clause, inReadme bool) seen {
	var out seen
	for i := range fields {
		f := &fields[i]
		best, length := 0.0, 0
		if len(cl.beside.words) > 0 {
			if at, worth := f.find(cl.beside); worth > 0 {
				best, length = worth, len(cl.beside.words)
				out.at[f.column], out.length[f.column] = at, length
				out.words = appendNew(out.words, f.words[at.at[0]:at.at[0]+length]...)
			}
		}
		for _, form := range cl.forms {
			at, worth := f.find(form)
			if worth <= best {
				continue
			}
			best, length = worth, len(form.words)
			out.at[f.column], out.length[f.column] = at, length
			out.words = appendNew(out.words, f.words[at.at[0]:at.at[0]+length]...)
		}
		if best == 0 {
			continue
		}
		out.columns = append(out.columns, f.column)
		out.weight += weightOf(f.column) * best * spread(f)
	}
	if inReadme && !slices.Contains(out.columns, columnReadme) {
		if len(out.columns) == 0 {
			out.weight += columnWeights[columnReadme] * cl.forms[0].worth
		}
		out.columns = append(out.columns, columnReadme)
	}
	return out
}

// weightOf is the weight of a column that was read: of a README that is its
// beginning, where it says what the repository is.
func weightOf(column int) float64 {
	if column == columnReadme {
		return beginning
	}
	return columnWeights[column]
}

// spread lets a word of a short text count more than one of a long text.
func spread(f *field) float64 {
	switch f.column {
	case columnName, columnTitle:
		return 1 / (1 + 0.12*float64(f.length-1))
	case columnDescription:
		return 1 / (0.75 + 0.25*float64(f.length)/12)
	case columnTopics:
		return 1 / (0.9 + 0.1*float64(f.length)/4)
	}
	return 1
}

func appendNew(list []string, words ...string) []string {
	for _, w := range words {
		if w != "" && !slices.Contains(list, w) {
			list = append(list, w)
		}
	}
	return list
}

func (s seen) places() string {
	names := make([]string, len(s.columns))
	for i, c := range s.columns {
		names[i] = columnNames[c]
	}
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}

// together adds for neighbours in the query that are neighbours in a text.
func (s *search) together(h *ranked, fields []field, all []seen, total float64) {
	for i := 1; i < len(all); i++ {
		best, where := 0.0, 0
		for _, f := range fields {
			length := all[i-1].length[f.column]
			if length == 0 || all[i].length[f.column] == 0 {
				continue
			}
			near := besideness(&all[i-1].at[f.column], &all[i].at[f.column], length)
			if f.column == columnAbout || f.column == columnReadme && near < 1 {
				near /= 2
			}
			if near > best {
				best, where = near, f.column
			}
		}
		if best == 0 {
			continue
		}
		share := 100 * (s.clauses[i-1].idf + s.clauses[i].idf) / 2 / total * togetherly * best
		h.Terms = append(h.Terms, catalog.Term{Name: "together", Value: round3(share), Why: fmt.Sprintf("%q beside %q in the %s", s.clauses[i-1].typed, s.clauses[i].typed, columnNames[where])})
	}
}

// besideness is 1 where a match stands beside another one, of so many words, in
// front of it, and half where only few words are between them.
func besideness(before, after *spots, length int) (near float64) {
	for _, a := range before.at[:before.count] {
		for _, b := range after.at[:after.count] {
			switch gap := b - a - length; {
			case gap == 0 || a == b:
				return 1
			case gap > -4 && gap < 4:
				near = 0.5
			}
		}
	}
	return near
}

// named adds for a repository that is called as the query says.
func (s *search) named(h *ranked) {
	typed := make([]string, 0, len(s.clauses))
	for _, w := range split(s.q.Wanted()) {
		typed = append(typed, squeeze(w.Text))
	}
	whole := strings.Join(typed, "")
	name, owner := squeeze(h.Name), squeeze(h.Owner)
	switch {
	case whole == "":
	case whole == owner+name:
		h.Terms = append(h.Terms, catalog.Term{Name: "name", Value: 200 * exactName, Why: "is called " + h.FullName()})
	case whole == name:
		h.Terms = append(h.Terms, catalog.Term{Name: "name", Value: 100 * exactName, Why: "is called " + h.Record.Name})
	}
}

// squeeze writes a name without case and separators.
func squeeze(s string) string { return catalog.Fold(strings.Join(catalog.Words(s), "")) }

// standing are the factors that no query changes. Each is bounded, so that none
// lets a repository that does something else stand before one that does what is
// looked for.
func standing(r *catalog.Record, now time.Time) []catalog.Term {
	terms := []catalog.Term{activityTerm(r, now)}
	if r.Readiness != nil {
		terms = append(terms, catalog.Term{Name: "readiness", Times: true, Value: round3(0.95 + 0.1*r.Readiness.Score), Why: fmt.Sprintf("%.0f %% ready for contributions", 100*r.Readiness.Score)})
	}
	if r.Archived {
		terms = append(terms, catalog.Term{Name: "archived", Times: true, Value: 0.4, Why: "archived"})
	}
	if r.Fork {
		terms = append(terms, catalog.Term{Name: "fork", Times: true, Value: 0.6, Why: "a fork of " + cmpOr(r.Source, "another repository")})
	}
	if r.Stars > 0 {
		terms = append(terms, catalog.Term{Name: "stars", Times: true, Value: round3(1 + math.Min(0.06, math.Log1p(float64(r.Stars))/100)), Why: fmt.Sprintf("%d stars", r.Stars)})
	}
	return terms
}

func cmpOr(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// activityTerm falls with the time since the last push, and rises a little with
// the activity score.
func activityTerm(r *catalog.Record, now time.Time) catalog.Term {
	pushed := r.PushedAt
	if pushed.IsZero() {
		pushed = r.UpdatedAt
	}
	value, why := 0.9, "nothing is known of its activity"
	if !pushed.IsZero() {
		idle := math.Max(0, now.Sub(pushed).Hours()/24)
		value = 1 - 0.45*math.Min(math.Max(0, idle-90)/(730-90), 1)
		why = fmt.Sprintf("last push %.0f days ago", math.Floor(idle))
	}
	if r.Activity != nil {
		value += 0.08 * math.Min(1, math.Log1p(math.Max(0, float64(r.Activity.Score)))/math.Log1p(2500))
		why += fmt.Sprintf(", activity %d", r.Activity.Score)
	}
	return catalog.Term{Name: "activity", Times: true, Value: round3(value), Why: why}
}
