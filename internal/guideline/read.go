package guideline

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/manifest"
)

// Read finds and reads the guidelines that a contribution to q.Repo has to
// follow. A source that cannot be read becomes an entry of Unread; only a
// cancelled context is an error. settings may be nil.
func Read(ctx context.Context, q Query, trees Trees, settings Settings) (*Set, error) {
	files := &Set{Query: q}
	known := &Set{Query: q}
	var wg sync.WaitGroup
	wg.Go(func() { files.readTree(ctx, trees) })
	wg.Go(func() { known.readSettings(ctx, settings) })
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return nil, fault.Errorf("read the guidelines of %s: %w", q.Repo, err)
	}
	files.Rules, files.HeadRules, files.RequiredChecks = known.Rules, known.HeadRules, known.RequiredChecks
	files.PushProtection = known.PushProtection
	files.Unread = append(files.Unread, known.Unread...)
	files.readRequiredWorkflows(ctx, trees, settings)
	for i := range files.Documents {
		d := &files.Documents[i]
		d.Sentences = readSentences(d)
	}
	return files, nil
}

//go:noinline
func (s *Set) unread(what string, err error) {
	s.Unread = append(s.Unread, Unread{What: what, Why: err.Error()})
}

// readSettings asks the forge. Rules of a head that lies in the upstream bind
// its branch; while its name is not known, those of the base stand for it.
func (s *Set) readSettings(ctx context.Context, settings Settings) {
	if settings == nil {
		s.unread("rules and required checks of the branch "+s.Base, errors.New("no forge was asked"))
		return
	}
	var wg sync.WaitGroup
	var rules, head []forge.Rule
	var checks []string
	var errRules, errHead, errChecks error
	wg.Go(func() { rules, errRules = settings.Rules(ctx, s.Repo, s.Base) })
	wg.Go(func() { checks, errChecks = settings.RequiredChecks(ctx, s.Repo, s.Base) })
	if p, ok := settings.(PushProtector); ok {
		wg.Go(func() {
			// Few may see this setting; where it is not seen nothing is claimed.
			s.PushProtection, _ = p.PushProtection(ctx, s.Repo)
		})
	}
	askHead := s.Direct && s.Head != "" && s.Head != s.Base
	if askHead {
		wg.Go(func() { head, errHead = settings.Rules(ctx, s.Repo, s.Head) })
	}
	wg.Wait()
	if errRules != nil {
		s.unread("rules of the branch "+s.Base, errRules)
	}
	if errChecks != nil {
		s.unread("required checks of the branch "+s.Base, errChecks)
	}
	if errHead != nil {
		s.unread("rules of the branch "+s.Head, errHead)
	}
	s.Rules, s.HeadRules = rules, head
	if s.Direct && !askHead {
		s.HeadRules = rules
	}
	s.RequiredChecks = mergeChecks(checks, rules)
}

// mergeChecks adds the contexts that rules require to those that are known.
func mergeChecks(checks []string, rules []forge.Rule) []string {
	out := slices.Clone(checks)
	for _, r := range rules {
		if r.Type != "required_status_checks" {
			continue
		}
		var params struct {
			Checks []struct {
				Context string `json:"context"`
			} `json:"required_status_checks"`
		}
		if json.Unmarshal(r.Parameters, &params) != nil {
			continue
		}
		for _, c := range params.Checks {
			if c.Context != "" && !slices.Contains(out, c.Context) {
				out = append(out, c.Context)
			}
		}
	}
	return out
}

// readTree reads the files of the repository, and what its organisation says
// for repositories that do not say it themselves.
func (s *Set) readTree(ctx context.Context, trees Trees) {
	fsys, commit, err := trees.Tree(ctx, s.Repo, s.Ref)
	if err != nil {
		s.unread("files of "+s.Repo.String(), err)
		return
	}
	s.Commit = commit
	f := newFiles(fsys, commit, blobURL(s.Query, s.Repo, commit))
	s.read = append(s.read, f)
	prefetch(ctx, f, wanted(f))
	s.readManifest(f)
	s.readCommunity(ctx, f, false)
	s.readOwners(f)
	s.readConfigs(f)
	s.readTexts(f)
	s.readPackages(ctx, f)
	s.readWorkflows(ctx, f, trees)
	if s.Orgless || strings.EqualFold(s.Repo.Name, ".github") || s.has(DocContributing) && len(s.Templates) > 0 {
		return
	}
	s.readOrg(ctx, trees)
}

