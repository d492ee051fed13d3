package sandbox

import (
	"strconv"
	"strings"
)

// listBranchRules are the rules in force for a branch, which need not exist.
func listBranchRules(c *call) (answer, error) {
	list := []obj{}
	for _, x := range c.f.rulesFor(c.repo, "refs/heads/"+c.vars["branch"], nil) {
		o := x.object()
		o["ruleset_source_type"], o["ruleset_source"] = c.sourceOf(x.set)
		o["ruleset_id"] = x.set.id
		list = append(list, o)
	}
	return ok(paginate(c, list))
}

func (x Rule) object() obj {
	o := obj{"type": x.Type}
	if raw := x.rawParameters(); raw != nil {
		o["parameters"] = raw
	}
	return o
}

func (c *call) sourceOf(s *ruleset) (kind, name string) {
	if s.FromOrg {
		return "Organization", c.repo.source().owner.Login
	}
	return "Repository", c.repo.source().fullName()
}

func listRulesets(c *call) (answer, error) {
	list := []obj{}
	for _, s := range c.f.rulesetsOf(c.repo) {
		if s.Enforcement != "disabled" || c.perm >= permAdmin {
			list = append(list, c.rulesetObject(s))
		}
	}
	return ok(paginate(c, list))
}

func getRuleset(c *call) (answer, error) {
	id, _ := strconv.ParseInt(c.vars["id"], 10, 64)
	for _, s := range c.f.rulesetsOf(c.repo) {
		if s.id != id {
			continue
		}
		o := c.rulesetObject(s)
		rules := []obj{}
		for _, x := range s.Rules {
			rules = append(rules, x.object())
		}
		o["rules"] = rules
		o["conditions"] = obj{"ref_name": fields("include", fullRefs(s.Include), "exclude", fullRefs(s.Exclude))}
		o["current_user_can_bypass"] = map[bool]string{true: "always", false: "never"}[c.user != nil && c.f.bypasses(s, c.repo, c.user)]
		if c.perm >= permAdmin {
			o["bypass_actors"] = c.bypassActors(s)
		}
		return ok(o)
	}
	return answer{}, notFound()
}

func (c *call) bypassActors(s *ruleset) []obj {
	list := []obj{}
	for _, b := range s.Bypass {
		slug, isTeam := strings.CutPrefix(b, "@")
		if t := c.repo.source().owner.team(slug); isTeam && t != nil {
			list = append(list, fields("actor_id", t.id, "actor_type", "Team", "bypass_mode", "always"))
		}
	}
	return list
}

func (c *call) rulesetObject(s *ruleset) obj {
	kind, source := c.sourceOf(s)
	at := stamp(c.repo.source().created)
	return fields(
		"id", s.id, "name", s.Name, "target", s.Target, "source_type", kind, "source", source,
		"enforcement", s.Enforcement, "node_id", nodeID("RepositoryRuleset", s.id), "created_at", at, "updated_at", at,
		"_links", fields(
			"self", obj{"href": c.f.api("/repos/%s/rulesets/%d", c.repo.fullName(), s.id)},
			"html", obj{"href": c.f.page("/%s/rules/%d", c.repo.fullName(), s.id)},
		),
	)
}

// fullRefs writes patterns as the API does.
//
//go:noinline
func fullRefs(patterns []string) []string {
	out := []string{}
	for _, p := range patterns {
		if !strings.HasPrefix(p, "~") && !strings.HasPrefix(p, "refs/") {
			p = "refs/heads/" + p
		}
		out = append(out, p)
	}
	return out
}
