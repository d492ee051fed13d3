package rule

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// branchGate knows the actions and the scripts that judge names of branches.
func branchGate(g guideline.Gate) (Requirement, bool) {
	action := strings.ToLower(g.Step.Uses)
	_, name, _ := strings.Cut(action, "/")
	for _, in := range g.Step.With {
		if name != "" && strings.Contains(in.Value, "${{") && strings.Contains(name, "branch") {
			return Requirement{}, false // only the run knows the value
		}
	}
	switch {
	case action == "deepakputhraya/action-branch-name":
		return branchAction(g), true
	case action == "lekterable/branchlint-action":
		return branchlint(g), true
	case action == "alberthernandez/branch-name-action":
		return branchNameAction(g)
	}
	if g.Step.Run == "" || !looksAt(g.Step, lookBranch) || looksAt(g.Step, lookTitle) {
		return Requirement{}, false
	}
	if t, ok := testedPattern(g.Step, lookBranch); ok {
		p := BranchParams{By: g.File(), Pattern: t.pattern, Flags: t.flags}
		return fromGate(g, t.line, t.words, p.text(), p), true
	}
	return Requirement{}, false
}

// branchAction reads the inputs of action-branch-name as it does: a list is
// split at commas and its blanks are kept, so a prefix behind one fits nothing.
func branchAction(g guideline.Gate) Requirement {
	with := func(name string) string { return strings.TrimSpace(g.Step.With[name].Value) }
	p := BranchParams{By: g.File(), Pattern: with("regex"), Ignore: []string{"master"}, Min: leadingNumber(with("min_length")), Max: leadingNumber(with("max_length"))}
	if in, ok := g.Step.With["ignore"]; ok {
		p.Ignore = nil
		if strings.TrimSpace(in.Value) != "" {
			p.Ignore = strings.Split(strings.TrimSpace(in.Value), ",")
		}
	}
	if prefixes := with("allowed_prefixes"); prefixes != "" {
		p.Prefixes = strings.Split(prefixes, ",")
	}
	return fromGate(g, inputLine(g, "regex"), "uses: "+g.Step.Uses, p.text(), p)
}

func inputLine(g guideline.Gate, name string) int {
	if in, ok := g.Step.With[name]; ok && in.Line > 0 {
		return in.Line
	}
	return g.Step.Line
}

// leadingNumber reads a number as JavaScript's parseInt does; what is none, or
// negative, is 0.
func leadingNumber(s string) int {
	end := 0
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	n, err := strconv.Atoi(s[:end])
	if err != nil {
		return 0
	}
	return n
}

var slashedPattern = lazy.Pattern(`^/(.*)/([gimsuy]*)$`)

// branchlint reads a list of names and /patterns/, one a line.
func branchlint(g guideline.Gate) Requirement {
	p := BranchParams{By: g.File()}
	for _, line := range strings.Split(g.Step.With["allowed"].Value, "\n") {
		line = strings.TrimRight(line, "\r")
		if m := slashedPattern().FindStringSubmatch(line); m != nil {
			p.AnyOf = append(p.AnyOf, Pattern{Text: m[1], Flags: m[2], Dialect: JavaScript})
		} else if line != "" {
			p.Names = append(p.Names, line)
		}
	}
	return fromGate(g, inputLine(g, "allowed"), "uses: "+g.Step.Uses, p.text(), p)
}

// branchNameAction only comments unless it is told to fail.
func branchNameAction(g guideline.Gate) (Requirement, bool) {
	pattern := g.Step.With["branch_pattern"].Value
	if pattern == "" {
		return Requirement{}, false
	}
	p := BranchParams{By: g.File(), Pattern: pattern}
	if ignore := g.Step.With["ignore_branch_pattern"].Value; ignore != "" {
		p.Ignoring = &Pattern{Text: ignore, Dialect: JavaScript}
	}
	req := fromGate(g, inputLine(g, "branch_pattern"), "uses: "+g.Step.Uses, p.text(), p)
	if g.Step.With["fail_if_invalid_branch_name"].Value != "true" && req.Strength == Must {
		req.Strength = Should
	}
	return req, true
}

// branchPushRule reads a push rule as GitLab's interface gives it.
func branchPushRule(r forge.Rule) (BranchParams, bool) {
	var in struct {
		Branch string `json:"branch_name_regex"`
	}
	if r.Type != "push_rule" || json.Unmarshal(r.Parameters, &in) != nil || in.Branch == "" {
		return BranchParams{}, false
	}
	return BranchParams{By: "push rule", Regex: &Pattern{Text: in.Branch, Flags: "m", Dialect: RE2}}, true
}

