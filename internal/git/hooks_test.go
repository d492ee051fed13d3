//go:build !windows

package git

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// script writes a program that appends a line and its input to a file.
func script(t *testing.T, path, says string, code string) {
	t.Helper()
	log := filepath.Join(filepath.Dir(path), "log")
	text := "#!/bin/sh\necho " + says + " \"$@\" >>'" + log + "'\nif [ ! -t 0 ]; then cat >>'" + log + "'; fi\nexit " + code + "\n"
	if err := writeProgram(path, text, 0o700); err != nil {
		t.Fatal(err)
	}
}

func TestHooksRunAfterThoseThatWereThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	dir := w.path("lib")
	program, hooks := w.path("isrc's program"), filepath.Join(dir, ".git", "hooks")
	script(t, program, "ours", "0")
	if err := os.MkdirAll(hooks, 0o700); err != nil {
		t.Fatal(err)
	}
	script(t, filepath.Join(hooks, "pre-push"), "theirs", "0")
	theirs, err := os.ReadFile(filepath.Join(hooks, "pre-push"))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // to install again changes nothing
		h, err := w.tool.InstallHook(ctx(t), dir, "pre-push", program)
		if err != nil || h.State != HookOurs || h.Before == "" {
			t.Fatalf("got %+v, %v", h, err)
		}
	}
	w.git("", "init", "--quiet", "--bare", "there.git")
	w.git("lib", "push", "--quiet", w.path("there.git"), "HEAD:refs/heads/x")
	said := func(name string) string {
		data, _ := os.ReadFile(name)
		return string(data)
	}
	for _, log := range []string{filepath.Join(hooks, "log"), w.path("log")} {
		if got := said(log); !strings.Contains(got, "there.git") || strings.Count(got, "refs/heads/x") != 1 {
			t.Errorf("%s has %q", log, got)
		}
	}
	if got := said(w.path("log")); !strings.HasPrefix(got, "ours hook run pre-push ") {
		t.Errorf("ours got %q", got)
	}
	h, err := w.tool.UninstallHook(ctx(t), dir, "pre-push")
	if err != nil || h.State != HookForeign {
		t.Fatalf("got %+v, %v", h, err)
	}
	if got := said(filepath.Join(hooks, "pre-push")); got != string(theirs) {
		t.Errorf("the hook that was there is now %q", got)
	}
}

func TestAHookThatRefusesStopsOurs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	dir, hooks := w.path("lib"), filepath.Join(w.path("lib"), ".git", "hooks")
	program := w.path("program")
	script(t, program, "ours", "0")
	if err := os.MkdirAll(hooks, 0o700); err != nil {
		t.Fatal(err)
	}
	script(t, filepath.Join(hooks, "commit-msg"), "theirs", "7")
	if _, err := w.tool.InstallHook(ctx(t), dir, "commit-msg", program); err != nil {
		t.Fatal(err)
	}
	if _, err := w.tool.Run(ctx(t), dir, "commit", "--quiet", "--allow-empty", "-m", "x"); err == nil {
		t.Error("the commit was made")
	}
	if _, err := os.Stat(w.path("log")); err == nil {
		t.Error("ours ran though theirs had refused")
	}
	// gone is gone: a program that is not there stops nothing
	if _, err := w.tool.UninstallHook(ctx(t), dir, "commit-msg"); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(hooks, "commit-msg")); err != nil {
		t.Fatal(err)
	}
	if _, err := w.tool.InstallHook(ctx(t), dir, "commit-msg", w.path("gone")); err != nil {
		t.Fatal(err)
	}
	if _, err := w.tool.Run(ctx(t), dir, "commit", "--quiet", "--allow-empty", "-m", "x"); err != nil {
		t.Errorf("a missing program stops the commit: %v", err)
	}
}

func TestHooksThatOthersShareAreLeftAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	dir := w.path("lib")
	for path, shared := range map[string]bool{w.path("everywhere"): true, ".husky": false} {
		w.git("lib", "config", "core.hooksPath", path)
		_, err := w.tool.InstallHook(ctx(t), dir, "commit-msg", "/bin/true")
		var elsewhere *HooksElsewhereError
		if !errors.As(err, &elsewhere) || elsewhere.Shared != shared {
			t.Errorf("%s: got %v", path, err)
		}
	}
	w.git("lib", "config", "core.hooksPath", ".git/my-hooks")
	if h, err := w.tool.InstallHook(ctx(t), dir, "commit-msg", "/bin/true"); err != nil || !strings.HasSuffix(h.Path, ".git/my-hooks/commit-msg") {
		t.Errorf("got %+v, %v", h, err)
	}
}

func TestAHookThatSomebodyElseOverwroteIsNotGuessedAt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	hooks := filepath.Join(w.path("lib"), ".git", "hooks")
	if err := os.MkdirAll(hooks, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"commit-msg", "commit-msg" + beforeSuffix} {
		script(t, filepath.Join(hooks, name), "other", "0")
	}
	h, err := w.tool.InstallHook(ctx(t), w.path("lib"), "commit-msg", "/bin/true")
	if err == nil || h.State != HookReplaced {
		t.Errorf("got %+v, %v", h, err)
	}
}
