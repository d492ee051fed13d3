// Package guideline finds and reads everything by which a project says what it
// asks of contributors: prose, templates, workflows, configurations, code
// owners, the manifest, and the settings of its forge. It does not judge (that
// is package rule) and writes nothing. Begin with Read.
package guideline

import (
	"context"
	"io/fs"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/manifest"
)

// Trees gives the files of a repository at a branch, tag or commit, and says
// which commit that is. A "" ref is the default branch.
type Trees interface {
	Tree(ctx context.Context, repo forge.RepoName, ref string) (fs.FS, string, error)
}

// Prefetcher is what a tree may also be, when reading many files at once is
// cheaper than one after the other.
type Prefetcher interface {
	Prefetch(ctx context.Context, want func(path string, size int64) bool) error
}

// Settings is what a forge knows beside the files. A branch need not exist.
type Settings interface {
	Rules(ctx context.Context, repo forge.RepoName, branch string) ([]forge.Rule, error)
	RequiredChecks(ctx context.Context, repo forge.RepoName, branch string) ([]string, error)
}

// PushProtector is what Settings may also be: a forge that refuses pushes which
// hold secrets. False is also the answer when it does not say.
type PushProtector interface {
	PushProtection(ctx context.Context, repo forge.RepoName) (bool, error)
}

// Query says whose guidelines are wanted, and for what.
type Query struct {
	Repo    forge.RepoName
	Ref     string // branch or commit whose files are read; "" is the default branch
	Base    string // branch that the pull request goes to
	Head    string // proposed branch of the change, "" when not known yet
	Direct  bool   // the head lies in the upstream itself, so its rules for branches bind
	Orgless bool   // do not look for the organisation's defaults in its .github repository
	Web     string // root of the forge's pages for people, "" is https://HOST
}

// Set is everything that was found, at one commit.
type Set struct {
	Query
	Commit    string
	Documents []Document // in the order in which a forge looks them up
	Templates []Template // of pull requests; the first one is the default
	Workflows []Workflow // those that judge pull requests
	Configs   []Config
	Owners    *Owners // nil when there is no CODEOWNERS file
	// Listed are the names in the folders that were looked into, by folder; "."
	// is the root. Names of folders end with "/".
	Listed map[string][]string
	// Rules are in force for the base branch, HeadRules for the proposed head
	// when it lies in the upstream. Each list is nil when it was not read.
	Rules          []forge.Rule
	HeadRules      []forge.Rule
	RequiredChecks []string // contexts, those of Rules included
	PushProtection bool     // the forge is seen to refuse secrets
	// RequiredWorkflows are those that Rules run on every pull request.
	RequiredWorkflows []RequiredWorkflow
	Manifest          *manifest.Manifest
	ManifestSource    *Source
	Problems          []manifest.Problem
	// History holds the last messages of the base branch, at most 50 and none
	// of a merge. Whoever can read commits sets it after Read.
	History []HistoryCommit
	Unread  []Unread

	read  []*files // for finding the columns of quotations
	Texts []Text   // files that rules look into as they are
	// Packages are those of a JavaScript workspace that keeps changesets;
	// PackagesUnread says why they may not be all.
	Packages       []Package
	PackagesUnread string
}

// Has tells whether a folder that was looked into holds a name.
//
//go:noinline
func (s *Set) Has(dir, name string) bool { return slices.Contains(s.Listed[dir], name) }

// HistoryCommit is a merged commit, for asking whether history agrees with
// what prose says.
type HistoryCommit struct {
	SHA     string
	Message string
}

// IsBot tells whether an author of commits is a program, by name and address:
// what it writes shows nothing of what people do.
func IsBot(name, email string) bool {
	name, email = strings.ToLower(strings.TrimSpace(name)), strings.ToLower(email)
	for _, end := range []string{"[bot]", "-bot", "_bot", " bot", "-robot", " robot", "-automation", "-ci"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	switch name {
	case "bot", "dependabot", "dependabot-preview", "renovate", "greenkeeper", "github actions", "github-actions", "github action", "weblate", "crowdin", "copybara-service", "copilot":
		return true
	}
	return strings.Contains(email, "[bot]@") || strings.HasPrefix(email, "bot@") || strings.HasPrefix(email, "dependabot@") || strings.HasPrefix(email, "renovate@")
}

// Unread is a source that should have been read and could not.
type Unread struct {
	What string // such as "rules of the branch main"
	Why  string
	URL  string
}

// Source is a place where a project says something.
type Source struct {
	Kind   string // one of the kinds below
	Path   string // in its repository; "" for a setting of the forge
	Commit string
	URL    string
}

// The kinds of sources.
const (
	KindProse    = "prose"
	KindTemplate = "template"
	KindWorkflow = "workflow"
	KindConfig   = "config"
	KindOwners   = "codeowners"
	KindManifest = "manifest"
	KindCatalog  = "catalog-info"
	KindRuleset  = "ruleset"
	KindCheck    = "required-check"
	KindSetting  = "setting" // of the forge
	KindHistory  = "history"
	KindUnread   = "unread" // something that could not be read
	KindOwn      = "isrc"   // isrc's own advice, which nobody asked for
)

// Quote is what a source says, with its place. Text is as it was written: it
// must be sanitized before it is shown.
type Quote struct {
	Source        *Source
	Line, EndLine int // from 1; 0 when the source has no lines
	Text          string
}
