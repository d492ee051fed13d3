package index

import (
	"cmp"
	"context"
	"database/sql/driver"
	"math"
	"strings"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/order"
)

// How good a match is, by how a word of the text came to be looked for.
const (
	asTyped   = 1.0
	asStem    = 0.92 // the same but for its ending
	asSynonym = 0.45 // another name of the same thing
	asMended  = 0.9  // a typing error was taken out
	asPrefix  = 0.35 // it goes on where the typed word ends
	asDoer    = 0.6  // parser for parse
	asVerb    = 0.2  // sign for "sign in"
)

// form is one way in which a word of a query may stand in a text: one word, or
// several side by side.
type form struct {
	words []string // folded
	stems []string
	worth float64
}

func formOf(worth float64, words ...string) form {
	f := form{words: words, worth: worth, stems: make([]string, len(words))}
	for i, w := range words {
		f.stems[i] = catalog.Stem(w)
	}
	return f
}

// match is the form in the index's language: one string of letters and digits
// for each word, so that nothing in it can be read as an operator.
func (f form) match() string { return `"` + strings.Join(f.words, " ") + `"` }

// clause is a word of the query with all its forms.
type clause struct {
	typed   string
	forms   []form // what was typed first
	phrase  bool   // neither mended nor dropped
	soft    bool   // counts where it stands, and need not stand there
	beside  form   // "sign in" for sign, looked for in the texts alone, as "in" stands everywhere; or no words
	open    bool   // longer words that begin so match too, where the index finds them
	records int64  // that have it, about
	idf     float64
}

