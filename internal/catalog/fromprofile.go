package catalog

import (
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
)

// FromProfile makes a record of what a forge told of a repository: with the
// team that answers for it, its readiness, its score, and the issues that
// welcome help. It does no I/O and cannot fail; what was not told stays unknown.
func FromProfile(p forge.Profile, now time.Time) *Record {
	r := recordOf(&p)
	r.From, r.SeenAt = FromCrawl, now.UTC()
	r.Activity = ActivityOf(r, now)
	return r
}

// FromCrawl is Record.From of what a crawl of a forge told.
const FromCrawl = "crawl"

// recordOf takes over what a record and a profile have in common.
func recordOf(p *forge.Profile) *Record {
	r := &Record{
		Host: p.Host, Owner: p.Owner, Name: p.Name, ID: p.ID, NodeID: p.NodeID, URL: p.HTMLURL, OwnerAvatar: p.OwnerAvatar,
		Description: p.Description, Visibility: p.Visibility, Archived: p.Archived, Fork: p.Fork, AllowForking: p.AllowForking,
		DefaultBranch: p.DefaultBranch, Language: p.Language, License: p.License, Topics: p.Topics,
		Stars: p.Stars, Watchers: p.Watchers, Forks: p.Forks, OpenIssues: p.OpenIssues, OpenPulls: p.OpenPulls,
		CreatedAt: p.CreatedAt.UTC(), UpdatedAt: p.UpdatedAt.UTC(), PushedAt: p.PushedAt.UTC(), QuarterCount: p.QuarterCommits,
	}
	if r.Visibility == "" && p.Private {
		r.Visibility = "private"
	}
	switch {
	case p.Source != nil:
		r.Source = p.Source.FullName()
	case p.Parent != nil:
		r.Source = p.Parent.FullName()
	}
	for _, l := range p.Languages {
		r.Languages = append(r.Languages, LanguageSize(l))
	}
	if p.Release != nil {
		r.Release = &Release{Tag: p.Release.Tag, Published: p.Release.Published.UTC(), URL: p.Release.URL}
	}
	return r
}
