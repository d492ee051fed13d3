package auth

import "github.com/isrc-dev/isrc/internal/forge"

// As is the same source, asked for the account LOGIN on a host as ISRC_ACCOUNT
// would: no token of another account will do.
//
//go:noinline
func (s Source) As(login, host string) Source {
	env := s.env
	s.Getenv = func(name string) string {
		if name == AccountVariable {
			return login + "@" + forge.NormalizeHost(host)
		}
		return env(name)
	}
	return s
}
