package index

import (
	"cmp"
	"context"
	"database/sql/driver"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/order"
)

// typos is how many errors may be in a word: in short ones every error makes
// another word.
func typos(word string) int {
	switch n := utf8.RuneCountInString(word); {
	case n < 4:
		return 0
	case n < 8:
		return 1
	}
	return 2
}

// mend puts near words that the catalog knows in the place of words that it does
// not know, and keeps what was changed as a suggestion.
func (s *search) mend(ctx context.Context) error {
	var changes []catalog.Correction
	anew := false // whether clauses are to be weighed
	for i := 0; i < len(s.clauses); i++ {
		cl := s.clauses[i]
		if !cl.phrase && len(cl.forms[0].words) > 1 {
			better, change, err := s.mendName(ctx, cl)
			if err != nil {
				return err
			}
			if len(better) > 0 {
				s.clauses = append(append(append([]clause(nil), s.clauses[:i]...), better...), s.clauses[i+1:]...)
				i += len(better) - 1
				anew = true
			}
			if change != nil {
				changes = append(changes, *change)
			}
			continue
		}
		if cl.phrase || cl.soft || cl.records > 2 {
			continue
		}
		word := cl.forms[0].words[0]
		if called, err := s.c.called(ctx, word); called || err != nil {
			if err != nil {
				return err
			}
			continue
		}
		near, records, err := s.c.near(ctx, word)
		if err != nil {
			return err
		}
		if near == "" || records < 3*cl.records {
			continue
		}
		changes = append(changes, catalog.Correction{From: cl.typed, To: near})
		if cl.records == 0 {
			has, err := s.c.any(ctx, cl.forms[0].match())
			if err != nil {
				return err
			}
			if !has {
				mended := clause{typed: near, forms: []form{formOf(asMended, strings.Fields(near)...)}}
				for _, other := range catalog.Synonyms(near) {
					mended.forms = append(mended.forms, formOf(asMended*asSynonym, strings.Fields(other)...))
				}
				if err := s.c.count(ctx, &mended); err != nil {
					return err
				}
				s.clauses[i] = mended
			}
		}
	}
	if len(changes) == 0 && !anew {
		return nil
	}
	s.clauses = s.c.weigh(s.clauses)
	if len(changes) == 0 {
		return nil
	}
	s.found.Suggestion = s.suggestion(changes)
	return nil
}

// suggestion writes the query with its changes.
func (s *search) suggestion(changes []catalog.Correction) *catalog.Suggestion {
	better := s.q
	better.Words = slices.Clone(s.q.Words)
	used := true
	for _, c := range changes {
		for i, w := range better.Words {
			switch parts := split([]catalog.Word{w}); {
			case w.Not:
			case w.Text == c.From:
				better.Words[i].Text = c.To
			case slices.ContainsFunc(parts, func(p catalog.Word) bool { return p.Text == c.From }):
				better.Words[i].Text = strings.Replace(w.Text, c.From, c.To, 1) // in OWNER/NAME
			}
		}
		used = used && slices.ContainsFunc(s.clauses, func(cl clause) bool { return cl.typed == c.To })
	}
	return &catalog.Suggestion{Query: better.String(), Changes: changes, Used: used}
}

// any tells whether anything matches.
func (c *Catalog) any(ctx context.Context, expression string) (bool, error) {
	found := false
	err := c.quick(ctx, func([]driver.Value) error { found = true; return nil }, "SELECT 1 FROM words WHERE words MATCH ? LIMIT 1", expression)
	return found, err
}

// near gives the known word that a word was probably meant to be, with how many
// records have it: the fewest errors, and of these the commonest. People rarely
// get the first letter wrong, so that words with the same one come first.
func (c *Catalog) near(ctx context.Context, word string) (string, int64, error) {
	most := typos(word)
	if most == 0 {
		return "", 0, nil
	}
	first, size := utf8.DecodeRuneInString(word)
	best, records, err := c.nearIn(ctx, word, string(first), most)
	if err != nil || best != "" {
		return best, records, err
	}
	if parts, n, err := c.split(ctx, word); err != nil || parts != "" {
		return parts, n, err
	}
	second, _ := utf8.DecodeRuneInString(word[size:])
	if best, records, err = c.nearIn(ctx, word, string(second), 1); err != nil || best != "" {
		return best, records, err
	}
	return c.nearBut(ctx, word, size)
}

// firstLetters are those that a word may begin with in place of a wrong one.
const firstLetters = "abcdefghijklmnopqrstuvwxyz0123456789"

