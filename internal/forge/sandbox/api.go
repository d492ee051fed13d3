package sandbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// obj is a JSON object.
type obj = map[string]any

// fields makes an object of names and values in turn. A literal of a map would
// take three times the code for each of them.
//
//go:noinline
func fields(pairs ...any) obj {
	o := make(obj, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		o[pairs[i].(string)] = pairs[i+1] //nolint:forcetypeassert // names are literals
	}
	return o
}

// call is one REST request with what its route found out.
type call struct {
	f     *Forge
	ctx   context.Context
	x     *exchange
	vars  map[string]string
	query url.Values
	body  []byte
	user  *user        // nil for nobody
	repo  *repository  // of routes below /repos/{owner}/{repo}
	perm  permission   // on repo
	seeds *seedObjects // of repo, while git has not touched it
	head  http.Header  // of the answer
}

// answer is what a handler gives back. A nil body is no body.
type answer struct {
	status int
	body   any
	header http.Header
	// text, when set, is sent as it is under the content type media.
	text  *string
	media string
}

// apiError is a refusal in the API's words.
type apiError struct {
	status  int
	message string
	errors  []any
	doc     string
	url     string // of a redirect
	block   obj    // why a repository is blocked
	header  http.Header
}

func (e *apiError) Error() string { return e.message }

//go:noinline
func notFound() error { return &apiError{status: http.StatusNotFound, message: "Not Found"} }

//go:noinline
func forbidden(format string, args ...any) error {
	return &apiError{status: http.StatusForbidden, message: fmt.Sprintf(format, args...)}
}

// invalid is 422 Validation Failed with the errors of single fields.
//
//go:noinline
func invalid(errs ...obj) error {
	e := &apiError{status: http.StatusUnprocessableEntity, message: "Validation Failed"}
	for _, x := range errs {
		e.errors = append(e.errors, x)
	}
	return e
}

// fieldError is one entry of a validation error. A code other than custom has
// no message of its own.
//
//go:noinline
func fieldError(resource, field, code, message string) obj {
	e := fields("resource", resource, "code", code)
	if field != "" {
		e["field"] = field
	}
	if message != "" {
		e["message"] = message
	}
	return e
}

//go:noinline
func unprocessable(format string, args ...any) error {
	return &apiError{status: http.StatusUnprocessableEntity, message: fmt.Sprintf(format, args...)}
}

//go:noinline
func ok(body any) (answer, error)       { return answer{status: http.StatusOK, body: body}, nil }
func created(body any) (answer, error)  { return answer{status: http.StatusCreated, body: body}, nil }
func accepted(body any) (answer, error) { return answer{status: http.StatusAccepted, body: body}, nil }
func noContent() (answer, error)        { return answer{status: http.StatusNoContent}, nil }

// maxBody bounds what a REST request may carry.
const maxBody = 8 << 20

// serveAPI answers one REST request.
func (f *Forge) serveAPI(w *answerWriter, x *exchange) {
	body, err := io.ReadAll(http.MaxBytesReader(w, x.r.Body, maxBody))
	if err != nil {
		f.refuse(w, x, http.StatusRequestEntityTooLarge, "The request is too large.", docs(""))
		return
	}
	if x.sent && !x.known {
		f.writeAPI(w, x, body, errorAnswer(&apiError{status: http.StatusUnauthorized, message: "Bad credentials"}))
		return
	}
	answering := f.dispatch
	if isGraphQL(x.r.URL.Path) {
		answering = f.serveGraphQL
	}
	a, err := answering(x, body)
	if err != nil {
		a = errorAnswer(err)
	}
	f.writeAPI(w, x, body, a)
}

func errorAnswer(err error) answer {
	var e *apiError
	if !errors.As(err, &e) {
		e = &apiError{status: http.StatusInternalServerError, message: "Server Error: " + err.Error()}
	}
	body := fields("message", e.message, "documentation_url", orElse(e.doc, docs("")), "status", strconv.Itoa(e.status))
	if e.errors != nil {
		body["errors"] = e.errors
	}
	if e.block != nil {
		body["block"] = e.block
	}
	if e.url != "" {
		body = fields("message", e.message, "url", e.url, "documentation_url", body["documentation_url"])
	}
	return answer{status: e.status, body: body, header: e.header}
}

