package rule

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// ForcePushParams says whether commits may be rewritten once others see them.
type ForcePushParams struct {
	Wanted   bool `json:"wanted,omitempty"`   // the project asks for it
	Enforced bool `json:"enforced,omitempty"` // the forge refuses the push
}

func forcePush() *Rule {
	return &Rule{
		ID: "force-push",
		Doc: `What is under review is rewritten, or is not, as the project wants.

Projects say the opposite with the same words: some ask not to force-push or rebase once a pull request is open or reviewed, others ask to squash and force-push. Before there is a pull request either is information only. Afterwards isrc itself keeps to it: it mends nothing by rewriting where that is not wanted.
A ruleset's non_fast_forward on the branch of the change refuses every rewrite of what is pushed.

` + "```" + `
Please do not force-push after the review has started.      # not wanted
Squash and force-push when you address comments.            # wanted
` + "```" + `

Accepted: new commits on top. Rejected: nothing that isrc could see; it only keeps from doing it.`,
		Derive: deriveForcePush,
		Check:  checkForcePush,
	}
}

type forcePushPatterns struct{ forbids, wants, other *regexp.Regexp }

var forcePushPattern = lazy.Value(func() *forcePushPatterns {
	re := func(s string) *regexp.Regexp { return regexp.MustCompile(`(?i)` + s) }
	no := `\b(do not|don['’]t|never|avoid|please no|no|not|refrain from|must not|should not|shouldn['’]t)\b`
	push := `(force[- ]?push\w*|push(es|ing)? (--force|-f)\b|--force\b)`
	return &forcePushPatterns{
		forbids: re(no + `.{0,30}\b` + push + `|` + push + `.{0,40}\b(is|are) (not (allowed|permitted|welcome)|discouraged|forbidden|disallowed)|` + no + `.{0,15}\b(rebas\w*|amend\w*|squash\w*|rewrit\w*)\b.{0,60}\b(after|once|during|while|review\w*|pull request|PR)\b|\b(after|once|during|while)\b.{0,60}\b(review\w*|pull request|PR)\b.{0,60}` + no + `.{0,15}\b(rebas\w*|amend\w*|squash\w*|rewrit\w*)\b`),
		wants:   re(`\b(squash\w*|amend\w*|rebas\w*|and|then|please|must|should)\b.{0,40}\b` + push + `|` + push + ` (to|your|the|them|it|after)\b`),
		other:   re(`\b(main|master|release|protected|default|develop|shared|upstream)\b.{0,20}\bbranch|\bto (main|master|develop|upstream)\b`),
	}
})

func (p ForcePushParams) text() string {
	if p.Wanted {
		return "rewritten commits are pushed with force"
	}
	return "no force-push to what others see"
}

func deriveForcePush(set *Reading) []Requirement {
	var out []Requirement
	for _, r := range set.HeadRules {
		if r.Type == "non_fast_forward" && set.Head != "" && set.Head != set.Base {
			p := ForcePushParams{Enforced: true}
			out = append(out, fromRuleset(r, "block force pushes", p.text(), p))
		}
	}
	if c := set.Config(guideline.ToolCommitCheck); c != nil {
		if v := c.Root.At("push", "allow_force_push"); v.Kind == guideline.KindBool && !v.Bool(true) {
			req := fromConfig(c, v.Line, "allow_force_push = false", ForcePushParams{}.text(), ForcePushParams{})
			req.Strength = Should // it judges the push where its hook is installed
			out = append(out, req)
		}
	}
	p := forcePushPattern()
	forbids := said(set, func(s guideline.Sentence) bool {
		return mentions(s.Text, "force", "push", "rebas", "amend", "squash", "rewrit") && p.forbids.MatchString(s.Text) && !p.other.MatchString(s.Text)
	})
	if len(forbids) > 0 {
		out = append(out, fromProse(set, forbids, ForcePushParams{}.text(), ForcePushParams{}, nil))
	}
	wants := said(set, func(s guideline.Sentence) bool {
		return mentions(s.Text, "force", "push") && !p.forbids.MatchString(s.Text) && p.wants.MatchString(s.Text) && !p.other.MatchString(s.Text)
	})
	if len(wants) > 0 {
		req := fromProse(set, wants, ForcePushParams{Wanted: true}.text(), ForcePushParams{Wanted: true}, nil)
		req.Strength = May // whoever adds commits instead breaks nothing
		out = append(out, req)
	}
	return out
}

func checkForcePush(req Requirement, change *Change) []Finding {
	p := req.Params.(ForcePushParams)
	switch {
	case p.Wanted:
		return []Finding{{Verdict: Later, Message: "it counts when you change what is under review"}}
	case change.Pull != nil || p.Enforced && anyPushed(change):
		return []Finding{{Verdict: Later, Message: "add commits from now on: isrc rewrites none that are pushed"}}
	case p.Enforced:
		return []Finding{{Verdict: Later, Message: "it counts once the branch is pushed"}}
	}
	return []Finding{{Verdict: Later, Message: "it counts once the pull request is open"}}
}

//go:noinline
func anyPushed(change *Change) bool {
	return slices.ContainsFunc(change.Commits, func(c Commit) bool { return c.Pushed })
}

// MayRewrite tells whether commits of a change that are pushed may be rewritten
// at all, and why not. Whoever applies a fix asks it; that commits must be one's
// own is another matter.
func MayRewrite(reqs []Requirement, change *Change) (ok bool, why string) {
	if !anyPushed(change) {
		return true, ""
	}
	for _, req := range reqs {
		p, forced := req.Params.(ForcePushParams)
		switch {
		case !forced || p.Wanted:
		case p.Enforced:
			return false, "the forge refuses to have pushed commits rewritten: " + placeOf(req)
		case change.Pull != nil && req.Strength != May:
			return false, "the project asks for no force-push once a pull request is open: " + placeOf(req)
		}
	}
	return true, ""
}

// placeOf is where a requirement is said.
func placeOf(req Requirement) string {
	for _, q := range req.Said {
		if q.Source != nil && q.Source.Path != "" && q.Line > 0 {
			return fmt.Sprintf("%s:%d", q.Source.Path, q.Line)
		}
	}
	return req.Enforcer.Name
}