// branchConfigs reads tools whose configurations judge names of branches.
// Whether they judge them is seen where a workflow runs them.
func branchConfigs(set *Reading) []Requirement {
	c := set.Config(guideline.ToolCommitCheck)
	if c == nil {
		return nil
	}
	section := c.Root.At("branch")
	if section.Kind != guideline.KindMap || !section.At("conventional_branch").Bool(true) {
		return nil
	}
	types := []string{"feature", "bugfix", "hotfix", "release", "chore", "feat", "fix"}
	if list := section.At("allow_branch_types").List; len(list) > 0 {
		types = nil
		for _, v := range list {
			types = append(types, v.Text)
		}
	}
	p := BranchParams{By: c.Source.Path, Names: []string{"master", "main", "HEAD"}}
	pattern := "^(" + strings.Join(types, "|") + `)\/.+|(PR-.+)`
	for _, v := range section.At("allow_branch_names").List {
		pattern += "|(" + v.Text + ")"
	}
	p.AnyOf = []Pattern{{Text: pattern, Dialect: Python, Use: AtStart}}
	req := fromConfig(c, section.Line, "[branch]", "branch name that begins with "+strings.Join(types, "/, ")+"/", p)
	return []Requirement{runBy(set, req, "commit-check")}
}

// runBy lowers what a configuration asks for unless a workflow runs its tool:
// then it binds, as that step does.
func runBy(set *Reading, req Requirement, tool string) Requirement {
	strength := Should
	for _, g := range set.Gates() {
		if !strings.Contains(strings.ToLower(g.Step.Uses), tool) && !strings.Contains(g.Step.Run, tool) {
			continue
		}
		by := fromGate(g, 0, g.Step.Label(), "", nil)
		if stronger(by.Strength, strength) {
			strength = by.Strength
		}
		req.Said = append(slices.Clone(req.Said), by.Said...)
		req.Enforcer, req.rank, req.asked = by.Enforcer, by.rank, by.asked
		break
	}
	req.Strength = strength
	return req
}

var hexName = lazy.Pattern(`^[0-9a-f]{40}$`)

// judge answers why a name fails, or "".
func (p BranchParams) judge(name string) (string, error) {
	if slices.Contains(p.Ignore, name) || slices.Contains(p.Names, name) {
		return "", nil
	}
	if p.Ignoring != nil {
		if ignored, err := p.Ignoring.matches(name); err != nil || ignored {
			return "", err
		}
	}
	if hexName().MatchString(name) {
		return fmt.Sprintf("%q looks like a commit, and forges refuse it", name), nil
	}
	if p.Ruleset != nil {
		test, err := p.Ruleset.compile()
		if err != nil {
			return "", err
		}
		if ok, _ := test(name); !ok {
			return fmt.Sprintf("%q does not follow: it must %s", name, p.Ruleset), nil
		}
	}
	if why, err := p.judgePatterns(name); why != "" || err != nil {
		return why, err
	}
	if len(p.Prefixes) > 0 && !slices.ContainsFunc(p.Prefixes, func(x string) bool { return strings.HasPrefix(name, x) }) {
		return fmt.Sprintf("%q begins with none of %s", name, strings.Join(p.Prefixes, ", ")), nil
	}
	if n := length(name, unitUTF16); n < p.Min || p.Max > 0 && n > p.Max {
		return fmt.Sprintf("%q has %d characters", name, n), nil
	}
	return "", nil
}

func (p BranchParams) judgePatterns(name string) (string, error) {
	if p.Pattern != "" {
		if ok, err := (Pattern{Text: p.Pattern, Flags: p.Flags, Dialect: JavaScript}).matches(name); err != nil || !ok {
			return fmt.Sprintf("%q does not match %s", name, p.Pattern), err
		}
	}
	if p.Regex != nil {
		if ok, err := p.Regex.matches(name); err != nil || !ok {
			return fmt.Sprintf("%q does not match %s", name, p.Regex.Text), err
		}
	}
	if len(p.AnyOf)+len(p.Names) == 0 {
		return "", nil
	}
	for _, one := range p.AnyOf {
		if ok, err := one.matches(name); err != nil || ok {
			return "", err
		}
	}
	return fmt.Sprintf("%q is none of what is allowed", name), nil
}

func (p Pattern) matches(text string) (bool, error) {
	test, err := p.compile()
	if err != nil {
		return false, err
	}
	return test(text)
}
