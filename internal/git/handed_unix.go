//go:build !windows

package git

import (
	"os"
	"os/exec"
)

// openHanded writes everything before git starts: it fits into the pipe's own
// buffer, and nobody waits for a writer that was killed.
func openHanded(cmd *exec.Cmd, text string) func() {
	const buffer = 4096 // every Unix's pipes hold that much
	if len(text) > buffer {
		return func() {}
	}
	out, in, err := os.Pipe()
	if err != nil {
		return func() {}
	}
	_, err = in.WriteString(text)
	_ = in.Close()
	if err == nil {
		cmd.ExtraFiles = []*os.File{out}
		cmd.Env = append(cmd.Env, HandedVariable+"=1")
	}
	return func() { _ = out.Close() }
}
