package auth

import (
	"context"
	"errors"
	"io"

	"github.com/isrc-dev/isrc/internal/config"
)

var errStub = errors.New("not written yet")

// ErrNoSecret says that a keyring works and holds nothing for a host.
var ErrNoSecret = errors.New("nothing stored")

// SystemKeyring is the keyring of the operating system.
func SystemKeyring() Keyring { return nil }

// Exec runs a program.
func Exec(ctx context.Context, c Command) ([]byte, error) { return nil, errStub }

// GHConfigDir is where gh keeps its logins.
func GHConfigDir(goos string, getenv func(string) string, home string) string { return "" }

// Token finds the token for a host. named says that the host merely stood in
// an argument, a URL, a flag or a clone.
func (s Source) Token(ctx context.Context, host string, named bool) (Token, error) {
	return Token{}, errStub
}

// DefaultHost is the host when neither flag, variable nor clone names one.
func (s Source) DefaultHost() (host, origin string) { return "", "" }

// Login keeps a token.
func Login(ctx context.Context, s Source, host, token, user string) (Stored, error) {
	return Stored{}, errStub
}

// Logout forgets a token; removed says whether there was one.
func Logout(ctx context.Context, s Source, host string) (removed bool, err error) {
	return false, errStub
}

// GitCredential speaks the protocol of git's credential helpers.
func GitCredential(ctx context.Context, in io.Reader, out io.Writer, op string, s Source) error {
	return errStub
}

// GitEnvOptions is what GitEnv needs beside the host.
type GitEnvOptions struct {
	Scheme  string   // "" is https
	Named   bool     // as in Source.Token
	Environ []string // what is set already; nil is os.Environ()
}

// GitEnv is what to append to the environment of git.
func GitEnv(self string, host config.Host, o GitEnvOptions) []string { return nil }

// Redact passes on what is written, without secrets.
func Redact(w io.Writer, secrets ...string) io.Writer { return w }

// LoginCache remembers which login a token belongs to.
type LoginCache struct{ File string }

// Login gives a remembered login.
func (c LoginCache) Login(host, token string) (string, bool) { return "", false }

// Remember keeps a login.
func (c LoginCache) Remember(host, token, login string) error { return errStub }
