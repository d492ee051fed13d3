package command

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/auth"
	"github.com/isrc-dev/isrc/internal/config"
	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/forge/github"
	"github.com/isrc-dev/isrc/internal/git"
)

func (a *app) source(c *config.Config) auth.Source {
	home := firstOf(a.inv.Getenv("HOME"), a.inv.Getenv("USERPROFILE"))
	return auth.Source{Getenv: a.inv.Getenv, Config: c, Keyring: auth.SystemKeyring(), Run: auth.Exec, GHConfigDir: auth.GHConfigDir(runtime.GOOS, a.inv.Getenv, home), Dir: a.inv.Dir, Now: a.inv.Now, Renew: a.renew}
}

// chosen tells whether a host was chosen by the environment or the settings. One
// that merely stands in an argument, a flag or a clone is not, and some tokens
// are not for it.
func (a *app) chosen(host string, c *config.Config) bool {
	own, _ := a.source(c).DefaultHost()
	for _, h := range []string{a.inv.Getenv("ISRC_HOST"), a.inv.Getenv("GH_HOST"), firstOf(own, "github.com")} {
		if h != "" && forge.NormalizeHost(h) == forge.NormalizeHost(host) {
			return true
		}
	}
	return false
}

// site gives the forge on a host, where no repository is meant.
//
//go:noinline
func (a *app) site(ctx context.Context, host string) (*contribute.Site, error) {
	return a.siteOf(ctx, forge.RepoName{Host: host})
}

// siteOf gives the forge of a repository, as the account that is for it.
func (a *app) siteOf(ctx context.Context, name forge.RepoName) (*contribute.Site, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	key, err := a.siteKeyOf(name)
	if err != nil {
		return nil, err
	}
	if s := a.sites[key]; s != nil {
		if client, ok := s.Forge.(forgeClient); ok && a.clients[name.Host] != client {
			a.clients[name.Host] = client
		}
		return s, nil
	}
	c, err := a.settings()
	if err != nil {
		return nil, err
	}
	source := a.source(c)
	source.Owner = name.Owner
	named := !a.chosen(name.Host, c)
	token, err := source.Token(ctx, name.Host, named)
	if err != nil {
		return nil, err
	}
	s, err := a.siteWith(c, name.Host, token, named)
	if err == nil {
		a.sites[key] = s
	}
	return s, err
}

// siteKeyOf tells the sites of several accounts on a host apart.
func (a *app) siteKeyOf(name forge.RepoName) (string, error) {
	login, err := a.accountOf(name, a.inv.Dir)
	if err != nil || login == "" {
		return name.Host, err
	}
	return strings.ToLower(login) + "@" + name.Host, nil
}

// anonymously gives the forge on a host to somebody who is not signed in there.
func (a *app) anonymously(host string) (*contribute.Site, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	c, err := a.settings()
	if err != nil {
		return nil, err
	}
	s, err := a.siteWith(c, host, auth.Token{}, true)
	if err == nil {
		a.sites[host] = s
	}
	return s, err
}

