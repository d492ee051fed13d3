package contribute

import (
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// ChangeFirst orders the steps of a plan for a change that may turn out to be
// none: the fork is made once there is something to push to it. change are the
// steps that make the change, in the branch that the plan makes.
func (p *Plan) ChangeFirst(change []workflow.Step) []workflow.Step {
	var here, there []workflow.Step
	for _, st := range p.Steps {
		switch st.Kind {
		case kindClone, kindBranch:
			here = append(here, st)
		default:
			there = append(there, st)
		}
	}
	return slices.Concat(here, change, there)
}

// TakesBulk refuses a change that is made for many repositories at once where
// the owners say in their manifest that they do not want such.
func (s *Situation) TakesBulk() error {
	m := s.Guidelines.Manifest
	if m == nil || m.Isrc == nil || !refusesBulk(m.Isrc.Contribute.Bulk) {
		return nil
	}
	said := declared(s.Guidelines, "isrc.contribute.bulk", "bulk: "+m.Isrc.Contribute.Bulk)
	name := s.Upstream.FullName()
	return refuse(ErrNotTaken, "isrc contribute "+name, "its owners take no changes that are made for many repositories at once%s", cite(said))
}

func refusesBulk(word string) bool {
	return slices.Contains([]string{"no", "false", "never", "refused"}, strings.ToLower(strings.TrimSpace(word)))
}

// RunIn is the newest run of an upstream whose clone is in a folder, ended or
// not, nil when there is none.
func (s *Site) RunIn(upstream forge.RepoName, dir string) (*workflow.State, error) {
	all, _, err := workflow.List(s.Runs)
	if err != nil {
		return nil, fault.Errorf("look for earlier contributions: %w", err)
	}
	for i, st := range all {
		name, err := forge.ParseRepo(st.Upstream, "")
		if err == nil && name.Equal(upstream) && st.Clone == dir && !IsProposal(st) && !planless(st) {
			return &all[i], nil
		}
	}
	return nil, nil
}
