package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tinySchema is a published schema as GitHub writes one, its doubled field included.
const tinySchema = `
directive @docs(of: String) on FIELD_DEFINITION
scalar DateTime
scalar URI
enum Color { RED GREEN }
input Sort { by: Color! way: Int = 1 }
interface Node { id: ID! }
type Thing implements Node { "About" id: ID! name: String color: Color! made: DateTime! page: URI parts(first: Int, sort: Sort = {by:RED}): [Thing!]! part(of: ID!): Thing }
type Other implements Node { id: ID! size: Int! size: Int! }
union Any = Thing | Other
type Query { thing(id: ID!): Thing node(id: ID!): Node any: Any things: [Thing]! }
`

// part is a true part of tinySchema.
const part = `
scalar DateTime
enum Color { RED }
input Sort { by: Color! }
interface Node { id: ID! }
type Thing implements Node { id: ID! name: String made: DateTime! parts(sort: Sort = {by:RED}): [Thing!]! part(of: ID!): Thing }
union Any = Thing
type Query { thing(id: ID!): Thing any: Any }
`

func schemaFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "schema.graphql")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestASchemaIsHeldAgainstThePublishedOne(t *testing.T) {
	t.Parallel()
	published, err := LoadGraphQL(schemaFile(t, tinySchema))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, old, spoilt, want string }{
		{"a true part", "", "", ""},
		{"a type of its own", "union Any", "type More { id: ID! }\nunion Any", "More: there is no such type"},
		{"another kind", "scalar DateTime", "enum DateTime { NOW }", "DateTime: is ENUM, and published as SCALAR"},
		{"a field of its own", "name: String", "name: String title: String", "Thing.title: there is no such field"},
		{"a field that may be null", "made: DateTime!", "made: DateTime", "Thing.made: is DateTime, and published as DateTime!"},
		{"a field that may not be null", "name: String", "name: String!", "Thing.name: is String!, and published as String"},
		{"a list of what may be null", "[Thing!]!", "[Thing]!", "Thing.parts: is [Thing]!, and published as [Thing!]!"},
		{"another type", "name: String", "name: ID", "Thing.name: is ID, and published as String"},
		{"an argument of its own", "thing(id: ID!)", "thing(id: ID!, no: Int)", "Query.thing: takes no argument no"},
		{"an argument of another type", "thing(id: ID!)", "thing(id: ID)", "Query.thing(id:): is ID, and published as ID!"},
		{"a required argument less", "part(of: ID!)", "part", "Thing.part: its argument of is required, and missing"},
		{"another default", "{by:RED}", "{by:GREEN}", "Thing.parts(sort:): defaults to {by:GREEN}, and published to {by:RED}"},
		{"a value of its own", "{ RED }", "{ RED BLUE }", "Color: has no value BLUE"},
		{"a required field of an input less", "{ by: Color! }", "{ way: Int = 1 }", "Sort.by: is required, and missing"},
		{"a default of an input's field less", "{ by: Color! }", "{ by: Color! way: Int }", "Sort.way: defaults to nothing, and published to 1"},
		{"a member of its own", "Any = Thing", "Any = Thing | Query", "Any: Query is no member"},
		{"an interface of its own", "union Any", "interface Named { name: String }\nextend type Thing implements Named\nunion Any", "Named: there is no such type"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(part, c.old, c.spoilt, 1)
			if c.old != "" && text == part {
				t.Fatal("nothing was spoilt")
			}
			ours, err := LoadGraphQL(schemaFile(t, text))
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Join(subset(published, ours), "\n")
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestAGraphQLAnswerIsHeldAgainstItsDocument(t *testing.T) {
	t.Parallel()
	published, err := LoadGraphQL(schemaFile(t, tinySchema))
	if err != nil {
		t.Fatal(err)
	}
	const query = `query($x: Boolean = true) { thing(id: "1") { ...all } any { ... on Thing { made } ... on Other { size } } node(id: "2") { __typename id ... on Other { size } } }
		fragment all on Thing { id title: name color @include(if: $x) made page parts { id } }`
	const answer = `{"data":{"thing":{"id":"1","title":null,"color":"RED","made":"2026-03-02T09:00:00Z","page":"/a","parts":[{"id":"3"}]},"any":{"size":2},"node":{"__typename":"Other","id":"2","size":1}}}`
	for _, c := range []struct{ name, old, spoilt, want string }{
		{"a true answer", "", "", ""},
		{"a value missing", `"made":"2026-03-02T09:00:00Z",`, "", "/data/thing/made was asked for, and is missing"},
		{"null where none may be", `"RED"`, "null", "/data/thing/color is null, and its type Color!"},
		{"null in a list", `[{"id":"3"}]`, "[null]", "/data/thing/parts/* is null"},
		{"no list", `[{"id":"3"}]`, "{}", "/data/thing/parts is no list"},
		{"not a value of an enumeration", `"RED"`, `"BLUE"`, "/data/thing/color is BLUE, and no value of Color"},
		{"not a time", `"2026-03-02T09:00:00Z"`, `"today"`, "/data/thing/made is no DateTime: today"},
		{"not an address", `"/a"`, `"a b"`, "/data/thing/page is no URI"},
		{"not a whole number", `"size":1}`, `"size":1.5}`, "/data/node/size is no Int"},
		{"an id as a number", `"id":"1"`, `"id":1`, "/data/thing/id is no ID"},
		{"another type than it says", `"Other"`, `"Thing"`, "/data/node/size was not asked for"},
		{"no type that it may be", `"Other"`, `"Query"`, "/data/node is of no type that Node may be"},
		{"neither of the types", `{"size":2}`, `{"size":"2"}`, "/data/any/size is no Int"},
		{"what was not asked for", `"title":null`, `"title":null,"name":null`, "/data/thing/name was not asked for"},
		{"no data and no error", answer, `{}`, " there is neither data nor an error"},
		{"an error without words", answer, `{"data":null,"errors":[{"message":""}]}`, "/errors/*/message is missing"},
		{"null and an error", answer, `{"data":null,"errors":[{"message":"no"}]}`, ""},
		{"a refused document", answer, `{"errors":[{"message":"no"}]}`, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			body, err := json.Marshal(map[string]any{"query": query})
			if err != nil {
				t.Fatal(err)
			}
			text := strings.Replace(answer, c.old, c.spoilt, 1)
			if c.old != "" && text == answer {
				t.Fatal("nothing was spoilt")
			}
			e := Exchange{Method: "POST", Path: "/api/graphql", Status: 200, RequestBody: body, ResponseBody: []byte(text)}
			got := ""
			for _, v := range (&GraphQL{schema: published}).Judge(e) {
				got += v.Field + " " + v.Reason + "\n"
			}
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestADocumentMustBeValid executes a document that the published schema does
// not know, which only a forge of its own would do.
func TestADocumentMustBeValid(t *testing.T) {
	t.Parallel()
	published, err := LoadGraphQL(schemaFile(t, tinySchema))
	if err != nil {
		t.Fatal(err)
	}
	e := Exchange{Method: "POST", Path: "/graphql", Status: 200, RequestBody: []byte(`{"query":"{ things { nope } }"}`), ResponseBody: []byte(`{"data":{"things":[]}}`)}
	found := (&GraphQL{schema: published}).Judge(e)
	if len(found) == 0 || !strings.Contains(found[0].Reason, "nope") {
		t.Errorf("got %v", found)
	}
}

func TestWithoutARecordedDocumentNothingIsProved(t *testing.T) {
	t.Parallel()
	published, err := LoadGraphQL(schemaFile(t, tinySchema))
	if err != nil {
		t.Fatal(err)
	}
	if err := checkGraphQL(&strings.Builder{}, published, published, []Exchange{asked("/things", 200, "{}")}, false); err == nil {
		t.Error("no document was judged, and all is well")
	}
}
