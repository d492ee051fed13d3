package publish

import (
	"errors"
	"fmt"
	"net/url"
	"time"
)

// PlaceError is an address that names no place to publish at or to fetch from.
type PlaceError struct{ Why string }

func (e *PlaceError) Error() string { return e.Why }

// ReadOnlyError is an address that can only be fetched from.
type ReadOnlyError struct{ Place string }

func (e *ReadOnlyError) Error() string {
	return e.Place + " can be fetched from, but not published to"
}

// RefusedError says that a server wants credentials, refuses those it got, or
// does not let their owner do it.
type RefusedError struct {
	Host      string
	Registry  bool   // an OCI registry, else a web server
	Sent      bool   // credentials were sent
	Forbidden bool   // they were understood, and do not suffice
	Said      string // what the server says to that, after a colon
}

func (e *RefusedError) Error() string {
	switch {
	case e.Forbidden:
		return e.Host + " does not permit it" + e.Said
	case e.Sent:
		return e.Host + " does not accept the credentials"
	}
	return e.Host + " wants credentials, and there are none for it"
}

// MissingError says that nothing is published at a place.
type MissingError struct{ Place string }

func (e *MissingError) Error() string { return "nothing is published at " + e.Place }

// UnavailableError says that a server, or the way to it, does not answer
// properly; the same may succeed later.
type UnavailableError struct {
	Host  string
	Err   error
	After time.Duration // how long the server asks to wait, 0 not said
}

func (e *UnavailableError) Error() string {
	return fmt.Sprintf("%s is not available: %v", e.Host, e.Err)
}

// Unwrap gives the reason.
func (e *UnavailableError) Unwrap() error { return e.Err }

// IsPlain tells that the server does not encrypt.
func (e *UnavailableError) IsPlain() bool { return isPlain(e.Err) }

// FormatError says that what stands at a place is no published catalog, or is
// one that is damaged.
type FormatError struct{ Place, Why string }

func (e *FormatError) Error() string { return e.Place + ": " + e.Why }

// VersionError says that a published catalog was written for another version of
// this program.
type VersionError struct {
	Place string
	By    string // the version that wrote it, "" unknown
	Newer bool   // newer than what this program reads, else older
}

func (e *VersionError) Error() string {
	by := ""
	if e.By != "" {
		by = " (isrc " + e.By + ")"
	}
	if e.Newer {
		return e.Place + ": the catalog was published by a newer isrc" + by
	}
	return e.Place + ": the catalog was published by an older isrc" + by
}

// unreachable makes an error of what a transport says. The address is left out
// of it: the one of a store of blobs may carry a signature.
func unreachable(host string, err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	if isDown(err) || isOurs(err) {
		return err
	}
	return &UnavailableError{Host: host, Err: err}
}

// isOurs tells errors that already say all there is to say.
func isOurs(err error) bool {
	var (
		refused *RefusedError
		missing *MissingError
		format  *FormatError
		version *VersionError
		place   *PlaceError

		declined *DeclinedError
	)
	return errors.As(err, &declined) || errors.As(err, &refused) || errors.As(err, &missing) || errors.As(err, &format) || errors.As(err, &version) || errors.As(err, &place)
}

//go:noinline
func isDown(err error) bool {
	var down *UnavailableError
	return errors.As(err, &down)
}
