package command

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/isrc-dev/isrc/internal/forge/sandbox"
)

// endingToken signs the user in by a code, with a token that lasts so many seconds.
func (s *faultScene) endingToken(t *testing.T, lasts int) {
	t.Helper()
	file := filepath.Join(s.dir, "home/.config/isrc/config.yaml")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, "    oauthClientId: "+sandbox.OAuthClient+"\n"...)
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	s.more = []string{"ISRC_TOKEN="}
	s.forge.PlanDevice(sandbox.DevicePlan{Login: "newcomer", Lasts: lasts})
	if code := s.run("auth login --device"); code != exitDone {
		t.Fatalf("sign in: exit %d\n%s", code, s.said)
	}
}

// keptNowhereElse wants tokens in the one file that is for them.
func (s *faultScene) keptNowhereElse(t *testing.T) {
	t.Helper()
	secret := regexp.MustCompile(`gh[ur]_[A-Za-z0-9]{20}`)
	for _, dir := range []string{"home", "work", "tmp"} {
		err := filepath.WalkDir(filepath.Join(s.dir, dir), func(path string, e os.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() || e.Name() == "tokens.json" {
				return err
			}
			content, err := os.ReadFile(path)
			if secret.Match(content) {
				t.Errorf("a token is in %s", path)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	if secret.MatchString(s.said) {
		t.Errorf("a token is in %s", s.said)
	}
}

// TestCampaignATokenMayEndAtAnyRequest lets the host end the token before each request of a
// whole contribution, by API and by git, with git and without. The commands go on,
// and what they make is there once.
func TestCampaignATokenMayEndAtAnyRequest(t *testing.T) {
	t.Parallel()
	flow := faultFlows()[0]
	flow.commands = []string{flow.commands[0], "commit 1", "submit --yes"}
	play := func(t *testing.T, at int64, more ...string) int64 {
		s := newFaultScene(t, flow)
		s.endingToken(t, 8*3600)
		s.more = append(s.more, more...)
		var n atomic.Int64
		s.door.before(func(http.ResponseWriter, *http.Request) bool {
			if n.Add(1) == at {
				s.forge.EndGiven()
			}
			return false
		})
		for _, command := range flow.commands {
			if code := s.run(command); code != exitDone {
				t.Errorf("%v, ended at request %d: %s: exit %d\n%s", more, at, command, code, s.said)
			}
			s.keptNowhereElse(t)
		}
		if wrong := s.verdict(); wrong != "" {
			t.Errorf("%v, ended at request %d: %s", more, at, wrong)
		}
		return n.Load()
	}
	for _, more := range []string{"ISRC_GIT_BINARY=", "ISRC_GIT_BINARY=none"} {
		t.Run(more, func(t *testing.T) {
			all, step := play(t, 0, more), int64(5)
			if wholeCampaign(t) {
				step = 1
			}
			for at := int64(2); at <= all; at += step {
				play(t, at, more)
			}
		})
	}
}

// TestRenewingMayBeKilled kills a process around the one answer that a refresh token
// is good for. What the host has given and nobody has read is lost: that is said,
// and signing in again is all that it takes.
func TestRenewingMayBeKilled(t *testing.T) {
	t.Parallel()
	s := newKillScene(t)
	s.token = ""
	s.endingToken(t, 60) // so that each command renews it
	args := []string{"show", "platform/lib"}
	for _, k := range []killing{
		{name: "before it is asked for", method: "POST", path: "/login/oauth/access_token"},
		{name: "after it was kept", method: "GET", path: "/repos/platform/lib"},
	} {
		if err := errors.Join(s.die(k, "", args), s.isrc("", args)); err != nil {
			t.Errorf("killed %s: %v", k, err)
		}
	}
	if err := s.die(killing{method: "POST", path: "/login/oauth/access_token", after: true}, "", args); err != nil {
		t.Error(err)
	}
	var exit *exec.ExitError
	err := s.isrc("", args)
	if !errors.As(err, &exit) || exit.ExitCode() != exitSignIn || !strings.Contains(fmt.Sprint(err), "isrc auth login") {
		t.Errorf("its answer was lost, and the next command says: %v", err)
	}
	if code := s.run("auth login --device"); code != exitDone {
		t.Errorf("sign in again: exit %d\n%s", code, s.said)
	}
	if err := s.isrc("", args); err != nil {
		t.Error(err)
	}
	s.keptNowhereElse(t)
}
