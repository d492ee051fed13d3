package command

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/isrc-dev/isrc/internal/auth"
	"github.com/isrc-dev/isrc/internal/config"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/forge/github"
)

// hostProbe is the look at one host, part by part. Each part leaves what the
// next ones need.
type hostProbe struct {
	a         *app
	conf      config.Host
	orgs      []string
	orgsKey   string // the setting that they stand in
	named     bool   // it merely stands on the command line
	transport *http.Transport
	heard     *listener
	client    *github.Client

	token      auth.Token
	live       *auth.Live
	tokenErr   error
	viewer     github.Viewer
	here       forge.RepoName // that is cloned here, if it lies on this host
	account    auth.Account
	accountErr error
	askErr     error // of asking who the token is
}

// probeHost looks at the way to a host and at what it answers.
func (a *app) probeHost(ctx context.Context, c *config.Config, host string) []probed {
	p := &hostProbe{a: a, conf: c.HostFor(host), orgs: orgsOf(c, host), orgsKey: "orgs"}
	if own, ok := c.Setting("hosts." + p.conf.Name + ".orgs"); ok && own.Value != "" {
		p.orgsKey = own.Key
	}
	lines := p.run(ctx)
	name := p.conf.Name
	for i := range lines {
		lines[i].Host = &name
		lines[i].Detail = a.redact.text(lines[i].Detail)
	}
	return lines
}

func (p *hostProbe) run(ctx context.Context) []probed {
	rest := []string{"api", "sso", "clock", "limit", "organisations", "guidelines", "git-access"}
	var err error
	if p.transport, err = p.a.transport(p.conf); err != nil {
		return append([]probed{probedBroken(exitUsage, "tls", p.settingRemedy(), "%s", err)}, probedUntried("the settings of the host are wrong", rest...)...)
	}
	defer p.transport.CloseIdleConnections()
	way := inParallel(p.probeWay, bounded(func(ctx context.Context) probed {
		p.findToken(ctx)
		return p.tokenOrigin()
	}))(ctx)
	if firstBroken(way) != nil && !onlyToken(way) {
		return append(way, probedUntried("the host is not reached", rest...)...)
	}
	way = way[:len(way)-1] // the token's line is written again by who it is
	if err := p.connect(); err != nil {
		return append(way, probedBroken(exitUsage, "api", p.settingRemedy(), "%s", err))
	}
	way = append(way, bounded(p.probeAPI)(ctx)...)
	way = append(way, p.probeToken())
	way = append(way, p.probeAccount()...)
	if firstBroken(way) != nil && !onlyToken(way) {
		return append(way, probedUntried("the API does not answer", rest[1:]...)...)
	}
	more := inParallel(p.probeEmail, p.probeSSO, func(context.Context) []probed { return []probed{p.probeClock(), p.probeLimit()} }, p.probeOrgs, p.probeGitWays)
	return append(way, more(ctx)...)
}

// onlyToken tells whether nothing but the token is broken: much can be found
// out without one.
//
//go:noinline
func onlyToken(lines []probed) bool {
	return !slices.ContainsFunc(lines, func(l probed) bool { return l.State == stateBroken && l.Name != "token" && l.Name != "account" })
}

// settingRemedy shows what is set for the host.
func (p *hostProbe) settingRemedy() string { return "isrc config list" }

//go:noinline
func (p *hostProbe) setRemedy(name, value string) string {
	return "isrc config set hosts." + p.conf.Name + "." + name + " " + value
}

func (p *hostProbe) base() string { return baseURL(p.conf.Scheme, p.conf.Name) }

// probeWay goes from the name to a connection that can be trusted.
func (p *hostProbe) probeWay(ctx context.Context) []probed {
	lines := bounded(p.probeReachable)(ctx)
	if firstBroken(lines) != nil {
		return append(lines, probedUntried("the host is not reached", "tls")...)
	}
	return append(lines, bounded(p.probeTLS)(ctx)...)
}

func (p *hostProbe) probeReachable(ctx context.Context) probed {
	const name = "reachable"
	var seen []string
	for _, host := range slices.Compact([]string{p.conf.Name, apiHost(p.conf)}) {
		target := &url.URL{Scheme: firstOf(p.conf.Scheme, "https"), Host: host}
		proxy, err := p.transport.Proxy(&http.Request{URL: target})
		if err != nil {
			return probedBroken(exitUsage, name, p.setRemedy("proxy", "http://HOST:PORT"), "the proxy in force is not one: %s", err)
		}
		through := ""
		if proxy != nil {
			target, through = proxy, " through the proxy "+withoutPassword(proxy.String())
		}
		start := time.Now()
		if err := dial(ctx, target); err != nil {
			return p.unreachable(host, through, err)
		}
		seen = append(seen, fmt.Sprintf("%s%s in %d ms", host, through, time.Since(start).Milliseconds()))
	}
	return probedFine(name, "%s", join(seen))
}

