package command

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPinentryAsksAtTheTerminal: where commits are signed by a key with a
// passphrase, the terminal goes to pinentry and comes back as it was, without
// GPG_TTY being set.
func TestPinentryAsksAtTheTerminal(t *testing.T) {
	t.Parallel()
	pinentry, err := exec.LookPath("pinentry-curses")
	if err != nil {
		t.Skip("pinentry-curses is not installed")
	}
	gpg, err := exec.LookPath("gpg")
	if err != nil {
		t.Skip("gpg is not installed")
	}
	s := newQuestioned(t)
	s.run(exitDone, "contribute platform/lib --branch fix --dir lib --yes")
	home, err := os.MkdirTemp("", "g") // the path of a socket in it must be short
	if err != nil {
		t.Fatal(err)
	}
	if len(home) > 80 {
		t.Skip("the temporary folder is too deep for a socket: " + home)
	}
	keys := append(s.env(), "GNUPGHOME="+home)
	gnupg := func(name string, args ...string) {
		cmd := exec.Command(name, args...)
		cmd.Env = keys
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s %v: %v\n%s", name, args, err, out)
		}
	}
	t.Cleanup(func() {
		gnupg("gpgconf", "--kill", "gpg-agent")
		_ = os.RemoveAll(home)
	})
	if err := os.WriteFile(filepath.Join(home, "gpg-agent.conf"), []byte("pinentry-program "+pinentry+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	gnupg(gpg, "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", "open-sesame", "--quick-generate-key", "New Comer <newcomer@acme.example>", "ed25519", "sign", "never")
	gnupg("gpgconf", "--kill", "gpg-agent") // which knows the passphrase by now
	s.git("lib", "config", "commit.gpgSign", "true")
	s.write("lib/more.md", "more\n")

	s.git("lib", "add", "more.md")
	cmd := exec.Command(s.isrc, "submit", "-m", "Say more")
	cmd.Dir, cmd.Env = filepath.Join(s.dir, "lib"), keys
	a := openTerminal(t, cmd)
	end := a.awaits("Passphrase", 0)
	a.types("open-sesame\r")
	a.awaits("/platform/lib/pull/1", end)
	if code := a.exits(); code != exitDone {
		t.Errorf("exit code %d\n%s", code, a.text())
	}
	if wrong := a.leftOver(); len(wrong) > 0 {
		t.Errorf("the terminal is left so: %s", strings.Join(wrong, "; "))
	}
	signed := exec.Command("git", "log", "-1", "--format=%G?")
	signed.Dir, signed.Env = cmd.Dir, keys
	if out, err := signed.Output(); err != nil || strings.TrimSpace(string(out)) != "G" && strings.TrimSpace(string(out)) != "U" {
		t.Errorf("the commit's signature is %q, %v", out, err)
	}
}
