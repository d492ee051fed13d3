package github

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
)

// graphError is one of the errors of an answer. GitHub sends most of them with
// the status 200.
type graphError struct {
	Type       string `json:"type"`
	Message    string `json:"message"`
	Path       []any  `json:"path"` // names and indexes; none is the whole
	Extensions struct {
		Code string `json:"code"`
		SAML bool   `json:"saml_failure"`
		// Type and Field are what a server does not know.
		Type  string `json:"typeName"`
		Field string `json:"fieldName"`
	} `json:"extensions"`
}

// kind is the code of an error, which servers write in one of two places.
func (e graphError) kind() string { return strings.ToUpper(firstOf(e.Type, e.Extensions.Code)) }

//go:noinline
func (e graphError) says(any ...string) bool {
	return words{message: e.Message}.speaksOf(any...)
}

// below tells whether an error is about what lies at a path; an element of at
// that is nil stands for any.
func (e graphError) below(at ...any) bool {
	if len(e.Path) < len(at) {
		return false
	}
	for i := range at {
		if at[i] != nil && fmt.Sprint(e.Path[i]) != fmt.Sprint(at[i]) {
			return false
		}
	}
	return true
}

// graphStatus is the status that REST would have answered with, where that
// matters for asking again: GraphQL limits requests with the status 200.
func graphStatus(a answer) int {
	if a.status != http.StatusOK || !strings.Contains(string(a.body), `"errors"`) {
		return a.status
	}
	for _, e := range graphErrors(a) {
		limited := e.kind() == "RATE_LIMITED" || e.kind() == "RATE_LIMIT" ||
			len(e.Path) == 0 && e.says("api rate limit", "secondary rate limit", "abuse detection")
		if limited {
			return http.StatusTooManyRequests
		}
	}
	return a.status
}

// graphErrors are the errors of an answer, none where it is not one of GraphQL.
func graphErrors(a answer) []graphError {
	var said struct {
		Errors []graphError `json:"errors"`
	}
	if json.Unmarshal(a.body, &said) != nil {
		return nil
	}
	return said.Errors
}

// tooMuch tells whether the server gave up on a question for its size. Where
// there is data, an error that speaks of one place in it is only about that.
func tooMuch(all []graphError, none bool) bool {
	return slices.ContainsFunc(all, func(e graphError) bool {
		switch e.kind() {
		case "RESOURCE_LIMITS_EXCEEDED", "MAX_NODE_LIMIT_EXCEEDED", "NODE_LIMIT_EXCEEDED", "EXCESSIVE_PAGINATION", "QUERY_TOO_COMPLEX", "MAX_COMPLEXITY_EXCEEDED":
			return true
		}
		if !none && len(e.Path) > 0 {
			return false
		}
		return e.kind() == "TIMEOUT" || e.kind() == "SERVICE_UNAVAILABLE" ||
			e.says("something went wrong while executing", "something went wrong", "timeout", "timed out", "timedout", "respond to your request in time",
				"resource limits", "node limit", "exceeds max complexity", "query complexity", "too complex")
	})
}

// unknownToServer tells whether a server, for its age, does not know what a
// document asks for.
func unknownToServer(all []graphError) bool {
	return slices.ContainsFunc(all, func(e graphError) bool {
		switch e.Extensions.Code {
		case "undefinedField", "argumentNotAccepted", "undefinedType", "argumentLiteralsIncompatible", "selectionMismatch", "GRAPHQL_VALIDATION_FAILED":
			return true
		}
		return e.says("doesn't exist on type", "doesn't accept argument", "cannot query field", "isn't a defined input type", "unknown argument", "unknown type", "no such type")
	})
}

// nameless tells whether a server refuses a document in words alone. GitHub's
// refusals have a type; without one, it is a server that has no GraphQL and says
// so in its form, or not all of it.
func nameless(all []graphError) bool {
	return len(all) > 0 && !slices.ContainsFunc(all, func(e graphError) bool { return e.kind() != "" || e.Extensions.SAML || len(e.Path) > 0 })
}

// failing tells whether a server says that it failed, and not at what.
func failing(all []graphError) bool {
	return slices.ContainsFunc(all, func(e graphError) bool {
		return e.says("internal server error", "internal error", "unexpected error", "try again", "temporarily")
	})
}

// scopeOf is what a host lacks that answers a document with errors alone: its
// name, or "" for GraphQL as a whole.
func scopeOf(d document, all []graphError) string {
	whole := func(e graphError) bool {
		return e.says("not supported", "unsupported", "not implemented", "not enabled", "not available", "disabled", "switched off", "turned off")
	}
	if len(all) == 0 || !unknownToServer(all) && slices.ContainsFunc(all, whole) {
		return ""
	}
	return d.name
}

// restMayDo tells whether a refusal of GraphQL may not be one of REST: some
// servers keep some kinds of tokens from the former only.
func restMayDo(err error) bool {
	var refused *forge.NotPermittedError
	if errors.As(err, &refused) {
		return refused.Policy == forge.PolicyOther
	}
	var token *forge.TokenError
	return errors.As(err, &token) && token.Policy == ""
}

func quoteOf(all []graphError) string {
	w := words{}
	for _, e := range all {
		if e.Message != "" && len(w.details) < 3 && !slices.Contains(w.details, e.Message) {
			w.details = append(w.details, e.Message)
		}
	}
	return w.quote()
}

// graphRefusal turns the errors of what could not be read into one of forge. No
// errors at all mean that it is not there.
func (c *Client) graphRefusal(r reply, what string, all []graphError) error {
	w := words{message: quoteOf(all)}
	is := func(kinds ...string) bool {
		return slices.ContainsFunc(all, func(e graphError) bool { return slices.Contains(kinds, e.kind()) })
	}
	saml := slices.ContainsFunc(all, func(e graphError) bool { return e.Extensions.SAML })
	if sso := c.singleSignOn(r.answer, w); sso != nil {
		return sso
	} else if saml {
		return &forge.SSOError{Host: c.o.Host}
	}
	switch {
	case len(all) == 0, is("NOT_FOUND"):
		return &forge.NotFoundError{What: what}
	case is("INSUFFICIENT_SCOPES"):
		return &forge.ScopeError{Host: c.o.Host, Needed: scopesIn(w.message), Have: listed(r.header.Get("X-OAuth-Scopes"), ",")}
	case is("FORBIDDEN"):
		return &forge.NotPermittedError{What: "reading " + what, Policy: policyOf(w), Quote: w.message}
	}
	if tooMuch(all, true) { // all that was asked for is missing
		return c.tooMuch(w.message)
	}
	return &forge.InvalidError{What: "reading " + what, Quote: w.message}
}

// scopesIn reads the scopes out of the sentence in which GitHub names them:
// "… requires one of the following scopes: ['read:org'], but …".
func scopesIn(sentence string) []string {
	_, rest, ok := strings.Cut(sentence, "following scopes: [")
	inner, _, closed := strings.Cut(rest, "]")
	if !ok || !closed {
		return nil
	}
	var all []string
	for _, s := range listed(inner, ",") {
		if s = plain(strings.Trim(s, `'"`)); s != "-" && len(all) < 10 {
			all = append(all, s)
		}
	}
	return all
}
