package auth

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
)

// Token finds the token for a host: in the environment, in what isrc keeps, in
// gh's login, in git's credential helpers, in this order. named says that the
// host merely stood on the command line, in a URL, or in a clone: a token of
// the environment that was not meant for it stays where it is. Without a token
// it answers *forge.SignInError, which says what was withheld. Where there are
// several accounts, only a token of the one that Account chooses will do; those
// of the environment, whose account nobody knows, come first all the same,
// unless the environment asks for an account by name.
func (s Source) Token(ctx context.Context, host string, named bool) (Token, error) {
	host = forge.NormalizeHost(host)
	var err error
	if s.account, err = s.Account(host); err != nil {
		return Token{}, err
	}
	var withheld []string
	for _, look := range []func(context.Context, string, bool) (Token, []string, error){
		s.fromEnvironment, s.fromStore, s.fromGH, s.fromGit,
	} {
		t, why, err := look(ctx, host, named)
		switch {
		case err != nil:
			return Token{}, err
		case ctx.Err() != nil:
			return Token{}, ctx.Err()
		case t.Value != "":
			t.Account = s.account.of(t)
			return t, nil
		}
		withheld = append(withheld, why...)
	}
	none := &forge.SignInError{Host: host, Withheld: withheld}
	if s.account.firm {
		none.Login = s.account.Login
	}
	return Token{}, none
}

// fromEnvironment goes through the variables in the order in which they count.
func (s Source) fromEnvironment(_ context.Context, host string, named bool) (t Token, withheld []string, err error) {
	if s.asked(host) != "" {
		return s.fromVariable()
	}
	for _, v := range []struct {
		name string
		may  func(host string, named bool) (owner string, ok bool)
	}{
		{"ISRC_TOKEN", s.ownHost},
		{"GH_TOKEN", s.gitHubHost},
		{"GITHUB_TOKEN", s.gitHubOrServer},
		{"GH_ENTERPRISE_TOKEN", s.enterpriseHost},
		{"GITHUB_ENTERPRISE_TOKEN", s.enterpriseHost},
	} {
		value := s.env(v.name)
		if strings.TrimSpace(value) == "" {
			continue
		}
		owner, ok := v.may(host, named)
		if !ok {
			withheld = append(withheld, v.name+" is for "+owner+", not for "+host)
			continue
		}
		value, err := checked(value, v.name)
		return Token{Value: value, Origin: v.name}, nil, err
	}
	t, why, err := s.fromVariable()
	return t, append(withheld, why...), err
}

// ownHost is the rule for ISRC_TOKEN. A variable that names a host says whose
// token stands beside it. Else it is for hosts that a person chose: in a file,
// by running a job there, or as the default.
func (s Source) ownHost(host string, named bool) (string, bool) {
	var told []string
	for _, v := range []string{"ISRC_HOST", "GH_HOST"} {
		if h := forge.NormalizeHost(s.env(v)); h != "" && !slices.Contains(told, h) {
			told = append(told, h)
		}
	}
	if len(told) > 0 {
		return strings.Join(told, " and "), slices.Contains(told, host)
	}
	if s.settings().Configured(host) || !named || s.server() == host {
		return host, true
	}
	usual, _ := s.DefaultHost()
	return usual, usual == host
}

// gitHubHost is the rule for GH_TOKEN: all of these hosts are GitHub's own.
func (s Source) gitHubHost(host string, _ bool) (string, bool) {
	return "github.com", isGitHub(host)
}

// gitHubOrServer is the rule for GITHUB_TOKEN, which Actions sets for the
// server that the job runs on and for no other.
func (s Source) gitHubOrServer(host string, named bool) (string, bool) {
	if server := s.server(); server != "" {
		return server, server == host
	}
	return s.gitHubHost(host, named)
}

// enterpriseHost is the rule for the variables of servers that companies run.
func (s Source) enterpriseHost(host string, named bool) (string, bool) {
	if isGitHub(host) {
		return "a company's own server", false
	}
	owner, ok := s.ownHost(host, named)
	if isGitHub(owner) {
		owner = "a configured server"
	}
	return owner, ok
}

func isGitHub(host string) bool {
	return host == "github.com" || strings.HasSuffix(host, ".ghe.com")
}

// server is the host that an Actions job runs on, "" outside of one.
func (s Source) server() string {
	if s.env("GITHUB_ACTIONS") != "true" {
		return ""
	}
	u, err := url.Parse(s.env("GITHUB_SERVER_URL"))
	if err != nil || u.Host == "" {
		return "github.com"
	}
	return forge.NormalizeHost(u.Host)
}

// DefaultHost is the host when neither flag, variable nor clone names one: the
// configured one, the only one that gh is signed in to, or github.com. origin
// is for people.
func (s Source) DefaultHost() (host, origin string) {
	if h := s.settings().Standing(); h != "" {
		return h, "configuration"
	}
	if hosts := s.ghHosts(); len(hosts) == 1 {
		for h := range hosts {
			return h, "gh's login"
		}
	}
	return "github.com", "default"
}
