package git

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestConfigureSetsWhatGitWouldSet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	dir := w.path("lib")
	remote, err := RemoteSettings("origin", "https://forge.example/newcomer/lib.git")
	if err != nil {
		t.Fatal(err)
	}
	all := append(remote, Setting{"remote.pushDefault", "origin"}, Setting{"branch.fix/#1.isrc-run", "20261121-lib"})
	lock := filepath.Join(dir, ".git", "config.lock")
	if err := os.WriteFile(lock, nil, 0o600); err != nil { // of a process that was killed
		t.Fatal(err)
	}
	past := time.Now().Add(-time.Minute)
	if err := os.Chtimes(lock, past, past); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := Configure(ctx(t), dir, all...); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range all {
		got, err := w.tool.Run(ctx(t), dir, "config", "--local", "--get-all", s.Key)
		if err != nil || strings.TrimSpace(got) != s.Value {
			t.Errorf("%s is %q, %v; want %q", s.Key, got, err, s.Value)
		}
	}
	if got, err := w.tool.Run(ctx(t), dir, "remote", "get-url", "origin"); err != nil || strings.TrimSpace(got) != remote[0].Value {
		t.Errorf("git says of the remote %q, %v", got, err)
	}
}

func TestConfigureRefusesWhatIsNoAddressOrKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.repo("lib")
	if err := Configure(ctx(t), w.path("lib"), Setting{"nothing", "x"}); !errors.Is(err, ErrBadName) {
		t.Errorf("a key without a section: %v", err)
	}
	for _, address := range []string{"", "--upload-pack=x", "ext::sh -c true"} {
		if _, err := RemoteSettings("origin", address); err == nil {
			t.Errorf("%q is taken for an address", address)
		}
	}
}
