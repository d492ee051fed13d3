package auth

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// Device signs a person in by a code that they type in on a page of the host, as
// RFC 8628 has it and GitHub describes it ("Device flow"). It knows a client's
// public id and no secret, and keeps nothing.
type Device struct {
	Host     string
	BaseURL  string // scheme and host, without a path
	ClientID string
	Scopes   []string
	Client   http.RoundTripper
	Now      func() time.Time
	Sleep    func(context.Context, time.Duration) error
}

// DeviceCode is what a person is told, and what the device asks with.
type DeviceCode struct {
	UserCode string
	Page     string // https, or http on this machine; on which the code is typed in
	Ends     time.Time

	secret   string
	interval time.Duration
}

// DeviceToken is what signing in gave.
type DeviceToken struct {
	Token   string
	Lasts   time.Duration // 0 until it is revoked
	Ends    time.Time     // zero likewise
	Refresh string        // by which it is renewed before it ends, "" where it is not
}

// DeviceError is an end without a token.
type DeviceError struct {
	Host string
	Code string // of the RFC or of GitHub: access_denied, expired_token, device_flow_disabled ...
	Said string // the host's own words, not yet sanitized
}

// The codes that matter to callers.
const (
	DeviceDenied  = "access_denied"
	DeviceExpired = "expired_token"
)

func (e *DeviceError) Error() string {
	switch e.Code {
	case DeviceDenied:
		return e.Host + ": signing in was declined on the page"
	case DeviceExpired:
		return e.Host + ": the code was not typed in in time"
	case "device_flow_disabled":
		return e.Host + ": its OAuth application does not allow signing in by a code"
	case "unknown client", "incorrect_client_credentials", "invalid_client", "unauthorized_client":
		return e.Host + ": it knows no OAuth application with the configured client id"
	}
	s := e.Host + ": signing in by a code ended with " + e.Code
	if e.Said != "" {
		s += " (" + e.Said + ")"
	}
	return s
}

// Configured tells whether the configuration is at fault: no other attempt would
// do better.
func (e *DeviceError) Configured() bool { return e.Code != DeviceDenied && e.Code != DeviceExpired }

// Bounds on what a host says.
const (
	maxDeviceAnswer = 64 << 10 // bytes
	deviceInterval  = 5 * time.Second
	slowDown        = 5 * time.Second // RFC 8628, 3.5
	maxInterval     = time.Minute
	maxDeviceLife   = time.Hour
	deviceTimeout   = 30 * time.Second // of one question
)

// deviceAnswer has the fields of both answers, and of errors.
type deviceAnswer struct {
	DeviceCode  string      `json:"device_code"`
	UserCode    string      `json:"user_code"`
	Page        string      `json:"verification_uri"`
	OtherPage   string      `json:"verification_url"` // as drafts of the RFC had it
	Expires     json.Number `json:"expires_in"`       // seconds; also in quotation marks
	Interval    float64     `json:"interval"`
	Token       string      `json:"access_token"`
	Refresh     string      `json:"refresh_token"`
	Error       string      `json:"error"`
	Description string      `json:"error_description"`
}

// Begin asks for a code.
func (d *Device) Begin(ctx context.Context) (DeviceCode, error) {
	a, err := d.post(ctx, "/login/device/code", url.Values{"client_id": {d.ClientID}, "scope": {strings.Join(d.Scopes, " ")}})
	switch {
	case err != nil:
		return DeviceCode{}, err
	case a.Error != "":
		return DeviceCode{}, d.failed(a)
	case a.DeviceCode == "" || a.UserCode == "" || len(a.UserCode) > 64:
		return DeviceCode{}, d.unavailable(errors.New("it gave no code to sign in with"))
	}
	if a.Page == "" {
		a.Page = a.OtherPage
	}
	page, err := url.Parse(a.Page)
	if err != nil || len(a.Page) > 2048 || page.Host == "" || page.User != nil || page.Scheme != "https" && (page.Scheme != "http" || !isLoopback(page.Host)) {
		return DeviceCode{}, d.unavailable(errors.New("the page on which it wants the code typed in is no https page"))
	}
	c := DeviceCode{UserCode: a.UserCode, Page: page.String(), secret: a.DeviceCode, interval: seconds(a.Interval, deviceInterval, maxInterval)}
	lasts, _ := a.Expires.Float64() // "" is none
	c.Ends = d.Now().Add(seconds(lasts, 15*time.Minute, maxDeviceLife))
	return c, nil
}

