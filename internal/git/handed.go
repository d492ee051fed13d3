package git

import (
	"context"
	"errors"
	"os/exec"
	"slices"
	"strings"
)

// HandedVariable tells the credential helper that credentials lie in the pipe
// that is open as descriptor 3, so that no process has to be started for them.
// What comes through a pipe stands in no environment, file or list of processes.
const HandedVariable = "ISRC_CREDENTIAL_PIPE"

// handedCopies is how often git may ask in one command. After that the helper
// is asked as if nothing had been handed on.
const handedCopies = 16

// Handed are credentials for one host that git's helper need not look up.
type Handed struct {
	Site string // scheme and host, as in the helper's settings
	User string
	Pass string
	Live Live // nil where the password stays
}

// Live is a password that another one may follow when the server refuses it.
type Live interface {
	Value() string
	After(ctx context.Context, refused string) (value string, ok bool)
}

func (h *Handed) pass() string {
	if h.Live != nil {
		return h.Live.Value()
	}
	return h.Pass
}

// follows says whether a command whose credentials were refused may be asked once
// more with others. The server has carried out nothing of it. What the helper
// gives is looked up anew each time, where nothing was handed on.
func (h *Handed) follows(ctx context.Context, c command, used string, err error) bool {
	var refused *AuthError
	if err == nil || h == nil || h.Live == nil || c.in != nil || !errors.As(err, &refused) || refused.Forbidden || !strings.HasPrefix(c.url, h.Site+"/") {
		return false
	}
	_, ok := h.Live.After(ctx, used)
	return ok
}

// text is what lies in the pipe: for each time a line with the host, which the
// helper compares with its own, and git's two lines.
func (h *Handed) text() string {
	return strings.Repeat(h.Site+"\nusername="+h.User+"\npassword="+h.pass()+"\n", handedCopies)
}

// fits says whether the credentials are for an address, which must not name an
// account of its own.
func (h *Handed) fits(address string) bool {
	return h != nil && h.pass() != "" && !strings.ContainsAny(h.Site+h.User+h.pass(), "\n\x00") &&
		strings.HasPrefix(address, h.Site+"/") && mayCarry(address)
}

// handOn opens the pipe for a command that talks to the host. The answer closes
// this process's end.
func (t *Tool) handOn(cmd *exec.Cmd, c command) func() {
	if !t.Handed.fits(c.url) || !runsNothing(c.args) {
		return func() {}
	}
	return openHanded(cmd, t.Handed.text())
}

// runsNothing says whether a command leaves the programs of the user and of the
// project alone: a push runs hooks, a checkout hooks and filters, and whatever
// runs below git would inherit the pipe, with the token lying open in it.
func runsNothing(args []string) bool {
	for len(args) > 1 && args[0] == "-c" {
		args = args[2:]
	}
	return len(args) > 0 && (args[0] == "ls-remote" || args[0] == "fetch" || args[0] == "clone" && slices.Contains(args, "--no-checkout"))
}
