//go:build !windows

package git

import (
	"errors"
	"os/exec"
	"syscall"
)

// detach gives git a session of its own, so that it and all its children can
// be ended together and none of them can ask at the terminal: in the same
// session but another process group, ssh would be stopped for ever when it
// asks. Cancelling tells the group to end; git then removes what is half made.
func detach(cmd *exec.Cmd, terminal bool) {
	if terminal {
		cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
		return
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
}

// killGroup ends what is left of a cancelled command's children.
func killGroup(cmd *exec.Cmd, terminal bool) {
	if cmd.Process != nil && !terminal {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
}

// interrupted tells a command that was ended from the terminal.
func interrupted(cmd *exec.Cmd) bool {
	if cmd.ProcessState == nil {
		return false
	}
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && (status.Signal() == syscall.SIGINT || status.Signal() == syscall.SIGQUIT || status.Signal() == syscall.SIGHUP)
}

func isDiskFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}
