package contribute

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/rule"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// Plan is what will be done, as data.
type Plan struct {
	Via    Via
	Why    string // why this way, for people
	Base   string
	Branch string
	Dir    string
	Steps  []workflow.Step
}

// Decide makes a plan from a situation. It is pure: it reads nothing and
// changes nothing.
func Decide(s *Situation) (*Plan, error) {
	if err := admissible(s); err != nil {
		return nil, s.Refused(err)
	}
	via, why, err := way(s)
	if err != nil {
		return nil, s.Refused(err)
	}
	if s.Branch != "" {
		if err := checkBranch(s.Branch); err != nil {
			return nil, err
		}
	}
	p := &Plan{Via: via, Why: why, Base: s.Base, Dir: s.Dir, Branch: branchName(s)}
	if s.Branch == "" && nested(p.Branch, p.Base) {
		p.Branch = untaken(strings.ReplaceAll(p.Branch, "/", "-"), s.Taken)
	}
	if nested(p.Branch, p.Base) {
		return nil, refuse(ErrUsage, "give the branch another name: --branch NAME", "git keeps branches as folders: there cannot be a branch %s beside %s", p.Branch, p.Base)
	}
	if p.Branch == p.Base {
		return nil, refuse(ErrUsage, "give the branch another name: --branch NAME", "the branch %s is the one that is contributed to", p.Base)
	}
	if err := p.addSteps(s); err != nil {
		return nil, err
	}
	return p, nil
}

// admissible refuses what its owners, or its nature, close to contributions.
func admissible(s *Situation) error {
	up := s.Upstream
	if up.Archived {
		return fault.Errorf("contribute to %s: %w", up.FullName(), &forge.NotPermittedError{What: "a change to an archived repository", Policy: forge.PolicyArchived})
	}
	if up.Fork && up.Parent != nil && !s.ToFork {
		source := up.Parent
		if up.Source != nil {
			source = up.Source
		}
		return refuse(ErrIsFork, "isrc contribute "+source.FullName()+"\nor, if the fork goes its own way: isrc contribute "+up.FullName()+" --to-fork",
			"%s is a fork of %s: its changes belong there", up.FullName(), source.FullName())
	}
	if policy := pullPolicy(up); policy != "" {
		return fault.Errorf("contribute to %s: %w", up.FullName(), &forge.NotPermittedError{What: "a pull request", Policy: policy})
	}
	mode, said := s.Guidelines.TakesContributions()
	switch mode {
	case guideline.TakesElsewhere:
		hint := "isrc show " + up.FullName() + " --web # its pages say where changes go"
		if _, _, ok := s.Guidelines.Gerrit(); ok {
			hint = "git review # in a clone of it sends your commit, after git review -s"
		}
		return refuse(ErrNotTaken, hint, "contribute to %s: its owners take no pull requests there%s: %s", up.FullName(), cite(said), said.Text)
	case guideline.TakesIssuesOnly:
		return refuse(ErrNotTaken, "isrc propose "+up.FullName(), "contribute to %s: its owners take issues, not pull requests%s", up.FullName(), cite(said))
	}
	return nil
}

// pullPolicy is why a repository takes no pull request of this account, "" where
// it does or does not say.
func pullPolicy(r forge.Repo) forge.Policy {
	switch {
	case r.Pulls == forge.PullsFromNobody:
		return forge.PolicyNoPulls
	case r.Pulls == forge.PullsFromCollaborators && r.Access != nil && !canPush(r):
		return forge.PolicyCollaborators
	}
	return ""
}

// way chooses between a fork and a branch in the upstream, and says why.
func way(s *Situation) (Via, string, error) {
	name := s.Upstream.FullName()
	push := canPush(s.Upstream) || s.Via == ViaBranch && forge.IsBotLogin(s.Login) // of an app the host does not say what it may
	declared, said := s.Guidelines.Way()
	asked := s.Via == ViaFork || s.ForkOrg != "" || s.ForkName != ""
	switch {
	case s.Via == ViaBranch && asked:
		return "", "", refuse(ErrUsage, "leave one of them out", "a branch in %s needs no fork: --via branch and --fork-org or --fork-name exclude each other", name)
	case s.Via == ViaBranch && !push:
		return "", "", fault.Errorf("contribute to %s by a branch: %w", name, &forge.NotPermittedError{What: "pushing to " + name, Policy: forge.PolicyNoAccess})
	case s.Via == ViaBranch && declared == guideline.WayFork:
		return ViaBranch, "asked for, although its owners want forks" + cite(said), nil
	case s.Via == ViaBranch && !canPush(s.Upstream):
		return ViaBranch, "asked for; whether " + s.Login + " may push to " + name + " is seen when it does", nil
	case s.Via == ViaBranch:
		return ViaBranch, "you can push to " + name, nil
	case s.ownUpstream(s.Upstream.RepoName) && (asked || !push):
		return "", "", refuse(ErrUsage, "give the fork another home: --fork-org ORGANISATION, or go by a branch: --via branch", "%s already belongs to %s", name, s.Login)
	case push && !asked && (declared != guideline.WayFork || s.Home == nil):
		return ViaBranch, "you can push to " + name, nil
	}
	if err := forkable(s); err != nil {
		return "", "", err
	}
	switch {
	case asked:
		return ViaFork, "asked for", nil
	case push:
		return ViaFork, "its owners want forks" + cite(said), nil
	case s.Upstream.Access == nil:
		return ViaFork, s.Upstream.Host + " does not say whether you can push to " + name, nil
	}
	return ViaFork, "you cannot push to " + name, nil
}

