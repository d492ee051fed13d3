package sandbox_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/isrc-dev/isrc/internal/forge/sandbox"
)

// needed are the arguments of fields that cannot go without.
func needed() map[string]string {
	return map[string]string{
		"Query.repository": `owner: "identity", name: "auth-lib"`, "Query.organization": `login: "identity"`, "Query.user": `login: "newcomer"`,
		"Query.repositoryOwner": `login: "identity"`, "Query.search": `query: "org:identity", type: ISSUE`, "Query.license": `key: "MIT"`, "Query.topic": `name: "go"`,
		"Organization.repository": `name: "auth-lib"`, "User.repository": `name: "auth-lib"`,
		"Organization.team": `slug: "maintainers"`, "User.organization": `login: "acme"`, "RepositoryOwner.repository": `name: "auth-lib"`,
		"Repository.ref": `qualifiedName: "main"`, "Repository.refs": `refPrefix: "refs/heads/"`, "Repository.object": `expression: "HEAD:README.md"`,
		"Repository.release": `tagName: "v3.4.0"`, "Repository.issue": `number: 398`, "Repository.pullRequest": `number: 412`, "Repository.issueOrPullRequest": `number: 391`,
		"Repository.label": `name: "bug"`, "CheckRun.isRequired": `pullRequestNumber: 412`, "StatusContext.isRequired": `pullRequestNumber: 412`,
		"Repository.object Tree": `expression: "HEAD:"`, "Repository.object Commit": `expression: "HEAD"`, "Repository.issueOrPullRequest Issue": `number: 398`,
	}
}

// route is how a type is reached: the fields to it and what selects it there.
type route struct{ open, shut string }

// routes finds a way from the root to each object type, the shortest that can
// be had with the arguments above.
func routes(s *ast.Schema) map[string]route {
	out := map[string]route{"Query": {}}
	for queue := []string{"Query"}; len(queue) > 0; queue = queue[1:] {
		from := s.Types[queue[0]]
		for _, f := range from.Fields {
			if f.Name == "relay" || strings.HasPrefix(f.Name, "__") {
				continue
			}
			targets := []*ast.Definition{s.Types[f.Type.Name()]}
			if targets[0].Kind != ast.Object {
				targets = s.PossibleTypes[f.Type.Name()]
			}
			for _, t := range targets {
				call, ok := fieldCall(from.Name, f, t.Name)
				if _, known := out[t.Name]; known || !ok || t.Kind != ast.Object {
					continue
				}
				way := out[from.Name]
				out[t.Name] = route{way.open + " " + call + " { __typename ... on " + t.Name + " {", "} }" + way.shut}
				queue = append(queue, t.Name)
			}
		}
	}
	return out
}

// fieldCall is a field with the arguments that it needs; a connection's are a
// small page.
func fieldCall(typ string, f *ast.FieldDefinition, target string) (string, bool) {
	args := needed()[typ+"."+f.Name]
	if better, ok := needed()[typ+"."+f.Name+" "+target]; ok {
		args = better
	}
	for _, a := range f.Arguments {
		if a.Type.NonNull && a.DefaultValue == nil && !strings.Contains(args, a.Name+":") {
			return "", false
		}
	}
	if f.Arguments.ForName("first") != nil {
		args = strings.TrimPrefix(args+", first: 20", ", ")
	}
	if args != "" {
		args = "(" + args + ")"
	}
	return f.Name + args, true
}

// TestEveryFieldAnswers asks for every field of every type that can be reached,
// a document for each type. The recording of it is held against GitHub's schema.
func TestEveryFieldAnswers(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	s := sandbox.GraphQLSchema()
	ways := routes(s)
	for name, def := range s.Types {
		if def.Kind != ast.Object || strings.HasPrefix(name, "__") || name == "Mutation" || strings.HasSuffix(name, "Payload") {
			continue // what changes something is asked for by the client's own tests
		}
		way, ok := ways[name]
		if !ok {
			t.Errorf("%s cannot be reached", name)
			continue
		}
		var fields []string
		for _, f := range def.Fields {
			call, ok := fieldCall(name, f, "")
			if !ok || strings.HasPrefix(f.Name, "__") {
				continue
			}
			if k := s.Types[f.Type.Name()].Kind; k == ast.Object || k == ast.Interface || k == ast.Union {
				call += " { __typename }"
			}
			fields = append(fields, call)
		}
		slices.Sort(fields)
		text := fmt.Sprintf("query Of%s {%s %s %s}", name, way.open, strings.Join(fields, " "), way.shut)
		for _, who := range []string{"newcomer", "identity-lead"} {
			if got := b.graph(who, text, nil); got["errors"] != nil {
				t.Errorf("%s\n%v", text, got["errors"])
			}
		}
	}
}
