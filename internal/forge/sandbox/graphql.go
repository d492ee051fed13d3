package sandbox

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/isrc-dev/isrc/internal/lazy"
)

// GraphQL sets what the forge's GraphQL API puts up with.
type GraphQL struct {
	// Off answers 404, as a host that has REST alone.
	Off bool
	// Repositories and Nodes are how many of them a document may ask for before
	// the forge gives up after ten seconds, with 502; any number when 0.
	Repositories int
	Nodes        int
	// Partial is how many repositories one document is given; those after them
	// are null, with an error each. Any number when 0.
	Partial int
	// Points is what an account may spend in an hour, 5,000 when 0.
	Points int
}

// SetGraphQL changes what the GraphQL API puts up with.
func (f *Forge) SetGraphQL(g GraphQL) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.graphql = g
}

// pointLimit is how many points an account may spend in an hour.
func (f *Forge) pointLimit() int {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.graphql.points()
}

// graphQLSource is the part of GitHub's published schema that is executed here.
//
//go:embed schema.graphql
var graphQLSource string

// graphQLSchema is read when the first document comes.
var graphQLSchema = lazy.Value(func() *ast.Schema {
	s, err := validator.LoadSchema(validator.Prelude, &ast.Source{Name: "schema.graphql", Input: graphQLSource})
	if err != nil {
		panic(fmt.Sprintf("the embedded schema cannot be read: %v", err)) // a test reads it
	}
	return s
})

// maxTokens bounds a document.
const maxTokens = 20_000

// isGraphQL tells whether a path is the GraphQL API: that of an Enterprise
// Server, or as github.com spells it.
func isGraphQL(path string) bool { return path == "/api/graphql" || path == "/graphql" }

// serveGraphQL answers one POST to the GraphQL API.
func (f *Forge) serveGraphQL(x *exchange, body []byte) (answer, error) {
	if bytes.Contains(body, []byte("mutation")) { // or a query that only speaks of it
		f.mu.Lock()
		defer f.mu.Unlock()
	} else {
		f.mu.RLock()
		defer f.mu.RUnlock()
	}
	switch {
	case f.graphql.Off || x.r.Method != http.MethodPost:
		return answer{}, notFound()
	case x.user == nil:
		return answer{}, &apiError{status: http.StatusUnauthorized, message: "This endpoint requires you to be authenticated.", doc: graphQLDocs("guides/forming-calls-with-graphql#authenticating-with-graphql")}
	}
	var in struct {
		Query         string         `json:"query"`
		OperationName string         `json:"operationName"`
		Variables     map[string]any `json:"variables"`
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&in); err != nil {
		return answer{}, &apiError{status: http.StatusBadRequest, message: "Problems parsing JSON", doc: graphQLDocs("")}
	}
	if in.Query == "" {
		return answer{}, &apiError{status: http.StatusBadRequest, message: "A query attribute must be specified and must be a string.", doc: graphQLDocs("")}
	}
	c := &call{f: f, ctx: x.r.Context(), x: x, user: x.user, head: http.Header{}}
	g := &graphQLRun{call: c, schema: graphQLSchema(), fields: graphQLFields()}
	return g.answer(in.Query, in.OperationName, in.Variables)
}

//go:noinline
func graphQLDocs(page string) string {
	return "https://docs.github.com/enterprise-server@3.17/graphql" + map[bool]string{true: "", false: "/"}[page == ""] + page
}

// answer parses, validates, weighs and executes a document.
func (g *graphQLRun) answer(text, name string, variables map[string]any) (answer, error) {
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Name: "query", Input: text}, maxTokens)
	if err != nil {
		return refusedDocument(parseFailure(err))
	}
	if bad := slices.DeleteFunc(validator.ValidateWithRules(g.schema, doc, nil), tolerated); len(bad) > 0 {
		return refusedDocument(validationFailures(doc, bad)...)
	}
	op, refusal := operation(doc, name)
	if refusal != nil {
		return refusedDocument(refusal)
	}
	vars, err := validator.VariableValues(g.schema, op, variables)
	if err != nil {
		return refusedDocument(variableFailure(op, err))
	}
	g.vars = vars
	w := g.weigh(op)
	if len(w.refused) > 0 {
		return refusedDocument(w.refused...)
	}
	if limit := g.f.graphql; over(w.nodes, limit.Nodes) || over(w.repositories, limit.Repositories) {
		return g.gaveUp()
	}
	points := w.cost()
	if !g.f.limits.spend(g.x, points, g.f.graphql.points(), g.f.now()) {
		return g.spent()
	}
	g.weight = w
	return g.execute(op)
}

// tolerated is what the specification forbids and GitHub lets pass: its own
// client asks for state of an issue and of a pull request under one name.
func tolerated(e *gqlerror.Error) bool {
	return e.Rule == "OverlappingFieldsCanBeMerged" && strings.Contains(e.Message, "they return conflicting types")
}

func over(n, limit int) bool { return limit > 0 && n > limit }

func (g GraphQL) points() int {
	if g.Points == 0 {
		return coreLimit
	}
	return g.Points
}

// operation finds the one that is asked for.
func operation(doc *ast.QueryDocument, name string) (*ast.OperationDefinition, *graphQLError) {
	if name == "" && len(doc.Operations) == 1 {
		return doc.Operations[0], nil
	}
	if op := doc.Operations.ForName(name); name != "" && op != nil {
		return op, nil
	}
	if name == "" {
		return nil, &graphQLError{Message: "An operation name is required"}
	}
	return nil, &graphQLError{Message: fmt.Sprintf("No operation named %q", name)}
}

// execute runs the operation; what fails leaves null and an error.
func (g *graphQLRun) execute(op *ast.OperationDefinition) (answer, error) {
	root := g.schema.Query
	if op.Operation == ast.Mutation {
		root = g.schema.Mutation
	}
	g.out.WriteString(`{"data":`)
	at := g.out.Len()
	if !g.object(root, g, []ast.SelectionSet{op.SelectionSet}) {
		g.out.Truncate(at)
		g.out.WriteString("null")
	}
	if err := context.Cause(g.ctx); err != nil {
		return answer{}, err
	}
	if len(g.errs) > 0 {
		list, err := json.Marshal(g.errs)
		if err != nil {
			return answer{}, err
		}
		g.out.WriteString(`,"errors":`)
		g.out.Write(list)
	}
	g.out.WriteByte('}')
	text := g.out.String()
	return answer{status: http.StatusOK, text: &text, media: "application/json; charset=utf-8"}, nil
}

// gaveUp is what a document that takes too long gets.
func (g *graphQLRun) gaveUp() (answer, error) {
	return answer{status: http.StatusBadGateway, body: fields("data", nil, "errors", []obj{{
		"message": "Something went wrong while executing your query. This may be the result of a timeout, or it could be a GitHub bug. Please include `" +
			g.f.journal.requestID() + "` when reporting this issue.",
	}})}, nil
}

// spent refuses without points, with status 200 as GitHub does.
func (g *graphQLRun) spent() (answer, error) {
	return refusedDocument(rateLimited(g.user))
}

func rateLimited(u *user) *graphQLError {
	id := "0"
	if u != nil {
		id = strconv.FormatInt(u.id, 10)
	}
	return &graphQLError{Type: "RATE_LIMITED", Message: "API rate limit exceeded for user ID " + id + "."}
}

// refusedDocument is an answer of errors alone.
//
//go:noinline
func refusedDocument(errs ...*graphQLError) (answer, error) {
	return answer{status: http.StatusOK, body: obj{"errors": errs}}, nil
}
