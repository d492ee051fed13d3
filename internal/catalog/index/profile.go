package index

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/order"
)

// profile is what a record was written to be found by: its terms with how much
// each tells.
type profile struct {
	member
	terms []profileTerm // in the order of their stems
	norm  float64
	// family are the stems of a prefix that the names of many repositories of the
	// account have; between these it tells nothing.
	family map[string]bool
}

// profileTerm is a stem, the word that has it, and how much it tells.
type profileTerm struct {
	stem, word string
	value      float64
	part       bool // it stands nowhere but in a longer word: sql in PostgreSQL
}

// ofParts is how much a part of a word counts beside the word.
const ofParts = 0.5

// The weight of a term in a profile, by where it stands.
var profileWeights = [wordColumns]float64{columnName: 2, columnTopics: 2, columnTitle: 2, columnDescription: 1.5, columnProvides: 2.5, columnReadme: 0.5}

// weigher makes profiles, and remembers what it has seen of words.
type weigher struct {
	c        *Catalog
	records  map[string]int64
	known    map[string]knownWord
	at       map[string]int // stems of the profile that is made
	room     []profileTerm  // for its terms
	prefixes map[string]int // OWNER/PREFIX → repositories
	counted  bool           // prefixes has all there are
}

// knownWord is what is known of a folded word.
type knownWord struct {
	stem, word string // copies: it was a part of a longer text
	says       bool   // it may say what a repository does
}

func newWeigher(c *Catalog) *weigher {
	return &weigher{c: c, records: map[string]int64{}, known: map[string]knownWord{}, at: map[string]int{}, prefixes: map[string]int{}}
}

// profile weighs the terms of a record by idf, and leaves out what says nothing:
// what every tenth record has, words for kinds of things, languages, the
// account's and the team's own names.
func (w *weigher) profile(ctx context.Context, m member) (*profile, error) {
	p := &profile{member: m, terms: w.room[:0]}
	raw := textOf(&m.Record, m.Excerpt)
	var own []string
	for _, word := range tokensOf(raw[columnAbout]) {
		own = append(own, w.stem(word))
	}
	clear(w.at)
	for column, text := range raw {
		if profileWeights[column] == 0 {
			continue
		}
		for _, word := range catalog.Words(catalog.Spread(text)) {
			for i, part := range append([]string{catalog.Fold(word)}, catalog.Parts(word)...) {
				known := w.word(part)
				if slices.Contains(own, known.stem) {
					break // and so are its parts
				}
				if !known.says {
					continue
				}
				idf, err := w.idf(ctx, known)
				if err != nil {
					return nil, err
				}
				if idf > 0 {
					p.add(w.at, known, profileWeights[column]*idf, i > 0)
				}
			}
		}
	}
	w.room, p.terms = p.terms, append([]profileTerm(nil), p.terms...) // no larger than it has to be
	order.By(p.terms, func(a, b profileTerm) int { return strings.Compare(a.stem, b.stem) })
	for _, t := range p.terms {
		p.norm += t.value * t.value
	}
	p.norm = math.Sqrt(p.norm)
	return p, w.families(ctx, p)
}

// add keeps of a stem its first word, and the most that it tells.
func (p *profile) add(at map[string]int, known knownWord, value float64, part bool) {
	if part {
		value *= ofParts
	}
	i, ok := at[known.stem]
	if !ok {
		at[known.stem] = len(p.terms)
		p.terms = append(p.terms, profileTerm{known.stem, known.word, value, part})
		return
	}
	p.terms[i].value = max(p.terms[i].value, value)
	p.terms[i].part = p.terms[i].part && part
}

// idf says how rare a word is; 0 is too common to say anything, or alone.
func (w *weigher) idf(ctx context.Context, known knownWord) (float64, error) {
	n := float64(max(w.c.info.Records, 1))
	df, err := w.count(ctx, known.word)
	if err != nil || n > 50 && float64(df)*10 > n || df < 2 {
		return 0, err
	}
	return math.Log(1 + n/float64(df)), nil
}

// manyOfAName is how many repositories of an account make the beginning of their
// names a prefix.
const manyOfAName = 4

// families finds the prefix that a name has in common with others of its
// account: acme-billing-api, acme-billing-web, …
func (w *weigher) families(ctx context.Context, p *profile) error {
	name := strings.ToLower(p.Name)
	for i := 0; i < len(name); i++ {
		if !strings.ContainsRune("-_.", rune(name[i])) || i == 0 {
			continue
		}
		prefix := name[:i+1]
		key := foldLabel(p.Owner) + "/" + prefix
		n, ok := w.prefixes[key]
		if !ok && !w.counted {
			err := w.c.each(ctx, func(scan func(...any) error) error { return scan(&n) },
				"SELECT count(*) FROM names n JOIN facts f ON f.id = n.id WHERE n.name >= ? AND n.name < ? AND f.owner = (SELECT owner FROM facts WHERE id = ?)", prefix, prefix+"\U0010ffff", p.id)
			if err != nil {
				return err
			}
			w.prefixes[key] = n
		}
		if n < manyOfAName {
			return nil
		}
		if p.family == nil {
			p.family = map[string]bool{}
		}
		for _, word := range tokensOf(prefix) {
			p.family[w.stem(word)] = true
		}
	}
	return nil
}

func (w *weigher) stem(word string) string { return w.word(word).stem }

func (w *weigher) word(folded string) knownWord {
	known, ok := w.known[folded]
	if !ok {
		word := strings.Clone(folded)
		known = knownWord{stem: catalog.Stem(word), word: word}
		known.says = len(word) > 2 && worthKnowing(word) && !boilerplate(word) && !catalog.StopWord(word) && !catalog.GenericWord(word)
		w.known[word] = known
	}
	return known
}

func (w *weigher) count(ctx context.Context, word string) (int64, error) {
	stem := w.stem(word)
	if n, ok := w.records[stem]; ok {
		return n, nil
	}
	n, err := w.c.records(ctx, word)
	w.records[stem] = n
	return n, err
}

// compare gives the terms that two profiles share, the most telling first, and
// how similar they are: the cosine of their weights, 0 with fewer than two
// shared terms. With less than least the terms are not told.
func (p *profile) compare(o *profile, least float64) ([]string, float64) {
	kin := strings.EqualFold(p.Owner, o.Owner)
	var shared []profileTerm
	dot := 0.0
	for i, j := 0, 0; i < len(p.terms) && j < len(o.terms); {
		a, b := &p.terms[i], &o.terms[j]
		switch c := strings.Compare(a.stem, b.stem); {
		case c < 0:
			i++
			continue
		case c > 0:
			j++
			continue
		}
		i, j = i+1, j+1
		if kin && p.family[a.stem] && o.family[a.stem] || a.part && b.part {
			continue // of one word that both have
		}
		dot += a.value * b.value
		shared = append(shared, profileTerm{stem: a.stem, word: a.word, value: a.value * b.value})
	}
	if len(shared) < 2 || p.norm == 0 || o.norm == 0 {
		return nil, 0
	}
	near := min(1, round3(dot/p.norm/o.norm)) // rounded, or the order of a sum would show
	if near < least {
		return nil, near
	}
	order.By(shared, func(a, b profileTerm) int {
		return cmp.Or(cmp.Compare(b.value, a.value), strings.Compare(a.stem, b.stem))
	})
	words := make([]string, len(shared))
	for i, t := range shared {
		words[i] = t.word
	}
	return words, near
}
