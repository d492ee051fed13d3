package index

import (
	"cmp"
	"math"
	"strings"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/order"
)

// vocabulary counts in how many records each word stands.
type vocabulary struct {
	w       *Writer
	words   map[string]*word
	all     []*word // as they were learned, nil where they were dropped since
	next    int64   // the id of the next new word
	records int     // that were learned here
	total   int     // in the generation before
	most    int     // words in memory

	candidates []candidate // room for those of one record
	logs       []float64
}

type word struct {
	id          int64
	df, readmes int64
	at          int32 // its place in vocabulary.all
	dirty, new  bool
	telling     bool // it may tell something of a record
}

// records is the number of records that have the word, as far as it is known.
func (w *word) records() int64 { return max(w.df, w.readmes) }

// mostWords bounds the words in memory. Beyond it, those are dropped that stand
// in one README only: nobody looks for them, and no two records share them.
const mostWords = 1 << 20

func newVocabulary(w *Writer) *vocabulary {
	return &vocabulary{w: w, words: map[string]*word{}, most: mostWords}
}

// begin reads where the numbers of words and records stand.
func (v *vocabulary) begin() error {
	if v.next > 0 {
		return nil
	}
	v.next = 1
	if v.w.fresh {
		return nil
	}
	if _, err := v.w.row("SELECT coalesce(max(id), 0) + 1 FROM vocabulary", nil, &v.next); err != nil {
		return err
	}
	_, err := v.w.row("SELECT count(*) FROM facts", nil, &v.total)
	return err
}

func (v *vocabulary) word(text string) (*word, error) {
	if w, ok := v.words[text]; ok {
		return w, nil
	}
	if err := v.begin(); err != nil {
		return nil, err
	}
	w := &word{at: int32(len(v.all)), telling: len(text) > 2 && !catalog.StopWord(text)}
	found := false
	if !v.w.fresh {
		var err error
		if found, err = v.w.row("SELECT id, df, readmes FROM vocabulary WHERE term = ?", []any{text}, &w.id, &w.df, &w.readmes); err != nil {
			return nil, err
		}
	}
	if !found {
		w.id, w.new = v.next, true
		v.next++
	}
	v.words[strings.Clone(text)] = w // it may be a part of a README
	v.all = append(v.all, w)
	return w, nil
}

// forget takes the stored words of a record back.
func (v *vocabulary) forget(counts []count) error {
	for _, c := range counts {
		if !c.stored {
			continue
		}
		w, err := v.word(c.word)
		if err != nil {
			return err
		}
		w.df, w.dirty = max(0, w.df-1), true
	}
	return nil
}

// mostCandidates are kept for each record until all records are counted.
const mostCandidates = 128

// learn counts the words of a record, and answers the terms that may tell most
// of it by their places in v.all, which are good until the next call. The words
// of a README are counted only when the record is new: what stood in the last
// one is not known.
func (v *vocabulary) learn(counts []count, known bool) ([]candidate, error) {
	if err := v.begin(); err != nil {
		return nil, err
	}
	v.records++
	out := v.candidates[:0]
	for _, c := range counts {
		w, err := v.word(c.word)
		if err != nil {
			return nil, err
		}
		if c.stored {
			w.df++
		}
		if c.readme && !known {
			w.readmes++
		}
		w.dirty = true
		if c.tf > 0 && w.telling {
			out = append(out, candidate{id: int64(w.at), tf: c.tf})
		}
	}
	v.candidates = out
	if len(out) > mostCandidates { // what remains is rated when all is counted
		for i := range out {
			out[i].rate = v.tells(out[i].tf, v.all[out[i].id].records(), v.total+v.records)
		}
		out = best(out, mostCandidates)
	}
	if len(v.words) > v.most {
		v.prune()
	}
	return out, nil
}

// tells is tf·idf: how much a term that stands in df of n records tells of one
// in which it has the weight tf.
func (v *vocabulary) tells(tf int, df int64, n int) float64 {
	if len(v.logs) == 0 {
		for i := range 256 {
			v.logs = append(v.logs, 1+math.Log(float64(max(i, 1))))
		}
	}
	weight := 0.0
	if tf < len(v.logs) {
		weight = v.logs[tf]
	} else {
		weight = 1 + math.Log(float64(tf))
	}
	return weight * math.Log(1+float64(n)/float64(max(df, 1)))
}

// prune drops the words that are not worth their memory, and those that need
// not be remembered because the file has them.
func (v *vocabulary) prune() {
	for text, w := range v.words {
		if !w.dirty || w.new && w.df == 0 && w.readmes < 2 {
			v.all[w.at] = nil
			delete(v.words, text)
		}
	}
	v.most = max(mostWords, 2*len(v.words))
}

// worthKeeping tells whether a word that is new is written: one that stands in
// the READMEs of one or two records only helps nobody.
func (w *word) worthKeeping() bool { return !w.new || w.df > 0 || w.readmes > 2 }

// finish writes the words that changed, and leaves in v.all those that the file
// has. In a fresh generation the commonest get the smallest numbers, since the
// keywords consist of them.
func (v *vocabulary) finish() error {
	type entry struct {
		text string
		*word
	}
	var changed []entry
	for text, w := range v.words {
		switch {
		case !w.dirty: // only looked up
		case w.worthKeeping():
			changed = append(changed, entry{text, w})
		default:
			v.all[w.at] = nil
		}
	}
	order.By(changed, func(a, b entry) int {
		return cmp.Or(cmp.Compare(b.records(), a.records()), strings.Compare(a.text, b.text))
	})
	for i, e := range changed {
		if v.w.fresh {
			e.id = int64(i + 1)
		}
		var err error
		if e.new {
			err = v.w.exec("INSERT INTO vocabulary (id, term, df, readmes) VALUES (?,?,?,?)", e.id, e.text, e.df, e.readmes)
		} else {
			err = v.w.exec("UPDATE vocabulary SET df = ?, readmes = ? WHERE id = ?", e.df, e.readmes, e.id)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