// Wait asks until the person has answered, never more often than the host wants.
// A question that fails on the way is asked again, later each time.
func (d *Device) Wait(ctx context.Context, c DeviceCode) (DeviceToken, error) {
	in := url.Values{"client_id": {d.ClientID}, "device_code": {c.secret}, "grant_type": {"urn:ietf:params:oauth:grant-type:device_code"}}
	interval := c.interval
	var last error
	for {
		if !d.Now().Add(interval).Before(c.Ends) {
			if last != nil {
				return DeviceToken{}, last
			}
			return DeviceToken{}, &DeviceError{Host: d.Host, Code: DeviceExpired}
		}
		if err := d.Sleep(ctx, interval); err != nil {
			return DeviceToken{}, err
		}
		a, err := d.post(ctx, "/login/oauth/access_token", in)
		last = err
		switch {
		case ctx.Err() != nil:
			return DeviceToken{}, ctx.Err()
		case err != nil:
			interval = min(2*interval, maxInterval)
		case a.Token != "":
			return d.given(a)
		case a.Error == "slow_down":
			interval = min(max(interval+slowDown, seconds(a.Interval, 0, maxInterval)), maxInterval)
		case a.Error == "authorization_pending":
		case a.Error != "":
			return DeviceToken{}, d.failed(a)
		default:
			return DeviceToken{}, d.unavailable(errors.New("its answer holds neither a token nor an error"))
		}
	}
}

// seconds reads a number of them within bounds.
func seconds(n float64, otherwise, most time.Duration) time.Duration {
	if !(n > 0) {
		return otherwise
	}
	return time.Duration(min(n, most.Seconds()) * float64(time.Second))
}

func (d *Device) failed(a deviceAnswer) error {
	said := a.Description
	if len(said) > 200 {
		said = said[:200]
	}
	return &DeviceError{Host: d.Host, Code: strings.ToValidUTF8(a.Error[:min(len(a.Error), 60)], ""), Said: strings.ToValidUTF8(said, "")}
}

func (d *Device) unavailable(err error) error { return &forge.UnavailableError{Host: d.Host, Err: err} }

// post asks one question. Redirects are not followed: what is sent is for this
// host.
func (d *Device) post(ctx context.Context, path string, in url.Values) (a deviceAnswer, err error) {
	ctx, cancel := context.WithTimeout(ctx, deviceTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.BaseURL+path, strings.NewReader(in.Encode()))
	if err != nil {
		return a, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := d.Client.RoundTrip(req)
	if err != nil {
		return a, d.unavailable(err)
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(io.LimitReader(resp.Body, maxDeviceAnswer))
	if err != nil {
		return a, d.unavailable(err)
	}
	switch bad := json.Unmarshal(content, &a); {
	case resp.StatusCode == http.StatusNotFound:
		a = deviceAnswer{Error: "unknown client"}
	case resp.StatusCode == http.StatusTooManyRequests:
		a = deviceAnswer{Error: "slow_down"}
	case resp.StatusCode >= 500 || resp.StatusCode >= 300 && a.Error == "":
		return a, d.unavailable(fault.Errorf("it answers %d %s", resp.StatusCode, http.StatusText(resp.StatusCode)))
	case bad != nil:
		return a, d.unavailable(errors.New("its answer is not the JSON that was expected"))
	}
	return a, nil
}
