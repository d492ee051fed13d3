package sandbox

import (
	"net/http"

	"github.com/vektah/gqlparser/v2/ast"
)

// LoadAcme reads the embedded company anew, to measure that.
func LoadAcme() (*World, error) { return readWorld("acme", acmeFiles, "acme") }

// GraphQLSchema is what the forge executes.
func GraphQLSchema() *ast.Schema { return graphQLSchema() }

// Resolved tells whether a field of a type has a resolver.
func Resolved(typ, field string) bool { return graphQLFields()[typ][field] != nil }

// ResolvedFields are all that have one, TYPE.FIELD.
func ResolvedFields() []string {
	var out []string
	for typ, fields := range graphQLFields() {
		for name := range fields {
			out = append(out, typ+"."+name)
		}
	}
	return out
}

// Made counts the repositories that lie on disk.
func (f *Forge) Made() int {
	n := 0
	for _, r := range f.state.order {
		if r.made.Load() {
			n++
		}
	}
	return n
}

// Answer answers a request without a connection.
func (f *Forge) Answer(w http.ResponseWriter, r *http.Request) { f.serveHTTP(w, r) }