func dial(ctx context.Context, u *url.URL) error {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "socks5": "1080", "socks5h": "1080"}[u.Scheme]
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(u.Hostname(), firstOf(port, "443")))
	if err != nil {
		return err
	}
	return conn.Close()
}

func (p *hostProbe) unreachable(host, through string, err error) probed {
	var name *net.DNSError
	remedy := p.setRemedy("proxy", "http://HOST:PORT")
	switch {
	case through != "":
		remedy = "isrc config get hosts." + p.conf.Name + ".proxy --json all"
	case p.a.isFirstTime(host):
		remedy = "isrc setup HOST" // the line of the token says why
	}
	why := err.Error()
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		why = "nothing listens there"
		if through == "" {
			remedy = "" // the way is open; a proxy would not help
		}
	case errors.As(err, &name) && name.IsNotFound:
		why = "the name " + name.Name + " is not known here"
	case errors.As(err, &name):
		why = "the name " + name.Name + " cannot be looked up here"
	case errors.Is(err, context.DeadlineExceeded) || isTimeout(err):
		why = fmt.Sprintf("no answer within %s", probeTime)
	default:
		var op *net.OpError
		if errors.As(err, &op) && op.Err != nil {
			why = op.Err.Error()
		}
	}
	return probedBroken(exitUnavailable, "reachable", remedy, "%s%s: %s", host, through, why)
}

func isTimeout(err error) bool {
	var slow interface{ Timeout() bool }
	return errors.As(err, &slow) && slow.Timeout()
}

// listener passes requests on and keeps what the last answer said beside its
// content.
type listener struct {
	next http.RoundTripper

	mu     sync.Mutex
	url    *url.URL
	status int
	header http.Header
	sso    string // what was left out until the token is authorised
}

func (l *listener) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := l.next.RoundTrip(req)
	if err != nil {
		return resp, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.url, l.status, l.header = req.URL, resp.StatusCode, resp.Header.Clone()
	if sso := resp.Header.Get("X-GitHub-SSO"); sso != "" {
		l.sso = sso
	}
	return resp, nil
}

func (l *listener) get(name string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.header.Get(name)
}

// connect makes the client. It asks once and waits for nothing.
func (p *hostProbe) connect() error {
	p.heard = &listener{next: p.live.Transport(p.transport)}
	var err error
	p.client, err = github.New(github.Options{
		Host: p.conf.Name, APIURL: p.conf.APIURL, Scheme: p.conf.Scheme, Token: p.token.Value, Transport: p.heard, MaxWait: -1,
		Debug: p.a.debugging("api"), Now: p.a.inv.Now, UserAgent: "isrc/" + version(),
	})
	return err
}

// findToken looks for the token. Its settings are read without the flag
// --host: that a host stands on the command line does not make it one that a
// token of the environment was meant for.
func (p *hostProbe) findToken(ctx context.Context) {
	c, err := config.Load(p.a.configOptions())
	if err != nil {
		p.tokenErr = err
		return
	}
	p.named = p.a.flags.host != "" && !c.Configured(p.conf.Name)
	source := p.a.source(c)
	p.here = p.a.hereOn(p.conf.Name)
	source.Owner = p.here.Owner
	p.account, p.accountErr = source.Account(p.conf.Name)
	p.token, p.tokenErr = source.Token(ctx, p.conf.Name, p.named)
	p.a.redact.add(p.token.Value)
	p.live = source.Live(p.conf.Name, p.token)
}

func (p *hostProbe) tokenOrigin() probed {
	const name = "token"
	var none *forge.SignInError
	switch {
	case p.accountErr != nil:
		return probedUnclear(name, "", "not looked for: which account counts here is in doubt")
	case errors.As(p.tokenErr, &none) && len(none.Withheld) > 0:
		return probedBroken(exitSignIn, name, "isrc auth login --host "+p.conf.Name, "%s", strings.Join(none.Withheld, "; "))
	case errors.As(p.tokenErr, &none):
		guessed := ""
		if p.a.isFirstTime(p.conf.Name) {
			guessed = ", which is asked because no forge is named (isrc setup HOST)"
		}
		return probedBroken(exitSignIn, name, "isrc auth login --host "+p.conf.Name, "none for %s%s", p.conf.Name, guessed)
	case p.tokenErr != nil:
		return probedBroken(exitSignIn, name, "isrc auth status --host "+p.conf.Name, "%s", p.tokenErr)
	}
	return probedFine(name, "from %s", p.token.Origin)
}
