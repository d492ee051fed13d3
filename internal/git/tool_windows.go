package git

import (
	"errors"
	"os/exec"
	"strconv"
	"syscall"
)

// detach keeps git from opening a console window and from receiving the
// interrupt that is meant for us; cancelling ends the whole tree.
func detach(cmd *exec.Cmd, terminal bool) {
	if !terminal {
		const createNoWindow = 0x08000000
		cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP | createNoWindow}
	}
	cmd.Cancel = func() error {
		tree := exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(cmd.Process.Pid))
		if tree.Run() == nil {
			return nil
		}
		return cmd.Process.Kill()
	}
}

func killGroup(*exec.Cmd, bool) {}

func interrupted(*exec.Cmd) bool { return false }

func isDiskFull(err error) bool {
	const handleDiskFull, diskFull = syscall.Errno(39), syscall.Errno(112)
	return errors.Is(err, handleDiskFull) || errors.Is(err, diskFull)
}
