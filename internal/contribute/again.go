package contribute

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// RunsAt lists the runs of an upstream that go on, or have a pull request, and
// whose clone is that folder, the newest first.
func (s *Site) RunsAt(upstream forge.RepoName, dir string) ([]workflow.State, error) {
	runs, err := s.standing(upstream)
	return slices.DeleteFunc(runs, func(st workflow.State) bool { return st.Clone != dir }), err
}

// Branches lists the branches of the runs of an upstream that are not ended.
func (s *Site) Branches(upstream forge.RepoName) ([]string, error) {
	runs, err := s.standing(upstream)
	var names []string
	for _, st := range runs {
		names = append(names, st.Branch)
	}
	return names, err
}

func (s *Site) standing(upstream forge.RepoName) ([]workflow.State, error) {
	all, _, err := workflow.List(s.Runs)
	if err != nil {
		return nil, err
	}
	var out []workflow.State
	for _, st := range all {
		name, err := forge.ParseRepo(st.Upstream, "")
		asked := name
		asked.Owner, asked.Name, _ = strings.Cut(st.Extra["asked"], "/") // what the upstream was called before
		if err != nil || st.Ended != "" || IsProposal(st) || !(name.Equal(upstream) || asked.Equal(upstream)) || planless(st) {
			continue
		}
		out = append(out, st)
	}
	return out, nil
}

// Carries tells whether the change of a step was made in a run. A patch is the
// same wherever its file lies.
func Carries(run workflow.State, change workflow.Step) bool {
	for _, st := range run.Steps {
		if st.Kind == change.Kind && st.Status == workflow.Done && sameChange(st.Kind, st.In, change.In) {
			return true
		}
	}
	return false
}

func sameChange(kind string, made, wanted json.RawMessage) bool {
	if kind != kindApply {
		return bytes.Equal(made, wanted)
	}
	var a, b applyIn
	if json.Unmarshal(made, &a) != nil || json.Unmarshal(wanted, &b) != nil {
		return false
	}
	a.Patch, b.Patch = "", ""
	return a == b
}
