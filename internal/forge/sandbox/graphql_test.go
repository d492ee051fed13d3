package sandbox_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/isrc-dev/isrc/internal/forge/sandbox"
)

// ask puts a document to the GraphQL API as somebody.
func ask(t testing.TB, f *sandbox.Forge, login, path, query string, variables map[string]any) reply {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequest("POST", f.URL()+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if login != "" {
		r.Header.Set("Authorization", "bearer "+f.Token(login))
	}
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, data}
}

// graph asks the GraphQL API as somebody, and gives the whole answer.
func (b *bench) graph(login, query string, variables map[string]any) map[string]any {
	b.Helper()
	r := ask(b, b.Forge, login, "/api/graphql", query, variables)
	if r.status != http.StatusOK {
		b.Fatalf("status %d: %s", r.status, r.body)
	}
	return r.object(b)
}

// at walks down an answer: at(b, answer, "data", "repository", "name").
func at(b testing.TB, v any, keys ...any) any {
	b.Helper()
	for _, k := range keys {
		switch k := k.(type) {
		case string:
			m, ok := v.(map[string]any)
			if !ok {
				b.Fatalf("%v: no object at %q but %v", keys, k, v)
			}
			v = m[k]
		case int:
			list, ok := v.([]any)
			if !ok || k >= len(list) {
				b.Fatalf("%v: no element %d in %v", keys, k, v)
			}
			v = list[k]
		}
	}
	return v
}

func TestEveryFieldOfTheSchemaIsExecuted(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for name, def := range sandbox.GraphQLSchema().Types {
		if def.Kind != ast.Object {
			continue
		}
		for _, f := range def.Fields {
			known[name+"."+f.Name] = true
			generic := strings.HasSuffix(name, "Edge") || strings.HasSuffix(name, "Connection")
			if !generic && !sandbox.Resolved(name, f.Name) {
				t.Errorf("%s.%s is in the schema and not executed", name, f.Name)
			}
		}
	}
	for _, name := range sandbox.ResolvedFields() {
		if !known[name] {
			t.Errorf("%s is executed and not in the schema", name)
		}
	}
}

func TestGraphQLListsAnOrganisation(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	got := b.graph("newcomer", `query($org: String!, $n: Int = 2) {
		repositoryOwner(login: $org) {
			__typename login
			... on Organization { name }
			repositories(first: $n, orderBy: {field: NAME, direction: ASC}) {
				totalCount pageInfo { hasNextPage endCursor }
				nodes { nameWithOwner isPrivate visibility
					defaultBranchRef { name target { oid ... on Commit { history(first: 1) { totalCount nodes { messageHeadline } } } } }
					readme: object(expression: "HEAD:README.md") { __typename ... on Blob { text byteSize isBinary oid } }
					root: object(expression: "HEAD:") { ... on Tree { entries { name type oid mode } } }
				}
			}
		}
		rateLimit { cost nodeCount remaining used limit }
	}`, map[string]any{"org": "identity"})
	if got["errors"] != nil {
		t.Fatal(got["errors"])
	}
	repos := at(b, got, "data", "repositoryOwner", "repositories")
	one := at(b, repos, "nodes", 0)
	for want, have := range map[any]any{
		"Organization":                          at(b, got, "data", "repositoryOwner", "__typename"),
		"Identity":                              at(b, got, "data", "repositoryOwner", "name"),
		"identity/auth-client-java":             at(b, one, "nameWithOwner"),
		"INTERNAL":                              at(b, one, "visibility"),
		"main":                                  at(b, one, "defaultBranchRef", "name"),
		float64(5):                              at(b, one, "defaultBranchRef", "target", "history", "totalCount"),
		"docs(client): show the retry settings": at(b, one, "defaultBranchRef", "target", "history", "nodes", 0, "messageHeadline"),
		float64(161):                            at(b, one, "readme", "byteSize"),
		".github":                               at(b, one, "root", "entries", 1, "name"),
		"tree":                                  at(b, one, "root", "entries", 1, "type"),
		float64(16384):                          at(b, one, "root", "entries", 1, "mode"),
		float64(1):                              at(b, got, "data", "rateLimit", "cost"),
	} {
		if want != have {
			t.Errorf("got %v, want %v", have, want)
		}
	}
	// What the seed told is what git says once the repository lies on disk.
	dir := b.clone("newcomer", "identity/auth-client-java")
	if got, want := at(b, one, "defaultBranchRef", "target", "oid"), any(b.git("", dir, "rev-parse", "HEAD")); got != want {
		t.Errorf("the seed's commit is %v, git's %v", got, want)
	}
}

