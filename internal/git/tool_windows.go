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

func isDiskFull(err error) bool {
	const handleDiskFull, diskFull = syscall.Errno(39), syscall.Errno(112)
	return errors.Is(err, handleDiskFull) || errors.Is(err, diskFull)
}

// alive says whether a process of that number exists.
func alive(pid int) bool {
	const queryLimited = 0x1000
	h, err := syscall.OpenProcess(queryLimited, false, uint32(pid))
	if err != nil {
		return errors.Is(err, syscall.ERROR_ACCESS_DENIED)
	}
	defer syscall.CloseHandle(h)
	var code uint32
	const stillActive = 259
	return syscall.GetExitCodeProcess(h, &code) == nil && code == stillActive
}
