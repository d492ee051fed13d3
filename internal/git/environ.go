package git

import (
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/lazy"
)

// stallAfter is how long a connection may bring nothing before it is given up.
const stallAfter = 2 * time.Minute

// localVars are variables that tie git to one repository. isrc may itself run
// from a hook or "git rebase --exec", where they would point git at a
// repository other than the folder it is run in.
const localVars = " GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_COMMON_DIR GIT_OBJECT_DIRECTORY" +
	" GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_PREFIX GIT_SHALLOW_FILE GIT_NAMESPACE GIT_GRAFT_FILE " + HandedVariable + " "

// environ is the environment for git: answers in English, no questions at the
// terminal, and no proxy between us and our own machine.
func (t *Tool) environ() []string {
	base := t.Env
	if base == nil {
		base = os.Environ()
	}
	env := make([]string, 0, len(base)+6)
	noProxy := ""
	prompt := "GIT_TERMINAL_PROMPT=0"
	for _, kv := range base {
		name, value, _ := strings.Cut(kv, "=")
		switch {
		case strings.Contains(localVars, " "+name+" "), name == "LC_ALL", name == "LANGUAGE":
			continue
		case name == "GIT_TERMINAL_PROMPT":
			prompt = kv
			continue
		case strings.EqualFold(name, "NO_PROXY"):
			if name == "no_proxy" || noProxy == "" {
				noProxy = value
			}
			continue
		}
		env = append(env, kv)
	}
	noProxy = withLoopback(noProxy)
	if lookup(base, "GIT_HTTP_LOW_SPEED_TIME") == "" {
		// A connection on which nothing at all arrives is given up; a server
		// that computes sends a byte every few seconds.
		env = append(env, "GIT_HTTP_LOW_SPEED_LIMIT=1", "GIT_HTTP_LOW_SPEED_TIME="+strconv.Itoa(int(stallAfter.Seconds())))
	}
	return append(append(env, t.pointers(base)...), "LC_ALL=C", prompt, "NO_PROXY="+noProxy, "no_proxy="+noProxy)
}

// lookup gives the value of a variable; the last one counts, as for exec.
func lookup(env []string, name string) string {
	for _, kv := range slices.Backward(env) {
		key, value, _ := strings.Cut(kv, "=")
		if key == name || runtime.GOOS == "windows" && strings.EqualFold(key, name) {
			return value
		}
	}
	return ""
}

// withLoopback adds this machine to the hosts that are reached directly.
func withLoopback(noProxy string) string {
	if strings.TrimSpace(noProxy) == "*" {
		return "*"
	}
	const own = "localhost,127.0.0.1,::1"
	if noProxy == "" {
		return own
	}
	return noProxy + "," + own
}

// userinfo matches credentials in a URL. The user of an ssh URL stays.
var userinfo = lazy.Pattern(`(?i)\b((?:https?|ftps?)://)[^/@\s'"]+@|\b([a-z+]+://[^/@:\s'"]*):[^/@\s'"]+@`)

// header matches a header given on the command line, with its value.
var header = lazy.Pattern(`(?i)(extraheader=[^:]*:\s*|authorization:\s*).*`)

// redact removes credentials from what is shown or kept.
func redact(s string) string {
	s = userinfo().ReplaceAllString(s, "$1$2@")
	return header().ReplaceAllString(s, "$1***")
}

func redactAll(args []string) []string {
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = redact(a)
	}
	return out
}
