package rule

import (
	"github.com/isrc-dev/isrc/internal/guideline"
)

// corroborated takes what only a configuration says for what should hold,
// unless merged history follows it: nobody is seen to run the tool, and a file
// that lies about enforces nothing.
func corroborated(set *Reading, reqs []Requirement) []Requirement {
	for i := range reqs {
		r := &reqs[i]
		if r.Strength != Must || r.rank != rankConfig || r.Enforcer.Name != "" || !onlyConfigured(r.Said) {
			continue
		}
		if q, ok := followed(set, *r); ok {
			r.Said = append(r.Said, q)
		} else {
			r.Strength = Should
		}
	}
	return reqs
}

// onlyConfigured tells whether nothing but configurations and prose say it.
// What the manifest declares, its owners mean.
func onlyConfigured(said []guideline.Quote) bool {
	configured := false
	for _, q := range said {
		switch {
		case q.Source == nil:
		case q.Source.Kind == guideline.KindConfig:
			configured = true
		case q.Source.Kind == guideline.KindHistory: // it was asked already
			return false
		case q.Source.Kind != guideline.KindProse:
			return false
		}
	}
	return configured
}

// followed lets the rule itself judge merged commits.
func followed(set *Reading, r Requirement) (guideline.Quote, bool) {
	if r.Rule == nil || r.Rule.Check == nil {
		return guideline.Quote{}, false
	}
	obeyed := ofCommits(set, func(message string) bool {
		findings := r.Rule.Check(r, changeWith(message, set.Base))
		for _, f := range findings {
			if f.Verdict != Met {
				return false
			}
		}
		return len(findings) > 0
	})
	if obeyed == nil {
		return guideline.Quote{}, false
	}
	return history(set, obeyed)
}