// readOrg reads the defaults of the organisation. That it has none is usual.
func (s *Set) readOrg(ctx context.Context, trees Trees) {
	org := forge.RepoName{Host: s.Repo.Host, Owner: s.Repo.Owner, Name: ".github"}
	fsys, commit, err := trees.Tree(ctx, org, "")
	var missing *forge.NotFoundError
	switch {
	case errors.As(err, &missing) || errors.Is(err, fs.ErrNotExist):
		return
	case err != nil:
		s.unread("defaults of the organisation in "+org.String(), err)
		return
	}
	f := newFiles(fsys, commit, blobURL(s.Query, org, commit))
	s.read = append(s.read, f)
	prefetch(ctx, f, wanted(f))
	s.readCommunity(ctx, f, true)
}

//go:noinline
func (s *Set) has(kind string) bool {
	return slices.ContainsFunc(s.Documents, func(d Document) bool { return d.Kind == kind })
}

// blobURL is the address of a repository's files for people, "" when the
// repository is on no forge that is known.
func blobURL(q Query, repo forge.RepoName, commit string) string {
	if repo.Owner == "" || repo.Name == "" || q.Web == "" && repo.Host == "" {
		return ""
	}
	web := q.Web
	if web == "" {
		web = "https://" + repo.Host
	}
	return strings.TrimSuffix(web, "/") + "/" + repo.FullName() + "/blob/" + commit + "/"
}

func prefetch(ctx context.Context, f *files, names []string) {
	p, ok := f.fsys.(Prefetcher)
	if !ok || len(names) == 0 {
		return
	}
	want := map[string]bool{}
	for _, n := range names {
		want[n] = true
	}
	// What could not be fetched ahead is fetched, or fails, when it is read.
	_ = p.Prefetch(ctx, func(name string, size int64) bool { return want[name] && size <= maxFileBytes })
}

func (s *Set) readManifest(f *files) {
	data, err := f.read(manifest.FileName)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	s.ManifestSource = f.source(KindManifest, manifest.FileName)
	if err != nil {
		s.unread(manifest.FileName, err)
		return
	}
	s.Manifest, s.Problems = manifest.Parse(data)
	if s.Manifest == nil {
		s.unread(manifest.FileName, errors.New("it is no JSON object"))
	}
}

func (s *Set) readConfigs(f *files) {
	s.Listed = map[string][]string{}
	for _, dir := range configDirs() {
		names := f.list(dir)
		s.Listed[dir] = f.names(dir)
		for _, name := range names {
			s.readConfig(f, name)
		}
	}
}

func (s *Set) readConfig(f *files, name string) {
	rows := configsOf(name)
	if len(rows) == 0 {
		return
	}
	data, err := f.read(name)
	if err != nil {
		s.unread(name, err)
		return
	}
	for _, row := range rows {
		if c, ok := newConfig(f.source(KindConfig, name), row, data); ok {
			s.Configs = append(s.Configs, c)
		}
	}
}

func (s *Set) readWorkflows(ctx context.Context, f *files, trees Trees) {
	runs := onPulls
	if s.Direct {
		runs = onPushes
	}
	calls := newCaller(trees, s.Query, f)
	all := s.parseAll(f, runs)
	prefetch(ctx, f, calls.candidates(all))
	for _, p := range all {
		if p.err != nil {
			s.unread(p.workflow.Source.Path, p.err)
		}
		if p.ok {
			p.workflow.Jobs = calls.expand(ctx, f, p.workflow.Jobs, 0)
			s.Workflows = append(s.Workflows, p.workflow)
		}
	}
	s.read = append(s.read, calls.read...)
}

type parsedWorkflow struct {
	workflow Workflow
	ok       bool
	err      error
}

// parseAll reads the workflow files one after the other and parses them side by
// side: a large repository has a hundred.
func (s *Set) parseAll(f *files, runs when) []parsedWorkflow {
	var out []parsedWorkflow
	var texts [][]byte
	for _, name := range f.list(".github/workflows") {
		if !isWorkflow(name) {
			continue
		}
		p := parsedWorkflow{workflow: Workflow{Source: f.source(KindWorkflow, name)}}
		data, err := f.read(name)
		p.err = err
		out, texts = append(out, p), append(texts, data)
	}
	var wg sync.WaitGroup
	for n := range min(len(out), runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := n; i < len(out); i += runtime.GOMAXPROCS(0) {
				if p := &out[i]; p.err == nil {
					src := p.workflow.Source
					p.workflow, p.ok, p.err = parseWorkflow(src, texts[i], runs)
					p.workflow.Source = src
				}
			}
		})
	}
	wg.Wait()
	return out
}

func isWorkflow(name string) bool {
	ext := path.Ext(name)
	return ext == ".yml" || ext == ".yaml"
}
