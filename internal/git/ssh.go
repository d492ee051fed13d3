package git

import (
	"context"
	"os/exec"
	"regexp"
	"strings"
	"time"
)

// sshName is what may be asked of ssh: never an option.
var sshName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// SSHHost gives the host to which ssh goes for a name, which may be an alias of
// the user's configuration. Without an answer it is the name itself. Nothing is
// connected to.
func (t *Tool) SSHHost(ctx context.Context, name string) string {
	if t == nil || !sshName.MatchString(name) {
		return name
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	out := t.askSSH(ctx, name)
	for line := range strings.Lines(out) {
		if host, ok := strings.CutPrefix(line, "hostname "); ok {
			return strings.TrimSpace(host)
		}
	}
	return name
}

// askSSH asks the ssh that git would call how it reaches a name: the command of
// the environment or the settings, as git itself does to find out what kind of
// ssh that is, else the ssh of the PATH.
func (t *Tool) askSSH(ctx context.Context, name string) string {
	own := lookup(t.environ(), "GIT_SSH_COMMAND")
	if own == "" {
		set, _ := t.Run(ctx, "", "config", "--get", "core.sshCommand")
		own = strings.TrimSpace(set)
	}
	run := func(program string, args ...string) string {
		cmd := exec.CommandContext(ctx, program, args...)
		cmd.Env, cmd.WaitDelay = t.environ(), time.Second
		detach(cmd, false)
		out, err := cmd.Output()
		if err != nil {
			return ""
		}
		return string(out)
	}
	if own != "" {
		if out := run("sh", "-c", own+` "$@"`, own, "-G", name); out != "" {
			return out
		}
	}
	if ssh := lookProgram(t.Env, "ssh"); ssh != "" {
		return run(ssh, "-G", name)
	}
	return ""
}
