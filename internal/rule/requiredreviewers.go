package rule

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
)

// ReviewersParams is a team that a ruleset wants to approve changes of some
// files.
type ReviewersParams struct {
	Patterns  []string `json:"patterns"` // with "!" before those that are left out
	Approvals int      `json:"approvals"`
	Team      int64    `json:"team"` // its number: rulesets name no names
}

// requiredReviewers reads the teams that a rule on pull requests names.
func requiredReviewers(r forge.Rule) []Requirement {
	var in struct {
		Reviewers []struct {
			Approvals int      `json:"minimum_approvals"`
			Patterns  []string `json:"file_patterns"`
			Reviewer  struct {
				ID int64 `json:"id"`
			} `json:"reviewer"`
		} `json:"required_reviewers"`
	}
	if r.Type != "pull_request" || json.Unmarshal(r.Parameters, &in) != nil {
		return nil
	}
	var out []Requirement
	for _, v := range in.Reviewers {
		if len(v.Patterns) == 0 {
			continue
		}
		p := ReviewersParams{v.Patterns, v.Approvals, v.Reviewer.ID}
		req := fromRuleset(r, "required reviewers for "+strings.Join(v.Patterns, ", "), p.text(), p)
		if v.Approvals == 0 { // the team is asked, and the merge does not wait
			req.Strength, req.Enforcer.Blocking = May, false
		}
		out = append(out, req)
	}
	return out
}

func (p ReviewersParams) text() string {
	return fmt.Sprintf("%s of a team for %s", plural(max(1, p.Approvals), "approval", "approvals"), strings.Join(p.Patterns, ", "))
}

// judge says whether the team is asked. GitHub calls the patterns fnmatch in one
// place and those of .gitignore in another, so where the two differ the answer
// is not known.
func (p ReviewersParams) judge(change *Change) Finding {
	var at []Place
	unsure := false
	for _, path := range touched(change) {
		a, errA := p.covers(path, ownersMatch)
		b, errB := p.covers(path, fnMatch)
		switch {
		case errA != nil || errB != nil || a != b:
			unsure = true
		case a:
			at = append(at, Place{Path: path})
		}
	}
	switch {
	case len(at) > 0 && change.Pull != nil && change.Pull.Approvals >= p.Approvals && p.Approvals > 0:
		return Finding{Verdict: Unknown, At: at[:min(len(at), maxOwnersShown)], Message: "whether those who approved belong to the team is not known"}
	case len(at) > 0:
		return Finding{Verdict: Later, At: at[:min(len(at), maxOwnersShown)], Message: fmt.Sprintf("the team with the number %d is asked on the pull request", p.Team)}
	case unsure:
		return Finding{Verdict: Unknown, Message: "whether the patterns name a file of the change depends on how the forge reads them"}
	}
	return Finding{Verdict: Met, Message: "no file of the change is named"}
}

// covers tells whether the last pattern that matches takes a path in.
func (p ReviewersParams) covers(path string, match func(pattern, path string) (bool, error)) (bool, error) {
	in := false
	for _, pattern := range p.Patterns {
		pattern, not := strings.CutPrefix(pattern, "!")
		ok, err := match(pattern, path)
		if err != nil {
			return false, err
		}
		if ok {
			in = !not
		}
	}
	return in, nil
}

func ownersMatch(pattern, path string) (bool, error) {
	o := guideline.ParseOwners(&guideline.Source{}, []byte(strings.ReplaceAll(pattern, " ", `\ `)+" @team"), guideline.GitHubOwners)
	if len(o.Rules) != 1 {
		return false, fault.Errorf("the pattern %q cannot be read", pattern)
	}
	return slices.ContainsFunc(o.Of(path), func(r guideline.OwnerRule) bool { return len(r.Owners) > 0 }), nil
}

func fnMatch(pattern, path string) (bool, error) {
	re, err := fnmatch(strings.TrimPrefix(pattern, "/"))
	if err != nil {
		return false, err
	}
	return re.MatchString(path), nil
}
