// Package github answers the nouns of forge over version 3 of GitHub's REST
// API: github.com, its enterprise relatives, and other servers that speak it.
// It must not know what its callers want the answers for; it keeps no state but
// counters, and every refusal becomes one of the errors of forge. Begin with
// Options, New and call.go.
package github

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/isrc-dev/isrc/internal/progress"
)

// Options says how a host is reached. Only Host is needed.
type Options struct {
	Host      string            // "github.com", a ghe.com tenant, an own server, or a loopback host:port
	APIURL    string            // "" derives it from Host, see apiURL
	Scheme    string            // "" is https; "http" is accepted for loopback addresses only
	Token     string            // "" asks without signing in
	Transport http.RoundTripper // from NewTransport; nil is a default one
	Sink      progress.Sink     // is told about waits
	Debug     io.Writer         // nil, or gets one redacted line per request
	MaxWait   time.Duration     // bound on the waits of one call; 0 is a minute, negative never waits
	Now       func() time.Time  // nil is time.Now
	Sleep     func(context.Context, time.Duration) error
	CacheDir  string // "" keeps no answers; else a folder for those that carry an ETag
	UserAgent string
}

// TransportOptions says what of a machine's network set-up a host needs.
type TransportOptions struct {
	CAFile     string              // PEM, trusted beside the system's roots
	Proxy      string              // URL; "" takes the environment's
	ClientCert string              // PEM, with ClientKey
	ClientKey  string              // PEM
	Getenv     func(string) string // nil is os.Getenv
}

// Client asks one host. It may be used by several goroutines at once.
type Client struct {
	o Options
}
