package index

import (
	"bytes"
	"sync/atomic"
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
	share := mostDictionary / 16
	if s.bodies = append(s.bodies, plain[:min(len(plain), share)]); len(s.bodies) < sampled {
		return nil
	}
	var own []byte
	for i := 0; len(own) < mostDictionary; i = (i + 97) % sampled { // 97 visits all, in no order that means anything
		if s.bodies[i] == nil {
			break
		}
		own = append(own, s.bodies[i]...)
		s.bodies[i] = nil
	}
	s.bodies = nil
	own = bytes.Clone(own[:min(len(own), mostDictionary)])
	s.coder.Store(newCoder(own))
	return own
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
