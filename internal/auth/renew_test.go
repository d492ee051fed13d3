package auth

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/config"
	"github.com/isrc-dev/isrc/internal/forge"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// anEnding is a source with a token that ends after some time, and how often it
// was asked to renew it.
func anEnding(t *testing.T, left time.Duration, renew func(refresh string) (DeviceToken, error)) (Source, *int) {
	t.Helper()
	asked, mu := 0, sync.Mutex{}
	s := Source{
		Getenv: func(string) string { return "" }, Config: &config.Config{Dirs: config.Dirs{Config: t.TempDir()}}, Now: func() time.Time { return noon },
		Renew: func(_ context.Context, host, refresh string) (DeviceToken, error) {
			mu.Lock()
			defer mu.Unlock()
			asked++
			if host != "h.example" {
				t.Errorf("renewed at %s", host)
			}
			return renew(refresh)
		},
	}
	if _, err := Login(t.Context(), s.Given(DeviceToken{Ends: noon.Add(left), Refresh: "ghr_first"}), "h.example", "ghu_first", "mona"); err != nil {
		t.Fatal(err)
	}
	return s, &asked
}

func TestATokenIsRenewedBeforeItEnds(t *testing.T) {
	t.Parallel()
	renewed := func(string) (DeviceToken, error) {
		return DeviceToken{Token: "ghu_second", Ends: noon.Add(8 * time.Hour), Refresh: "ghr_second"}, nil
	}
	refused := func(string) (DeviceToken, error) {
		return DeviceToken{}, &DeviceError{Host: "h.example", Code: "bad_refresh_token"}
	}
	away := func(string) (DeviceToken, error) {
		return DeviceToken{}, &forge.UnavailableError{Host: "h.example", Err: errors.New("away")}
	}
	for name, c := range map[string]struct {
		left  time.Duration
		renew func(string) (DeviceToken, error)
		want  string // the token, or what the error says
		asked int
	}{
		"long before":                  {time.Hour, renewed, "ghu_first", 0},
		"shortly before":               {4 * time.Minute, renewed, "ghu_second", 1},
		"afterwards":                   {-time.Hour, renewed, "ghu_second", 1},
		"refused shortly before":       {4 * time.Minute, refused, "ghu_first", 1},
		"refused afterwards":           {-time.Hour, refused, "is not renewed (bad_refresh_token)", 1},
		"not to be reached before":     {4 * time.Minute, away, "ghu_first", 1},
		"not to be reached afterwards": {-time.Hour, away, "away", 1},
		"nobody to renew it before":    {4 * time.Minute, nil, "ghu_first", 0},
		"nobody to renew it":           {-time.Hour, nil, "has ended", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, asked := anEnding(t, c.left, c.renew)
			if c.renew == nil {
				s.Renew = nil
			}
			got, err := s.Token(t.Context(), "h.example", false)
			if err != nil {
				if none := (&forge.SignInError{}); errors.As(err, &none) {
					err = errors.New(strings.Join(none.Withheld, "; "))
				}
				if !strings.Contains(err.Error(), c.want) {
					t.Errorf("got %v, want %s", err, c.want)
				}
			} else if got.Value != c.want {
				t.Errorf("got %s, want %s", got.Value, c.want)
			}
			if *asked != c.asked {
				t.Errorf("asked %d times, want %d", *asked, c.asked)
			}
		})
	}
}

// TestATokenIsRenewedOnce: a refresh token is good for one time, so of several
// that see a token end one renews it, and all go on with what it got.
func TestATokenIsRenewedOnce(t *testing.T) {
	t.Parallel()
	s, asked := anEnding(t, time.Minute, func(refresh string) (DeviceToken, error) {
		if refresh != "ghr_first" {
			return DeviceToken{}, &DeviceError{Code: "bad_refresh_token"}
		}
		return DeviceToken{Token: "ghu_second", Ends: noon.Add(8 * time.Hour), Refresh: "ghr_second"}, nil
	})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if got, err := s.Token(t.Context(), "h.example", false); err != nil || got.Value != "ghu_second" || got.User != "mona" {
				t.Errorf("got %q of %q, %v", got.Value, got.User, err)
			}
		})
	}
	all.Wait()
	if *asked != 1 {
		t.Errorf("renewed %d times", *asked)
	}
}

// TestGitUnderneathRenewsOnlyWhatHasEnded: the command above has the old token,
// which the host ends as soon as there is a new one.
func TestGitUnderneathRenewsOnlyWhatHasEnded(t *testing.T) {
	t.Parallel()
	for left, want := range map[time.Duration]string{time.Minute: "ghu_first", -time.Minute: "ghu_second"} {
		s, _ := anEnding(t, left, func(string) (DeviceToken, error) { return DeviceToken{Token: "ghu_second"}, nil })
		s.Getenv = func(name string) string { return map[string]string{trustVariable: "h.example"}[name] }
		var out strings.Builder
		if err := GitCredential(t.Context(), strings.NewReader("protocol=https\nhost=h.example\n\n"), &out, "get", s); err != nil || !strings.Contains(out.String(), "password="+want+"\n") {
			t.Errorf("%s before its end git gets %q, %v", left, out.String(), err)
		}
	}
}

