package sandbox

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
)

// serveGit speaks git's smart HTTP by git's own --stateless-rpc.
func (f *Forge) serveGit(w *answerWriter, x *exchange) {
	path, service, ok := splitGitPath(x.r)
	if !ok {
		gitRefuse(w, http.StatusForbidden, "Please upgrade your git client: only the smart HTTP protocol is spoken here.")
		return
	}
	r, status, why := f.gitAccess(x, path, service)
	if r == nil {
		if status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", `Basic realm="GitHub"`)
		}
		gitRefuse(w, status, why)
		return
	}
	noCache(w.Header())
	if strings.HasSuffix(x.r.URL.Path, "/info/refs") {
		f.advertise(w, x, r, service)
		return
	}
	body, err := requestBody(x.r)
	if err != nil {
		gitRefuse(w, http.StatusBadRequest, "The body cannot be read.")
		return
	}
	_ = http.NewResponseController(w).EnableFullDuplex()
	w.Header().Set("Content-Type", "application/x-"+service+"-result")
	if service == "git-receive-pack" {
		f.receivePack(w, x, r, body)
		return
	}
	f.stream(w, x, r, body, "upload-pack", "--stateless-rpc", ".")
}

// splitGitPath takes OWNER/NAME and the service out of a request.
func splitGitPath(r *http.Request) (path, service string, ok bool) {
	p := strings.Trim(r.URL.Path, "/")
	if rest, found := strings.CutSuffix(p, "/info/refs"); found {
		service = r.URL.Query().Get("service")
		return rest, service, r.Method == http.MethodGet && (service == "git-upload-pack" || service == "git-receive-pack")
	}
	i := strings.LastIndex(p, "/")
	return p[:max(i, 0)], p[i+1:], r.Method == http.MethodPost
}

// gitAccess finds the repository and says why not, in GitHub's order: who are
// you, is it there for you, may you push.
func (f *Forge) gitAccess(x *exchange, path, service string) (*repository, int, string) {
	if x.sent && !x.known {
		return nil, http.StatusUnauthorized, "Invalid username or token. Password authentication is not supported for Git operations."
	}
	owner, name, _ := strings.Cut(path, "/")
	f.mu.RLock()
	defer f.mu.RUnlock()
	r := f.state.repo(owner, strings.TrimSuffix(name, ".git"))
	if r == nil {
		r = f.state.repo(owner, name)
	}
	if r == nil { // git finds what was renamed under its former name, too
		r = f.state.moved[strings.ToLower(owner+"/"+strings.TrimSuffix(name, ".git"))]
	}
	if r == nil || r.deleted || f.may(x.user, r) < permPull || x.user != nil && r.private() && !x.token.has("repo") {
		if x.user == nil {
			return nil, http.StatusUnauthorized, "Authentication required"
		}
		return nil, http.StatusNotFound, "Repository not found."
	}
	if why := f.gitPolicy(x.user, r); why != "" {
		return nil, http.StatusForbidden, why
	}
	if service == "git-receive-pack" {
		if x.user == nil {
			return nil, http.StatusUnauthorized, "Authentication required"
		}
		if x.token.kind == "fine-grained" && r.owner != x.user {
			return nil, http.StatusForbidden, "Write access to repository not granted."
		}
		if f.may(x.user, r) < permPush || !x.token.has("repo", "public_repo") {
			return nil, http.StatusForbidden, fmt.Sprintf("Permission to %s.git denied to %s.", r.fullName(), x.user.Login)
		}
		if r.archived {
			return nil, http.StatusForbidden, "This repository was archived so it is read-only."
		}
	}
	if r.gitWait.Load() > 0 && r.gitWait.Add(-1) >= 0 {
		return nil, http.StatusNotFound, "Repository not found."
	}
	if err := f.ready(x.r.Context(), r); err != nil {
		return nil, http.StatusInternalServerError, err.Error()
	}
	return r, 0, ""
}

// has tells whether a token has one of these scopes.
func (t token) has(scopes ...string) bool {
	for _, s := range scopes {
		if containsFold(t.scopes, s) || s == "public_repo" && containsFold(t.scopes, "repo") {
			return true
		}
	}
	return false
}