func TestGraphQLPagesStayGoodWhileTheListChanges(t *testing.T) {
	t.Parallel()
	w := sandbox.NewWorld("pages")
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		w.AddRepo("platform/"+name, nil)
	}
	b := start(t, w)
	const query = `query($after: String) { organization(login: "platform") { repositories(first: 2, after: $after, orderBy: {field: NAME, direction: ASC}) {
		pageInfo { hasNextPage endCursor } edges { cursor node { name } } } } }`
	var names []string
	after := any(nil)
	for range 5 {
		got := b.graph("newcomer", query, map[string]any{"after": after})
		list := at(b, got, "data", "organization", "repositories")
		for _, e := range at(b, list, "edges").([]any) {
			names = append(names, at(b, e, "node", "name").(string))
		}
		if after == nil { // what stood before the cursor goes
			b.api("platform-lead", http.StatusNoContent, "DELETE", "/repos/platform/a", nil)
		}
		if after = at(b, list, "pageInfo", "endCursor"); at(b, list, "pageInfo", "hasNextPage") == false {
			break
		}
	}
	if got := strings.Join(names, ""); got != "abcde" {
		t.Errorf("got %s, want abcde", got)
	}
}

func TestGraphQLErrorsAreGitHubs(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	cases := []struct {
		name, query string
		kind, says  string
		path        string
	}{
		{"a repository that is not there", `{ repository(owner: "identity", name: "nothing") { name } }`,
			"NOT_FOUND", "Could not resolve to a Repository with the name 'identity/nothing'.", "[repository]"},
		{"an organisation that is not there", `{ x: organization(login: "nobody") { name } }`,
			"NOT_FOUND", "Could not resolve to an Organization with the login of 'nobody'.", "[x]"},
		{"a page without a size", `{ viewer { repositories { nodes { name } } } }`,
			"MISSING_PAGINATION_BOUNDARIES", "You must provide a `first` or `last` value to properly paginate the `repositories` connection.", "[viewer repositories]"},
		{"a page too large", `{ viewer { repositories(first: 101) { totalCount } } }`,
			"EXCESSIVE_PAGINATION", "Requesting 101 records on the `repositories` connection exceeds the `first` limit of 100 records.", "[viewer repositories]"},
		{"too many nodes", `{ viewer { repositories(first: 100) { nodes { issues(first: 100) { nodes { comments(first: 100) { nodes { id } } } } } } } }`,
			"MAX_NODE_LIMIT_EXCEEDED", "This query requests up to 1,010,100 possible nodes which exceeds the maximum limit of 500,000.", ""},
		{"a field that is not there", `{ viewer { nope } }`, "", "Field 'nope' doesn't exist on type 'User'", "[query viewer nope]"},
		{"a variable without its value", `query($login: String!) { user(login: $login) { login } }`, "", "Variable $login of type String! was provided invalid value", ""},
		{"no GraphQL", `{ viewer `, "", "Parse error", ""},
		{"a cursor of somewhere else", `{ viewer { repositories(first: 1, after: "x") { totalCount } } }`,
			"INVALID_CURSOR_ARGUMENTS", "`x` does not appear to be a valid cursor.", "[viewer repositories]"},
	}
	for _, c := range cases {
		got := b.graph("newcomer", c.query, nil)
		kind, _ := at(b, got, "errors", 0, "type").(string)
		says, _ := at(b, got, "errors", 0, "message").(string)
		path := ""
		if p, ok := at(b, got, "errors", 0, "path").([]any); ok {
			path = fmt.Sprint(p)
		}
		if kind != c.kind || !strings.HasPrefix(says, c.says) || c.path != "" && path != c.path {
			t.Errorf("%s: got %s %q at %s", c.name, kind, says, path)
		}
	}
}

