package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// OAuthClient is the one app that the forge knows for signing in by a code.
const OAuthClient = "Iv1.5a4d8b0c1e2f3a6b"

// deviceGrant is how a token is asked for by a device's code (RFC 8628, 3.4).
const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"

// DevicePlan is what a person does with the next code that the forge gives out,
// and when: questions for the token are counted, since no time passes in tests.
type DevicePlan struct {
	Login   string // who types the code in
	Pending int    // questions before that
	Slow    int    // of those after them, so many are answered slow_down
	Ends    string // instead of a token: access_denied, expired_token and so on
	Page    string // the verification_uri, "" for the forge's own
	Off     bool   // the app was not allowed to sign people in this way
	Lasts   int    // seconds after which a token ends that can be renewed; 0 for one that lasts
}

// device is a code that was given out.
type device struct {
	plan   DevicePlan
	scopes []string
}

// PlanDevice sets what becomes of the next code.
func (f *Forge) PlanDevice(p DevicePlan) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.state.devicePlan = p
}

// renewal is what a refresh token stands for; it is good once.
type renewal struct {
	token  token
	access string // that ends with it
	lasts  int
}

// ForgetRenewals lets every refresh token end, as if nobody had used it for months.
func (f *Forge) ForgetRenewals() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.state.renewals = nil
}

// EndGiven lets every token that can be renewed end now, before its time.
func (f *Forge) EndGiven() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.state.renewals {
		ended := r.token
		ended.expired = true
		f.tokens.put(r.access, ended)
	}
}

func isOAuth(path string) bool {
	return path == "/login/device/code" || path == "/login/oauth/access_token"
}

// serveOAuth answers as GitHub's "Device flow" is described: errors come with the
// status 200, in JSON where that is accepted, else as a form.
func (f *Forge) serveOAuth(w *answerWriter, x *exchange) {
	body, err := io.ReadAll(http.MaxBytesReader(w, x.r.Body, 1<<16))
	in, bad := url.ParseQuery(string(body))
	if err != nil || bad != nil || x.r.Method != http.MethodPost {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	f.mu.Lock()
	answer := f.oauth(x.r.URL.Path, in)
	f.mu.Unlock()
	if answer == nil { // an app that is not known
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, `{"error":"Not Found"}`)
		return
	}
	if strings.Contains(x.r.Header.Get("Accept"), "application/json") {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		data, _ := json.Marshal(answer)
		_, _ = w.Write(data)
		return
	}
	form := url.Values{}
	for k, v := range answer {
		form.Set(k, fmt.Sprint(v))
	}
	w.Header().Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	_, _ = io.WriteString(w, form.Encode())
}

// oauth answers one question, nil for an unknown app. The caller holds mu.
func (f *Forge) oauth(path string, in url.Values) obj {
	if in.Get("client_id") != OAuthClient {
		return nil
	}
	if path == "/login/device/code" {
		return f.giveDevice(in)
	}
	d := f.state.devices[in.Get("device_code")]
	refuse := func(code, text string) obj {
		return obj{"error": code, "error_description": text, "error_uri": "https://docs.github.com/developers/apps/authorizing-oauth-apps#error-codes-for-the-device-flow"}
	}
	switch {
	case in.Get("grant_type") == "refresh_token":
		old, ok := f.state.renewals[in.Get("refresh_token")]
		if !ok {
			return obj{"error": "bad_refresh_token", "error_description": "The refresh token passed is incorrect or expired."}
		}
		delete(f.state.renewals, in.Get("refresh_token"))
		ended := old.token
		ended.expired = true
		f.tokens.put(old.access, ended)
		return f.giveEnding(old.token, old.lasts)
	case in.Get("grant_type") != deviceGrant:
		return refuse("unsupported_grant_type", "The grant type is not supported.")
	case d == nil:
		return refuse("incorrect_device_code", "The device_code provided is not valid.")
	case d.plan.Pending > 0:
		d.plan.Pending--
		return refuse("authorization_pending", "The authorization request is still pending.")
	case d.plan.Slow > 0:
		d.plan.Slow--
		o := refuse("slow_down", "Too many requests have been made in the same timeframe.")
		o["interval"] = 10
		return o
	case d.plan.Ends != "":
		return refuse(d.plan.Ends, "It ends like this.")
	case d.plan.Login == "":
		return refuse("authorization_pending", "The authorization request is still pending.")
	}
	delete(f.state.devices, in.Get("device_code"))
	if d.plan.Lasts > 0 { // of a GitHub App, which knows no scopes
		return f.giveEnding(token{login: d.plan.Login, scopes: d.scopes}, d.plan.Lasts)
	}
	secret := "gho_" + strings.TrimPrefix(makeToken(f.world.Name, d.plan.Login, "device "+strings.Join(d.scopes, ",")), "ghp_")
	f.tokens.put(secret, token{login: d.plan.Login, scopes: d.scopes})
	return obj{"access_token": secret, "token_type": "bearer", "scope": strings.Join(d.scopes, ",")}
}

// giveEnding gives a token that ends, and what renews it. The caller holds mu.
func (f *Forge) giveEnding(t token, lasts int) obj {
	f.state.renewed++
	secret := func(prefix string) string {
		return prefix + strings.TrimPrefix(makeToken(f.world.Name, t.login, fmt.Sprint(prefix, f.state.renewed)), "ghp_")
	}
	access, refresh := secret("ghu_"), secret("ghr_")
	f.tokens.put(access, t)
	if f.state.renewals == nil {
		f.state.renewals = map[string]renewal{}
	}
	f.state.renewals[refresh] = renewal{t, access, lasts}
	return obj{"access_token": access, "expires_in": lasts, "refresh_token": refresh, "refresh_token_expires_in": 15897600, "scope": "", "token_type": "bearer"}
}

func (f *Forge) giveDevice(in url.Values) obj {
	plan := f.state.devicePlan
	if plan.Off {
		return obj{"error": "device_flow_disabled", "error_description": "Device Flow must be explicitly enabled for this App", "error_uri": "https://docs.github.com"}
	}
	if f.state.devices == nil {
		f.state.devices = map[string]*device{}
	}
	code := strings.ToLower(strings.TrimPrefix(makeToken(f.world.Name, fmt.Sprint(len(f.state.devices)), "device code"), "ghp_"))
	f.state.devices[code] = &device{plan: plan, scopes: strings.FieldsFunc(in.Get("scope"), func(r rune) bool { return r == ' ' || r == ',' })}
	return obj{"device_code": code, "user_code": "WDJB-MJHT", "verification_uri": orElse(plan.Page, f.page("/login/device")), "expires_in": 899, "interval": 5}
}
