package command

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestARealKeyring runs the scripts that keep tokens in a keyring of this system:
// GNOME's, in a session of its own without a desktop. ISRC_KEYRING_PROGRAM names
// gnome-keyring-daemon; dbus-run-session, dbus-send and secret-tool are found
// where programs are.
func TestARealKeyring(t *testing.T) {
	t.Parallel()
	program := os.Getenv("ISRC_KEYRING_PROGRAM")
	if program == "" {
		t.Skip("no keyring is installed: ISRC_KEYRING_PROGRAM is not set")
	}
	realScripts(t, "keyring", map[string]scriptCommand{
		"keyring": func(ts *testscript.TestScript, neg bool, args []string) {
			k := ts.Value(keyringKey{}).(*aKeyring)
			k.program = program
			k.command(ts, neg, args)
		},
	})
}

type keyringKey struct{}

// aKeyring is a session with the daemon that keeps secrets in it.
type aKeyring struct {
	program, address string
	daemon           *exec.Cmd
}

// command starts a session and changes its keyring.
//
//	keyring unlocked | locked: a daemon whose keyring is open or not, instead of the one before
//	keyring frozen | thawed: it takes questions and answers none, or answers again
//	keyring gone: the session is there, and no daemon
func (k *aKeyring) command(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: keyring unlocked|locked|frozen|thawed|gone")
	}
	if k.address == "" {
		k.session(ts)
	}
	switch args[0] {
	case "unlocked":
		k.start(ts, "the password of a login\n", "--unlock")
	case "locked":
		k.start(ts, "")
	case "gone":
		k.stop()
	case "frozen":
		ts.Check(k.daemon.Process.Signal(syscall.SIGSTOP))
	case "thawed":
		ts.Check(k.daemon.Process.Signal(syscall.SIGCONT))
	default:
		ts.Fatalf("keyring knows no %q", args[0])
	}
}

// session runs dbus-run-session, whose bus lasts as long as its program: a cat
// that waits for its input's end.
func (k *aKeyring) session(ts *testscript.TestScript) {
	run := ts.MkAbs(".run")
	ts.Check(os.MkdirAll(run, 0o700))
	ts.Setenv("XDG_RUNTIME_DIR", run)
	ts.Setenv("XDG_DATA_HOME", filepath.Join(ts.Getenv("HOME"), ".local", "share"))
	cmd := exec.Command("dbus-run-session", "--", "sh", "-c", `echo "$DBUS_SESSION_BUS_ADDRESS"; exec cat`)
	cmd.Env = k.env(ts)
	in, err := cmd.StdinPipe()
	ts.Check(err)
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() { _ = in.Close(); _, _ = io.Copy(io.Discard, out); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	ts.Check(err)
	k.address = strings.TrimSpace(line)
	ts.Setenv("DBUS_SESSION_BUS_ADDRESS", k.address)
	ts.Defer(k.stop) // before the session
}

// env is that of a desktop's session, without its screen.
func (k *aKeyring) env(ts *testscript.TestScript) []string {
	env := []string{"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8"}
	for _, name := range []string{"HOME", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "DBUS_SESSION_BUS_ADDRESS"} {
		env = append(env, name+"="+ts.Getenv(name))
	}
	return env
}

func (k *aKeyring) start(ts *testscript.TestScript, password string, args ...string) {
	k.stop()
	k.daemon = exec.Command(k.program, append(args, "--foreground", "--components=secrets", "--control-directory="+filepath.Join(ts.Getenv("XDG_RUNTIME_DIR"), "keyring"))...)
	k.daemon.Env, k.daemon.Stdin = k.env(ts), strings.NewReader(strings.TrimSuffix(password, "\n"))
	ts.Check(k.daemon.Start())
	for end := time.Now().Add(tooLong); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		ask := exec.Command("dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets")
		ask.Env = k.env(ts)
		if said, err := ask.Output(); err == nil && strings.Contains(string(said), "true") {
			return
		}
	}
	ts.Fatalf("%s did not come up", k.program)
}

// stop ends the daemon, also one that is frozen.
func (k *aKeyring) stop() {
	if k.daemon != nil {
		_ = k.daemon.Process.Kill()
		_ = k.daemon.Wait()
		k.daemon = nil
	}
}