func (f *Forge) advertise(w *answerWriter, x *exchange, r *repository, service string) {
	w.Header().Set("Content-Type", "application/x-"+service+"-advertisement")
	g := f.git
	if service == "git-receive-pack" || !strings.Contains(x.r.Header.Get("Git-Protocol"), "version=2") {
		_, _ = io.WriteString(w, pktLine("# service="+service+"\n")+"0000")
	}
	if service == "git-upload-pack" {
		g = g.protocol(x.r)
	}
	// Version 2 tells what the server can do, which is the same for all repositories.
	key := ""
	if service == "git-upload-pack" && x.r.Header.Get("Git-Protocol") == "version=2" {
		key = "version=2"
	}
	if said, found := g.memo.get(key); found && key != "" {
		_, _ = io.WriteString(w, said)
		return
	}
	var all bytes.Buffer
	cmd := g.command(x.r.Context(), r.dir, strings.TrimPrefix(service, "git-"), "--stateless-rpc", "--advertise-refs", ".")
	cmd.Stdout = io.MultiWriter(flushWriter{w}, &all)
	if err := cmd.Run(); err == nil && key != "" {
		g.memo.put(key, all.String())
	}
}

// protocol hands on the version that the client wishes for.
func (g gitCommand) protocol(r *http.Request) gitCommand {
	v := r.Header.Get("Git-Protocol")
	if v == "" || len(v) > 200 || strings.ContainsAny(v, "\x00\n") {
		return g
	}
	return g.with("GIT_PROTOCOL=" + v)
}

// stream lets git answer a request as it comes.
func (f *Forge) stream(w *answerWriter, x *exchange, r *repository, body io.Reader, args ...string) {
	cmd := f.git.protocol(x.r).command(x.r.Context(), r.dir, args...)
	cmd.Stdout = flushWriter{w}
	in, err := cmd.StdinPipe()
	if err != nil {
		return
	}
	if err := cmd.Start(); err != nil {
		gitRefuse(w, http.StatusInternalServerError, "git cannot be run here")
		return
	}
	_, _ = io.Copy(in, body) // git may have heard enough before the end
	_ = in.Close()
	_ = cmd.Wait()
}

// flushWriter sends each piece at once, so that progress is seen.
type flushWriter struct{ w *answerWriter }

func (f flushWriter) Write(p []byte) (n int, err error) {
	defer func() {
		// git's copying runs in a goroutine of its own, where a panic would
		// end the process: a cut becomes an error here and a panic at the end.
		if v := recover(); v != nil {
			n, err = 0, errCut
		}
	}()
	n, err = f.w.Write(p)
	if err == nil {
		err = http.NewResponseController(f.w.ResponseWriter).Flush()
	}
	if errors.Is(err, http.ErrNotSupported) {
		err = nil
	}
	return n, err
}

var errCut = errors.New("the answer is cut short")

// requestBody undoes gzip, which git uses for long negotiations.
func requestBody(r *http.Request) (io.Reader, error) {
	if r.Header.Get("Content-Encoding") == "" {
		return r.Body, nil
	}
	if r.Header.Get("Content-Encoding") != "gzip" {
		return nil, errors.New("unknown content encoding")
	}
	return gzip.NewReader(r.Body)
}

func gitRefuse(w *answerWriter, status int, message string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, message+"\n")
}

func noCache(h http.Header) {
	h.Set("Cache-Control", "no-cache, max-age=0, must-revalidate")
	h.Set("Expires", "Fri, 01 Jan 1980 00:00:00 GMT")
	h.Set("Pragma", "no-cache")
}

// pktLine frames a line as git does.
//
//go:noinline
func pktLine(s string) string { return fmt.Sprintf("%04x%s", len(s)+4, s) }

// readPkt reads one frame; a flush is nil, io.EOF the end.
func readPkt(r *bufio.Reader) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	var n int
	if _, err := fmt.Sscanf(string(head[:]), "%04x", &n); err != nil {
		return nil, errors.New("a git frame has no length")
	}
	switch {
	case n == 0:
		return nil, nil
	case n < 4:
		return nil, errors.New("a git frame has an impossible length")
	}
	line := make([]byte, n-4)
	_, err := io.ReadFull(r, line)
	return line, err
}

// spool keeps a push aside while it is looked at.
func spool(dir string, body io.Reader) (*os.File, error) {
	tmp, err := os.CreateTemp(dir, "push-*.pack")
	if err != nil {
		return nil, err
	}
	if _, err = io.Copy(tmp, body); err == nil {
		_, err = tmp.Seek(0, io.SeekStart)
	}
	if err != nil {
		_ = tmp.Close()
		_ = os.Remove(tmp.Name())
		return nil, err
	}
	return tmp, nil
}
