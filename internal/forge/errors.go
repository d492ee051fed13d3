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

// SignInError says that the host wants a token, or refuses the one it got.
type SignInError struct {
	Host    string
	Refused bool // a token was sent and not accepted
	// Withheld are tokens that are there and were not sent, each with the
	// reason: "ISRC_TOKEN is for ghe.example, not for x.example".
	Withheld []string
}

func (e *SignInError) Error() string {
	switch {
	case e.Refused:
		return e.Host + " does not accept the token (it may have expired)"
	case len(e.Withheld) > 0:
		return "no token for " + e.Host + " (" + strings.Join(e.Withheld, "; ") + ")"
	}
	return "no token for " + e.Host
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
	Host string
	URL  string // where a person does that
}

func (e *SSOError) Error() string {
	return "the organisation wants single sign-on for this token"
}

// NotFoundError says that the host knows no such thing, or hides it.
type NotFoundError struct {
	What string
	// Lacks are scopes of which the token for Host has none, where the host
	// says so: what is asked for may be there and hidden.
	Host  string
	Lacks []string
}

func (e *NotFoundError) Error() string {
	if len(e.Lacks) > 0 {
		return e.What + " does not exist, or is not visible to a token without the scope " + strings.Join(e.Lacks, " or ")
	}
	return e.What + " does not exist, or is not visible to you"
}

// Policy names a reason for which a forge refuses.
type Policy string

// The policies that have a way round worth telling.
const (
	PolicyForkingDisabled Policy = "forking-disabled"
	PolicyArchived        Policy = "archived"
	PolicyIPAllowList     Policy = "ip-allow-list"
	PolicyInteraction     Policy = "interaction-limit"
	PolicyProtected       Policy = "protected-branch"
	PolicyOther           Policy = "other"
)

// NotPermittedError says that the host understood and refuses.
type NotPermittedError struct {
	What   string
	Policy Policy
	Quote  string // the server's own words, not yet sanitized
}

func (e *NotPermittedError) Error() string {
	if e.Quote == "" {
		return e.What + " is not permitted"
	}
	return e.What + " is not permitted: " + e.Quote
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
