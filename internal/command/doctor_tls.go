package command

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// probeTLS asks the host for its front page and looks at the connection only.
func (p *hostProbe) probeTLS(ctx context.Context) probed {
	const name = "tls"
	if p.conf.Scheme == "http" {
		return probedFine(name, "plain http, which stays on this machine")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, p.base()+"/", nil)
	if err != nil {
		return probedBroken(exitUsage, name, p.settingRemedy(), "%s", err)
	}
	resp, err := p.transport.RoundTrip(req)
	if err != nil {
		return p.untrusted(err)
	}
	resp.Body.Close() //nolint:errcheck,gosec // the answer of HEAD has no body
	if resp.TLS == nil || len(resp.TLS.PeerCertificates) == 0 {
		return probedUnclear(name, "", "the connection says nothing of its certificate")
	}
	cert := resp.TLS.PeerCertificates[0]
	detail := fmt.Sprintf("%s, certificate by %s, until %s", tls.VersionName(resp.TLS.Version), issuer(cert), cert.NotAfter.Format(time.DateOnly))
	if p.conf.CAFile != "" {
		detail += ", with the CA of " + p.conf.CAFile
	}
	if p.conf.ClientCert != "" {
		detail += ", with your client certificate"
	}
	return probedFine(name, "%s", detail)
}

func issuer(c *x509.Certificate) string {
	if len(c.Issuer.Organization) > 0 {
		return firstOf(c.Issuer.CommonName, c.Issuer.Organization[0])
	}
	return firstOf(c.Issuer.CommonName, "an authority without a name")
}

func (p *hostProbe) untrusted(err error) probed {
	const name = "tls"
	var (
		unknown x509.UnknownAuthorityError
		wrong   x509.HostnameError
		invalid x509.CertificateInvalidError
		notTLS  tls.RecordHeaderError
		alert   tls.AlertError
	)
	own := p.setRemedy("caFile", "/path/to/ca.pem")
	switch {
	case errors.As(err, &unknown):
		also := ""
		if p.conf.CAFile != "" {
			also = ", and that " + p.conf.CAFile + " does not hold"
		}
		return probedBroken(exitUsage, name, own, "its certificate is signed by an authority that this machine does not know%s", also)
	case errors.As(err, &wrong):
		return probedBroken(exitUnavailable, name, "", "its certificate is for another name: %s", wrong)
	case errors.As(err, &invalid):
		return probedBroken(exitUnavailable, name, "", "its certificate is not valid: %s", invalid)
	case errors.As(err, &notTLS):
		return probedBroken(exitUsage, name, p.schemeRemedy(), "it does not speak https")
	case errors.As(err, &alert):
		return probedBroken(exitUsage, name, p.setRemedy("clientCert", "/path/to/client.pem"), "it refuses the connection (%s); some hosts want a client certificate", alert)
	case isTimeout(err):
		return probedBroken(exitUnavailable, name, "", "no answer within %s", probeTime)
	}
	return probedBroken(exitUnavailable, name, "", "%s", err)
}

// schemeRemedy offers plain http where that stays on this machine.
func (p *hostProbe) schemeRemedy() string {
	name := (&url.URL{Host: p.conf.Name}).Hostname()
	if name == "localhost" || strings.HasPrefix(name, "127.") || name == "::1" {
		return p.setRemedy("scheme", "http")
	}
	return ""
}
