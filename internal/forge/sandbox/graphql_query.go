package sandbox

import (
	"errors"
	"sort"
	"strings"
)

// queryFields are where every document begins.
func queryFields() fieldTable {
	return fieldTable{
		"Query": {
			"id":              always(nodeID("Query", 0)),
			"relay":           here(func(g *graphQLRun, _ *graphQLRun) any { return g }),
			"viewer":          here(func(g *graphQLRun, _ *graphQLRun) any { return g.user }),
			"meta":            always(obj{}),
			"rateLimit":       here(func(g *graphQLRun, _ *graphQLRun) any { return g.weight }),
			"node":            with(func(g *graphQLRun, _ *graphQLRun, a fieldArgs) (any, error) { return g.nodeOf(a.str("id")) }),
			"nodes":           with(nodesOf),
			"repository":      with(queryRepository),
			"repositoryOwner": with(queryOwner("")),
			"organization":    with(queryOwner("Organization")),
			"user":            with(queryOwner("User")),
			"search":          with(querySearch),
			"topic": with(func(_ *graphQLRun, _ *graphQLRun, a fieldArgs) (any, error) {
				return topicName(strings.ToLower(a.str("name"))), nil
			}),
			"license": with(func(_ *graphQLRun, _ *graphQLRun, a fieldArgs) (any, error) { return licenseOf(a.str("key")), nil }),
			"licenses": here(func(*graphQLRun, *graphQLRun) any {
				return listOf([]licenseName{"Apache-2.0", "BSD-3-Clause", "MIT", "MPL-2.0"})
			}),
			"__schema": here(func(g *graphQLRun, _ *graphQLRun) any { return g.schema }),
			"__type": with(func(g *graphQLRun, _ *graphQLRun, a fieldArgs) (any, error) {
				return definitionOrNil(g.schema.Types[a.str("name")]), nil
			}),
		},
		"GitHubMetadata": {
			"gitHubServicesSha":                  always(emptyTree),
			"isPasswordAuthenticationVerifiable": always(false),
		},
		"RateLimit": {
			"cost":      its(func(w *weight) any { return w.cost() }),
			"nodeCount": its(func(w *weight) any { return w.nodes }),
			"limit":     here(func(g *graphQLRun, _ *weight) any { return g.f.graphql.points() }),
			"used":      here(func(g *graphQLRun, _ *weight) any { n, _ := g.f.limits.spent(g.x.entry.Login, g.f.now()); return n }),
			"remaining": here(func(g *graphQLRun, _ *weight) any {
				n, _ := g.f.limits.spent(g.x.entry.Login, g.f.now())
				return max(0, g.f.graphql.points()-n)
			}),
			"resetAt": here(func(g *graphQLRun, _ *weight) any { _, at := g.f.limits.spent(g.x.entry.Login, g.f.now()); return at }),
		},
	}
}

func (g *graphQLRun) nodeOf(id string) (any, error) {
	if n := g.node(id); n != nil {
		return n, nil
	}
	return nil, unresolved("a node with the global id of '%s'", id)
}

func nodesOf(g *graphQLRun, _ *graphQLRun, a fieldArgs) (any, error) {
	ids := a.texts("ids")
	if len(ids) > maxPage {
		return nil, &graphQLError{Type: "ARGUMENT_LIMIT", Message: "You may not provide more than 100 node ids; you provided " + grouped(len(ids)) + "."}
	}
	out := make([]any, 0, len(ids))
	for n, id := range ids {
		x, err := g.nodeOf(id)
		if err != nil {
			g.errs = append(g.errs, &graphQLError{Type: "NOT_FOUND", Path: append(append([]any(nil), g.path...), n), Message: err.Error()})
			x = nil
		}
		out = append(out, x)
	}
	return out, nil
}

func queryRepository(g *graphQLRun, _ *graphQLRun, a fieldArgs) (any, error) {
	owner, name := a.str("owner"), a.str("name")
	if r := g.find(owner, name, a.on("followRenames")); r != nil {
		if err := g.signOn(r); err != nil {
			return nil, err
		}
		return r, nil
	}
	return nil, unresolved("a Repository with the name '%s/%s'.", owner, name)
}

// signOn is how GraphQL refuses what lies in an organisation that wants single
// sign-on: in an error beside the data, which lacks just that.
func (g *graphQLRun) signOn(r *repository) error {
	for _, p := range g.f.inForce(g.user, r) {
		if p.name == "sso" || p.name == "sso-partial" {
			return &graphQLError{Type: "FORBIDDEN", Extensions: map[string]any{"saml_failure": true},
				Message: "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization."}
		}
	}
	return nil
}

// find is a repository that the caller may see.
func (g *graphQLRun) find(owner, name string, renamed bool) *repository {
	r := g.f.state.repo(owner, name)
	if r == nil && renamed {
		r = g.f.state.moved[strings.ToLower(owner+"/"+name)]
	}
	if r == nil || r.deleted || !g.f.sees(g.x, r) {
		return nil
	}
	return r
}

// queryOwner finds an account of a kind; of any kind, it is not an error that
// there is none.
func queryOwner(kind string) func(*graphQLRun, *graphQLRun, fieldArgs) (any, error) {
	return func(g *graphQLRun, _ *graphQLRun, a fieldArgs) (any, error) {
		login := a.str("login")
		u := g.f.state.user(login)
		switch {
		case u != nil && (kind == u.kind() || kind == "" && u.kind() != "Bot"):
			return u, nil
		case kind == "Organization":
			return nil, unresolved("an Organization with the login of '%s'.", login)
		case kind == "User":
			return nil, unresolved("a User with the login of '%s'.", login)
		}
		return nil, nil
	}
}

func querySearch(g *graphQLRun, _ *graphQLRun, a fieldArgs) (any, error) {
	repos, issues := []any{}, []any{}
	if a.str("type") == "REPOSITORY" {
		q := parseQuery(a.str("query"), repoQualifiers)
		list, _ := g.reposFound(q)
		repos = listOf(list)
	} else {
		q := parseQuery(a.str("query"), issueQualifiers)
		list := g.issuesFound(q)
		by, ascending := g.searchOrder(q)
		sort.SliceStable(list, func(x, y int) bool {
			if ascending {
				x, y = y, x
			}
			return list[x].before(list[y], by)
		})
		for _, h := range list {
			g.f.know(h.r)
			var refused *graphQLError
			if errors.As(g.signOn(h.r), &refused) {
				refused.Path = append(append([]any(nil), g.path...), "nodes", len(issues))
				g.errs = append(g.errs, refused)
				issues = append(issues, nil)
				continue
			}
			issues = append(issues, &issueNode{h.r, h.i})
		}
	}
	s := seriesOf(append(repos, issues...))
	s.n = min(s.n, maxFound)
	s.more = map[string]any{"repositoryCount": len(repos), "issueCount": len(issues), "codeCount": 0, "discussionCount": 0, "userCount": 0, "wikiCount": 0}
	return s, nil
}
