package index

import (
	"context"
	"database/sql/driver"
	"strings"
	"unicode/utf8"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// mendName is for an identifier of several words that nothing has: django-slo.
// It puts the name that is nearest in its place, without regard to where it is
// divided; where no repository is nearly called so, its words are looked for one
// by one. Nothing to mend is no clause.
func (s *search) mendName(ctx context.Context, cl clause) ([]clause, *catalog.Correction, error) {
	has, err := s.c.any(ctx, cl.match())
	if err != nil || has {
		return nil, nil, err
	}
	name, err := s.c.nearName(ctx, squeeze(cl.typed))
	if err != nil {
		return nil, nil, err
	}
	if name == "" {
		apart, err := s.c.apart(ctx, cl.forms[0].words)
		return apart, nil, err
	}
	mended := clause{typed: name, forms: spellings(catalog.Word{Text: name}, tokensOf(name))}
	for i := range mended.forms {
		mended.forms[i].worth *= asMended
	}
	err = s.c.count(ctx, &mended)
	return []clause{mended}, &catalog.Correction{From: cl.typed, To: name}, err
}

// nearName gives the name of a repository with the fewest errors in it, "" for
// none. Both are compared without what divides their words.
func (c *Catalog) nearName(ctx context.Context, word string) (string, error) {
	most, n := typos(word), utf8.RuneCountInString(word)
	if most == 0 {
		return "", nil
	}
	first, _ := utf8.DecodeRuneInString(word)
	best, least := "", most+1
	err := c.quick(ctx, func(row []driver.Value) error {
		name := text(row[0])
		if d := catalog.Distance(word, squeeze(name), most); d < least {
			best, least = strings.Clone(name), d
		}
		return nil
	}, "SELECT name FROM names WHERE name >= ? AND name < ? AND length(name) BETWEEN ? AND ?", string(first), string(first)+"\U0010ffff", n-most, n+most+mostDividers)
	return best, err
}

// mostDividers is how many dashes and dots a name may have to be compared.
const mostDividers = 6

// apart makes a clause of each word that is known, or near to one that is.
func (c *Catalog) apart(ctx context.Context, words []string) ([]clause, error) {
	var out []clause
	for _, w := range words {
		cl := clause{typed: w, forms: spellings(catalog.Word{Text: w}, []string{w})}
		if err := c.count(ctx, &cl); err != nil {
			return nil, err
		}
		if cl.records == 0 {
			near, _, err := c.near(ctx, w)
			if err != nil {
				return nil, err
			}
			if near == "" {
				continue
			}
			cl.forms = []form{formOf(asMended, strings.Fields(near)...)}
			if err := c.count(ctx, &cl); err != nil {
				return nil, err
			}
		}
		out = append(out, cl)
	}
	return out, nil
}
