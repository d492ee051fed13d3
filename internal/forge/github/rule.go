package github

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	gh "github.com/google/go-github/v66/github"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// rawRule is one element of the rules of a branch. go-github's type for them
// knows the types of its day and drops the rest, so the JSON stays raw.
type rawRule struct {
	Type       string          `json:"type"`
	Parameters json.RawMessage `json:"parameters"`
	Source     string          `json:"ruleset_source"`
	SourceType string          `json:"ruleset_source_type"`
	RulesetID  int64           `json:"ruleset_id"`
}

// errNoBranch keeps a question without a branch from being asked of something
// else.
var errNoBranch = errors.New("it is not known of which branch")

// Rules reads the rules of rulesets that are in force for a branch, which need
// not exist yet. A host or a plan without rulesets answers forge.ErrUnsupported.
func (c *Client) Rules(ctx context.Context, r forge.RepoName, branch string) ([]forge.Rule, error) {
	what := "the rulesets of " + r.FullName()
	if branch == "" {
		return nil, fault.Errorf("%s: %w", what, errNoBranch)
	}
	k := get(what, "repos/%s/%s/rules/branches/%s", r.Owner, r.Name, branch)
	all, _, err := list[rawRule](ctx, c, k, "", 0)
	if err != nil {
		var plan *forge.NotPermittedError
		if errors.As(err, &plan) && saysUpgrade(plan.Quote) {
			return nil, fault.Errorf("%s: %w", what, forge.ErrUnsupported)
		}
		return nil, c.unsupported(ctx, r, what, err)
	}
	rules := make([]forge.Rule, 0, len(all))
	for _, w := range all {
		if string(w.Parameters) == "null" {
			w.Parameters = nil
		}
		rules = append(rules, forge.Rule{
			Type: w.Type, Parameters: w.Parameters,
			Source: w.Source, SourceType: w.SourceType, RulesetID: w.RulesetID,
			URL: c.rulesetPage(r, w),
		})
	}
	return rules, nil
}

// saysUpgrade recognises how GitHub refuses what a plan does not contain.
func saysUpgrade(quote string) bool {
	return words{message: quote}.speaksOf("upgrade to github")
}

func (c *Client) rulesetPage(r forge.RepoName, w rawRule) string {
	switch {
	case w.RulesetID == 0:
		return ""
	case w.SourceType == "Organization" && w.Source != "":
		return c.address("", path("organizations/%s/settings/rules/%d", w.Source, w.RulesetID))
	case w.SourceType == "Repository":
		return c.address("", path("%s/%s/rules/%d", r.Owner, r.Name, w.RulesetID))
	}
	return ""
}

// RequiredChecks reads the contexts that classic protection requires of a
// branch, as far as everybody may see them. A branch of which is only said that
// it is protected answers forge.ErrUnsupported: that is not "none".
func (c *Client) RequiredChecks(ctx context.Context, r forge.RepoName, branch string) ([]string, error) {
	if branch == "" {
		return nil, fault.Errorf("the protection of %s: %w", r.FullName(), errNoBranch)
	}
	what := "branch " + branch + " of " + r.FullName()
	var b gh.Branch
	if _, err := c.do(ctx, get(what, "repos/%s/%s/branches/%s", r.Owner, r.Name, branch), &b); err != nil {
		return nil, err
	}
	if b.Protection == nil {
		if b.GetProtected() {
			return nil, fault.Errorf("the protection of %s: %w", what, forge.ErrUnsupported)
		}
		return nil, nil
	}
	required := b.Protection.RequiredStatusChecks
	if required == nil {
		return nil, nil
	}
	var names []string
	if required.Contexts != nil {
		names = append(names, *required.Contexts...)
	}
	if required.Checks != nil {
		for _, check := range *required.Checks {
			if check != nil && check.Context != "" && !slices.Contains(names, check.Context) {
				names = append(names, check.Context)
			}
		}
	}
	return names, nil
}