// nearBut looks for words that have another first letter, or one more in front:
// each of these is looked up, since going over all words would take longer than
// the search itself.
func (c *Catalog) nearBut(ctx context.Context, word string, size int) (string, int64, error) {
	var terms []any
	for _, letter := range firstLetters {
		terms = append(terms, string(letter)+word[size:], string(letter)+word)
	}
	return c.nearest(ctx, word, 1, "SELECT term, df FROM vocabulary WHERE df > 0 AND term IN (?"+strings.Repeat(",?", len(terms)-1)+")", terms...)
}

// nearIn looks among the words with a prefix.
func (c *Catalog) nearIn(ctx context.Context, word, prefix string, most int) (string, int64, error) {
	n := utf8.RuneCountInString(word)
	return c.nearest(ctx, word, most, "SELECT term, df FROM vocabulary WHERE term >= ? AND term < ? AND df > 0 AND length(term) BETWEEN ? AND ?", prefix, prefix+"\U0010ffff", n-most, n+most)
}

// nearest gives the best of the words that a query answers.
func (c *Catalog) nearest(ctx context.Context, word string, most int, query string, args ...any) (string, int64, error) {
	type candidate struct {
		term    string
		records int64
		rate    float64
	}
	var all []candidate
	err := c.quick(ctx, func(row []driver.Value) error {
		term, records := text(row[0]), number(row[1])
		if d := catalog.Distance(word, term, most); d > 0 && d <= most {
			all = append(all, candidate{term, records, math.Log(float64(records)+1) - 4*float64(d)})
		}
		return nil
	}, query, args...)
	if err != nil || len(all) == 0 {
		return "", 0, err
	}
	best := slices.MaxFunc(all, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.rate, b.rate), strings.Compare(b.term, a.term))
	})
	return best.term, best.records, nil
}

// split takes a word apart into two that are known: ratelimit is rate limit.
func (c *Catalog) split(ctx context.Context, word string) (string, int64, error) {
	if len(word) < 7 || strings.ContainsFunc(word, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return "", 0, nil
	}
	best, records := "", int64(0)
	for i := 3; i <= len(word)-3; i++ {
		a, err := c.records(ctx, word[:i])
		if err != nil {
			return "", 0, err
		}
		if a < 2 {
			continue
		}
		b, err := c.records(ctx, word[i:])
		if err != nil {
			return "", 0, err
		}
		if n := min(a, b); n > 1 && n > records {
			best, records = word[:i]+" "+word[i:], n
		}
	}
	return best, records, nil
}

// mostTopics is how many topics are named where nothing was found.
const mostTopics = 5

// nearTopics gives the topics that are nearest to what was looked for: those
// that have one of its words or their beginnings in them, or are near in their
// letters.
func (s *search) nearTopics(ctx context.Context) ([]catalog.NearTopic, error) {
	type rated struct {
		catalog.NearTopic
		rate float64
	}
	var all []rated
	err := s.c.each(ctx, func(scan func(...any) error) error {
		var t catalog.NearTopic
		if err := scan(&t.Topic, &t.Count); err != nil {
			return err
		}
		if rate := s.nearness(t.Topic); rate > 0 {
			all = append(all, rated{t, rate + math.Log1p(float64(t.Count))/20})
		}
		return nil
	}, "SELECT shown, records FROM labels WHERE kind = ? AND records > 0", labelTopic)
	if err != nil {
		return nil, err
	}
	order.By(all, func(a, b rated) int {
		return cmp.Or(cmp.Compare(b.rate, a.rate), strings.Compare(a.Topic, b.Topic))
	})
	var out []catalog.NearTopic
	for _, t := range all[:min(len(all), mostTopics)] {
		out = append(out, t.NearTopic)
	}
	return out, nil
}

func (s *search) nearness(topic string) float64 {
	rate := 0.0
	for _, part := range tokensOf(topic) {
		for _, cl := range s.clauses {
			for _, word := range cl.forms[0].words {
				switch {
				case catalog.Stem(part) == catalog.Stem(word):
					rate = max(rate, 2)
				case len(word) > 3 && strings.HasPrefix(part, word[:4]):
					rate = max(rate, 0.5+float64(commonPrefix(part, word))/float64(max(len(part), len(word))))
				case typos(word) > 0 && catalog.Distance(word, part, 2) <= 2:
					rate = max(rate, 0.8)
				}
			}
		}
	}
	return rate
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
