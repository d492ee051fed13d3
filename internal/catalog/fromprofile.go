package catalog

import (
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/manifest"
)

// FromProfile makes a record of what a forge told of a repository: with the
// team that answers for it, its readiness, its score, and the issues that
// welcome help. It does no I/O and cannot fail; what was not told stays unknown.
// What the organisation says for repositories that do not say it themselves
// comes to it by SetDefaults.
func FromProfile(p forge.Profile, now time.Time) *Record {
	r := recordOf(&p)
	r.From, r.SeenAt = FromCrawl, now.UTC()
	x := &reading{profile: &p, tree: newProfileTree(&p), record: r, now: now}
	x.readManifest()
	x.owners, x.ownersAt = codeOwners(x.tree)
	r.Team, x.teamKnown = teamOf(x.tree, x.manifest, x.owners)
	x.readPages()
	if r.Ask == "" {
		r.Ask = x.channel()
	}
	r.HelpWanted = HelpWantedOf(p.HelpWanted)
	r.Readiness = x.judge()
	r.Activity = ActivityOf(r, now)
	return r
}

func (x *reading) readManifest() {
	x.manifestAt = x.tree.find([]string{""}, func(base string) bool { return base == manifest.FileName })
	text, told, partial := x.tree.text(x.manifestAt.path)
	if !told || partial {
		return // cut off it is no JSON, and its owners did nothing wrong
	}
	x.manifest, x.mistakes = manifest.Parse([]byte(text))
	if x.manifest != nil {
		x.record.Declare(x.manifest, text)
	}
}

// readPages reads the pages for people.
func (x *reading) readPages() {
	t, r := x.tree, x.record
	read := func(kind string, at foundFile) *prosePage {
		text, told, partial := t.text(at.path)
		if !told {
			return nil
		}
		return newProsePage(kind, at.path, text, partial)
	}
	x.readmeAt = t.page(communityDirs(), "readme")
	x.readme = read(guideline.DocReadme, x.readmeAt)
	x.contributingAt = t.page(communityDirs(), "contributing")
	x.contributing = read(guideline.DocContributing, x.contributingAt)
	r.Guidelines = x.contributingAt.path
	x.supportAt = t.page(communityDirs(), "support")
	x.support = read(guideline.DocSupport, x.supportAt)
	if x.readme != nil {
		r.Readme, r.Excerpt = x.readme.text(forge.MaxProfileFile), x.readme.excerpt()
	}
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
