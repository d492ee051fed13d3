package command

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/auth"
	"github.com/isrc-dev/isrc/internal/config"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/forge/github"
	"github.com/isrc-dev/isrc/internal/term"
)

// line is what matters of a probe.
type line struct {
	State          state
	Detail, Remedy string
	Code           int
}

func lineOf(p probed) line {
	l := line{State: p.State, Detail: p.Detail, Code: p.code}
	if p.Remedy != nil {
		l.Remedy = *p.Remedy
	}
	return l
}

// heardOf is a probe that has had an answer with these headers at noon.
func heardOf(header map[string]string) *hostProbe {
	a := newApp(Invocation{Streams: &term.Streams{Err: &bytes.Buffer{}}, Now: func() time.Time { return clock }})
	l := &listener{header: http.Header{}}
	for k, v := range header {
		l.header.Set(k, v)
	}
	return &hostProbe{a: a, conf: config.Host{Name: "git.example.com"}, heard: l, token: auth.Token{Value: "t", Origin: "keyring"}}
}

func TestClocksThatDifferAreWorthALook(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		there time.Duration
		state state
		says  string
	}{
		"the same":                {0, stateOK, "agrees with the server's within 1s"},
		"five minutes":            {5 * time.Minute, stateOK, "agrees with the server's within 5m0s"},
		"six minutes ahead of us": {6 * time.Minute, stateWarning, "this machine is 6 minutes behind the server"},
		"two days behind us":      {-48 * time.Hour, stateWarning, "this machine is 2 days ahead of the server"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := heardOf(map[string]string{"Date": clock.Add(tt.there).UTC().Format(http.TimeFormat)}).probeClock()
			if p.State != tt.state || p.Detail != tt.says {
				t.Errorf("got %s %q, want %s %q", p.State, p.Detail, tt.state, tt.says)
			}
		})
	}
	if p := heardOf(nil).probeClock(); p.State != stateUnknown {
		t.Errorf("a server without a clock is %s", p.State)
	}
}

func TestWhatIsLeftOfTheRateLimit(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		left, all string
		state     state
	}{
		"plenty":              {"4000", "5000", stateOK},
		"a tenth":             {"500", "5000", stateOK},
		"less than a tenth":   {"499", "5000", stateWarning},
		"nothing":             {"0", "5000", stateBroken},
		"a server without it": {"", "", stateOK},
		"nonsense":            {"many", "5000", stateOK},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if p := heardOf(map[string]string{"X-RateLimit-Remaining": tt.left, "X-RateLimit-Limit": tt.all}).probeLimit(); p.State != tt.state {
				t.Errorf("got %s %q, want %s", p.State, p.Detail, tt.state)
			}
		})
	}
}

