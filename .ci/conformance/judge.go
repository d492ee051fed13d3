package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Violation is one way in which an exchange differs from a description.
type Violation struct {
	Description string
	Operation   string // method and path template, or the path when there is none
	Status      int
	Field       string // JSON pointer, with list positions as *; "" for the whole
	Reason      string
	At          string // recording and line
}

// Judge holds one exchange against the description. An answer spoilt on purpose
// is not judged.
//
// A request that was refused may be as wrong as its test wanted; one that was
// accepted must be right, or the client could not do the same elsewhere.
func (d *Description) Judge(e Exchange) []Violation {
	if e.Fault != "" || e.isGraphQL() {
		return nil
	}
	op, r, ok := d.operation(e)
	if !ok {
		return []Violation{{Description: d.Name, Operation: e.Method + " " + e.Route(), Status: e.Status,
			Reason: "the description has no such operation", At: e.At()}}
	}
	found := d.response(op, e)
	if e.Status < http.StatusBadRequest {
		found = append(found, d.request(op, r, e)...)
	}
	for i := range found {
		found[i].Description, found[i].At, found[i].Status = d.Name, e.At(), e.Status
		found[i].Operation = describedAs(e.Method) + " " + r.template
	}
	return found
}

// response judges the answer's status, media type and body.
func (d *Description) response(op *openapi3.Operation, e Exchange) []Violation {
	if e.Status == http.StatusNotModified {
		return wantEmpty(e, "an answer 304")
	}
	ref := op.Responses.Status(e.Status)
	if ref == nil || ref.Value == nil || len(ref.Value.Content) == 0 && e.Status >= http.StatusBadRequest {
		if e.Status >= http.StatusBadRequest {
			return d.refusal(e)
		}
		if ref == nil {
			return say("", "the operation lists no answer %d", e.Status)
		}
	}
	if len(ref.Value.Content) == 0 {
		return wantEmpty(e, "this answer")
	}
	media, _, err := mime.ParseMediaType(e.ResponseHeader.Get("Content-Type"))
	if err != nil {
		return say("", "the answer's media type cannot be read: %v", err)
	}
	// A refusal is JSON, whatever form was asked for.
	if asked, ok := rendition(e); ok && e.Status < 400 {
		if media == "application/json" {
			return say("", "%s was asked for, and JSON was the answer", asked)
		}
		return nil // text in a form that the description lists without a schema
	}
	content := ref.Value.Content.Get(media)
	if content == nil {
		return say("", "the operation answers no %s", media)
	}
	return body(content.Schema, e.ResponseBody, openapi3.VisitAsResponse())
}

// refusal judges an error that the operation does not list: it must have the
// form that errors have everywhere.
func (d *Description) refusal(e Exchange) []Violation {
	forms := errorSchemas[:1]
	if e.Status == http.StatusUnprocessableEntity {
		forms = errorSchemas
	}
	var first []Violation
	for _, form := range forms {
		schema := d.schema(form)
		if schema == nil {
			continue
		}
		found := body(schema.NewRef(), e.ResponseBody, openapi3.VisitAsResponse())
		if len(found) == 0 {
			return nil
		}
		if first == nil {
			first = found
		}
	}
	if first == nil {
		return say("", "the operation lists no answer %d, and the description no form of errors", e.Status)
	}
	return first
}

// request judges the query and the body of a request that was accepted.
func (d *Description) request(op *openapi3.Operation, r route, e Exchange) []Violation {
	parameters := op.Parameters
	if item := d.doc.Paths.Value(r.template); item != nil {
		parameters = append(item.Parameters[:len(item.Parameters):len(item.Parameters)], parameters...)
	}
	found := query(parameters, e)
	switch {
	case op.RequestBody == nil || op.RequestBody.Value == nil:
		if len(e.RequestBody) > 0 {
			found = append(found, say("request", "the operation takes no body")...)
		}
	case len(e.RequestBody) == 0:
		if op.RequestBody.Value.Required {
			found = append(found, say("request", "the body is missing")...)
		}
	default:
		if content := op.RequestBody.Value.Content.Get("application/json"); content != nil {
			for _, v := range body(content.Schema, e.RequestBody, openapi3.VisitAsRequest()) {
				v.Field = "request" + v.Field
				found = append(found, v)
			}
		}
	}
	return found
}