// TestGraphQLHidesWhatRESTHides asks for a private repository as one who may
// not see it: null and an error, and the rest of the document counts.
func TestGraphQLHidesWhatRESTHides(t *testing.T) {
	t.Parallel()
	w, r := small()
	r.Visibility = "private"
	r.Access = map[string]string{"newcomer": "pull"}
	w.AddAccount("stranger")
	b := start(t, w)
	const query = `{ hidden: repository(owner: "platform", name: "lib") { name } viewer { login }
		organization(login: "platform") { repositories(first: 10) { totalCount nodes { name } } } }`
	if got := b.graph("newcomer", query, nil); got["errors"] != nil || at(b, got, "data", "hidden", "name") != "lib" {
		t.Errorf("with access: %v", got)
	}
	got := b.graph("stranger", query, nil)
	if at(b, got, "data", "hidden") != nil || at(b, got, "data", "viewer", "login") != "stranger" ||
		at(b, got, "errors", 0, "type") != "NOT_FOUND" || at(b, got, "data", "organization", "repositories", "totalCount") != float64(0) {
		t.Errorf("without access: %v", got)
	}
	if r := ask(t, b.Forge, "", "/graphql", query, nil); r.status != http.StatusUnauthorized {
		t.Errorf("without a token: status %d", r.status)
	}
	token := b.TokenWith("newcomer", "public_repo")
	x, err := b.send(token, "POST", b.URL()+"/graphql", map[string]any{"query": query})
	if err != nil || at(b, x.object(t), "data", "hidden") != nil {
		t.Errorf("with a token for public repositories: %v %s", err, x.body)
	}
}

func TestGraphQLComplainsAsGitHubDoes(t *testing.T) {
	t.Parallel()
	const cheap, dear = `{ viewer { login } }`, `{ organization(login: "identity") { repositories(first: 60) { nodes { issues(first: 100) { totalCount } } } } }`
	cases := []struct {
		name   string
		limits sandbox.GraphQL
		fault  sandbox.Fault
		query  string
		status int
		kind   string
		header string // NAME=VALUE
	}{
		{"a host that has REST alone", sandbox.GraphQL{Off: true}, sandbox.Fault{}, cheap, http.StatusNotFound, "", ""},
		{"too many repositories at once", sandbox.GraphQL{Repositories: 50}, sandbox.Fault{}, dear, http.StatusBadGateway, "", ""},
		{"as many as it puts up with", sandbox.GraphQL{Repositories: 60}, sandbox.Fault{}, dear, http.StatusOK, "", "X-RateLimit-Used=1"},
		{"a limit of its own", sandbox.GraphQL{}, sandbox.Fault{}, cheap, http.StatusOK, "", "X-RateLimit-Resource=graphql"},
		{"more repositories than one document is given", sandbox.GraphQL{Partial: 3}, sandbox.Fault{}, dear, http.StatusOK, "RESOURCE_LIMITS_EXCEEDED", ""},
		{"too many nodes at once", sandbox.GraphQL{Nodes: 6000}, sandbox.Fault{}, dear, http.StatusBadGateway, "", ""},
		{"without points", sandbox.GraphQL{Points: 3}, sandbox.Fault{}, `{ viewer { repositories(first: 100) { nodes { issues(first: 1) { nodes { comments(first: 1) { totalCount } labels(first: 1) { totalCount } assignees(first: 1) { totalCount } } } } } } }`,
			http.StatusOK, "RATE_LIMITED", "X-RateLimit-Remaining=0"},
		{"the hour's points are gone", sandbox.GraphQL{}, sandbox.Fault{Path: "/graphql", Kind: sandbox.FaultPrimaryLimit}, cheap, http.StatusOK, "RATE_LIMITED", "X-RateLimit-Remaining=0"},
		{"too fast", sandbox.GraphQL{}, sandbox.Fault{Path: "/graphql", Kind: sandbox.FaultSecondaryLimit}, cheap, http.StatusForbidden, "", "Retry-After=60"},
		{"too fast, said with 200", sandbox.GraphQL{}, sandbox.Fault{Path: "/graphql", Kind: sandbox.FaultSecondaryLimit, Status: http.StatusOK}, cheap, http.StatusOK, "RATE_LIMITED", "Retry-After=60"},
		{"single sign-on", sandbox.GraphQL{}, sandbox.Fault{Path: "/graphql", Kind: sandbox.FaultSSO}, cheap, http.StatusOK, "FORBIDDEN", ""},
		{"a page instead of JSON", sandbox.GraphQL{}, sandbox.Fault{Path: "/api/graphql", Kind: sandbox.FaultHTML}, cheap, http.StatusBadGateway, "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := start(t, nil, func(o *sandbox.Options) {
				o.GraphQL = c.limits
				if c.fault.Kind != "" {
					o.Faults = append(o.Faults, c.fault)
				}
			})
			r := ask(t, b.Forge, "newcomer", "/api/graphql", c.query, nil)
			if r.status != c.status {
				t.Fatalf("status %d, want %d: %s", r.status, c.status, r.body)
			}
			if c.kind != "" && at(t, r.object(t), "errors", 0, "type") != c.kind {
				t.Errorf("got %s, want %s", r.body, c.kind)
			}
			if name, value, ok := strings.Cut(c.header, "="); ok && r.header.Get(name) != value {
				t.Errorf("%s: %s, want %s", name, r.header.Get(name), value)
			}
		})
	}
}

