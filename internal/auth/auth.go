// Package auth decides which token goes to which host, keeps tokens that a
// person gives to isrc, and hands credentials to git. It must not know what a
// token is used for and never checks one against a server; no token leaves it
// but as Token.Value, to a credential store, or to git. Begin with
// Source.Token.
package auth

import (
	"os"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/config"
	"github.com/isrc-dev/isrc/internal/fault"
)

// Source is where tokens are looked for.
type Source struct {
	Getenv      func(string) string // nil is os.Getenv
	Config      *config.Config      // nil is an empty one, with no place to keep tokens in
	Keyring     Keyring             // nil has none; SystemKeyring() is the system's
	Run         Runner              // nil runs no program; Exec is the real one
	GHConfigDir string              // "" reads no login of gh; see GHConfigDir

	// Owner of the repository and folder that are asked for choose among several
	// accounts of a host; "" where there is none.
	Owner, Dir string

	Now   func() time.Time // nil is time.Now
	Renew Renewer          // nil lets tokens end

	account Account     // what Token chose
	given   DeviceToken // what belongs to the token that is kept next

	// withoutGit is set when git is the one who asks: asking it in turn would
	// never end.
	withoutGit bool
}

// Token is a token with where it was found.
type Token struct {
	Value  string
	Origin string // for people: "ISRC_TOKEN", "keyring", "gh", ...
	User   string // login, "" when not known
	// Account is the login of the account that the token was chosen for, ""
	// where any would do.
	Account string

	entry   string // under which isrc keeps it, "" where it does not
	ends    time.Time
	refresh string
}

// String hides the token from every format verb that prints a Token.
func (t Token) String() string { return "token of " + t.Origin }

// GoString hides the token from %#v.
func (t Token) GoString() string { return t.String() }

func (s Source) env(name string) string {
	if s.Getenv == nil {
		return os.Getenv(name)
	}
	return s.Getenv(name)
}

func (s Source) settings() *config.Config {
	if s.Config == nil {
		return &config.Config{}
	}
	return s.Config
}

// checked refuses what cannot be a token: it would become part of a header, or
// of the lines that git reads. The value stays out of the error.
func checked(token, from string) (string, error) {
	token = strings.TrimSpace(token)
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) || len(token) > 4096 {
		return "", fault.Errorf("%s holds something that is not a token", from)
	}
	return token, nil
}
