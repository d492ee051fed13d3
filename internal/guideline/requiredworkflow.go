package guideline

import (
	"context"
	"encoding/json"
	"io/fs"
	"path"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// RequiredWorkflow is a workflow that a ruleset runs on every pull request,
// wherever it lies.
type RequiredWorkflow struct {
	Rule forge.Rule
	Path string
	Repo forge.RepoName // zero when only its number is known
	ID   int64          // of the repository
	Ref  string
	// Read tells that its steps are among those of Workflows; else Why says why
	// they are not.
	Read bool
	Why  string
}

// RepositoryFinder is what Settings may also be: rulesets name repositories by
// their numbers.
type RepositoryFinder interface {
	RepositoryByID(ctx context.Context, host string, id int64) (forge.RepoName, error)
}

// maxRequiredWorkflows bounds what is read of rulesets.
const maxRequiredWorkflows = 20

// readRequiredWorkflows reads the workflows that rulesets name. Their filters do
// not count: a ruleset runs them for every change.
func (s *Set) readRequiredWorkflows(ctx context.Context, trees Trees, settings Settings) {
	for _, r := range s.Rules {
		var params struct {
			Workflows []struct {
				Path         string `json:"path"`
				RepositoryID int64  `json:"repository_id"`
				Ref          string `json:"ref"`
				SHA          string `json:"sha"`
			} `json:"workflows"`
		}
		if r.Type != "workflows" || json.Unmarshal(r.Parameters, &params) != nil {
			continue
		}
		for _, p := range params.Workflows {
			if len(s.RequiredWorkflows) >= maxRequiredWorkflows {
				return
			}
			w := RequiredWorkflow{Rule: r, Path: path.Clean(p.Path), ID: p.RepositoryID, Ref: p.SHA}
			if w.Ref == "" {
				w.Ref = p.Ref
			}
			if err := s.readRequiredWorkflow(ctx, trees, settings, &w); err != nil {
				w.Why = err.Error()
			}
			s.RequiredWorkflows = append(s.RequiredWorkflows, w)
		}
	}
}

func (s *Set) readRequiredWorkflow(ctx context.Context, trees Trees, settings Settings, w *RequiredWorkflow) error {
	finder, ok := settings.(RepositoryFinder)
	if !ok {
		return fault.Errorf("which repository has the number %d is not known", w.ID)
	}
	var err error
	if w.Repo, err = finder.RepositoryByID(ctx, s.Repo.Host, w.ID); err != nil {
		return fault.Errorf("find the repository with the number %d: %w", w.ID, err)
	}
	var tree fs.FS
	var commit string
	if tree, commit, err = trees.Tree(ctx, w.Repo, w.Ref); err != nil {
		return fault.Errorf("read %s: %w", w.Repo.FullName(), err)
	}
	f := newFiles(tree, commit, blobURL(s.Query, w.Repo, commit))
	s.read = append(s.read, f)
	data, err := f.read(w.Path)
	if err != nil {
		return fault.Errorf("read %s of %s: %w", w.Path, w.Repo.FullName(), err)
	}
	parsed, _, err := parseWorkflow(f.source(KindWorkflow, w.Path), data, called)
	if err != nil {
		return fault.Errorf("read %s of %s: %w", w.Path, w.Repo.FullName(), err)
	}
	calls := newCaller(trees, s.Query, s.read[0]) // scripts that steps run lie in the repository that is contributed to
	parsed.Jobs = calls.expand(ctx, f, parsed.Jobs, 0)
	parsed.Trigger = Trigger{Event: "pull_request"}
	parsed.Required = true
	s.Workflows = append(s.Workflows, parsed)
	w.Read = true
	return nil
}
