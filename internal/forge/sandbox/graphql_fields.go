package sandbox

import (
	"encoding/base64"
	"maps"
	"strconv"
	"strings"
	"sync"

	"github.com/isrc-dev/isrc/internal/fault"
)

// graphQLFields are all resolvers. A test holds them against the schema: each
// field has one, and there is none besides.
var graphQLFields = sync.OnceValue(func() fieldTable {
	all := fieldTable{"PageInfo": pageInfoFields()}
	for _, some := range []fieldTable{
		queryFields(), mutationFields(), ownerFields(), teamFields(), repositoryFields(), communityFields(), gitFields(),
		issueFields(), pullFields(), reviewFields(), threadFields(), eventFields(), checkFields(), introspectionFields(),
	} {
		maps.Copy(all, some)
	}
	return all
})

// with makes a resolver of a function on the object's Go type. It is not put
// in line: some 600 copies of it would be half a megabyte of the program.
//
//go:noinline
func with[T any](find func(g *graphQLRun, x T, args fieldArgs) (any, error)) resolver {
	return func(g *graphQLRun, of any, args fieldArgs) (any, error) {
		x, ok := of.(T)
		if !ok {
			return nil, fault.Errorf("the sandbox has a %T where it wants another type", of)
		}
		return find(g, x, args)
	}
}

// its is a resolver that only looks at the object.
//
//go:noinline
func its[T any](find func(x T) any) resolver {
	return with(func(_ *graphQLRun, x T, _ fieldArgs) (any, error) { return find(x), nil })
}

// here is a resolver that looks at the object and the forge.
//
//go:noinline
func here[T any](find func(g *graphQLRun, x T) any) resolver {
	return with(func(g *graphQLRun, x T, _ fieldArgs) (any, error) { return find(g, x), nil })
}

// always is a field that has the same value everywhere.
//
//go:noinline
func always(v any) resolver {
	return func(*graphQLRun, any, fieldArgs) (any, error) { return v, nil }
}

// nothing is a connection without elements.
func nothing(*graphQLRun, any, fieldArgs) (any, error) { return seriesOf[any](nil), nil }

// typeName is the type of an object behind an interface or a union.
func typeName(v any) string {
	switch v := v.(type) {
	case *user:
		return v.kind()
	case *issueNode:
		return v.kind()
	case *repository:
		return "Repository"
	case *teamNode:
		return "Team"
	case *commitNode:
		return "Commit"
	case *treeNode:
		return "Tree"
	case *blobNode:
		return "Blob"
	case *eventNode:
		return v.kind
	case *reviewNode:
		return "PullRequestReview"
	case *commentNode:
		return "IssueComment"
	case *remarkNode:
		return "PullRequestReviewComment"
	case *threadNode:
		return "PullRequestReviewThread"
	case *threadPayload:
		return v.kind
	case *runNode:
		return "CheckRun"
	case *contextNode:
		return "StatusContext"
	case *stagePayload:
		return v.kind
	}
	return "Node"
}

// parseNodeID takes apart what nodeID made.
func parseNodeID(text string) (kind string, id int64, ok bool) {
	raw, err := base64.StdEncoding.DecodeString(text)
	size, rest, parted := strings.Cut(string(raw), ":")
	n, bad := strconv.Atoi(size)
	if err != nil || bad != nil || !parted || n < 1 || n > len(rest) {
		return "", 0, false
	}
	id, err = strconv.ParseInt(rest[n:], 10, 64)
	return rest[:n], id, err == nil
}

// node finds what a global name stands for, nil when there is no such thing
// that the caller may see.
func (g *graphQLRun) node(text string) any {
	kind, id, ok := parseNodeID(text)
	if !ok {
		return nil
	}
	switch kind {
	case "User", "Bot", "Organization":
		for _, u := range g.f.state.users {
			if u.id == id && u.kind() == kind {
				return u
			}
		}
	case "Team":
		for _, u := range g.f.state.users {
			for _, t := range u.teams {
				if t.id == id && g.f.member(u, g.user) {
					return &teamNode{u, t}
				}
			}
		}
	case "Repository", "Issue", "PullRequest":
		return g.nodeWithin(kind, id)
	case "PullRequestReviewThread":
		return g.threadNamed(id)
	}
	return nil
}

// nodeWithin finds a repository, or what lies in one.
func (g *graphQLRun) nodeWithin(kind string, id int64) any {
	for _, r := range g.f.state.order {
		if kind == "Repository" {
			if r.id == id && g.f.sees(g.x, r) {
				return r
			}
			continue
		}
		for _, i := range r.issues {
			if i.id == id && g.f.sees(g.x, r) && (i.pull != nil) == (kind == "PullRequest") {
				g.f.know(r)
				return &issueNode{r, i}
			}
		}
	}
	return nil
}
