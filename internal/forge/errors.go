package forge

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrUnsupported says that this host does not offer what was asked for. It
// means "unknown", never "none".
var ErrUnsupported = errors.New("this host does not offer it")

// ErrTooMuch says that a question was too much for the host at once; a smaller
// one may be answered.
var ErrTooMuch = errors.New("it was asked for too much at once")

// ErrPlace says that a host does not know the place in a list any more at which
// it was to go on: it has forgotten it, or it is one of another interface.
var ErrPlace = errors.New("it does not know any more where the list goes on")

// SignInError says that the host wants a token, or refuses the one it got.
type SignInError struct {
	Host    string
	Login   string // of the account that was wanted, "" for any
	Refused bool   // a token was sent and not accepted
	// Withheld are tokens that are there and were not sent, each with the
	// reason: "ISRC_TOKEN is for ghe.example, not for x.example".
	Withheld []string
}

func (e *SignInError) Error() string {
	who := ""
	if e.Login != "" {
		who = " of " + e.Login
	}
	switch {
	case e.Refused:
		return e.Host + " does not accept the token (it may have expired)"
	case len(e.Withheld) > 0:
		return "no token" + who + " for " + e.Host + " (" + strings.Join(e.Withheld, "; ") + ")"
	}
	return "no token" + who + " for " + e.Host
}

// ScopeError says that a token lacks a permission.
type ScopeError struct {
	Host   string
	Needed []string // any one of them would do
	Have   []string
}

func (e *ScopeError) Error() string {
	return fmt.Sprintf("the token for %s lacks the scope %s", e.Host, strings.Join(e.Needed, " or "))
}

// SSOError says that a token must first be authorised for an organisation.
type SSOError struct {
	Host  string
	URL   string // where a person does that
	Quote string // the server's own words, not yet sanitized
}

func (e *SSOError) Error() string {
	return "the organisation wants single sign-on for this token" + said(e.Quote)
}

// NotFoundError says that the host knows no such thing, or hides it.
type NotFoundError struct {
	What string
	// Lacks are scopes of which the token for Host has none, where the host
	// says so: what is asked for may be there and hidden.
	Host  string
	Lacks []string
	// Kind is that of the token that asked, "" when its shape does not tell: a
	// fine-grained one sees only the repositories that it was given.
	Kind string
	// Doing is the write that was answered so, "" for a read: "forking acme/lib".
	Doing string
}

func (e *NotFoundError) Error() string {
	if e.Doing != "" {
		return e.Doing + ": there is no such thing, says the host, as it also does to accounts and tokens that may not"
	}
	if len(e.Lacks) > 0 {
		return e.What + " does not exist, or is not visible to a token without the scope " + strings.Join(e.Lacks, " or ")
	}
	return e.What + " does not exist, or is not visible to you"
}

// TokenError says that a token may not do something whoever it belongs to could
// do, and that no scope would mend it.
type TokenError struct {
	Host   string
	What   string   // a verb phrase: "opening a pull request in acme/lib"
	Kind   string   // TokenFineGrained and so on, "" when its shape does not tell
	Needed []string // permissions of which one would do, where the host says so
	Policy Policy   // of the organisation, "" when the token itself falls short
	Quote  string   // the server's own words, not yet sanitized
	Login  string   // of the app or job behind it, "" when not known
}

// The kinds of GitHub's tokens, which their beginnings tell apart.
const (
	TokenClassic     = "classic"
	TokenFineGrained = "fine-grained"
	TokenOAuth       = "oauth"
	TokenApp         = "app" // of an app or a job: no person stands behind it
)

// TokenKind reads the kind of a token off its beginning, "" for other hosts'.
//
//go:noinline
func TokenKind(token string) string {
	for _, of := range [...][2]string{{"ghp_", TokenClassic}, {"github_pat_", TokenFineGrained}, {"gho_", TokenOAuth}, {"ghu_", TokenOAuth}, {"ghs_", TokenApp}} {
		if strings.HasPrefix(token, of[0]) {
			return of[1]
		}
	}
	return ""
}

func (e *TokenError) Error() string {
	kind := "the"
	switch e.Kind {
	case TokenFineGrained:
		kind = "the fine-grained"
	case TokenClassic:
		kind = "the classic"
	}
	s := e.What + " is more than " + kind + " token for " + e.Host + " may do"
	if e.Kind == TokenApp {
		s = e.What + " takes a person: the token for " + e.Host + " belongs to an app or a job"
		if name := strings.TrimSuffix(e.Login, SomeBot); name != "" {
			s += " (" + name + ")"
		}
		if e.Policy != "" {
			s = e.What + " is more than the token of an app or a job may do on " + e.Host
		}
	}
	if p := e.Policy.phrase(); p != "" {
		s += ": " + p
	}
	if len(e.Needed) > 0 {
		s += ", which needs " + strings.Join(e.Needed, " or ")
	}
	return s + said(e.Quote)
}

func said(quote string) string {
	if quote == "" {
		return ""
	}
	return " (the host says: " + quote + ")"
}

// Policy names a reason for which a forge refuses.
type Policy string