// query judges the parameters after the question mark: each must be known, for
// a forge leaves out silently what it does not know.
func query(parameters openapi3.Parameters, e Exchange) []Violation {
	_, raw, _ := strings.Cut(e.Path, "?")
	values, err := url.ParseQuery(raw)
	if err != nil {
		return say("?", "the query cannot be read: %v", err)
	}
	var found []Violation
	for name, value := range values {
		p := parameters.GetByInAndName("query", name)
		if p == nil {
			found = append(found, say("?"+name, "the operation has no such parameter")...)
			continue
		}
		if p.Schema == nil || p.Schema.Value == nil {
			continue
		}
		for _, v := range value {
			if err := p.Schema.Value.VisitJSON(typed(p.Schema.Value, v)); err != nil {
				found = append(found, flatten(err, "?"+name)...)
			}
		}
	}
	return found
}

// typed reads a parameter's text as what its schema wants.
func typed(schema *openapi3.Schema, text string) any {
	if schema.Type.Is("string") {
		return text
	}
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return text
	}
	return v
}

// rendition tells whether the request asked for something else than JSON, such
// as application/vnd.github.raw or .diff.
func rendition(e Exchange) (string, bool) {
	accept := e.RequestHeader.Get("Accept")
	for _, form := range []string{"raw", "diff", "patch", "html", "sha"} {
		if strings.HasPrefix(accept, "application/vnd.github") && strings.HasSuffix(strings.TrimSuffix(accept, "+json"), "."+form) {
			return accept, !strings.HasSuffix(accept, "+json")
		}
	}
	return "", false
}

func wantEmpty(e Exchange, what string) []Violation {
	if len(e.ResponseBody) > 0 {
		return say("", "%s has no body, and %d bytes came", what, len(e.ResponseBody))
	}
	return nil
}

func say(field, format string, args ...any) []Violation {
	return []Violation{{Field: field, Reason: fmt.Sprintf(format, args...)}}
}

// body judges JSON text by a schema.
func body(schema *openapi3.SchemaRef, data []byte, as openapi3.SchemaValidationOption) []Violation {
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return say("", "the body is no JSON: %v", err)
	}
	if schema == nil || schema.Value == nil {
		return nil
	}
	err := schema.Value.VisitJSON(v, as, openapi3.MultiErrors(), openapi3.EnableFormatValidation(),
		openapi3.WithStringFormatValidator("uri", openapi3.NewCallbackValidator(absolute)))
	return flatten(err, "")
}

func absolute(text string) error {
	if u, err := url.Parse(text); err != nil || u.Scheme == "" {
		return errors.New("no absolute URL")
	}
	return nil
}

var listPosition = regexp.MustCompile(`/\d+(/|$)`)

// flatten turns the validator's tree of errors into a list.
func flatten(err error, at string) []Violation {
	var many openapi3.MultiError
	var one *openapi3.SchemaError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &many) && !errors.As(err, &one):
		var out []Violation
		for _, e := range many {
			out = append(out, flatten(e, at)...)
		}
		return out
	case errors.As(err, &one):
		field := at
		if pointer := one.JSONPointer(); len(pointer) > 0 {
			field += "/" + strings.Join(pointer, "/")
		}
		for listPosition.MatchString(field) {
			field = listPosition.ReplaceAllString(field, "/*$1")
		}
		return say(field, "%s", reason(one))
	}
	return say(at, "%v", err)
}

// reason is the error in a line, with what spoke against the nearest of several
// alternatives.
func reason(e *openapi3.SchemaError) string {
	text := e.Reason
	if text == "" {
		text = "differs in " + e.SchemaField
	}
	if e.Origin != nil && e.SchemaField != "format" {
		for _, v := range flatten(e.Origin, "") {
			text += "; " + strings.TrimSpace(v.Field+" "+v.Reason)
		}
	}
	if line, _, cut := strings.Cut(text, "\n"); cut {
		text = line
	}
	return text
}
