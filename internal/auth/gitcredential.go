package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"

	"github.com/isrc-dev/isrc/internal/config"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// trustVariable tells the credential helper, which git starts, the host for
// which isrc itself was allowed every token.
const trustVariable = "ISRC_CREDENTIAL_HOST"

// GitCredential speaks the protocol of git's credential helpers (man
// gitcredentials, git-credential). It answers "get" for hosts that a token may
// go to, over https or to this machine, and says nothing otherwise, so that git
// asks the next helper. "store" and "erase" are read and not followed: what git
// learned elsewhere is not ours to keep, and one failed push is no reason to
// forget a token.
func GitCredential(ctx context.Context, in io.Reader, out io.Writer, op string, s Source) error {
	content, err := io.ReadAll(io.LimitReader(in, 64<<10))
	if err != nil {
		return fault.Errorf("read git's question: %w", err)
	}
	if op != "get" {
		return nil
	}
	asked := attributes(string(content))
	host := forge.NormalizeHost(asked["host"])
	if !answerable(asked["protocol"], host) {
		return nil
	}
	s.withoutGit = true
	s.Owner, _, _ = strings.Cut(strings.Trim(asked["path"], "/"), "/")
	s = s.askingFor(host, asked["username"])
	named := host != forge.NormalizeHost(s.env(trustVariable))
	t, err := s.Token(ctx, host, named)
	var none *forge.SignInError
	switch {
	case errors.As(err, &none):
		return nil
	case err != nil:
		return err
	}
	user := asked["username"]
	if user == "" {
		user = t.User
	}
	if user == "" {
		user = "x-access-token"
	}
	_, err = fmt.Fprintf(out, "username=%s\npassword=%s\n", user, t.Value)
	return err
}

// askingFor takes the account that stands in the address (https://LOGIN@HOST/),
// if it is one of several that are configured.
func (s Source) askingFor(host, login string) Source {
	if login == "" || s.asked(host) != "" {
		return s
	}
	for _, c := range s.settings().AccountsOn(host) {
		if strings.EqualFold(c.Login, login) {
			return s.As(login, host)
		}
	}
	return s
}

func answerable(protocol, host string) bool {
	switch {
	case host == "" || strings.ContainsAny(host, "/@ "):
		return false
	case protocol == "https":
		return true
	}
	return protocol == "http" && isLoopback(host)
}

func isLoopback(host string) bool {
	name := (&url.URL{Host: host}).Hostname()
	ip := net.ParseIP(name)
	return name == "localhost" || ip != nil && ip.IsLoopback()
}

// schemeOf is how git and the API reach a host.
//
//go:noinline
func schemeOf(h config.Host) string {
	if h.Scheme == "http" && isLoopback(h.Name) {
		return "http"
	}
	return "https"
}
