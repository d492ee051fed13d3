// Package auth decides which token goes to which host, keeps tokens that a
// person gives to isrc, and hands credentials to git. It must not know what a
// token is used for and never checks one against a server; no token leaves it
// but as Token.Value, to a credential store, or to git. Begin with
// Source.Token.
package auth

import (
	"context"

	"github.com/isrc-dev/isrc/internal/config"
)

// Source is where tokens are looked for.
type Source struct {
	Getenv      func(string) string // nil is os.Getenv
	Config      *config.Config      // nil is an empty one
	Keyring     Keyring             // nil has none; SystemKeyring() is the system's
	Run         Runner              // nil runs no program; Exec is the real one
	GHConfigDir string              // "" reads no login of gh; see GHConfigDir
}

// Keyring keeps secrets by host. ErrNoSecret says that a working keyring has
// none; any other error says that it does not work.
type Keyring interface {
	Get(host string) (string, error)
	Set(host, secret string) error
	Delete(host string) error
}

// Command is a program to run.
type Command struct {
	Name  string
	Args  []string
	Stdin string
	Set   []string // NAME=VALUE, on top of the environment
	Unset []string // names taken out of the environment
}

// Runner runs a program and gives what it wrote to its standard output.
type Runner func(context.Context, Command) ([]byte, error)

// Token is a token with where it was found.
type Token struct {
	Value  string
	Origin string // for people: "ISRC_TOKEN", "keyring", "gh", ...
	User   string // login, "" when not known
}

// Stored says where Login put a token.
type Stored struct {
	InKeyring bool
	File      string // set when the keyring could not take it
	Why       string // why it could not
}
