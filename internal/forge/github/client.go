// Package github answers the nouns of forge over version 3 of GitHub's REST
// API: github.com, its enterprise relatives, and other servers that speak it.
// What a catalog asks of many repositories at once goes over GraphQL where a
// host has it; graphql.go is its transport, and Documents all that is sent.
// It must not know what its callers want the answers for, keeps no state but
// counters and a cache of answers, and turns every refusal into one of the
// errors of forge. Begin with Options, New and call.go.
package github

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	gh "github.com/google/go-github/v66/github"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/progress"
	"github.com/isrc-dev/isrc/internal/secret"
)

// Options says how a host is reached. Only Host is needed.
type Options struct {
	Host      string            // "github.com", a ghe.com tenant, an own server, or a loopback host:port
	APIURL    string            // "" derives it from Host
	Scheme    string            // "" is https; "http" is accepted for loopback addresses only
	Token     string            // "" asks without signing in
	Secrets   *secret.Set       // hidden in answers; nil: the token
	Transport http.RoundTripper // from NewTransport; nil is one without settings
	Sink      progress.Sink     // is told about waits
	Debug     io.Writer         // nil, or gets one redacted line per request
	MaxWait   time.Duration     // bound on the waits of one call; 0 is a minute, negative never waits
	Now       func() time.Time  // nil is time.Now
	Sleep     func(context.Context, time.Duration) error
	CacheDir  string // "" keeps no answers; else a folder for those that carry an ETag
	UserAgent string
}

// Client asks one host. It may be used by several goroutines at once.
type Client struct {
	o      Options
	api    *url.URL // ends in a slash
	scheme string
	gh     *gh.Client // builds requests and names the JSON; see once for why it sends none
	http   *http.Client
	wire   *wire
	cache  cache
	// secrets is the token, which is nowhere in an answer that leaves the client.
	secrets *secret.Set

	skew   atomic.Int64 // how far the host's clock is ahead of ours, in nanoseconds
	points atomic.Int64 // of GraphQL, beyond one for each request
	unseen sync.Once    // that checks could not be read is said once

	mu      sync.Mutex
	known   map[string]bool      // repositories this host has shown, by lower-case full name
	ahead   map[string]pageAhead // by owner, the page that came along with the one before
	alone   bool                 // a page and the next are more than this host answers at once
	lacks   map[string]string    // names of GraphQL documents this host does not answer, "" any, with the reason
	without map[string]bool      // optionalFields that it does not know
	spoke   map[string]bool      // names of those that it has answered, "" any
}

// callTimeout bounds one request with its answer; the largest answers are
// trees of some ten megabytes.
const callTimeout = 2 * time.Minute

// New makes a client. It sends nothing. Settings that would send a token in the
// clear, or to a place that is not a host, are errors.
func New(o Options) (*Client, error) {
	o.Host = forge.NormalizeHost(o.Host)
	api, err := apiURL(o)
	if err != nil {
		return nil, err
	}
	if strings.ContainsFunc(o.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, fault.Errorf("the token for %s contains characters that no token has", o.Host)
	}
	if o.Transport == nil {
		if o.Transport, err = NewTransport(TransportOptions{}); err != nil {
			return nil, err
		}
	}
	fillDefaults(&o)
	if o.Secrets == nil {
		o.Secrets = secret.Of(o.Token)
	}
	c := &Client{o: o, api: api, scheme: webScheme(o), known: map[string]bool{}, secrets: o.Secrets}
	c.wire = &wire{base: o.Transport, api: api, token: o.Token, secrets: c.secrets, debug: o.Debug, now: o.Now}
	c.http = &http.Client{Transport: c.wire, CheckRedirect: c.redirect, Timeout: callTimeout}
	c.gh = gh.NewClient(nil)
	c.gh.BaseURL, c.gh.UserAgent = api, o.UserAgent
	c.cache = cache{dir: o.CacheDir, host: o.Host, token: o.Token}
	return c, nil
}

func fillDefaults(o *Options) {
	if o.MaxWait == 0 {
		o.MaxWait = time.Minute
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.UserAgent == "" {
		o.UserAgent = "isrc"
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Host is the host that is asked, normalized.
func (c *Client) Host() string { return c.o.Host }

// Requests counts the requests sent so far, repeated and redirected ones
// included.
func (c *Client) Requests() int { return int(c.wire.requests.Load()) }

// Spent is what this took of the host's rate so far: requests, of which those by
// GraphQL that read pull requests count as many points as GitHub takes for them.
func (c *Client) Spent() int { return c.Requests() + int(c.points.Load()) }

// apiURL finds where the API of a host lies, always with a slash at its end.
func apiURL(o Options) (*url.URL, error) {
	if o.Host == "" || strings.ContainsAny(o.Host, "/@?#\\ ") {
		return nil, fault.Errorf("%q is not a host", o.Host)
	}
	switch {
	case o.Scheme != "" && o.Scheme != "https" && o.Scheme != "http":
		return nil, fault.Errorf("%q is no scheme for %s: it is https, or http for a loopback address", o.Scheme, o.Host)
	case o.Scheme == "http" && !isLoopback((&url.URL{Host: o.Host}).Hostname()):
		return nil, fault.Errorf("plain http is for loopback addresses only, not for %s", o.Host)
	}
	raw := o.APIURL
	if raw == "" {
		raw = derivedAPI(o)
	}
	u, err := url.Parse(raw)
	if err != nil {
		return nil, fault.Errorf("the API address of %s: %w", o.Host, err)
	}
	switch {
	case u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Host == "":
		return nil, fault.Errorf("the API address of %s is not the address of a server", o.Host)
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, fault.Errorf("the API address of %s has the scheme %q, not https", o.Host, u.Scheme)
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return nil, fault.Errorf("plain http is for loopback addresses only, not for %s", u.Host)
	}
	if !strings.HasSuffix(u.Path, "/") {
		u.Path += "/"
	}
	return u, nil
}

func derivedAPI(o Options) string {
	switch {
	case o.Host == "github.com":
		return "https://api.github.com/"
	case strings.HasSuffix(o.Host, ".ghe.com"):
		return "https://api." + o.Host + "/"
	}
	scheme := o.Scheme
	if scheme == "" {
		scheme = "https"
	}
	return scheme + "://" + o.Host + "/api/v3/"
}

// webScheme is the scheme of the pages for people and of git.
func webScheme(o Options) string {
	if o.Scheme == "http" {
		return "http"
	}
	return "https"
}

// isLoopback tells whether a host name without its port is this machine.
func isLoopback(name string) bool {
	if name == "localhost" {
		return true
	}
	ip := net.ParseIP(name)
	return ip != nil && ip.IsLoopback()
}
