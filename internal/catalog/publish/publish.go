// Package publish carries a generation of a catalog to where a company can
// fetch it, and back: an OCI registry, a web server, a folder. It must not know
// how a catalog is searched, nor what flags and settings there are. Begin with
// Push and Pull; outline.go is what a published catalog consists of.
package publish

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/isrc-dev/isrc/internal/progress"
)

// Options are what carrying needs of its surroundings.
type Options struct {
	// Transport gives the way to a host ("registry.example:5000"), with its
	// certificates and its proxy.
	Transport func(host string) (http.RoundTripper, error)
	// Scheme is "https" or "http" where the settings say it of a host, else "".
	Scheme func(host string) string
	// Credential gives what a registry or web server may be told, the zero value
	// for nothing. It is asked only once a server wants to know.
	Credential func(ctx context.Context, host string) (Credential, error)
	// Secret is told each secret before it is sent, so that it can be kept out of
	// what is written.
	Secret    func(string)
	UserAgent string
	Version   string // of this program, for those who read what is published
	Sink      progress.Sink
	Debug     io.Writer // nil: nothing
	Sleep     func(context.Context, time.Duration) error
	// Trace is told of points at which a test may end the process; nil: nothing.
	Trace func(point string)
}

//go:noinline
func (o *Options) trace(point string) {
	if o.Trace != nil {
		o.Trace(point)
	}
}

func (o *Options) sleep(ctx context.Context, d time.Duration) error {
	if o.Sleep != nil {
		return o.Sleep(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Credential is what a server is told: a user and a password, a token that it
// exchanges for others (Identity), or one that it takes as it is.
type Credential struct {
	User     string
	Password string
	Identity string
	Token    string
}

// IsZero tells that there is nothing to tell.
func (c Credential) IsZero() bool { return c == Credential{} }
