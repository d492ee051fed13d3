package git

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestASignerThatFailsIsNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	for name, tt := range map[string]struct {
		settings []string
		asked    string // "" when it is no signer
		format   string
	}{
		"a program that fails":  {[]string{"commit.gpgsign=true", "gpg.program=false"}, "commit.gpgsign in command line", ""},
		"no program":            {[]string{"commit.gpgsign=yes", "gpg.program=/none"}, "commit.gpgsign in command line", ""},
		"no key":                {[]string{"commit.gpgsign=true", "gpg.format=ssh"}, "commit.gpgsign in command line", "ssh"},
		"a key that is gone":    {[]string{"commit.gpgsign=true", "gpg.format=ssh", "user.signingkey=/none.pub"}, "commit.gpgsign in command line", "ssh"},
		"a hook":                {[]string{"commit.gpgsign=true", "gpg.program=false", "core.hooksPath=hooks"}, "", ""},
		"a message that is not": {[]string{"commit.gpgsign=false", "gpg.program=false"}, "", ""},
	} {
		tool := *w.tool
		env := []string{"GIT_CONFIG_COUNT=" + string(rune('0'+len(tt.settings)))}
		for i, s := range tt.settings {
			key, value, _ := strings.Cut(s, "=")
			env = append(env, "GIT_CONFIG_KEY_"+string(rune('0'+i))+"="+key, "GIT_CONFIG_VALUE_"+string(rune('0'+i))+"="+value)
		}
		tool.Env = append(slices.Clone(tool.Env), env...)
		args := []string{"commit", "--allow-empty", "-m", "x"}
		if tt.asked == "" {
			w.write("lib/hooks/pre-commit", "#!/bin/sh\nexit 1\n")
			if err := os.Chmod(w.path("lib", "hooks", "pre-commit"), 0o755); err != nil { //nolint:gosec // it is run
				t.Fatal(err)
			}
			args[3] = ""
		}
		_, err := tool.Run(ctx(t), w.path("lib"), args...)
		var e *SigningError
		switch found := errors.As(err, &e); {
		case err == nil, found != (tt.asked != ""):
			t.Errorf("%s: got %v", name, err)
		case found && (e.Asked != tt.asked || e.Format != tt.format || !strings.Contains(err.Error(), "asks: ")):
			t.Errorf("%s: got %+v: %v", name, e, err)
		}
	}
	tool := *w.tool
	tool.Env = append(slices.Clone(tool.Env), "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=gpg.program", "GIT_CONFIG_VALUE_0=false")
	_, err := tool.Run(ctx(t), w.path("lib"), "commit", "--allow-empty", "-S", "-m", "x")
	var e *SigningError
	if !errors.As(err, &e) || e.Asked != "-S" {
		t.Errorf("asked for by the command: got %v", err)
	}
}
