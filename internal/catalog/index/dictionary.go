package index

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync/atomic"

	"github.com/klauspost/compress/zstd"
)

// sampled is after how many records a generation gets its own dictionary.
const sampled = 256

// sampler makes a dictionary of the first bodies that are written.
type sampler struct {
	coder  atomic.Pointer[coder]
	bodies [][]byte // until there is a dictionary
}

// learn takes a body, and answers the dictionary when it is made. Each body
// fills its share, so that one long record is not all of it.
func (s *sampler) learn(plain []byte) []byte {
	if s.coder.Load().own != nil {
		return nil
	}
	share := mostText / 16
	if s.bodies = append(s.bodies, plain[:min(len(plain), share)]); len(s.bodies) < sampled {
		return nil
	}
	own := makeDictionary(s.bodies)
	s.bodies = nil
	s.coder.Store(newCoder(own))
	return own
}

// makeDictionary makes a dictionary of bodies: some of them as they are, and how
// often what comes in the others, so that no body needs tables of its own. Where
// that cannot be counted it is the former alone.
func makeDictionary(bodies [][]byte) []byte {
	var text []byte
	rest := slices.Clone(bodies)
	for i := 0; len(text) < mostText && rest[i] != nil; i = (i + 97) % len(rest) { // no order that means anything
		text = append(text, rest[i]...)
		rest[i] = nil
	}
	text = bytes.Clone(text[:min(len(text), mostText)])
	own, err := zstd.BuildDict(zstd.BuildDictOptions{ID: generation, Contents: rest, History: text, Offsets: [3]int{1, 4, 8}, Level: zstd.SpeedFastest})
	if err != nil || len(own) > mostDictionary {
		return text
	}
	return own
}

// counted tells whether a dictionary is more than text; none of ours begins so.
func counted(own []byte) bool { return bytes.HasPrefix(own, []byte("\x37\xa4\x30\xec")) }

// renewBodies writes all bodies anew with a dictionary of what there is now. The
// one before may hold pieces of records that were removed since: whoever removes
// records so that nobody can read them must call it. next is the dictionary to
// take, nil for one that is made.
func renewBodies(ctx context.Context, conn *sql.Conn, next []byte) error {
	own, err := readDictionary(ctx, conn)
	if err != nil || own == nil {
		return err
	}
	before := newCoder(own)
	if _, err := conn.ExecContext(ctx, "DELETE FROM dictionaries"); err != nil {
		return err
	}
	var s sampler
	s.coder.Store(newCoder(next))
	if next == nil {
		err = eachBody(ctx, conn, before, sampled, func(_ int64, plain []byte) error {
			if own := s.learn(plain); own != nil {
				next = own
			}
			return nil
		})
	}
	if err == nil && next != nil {
		_, err = conn.ExecContext(ctx, "INSERT INTO dictionaries (id, content) VALUES (?, ?)", generation, next)
	}
	if err != nil {
		return err
	}
	change, err := conn.PrepareContext(ctx, "UPDATE records SET body = ? WHERE id = ?")
	if err != nil {
		return err
	}
	defer change.Close()
	quick := context.WithoutCancel(ctx) // see statements.go
	return eachBody(ctx, conn, before, -1, func(id int64, plain []byte) error {
		body, err := s.coder.Load().encode(plain)
		if err != nil {
			return err
		}
		_, err = change.ExecContext(quick, body, id)
		return err
	})
}

// dictionaryIn is the dictionary of a generation's file, nil for none that can be
// used.
func dictionaryIn(ctx context.Context, path string) []byte {
	if path == "" || glance(path, nil) != nil {
		return nil
	}
	db, err := readOnly(path)
	if err != nil {
		return nil
	}
	defer db.Close()
	own, err := readDictionary(ctx, db)
	if err != nil || own == nil {
		return nil
	}
	if _, err := newCoder(own).enc(); err != nil {
		return nil
	}
	return own
}

