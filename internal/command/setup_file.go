package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/config"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// Bounds on a company's file.
const (
	maxCompanyFile   = 1 << 20 // bytes
	companyFileTime  = 30 * time.Second
	companyRedirects = 5
)

// setupFile merges a company's file into the user's settings.
func (a *app) setupFile(ctx context.Context, o *setupOptions, arg string, kind setupKind) (*setupResult, error) {
	if _, err := a.settings(); err != nil {
		return nil, err
	}
	source, content, err := a.companyFile(ctx, o, arg, kind)
	if err != nil {
		return nil, err
	}
	opts := a.configOptions()
	plan, warnings, err := config.Merge(opts, source, content, true)
	if err != nil {
		return nil, settingError(err)
	}
	hosts, all, err := hostsOfFile(opts, source, content)
	if err != nil {
		return nil, settingError(err)
	}
	strange := strangeAPIs(all)
	result := &setupResult{
		Source: &source, File: a.dirs().UserFile(), Hosts: hosts, Changes: []changed{}, Warnings: append(nonNil(warnings), strange...), Checks: []probed{},
		strange: len(strange) > 0,
	}
	for _, c := range plan {
		result.Changes = append(result.Changes, newChange(c.Key, c.Old, c.New))
	}
	result.Outcome = outcomeOf(result.Changes, o.dryRun)
	if len(plan) > 0 && !o.dryRun {
		if err := a.agreeToSettings(o, result); err != nil {
			return nil, err
		}
		if _, _, err := config.Merge(opts, source, content, false); err != nil {
			return nil, settingError(err)
		}
	}
	return result, a.testSetUp(ctx, o, result)
}

// agreeToSettings shows what a company's file would change, and asks: it comes
// from somebody else, and decides where tokens go.
func (a *app) agreeToSettings(o *setupOptions, r *setupResult) error {
	if o.yes {
		return nil
	}
	if a.io.CanPrompt() {
		if err := showChanges(a.io, a.io.Err, r); err != nil {
			return err
		}
		r.shown = true
	}
	return a.io.Confirm("Write this to "+r.File+"?", "--yes (after a look at --dry-run)", !r.strange)
}

// hostsOfFile lists the hosts that a file names, the default one first, with
// all that the file says.
func hostsOfFile(opts config.LoadOptions, source string, content []byte) ([]string, []config.Change, error) {
	none, err := os.MkdirTemp("", "isrc-setup-")
	if err != nil {
		return nil, nil, fault.Errorf("read %s: %w", source, err)
	}
	defer os.RemoveAll(none) //nolint:errcheck // it stays empty
	opts.Dirs.Config = none  // against a user without settings, all that it says is a change
	all, _, err := config.Merge(opts, source, content, true)
	if err != nil {
		return nil, nil, err
	}
	hosts := []string{}
	for _, c := range all {
		if c.Key == "host" {
			hosts = slices.Insert(hosts, 0, c.New)
		} else if h := hostOfKey(c.Key); h != "" {
			hosts = append(hosts, h)
		}
	}
	var out []string
	for _, h := range hosts {
		if !slices.Contains(out, h) {
			out = append(out, h)
		}
	}
	return nonNil(out), all, nil
}

// hostOfKey is HOST of hosts.HOST.NAME, else "".
func hostOfKey(key string) string {
	rest, ok := strings.CutPrefix(key, "hosts.")
	if i := strings.LastIndexByte(rest, '.'); ok && i > 0 {
		return rest[:i]
	}
	return ""
}

// strangeAPIs warns of an API on another machine than its host: that is where
// the host's token goes.
func strangeAPIs(all []config.Change) []string {
	var out []string
	for _, c := range all {
		host := hostOfKey(c.Key)
		if host == "" || !strings.HasSuffix(c.Key, ".apiUrl") {
			continue
		}
		name := (&url.URL{Host: host}).Hostname()
		u, err := url.Parse(c.New)
		if err != nil || u.Hostname() == name || strings.HasSuffix(u.Hostname(), "."+name) {
			continue
		}
		out = append(out, fmt.Sprintf("the API of %s is said to be on %s: your token for %s will go there", host, u.Host, host))
	}
	return out
}

// companyFile reads the file, and gives the name by which to speak of it.
func (a *app) companyFile(ctx context.Context, o *setupOptions, arg string, kind setupKind) (string, []byte, error) {
	if kind == setupURL {
		content, err := a.fetchCompanyFile(ctx, o, arg)
		return arg, content, err
	}
	path := expandHome(arg, a.configOptions().Home)
	if !filepath.IsAbs(path) {
		path = a.path(path)
	}
	f, err := os.Open(path) //nolint:gosec // the user named it
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil, &usageError{err: fault.Errorf("there is no file %s", path), hint: "a host is written without a slash: isrc setup git.example.com"}
	}
	if err != nil {
		return "", nil, fault.Errorf("read the company's file: %w", err)
	}
	defer f.Close() //nolint:errcheck // read only
	content, err := readCompanyFile(f)
	if err != nil {
		return "", nil, fault.Errorf("read %s: %w", path, err)
	}
	return path, content, nil
}

