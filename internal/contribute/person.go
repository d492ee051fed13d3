package contribute

import (
	"context"

	"github.com/isrc-dev/isrc/internal/forge"
)

// Person is the login of the person whom the token belongs to. The token of an
// app or a job is refused, before anything is asked for, with what takes a
// person: a verb phrase.
func (s *Site) Person(ctx context.Context, what string) (string, error) {
	login, err := s.Login(ctx)
	if err == nil && forge.IsBotLogin(login) {
		return "", s.noPerson(login, what)
	}
	return login, err
}

func (s *Site) noPerson(login, what string) error {
	return &forge.TokenError{Host: s.Host, What: what, Kind: forge.TokenApp, Login: login}
}

// someone is the login of the token's person, "" where it has none or where the
// shape of the token tells that it has none: nothing is asked for then.
func (s *Site) someone(ctx context.Context) (string, error) {
	if forge.TokenKind(s.Token) == forge.TokenApp {
		return "", nil
	}
	login, err := s.Login(ctx)
	if forge.IsBotLogin(login) {
		login = ""
	}
	return login, err
}

// asBot says what is different about what a job does.
//
//go:noinline
func (s *Site) asBot(login string) {
	if login == forge.JobBot {
		s.Sink.Note("job", "the pull request will be of "+login+", and what a job does starts no workflow: its checks wait until a person pushes to it, or closes and reopens it (a token in ISRC_TOKEN, of a person or of an app, avoids that)")
	}
}

// sayIfBot says it of a token whose shape tells that no person is behind it: of
// others it is not asked.
func (s *Site) sayIfBot(ctx context.Context) error {
	if forge.TokenKind(s.Token) != forge.TokenApp {
		return nil
	}
	login, err := s.Login(ctx)
	s.asBot(login)
	return err
}

// appAlone tells whether only an app stands behind a contribution, so that there
// is no account for a fork to lie in.
func (s *Situation) appAlone() bool { return forge.IsBotLogin(s.Login) && s.ForkOrg == "" }

// noFork refuses a fork that would have no account to lie in.
func (s *Site) noFork(sit *Situation, upstream forge.RepoName) error {
	return &RefusedError{Err: s.noPerson(sit.Login, "forking "+upstream.FullName()), Upstream: upstream, Fork: true}
}
