package index

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// old is what is stored of a record.
type old struct {
	id     int64
	readme int64
	body   []byte
}

// stored gives what is stored under a key, or nil. first says that nothing was
// written under it yet.
func (w *Writer) stored(key string, first bool) (*old, error) {
	if !first {
		if err := w.rows.flush(); err != nil {
			return nil, err
		}
	}
	o := &old{}
	found, err := w.row("SELECT r.id, r.readme, r.body FROM keys k JOIN records r ON r.id = k.id WHERE k.key = ?", []any{key}, &o.id, &o.readme, &o.body)
	if err != nil || !found {
		return nil, err
	}
	return o, nil
}

// put writes a document in place of the one with its key.
func (w *Writer) put(d *document) error {
	first := w.first(d.key)
	if w.fresh && first {
		return w.add(d)
	}
	o, err := w.stored(d.key, first)
	if err != nil {
		return err
	}
	if o == nil {
		return w.add(d)
	}
	plain, err := w.coder().plain(o.body)
	if err != nil {
		return err
	}
	sameReadme := d.readme == 0 || d.readme == o.readme
	if sameReadme && bytes.Equal(plain, d.plain) {
		return nil
	}
	was, err := w.documentOf(plain)
	if err != nil {
		return err
	}
	w.again = w.again || !first
	return w.replace(o, was, d, sameReadme && sameText(was, d))
}

// replace writes a document over another. same says that all that is searched
// stays.
func (w *Writer) replace(o *old, was, d *document, same bool) error {
	if same {
		d.readme = o.readme
	}
	if err := w.exec("UPDATE records SET readme = ?, body = ? WHERE id = ?", d.readme, d.body, o.id); err != nil {
		return err
	}
	if !same {
		w.changed++
		if err := w.exec("DELETE FROM words WHERE rowid = ?", o.id); err != nil {
			return err
		}
		if err := w.vocab.forget(was.counts); err != nil {
			return err
		}
		if err := w.putWords(o.id, d, true); err != nil {
			return err
		}
	}
	if err := w.labels.replace(o.id, was.labels, d.labels); err != nil {
		return err
	}
	if err := w.removeWanted(o.id); err != nil {
		return err
	}
	return w.putSides(o.id, d, true, was.source)
}

// documentOf takes a record apart that is stored.
func (w *Writer) documentOf(plain []byte) (*document, error) {
	r := &catalog.Record{}
	if err := json.Unmarshal(plain, r); err != nil {
		return nil, err
	}
	return documentOf(r)
}

// sameText tells whether everything that is searched is the same, but for what
// of a README lies beyond its excerpt.
func sameText(a, b *document) bool {
	for i := range a.text {
		if i != columnReadme && a.text[i] != b.text[i] {
			return false
		}
	}
	return a.excerpt == b.excerpt
}

func (w *Writer) add(d *document) error {
	if own := w.sampler.learn(d.plain); own != nil {
		if err := w.exec("INSERT INTO dictionaries (id, content) VALUES (?, ?)", generation, own); err != nil {
			return err
		}
	}
	id, err := w.insert("INSERT INTO records (readme, body) VALUES (?, ?)", d.readme, d.body)
	if err != nil {
		return err
	}
	w.changed++
	if err := w.rows.add(d.key, d.name, id); err != nil {
		return err
	}
	w.touch(d.key)
	if err := w.putWords(id, d, false); err != nil {
		return err
	}
	if err := w.labels.replace(id, nil, d.labels); err != nil {
		return err
	}
	return w.putSides(id, d, false, "")
}

// putWords indexes the text of a document and keeps the terms that may tell
// most of it until all are counted.
func (w *Writer) putWords(id int64, d *document, known bool) error {
	args := []any{id}
	for _, t := range d.text {
		args = append(args, t)
	}
	err := w.exec("INSERT INTO words (rowid, name, topics, title, description, skills, provides, about, readme) VALUES (?,?,?,?,?,?,?,?,?)", args...)
	if err != nil {
		return err
	}
	if err := w.postings.put(id, d.terms, d.length); err != nil {
		return err
	}
	terms, err := w.vocab.learn(d.counts, known)
	if err != nil {
		return err
	}
	return w.telling.add(id, terms)
}

