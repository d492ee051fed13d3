package git

import (
	"net/url"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
)

// classify gives a failure the type that its words show. git has no machine
// readable errors; the phrases are those of its C locale and of curl and ssh.
// What the server wrote ("remote: ...") is its own and decides nothing.
func classify(address string, e *CommandError) error {
	text := ownWords(e.Stderr)
	has := func(phrases ...string) bool {
		for _, p := range phrases {
			if strings.Contains(text, p) {
				return true
			}
		}
		return false
	}
	at := redact(address)
	switch {
	case has("no space left on device", "disk quota exceeded"):
		return fault.Errorf("%w: %w", ErrDiskFull, e)
	case has("detected dubious ownership"):
		return &OwnerError{Dir: dubious(e.Stderr), Err: e}
	case has(".lock': file exists"):
		return &LockedError{Path: lockIn(e.Stderr), Err: e}
	case at == "":
		return e
	case has("returned error: 403", "returned error: 451"):
		return &AuthError{URL: at, Forbidden: true, Remote: remoteLines(e.Stderr), Err: e}
	case has("host key verification failed"):
		problem := UnknownHost
		if has("identification has changed") {
			problem = ChangedHost
		}
		return &AuthError{URL: at, SSH: problem, Err: e}
	case has("permission denied (", "too many authentication failures"):
		return &AuthError{URL: at, SSH: NoKey, Err: e}
	case has("authentication failed", "could not read username", "could not read password",
		"terminal prompts disabled", "returned error: 401"):
		if other := ledTo(at, e.Stderr); other != "" {
			return &UnavailableError{URL: at, Err: ledAway(other, e)}
		}
		return &AuthError{URL: at, Err: e}
	case has("remote branch ") && has(" not found in upstream"), has("couldn't find remote ref"):
		return &NotFoundError{URL: at, Ref: missingRef(text), Err: e}
	case has("repository not found", "' not found", "does not appear to be a git repository",
		"returned error: 404", "returned error: 410", "does not exist"):
		return &NotFoundError{URL: at, Err: e}
	case has("could not read from remote repository") && len(refusalLines(e.Stderr)) > 0:
		return &AuthError{URL: at, Forbidden: true, Remote: refusalLines(e.Stderr), Err: e}
	case pageSeen(at, text, e) != nil:
		return pageSeen(at, text, e).stands(at)
	case has("certificate", "ssl_connect", "gnutls_handshake", "ssl peer"):
		return &UnavailableError{URL: at, Certificate: has("certificate"), Err: e}
	case has("could not resolve", "failed to connect", "couldn't connect", "connection refused",
		"connection timed out", "timed out", "connection reset", "connection closed",
		"network is unreachable", "no route to host", "returned error: 5", "returned error: 429",
		"early eof", "rpc failed", "remote end hung up", "unexpected disconnect",
		"empty reply from server", "proxy", "recv failure", "send failure", "kex_exchange",
		"transfer closed", "recv error", "ssl_read", "not valid: is this a git repository",
		"expected flush after", "expected 'acknowledgments'", "expected 'packfile'", "expected response end",
		"protocol error", "invalid server response", "bad line length", "invalid index-pack output",
		"could not read from remote repository"):
		return &UnavailableError{URL: at, Err: e}
	}
	return e
}

// ledAway says that a server led to another host, and what came of it.
func ledAway(host string, err error) error {
	return fault.Errorf("it sends git on to %s, which does not get your token: %w", host, err)
}

// refusalLines are what a forge says over ssh before it hangs up: lines that begin
// with ERROR in capitals, which git itself does not write.
func refusalLines(stderr string) []string {
	var lines []string
	for line := range strings.Lines(stderr) {
		if said, ok := strings.CutPrefix(line, "ERROR: "); ok {
			lines = append(lines, strings.TrimSpace(said))
		}
	}
	return lines
}

// ledTo is the host that wanted credentials where that is another one than the
// address has, because the server redirects: "could not read Username for 'URL'"
// and "Authentication failed for 'URL'" name it.
func ledTo(at, stderr string) string {
	from, err := url.Parse(at)
	if err != nil || from.Host == "" {
		return ""
	}
	for _, before := range []string{"sername for '", "assword for '", "uthentication failed for '"} {
		to, err := url.Parse(quoted(stderr, before))
		if err == nil && to.Host != "" && !strings.EqualFold(to.Host, from.Host) {
			return to.Host
		}
	}
	return ""
}

// dubious takes the folder out of "detected dubious ownership in repository at
// 'DIR'", and lockIn the file out of "Unable to create 'FILE': File exists.".
func dubious(text string) string { return quoted(text, "in repository at '") }

func lockIn(text string) string { return quoted(text, "nable to create '") }

func quoted(text, after string) string {
	_, rest, _ := strings.Cut(text, after)
	name, _, _ := strings.Cut(rest, "'")
	return name
}

// ownWords is standard error in lower case without what the server said.
func ownWords(stderr string) string {
	var b strings.Builder
	for line := range strings.Lines(stderr) {
		if !strings.HasPrefix(line, "remote:") {
			b.WriteString(strings.ToLower(line))
		}
	}
	return b.String()
}

// missingRef takes the name out of "couldn't find remote ref X" and
// "remote branch X not found in upstream origin".
func missingRef(text string) string {
	for _, before := range []string{"couldn't find remote ref ", "remote branch "} {
		if _, rest, ok := strings.Cut(text, before); ok {
			if f := strings.Fields(rest); len(f) > 0 {
				return f[0]
			}
		}
	}
	return "such branch"
}

// classifyDisk names a full disk in an error of our own file operations.
func classifyDisk(err error) error {
	if err != nil && isDiskFull(err) {
		return fault.Errorf("%w: %w", ErrDiskFull, err)
	}
	return err
}
