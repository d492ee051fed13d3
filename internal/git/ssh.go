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
	ssh := lookProgram(t.Env, "ssh")
	if ssh == "" {
		return name
	}
	cmd := exec.CommandContext(ctx, ssh, "-G", name)
	cmd.Env, cmd.WaitDelay = t.environ(), time.Second
	detach(cmd, false)
	out, err := cmd.Output()
	if err != nil {
		return name
	}
	for line := range strings.Lines(string(out)) {
		if host, ok := strings.CutPrefix(line, "hostname "); ok {
			return strings.TrimSpace(host)
		}
	}
	return name
}
