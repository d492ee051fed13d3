package rule

import (
	"reflect"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/order"
)

// All lists the rules in the order in which they are documented.
func All() []*Rule {
	return []*Rule{
		// what each commit carries
		signOff(),
		remediation(),
		cla(),
		claSignatures(),
		signedCommits(),
		email(),
		// what messages look like
		commitHeader(),
		typeAndScope(),
		headerLength(),
		headerMinimum(),
		subjectCase(),
		subjectEnd(),
		imperative(),
		lineLength(),
		messageBody(),
		blankLine(),
		unfinished(),
		ticket(),
		breakingChange(),
		trailers(),
		messagePattern(),
		// the pull request's text
		title(),
		singleCommit(),
		template(),
		releaseNote(),
		linkedIssue(),
		labels(),
		// branch and history
		branchName(),
		baseBranch(),
		upToDate(),
		linearHistory(),
		commitCount(),
		forcePush(),
		// files
		changelog(),
		fragment(),
		licenceHeader(),
		fileSize(),
		paths(),
		generated(),
		formatter(),
		tests(),
		documentation(),
		doNotEdit(),
		changeSize(),
		secrets(),
		// people and gates
		codeOwners(),
		requiredCheck(),
		mergeMethod(),
		approvals(),
		requiredWorkflow(),
		aiDisclosure(),
		issueFirst(),
		contradiction(),
		gate(),
	}
}

// Derive reads what a set of guidelines requires: one requirement for each
// thing asked, with everybody who says it.
func Derive(guidelines *guideline.Set) []Requirement {
	set := newReading(guidelines)
	rules := All()
	out := corroborated(set, slices.Concat(deriveAll(set, rules)...))
	out = append(out, declared(set, rules, out)...)
	for _, r := range rules {
		if r.after != nil {
			out = append(out, r.merged(r.after(set, out))...)
		}
	}
	return corrected(set, out)
}

// deriveAll lets the rules read side by side: fifty rules over hundreds of
// sentences and steps are what takes time. The answers keep the rules' order.
func deriveAll(set *Reading, rules []*Rule) [][]Requirement {
	out := make([][]Requirement, len(rules))
	var next atomic.Int32
	var wg sync.WaitGroup
	for range min(len(rules), runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(rules); i = int(next.Add(1)) - 1 {
				if r := rules[i]; r.Derive != nil {
					out[i] = r.merged(r.Derive(set))
				}
			}
		})
	}
	wg.Wait()
	return out
}

// merged makes one requirement of those that ask the same.
func (r *Rule) merged(reqs []Requirement) []Requirement {
	for i := range reqs {
		reqs[i].Rule = r
	}
	order.StableBy(reqs, func(a, b Requirement) int { return int(b.rank) - int(a.rank) })
	if r.merge != nil {
		return r.merge(reqs)
	}
	return mergeEqual(reqs)
}

// mergeEqual joins requirements with equal parameters. The first of them is
// the one with the highest rank.
func mergeEqual(reqs []Requirement) []Requirement {
	var out []Requirement
next:
	for _, req := range reqs {
		for i := range out {
			if reflect.DeepEqual(out[i].Params, req.Params) {
				out[i].join(req)
				continue next
			}
		}
		out = append(out, req)
	}
	return out
}

// absorbProse joins equal requirements, and what only prose says to what a
// machine says more exactly: who enforces a thing decides what is asked.
func absorbProse(reqs []Requirement) []Requirement {
	merged := mergeEqual(reqs)
	if len(merged) == 0 || merged[0].rank == rankProse {
		return merged
	}
	out := merged[:1]
	for _, req := range merged[1:] {
		if req.rank == rankProse {
			out[0].join(req)
		} else {
			out = append(out, req)
		}
	}
	return out
}

