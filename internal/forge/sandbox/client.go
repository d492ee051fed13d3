package sandbox

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
)

// Client is an HTTP client that trusts this forge and goes through no proxy.
func (f *Forge) Client() (*http.Client, error) {
	t := &http.Transport{}
	if ca := f.CAFile(); ca != "" {
		pem, err := os.ReadFile(ca)
		if err != nil {
			return nil, err
		}
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(pem)
		t.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	}
	return &http.Client{Transport: t}, nil
}