// dispatch finds the route and checks what it needs before it is asked. What
// changes nothing holds mu for reading, the rest for writing.
func (f *Forge) dispatch(x *exchange, body []byte) (answer, error) {
	rt, vars := f.match(x.r)
	if rt == nil {
		if x.user == nil && !f.world.Anonymous {
			return answer{}, needsAuth()
		}
		return answer{}, notFound()
	}
	if x.r.Method == http.MethodGet || x.r.Method == http.MethodHead {
		f.mu.RLock()
		defer f.mu.RUnlock()
	} else {
		f.mu.Lock()
		defer f.mu.Unlock()
		defer f.lists.changed()
	}
	c := &call{f: f, ctx: x.r.Context(), x: x, vars: vars, query: x.r.URL.Query(), body: body, user: x.user, head: http.Header{}}
	if x.r.Method != http.MethodGet {
		c.ctx = context.WithoutCancel(c.ctx) // what was begun is carried out, as on a real forge
	}
	if err := c.admit(rt); err != nil {
		return answer{}, err
	}
	a, err := rt.serve(c)
	if err != nil {
		return answer{}, err
	}
	if a.header == nil {
		a.header = c.head
	}
	return a, nil
}

func needsAuth() error {
	return &apiError{status: http.StatusUnauthorized, message: "Requires authentication"}
}

// admit finds the repository and asks whether this caller may.
func (c *call) admit(rt *route) error {
	if c.user == nil && !rt.open && (!c.f.world.Anonymous || rt.perm == 0 || c.x.r.Method != http.MethodGet) {
		return needsAuth()
	}
	if len(rt.scopes) > 0 && c.user != nil && !c.x.token.has(rt.scopes...) {
		h := http.Header{"X-Accepted-Oauth-Scopes": {strings.Join(rt.scopes, ", ")}}
		return &apiError{status: http.StatusForbidden, header: h,
			message: "Your token has not been granted the required scopes to execute this query."}
	}
	if len(rt.parts) < 3 || rt.parts[0] != "repos" {
		return c.appPolicy(rt)
	}
	c.repo = c.f.state.repo(c.vars["owner"], c.vars["repo"])
	if c.repo == nil {
		return c.movedTo()
	}
	c.perm = c.f.may(c.user, c.repo)
	if c.perm < permPull || c.user != nil && c.repo.private() && !c.x.token.has("repo") {
		return &apiError{status: http.StatusNotFound, message: "Not Found", header: http.Header{"X-Accepted-Oauth-Scopes": {"repo"}}}
	}
	if err := c.policy(rt); err != nil {
		return err
	}
	if err := c.appPolicy(rt); err != nil {
		return err
	}
	if c.user != nil && c.x.r.Method != http.MethodGet && !c.x.token.has("public_repo") {
		// what a token may not write to is hidden from it, though it is read
		return &apiError{status: http.StatusNotFound, message: "Not Found", header: http.Header{"X-Accepted-Oauth-Scopes": {"public_repo, repo"}}}
	}
	if c.perm < rt.perm {
		if rt.hidden {
			return notFound()
		}
		if rt.perm == permAdmin {
			return forbidden("Must have admin rights to Repository.")
		}
		return forbidden("Must have %s access to repository.", rt.perm)
	}
	if c.repo.archived && c.x.r.Method != http.MethodGet && !rt.archived {
		return forbidden("Repository was archived so is read-only.")
	}
	if rt.git || rt.seed {
		if c.repo.gitWait.Load() > 0 {
			if len(rt.parts) > 3 && (rt.parts[3] == "git" || rt.parts[3] == "commits") {
				return &apiError{status: http.StatusConflict, message: "Git Repository is empty."}
			}
			return notFound()
		}
		if rt.seed {
			var err error
			if c.seeds, err = c.f.prepare(c.ctx, c.repo); err != nil {
				return err
			}
			return c.hasCommits(rt)
		}
		return c.f.ready(c.ctx, c.repo)
	}
	return nil
}

// hasCommits refuses to read a repository to which nothing was ever pushed.
func (c *call) hasCommits(rt *route) error {
	if !c.repo.spec.Empty || c.commitAt(c.repo.branch) != "" || len(rt.parts) < 4 {
		return nil
	}
	switch rt.parts[3] {
	case "git", "commits":
		return &apiError{status: http.StatusConflict, message: "Git Repository is empty."}
	case "contents", "readme":
		return &apiError{status: http.StatusNotFound, message: "This repository is empty."}
	}
	return nil
}