func (c clause) match() string {
	parts := make([]string, len(c.forms))
	for i, f := range c.forms {
		parts[i] = f.match()
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return "(" + strings.Join(parts, " OR ") + ")"
}

// What a query may ask of the index: more words add nothing but time.
const (
	mostClauses  = 16
	mostForms    = 40
	mostPrefixes = 30
	mostTokens   = 12 // of one phrase or identifier
	few          = 5  // records of a word: with fewer, longer words that are no commoner count too
)

// tokensOf takes a typed word apart as the index does.
func tokensOf(text string) []string {
	var out []string
	for _, w := range catalog.Words(catalog.Spread(text)) {
		if len(w) <= 256 {
			out = append(out, catalog.Fold(w))
		}
	}
	return out[:min(len(out), mostTokens)]
}

// clauses looks the words of a query up. A word without a letter or digit asks
// nothing; a stop word asks nothing as long as another word does.
func (c *Catalog) clauses(ctx context.Context, words []catalog.Word) ([]clause, error) {
	words = split(words)
	var all, telling []clause
	seen := map[string]bool{}
	short := shortForms(words)
	for i, w := range words {
		tokens := tokensOf(w.Text)
		id := strings.Join(tokens, " ")
		if len(tokens) == 0 || seen[id] && !w.Phrase {
			continue
		}
		seen[id] = true
		cl := clause{typed: w.Text, phrase: w.Phrase, forms: spellings(w, tokens)}
		for _, s := range short[i] {
			cl.forms = append(cl.forms, formOf(asSynonym, s))
		}
		phrasal := false
		if !w.Phrase && i+1 < len(words) && !words[i+1].Phrase && len(tokens) == 1 {
			if next := tokensOf(words[i+1].Text); len(next) == 1 {
				cl.forms = append(cl.forms, formOf(asTyped, tokens[0]+next[0]))
				if phrasal = catalog.Phrasal(tokens[0], next[0]); phrasal {
					cl.forms[0].worth = asVerb
					cl.beside = formOf(asTyped, tokens[0], next[0])
				}
			}
		}
		if !w.Phrase && i > 0 && !words[i-1].Phrase && len(tokens) == 1 {
			if last := tokensOf(words[i-1].Text); len(last) == 1 {
				cl.forms = append(cl.forms, formOf(asTyped, last[0]+tokens[0]))
			}
		}
		if err := c.count(ctx, &cl); err != nil {
			return nil, err
		}
		if len(tokens) == 1 && !w.Phrase && !phrasal && cl.records < enough {
			if err := c.relatives(ctx, &cl, tokens[0]); err != nil {
				return nil, err
			}
		}
		if w.Open {
			most := mostPrefixes
			if len(words) == 1 && len(tokens[len(tokens)-1]) < 3 {
				most = 6 // nearly every record has one of them
			}
			if err := c.prefixes(ctx, &cl, tokens, most); err != nil {
				return nil, err
			}
		}
		all = append(all, cl)
		if w.Phrase || !catalog.StopWord(id) {
			telling = append(telling, cl)
		}
	}
	if len(telling) == 0 {
		telling = all
	}
	return c.weigh(telling), nil
}

// shortForms are the abbreviations of runs of words, by each word of the run.
func shortForms(words []catalog.Word) map[int][]string {
	var tokens []string
	var from []int // the word that a token is of
	for i, w := range words {
		if w.Phrase {
			tokens, from = append(tokens, ""), append(from, i)
			continue
		}
		for _, t := range tokensOf(w.Text) {
			tokens, from = append(tokens, t), append(from, i)
		}
	}
	var out map[int][]string
	for _, f := range catalog.ShortForms(tokens) {
		for k, at := range from[f.At : f.At+f.Words] {
			if k > 0 && at == from[f.At+k-1] {
				continue // sign-on is one word
			}
			if out == nil {
				out = map[int][]string{}
			}
			out[at] = append(out[at], f.Short)
		}
	}
	return out
}

// split makes words of OWNER/NAME and of a repository's address, since the
// account and the name stand in columns of their own.
func split(words []catalog.Word) []catalog.Word {
	var out []catalog.Word
	for _, w := range words {
		text := w.Text
		if _, rest, ok := strings.Cut(text, "://"); ok {
			_, text, _ = strings.Cut(rest, "/")
		}
		parts := strings.FieldsFunc(strings.TrimSuffix(text, ".git"), func(r rune) bool { return r == '/' })
		if w.Phrase || len(parts) < 2 {
			out = append(out, w)
			continue
		}
		for i, p := range parts {
			out = append(out, catalog.Word{Text: p, Not: w.Not, Open: w.Open && i == len(parts)-1})
		}
	}
	return out
}

// weigh gives each clause its weight, and keeps the ones that tell most.
func (c *Catalog) weigh(all []clause) []clause {
	n := float64(max(c.info.Records, 1))
	hard := false
	for i := range all {
		df := math.Min(float64(max(all[i].records, 1)), n)
		all[i].idf = math.Log(1 + (n-df+0.5)/(df+0.5))
		all[i].soft = !all[i].phrase && len(all[i].forms[0].words) == 1 && catalog.GenericWord(all[i].forms[0].words[0])
		hard = hard || !all[i].soft
	}
	if !hard {
		for i := range all {
			all[i].soft = false
		}
	}
	if len(all) > mostClauses {
		order.StableBy(all, func(a, b clause) int { return cmp.Compare(b.idf, a.idf) })
		all = all[:mostClauses]
	}
	return all
}

// spellings are the forms of a word that need no look into the catalog.
func spellings(w catalog.Word, tokens []string) []form {
	forms := []form{formOf(asTyped, tokens...)}
	if w.Phrase {
		return forms
	}
	if len(tokens) > 1 && len(tokens) <= 4 {
		forms = append(forms, formOf(asTyped, strings.Join(tokens, "")))
	}
	if len(tokens) > 1 {
		return forms
	}
	if raw := catalog.Words(w.Text); len(raw) == 1 {
		if parts := catalog.Parts(raw[0]); parts != nil {
			forms = append(forms, formOf(asTyped, parts...))
		}
	}
	word := tokens[0]
	if base, ok := strings.CutSuffix(word, "yment"); ok { // Porter stems deployment to deploy, and deploy to deploi
		forms = append(forms, formOf(asStem, base+"y"))
	} else if strings.HasSuffix(word, "y") && len(word) > 4 {
		forms = append(forms, formOf(asStem, word+"ment"))
	}
	if other := catalog.OtherEnglish(word); other != "" {
		forms = append(forms, formOf(asStem, other))
	}
	for _, other := range catalog.Synonyms(word) {
		forms = append(forms, formOf(asSynonym, strings.Fields(other)...))
	}
	return forms
}

// count works out how many records have a clause, and drops forms of one word
// that none has.
func (c *Catalog) count(ctx context.Context, cl *clause) error {
	kept := cl.forms[:0]
	for i, f := range cl.forms {
		n := int64(math.MaxInt64)
		for _, w := range f.words {
			has, err := c.records(ctx, w)
			if err != nil {
				return err
			}
			n = min(n, has)
		}
		if n > 0 && len(f.words) > 1 {
			n = max(1, n/int64(len(f.words))) // side by side is rarer
		}
		if i == 0 || n > 0 {
			kept = append(kept, f)
			cl.records = max(cl.records, n)
		}
	}
	cl.forms = kept[:min(len(kept), mostForms)]
	return nil
}

// relatives adds other forms of a word that few records have: what is done for
// who does it (parse, parser), and its two halves where both stand side by side
// (ratelimiter, rate limiter).
func (c *Catalog) relatives(ctx context.Context, cl *clause, word string) error {
	have := map[string]bool{}
	for _, f := range cl.forms {
		have[strings.Join(f.stems, " ")] = true
	}
	unknown := cl.records == 0
	for _, other := range catalog.Doers(word) {
		f := formOf(asDoer, other)
		if have[f.stems[0]] {
			continue
		}
		n, err := c.records(ctx, other)
		if err != nil {
			return err
		}
		if n > 0 {
			have[f.stems[0]] = true
			cl.forms = append(cl.forms, f)
			if unknown {
				cl.records = max(cl.records, n) // or it would be mended
			}
		}
	}
	if unknown {
		return nil // what is mended is said
	}
	halves, _, err := c.split(ctx, word)
	if err != nil || halves == "" {
		return err
	}
	f := formOf(asMended, strings.Fields(halves)...)
	has, err := c.any(ctx, f.match())
	if err == nil && has {
		cl.forms = append(cl.forms, f)
	}
	return err
}

// records is about how many records have a word in any form with its stem.
func (c *Catalog) records(ctx context.Context, word string) (int64, error) {
	stem := catalog.Stem(word)
	from := stem
	if last := len(stem) - 1; last > 1 && stem[last] == 'i' {
		from = stem[:last] // library is librari
	}
	query, args := "SELECT term, max(df, readmes) FROM vocabulary WHERE term >= ? AND term < ? LIMIT 400", []any{from, from + "\U0010ffff"}
	if len(from) < 4 {
		query, args = "SELECT term, max(df, readmes) FROM vocabulary WHERE term IN (?, ?)", []any{word, word + "s"}
	}
	total := int64(0)
	err := c.quick(ctx, func(row []driver.Value) error {
		if catalog.Stem(text(row[0])) == stem {
			total += number(row[1])
		}
		return nil
	}, query, args...)
	return total, err
}

// prefixes adds the commonest words that begin with what was typed last.
func (c *Catalog) prefixes(ctx context.Context, cl *clause, tokens []string, most int) error {
	last := tokens[len(tokens)-1]
	if len(tokens) > 1 || len(last) < 2 {
		return nil
	}
	have := map[string]bool{}
	for _, f := range cl.forms {
		have[strings.Join(f.stems, " ")] = true
	}
	added, typed := 0, cl.records
	return c.quick(ctx, func(row []driver.Value) error {
		term, n := text(row[0]), number(row[1])
		f := formOf(asPrefix, term)
		if have[f.stems[0]] || n <= typed && (typed >= few || len(last) < 4) || catalog.StopWord(term) || added == most || len(cl.forms) == mostForms {
			return nil
		}
		have[f.stems[0]] = true
		added++
		cl.forms = append(cl.forms, f)
		if cl.records == 0 || len(cl.forms) == 1 {
			cl.records = n
		}
		return nil
	}, "SELECT term, max(df, readmes) n FROM vocabulary WHERE term > ? AND term < ? AND df > 0 ORDER BY n DESC LIMIT 60", last, last+"\U0010ffff")
}
