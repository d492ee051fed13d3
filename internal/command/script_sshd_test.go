package command

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestARealSSHServer runs the scripts for which a stand-in for ssh is not enough.
// ISRC_SSHD names OpenSSH's server, with its whole path, as it wants it.
func TestARealSSHServer(t *testing.T) {
	t.Parallel()
	program := os.Getenv("ISRC_SSHD")
	if program == "" {
		t.Skip("no ssh server is installed: ISRC_SSHD is not set")
	}
	realScripts(t, "sshd", map[string]scriptCommand{
		"sshd": func(ts *testscript.TestScript, neg bool, args []string) {
			if neg || len(args) != 0 {
				ts.Fatalf("usage: sshd")
			}
			dir := ts.MkAbs(".ssh")
			port, account := serveSSH(ts, dir, ts.MkAbs(".forge"), program)
			ts.Setenv("SSH_PORT", port)
			ts.Setenv("SSH_URL", "ssh://"+account+"@127.0.0.1:"+port)
			ts.Setenv("PATH", filepath.Join(dir, "bin")+string(os.PathListSeparator)+ts.Getenv("PATH"))
		},
	})
}

// serveSSH serves a forge's own folders by ssh on this machine, as the account
// that runs the test. Its host key and who may come in lie in a folder; the key
// "locked" has the passphrase "a secret". ssh looks for its settings in the
// account's real home, which is none of ours, so a program of that name, in bin,
// hands it those of the folder.
func serveSSH(ts aStage, dir, repos, program string) (port, account string) {
	who, err := user.Current()
	ts.Check(err)
	ts.Check(os.MkdirAll(filepath.Join(dir, "bin"), 0o700))
	for _, key := range []string{"host", "mine", "other"} {
		ts.Check(exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, key)).Run())
	}
	ts.Check(exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "a secret", "-f", filepath.Join(dir, "locked")).Run())
	gate := fmt.Sprintf("#!/bin/sh\nif [ -f %[1]q/refuse ]; then cat %[1]q/refuse >&2; exit 1; fi\nset -- ${SSH_ORIGINAL_COMMAND}\npath=${2#\\'}\npath=${path%%\\'}\ncase $1 in git-upload-pack|git-receive-pack) exec git \"${1#git-}\" %[2]q/\"${path#/}\" ;; esac\necho 'no shell here'\n", dir, repos)
	write := func(name, text string, perm os.FileMode) {
		ts.Check(writeProgram(filepath.Join(dir, name), text, perm))
	}
	write("serve", gate, 0o700)
	known := ""
	for _, key := range []string{"mine", "locked"} {
		public, err := os.ReadFile(filepath.Join(dir, key+".pub"))
		ts.Check(err)
		known += fmt.Sprintf("restrict,command=%q %s", filepath.Join(dir, "serve"), public)
	}
	write("authorized", known, 0o600)
	host, err := os.ReadFile(filepath.Join(dir, "host.pub"))
	ts.Check(err)
	real, err := exec.LookPath("ssh")
	ts.Check(err)
	write("bin/ssh", fmt.Sprintf("#!/bin/sh\nexec %q -F \"${SSH_CONFIG:-%s/config}\" \"$@\"\n", real, dir), 0o700)
	port = serve(ts, filepath.Join(dir, "log"), func(port string) *exec.Cmd {
		write("known", fmt.Sprintf("[127.0.0.1]:%s %s", port, host), 0o600)
		write("config", fmt.Sprintf("Host work\n  HostName 127.0.0.1\n  Port %s\n  User %s\nHost *\n  UserKnownHostsFile %[3]s/known\n  GlobalKnownHostsFile none\n  IdentityFile %[3]s/mine\n  IdentitiesOnly yes\n", port, who.Username, dir), 0o600)
		write("sshd", fmt.Sprintf(`ListenAddress 127.0.0.1:%s
HostKey %[2]s/host
AuthorizedKeysFile %[2]s/authorized
PidFile none
StrictModes no
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
`, port, dir), 0o600)
		return exec.Command(program, "-D", "-e", "-f", filepath.Join(dir, "sshd"))
	})
	return port, who.Username
}
