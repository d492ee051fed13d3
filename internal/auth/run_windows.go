package auth

import (
	"os/exec"
	"syscall"
)

// detach runs the program without a window to ask in.
func detach(cmd *exec.Cmd) {
	const createNoWindow = 0x08000000
	cmd.SysProcAttr = &syscall.SysProcAttr{HideWindow: true, CreationFlags: createNoWindow}
}