// TestGraphQLCostsWhatTheDocumentationSays holds the points and the nodes of
// GitHub's own example.
func TestGraphQLCostsWhatTheDocumentationSays(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	got := b.graph("newcomer", `{ viewer { repositories(first: 100) { edges { node { id issues(first: 50) { edges { node { id labels(first: 60) { edges { node { id name } } } } } } } } } }
		rateLimit { cost nodeCount remaining } }`, nil)
	limit := at(b, got, "data", "rateLimit")
	if at(b, limit, "cost") != float64(51) || at(b, limit, "nodeCount") != float64(100+5000+300_000) || at(b, limit, "remaining") != float64(4949) {
		t.Errorf("got %v, want 51 points, 305100 nodes, 4949 left", limit)
	}
}

// TestGraphQLBoundsADocument sends fragments that double with each line.
func TestGraphQLBoundsADocument(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	text := "{ viewer { ...f0 } }"
	for i := range 40 {
		text += fmt.Sprintf(" fragment f%d on User { a%d: repository(name: \"x\") { owner { ...f%d } } b%d: repository(name: \"x\") { owner { ...f%d } } }", i, i, i+1, i, i+1)
	}
	text += " fragment f40 on User { login }"
	began := time.Now()
	r := ask(t, b.Forge, "newcomer", "/graphql", text, nil)
	if at(t, r.object(t), "errors", 0, "message") != "Query has too many fields." {
		t.Errorf("got %.200s", r.body)
	}
	if took := time.Since(began); took > 3*time.Minute {
		t.Errorf("it took %v", took)
	}
}

// TestGraphQLLanguage tries what a document may hold: fragments, directives,
// several operations, introspection.
func TestGraphQLLanguage(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	const text = `query One($yes: Boolean!, $no: Boolean = false) {
		viewer { ...who login @skip(if: $yes) name @include(if: $yes) bio @include(if: $no) }
		repository(owner: "identity", name: "auth-lib") { pullRequest(number: 412) {
			author { __typename ...who } timelineItems(first: 5, itemTypes: [PULL_REQUEST_REVIEW, MERGED_EVENT]) { nodes { __typename ... on MergedEvent { actor { login } } } } } }
		type: __type(name: "Repository") { kind fields { name type { kind ofType { name } } } interfaces { name } }
		union: __type(name: "SearchResultItem") { possibleTypes { name } }
		__schema { queryType { name } directives { name } }
	}
	query Two { viewer { login } }
	fragment who on Actor { me: login }`
	body := map[string]any{"query": text, "operationName": "One", "variables": map[string]any{"yes": true}}
	r, err := b.send(b.Token("newcomer"), "POST", b.URL()+"/graphql", body)
	if err != nil {
		t.Fatal(err)
	}
	got := r.object(t)
	if got["errors"] != nil {
		t.Fatalf("%v", got["errors"])
	}
	if who := at(t, got, "data", "viewer").(map[string]any); len(who) != 2 || who["me"] != "newcomer" || who["name"] == nil {
		t.Errorf("the viewer is %v", who)
	}
	if !strings.HasPrefix(string(r.body), `{"data":{"viewer":{"me":"newcomer","name":`) {
		t.Errorf("the fields do not stand in the order of the document: %.80s", r.body)
	}
	if at(t, got, "data", "repository", "pullRequest", "author", "__typename") != "User" {
		t.Errorf("got %v", at(t, got, "data", "repository"))
	}
	if at(t, got, "data", "type", "kind") != "OBJECT" || len(at(t, got, "data", "union", "possibleTypes").([]any)) != 3 {
		t.Errorf("got %v and %v", at(t, got, "data", "type"), at(t, got, "data", "union"))
	}
	body["operationName"] = ""
	if r, err = b.send(b.Token("newcomer"), "POST", b.URL()+"/graphql", body); err != nil || at(t, r.object(t), "errors", 0, "message") != "An operation name is required" {
		t.Errorf("without a name: %s %v", r.body, err)
	}
}
