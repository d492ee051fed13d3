package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/forge"
)

// anOAuthHost answers questions for a token one after the other: a status, and a
// body.
type anOAuthHost struct {
	t       *testing.T
	code    string // answer to the first question
	answers []string
	asked   int
	refresh string // what is renewed with, "" where a code is asked with
}

const goodCode = `{"device_code":"secret-of-the-device","user_code":"WDJB-MJHT","verification_uri":"https://h.example/login/device","expires_in":899,"interval":5}`

func (h *anOAuthHost) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil || r.Method != http.MethodPost || r.Form.Get("client_id") != "the-client" || r.Header.Get("Authorization") != "" {
		h.t.Errorf("%s %s %v %v", r.Method, r.URL, r.Form, err)
	}
	answer := h.code
	if r.URL.Path == "/login/oauth/access_token" {
		byCode := r.Form.Get("device_code") == "secret-of-the-device" && r.Form.Get("grant_type") == "urn:ietf:params:oauth:grant-type:device_code"
		byRefresh := r.Form.Get("refresh_token") == h.refresh && r.Form.Get("grant_type") == "refresh_token"
		if byCode == (h.refresh != "") || byRefresh != (h.refresh != "") {
			h.t.Errorf("asked with %v", r.Form)
		}
		answer = h.answers[min(h.asked, len(h.answers)-1)]
		h.asked++
	}
	var status int
	if n, err := fmt.Sscanf(answer, "%d ", &status); n == 1 && err == nil {
		_, answer, _ = strings.Cut(answer, " ")
		w.Header().Set("Location", "/login/elsewhere")
		w.WriteHeader(status)
	}
	_, _ = w.Write([]byte(answer))
}

// device gives one at a host, and the waits between its questions in seconds.
func (h *anOAuthHost) device(t *testing.T) (d *Device, waits *[]int) {
	t.Helper()
	h.t = t
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	now := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	waits = &[]int{}
	return &Device{
		Host: "h.example", BaseURL: srv.URL, ClientID: "the-client", Scopes: []string{"repo", "read:org"}, Client: http.DefaultTransport,
		Now: func() time.Time { return now },
		Sleep: func(ctx context.Context, d time.Duration) error {
			now = now.Add(d)
			*waits = append(*waits, int(d.Seconds()))
			return ctx.Err()
		},
	}, waits
}

func TestDeviceAsksAsOftenAsTheHostWants(t *testing.T) {
	t.Parallel()
	const pending, slow, token = `{"error":"authorization_pending"}`, `{"error":"slow_down"}`, `{"access_token":"gho_abc","token_type":"bearer","scope":"repo"}`
	for _, c := range []struct {
		name    string
		code    string
		answers []string
		waits   []int
		token   string
		ends    string // code of the error
	}{
		{"at once", goodCode, []string{token}, []int{5}, "gho_abc", ""},
		{"later", goodCode, []string{pending, pending, token}, []int{5, 5, 5}, "gho_abc", ""},
		{"five seconds more with each slow_down", goodCode, []string{slow, slow, pending, token}, []int{5, 10, 15, 15}, "gho_abc", ""},
		{"or as many as it says", goodCode, []string{`{"error":"slow_down","interval":30}`, pending, token}, []int{5, 30, 30}, "gho_abc", ""},
		{"never less than before", goodCode, []string{`{"error":"slow_down","interval":1}`, token}, []int{5, 10}, "gho_abc", ""},
		{"errors with the RFC's status", goodCode, []string{"400 " + pending, "400 " + slow, token}, []int{5, 5, 10}, "gho_abc", ""},
		{"too many requests", goodCode, []string{"429 slower", token}, []int{5, 10}, "gho_abc", ""},
		{"a fault on the way is asked again, later each time", goodCode, []string{"502 <html>", "503 ", "not JSON", token}, []int{5, 10, 20, 40}, "gho_abc", ""},
		{"five seconds where no interval is said", `{"device_code":"secret-of-the-device","user_code":"A","verification_url":"https://h.example/"}`, []string{token}, []int{5}, "gho_abc", ""},
		{"a hostile interval is bounded", strings.Replace(goodCode, `"interval":5`, `"interval":1e300`, 1), []string{token}, []int{60}, "gho_abc", ""},
		{"declined", goodCode, []string{pending, `{"error":"access_denied","error_description":"no"}`}, []int{5, 5}, "", DeviceDenied},
		{"expired, says the host", goodCode, []string{`{"error":"expired_token"}`}, []int{5}, "", DeviceExpired},
		{"expired, says the clock", strings.Replace(goodCode, "899", "17", 1), []string{pending}, []int{5, 5, 5}, "", DeviceExpired},
		{"something else", goodCode, []string{`{"error":"incorrect_device_code"}`}, []int{5}, "", "incorrect_device_code"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := &anOAuthHost{code: c.code, answers: c.answers}
			d, waits := h.device(t)
			code, err := d.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			got, err := d.Wait(t.Context(), code)
			var ended *DeviceError
			if errors.As(err, &ended) != (c.ends != "") || ended != nil && ended.Code != c.ends || got.Token != c.token {
				t.Errorf("got %q, %v", got.Token, err)
			}
			if diff := cmp.Diff(c.waits, *waits); diff != "" {
				t.Errorf("waits: %s", diff)
			}
		})
	}
}

