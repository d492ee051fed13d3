package contribute

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
)

// SignOn is the single sign-on that a server wants before it lets git in, nil
// where that is not why it refused.
func (s *Site) SignOn(err error) *forge.SSOError {
	var denied *git.AuthError
	var sso *forge.SSOError
	if errors.As(err, &denied) && denied.Forbidden && errors.As(s.readDenial(denied, "", false), &sso) {
		return sso
	}
	return nil
}

// denied gives a refusal of git's server the type of what stands against it, at
// whatever it was met: the server's words come with the list of references, which
// every transfer begins with. What was done is named where the address does not say
// enough.
func (s *Site) denied(err error, what string) error {
	var e *git.AuthError
	if !errors.As(err, &e) || !e.Forbidden || len(e.Remote) == 0 || forge.Refused(err) {
		return err
	}
	return s.readDenial(e, firstOf(what, "access to "+e.URL), false)
}

// refs lists the references of a repository. A refusal has its type.
func (s *Site) refs(ctx context.Context, url string) (git.Refs, error) {
	refs, err := s.Reader.Refs(ctx, url)
	return refs, s.denied(err, "")
}

// readDenial reads why a server lets nobody in, or did not even take the push.
func (s *Site) readDenial(e *git.AuthError, what string, pushing bool) error {
	lines := s.masked(e.Remote)
	quote := strings.Join(lines, " ")
	said := strings.ToLower(quote)
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(said, w) {
				return true
			}
		}
		return false
	}
	refused := &forge.NotPermittedError{What: what, Quote: quote, Pushing: pushing}
	switch {
	case has("saml sso", "saml enforcement"):
		return &forge.SSOError{Host: s.Host, URL: pageIn(lines), Quote: quote}
	case has("write access to repository not granted", "not accessible by personal access token"):
		return &forge.TokenError{Host: s.Host, What: what, Kind: forge.TokenKind(s.Token), Quote: quote}
	case has("forbids access via a"):
		return &forge.TokenError{Host: s.Host, What: what, Kind: forge.TokenKind(s.Token), Policy: forge.PolicyTokenAccess, Quote: quote}
	case has("ip allow list"):
		refused.Policy = forge.PolicyIPAllowList
	case has("archived"):
		refused.Policy = forge.PolicyArchived
	case has("suspended"):
		refused.Policy = forge.PolicySuspended
	case has("locked", "migrated"):
		refused.Policy = forge.PolicyLocked
	case has("disabled", "dmca", "access blocked"):
		refused.Policy = forge.PolicyBlocked
	case has("permission to", "denied to"):
		refused.Policy = forge.PolicyNoAccess
	default:
		refused.Policy = forge.PolicyOther
	}
	return refused
}

// masked are a server's words without credentials: one that repeats what it was
// sent must not get them into a journal or onto a screen.
func (s *Site) masked(lines []string) []string {
	out := make([]string, 0, len(lines))
	for _, l := range lines {
		words, scheme := strings.Fields(l), false
		for i, w := range words {
			bare := strings.Trim(w, `"'.,;:()[]<>`)
			after := scheme
			lower := strings.ToLower(bare)
			scheme = strings.HasSuffix(lower, "basic") || strings.HasSuffix(lower, "bearer")
			if after || s.Token != "" && strings.Contains(w, s.Token) || isLogin(bare) {
				words[i] = "***"
			}
		}
		out = append(out, strings.Join(words, " "))
	}
	return out
}

// isLogin tells whether a word is a name and a password as a header of basic
// authentication holds them.
func isLogin(word string) bool {
	plain, err := base64.StdEncoding.DecodeString(word)
	return err == nil && len(plain) > 11 && bytes.ContainsRune(plain, ':') && !bytes.ContainsFunc(plain, func(r rune) bool { return r < ' ' || r > '~' })
}

// titled looks once more where git was led to a page: it tells whose it is and
// nothing that stands on it, but people know a page by its title.
func (s *Site) titled(ctx context.Context, err error) error {
	var page, seen *git.PageError
	var away *git.UnavailableError
	if s.Reader == nil || !errors.As(err, &page) || page.Title != "" || !errors.As(err, &away) {
		return err
	}
	if _, look := s.Reader.Refs(ctx, away.URL); errors.As(look, &seen) && seen.Title != "" {
		return look
	}
	return err
}
