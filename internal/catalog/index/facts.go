package index

import (
	"math"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// facts are what filters and ranking read of every match: the columns of the
// table facts, in its order, but for those that are ids of labels (0: none).
//
//	flags      the constants flag…
//	owner, language, license, team   ids of labels
//	source     0 for what is no fork; the id of the record it was forked from; or
//	           below 0 where that has no record, the same number for forks of the
//	           same repository
//	pushed, updated, created   days since 1970; 0 is unknown
//	activity   the Repository Activity Score
//	readiness  in thousandths; -1 is unknown
//	boost      what a record's relevance is multiplied by: see boost
type facts struct {
	flags, stars, forks, pushed, updated, created, activity, readiness int64
	boost                                                              float64
}

// The bits of facts.flags. They stand in files: none may change its meaning.
const (
	flagArchived  = 1 << iota
	flagFork      // of a repository in the catalog or elsewhere
	flagReady     // Readiness.Ready
	flagWanted    // has open issues that welcome help
	flagNewcomer  // some of them for newcomers
	flagPrivate   // neither flagPrivate nor flagInternal: public, or not said
	flagInternal  // visible to everybody in the company
	flagNoForking // AllowForking is known and false
	flagReleased  // has a release
	flagProvides  // its manifest offers something
	flagPublic    // said to be visible to everybody
	flagContributing
	flagManifest // owners declared something
)

func factsOf(r *catalog.Record) facts {
	f := facts{
		stars: int64(r.Stars), forks: int64(r.Forks), pushed: days(r.PushedAt), updated: days(r.UpdatedAt), created: days(r.CreatedAt),
		readiness: -1, boost: boost(r),
	}
	if r.Activity != nil {
		f.activity = int64(r.Activity.Score)
	}
	if r.Readiness != nil {
		f.readiness = int64(math.Round(r.Readiness.Score * 1000))
	}
	newcomer := false
	for _, h := range r.HelpWanted {
		newcomer = newcomer || h.Newcomer
	}
	f.set(flagArchived, r.Archived)
	f.set(flagFork, r.Fork)
	f.set(flagReady, r.Readiness != nil && r.Readiness.Ready)
	f.set(flagWanted, len(r.HelpWanted) > 0)
	f.set(flagNewcomer, newcomer)
	f.set(flagPrivate, r.Visibility == "private")
	f.set(flagInternal, r.Visibility == "internal")
	f.set(flagNoForking, r.AllowForking != nil && !*r.AllowForking)
	f.set(flagReleased, r.Release != nil)
	f.set(flagProvides, len(r.Provides) > 0)
	f.set(flagPublic, r.Visibility == "public")
	f.set(flagContributing, r.Guidelines != "")
	f.set(flagManifest, r.HasManifest())
	return f
}

func (f *facts) set(flag int64, is bool) {
	if is {
		f.flags |= flag
	}
}

func days(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return max(0, t.Unix()/86400)
}