func TestDeviceTakesNoTokenThatIsNone(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{`{"access_token":"two words"}`, `{"access_token":"` + strings.Repeat("x", 5000) + `"}`, `{}`, `{"access_token":""}`, "302 "} {
		h := &anOAuthHost{code: strings.Replace(goodCode, "899", "12", 1), answers: []string{answer}}
		d, _ := h.device(t)
		code, err := d.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got, err := d.Wait(t.Context(), code); err == nil || got.Token != "" || strings.Contains(err.Error(), "two words") {
			t.Errorf("%.40s: got %q, %v", answer, got.Token, err)
		}
	}
}

func TestDeviceStopsWhenItIsInterrupted(t *testing.T) {
	t.Parallel()
	h := &anOAuthHost{code: goodCode, answers: []string{`{"access_token":"gho_abc"}`}}
	d, _ := h.device(t)
	code, err := d.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	sleep := d.Sleep
	d.Sleep = func(ctx context.Context, w time.Duration) error { cancel(); return sleep(ctx, w) }
	if got, err := d.Wait(ctx, code); !errors.Is(err, context.Canceled) || got.Token != "" || h.asked != 0 {
		t.Errorf("got %q, %v after %d questions", got.Token, err, h.asked)
	}
}

func TestDeviceShowsNoPageButHTTPS(t *testing.T) {
	t.Parallel()
	for page, ok := range map[string]bool{
		"https://h.example/login/device": true, "https://sign-in.example/d?x=1": true, "http://127.0.0.1:8/login/device": true, "http://localhost:8/": true,
		"http://h.example/": false, "javascript:alert(1)": false, "https://a:b@h.example/": false, "": false, "/login/device": false,
		"https://": false, "file:///etc/passwd": false, "https://h.example/" + strings.Repeat("x", 3000): false, "https://h.example/\x1b[2J": false,
	} {
		h := &anOAuthHost{code: fmt.Sprintf(`{"device_code":"x","user_code":"A","verification_uri":%q}`, page)}
		h.code = strings.ReplaceAll(h.code, `\x1b`, `\u001b`)
		d, _ := h.device(t)
		code, err := d.Begin(t.Context())
		if (err == nil) != ok || ok && code.Page != page {
			t.Errorf("%.40q: got %q, %v", page, code.Page, err)
		}
		var away *forge.UnavailableError
		if !ok && !errors.As(err, &away) {
			t.Errorf("%.40q: %v", page, err)
		}
	}
}
