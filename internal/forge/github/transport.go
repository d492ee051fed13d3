package github

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
)

// TransportOptions says what of a machine's network set-up a host needs.
type TransportOptions struct {
	CAFile     string              // PEM, trusted beside the system's roots
	Proxy      string              // URL; "" takes the environment's
	ClientCert string              // PEM, with ClientKey
	ClientKey  string              // PEM
	Getenv     func(string) string // nil is os.Getenv
}

// NewTransport makes a transport for one host. Loopback addresses are never
// asked through a proxy. Its errors name the file that is at fault.
func NewTransport(o TransportOptions) (*http.Transport, error) {
	settings, err := tlsSettings(o)
	if err != nil {
		return nil, err
	}
	proxy, err := proxyFor(o)
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                 proxy,
		DialContext:           dialer.DialContext,
		TLSClientConfig:       settings,
		TLSHandshakeTimeout:   15 * time.Second,
		ResponseHeaderTimeout: time.Minute,
		ForceAttemptHTTP2:     true,
		MaxIdleConnsPerHost:   8,
		IdleConnTimeout:       time.Minute,
		OnProxyConnectResponse: func(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
			if resp.StatusCode == http.StatusOK {
				return nil
			}
			return &ProxyError{Proxy: proxy.Host, Status: resp.StatusCode}
		},
	}, nil
}

// ProxyError says that a proxy leads to no other server.
type ProxyError struct {
	Proxy  string // host and port
	Status int    // of HTTP
}

func (e *ProxyError) Error() string {
	return fmt.Sprintf("the proxy %s answers %d %s", e.Proxy, e.Status, http.StatusText(e.Status))
}

// Stays tells that asking again changes nothing.
func (e *ProxyError) Stays() bool { return e.Status < http.StatusInternalServerError }

func tlsSettings(o TransportOptions) (*tls.Config, error) {
	settings := &tls.Config{MinVersion: tls.VersionTLS12}
	if o.CAFile != "" {
		pem, err := os.ReadFile(o.CAFile)
		if err != nil {
			return nil, fault.Errorf("read the CA file: %w", err)
		}
		roots, err := x509.SystemCertPool()
		if err != nil {
			roots = x509.NewCertPool() // no system roots: the file's alone
		}
		if !roots.AppendCertsFromPEM(pem) {
			return nil, fault.Errorf("the CA file %s holds no PEM certificate", o.CAFile)
		}
		settings.RootCAs = roots
	}
	if (o.ClientCert == "") != (o.ClientKey == "") {
		return nil, fault.Errorf("a client certificate needs both its certificate and its key, and only %s is given", o.ClientCert+o.ClientKey)
	}
	if o.ClientCert != "" {
		pair, err := tls.LoadX509KeyPair(o.ClientCert, o.ClientKey)
		if err != nil {
			return nil, fault.Errorf("read the client certificate %s with its key %s: %w", o.ClientCert, o.ClientKey, err)
		}
		settings.Certificates = []tls.Certificate{pair}
	}
	return settings, nil
}

// proxyFor chooses the proxy of each request: the one that is configured, else
// what the environment says, in the words that curl and git understand too.
func proxyFor(o TransportOptions) (func(*http.Request) (*url.URL, error), error) {
	if o.Proxy != "" {
		proxy, err := url.Parse(o.Proxy)
		if err != nil || proxy.Host == "" {
			return nil, fault.Errorf("the proxy setting is not a URL like http://HOST:PORT")
		}
		return func(r *http.Request) (*url.URL, error) {
			if isLoopback(r.URL.Hostname()) {
				return nil, nil
			}
			return proxy, nil
		}, nil
	}
	getenv := o.Getenv
	if getenv == nil {
		getenv = os.Getenv
	}
	first := func(names ...string) string {
		for _, n := range names {
			if v := getenv(n); v != "" {
				return v
			}
		}
		return ""
	}
	rules := newProxyRules(
		first("HTTP_PROXY", "http_proxy"),
		first("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"),
		first("NO_PROXY", "no_proxy"),
	)
	return func(r *http.Request) (*url.URL, error) { return rules.choose(r.URL), nil }, nil
}