func TestATokenIsJudgedByScopesAndExpiry(t *testing.T) {
	t.Parallel()
	in := func(d time.Duration) *time.Time { at := clock.Add(d); return &at }
	whole := []string{"repo", "read:org", "workflow"}
	login := "isrc auth login --host git.example.com"
	for name, tt := range map[string]struct {
		viewer github.Viewer
		origin string
		err    error
		want   line
	}{
		"all that is needed":           {github.Viewer{Scopes: whole, ScopesKnown: true}, "keyring", nil, line{State: stateOK, Detail: "of newcomer, from keyring, scopes repo read:org workflow"}},
		"fine-grained":                 {github.Viewer{}, "keyring", nil, line{State: stateOK, Detail: "of newcomer, from keyring, scopes not said"}},
		"without scopes":               {github.Viewer{ScopesKnown: true}, "ISRC_TOKEN", nil, line{stateBroken, "of newcomer, from ISRC_TOKEN, no scopes; it lacks repo, read:org, workflow", "unset ISRC_TOKEN; " + login, exitSignIn}},
		"without the lesser scopes":    {github.Viewer{Scopes: []string{"repo"}, ScopesKnown: true}, "gh", nil, line{State: stateWarning, Detail: "of newcomer, from gh, scopes repo; it lacks read:org, workflow, so some commands will not work", Remedy: "gh auth refresh --hostname git.example.com --scopes repo,read:org,workflow"}},
		"about to expire":              {github.Viewer{TokenExpires: in(72 * time.Hour)}, "keyring", nil, line{State: stateWarning, Detail: "of newcomer, from keyring, scopes not said, expires in 3 days", Remedy: login}},
		"expires later":                {github.Viewer{TokenExpires: in(40 * 24 * time.Hour)}, "keyring", nil, line{State: stateOK, Detail: "of newcomer, from keyring, scopes not said, expires in 40 days"}},
		"refused":                      {github.Viewer{}, "keyring", &forge.SignInError{Host: "git.example.com", Refused: true}, line{stateBroken, "the one from keyring is not accepted; it may have expired", login, exitSignIn}},
		"not asked, for another cause": {github.Viewer{}, "keyring", &forge.RateLimitError{}, line{State: stateUnknown, Detail: "from keyring; whose it is could not be asked"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := heardOf(nil)
			p.viewer, p.token.Origin, p.askErr = tt.viewer, tt.origin, tt.err
			p.viewer.Login = "newcomer"
			if diff := cmp.Diff(tt.want, lineOf(p.probeToken())); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheKindOfAServerIsReadFromItsAnswer(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		host   string
		header map[string]string
		kind   string
		sure   bool
	}{
		"github.com":           {"github.com", nil, "github.com", true},
		"a tenant of ghe.com":  {"acme.ghe.com", nil, "GitHub Enterprise Cloud", true},
		"an own server":        {"git.example.com", map[string]string{"X-GitHub-Enterprise-Version": "3.17.2"}, "GitHub Enterprise Server 3.17.2", true},
		"one of GitHub's kind": {"git.example.com", map[string]string{"X-GitHub-Media-Type": "github.v3"}, "a server with GitHub's API", true},
		"another one":          {"git.example.com", nil, "another server that answers GitHub's API", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := heardOf(tt.header)
			p.conf.Name = tt.host
			if kind, sure := p.kind(); kind != tt.kind || sure != tt.sure {
				t.Errorf("got %q, %v", kind, sure)
			}
		})
	}
}

func TestTheExitCodeIsThatOfTheFirstBrokenLine(t *testing.T) {
	t.Parallel()
	lines := []probed{probedFine("a", ""), probedDoubtful("b", "", ""), probedBroken(exitSignIn, "c", "", ""), probedBroken(exitUsage, "d", "", "")}
	if v := newApp(Invocation{Streams: &term.Streams{}}).judge(firstBroken(lines)); v.code != exitSignIn || !v.silent {
		t.Errorf("got %+v, want %d without a word", v, exitSignIn)
	}
	if err := firstBroken(lines[:2]); err != nil {
		t.Errorf("nothing is broken, and the end is %v", err)
	}
}

func TestProbesRunTogetherAndKeepTheirOrder(t *testing.T) {
	t.Parallel()
	second := make(chan struct{})
	got := inParallel(
		func(context.Context) []probed { <-second; return []probed{probedFine("first", "")} },
		func(context.Context) []probed { close(second); return []probed{probedFine("second", "")} },
	)(t.Context())
	if len(got) != 2 || got[0].Name != "first" || got[1].Name != "second" {
		t.Errorf("got %v", got)
	}
}

func TestWhatOthersSayIsShownHarmless(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := &term.Streams{Out: &out, Width: 60}
	host := "git.example.com"
	l := probedBroken(exitFailed, "api", "run \x1b[2Jthis", "it says \x1b]0;title\x07 \u202eevil\r\n::error::x")
	l.Host = &host
	if err := showProbed(s, []probed{l}); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(out.String(), "\x1b\x07\r\u202e") || strings.Contains(out.String(), "\n::error") {
		t.Errorf("got %q", out.String())
	}
	for row := range strings.Lines(out.String()) {
		if n := term.Columns(strings.TrimRight(row, "\n")); n > 60 {
			t.Errorf("%d columns: %q", n, row)
		}
	}
}

func TestAProxysPasswordIsNotShown(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"http://proxy.example:3128":             "http://proxy.example:3128",
		"http://me:hunter22@proxy.example:3128": "http://...@proxy.example:3128",
		"me:hunter22@proxy.example:3128":        "proxy.example:3128",
	} {
		if got := withoutPassword(in); got != want {
			t.Errorf("%s is shown as %s", in, got)
		}
	}
}