// movedTo leads from a repository's former name to where its id is.
func (c *call) movedTo() error {
	r := c.f.state.moved[strings.ToLower(c.vars["owner"]+"/"+c.vars["repo"])]
	if r == nil || r.deleted || !c.f.sees(c.x, r) {
		return notFound()
	}
	rest := strings.SplitN(strings.TrimPrefix(c.x.r.URL.EscapedPath(), apiPrefix+"/repos/"), "/", 3)
	url := c.f.api("/repositories/%d", r.id)
	if len(rest) > 2 {
		url += "/" + rest[2]
	}
	if c.x.r.URL.RawQuery != "" {
		url += "?" + c.x.r.URL.RawQuery
	}
	status := http.StatusMovedPermanently
	if c.x.r.Method != http.MethodGet && c.x.r.Method != http.MethodHead {
		status = http.StatusTemporaryRedirect
	}
	return &apiError{status: status, message: "Moved Permanently", header: http.Header{"Location": {url}}, url: url}
}

// read decodes the request's body.
func (c *call) read(into any) error {
	if len(c.body) == 0 {
		return nil
	}
	if err := json.Unmarshal(c.body, into); err != nil {
		var bad *json.UnmarshalTypeError
		if errors.As(err, &bad) {
			return unprocessable("Invalid request.\n\nFor '%s', %s is not of the expected type.", bad.Field, bad.Value)
		}
		return &apiError{status: http.StatusBadRequest, message: "Problems parsing JSON"}
	}
	return nil
}

// writeAPI sends an answer with the headers that every answer has.
func (f *Forge) writeAPI(w *answerWriter, x *exchange, body []byte, a answer) {
	h := w.Header()
	for k, v := range a.header {
		h[http.CanonicalHeaderKey(k)] = v
	}
	var data []byte
	switch {
	case a.text != nil:
		data = []byte(*a.text)
		h.Set("Content-Type", a.media)
	case a.body != nil:
		data, _ = json.Marshal(a.body)
		h.Set("Content-Type", "application/json; charset=utf-8")
	}
	f.commonHeaders(h, x)
	f.partial(h, x)
	if a.status == http.StatusOK && (x.r.Method == http.MethodGet || x.r.Method == http.MethodHead) {
		sum := sha256.Sum256(append([]byte(x.entry.Login+"\x00"+h.Get("Link")+"\x00"), data...))
		etag := `"` + hex.EncodeToString(sum[:]) + `"`
		h.Set("ETag", "W/"+etag)
		h.Set("Cache-Control", "private, max-age=60, s-maxage=60")
		h.Set("Vary", "Accept, Authorization, Cookie, X-GitHub-OTP")
		if noneMatch(x.r.Header.Get("If-None-Match"), etag) {
			a.status, data = http.StatusNotModified, nil
			h.Del("Content-Type")
		}
	}
	f.limits.count(h, x, a.status, f.pointLimit(), f.now())
	if data != nil {
		h.Set("Content-Length", strconv.Itoa(len(data)))
	}
	if f.journal.record != nil {
		defer f.journal.record(Exchange{
			Method: x.r.Method, Path: x.r.URL.RequestURI(), RequestHeader: withoutSecrets(x.r.Header), RequestBody: body,
			Status: a.status, ResponseHeader: h.Clone(), ResponseBody: data, Fault: x.entry.Fault,
		})
	}
	w.WriteHeader(a.status)
	if x.r.Method != http.MethodHead {
		_, _ = w.Write(data)
	}
}

func noneMatch(header, etag string) bool {
	for _, one := range strings.Split(header, ",") {
		if one = strings.TrimSpace(one); one == "*" || strings.TrimPrefix(one, "W/") == etag {
			return true
		}
	}
	return false
}

func withoutSecrets(h http.Header) http.Header {
	h = h.Clone()
	h.Del("Authorization")
	h.Del("Cookie")
	return h
}

func (f *Forge) commonHeaders(h http.Header, x *exchange) {
	h.Set("Date", f.now().UTC().Format(http.TimeFormat)) // a client measures ages by the server's clock
	h.Set("X-GitHub-Request-Id", f.journal.requestID())
	h.Set("X-GitHub-Enterprise-Version", "3.17.2")
	h.Set("X-GitHub-Media-Type", "github.v3; format=json")
	h.Set("X-GitHub-Api-Version-Selected", "2022-11-28")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Access-Control-Expose-Headers", "ETag, Link, Location, Retry-After, X-GitHub-OTP, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Used, X-RateLimit-Resource, X-RateLimit-Reset, X-OAuth-Scopes, X-Accepted-OAuth-Scopes, X-GitHub-SSO, X-GitHub-Request-Id")
	if x.known && x.token.kind == "" {
		// GitHub answers exactly these spellings, and clients read them in any.
		h.Set("X-OAuth-Scopes", strings.Join(x.token.scopes, ", "))
		if h.Get("X-Accepted-OAuth-Scopes") == "" {
			h.Set("X-Accepted-OAuth-Scopes", "")
		}
	}
}