func (a *app) siteWith(c *config.Config, host string, token auth.Token, named bool) (*contribute.Site, error) {
	a.origins[host] = token.Origin
	live := a.source(c).Live(host, token)
	client, err := a.clientFor(host, token.Value, live)
	if err != nil {
		return nil, err
	}
	h := c.HostFor(host)
	s := &contribute.Site{
		Seen: &contribute.Seen{},
		Host: host, BaseURL: baseURL(h.Scheme, host), Forge: client, Contents: client, Token: token.Value, Secrets: &a.redact.secrets, KnownLogin: loginOf(token, h.User),
		Sink: a.sink(), Now: a.inv.Now, Sleep: a.inv.Sleep, Trace: a.inv.Trace, Runs: a.runsDir(), Cache: a.dirs().Cache, ToolName: "isrc " + version(),
		Logins: auth.LoginCache{File: filepath.Join(a.dirs().Cache, "logins.json")},
		Viewer: func(ctx context.Context) (string, error) { v, err := client.Viewer(ctx); return v.Login, err },
	}
	tool, err := a.tool()
	switch {
	case err == nil:
		own := *tool
		own.Secrets = &a.redact.secrets
		own.Env = append(slices.Clone(own.Env), auth.GitEnv(a.inv.Self, h, auth.GitEnvOptions{Scheme: h.Scheme, Named: named, Account: token.Account, Environ: own.Env})...)
		own.Handed = &git.Handed{Site: s.BaseURL, User: firstOf(token.User, "x-access-token"), Pass: token.Value}
		if live != nil {
			own.Handed.Live = live
		}
		s.Tool = &own
	case !mayDoWithout(c, err):
		return nil, err
	}
	if s.Reader, err = a.reader(s, h, live); err != nil {
		return nil, err
	}
	if s.Tool == nil {
		s.Builtin = &git.Builtin{Reader: s.Reader, Env: a.inv.Env, Sink: s.Sink, Now: a.inv.Now}
	}
	a.clients[host] = client
	return s, nil
}

// loginOf is whose token it is, where that is known without asking: the user of
// the settings has no part in a token of an app or a job.
func loginOf(token auth.Token, usual string) string {
	if forge.TokenKind(token.Value) == forge.TokenApp {
		usual = ""
	}
	return firstOf(token.User, usual)
}

// mayDoWithout tells whether isrc does git's work itself: there is no git program,
// or it shall not be used. One that was named and does not work is a mistake.
func mayDoWithout(c *config.Config, err error) bool {
	return errors.Is(err, git.ErrNoGit) && (c.Git.Binary == "" || c.Git.Binary == "auto" || c.Git.Binary == "none")
}

// clientFor makes a client of a host's API.
func (a *app) clientFor(host, token string, live *auth.Live) (forgeClient, error) {
	a.redact.add(token)
	c, err := a.settings()
	if err != nil {
		return nil, err
	}
	h := c.HostFor(host)
	transport, err := a.transport(h)
	if err != nil {
		return nil, err
	}
	client, err := github.New(github.Options{
		Host: host, APIURL: h.APIURL, Scheme: h.Scheme, Token: token, Secrets: &a.redact.secrets, Transport: live.Transport(transport), Sink: a.sink(), Debug: a.debugging("api"), Now: a.inv.Now, Sleep: a.inv.Sleep,
		UserAgent: "isrc/" + version(), CacheDir: filepath.Join(a.dirs().Cache, "http"),
	})
	if err != nil {
		return nil, &usageError{err: err}
	}
	return client, nil
}

func (a *app) transport(h config.Host) (*http.Transport, error) {
	t, err := github.NewTransport(github.TransportOptions{CAFile: h.CAFile, Proxy: h.Proxy, ClientCert: h.ClientCert, ClientKey: h.ClientKey, Getenv: a.inv.Getenv})
	if err != nil {
		return nil, &usageError{err: fault.Errorf("the settings of %s: %w", h.Name, err)}
	}
	if a.inv.Dial != nil {
		t.DialContext = a.inv.Dial
	}
	return t, nil
}

func (a *app) reader(s *contribute.Site, h config.Host, live *auth.Live) (*git.Reader, error) {
	t, err := a.transport(h)
	if err != nil {
		return nil, err
	}
	return &git.Reader{
		Tool: s.Tool, Transport: live.Transport(t), Debug: a.debugging("git"),
		Auth: func(string) (string, string, bool) {
			user := firstOf(s.KnownLogin, "x-access-token")
			if forge.IsBotLogin(user) {
				user = "x-access-token"
			}
			return user, s.Token, s.Token != ""
		},
	}, nil
}

func baseURL(scheme, host string) string {
	if scheme == "" {
		scheme = "https"
	}
	return scheme + "://" + host
}
