//go:build unix

package auth

import (
	"os/exec"
	"syscall"
)

// detach gives the program a session of its own, so that neither it nor what it
// starts can ask at the terminal, and ends all of them together.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
