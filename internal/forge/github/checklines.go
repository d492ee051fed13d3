package github

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	gh "github.com/google/go-github/v66/github"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// annotate keeps what an annotation says of a failure. Those that a runner makes
// of itself say only that a command failed, which is known.
func annotate(k *forge.Check, level, path string, line int, message string) {
	k.Marked = true
	if !strings.EqualFold(level, "failure") || strings.HasPrefix(message, "Process completed with exit code") || message == "" || len(k.Lines) >= maxLines {
		return
	}
	if path == ".github" || len(path) > 4096 { // of the runner, not of a file
		path, line = "", 0
	}
	k.Lines = append(k.Lines, forge.CheckLine{Path: path, Line: max(line, 0), Text: message[:min(len(message), maxLineText)]})
}

const (
	maxLines    = 20        // that are kept of one check
	maxLineText = 2000      // bytes of one of them
	maxLog      = 64 << 20  // bytes that are read of a log
	keptLog     = 512 << 10 // bytes that are kept of its end
)

// Annotations lists where a check fails.
func (c *Client) Annotations(ctx context.Context, r forge.RepoName, check int64) ([]forge.CheckLine, error) {
	what := fmt.Sprintf("the annotations of check %d of %s", check, r.FullName())
	all, _, err := list[*gh.CheckRunAnnotation](ctx, c, get(what, "repos/%s/%s/check-runs/%d/annotations", r.Owner, r.Name, check), "", 50)
	if err != nil {
		return nil, err
	}
	var k forge.Check
	for _, n := range all {
		annotate(&k, n.GetAnnotationLevel(), n.GetPath(), n.GetStartLine(), n.GetMessage())
	}
	return k.Lines, nil
}

// JobLog gives the end of the log of a job, half a megabyte at most. A forge
// answers with the address at which it keeps the log, on another host where it
// likes: that one place is asked, over https, and without the token.
func (c *Client) JobLog(ctx context.Context, r forge.RepoName, job int64) ([]byte, error) {
	what := fmt.Sprintf("the log of job %d of %s", job, r.FullName())
	req, err := c.request(ctx, call{method: http.MethodGet, path: path("repos/%s/%s/actions/jobs/%d/logs", r.Owner, r.Name, job), what: what})
	if err != nil {
		return nil, err
	}
	own := *c.http
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := own.Do(req)
	if err != nil {
		return nil, c.refusal(call{method: http.MethodGet, what: what}, answer{}, err)
	}
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		to, err := resp.Location()
		_ = resp.Body.Close()
		if err != nil {
			return nil, c.unavailable(fault.Errorf("its answer about %s leads nowhere", what))
		}
		if resp, err = c.fetchLog(ctx, to, what); err != nil {
			return nil, err
		}
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
		return nil, c.refusal(call{method: http.MethodGet, what: what}, answer{status: resp.StatusCode, header: resp.Header, body: body}, nil)
	}
	return c.tail(resp.Body)
}

// fetchLog asks the one address that the forge named, without any credential.
func (c *Client) fetchLog(ctx context.Context, to *url.URL, what string) (*http.Response, error) {
	if !sameOrigin(to, c.api) && to.Scheme != "https" || to.User != nil {
		return nil, c.unavailable(&redirectError{to: origin(to)})
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, to.String(), nil)
	if err != nil {
		return nil, c.unavailable(fault.Errorf("its answer about %s leads nowhere", what))
	}
	req.Header.Set("User-Agent", c.o.UserAgent)
	bare := &http.Client{Transport: c.o.Transport, Timeout: callTimeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := bare.Do(req)
	if err != nil {
		return nil, c.unavailable(fault.Errorf("where it keeps %s does not answer", what)) // the address may hold a signature
	}
	return resp, nil
}

// tail keeps the end of a log, whole lines of it.
func (c *Client) tail(from io.Reader) ([]byte, error) {
	in := bufio.NewReaderSize(io.LimitReader(from, maxLog), 64<<10)
	var kept []byte
	chunk := make([]byte, 64<<10)
	for {
		n, err := in.Read(chunk)
		kept = append(kept, chunk[:n]...)
		if len(kept) > 2*keptLog {
			kept = append([]byte(nil), kept[len(kept)-keptLog:]...)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, c.unavailable(err)
		}
	}
	if len(kept) > keptLog {
		kept = kept[len(kept)-keptLog:]
		if i := bytes.IndexByte(kept, '\n'); i >= 0 {
			kept = kept[i+1:]
		}
	}
	return c.secrets.HideBytes(kept), nil
}

// Behind counts the commits that a branch has and a commit lacks.
func (c *Client) Behind(ctx context.Context, r forge.RepoName, branch, sha string) (int, error) {
	what := "how far " + sha + " is behind " + branch + " of " + r.FullName()
	k := get(what, "repos/%s/%s/compare/%s", r.Owner, r.Name, branch+"..."+sha)
	k.query = url.Values{"per_page": {"1"}}
	var w gh.CommitsComparison
	if _, err := c.do(ctx, k, &w); err != nil {
		return 0, err
	}
	if w.BehindBy == nil {
		return 0, fault.Errorf("%s: %w", what, forge.ErrUnsupported)
	}
	return max(*w.BehindBy, 0), nil
}
