package catalog

import (
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/manifest"
)

// reading is a profile while a record is made of it.
type reading struct {
	profile *forge.Profile
	tree    *profileTree
	record  *Record
	now     time.Time

	manifest   *manifest.Manifest
	mistakes   []manifest.Problem
	manifestAt foundFile
	owners     *guideline.Owners
	ownersAt   foundFile
	teamKnown  bool

	readme, contributing, support       *prosePage // nil: not there, or not told
	readmeAt, contributingAt, supportAt foundFile
}

// judge is the readiness of a repository as far as a profile shows it.
func (x *reading) judge() *Readiness {
	v := map[string]verdict{
		pointArchived: x.archived(), pointAlive: x.alive(), pointBranch: x.branch(), pointLicense: x.license(),
		pointDescription: x.description(), pointTopics: x.topics(), pointOwner: x.owner(), pointCodeOwners: x.codeOwners(),
		pointManifest: x.manifestState(), pointVersion: x.version(), pointPullTemplate: x.pullTemplate(), pointIssueForms: x.issueForms(),
		pointAnswers: answersInTime(x.record.Answers),
	}
	x.judgeReadme(v)
	x.judgeContributing(v)
	v[pointTakes] = x.takes()
	return newReadiness(v)
}

func (x *reading) archived() verdict {
	if x.record.Archived {
		return missing("it is archived", "setting of the forge")
	}
	return met("not archived", "setting of the forge")
}

func (x *reading) alive() verdict {
	last, what := x.record.PushedAt, "last push"
	if last.IsZero() {
		last, what = x.record.UpdatedAt, "last update"
	}
	if last.IsZero() {
		return unknown("no date of a push is known")
	}
	idle := daysSince(last, x.now)
	if idle > aliveFor {
		return missing(fmt.Sprintf("%s %s ago", what, days(idle)), "")
	}
	return met(fmt.Sprintf("%s %s ago", what, days(idle)), "")
}

func (x *reading) branch() verdict {
	r := x.record
	switch {
	case r.AllowForking != nil && *r.AllowForking:
		return met("forking is allowed", "setting of the forge")
	case x.manifest != nil && x.manifest.Isrc != nil && (x.manifest.Isrc.Contribute.Mode == "branch" || x.manifest.Isrc.Governance >= manifest.GovernanceSharedWrite):
		return met("branches can be made in it", place(manifest.FileName, max(x.manifest.Line("isrc.contribute.mode"), x.manifest.Line("isrc.governance"))))
	case r.AllowForking != nil:
		return missing("forking is not allowed, and nobody says how branches are made", "setting of the forge")
	case r.Visibility == "public":
		return met("public repositories can be forked", "setting of the forge")
	}
	return unknown("the forge does not say whether forks are allowed")
}

func (x *reading) license() verdict {
	if l := x.record.License; l != "" && l != "NOASSERTION" && !strings.EqualFold(l, "other") {
		return met(l, "setting of the forge")
	}
	f := x.tree.find([]string{""}, func(base string) bool {
		stem, _, _ := strings.Cut(strings.ToLower(base), ".")
		stem, _, _ = strings.Cut(stem, "-")
		return stem == "license" || stem == "licence" || stem == "copying" || stem == "unlicense"
	})
	return x.file(f, "no licence")
}

// file judges by whether a file is there.
func (x *reading) file(f foundFile, none string) verdict {
	switch {
	case f.path != "":
		return met(path.Base(f.path), f.path)
	case !f.known:
		return unknown(whyUnlisted)
	}
	return missing(none, "")
}

func (x *reading) description() verdict {
	if lengthInScript(x.record.Description) > 30 {
		return met("long enough", "setting of the forge")
	}
	if lengthInScript(x.record.Motivation) > 30 {
		return met("a motivation", place(manifest.FileName, x.manifest.Line("motivation")))
	}
	if x.record.Description == "" {
		return missing("no description", "setting of the forge")
	}
	return missing("not longer than 30 characters", "setting of the forge")
}

func (x *reading) topics() verdict {
	if n := len(x.record.Topics); n > 0 {
		return met(fmt.Sprintf("%d", n), "setting of the forge")
	}
	return missing("no topics", "setting of the forge")
}

