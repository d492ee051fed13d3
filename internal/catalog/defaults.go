package catalog

import (
	"slices"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
)

// Defaults are what an account says in its .github repository for repositories
// that do not say it themselves.
type Defaults struct {
	Repo   string    `json:"repo"` // OWNER/NAME
	Points []Default `json:"points,omitempty"`
	Mode   string    `json:"mode,omitempty"` // Record.Mode where no page of a repository says it
}

// Default is a point of readiness as an account has it for its repositories.
type Default struct {
	ID string `json:"id"`
	Said
	// Page is set where a CONTRIBUTING says it: it counts in a repository that has
	// none of its own, and in no other.
	Page bool `json:"page,omitempty"`
}

// Said is what was seen of a point.
type Said struct {
	State string `json:"state"`
	Why   string `json:"why"`
	From  string `json:"from,omitempty"`
}

// HoldsDefaults tells whether a forge takes pages and templates from a
// repository for those of the same account that have none.
//
//go:noinline
func HoldsDefaults(n forge.RepoName) bool { return strings.EqualFold(n.Name, ".github") }

// DefaultsOf reads the profile of a .github repository; nil where it holds no
// defaults. A private one holds none: forges take none from it, and what it says
// would come into the records of repositories that others may see. Licences and
// CODEOWNERS are never inherited (GitHub's documentation on community health
// files).
func DefaultsOf(p forge.Profile, now time.Time) *Defaults {
	if !HoldsDefaults(p.RepoName) || p.Private && p.Visibility != "internal" || p.Visibility == "private" {
		return nil
	}
	x := &reading{profile: &p, tree: newProfileTree(&p), record: &Record{}, now: now}
	x.readPages()
	x.readme, x.readmeAt = nil, foundFile{known: true} // it speaks of .github itself
	d := &Defaults{Repo: p.FullName()}
	add := func(id string, v verdict, page bool) {
		if v.state == PointMet || id == pointTakes && v.state == PointMissing {
			from := v.from
			if from != "" {
				from = d.Repo + ":" + from
			}
			d.Points = append(d.Points, Default{id, Said{v.state, v.why, from}, page})
		}
	}
	if x.contributingAt.path != "" {
		v := map[string]verdict{}
		x.judgeContributing(v)
		for _, id := range []string{pointContributing, pointBuild, pointTest, pointSubmit, pointAnswerTime} {
			add(id, v[id], true)
		}
		add(pointTakes, x.takes(), true)
		d.Mode = x.record.Mode
	}
	add(pointHelp, x.help(missing("", "")), x.supportAt.path == "")
	add(pointPullTemplate, x.pullTemplate(), false)
	add(pointIssueForms, x.issueForms(), false)
	if len(d.Points) == 0 {
		return nil
	}
	return d
}

// SetDefaults judges a repository anew where its account's defaults stand in for
// what it lacks; nil takes them away. What the repository says itself counts
// more, and is kept beside them, so that other defaults can take their place
// without the repository being read again.
func (r *Record) SetDefaults(d *Defaults) {
	if r.Readiness == nil || HoldsDefaults(r.RepoName()) {
		return
	}
	next := &Readiness{Points: slices.Clone(r.Readiness.Points)}
	for i := range next.Points {
		p := &next.Points[i]
		if p.Own == nil {
			continue
		}
		if p.State, p.Why, p.From, p.Own = p.Own.State, p.Own.Why, p.Own.From, nil; p.ID == pointTakes {
			r.Mode = ""
		}
	}
	if d != nil {
		for _, said := range d.Points {
			p := next.Point(said.ID)
			switch {
			case p == nil, p.State == PointMet, p.Why == whyUnlisted, said.Page && r.Guidelines != "":
				continue
			case p.ID == pointTakes && p.State != PointUnknown:
				continue // its owners have said no
			case p.ID == pointTakes:
				r.Mode = d.Mode
			}
			p.Own = &Said{p.State, p.Why, p.From}
			p.State, p.Why, p.From = said.State, said.Why, said.From
		}
	}
	next.sum()
	r.Readiness = next
}