// forkable refuses forks that are known not to be possible, before one is asked
// for.
func forkable(s *Situation) error {
	name, h := s.Upstream.FullName(), s.Home
	switch {
	case h.Found == nil && s.Upstream.AllowForking != nil && !*s.Upstream.AllowForking:
		return fault.Errorf("fork %s to %s: %w", name, h.Owner, &forge.NotPermittedError{What: "forking", Policy: forge.PolicyForkingDisabled})
	case h.Found != nil && h.Found.Access != nil && !canPush(*h.Found):
		return fault.Errorf("contribute to %s by the fork %s: %w", name, h.Full(), &forge.NotPermittedError{What: "pushing to " + h.Full(), Policy: forge.PolicyNoAccess})
	case h.Found != nil && h.Found.Archived:
		return fault.Errorf("contribute to %s by the fork %s: %w", name, h.Full(), &forge.NotPermittedError{What: "pushing to " + h.Full(), Policy: forge.PolicyArchived})
	}
	return nil
}

func branchName(s *Situation) string {
	if s.Branch != "" {
		return s.Branch
	}
	title, number := s.Title, 0
	if s.Issue != nil {
		number = s.Issue.Number
		if title == "" {
			title = s.Issue.Title
		}
	}
	if title == "" {
		title = "contribution"
	}
	return untaken(rule.ShapeBranch(s.Requirements, number, title), s.Taken)
}

// nested tells of two branches whether one would have to be a folder for the other.
func nested(a, b string) bool {
	return strings.HasPrefix(a, b+"/") || strings.HasPrefix(b, a+"/")
}

// untaken counts a name on until no other contribution has it.
func untaken(name string, taken []string) string {
	next := name
	for n := 2; slices.Contains(taken, next); n++ {
		next = fmt.Sprintf("%s-%d", name, n)
	}
	return next
}

func (p *Plan) addSteps(s *Situation) error {
	up := s.Upstream
	remote := "origin"
	if p.Via == ViaFork {
		remote = "upstream"
		if err := p.add("fork", kindFork, s.Home.step(), s.Home.in(up.RepoName, s.ForkOrg, s.Base), nil); err != nil {
			return err
		}
	}
	if s.Adopt != nil {
		if err := p.addAdopted(s); err != nil {
			return err
		}
		return p.addReady(s)
	}
	clone := cloneIn{Repo: up.RepoName, Dir: s.Dir, Base: s.Base, Remote: remote, CloneWish: s.Clone}
	// Submodules with a relative address are looked for beside what the branch that
	// is checked out follows.
	if s.Base != "" && !s.Clone.Submodules {
		clone.Branch = p.Branch
	}
	if err := p.add("clone", kindClone, filepath.Base(s.Dir)+" ("+s.parts()+s.Clone.words()+")", clone, nil); err != nil {
		return err
	}
	if p.Via == ViaFork {
		if err := p.add("remotes", kindRemotes, "origin is your fork, upstream is "+up.FullName(), remotesIn{Dir: s.Dir, Upstream: up.RepoName}, map[string]string{"fork": "fork", "clone": "clone"}); err != nil {
			return err
		}
	}
	if err := p.add("branch", kindBranch, p.Branch+" from "+s.Base, branchIn{Dir: s.Dir, Branch: p.Branch, Base: s.Base, Remote: remote}, map[string]string{"clone": "clone"}); err != nil {
		return err
	}
	return p.addReady(s)
}

// addReady waits for the fork, and brings one that was there up to date.
func (p *Plan) addReady(s *Situation) error {
	if p.Via != ViaFork {
		return nil
	}
	fork := map[string]string{"fork": "fork"}
	err := p.add("ready", kindReady, "wait until the fork takes pushes", readyIn{Base: s.Base}, fork)
	if err != nil || s.Home.Found == nil && !s.Home.Unsearched || s.elsewhere() {
		return err
	}
	return p.add("sync", kindSync, s.Base+" of the fork is brought up to date", syncIn{Base: s.Base}, map[string]string{"fork": "fork", "clone": "clone", "ready": "ready"})
}

// elsewhere tells whether a fork of mine may follow another repository than the
// one that is contributed to: then its base branch stays as it is.
func (s *Situation) elsewhere() bool {
	h := s.Home.Found
	return s.Upstream.Fork && (h == nil || h.Parent == nil || !h.Parent.Equal(s.Upstream.RepoName))
}

// add appends a step whose input is written as JSON.
func (p *Plan) add(id, kind, title string, in any, uses map[string]string) error {
	step, err := newStep(id, kind, title, in, uses)
	if err != nil {
		return err
	}
	p.Steps = append(p.Steps, step)
	return nil
}

func newStep(id, kind, title string, in any, uses map[string]string) (workflow.Step, error) {
	raw, err := json.Marshal(in)
	if err != nil {
		return workflow.Step{}, fault.Errorf("write down step %s: %w", id, err)
	}
	return workflow.Step{ID: id, Kind: kind, Title: title, In: raw, Uses: uses}, nil
}

// cite is a quotation in brackets, or nothing.
func cite(q guideline.Quote) string {
	if q.Source == nil || q.Source.Path == "" {
		return ""
	}
	return fmt.Sprintf(" (%s:%d)", q.Source.Path, q.Line)
}