// join adds what another requirement says to r. The more exact one of the two,
// r, keeps its parameters.
func (r *Requirement) join(o Requirement) {
	for _, q := range o.Said {
		if !slices.ContainsFunc(r.Said, func(h guideline.Quote) bool { return samePlace(h, q) }) {
			r.Said = append(r.Said, q)
		}
	}
	r.joinConditions(o)
	if o.rank == rankProse && r.rank > rankProse {
		r.absorbed = append(r.absorbed, o)
	}
	r.absorbed = append(r.absorbed, o.absorbed...)
	if stronger(o.Strength, r.Strength) {
		r.Strength = o.Strength
	}
	if o.Enforcer.Name != "" && (r.Enforcer.Name == "" || o.Enforcer.Blocking && !r.Enforcer.Blocking) {
		r.Enforcer = o.Enforcer
	}
	r.rank = max(r.rank, o.rank)
}

func samePlace(a, b guideline.Quote) bool {
	return a.Line == b.Line && a.Text == b.Text && (a.Source == b.Source || a.Source != nil && b.Source != nil && *a.Source == *b.Source)
}

// Check judges a change by requirements. A rule whose facts nobody looked up
// answers for itself what that means.
func Check(reqs []Requirement, change *Change) []Finding {
	var out []Finding
	moment := change.moment()
	for i := range reqs {
		req := &reqs[i]
		if req.Rule == nil || req.Rule.Check == nil {
			continue
		}
		req, why := req.forChange(moment)
		if why != "" {
			out = append(out, Finding{Rule: req.Rule.ID, Verdict: Met, Requirement: req, Message: "not asked: " + why})
			continue
		}
		for _, f := range req.Rule.Check(*req, change) {
			f.Rule = req.Rule.ID
			f.Requirement = req
			if f.Verdict == Broken && req.Rule.fix != nil {
				f.Fix = req.Rule.fix(ofRule(reqs, req.Rule.ID), change)
			}
			refuseAcrossMerge(f.Fix, change.Commits)
			out = append(out, f)
		}
	}
	return out
}

// refuseAcrossMerge refuses what would rewrite a merge: all from the first
// commit that is mended to the head of the branch get other names.
func refuseAcrossMerge(f *Fix, commits []Commit) {
	if f == nil || f.Refused != "" {
		return
	}
	mended := map[string]bool{}
	switch p := f.Params.(type) {
	case RewriteMessages:
		for _, e := range p.Edits {
			mended[e.Commit] = true
		}
	case Sign:
		for _, sha := range p.Commits {
			mended[sha] = true
		}
	case ResetAuthor:
		for _, sha := range p.Commits {
			mended[sha] = true
		}
	}
	rewriting := false
	for _, c := range commits {
		rewriting = rewriting || mended[c.SHA]
		if rewriting && c.Parents > 1 {
			f.Safe, f.Refused = false, "a merge comes after, and isrc does not rewrite across it"
			return
		}
	}
}

func ofRule(reqs []Requirement, id string) []Requirement {
	var out []Requirement
	for _, r := range reqs {
		if r.Rule != nil && r.Rule.ID == id {
			out = append(out, r)
		}
	}
	return out
}

// Needs lists the facts that have to be looked up before Check, each once.
func Needs(reqs []Requirement, change *Change) []Fact {
	var out []Fact
	for _, req := range reqs {
		if req.Rule == nil || req.Rule.Needs == nil {
			continue
		}
		for _, f := range req.Rule.Needs(req, change) {
			if !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	return out
}

// Blocking tells whether findings mean that the change is not ready: something
// that must hold is broken. Strict counts what should hold, and what is
// unknown, too.
//
//go:noinline
func Blocking(findings []Finding, strict bool) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.Blocks(strict) })
}

// Blocks tells whether one finding keeps the change from being ready.
//
//go:noinline
func (f Finding) Blocks(strict bool) bool {
	strength := May
	if f.Requirement != nil {
		strength = f.Requirement.Strength
	}
	switch f.Verdict {
	case Broken:
		return strength == Must || strict && strength == Should
	case Unknown:
		return strict
	}
	return false
}