// putSides writes what stands beside a record: facts, issues, its source.
func (w *Writer) putSides(id int64, d *document, known bool, wasFrom string) error {
	f := d.facts
	ids, err := w.labels.single(d.labels)
	if err != nil {
		return err
	}
	if known {
		if err := w.exec("DELETE FROM facts WHERE id = ?", id); err != nil {
			return err
		}
	}
	err = w.exec("INSERT INTO facts (id, flags, owner, language, license, team, source, stars, forks, pushed, updated, created, activity, readiness, boost) VALUES (?,?,?,?,?,?,0,?,?,?,?,?,?,?,?)",
		id, f.flags, ids[labelOwner], ids[labelLanguage], ids[labelLicense], ids[labelTeam], f.stars, f.forks, f.pushed, f.updated, f.created, f.activity, f.readiness, f.boost)
	if err != nil {
		return err
	}
	if err := w.postings.stand(id, f); err != nil {
		return err
	}
	at, err := w.facets.at(id)
	if err != nil {
		return err
	}
	facet(at).put(f, ids)
	for i, h := range d.wanted {
		at, err := w.insert("INSERT INTO wanted (record, place, flags, ease) VALUES (?, ?, ?, ?)", id, i, h.flags, h.ease)
		if err != nil {
			return err
		}
		if err := w.exec("INSERT INTO wanted_words (rowid, title, labels, skills, repository) VALUES (?,?,?,?,?)", at, h.title, h.labels, h.skills, h.repository); err != nil {
			return err
		}
	}
	return w.putSource(id, d.source, wasFrom)
}

// putSource writes where a fork comes from.
func (w *Writer) putSource(id int64, from, was string) error {
	if was != "" {
		w.touch(was)
		if err := w.exec("DELETE FROM sources WHERE record = ?", id); err != nil {
			return err
		}
	}
	if from == "" {
		return nil
	}
	w.touch(from)
	return w.exec("INSERT INTO sources (record, key) VALUES (?, ?)", id, from)
}

// removeWanted forgets the issues of a record, one by one: see Writer.
func (w *Writer) removeWanted(id int64) error {
	rows, err := w.query("SELECT id FROM wanted WHERE record = ?", id)
	if err != nil {
		return err
	}
	var ids []int64
	for rows.Next() {
		var at int64
		if err := rows.Scan(&at); err != nil {
			return errors.Join(err, rows.Close())
		}
		ids = append(ids, at)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for _, at := range ids {
		if err := w.exec("DELETE FROM wanted_words WHERE rowid = ?", at); err != nil {
			return err
		}
		if err := w.exec("DELETE FROM wanted WHERE id = ?", at); err != nil {
			return err
		}
	}
	return nil
}

// remove forgets a record with everything that was derived from it.
func (w *Writer) remove(key string) error {
	w.first(key)
	o, err := w.stored(key, false)
	if err != nil || o == nil {
		return err
	}
	plain, err := w.coder().plain(o.body)
	if err != nil {
		return err
	}
	was, err := w.documentOf(plain)
	if err != nil {
		return err
	}
	w.changed++
	w.again = true
	if err := w.removeWanted(o.id); err != nil {
		return err
	}
	if err := w.exec("DELETE FROM keys WHERE key = ?", was.key); err != nil {
		return err
	}
	if err := w.exec("DELETE FROM names WHERE name = ? AND id = ?", was.name, o.id); err != nil {
		return err
	}
	for _, stmt := range []string{
		"DELETE FROM words WHERE rowid = ?", "DELETE FROM facts WHERE id = ?", "DELETE FROM keywords WHERE record = ?",
		"DELETE FROM sources WHERE record = ?", "DELETE FROM records WHERE id = ?",
	} {
		if err := w.exec(stmt, o.id); err != nil {
			return err
		}
	}
	if err := w.postings.drop(o.id); err != nil {
		return err
	}
	facet, err := w.facets.at(o.id)
	if err != nil {
		return err
	}
	clear(facet)
	if err := w.labels.replace(o.id, was.labels, nil); err != nil {
		return err
	}
	if err := w.vocab.forget(was.counts); err != nil {
		return err
	}
	if was.source != "" {
		w.touch(was.source)
	}
	w.touch(was.key)
	return nil
}

// touch notes that the forks of a repository may have to be pointed elsewhere. In
// a fresh generation all are.
func (w *Writer) touch(key string) {
	if !w.fresh {
		w.touched[key] = true
	}
}

// pointForks sets facts.source of the forks of everything that was touched: of
// all in a fresh generation.
func (w *Writer) pointForks() error {
	const point = `UPDATE facts SET source = coalesce(
  (SELECT k.id FROM sources s JOIN keys k ON k.key = s.key WHERE s.record = facts.id),
  -(SELECT min(o.record) FROM sources s JOIN sources o ON o.key = s.key WHERE s.record = facts.id))
WHERE id IN (SELECT record FROM sources`
	if w.fresh {
		return w.long(point + ")")
	}
	for key := range w.touched {
		if err := w.exec(point+" WHERE key = ?)", key); err != nil {
			return err
		}
	}
	return nil
}