func TestADeviceRenews(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ answer, want, refresh, wrong string }{
		"figures":                    {`{"access_token":"ghu_a","expires_in":28800,"refresh_token":"ghr_a"}`, "ghu_a", "ghr_a", ""},
		"figures in quotation marks": {`{"access_token":"ghu_a","expires_in":"28800","refresh_token":"ghr_a"}`, "ghu_a", "ghr_a", ""},
		"one that lasts":             {`{"access_token":"ghu_a","refresh_token":"ghr_a"}`, "ghu_a", "", ""},
		"no token":                   {`{"access_token":"a b","expires_in":1,"refresh_token":"ghr_a"}`, "", "", "not a token"},
		"no refresh token":           {`{"access_token":"ghu_a","expires_in":1,"refresh_token":"a\nb"}`, "", "", "not a token"},
		"refused":                    {`{"error":"bad_refresh_token"}`, "", "", "bad_refresh_token"},
		"refused by its status too":  {`400 {"error":"bad_refresh_token"}`, "", "", "bad_refresh_token"},
		"away":                       {`502 `, "", "", "502"},
		"elsewhere":                  {`302 `, "", "", "302"},
		"too often":                  {`429 `, "", "", "too often"},
		"nothing":                    {`{}`, "", "", "neither a token nor an error"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := &anOAuthHost{answers: []string{c.answer}, refresh: "ghr_old"}
			d, _ := h.device(t)
			got, err := d.Renew(t.Context(), "ghr_old")
			if c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong) || strings.Contains(err.Error(), "ghr_")) {
				t.Errorf("got %v, want %s", err, c.wrong)
			}
			if c.wrong == "" && (err != nil || got.Token != c.want || got.Refresh != c.refresh || got.Ends.IsZero() != (c.refresh == "")) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

// TestRenewingIsNotInterrupted: what renews is good for one time, so neither Ctrl-C
// nor a full disk comes between the host's answer and the keeping.
func TestRenewingIsNotInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s, _ := anEnding(t, -time.Minute, nil)
	s.Renew = func(ctx context.Context, _, _ string) (DeviceToken, error) {
		cancel()
		return DeviceToken{Token: "ghu_second", Ends: noon.Add(8 * time.Hour), Refresh: "ghr_second"}, ctx.Err()
	}
	if _, err := s.Token(ctx, "h.example", false); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted it ends with %v", err)
	}
	if got, err := s.Token(t.Context(), "h.example", false); err != nil || got.Value != "ghu_second" {
		t.Errorf("what the host gave was not kept: %v, %v", got, err)
	}
}

// inKeyring moves the token of anEnding there.
func inKeyring(t *testing.T, s *Source, left time.Duration) *memory {
	t.Helper()
	if err := os.Remove(filepath.Join(s.Config.Dirs.Config, "tokens.json")); err != nil {
		t.Fatal(err)
	}
	k := &memory{all: map[string]string{}}
	s.Keyring = k
	if _, err := Login(t.Context(), s.Given(DeviceToken{Ends: noon.Add(left), Refresh: "ghr_first"}), "h.example", "ghu_first", "mona"); err != nil {
		t.Fatal(err)
	}
	return k
}

// readOnly is a keyring that gives and does not take; with it goes the place of the
// file.
type readOnly struct {
	*memory
	file string
}

func (r readOnly) Set(_, _ string) error {
	return errors.Join(errors.New("it takes nothing"), os.MkdirAll(filepath.Join(r.file, "in its place"), 0o700))
}

// TestNothingIsAskedForThatCannotBeKept: the host answers once, and its answer
// would be lost.
func TestNothingIsAskedForThatCannotBeKept(t *testing.T) {
	t.Parallel()
	s, asked := anEnding(t, -time.Minute, func(string) (DeviceToken, error) { return DeviceToken{Token: "ghu_second"}, nil })
	s.Keyring = readOnly{inKeyring(t, &s, -time.Minute), filepath.Join(s.Config.Dirs.Config, "tokens.json")}
	if _, err := s.Token(t.Context(), "h.example", false); err == nil || *asked != 0 {
		t.Errorf("asked %d times with nowhere to keep the answer, %v", *asked, err)
	}
}

// TestARenewedTokenStaysWhereItWas: in the keyring, and in no file.
func TestARenewedTokenStaysWhereItWas(t *testing.T) {
	t.Parallel()
	s, _ := anEnding(t, time.Minute, func(string) (DeviceToken, error) {
		return DeviceToken{Token: "ghu_second", Ends: noon.Add(8 * time.Hour), Refresh: "ghr_second"}, nil
	})
	k := inKeyring(t, &s, time.Minute)
	if got, err := s.Token(t.Context(), "h.example", false); err != nil || got.Value != "ghu_second" {
		t.Fatalf("got %v, %v", got, err)
	}
	if kept, err := k.Get("h.example"); err != nil || !strings.Contains(kept, "ghr_second") {
		t.Errorf("the keyring holds another one, %v", err)
	}
	if _, err := os.Stat(filepath.Join(s.Config.Dirs.Config, "tokens.json")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("there is a file: %v", err)
	}
}
