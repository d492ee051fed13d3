package github

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/url"

	"github.com/isrc-dev/isrc/internal/fault"
)

// explain says in words what a failed request means, without its URL. The
// cause stays reachable for errors.As.
func (c *Client) explain(err error) error {
	var sent *url.Error
	if errors.As(err, &sent) {
		err = sent.Err
	}
	var (
		unknown  x509.UnknownAuthorityError
		wrong    x509.HostnameError
		invalid  x509.CertificateInvalidError
		notTLS   tls.RecordHeaderError
		name     *net.DNSError
		redirect *redirectError
		slow     interface{ Timeout() bool }
	)
	switch {
	case errors.As(err, &redirect):
		return redirect
	case errors.As(err, &unknown):
		return fault.Errorf("its certificate is signed by an authority that this machine does not know (caFile of %s can name it): %w", c.o.Host, err)
	case errors.As(err, &wrong), errors.As(err, &invalid):
		return fault.Errorf("its certificate is not valid: %w", err)
	case errors.As(err, &notTLS):
		return fault.Errorf("it does not answer in https: %w", err)
	case errors.As(err, &name):
		return fault.Errorf("its name cannot be resolved: %w", err)
	case errors.As(err, &slow) && slow.Timeout():
		return fault.Errorf("it did not answer in time: %w", err)
	}
	return err
}

// transient tells whether the same request may succeed a moment later: the
// connection was refused, reset or cut, but not that a certificate is wrong or
// that much time has gone already.
func transient(err error) bool {
	var (
		redirect *redirectError
		cert     *tls.CertificateVerificationError
		notTLS   tls.RecordHeaderError
		alert    tls.AlertError
		name     *net.DNSError
		slow     interface{ Timeout() bool }
	)
	switch {
	case errors.Is(err, errPage), errors.Is(err, errTooLarge):
		return false
	case errors.As(err, &redirect), errors.As(err, &cert), errors.As(err, &notTLS), errors.As(err, &alert):
		return false
	case errors.As(err, &name):
		return !name.IsNotFound
	case errors.As(err, &slow) && slow.Timeout():
		return false
	}
	return true
}
