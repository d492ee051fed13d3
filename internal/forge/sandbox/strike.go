package sandbox

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// strike lets a fault loose on a request and tells whether the request is
// carried out all the same.
func (f *Forge) strike(w *answerWriter, x *exchange) bool {
	if !f.pause(x) {
		panic(http.ErrAbortHandler)
	}
	switch k := x.fault; k.Kind {
	case FaultDelay, FaultIncomplete:
		return true
	case FaultCut:
		w.cut, w.left = true, k.After
		return true
	case FaultTruncate:
		w.hold, w.after = &bytes.Buffer{}, k.After
		return true
	case FaultReset:
		reset(w)
	case FaultHTML:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(orStatus(k.Status, http.StatusBadGateway))
		_, _ = fmt.Fprint(w, "<!DOCTYPE html><html><head><title>Unicorn!</title></head><body><p>This page is taking too long to load.</p></body></html>")
	case FaultSignIn:
		if k.Status >= http.StatusMultipleChoices && k.Status < http.StatusBadRequest {
			w.Header().Set("Location", f.otherName()+"/sso/sign-in?next="+x.r.URL.Path)
			w.WriteHeader(k.Status)
			break
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(orStatus(k.Status, http.StatusOK))
		_, _ = fmt.Fprint(w, "<!DOCTYPE html>\n<html>\n<head><title>Sign in to ACME</title></head>\n<body>\n<form action=\"/sso\"><input name=\"user\"></form>\n</body>\n</html>\n")
	default:
		f.strikeWithWords(w, x)
	}
	return false
}

// otherName is the address of this forge by another name of this machine, which is
// another host to whoever keeps a token to its own.
func (f *Forge) otherName() string { return strings.Replace(f.URL(), "127.0.0.1", "localhost", 1) }

// strikeWithWords refuses a request as GitHub would for that reason.
func (f *Forge) strikeWithWords(w *answerWriter, x *exchange) {
	k, h := x.fault, w.Header()
	status, message, page := orStatus(k.Status, http.StatusForbidden), "", ""
	switch k.Kind {
	case FaultSecondaryLimit:
		h.Set("Retry-After", strconv.Itoa(int(max(k.retryAfter().Seconds(), 1))))
		message, page = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.", "overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"
	case FaultPrimaryLimit:
		resource, limit := resourceOf(x.r.URL.Path)
		h.Set("X-RateLimit-Limit", strconv.Itoa(limit))
		h.Set("X-RateLimit-Remaining", "0")
		h.Set("X-RateLimit-Used", strconv.Itoa(limit))
		h.Set("X-RateLimit-Resource", resource)
		h.Set("X-RateLimit-Reset", strconv.FormatInt(f.now().Add(k.retryAfter()).Unix(), 10))
		var id int64
		if x.user != nil {
			id = x.user.id
		}
		message, page = fmt.Sprintf("API rate limit exceeded for user ID %d.", id), "overview/rate-limits-for-the-rest-api"
	case FaultSSO:
		h.Set("X-GitHub-SSO", "required; url="+f.page("/orgs/%s/sso?authorization_request=%s", ownerOf(x.r.URL.Path), "A"+Fingerprint(x.r.URL.Path)))
		message, page = "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.", "authentication"
	case FaultForkPolicy:
		status = orStatus(k.Status, http.StatusUnprocessableEntity)
		message, page = "This organization does not allow private repository forking", "repos/forks#create-a-fork"
	default:
		status = orStatus(k.Status, http.StatusInternalServerError)
		message = orElse(http.StatusText(status), "Error")
	}
	if isGraphQL(x.r.URL.Path) && f.refuseDocument(w, x, message) {
		return
	}
	f.refuse(w, x, status, message, docs(page))
}

// refuseDocument answers with status 200 and an error where GraphQL does so:
// without points left, for want of single sign-on, and for the secondary limit
// if the fault says 200. It tells whether it did.
func (f *Forge) refuseDocument(w *answerWriter, x *exchange, message string) bool {
	e := &graphQLError{Message: message}
	switch k := x.fault; {
	case k.Kind == FaultPrimaryLimit && orStatus(k.Status, http.StatusOK) == http.StatusOK:
		e = rateLimited(x.user)
	case k.Kind == FaultSSO && orStatus(k.Status, http.StatusOK) == http.StatusOK:
		e.Type, e.Extensions = "FORBIDDEN", map[string]any{"saml_failure": true}
	case k.Kind == FaultSecondaryLimit && k.Status == http.StatusOK:
		e.Type = "RATE_LIMITED"
	default:
		return false
	}
	a, _ := refusedDocument(e)
	f.writeAPI(w, x, nil, a)
	return true
}

// retryAfter is how long a limit lasts.
func (k *Fault) retryAfter() time.Duration {
	if k.RetryAfter == 0 {
		return time.Minute
	}
	return k.RetryAfter
}

// ownerOf is the account whose things a path names.
func ownerOf(path string) string {
	rest, isAPI := strings.CutPrefix(path, apiPrefix)
	parts := strings.Split(strings.Trim(rest, "/"), "/")
	switch {
	case !isAPI && parts[0] != "":
		return parts[0]
	case len(parts) > 1 && (parts[0] == "repos" || parts[0] == "orgs"):
		return parts[1]
	}
	return "acme"
}

// pause waits as long as the fault says, unless somebody goes away.
func (f *Forge) pause(x *exchange) bool {
	if x.fault.Delay <= 0 {
		return true
	}
	t := time.NewTimer(x.fault.Delay)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-x.r.Context().Done():
		return false
	case <-f.ctx.Done():
		return false
	}
}

// reset drops the connection so that the client sees a reset, not an end.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	inner := conn
	if t, ok := conn.(interface{ NetConn() net.Conn }); ok {
		inner = t.NetConn() // below TLS
	}
	if tcp, ok := inner.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = inner.Close()
}

// refuse answers as the API does, or in plain text to git.
func (f *Forge) refuse(w *answerWriter, x *exchange, status int, message, doc string) {
	if x.entry.Kind != "api" {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(status)
		_, _ = fmt.Fprintln(w, message)
		return
	}
	f.writeAPI(w, x, nil, answer{status: status, body: fields(
		"message", message, "documentation_url", doc, "status", strconv.Itoa(status),
	)})
}

func orStatus(status, other int) int {
	if status == 0 {
		return other
	}
	return status
}

// docs is a page of the documentation, as errors name one.
//
//go:noinline
func docs(page string) string {
	return "https://docs.github.com/enterprise-server@3.17/rest" + map[bool]string{true: "", false: "/"}[page == ""] + page
}