// eachBody visits the bodies of the first records, or with most below 0 of all.
func eachBody(ctx context.Context, conn *sql.Conn, c *coder, most int, visit func(id int64, plain []byte) error) error {
	type row struct {
		id   int64
		body []byte
	}
	for last, seen := int64(0), 0; most < 0 || seen < most; {
		rows, err := conn.QueryContext(ctx, "SELECT id, body FROM records WHERE id > ? ORDER BY id LIMIT ?", last, sampled)
		if err != nil {
			return err
		}
		var batch []row
		for rows.Next() {
			var r row
			if err := rows.Scan(&r.id, &r.body); err != nil {
				return errors.Join(err, rows.Close())
			}
			batch = append(batch, r)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil || len(batch) == 0 {
			return err
		}
		for _, r := range batch {
			plain, err := c.plain(r.body)
			if err != nil {
				return err
			}
			if err := visit(r.id, plain); err != nil {
				return err
			}
			last = r.id
			seen++
		}
	}
	return nil
}

// dictionary is what bodies are compressed with before a generation has its own:
// what they all have in common, the commonest last. Bodies depend on it to the
// letter: it changes only with schemaVersion.
const dictionary = `{"host":"github.com","owner":"platform","name":"service","id":100200300,"nodeId":"R_kgDO","url":"https://github.com/` +
	`","ownerAvatar":"https://avatars.githubusercontent.com/u/","description":"A library for the ","visibility":"internal","archived":true,"fork":true,"source":"` +
	`","allowForking":true,"defaultBranch":"main","language":"Java","languages":[{"name":"Java","bytes":102030},{"name":"Shell","bytes":2030},{"name":"Dockerfile","bytes":830},` +
	`{"name":"Python","bytes":{"name":"JavaScript","bytes":{"name":"TypeScript","bytes":{"name":"HCL","bytes":{"name":"Kotlin","bytes":{"name":"C++","bytes":{"name":"Makefile","bytes":{"name":"HTML","bytes":{"name":"CSS","bytes":{"name":"Go","bytes":` +
	`}],"license":"MIT","license":"Apache-2.0","topics":["library","service","api","cli","tooling"],"stars":10,"watchers":12,"forks":3,"openIssues":5,"openPulls":2,` +
	`"createdAt":"2021-03-04T09:10:11Z","updatedAt":"2026-03-01T12:13:14Z","pushedAt":"2026-02-28T15:16:17Z","excerpt":"This repository contains the ` +
	`","guidelines":"CONTRIBUTING.md","quarterCommits":31,"participation":[0,0,0,0,1,0,2,0,0,3,0,0,0,1,0,0,0,0,0],"release":{"tag":"v1.2.3","published":"2026-01-02T03:04:05Z","url":"https://github.com/` +
	`/releases/tag/v1.` + `"},"team":{"name":"payments","from":"CODEOWNERS:1"},"team":{"name":"","from":"innersource.json:4"},"from":"catalog-info.yaml:12"},"from":"team with admin"},` +
	`"title":"","motivation":"We want ","contributions":["Bug reports","Documentation","Features"],"skills":["Go","Java","Python","SQL"],"logo":"","docs":"https://","kind":"library","sharing":"internal","ask":"#","mode":"",` +
	`"provides":[{"name":"","version":"1","contract":"openapi.yaml"}],"requires":[{"name":"","version":""}],"helpWanted":[{"number":12,"title":"Add ","url":"https://github.com/` +
	`/issues/","labels":["help wanted","good first issue","enhancement","bug","documentation"],"skills":["Go"],"hours":4,"size":"S","newcomer":true,"taken":true,"createdAt":"2026-02-03T04:05:06Z"}],` +
	`"activity":{"score":120,"terms":[{"name":"stars","value":20,"why":"10 stars × 2"},{"name":"forks","value":15,"why":"3 forks × 5"},{"name":"watchers","value":4,"why":"12 watchers ÷ 3"},{"name":"open issues","value":1,"why":"5 open issues ÷ 5"},` +
	`{"name":"pushed","value":1.2,"times":true,"why":"last push 12 days ago"},{"name":"commits","value":1.1,"times":true,"why":"commits each week in the last 13 weeks"},{"name":"README","value":50,"why":"` +
	`"}]},"readiness":{"score":0.75,"ready":true,"points":[{"id":"contributing","state":"met","weight":2,"why":"says how to build","from":"CONTRIBUTING.md:10"},{"id":"contributing-build","state":"missing","weight":1,"why":"no section says how to test"},` +
	`{"id":"readme-purpose","state":"met","weight":1,"why":"","from":"README.md:1"},{"id":"","state":"unknown","weight":1,"why":"was not read"},{"id":"","state":"missing","weight":1,"why":""},{"id":"","state":"met","weight":2,"why":"","from":""},` +
	`]},"answers":{"firstHours":12.5,"answered":10,"waiting":1,"oldestHours":48.25,"decidedHours":30.5,"merged":8,"declined":1,"outside":3,"since":"2025-03-02T09:00:00Z","asOf":"2026-03-02T09:00:00Z"},"from":"crawl","seenAt":"2026-03-02T09:00:00Z"}`
