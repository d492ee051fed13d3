package rule

import (
	"slices"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/manifest"
)

// corrections is what owners say of rules in the manifest.
func corrections(set *Reading) map[string]manifest.Correction {
	if set.Manifest == nil || set.Manifest.Isrc == nil {
		return nil
	}
	return set.Manifest.Isrc.Rules
}

// corrected applies the strengths that owners give. A requirement that they
// call "off" is no requirement: isrc read them wrong.
func corrected(set *Reading, reqs []Requirement) []Requirement {
	known := corrections(set)
	if len(known) == 0 {
		return reqs
	}
	var out []Requirement
	for _, req := range reqs {
		c, ok := known[req.Rule.ID]
		if !ok {
			out = append(out, req)
			continue
		}
		if c.Strength == "off" {
			continue
		}
		if s := Strength(c.Strength); weight(s) > 0 {
			req.Strength = s
		}
		req.Said = append(slices.Clone(req.Said), manifestQuote(set, "isrc.rules."+req.Rule.ID, c.Why))
		out = append(out, req)
	}
	return out
}

// declared are the requirements that owners name in the manifest and that
// nothing else says.
func declared(set *Reading, rules []*Rule, have []Requirement) []Requirement {
	var out []Requirement
	for _, r := range rules {
		c, named := corrections(set)[r.ID]
		if !named || r.declared == nil || weight(Strength(c.Strength)) == 0 {
			continue
		}
		if slices.ContainsFunc(have, func(q Requirement) bool { return q.Rule.ID == r.ID }) {
			continue
		}
		req := r.declared()
		req.Rule, req.Strength, req.rank = r, Strength(c.Strength), rankConfig
		out = append(out, req)
	}
	return out
}

// manifestQuote quotes a key of the manifest.
//
//go:noinline
func manifestQuote(set *Reading, key, words string) guideline.Quote {
	line := set.Manifest.Line(key)
	return guideline.Quote{Source: set.ManifestSource, Line: line, EndLine: line, Text: words}
}
