//go:build unix

package term

import (
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// typedAhead tells whether more was typed, or rather pasted, than has been read.
func typedAhead(in *os.File) bool {
	const soon = 50 // milliseconds
	for {
		waiting := []unix.PollFd{{Fd: int32(in.Fd()), Events: unix.POLLIN}} //nolint:gosec // a descriptor is small
		_, err := unix.Poll(waiting, soon)
		if err != unix.EINTR { //nolint:errorlint // it is the number of a system call
			return err == nil && waiting[0].Revents&unix.POLLIN != 0
		}
	}
}

// suspend stops this process as Ctrl-Z does, until the shell goes on with it.
// Where no shell looks after it the system stops nothing, and it returns.
func suspend() {
	again := make(chan os.Signal, 1)
	signal.Notify(again, syscall.SIGCONT)
	defer signal.Stop(again)
	if err := syscall.Kill(0, syscall.SIGTSTP); err != nil {
		return // it was not stopped, which is all that can be wrong
	}
	select {
	case <-again:
	case <-time.After(100 * time.Millisecond):
	}
}
