package publish

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/isrc-dev/isrc/internal/progress"
)

func waitEvent(down *UnavailableError, pause time.Duration) progress.Event {
	return progress.Event{Phase: progress.Waiting, Task: "catalog", Message: down.Error(), Wait: pause}
}

// moving tells how far bytes have come, and how fast: sent of them since begun.
func moving(what string, current, total, sent int64, begun time.Time) progress.Event {
	const mebibyte = 1 << 20
	message := fmt.Sprintf("%s: %.1f of %.1f MiB", what, float64(current)/mebibyte, float64(total)/mebibyte)
	if t := time.Since(begun); t > time.Second/2 {
		message += fmt.Sprintf(", %.1f MiB/s", float64(sent)/mebibyte/t.Seconds())
	}
	return progress.Event{Phase: progress.Running, Task: "catalog", Message: message, Current: current, Total: total, Unit: "bytes"}
}

// passes tells what may be otherwise in a moment: not a certificate, nor a
// server that speaks another protocol, nor a proxy that lets nobody through.
func passes(err error) bool {
	var (
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
		alert     tls.AlertError
		answer    interface{ Stays() bool } // of a proxy
	)
	if errors.As(err, &answer) && answer.Stays() {
		return false
	}
	return !errors.As(err, &authority) && !errors.As(err, &name) && !errors.As(err, &invalid) && !errors.As(err, &alert) && !isPlain(err)
}

// isPlain tells that a server which was spoken to by https speaks http, or what
// else is not encrypted: not every one answers so that Go knows it to be http.
func isPlain(err error) bool {
	var record tls.RecordHeaderError
	return errors.Is(err, http.ErrSchemeMismatch) || errors.As(err, &record)
}

// neverReached tells that no connection came about.
func neverReached(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// taken is the body of a request, of which each part that is taken renews the
// patience with the rest.
type taken struct {
	io.ReadCloser
	timer    *time.Timer
	patience time.Duration
}

var errStuck = errors.New("it has taken nothing for a minute")

func (t *taken) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	if err != nil {
		t.timer.Stop()
	} else {
		t.timer.Reset(t.patience)
	}
	return n, err
}

// watched is a body that must go on arriving: without a byte for a minute its
// request is given up.
type watched struct {
	io.ReadCloser
	ctx   context.Context
	timer *time.Timer
	stop  context.CancelCauseFunc
}

var errStalled = errors.New("it has sent nothing for a minute")

func watch(ctx context.Context, body io.ReadCloser, stop context.CancelCauseFunc) *watched {
	return &watched{ReadCloser: body, ctx: ctx, stop: stop, timer: time.AfterFunc(patience, func() { stop(errStalled) })}
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.ReadCloser.Read(p)
	w.timer.Reset(patience)
	if err != nil && errors.Is(context.Cause(w.ctx), errStalled) {
		err = errStalled
	}
	return n, err
}

func (w *watched) Close() error {
	w.timer.Stop()
	err := w.ReadCloser.Close()
	w.stop(nil)
	return err
}
