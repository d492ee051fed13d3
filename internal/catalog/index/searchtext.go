package index

import (
	"strings"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// field is a column of a record as the index has it, taken apart.
type field struct {
	column int
	words  []string // folded
	stems  []string
	length int // words that were written, without the parts that the index adds
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
		f := field{column: column}
		for _, line := range strings.Split(text, "\n") {
			f.length += len(catalog.Words(line))
			switch column {
			case columnName, columnTopics, columnProvides:
				line = catalog.IndexedName(line)
			default:
				line = catalog.Indexed(line)
			}
			for _, w := range catalog.Words(line) {
				w = catalog.Fold(w)
				stem, ok := stems[w]
				if !ok {
					stem = catalog.Stem(w)
					stems[w] = stem
				}
				f.words, f.stems = append(f.words, w), append(f.stems, stem)
			}
			f.words, f.stems = append(f.words, ""), append(f.stems, "") // no phrase runs over a line
		}
		out = append(out, f)
	}
	return out
}

// find looks for a form: where it stands first, how often, and how well the best
// of these fits.
func (f *field) find(want form) (at, count int, worth float64) {
	at = -1
	for i := 0; i+len(want.stems) <= len(f.stems); i++ {
		fit := want.worth
		for j, stem := range want.stems {
			if f.stems[i+j] != stem {
				fit = 0
				break
			}
			if f.words[i+j] != want.words[j] {
				fit = min(fit, want.worth*asStem)
			}
		}
		if fit == 0 {
			continue
		}
		count++
		if fit > worth {
			at, worth = i, fit
		}
	}
	return at, count, worth
}
