package index

import (
	"strings"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// field is a column of a record as the index has it, taken apart.
type field struct {
	column int
	words  []string          // folded
	stems  map[string]string // of words, as far as they were needed
	length int               // words that were written, without the parts that the index adds
}

// has tells whether the word at a place has a stem. A stem is the beginning of
// its word but for the last letter, so that few words have to be stemmed.
func (f *field) has(at int, stem string) bool {
	word, begins := f.words[at], len(stem)-1
	if len(word) <= begins || word[:begins] != stem[:begins] {
		return false
	}
	have, ok := f.stems[word]
	if !ok {
		have = catalog.Stem(word)
		f.stems[word] = have
	}
	return have == stem
}

// texts takes a record's columns apart, those that can be read of it: of the
// README its beginning.
func texts(r *catalog.Record, stems map[string]string) []field {
	raw := textOf(r, r.Excerpt)
	out := make([]field, 0, len(raw))
	for column, text := range raw {
		if text == "" {
			continue
		}
		if column == columnReadme {
			text = catalog.Meant(text)
		}
		f := field{column: column, stems: stems, words: make([]string, 0, 4+len(text)/5)}
		for line := range strings.SplitSeq(text, "\n") {
			f.add(line)
			f.words = append(f.words, "") // no phrase runs over a line
		}
		out = append(out, f)
	}
	return out
}

// add takes a line apart.
func (f *field) add(line string) {
	indexed := ""
	switch f.column {
	case columnName, columnTopics, columnProvides:
		indexed = catalog.IndexedName(line)
	default:
		indexed = catalog.Indexed(line)
	}
	before := len(f.words)
	catalog.EachWord(indexed, func(w string) { f.words = append(f.words, catalog.Fold(w)) })
	if indexed == line {
		f.length += len(f.words) - before
		return
	}
	catalog.EachWord(line, func(string) { f.length++ })
}

// asOther is how good a match is that has the same stem and is no form of the word.
const asOther = 0.5

// spots are the first places of a match in a column, as many as there are.
type spots struct {
	at    [3]int
	count int
}

func (s *spots) add(at int) {
	if s.count < len(s.at) {
		s.at[s.count] = at
		s.count++
	}
}

// find looks for a form: where it fits best, and how well.
func (f *field) find(want form) (at spots, worth float64) {
	for i := 0; i+len(want.stems) <= len(f.words); i++ {
		fit := want.worth
		for j, stem := range want.stems {
			if f.words[i+j] == want.words[j] {
				continue
			}
			if !f.has(i+j, stem) {
				fit = 0
				break
			}
			fit = min(fit, want.worth*asStem)
			if !catalog.Kin(f.words[i+j], want.words[j]) {
				fit = min(fit, want.worth*asOther)
			}
		}
		if fit == 0 || fit < worth {
			continue
		}
		if fit > worth {
			at, worth = spots{}, fit
		}
		at.add(i)
	}
	return at, worth
}
