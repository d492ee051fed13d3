package sandbox

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"
)

// strike lets a fault loose on a request and tells whether the request is
// carried out all the same.
func (f *Forge) strike(w *answerWriter, x *exchange) bool {
	if !f.pause(x) {
		panic(http.ErrAbortHandler)
	}
	k := x.fault
	retry := k.RetryAfter
	if retry == 0 {
		retry = time.Minute
	}
	switch k.Kind {
	case FaultDelay:
		return true
	case FaultCut:
		w.cut, w.left = true, k.After
		return true
	case FaultTruncate:
		w.hold, w.after = &bytes.Buffer{}, k.After
		return true
	case FaultReset:
		reset(w)
	case FaultSecondaryLimit:
		w.Header().Set("Retry-After", strconv.Itoa(int(max(retry.Seconds(), 1))))
		f.refuse(w, x, orStatus(k.Status, http.StatusForbidden),
			"You have exceeded a secondary rate limit. Please wait a few minutes before you try again.", docs("overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"))
	case FaultPrimaryLimit:
		h := w.Header()
		h.Set("X-RateLimit-Limit", "5000")
		h.Set("X-RateLimit-Remaining", "0")
		h.Set("X-RateLimit-Used", "5000")
		h.Set("X-RateLimit-Resource", "core")
		h.Set("X-RateLimit-Reset", strconv.FormatInt(f.now().Add(retry).Unix(), 10))
		f.refuse(w, x, orStatus(k.Status, http.StatusForbidden),
			"API rate limit exceeded for user ID 1.", docs("overview/rate-limits-for-the-rest-api"))
	case FaultSSO:
		w.Header().Set("X-GitHub-SSO", "required; url="+f.URL()+"/orgs/acme/sso?authorization_request=sandbox")
		f.refuse(w, x, orStatus(k.Status, http.StatusForbidden),
			"Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.", docs("authentication"))
	case FaultForkPolicy:
		f.refuse(w, x, orStatus(k.Status, http.StatusForbidden),
			"The organization does not permit forking of this repository.", docs("repos/forks#create-a-fork"))
	case FaultHTML:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(orStatus(k.Status, http.StatusBadGateway))
		_, _ = fmt.Fprint(w, "<!DOCTYPE html><html><head><title>Unicorn!</title></head><body><p>This page is taking too long to load.</p></body></html>")
	default:
		status := orStatus(k.Status, http.StatusInternalServerError)
		f.refuse(w, x, status, orElse(http.StatusText(status), "Error"), docs(""))
	}
	return false
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
	f.writeAPI(w, x, nil, answer{status: status, body: obj{
		"message": message, "documentation_url": doc, "status": strconv.Itoa(status),
	}})
}

func orStatus(status, other int) int {
	if status == 0 {
		return other
	}
	return status
}

// docs is a page of the documentation, as errors name one.
func docs(page string) string {
	return "https://docs.github.com/enterprise-server@3.17/rest" + map[bool]string{true: "", false: "/"}[page == ""] + page
}