var errLargeFile = &usageError{err: fault.Errorf("it is larger than %d MB, which no file of settings is", maxCompanyFile>>20)}

func readCompanyFile(r io.Reader) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, maxCompanyFile+1))
	if err == nil && len(content) > maxCompanyFile {
		err = errLargeFile
	}
	return content, err
}

// fetchCompanyFile fetches the file without any token, over https, with what
// is set for its host or given by flags.
func (a *app) fetchCompanyFile(ctx context.Context, o *setupOptions, raw string) ([]byte, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, usagef("the URL of the company's file cannot be read")
	}
	if err := mayFetch(u); err != nil {
		return nil, err
	}
	c, err := a.settings()
	if err != nil {
		return nil, err
	}
	transport, err := a.transport(a.trialHost(o, c.HostFor(u.Host)))
	if err != nil {
		return nil, err
	}
	defer transport.CloseIdleConnections()
	resp, err := getCompanyFile(ctx, transport, u)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close() //nolint:errcheck // read only
	if err := fetchStatus(u, resp); err != nil {
		return nil, err
	}
	content, err := readCompanyFile(resp.Body)
	switch {
	case errors.Is(err, errLargeFile):
		return nil, fault.Errorf("read %s: %w", u, err)
	case err != nil:
		return nil, fetchFailure(u, err)
	case strings.HasPrefix(strings.TrimSpace(string(content)), "<"):
		return nil, &usageError{err: fault.Errorf("%s answers with a web page instead of a file of settings", u), hint: "open it in a browser, save the file, then: isrc setup ./FILE.yaml"}
	}
	return content, nil
}

// getCompanyFile asks for the file, and follows it where it may be fetched.
func getCompanyFile(ctx context.Context, transport http.RoundTripper, u *url.URL) (*http.Response, error) {
	client := &http.Client{Transport: transport, Timeout: companyFileTime, CheckRedirect: func(req *http.Request, via []*http.Request) error {
		if len(via) > companyRedirects {
			return errors.New("it redirects in a circle")
		}
		return mayFetch(req.URL)
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, usagef("the URL of the company's file cannot be asked for: %v", err)
	}
	req.Header.Set("Accept", "application/yaml, application/json, text/plain, */*;q=0.1")
	req.Header.Set("User-Agent", "isrc/"+version())
	resp, err := client.Do(req)
	if err != nil {
		return nil, fetchFailure(u, err)
	}
	return resp, nil
}

// mayFetch keeps the file from being changed on its way.
func mayFetch(u *url.URL) error {
	switch {
	case u.User != nil:
		return usagef("the URL of the company's file must not hold a password")
	case u.Host == "" || (u.Scheme != "https" && u.Scheme != "http"):
		return usagef("%q is not the https URL of a file", u.Redacted())
	case u.Scheme == "http" && !loopbackHost(u.Host):
		return usagef("%s is fetched over https only: on plain http anybody on the way could change it", u.Host)
	}
	return nil
}

func fetchFailure(u *url.URL, err error) error {
	var usage *usageError
	if errors.As(err, &usage) {
		return usage
	}
	var sent *url.Error
	if errors.As(err, &sent) {
		err = sent.Err
	}
	return &exitError{
		code: exitUnavailable, err: fault.Errorf("fetch %s: %w", u, &forge.UnavailableError{Host: u.Host, Err: err}),
		hint: "with a CA of your company's own: --ca-file FILE; behind a proxy: --proxy URL",
	}
}

func fetchStatus(u *url.URL, resp *http.Response) error {
	switch code := resp.StatusCode; {
	case code == http.StatusOK:
		return nil
	case code == http.StatusNotFound || code == http.StatusGone:
		return &exitError{code: exitNotFound, err: fault.Errorf("there is no file at %s", u)}
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return &exitError{code: exitNotPermitted, err: fault.Errorf("%s is not given to everybody (%d), and no token is sent for it", u, code), hint: "open it in a browser, save the file, then: isrc setup ./FILE.yaml"}
	case code >= 500 || code == http.StatusTooManyRequests:
		return &exitError{code: exitUnavailable, err: fault.Errorf("%s answers %d", u, code), hint: "try again later"}
	}
	return &exitError{code: exitFailed, err: fault.Errorf("%s answers %d", u, resp.StatusCode)}
}
