package index

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"database/sql"
	"database/sql/driver"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/order"
)

// What must be shared before two repositories are said to do the same thing.
const (
	likeCandidates = 80   // that are read
	likeWords      = 14   // of a record by which candidates are looked for
	likeLeast      = 0.18 // similarity below which nothing is said
)

// Like gives repositories that do the same thing as one does, the most similar
// first: they share terms that few others have, in what was written to be found
// by (name, topics, title, description, capabilities), and are neither forks nor
// copies of each other. Score is the similarity from 0 to 1, Matched the shared
// terms. A repository that is not there is a *forge.NotFoundError.
func (c *Catalog) Like(ctx context.Context, repo forge.RepoName, limit int) ([]catalog.Hit, error) {
	key := (&catalog.Record{Host: repo.Host, Owner: repo.Owner, Name: repo.Name}).Key()
	var id int64
	err := c.db.QueryRowContext(ctx, "SELECT id FROM keys WHERE key = ?", key).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, &forge.NotFoundError{What: repo.FullName()}
	}
	if err != nil {
		return nil, c.failure(err)
	}
	own, err := c.read(ctx, []int64{id})
	if err != nil {
		return nil, err
	}
	w := newWeigher(c)
	self, err := w.profile(ctx, own[0])
	if err != nil {
		return nil, err
	}
	ids, err := c.sharing(ctx, self, id)
	if err != nil {
		return nil, err
	}
	others, err := c.read(ctx, ids)
	if err != nil {
		return nil, err
	}
	var hits []*ranked
	same := fromTemplate(append(slices.Clone(others), own...))
	for _, o := range others {
		p, err := w.profile(ctx, o)
		if err != nil {
			return nil, err
		}
		shared, similarity := self.compare(p, likeLeast)
		if similarity < likeLeast || related(&self.member, &p.member) || same(&self.member, &p.member) {
			continue
		}
		hits = append(hits, &ranked{match: match{id: o.id, source: o.source}, Hit: likeHit(o.Record, shared, similarity)})
	}
	order.By(hits, func(a, b *ranked) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), strings.Compare(a.FullName(), b.FullName()))
	})
	hits = fold(hits)
	if limit > 0 {
		hits = hits[:min(len(hits), limit)]
	}
	out := make([]catalog.Hit, len(hits))
	for i, h := range hits {
		out[i] = h.Hit
	}
	return out, nil
}

func likeHit(r catalog.Record, shared []string, similarity float64) catalog.Hit {
	similarity = round3(similarity)
	return catalog.Hit{Record: r, Score: similarity, Matched: shared, Terms: []catalog.Term{
		{Name: "similarity", Value: similarity, Why: "shares " + strings.Join(shared[:min(len(shared), 6)], ", ")},
	}}
}

// member is a record with what tells whether another one is its fork.
type member struct {
	catalog.Record
	id, source int64
	words      map[string]bool // what it says, once that was asked
}

func (m *member) said() map[string]bool {
	if m.words == nil {
		m.words = saidOf(&m.Record)
	}
	return m.words
}

// read gives records by their ids, in their order.
func (c *Catalog) read(ctx context.Context, ids []int64) ([]member, error) {
	out := make([]member, len(ids))
	at := map[int64]int{}
	for i, id := range ids {
		at[id] = i
	}
	for part := range slices.Chunk(ids, 500) {
		args := make([]any, len(part))
		for i, id := range part {
			args[i] = id
		}
		err := c.each(ctx, func(scan func(...any) error) error {
			var id, source int64
			var body []byte
			if err := scan(&id, &source, &body); err != nil {
				return err
			}
			r, err := c.record(body)
			if err == nil {
				out[at[id]] = member{Record: *r, id: id, source: source}
			}
			return err
		}, "SELECT r.id, f.source, r.body FROM records r JOIN facts f ON f.id = r.id WHERE r.id IN (?"+strings.Repeat(",?", len(args)-1)+")", args...)
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// related tells whether two records are forks or copies of each other.
func related(a, b *member) bool {
	switch {
	case a.source == b.id || b.source == a.id || a.source != 0 && a.source == b.source:
		return true
	case strings.EqualFold(a.Name, b.Name) && nearlySame(a.said(), b.said()):
		return true
	}
	return a.Fork && strings.EqualFold(a.Source, b.FullName()) || b.Fork && strings.EqualFold(b.Source, a.FullName())
}

// fromTemplate tells of two records whether all they have in common may be a
// description that came with a template: three and more repositories with other
// names have it word for word.
func fromTemplate(members []member) func(a, b *member) bool {
	names := map[string]map[string]bool{}
	said := func(m *member) string { return strings.ToLower(strings.TrimSpace(m.Description)) }
	for i := range members {
		text := said(&members[i])
		if names[text] == nil {
			names[text] = map[string]bool{}
		}
		names[text][strings.ToLower(members[i].Name)] = true
	}
	return func(a, b *member) bool { return said(a) == said(b) && len(names[said(a)]) > 2 }
}

// strong are the columns in which a word tells what a record is about.
const strong = "{name topics title description skills provides} : "

// sharing gives the records that share most of a profile's terms, in the columns
// that tell what a repository is for.
func (c *Catalog) sharing(ctx context.Context, p *profile, id int64) ([]int64, error) {
	terms := slices.Clone(p.terms)
	order.By(terms, func(a, b profileTerm) int {
		return cmp.Or(cmp.Compare(b.value, a.value), strings.Compare(a.stem, b.stem))
	})
	rate := map[int64]float64{}
	for _, t := range terms[:min(len(terms), likeWords)] {
		err := c.quick(ctx, func(row []driver.Value) error {
			if other := number(row[0]); other != id {
				rate[other] += t.value * t.value
			}
			return nil
		}, "SELECT rowid FROM words WHERE words MATCH ? LIMIT 5000", fmt.Sprintf(`(%s %s) NOT {about} : "%s"`, strong, formOf(1, t.word).match(), markArchived))
		if err != nil {
			return nil, err
		}
	}
	ids := make([]int64, 0, len(rate))
	for other := range rate {
		ids = append(ids, other)
	}
	order.By(ids, func(a, b int64) int {
		return cmp.Or(cmp.Compare(rate[b], rate[a]), cmp.Compare(a, b))
	})
	return ids[:min(len(ids), likeCandidates)], nil
}

// boilerplate tells whether a word stands in repositories for other reasons than
// what they do: licences, templates, states, languages, the forge's own words.
func boilerplate(folded string) bool {
	return len(folded) <= 14 && strings.Contains(boilerplateWords, " "+folded+" ")
}

const boilerplateWords = " license licence licensed mit apache bsd gpl copyright awesome curated list template templates starter boilerplate scaffold skeleton example examples sample samples demo demos poc prototype experiment experimental wip draft deprecated legacy archived old new next test tests testing todo readme contributing docs documentation install installation usage setup build getting started quickstart hacktoberfest inner source innersource opensource github gitlab http https www com org html go golang java javascript typescript python ruby rust kotlin scala php shell bash perl swift hcl node nodejs spring react angular vue dotnet csharp main master core common shared utils util helper helpers base impl server client sdk cli api web backend frontend microservice v1 v2 v3 "
