package git

import (
	"os/exec"
	"syscall"
)

// endWithUs lets git be told to end when this process is killed, where nobody
// would go on with what it does: a clone that is made beside its place is begun
// anew, and must not be written to by two.
func endWithUs(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGTERM
}