func (x *reading) owner() verdict {
	switch {
	case x.record.Team != nil:
		return met(clip(x.record.Team.Name, 80), x.record.Team.From)
	case !x.teamKnown:
		return unknown("no file names a team, and the forge does not tell which teams have rights")
	}
	return missing("no team answers for it", "")
}

func (x *reading) codeOwners() verdict {
	if x.owners != nil && len(x.owners.Rules) == 0 {
		return missing("no line of it says anything", x.ownersAt.path)
	}
	return x.file(x.ownersAt, "no CODEOWNERS")
}

func (x *reading) manifestState() verdict {
	if x.manifestAt.path == "" {
		return x.file(x.manifestAt, "no "+manifest.FileName)
	}
	for _, m := range x.mistakes {
		if m.Severity == manifest.Wrong {
			return missing(strings.TrimSpace(m.Key+" "+m.Message), place(manifest.FileName, m.Line))
		}
	}
	if x.manifest == nil {
		return unknown("the forge did not tell what is in it")
	}
	return met("without mistakes", manifest.FileName)
}

func (x *reading) version() verdict {
	if x.record.Release != nil {
		return met(clip(x.record.Release.Tag, 60), "releases")
	}
	for _, p := range x.record.Provides {
		if p.Version != "" {
			return met(clip(p.Name+" "+p.Version, 60), manifest.FileName)
		}
	}
	f := x.tree.find([]string{"", "docs"}, func(base string) bool {
		return readinessWords().versioning.MatchString(strings.TrimSuffix(base, path.Ext(base)))
	})
	return x.file(f, "no release and no changelog")
}

//go:noinline
func (x *reading) pullTemplate() verdict {
	return x.template("pull_request_template", "merge_request_templates")
}

//go:noinline
func (x *reading) issueForms() verdict { return x.template("issue_template", "issue_templates") }

// template judges by whether there is a template: a page, or a folder of that
// name or of GitLab's.
func (x *reading) template(name, gitlab string) verdict {
	dirs := []string{".github", "", "docs", ".gitea", ".forgejo"}
	f := x.tree.page(dirs, name)
	for _, dir := range append(dirs, ".gitlab") {
		for _, folder := range []string{name, gitlab} {
			if name := path.Join(dir, folder); f.path == "" && x.tree.folders[name] {
				f.path = name
			}
		}
	}
	return x.file(f, "no template")
}

// takes judges whether contributions are taken at all.
func (x *reading) takes() verdict {
	if x.record.Sharing == "closed" {
		return missing("sharing: closed", place(manifest.FileName, x.manifest.Line("isrc.sharing")))
	}
	mode, quote := x.mode()
	x.record.Mode = ""
	if mode != guideline.TakesUnknown {
		x.record.Mode = mode
	}
	at := ""
	if quote.Source != nil {
		at = place(quote.Source.Path, quote.Line)
	}
	switch mode {
	case guideline.TakesIssuesOnly:
		return missing("issues only: "+firstWords(quote.Text), at)
	case guideline.TakesElsewhere:
		return missing("not by pull requests here: "+firstWords(quote.Text), at)
	case guideline.TakesIssueFirst:
		return met("after an issue: "+firstWords(quote.Text), at)
	case guideline.TakesPullRequests:
		return met(firstWords(quote.Text), at)
	}
	return unknown("nobody says whether they are")
}

// mode is how contributions are taken, by what the pages say.
func (x *reading) mode() (string, guideline.Quote) {
	return x.pages(x.contributing, x.readme).TakesContributions()
}

// pages are the manifest and some pages as package guideline reads them.
func (x *reading) pages(pages ...*prosePage) *guideline.Set {
	set := &guideline.Set{Manifest: x.manifest, ManifestSource: &guideline.Source{Kind: guideline.KindManifest, Path: manifest.FileName}}
	for _, p := range pages {
		if p != nil {
			set.Documents = append(set.Documents, p.Document)
		}
	}
	return set
}

// channel is where to ask, by what the pages say.
func (x *reading) channel() string {
	channel, _, _ := x.pages(x.support, x.contributing, x.readme).Channel()
	if strings.Contains(channel, "@example.") {
		return "" // it shows how an address looks
	}
	return clip(channel, 200)
}
