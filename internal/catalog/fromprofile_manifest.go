package catalog

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/manifest"
)

// maxExtra bounds what is kept of keys that are not known here, in bytes.
const maxExtra = 64 << 10

// Declare takes over what an innersource.json says of a record's repository.
// Keys that are not known here are kept in Extra, and the isrc object whole, so
// that an export gives back what the owners wrote. The source may be "".
func (r *Record) Declare(m *manifest.Manifest, source string) {
	r.Title, r.Motivation = m.Title, m.Motivation
	r.Contributions, r.Skills = m.Contributions, m.Skills
	r.Logo, r.Docs = m.Logo, m.Docs
	if m.Language != "" {
		r.Language = m.Language // the owners know better than who counts bytes
	}
	if r.License == "" {
		r.License = m.License
	}
	for _, topic := range m.Topics {
		if !slices.ContainsFunc(r.Topics, func(t string) bool { return strings.EqualFold(t, topic) }) {
			r.Topics = append(slices.Clone(r.Topics), topic)
		}
	}
	r.keep(m.Unknown)
	if m.Isrc == nil {
		return
	}
	var whole struct {
		Isrc json.RawMessage `json:"isrc"`
	}
	if err := json.Unmarshal(bytes.TrimPrefix([]byte(source), []byte("\xef\xbb\xbf")), &whole); err == nil && len(whole.Isrc) > 0 {
		r.keep(map[string]json.RawMessage{"isrc": whole.Isrc})
	}
	r.declareOurs(m.Isrc)
}

func (r *Record) declareOurs(x *manifest.Isrc) {
	r.Kind, r.Sharing, r.Ask = x.Kind, x.Sharing, x.Support.Channel
	for _, p := range x.Provides {
		if p.Capability != "" {
			r.Provides = append(r.Provides, Capability{Name: p.Capability, Version: p.Version, Contract: p.Contract})
		}
	}
	for _, q := range x.Requires {
		if q.Capability != "" {
			r.Requires = append(r.Requires, Capability{Name: q.Capability, Version: q.Version})
		}
	}
	set := guideline.Set{Manifest: &manifest.Manifest{Isrc: x}}
	if mode, _ := set.TakesContributions(); mode != guideline.TakesUnknown {
		r.Mode = mode
	}
}

// keep notes keys that are not known here, within bounds: a catalog holds a
// hundred thousand records.
func (r *Record) keep(extra map[string]json.RawMessage) {
	size := 0
	for key, value := range r.Extra {
		size += len(key) + len(value)
	}
	for _, key := range slices.Sorted(maps.Keys(extra)) {
		var value bytes.Buffer
		if err := json.Compact(&value, extra[key]); err != nil {
			continue // it was no JSON, so there is nothing to give back
		}
		if size += len(key) + value.Len(); size > maxExtra {
			return
		}
		if r.Extra == nil {
			r.Extra = map[string]json.RawMessage{}
		}
		r.Extra[key] = value.Bytes()
	}
}
