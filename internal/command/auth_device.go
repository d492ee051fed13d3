package command

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/isrc-dev/isrc/internal/auth"
	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/progress"
	"github.com/isrc-dev/isrc/internal/term"
)

// tokenByCode signs in by a code that the person types in on a page of the host.
// Only a terminal is asked whether to open it.
func (a *app) tokenByCode(ctx context.Context, host, client string, o *loginOptions) (got auth.DeviceToken, err error) {
	d, end, err := a.device(host)
	if err != nil {
		return got, err
	}
	defer end()
	d.ClientID, d.Scopes = client, strings.FieldsFunc(o.scopes, isComma)
	code, err := d.Begin(ctx)
	if err != nil {
		return got, a.deviceError(ctx, host, err)
	}
	fmt.Fprintf(a.io.Err, "Type in the code %s here, as the account that isrc should use:\n\n  %s\n\n", a.io.Paint(term.Strong, term.Line(code.UserCode)), term.Line(code.Page))
	if page, err := url.Parse(code.Page); err == nil && !strings.EqualFold(page.Host, host) {
		fmt.Fprintf(a.io.Err, "That page is not on %s itself: look at its address before you type anything in.\n", host)
	}
	if len(d.Scopes) > 0 {
		fmt.Fprintf(a.io.Err, "isrc asks for the scopes %s. The code is good until %s.\n", term.Line(strings.Join(d.Scopes, ", ")), code.Ends.Local().Format("15:04"))
	}
	if a.io.CanPrompt() {
		if err := a.offerPage(code.Page); err != nil {
			return got, a.deviceError(ctx, host, err)
		}
	}
	a.sink().Send(progress.Event{Phase: progress.Waiting, Task: "login", Message: "waiting until the code is typed in on " + host})
	got, err = d.Wait(ctx, code)
	a.progress.Clear()
	if err != nil {
		return got, a.deviceError(ctx, host, err)
	}
	if got.Lasts > 0 {
		what := "sign in again then"
		if got.Refresh != "" {
			a.redact.add(got.Refresh)
			what = "isrc renews it by itself"
		}
		a.say("This token ends in %s; %s.", span(got.Lasts), what)
	}
	return got, nil
}

// device is what asks a host's application for tokens; end gives back its
// connections.
func (a *app) device(host string) (d *auth.Device, end func(), err error) {
	c, err := a.settings()
	if err != nil {
		return nil, nil, err
	}
	h := c.HostFor(host)
	transport, err := a.transport(h)
	if err != nil {
		return nil, nil, err
	}
	return &auth.Device{Host: host, BaseURL: baseURL(h.Scheme, host), ClientID: h.OAuthClientID, Client: transport, Now: a.inv.Now, Sleep: a.sleep}, transport.CloseIdleConnections, nil
}

// renew renews a token that is kept.
func (a *app) renew(ctx context.Context, host, refresh string) (auth.DeviceToken, error) {
	a.redact.add(refresh)
	d, end, err := a.device(host)
	if err != nil {
		return auth.DeviceToken{}, err
	}
	defer end()
	got, err := d.Renew(ctx, refresh)
	if err == nil {
		a.redact.add(got.Token)
		a.redact.add(got.Refresh)
	}
	return got, err
}

//go:noinline
func isComma(r rune) bool { return r == ',' || r == ' ' }

// offerPage opens the page if the person says so.
func (a *app) offerPage(page string) error {
	err := a.io.Confirm("Open it in a browser here?", "--device", true)
	if term.SaidNo(err) {
		return nil // they open it themselves, perhaps on another machine
	}
	if err != nil {
		return err
	}
	c, err := a.settings()
	if err != nil {
		return err
	}
	if err := a.inv.Streams.Browse(firstOf(c.Browser, a.inv.Getenv("BROWSER")), page); err != nil {
		a.say("isrc: no browser could be started: %s", err)
	}
	return nil
}

// deviceError says of an end without a token what helps.
func (a *app) deviceError(ctx context.Context, host string, err error) error {
	var device *auth.DeviceError
	again := "isrc auth login --host " + host
	switch {
	case ctx.Err() != nil:
		return &contribute.HintError{Err: ctx.Err(), Hint: "nothing was kept; " + again + " begins anew"}
	case errors.Is(err, term.ErrNoAnswer):
		return err
	case !errors.As(err, &device):
		return fault.Errorf("sign in to %s by a code: %w", host, err)
	case device.Configured():
		return &usageError{err: device, hint: "ask who runs it for the setting hosts." + host + ".oauthClientId, or give a token: " + again + " --with-token"}
	}
	return &exitError{code: exitSignIn, err: device, hint: again + " begins anew; nothing was kept"}
}