// The policies that have a way round worth telling.
const (
	PolicyForkingDisabled Policy = "forking-disabled"
	PolicyForkDestination Policy = "fork-destination" // forks are allowed, not to there
	PolicyEmpty           Policy = "empty"
	PolicyManagedUser     Policy = "managed-user"
	PolicyNoAccess        Policy = "no-access"
	PolicyCollaborators   Policy = "collaborators-only"
	PolicyNoPulls         Policy = "no-pull-requests"
	PolicyNoIssues        Policy = "no-issues"
	PolicyArchived        Policy = "archived"
	PolicyLocked          Policy = "locked"
	PolicyBlocked         Policy = "repository-blocked" // by the host: law, terms, unpaid bills
	PolicySuspended       Policy = "account-suspended"
	PolicyUserBlocked     Policy = "user-blocked"
	PolicyInteraction     Policy = "interaction-limit"
	PolicyIPAllowList     Policy = "ip-allow-list"
	PolicyAppAccess       Policy = "app-access"   // the organisation admits no such app
	PolicyTokenAccess     Policy = "token-access" // the organisation admits no such token
	PolicyJobPulls        Policy = "job-pulls"    // jobs of Actions open no pull requests there
	PolicyNoDrafts        Policy = "no-drafts"    // what its owners pay for has none
	PolicyProtected       Policy = "protected-branch"
	PolicyRuleset         Policy = "ruleset"
	PolicySecret          Policy = "secret"
	PolicyLargeFile       Policy = "large-file"
	PolicyEmail           Policy = "private-email"
	PolicyHook            Policy = "server-hook"
	PolicyOther           Policy = "other"
)

// phrase names a policy for people; "" where the server's words must do.
func (p Policy) phrase() string {
	switch p {
	case PolicyForkingDisabled:
		return "forking is disabled there"
	case PolicyForkDestination:
		return "its forks may not lie there"
	case PolicyEmpty:
		return "it has no commit yet"
	case PolicyManagedUser:
		return "an enterprise manages your account and keeps it to its own repositories"
	case PolicyNoAccess:
		return "you have no write access"
	case PolicyCollaborators:
		return "it takes pull requests from its collaborators alone"
	case PolicyNoPulls:
		return "its owners have switched pull requests off"
	case PolicyNoIssues:
		return "its owners have switched issues off"
	case PolicyArchived:
		return "it is archived"
	case PolicyLocked:
		return "it is locked while it is moved"
	case PolicyBlocked:
		return "the host has blocked it"
	case PolicySuspended:
		return "your account is suspended"
	case PolicyUserBlocked:
		return "its owners have blocked your account"
	case PolicyInteraction:
		return "its owners limit for now who may take part"
	case PolicyIPAllowList:
		return "its organisation takes requests from listed networks only"
	case PolicyAppAccess:
		return "its organisation has not admitted the app that made the token"
	case PolicyTokenAccess:
		return "its organisation does not admit such a token"
	case PolicyJobPulls:
		return "its owners do not let jobs open pull requests"
	case PolicyNoDrafts:
		return "it has no drafts"
	case PolicyProtected:
		return "the branch is protected"
	case PolicyRuleset:
		return "a rule of the repository forbids it"
	case PolicySecret:
		return "the commits hold a secret"
	case PolicyLargeFile:
		return "a file is too large"
	case PolicyEmail:
		return "the commits would publish an address that you keep private"
	case PolicyHook:
		return "the server's own check declines it"
	}
	return ""
}

// NotPermittedError says that the host understood and refuses.
type NotPermittedError struct {
	What   string
	Policy Policy
	Quote  string // the server's own words, not yet sanitized
	URL    string // a page of the host on which it can be changed, "" for none
	// Pushing is true where git was refused, with the branch made already.
	Pushing bool
}

func (e *NotPermittedError) Error() string {
	p := e.Policy.phrase()
	switch {
	case p != "":
		return e.What + " is not permitted: " + p + said(e.Quote)
	case e.Quote == "":
		return e.What + " is not permitted"
	}
	return e.What + " is not permitted: " + e.Quote
}

// Refused tells whether an error says that something is not for this account or
// this token, rather than that it failed.
func Refused(err error) bool {
	var (
		refused *NotPermittedError
		scope   *ScopeError
		token   *TokenError
	)
	return errors.As(err, &refused) || errors.As(err, &scope) || errors.As(err, &token)
}

// InvalidError is a request that the host understood and finds wrong (422).
type InvalidError struct {
	What  string
	Quote string
	// Exists is true when the server says that the thing is already there.
	Exists bool
}

func (e *InvalidError) Error() string { return e.What + ": " + e.Quote }

// RateLimitError says that the host takes no more requests for now.
type RateLimitError struct {
	Host      string
	Until     time.Time
	Secondary bool
}

func (e *RateLimitError) Error() string {
	return fmt.Sprintf("%s limits requests until %s", e.Host, e.Until.UTC().Format(time.RFC3339))
}

// UnavailableError says that the host, or the way to it, does not answer
// properly; the same request may succeed later.
type UnavailableError struct {
	Host string
	Err  error
}

func (e *UnavailableError) Error() string {
	return fmt.Sprintf("%s is not available: %v", e.Host, e.Err)
}

// Unwrap gives the reason.
func (e *UnavailableError) Unwrap() error { return e.Err }
