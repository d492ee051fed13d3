package index

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"database/sql"

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
	var hits []ranked
	same := fromTemplate(append(slices.Clone(others), own...))
	for _, o := range others {
		p, err := w.profile(ctx, o)
		if err != nil {
			return nil, err
		}
		shared, similarity := self.compare(p)
		if similarity < likeLeast || related(&self.member, &p.member) || same(&self.member, &p.member) {
			continue
		}
		hits = append(hits, ranked{match: match{id: o.id, source: o.source}, Hit: likeHit(o.Record, shared, similarity)})
	}
	order.By(hits, func(a, b ranked) int {
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
				out[at[id]] = member{*r, id, source}
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
	case strings.EqualFold(a.Name, b.Name) && nearlySame(saidOf(&a.Record), saidOf(&b.Record)):
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

// profile is what a record was written to be found by: its terms with how much
// each tells.
type profile struct {
	member
	terms map[string]float64 // by stem
	shown map[string]string  // the word of a stem
	norm  float64
	// family are the stems of a prefix that the names of many repositories of the
	// account have; between these it tells nothing.
	family map[string]bool
}

// The weight of a term in a profile, by where it stands.
var profileWeights = [wordColumns]float64{columnName: 2, columnTopics: 2, columnTitle: 2, columnDescription: 1.5, columnProvides: 2.5, columnReadme: 0.5}

// weigher makes profiles, and remembers how many records have a word.
type weigher struct {
	c        *Catalog
	records  map[string]int64
	stems    map[string]string
	prefixes map[string]int // OWNER/PREFIX → repositories
	counted  bool           // prefixes has all there are
}

func newWeigher(c *Catalog) *weigher {
	return &weigher{c: c, records: map[string]int64{}, stems: map[string]string{}, prefixes: map[string]int{}}
}

// profile weighs the terms of a record by idf, and leaves out what says nothing:
// what every tenth record has, words for kinds of things, languages, the
// account's and the team's own names.
func (w *weigher) profile(ctx context.Context, m member) (*profile, error) {
	p := &profile{member: m, terms: map[string]float64{}, shown: map[string]string{}}
	raw := textOf(&m.Record, m.Excerpt)
	own := map[string]bool{}
	for _, word := range tokensOf(raw[columnAbout]) {
		own[w.stem(word)] = true
	}
	n := float64(max(w.c.info.Records, 1))
	for column, text := range raw {
		if profileWeights[column] == 0 {
			continue
		}
		for _, word := range catalog.Words(catalog.Indexed(text)) {
			word = catalog.Fold(word)
			stem := w.stem(word)
			if own[stem] || boilerplate(word) || !worthKnowing(word) || len(word) < 3 || catalog.StopWord(word) || catalog.GenericWord(word) {
				continue
			}
			df, err := w.count(ctx, word)
			if err != nil {
				return nil, err
			}
			if n > 50 && float64(df)*10 > n || df < 2 {
				continue
			}
			value := profileWeights[column] * math.Log(1+n/float64(df))
			if value > p.terms[stem] {
				p.terms[stem] = value
			}
			if p.shown[stem] == "" {
				p.shown[stem] = word
			}
		}
	}
	for _, v := range p.terms {
		p.norm += v * v
	}
	p.norm = math.Sqrt(p.norm)
	return p, w.families(ctx, p)
}

// manyOfAName is how many repositories of an account make the beginning of their
// names a prefix.
const manyOfAName = 4

// families finds the prefix that a name has in common with others of its
// account: acme-billing-api, acme-billing-web, …
func (w *weigher) families(ctx context.Context, p *profile) error {
	p.family = map[string]bool{}
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
		for _, word := range tokensOf(prefix) {
			p.family[w.stem(word)] = true
		}
	}
	return nil
}

func (w *weigher) stem(word string) string {
	s, ok := w.stems[word]
	if !ok {
		s = catalog.Stem(word)
		w.stems[word] = s
	}
	return s
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
// shared terms.
func (p *profile) compare(o *profile) ([]string, float64) {
	type term struct {
		stem  string
		value float64
	}
	var shared []term
	dot := 0.0
	kin := strings.EqualFold(p.Owner, o.Owner)
	for stem, v := range p.terms {
		if kin && p.family[stem] && o.family[stem] {
			continue
		}
		if u := o.terms[stem]; u > 0 {
			dot += u * v
			shared = append(shared, term{stem, u * v})
		}
	}
	if len(shared) < 2 || p.norm == 0 || o.norm == 0 {
		return nil, 0
	}
	order.By(shared, func(a, b term) int {
		return cmp.Or(cmp.Compare(b.value, a.value), strings.Compare(a.stem, b.stem))
	})
	words := make([]string, len(shared))
	for i, t := range shared {
		words[i] = p.shown[t.stem]
	}
	return words, min(1, round3(dot/p.norm/o.norm)) // rounded, or the order of a sum would show
}

// strong are the columns in which a word tells what a record is about.
const strong = "{name topics title description skills provides} : "

// sharing gives the records that share most of a profile's terms, in the columns
// that tell what a repository is for.
func (c *Catalog) sharing(ctx context.Context, p *profile, id int64) ([]int64, error) {
	stems := make([]string, 0, len(p.terms))
	for stem := range p.terms {
		stems = append(stems, stem)
	}
	order.By(stems, func(a, b string) int {
		return cmp.Or(cmp.Compare(p.terms[b], p.terms[a]), strings.Compare(a, b))
	})
	rate := map[int64]float64{}
	for _, stem := range stems[:min(len(stems), likeWords)] {
		err := c.each(ctx, func(scan func(...any) error) error {
			var other int64
			if err := scan(&other); err != nil {
				return err
			}
			if other != id {
				rate[other] += p.terms[stem] * p.terms[stem]
			}
			return nil
		}, "SELECT rowid FROM words WHERE words MATCH ? LIMIT 5000", fmt.Sprintf(`(%s %s) NOT {about} : "%s"`, strong, formOf(1, p.shown[stem]).match(), markArchived))
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
