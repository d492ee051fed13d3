package index

import (
	"context"
	"database/sql/driver"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/order"
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

// called tells whether a repository has a word for its name: then it was meant.
func (c *Catalog) called(ctx context.Context, word string) (bool, error) {
	found := false
	err := c.quick(ctx, func([]driver.Value) error { found = true; return nil }, "SELECT 1 FROM names WHERE name = ? LIMIT 1", word)
	return found, err
}

// nearName gives the name of a repository with the fewest errors in it, "" for
// none. Both are compared without what divides their words.
func (c *Catalog) nearName(ctx context.Context, word string) (string, error) {
	most, n := typos(word), utf8.RuneCountInString(word)
	if most == 0 {
		return "", nil
	}
	best, least := "", most+1
	err := c.namesLike(ctx, word, n, most, func(name string, d int) {
		if d < least {
			best, least = strings.Clone(name), d
		}
	})
	return best, err
}

// namesLike visits the names of repositories that have at most so many errors, of
// words that begin alike and are about as long.
func (c *Catalog) namesLike(ctx context.Context, word string, n, most int, visit func(name string, errors int)) error {
	first, _ := utf8.DecodeRuneInString(word)
	return c.quick(ctx, func(row []driver.Value) error {
		name := text(row[0])
		if d := catalog.Distance(word, squeeze(name), most); d <= most {
			visit(name, d)
		}
		return nil
	}, "SELECT name FROM names WHERE name >= ? AND name < ? AND length(name) BETWEEN ? AND ?", string(first), string(first)+"\U0010ffff", n-most, n+most+mostDividers)
}

// mostNear bounds how many repositories are named in the place of one.
const mostNear = 3

// Near gives repositories whose name somebody may have meant by one that nothing
// has: of that name below another owner, else of those with the fewest errors in
// it. Those of the same owner come first. It is for hints, of which none is one.
func (c *Catalog) Near(ctx context.Context, repo forge.RepoName) ([]forge.RepoName, error) {
	all, err := c.Resolve(ctx, repo.Name)
	if err != nil || len(all) == 0 && repo.Name == "" {
		return nil, err
	}
	if len(all) == 0 {
		word := squeeze(repo.Name)
		most := typos(word)
		byErrors := make([][]string, most+1)
		if most > 0 {
			err = c.namesLike(ctx, word, utf8.RuneCountInString(word), most, func(name string, d int) { byErrors[d] = append(byErrors[d], strings.Clone(name)) })
		}
		for _, name := range slices.Concat(byErrors...) {
			if err != nil || len(all) > mostResolved {
				break
			}
			var some []forge.RepoName
			some, err = c.Resolve(ctx, name)
			all = append(all, some...)
		}
	}
	far := map[bool]int{true: 0, false: 1}
	order.StableBy(all, func(x, y forge.RepoName) int {
		return far[strings.EqualFold(x.Owner, repo.Owner)] - far[strings.EqualFold(y.Owner, repo.Owner)]
	})
	return all[:min(len(all), mostNear)], err
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
