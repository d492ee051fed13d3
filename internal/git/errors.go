package git

import (
	"errors"
	"fmt"
	"strings"
)

// Sentinels of this package.
var (
	ErrNoGit       = errors.New("the git program was not found")
	ErrNotARepo    = errors.New("not inside a git repository")
	ErrNoIdentity  = errors.New("git has no name and email to commit with")
	ErrDiskFull    = errors.New("no space left on the disk")
	ErrEmpty       = errors.New("the repository has no commits")
	ErrNoMergeBase = errors.New("the two have no common ancestor")
	// ErrShallow says that the answer lies behind the point at which the
	// history of a shallow clone ends.
	ErrShallow = errors.New("the history ends before the answer is found, because the clone is shallow")
)

// CommandError is a run of the git program that failed.
type CommandError struct {
	Args     []string // without credentials
	ExitCode int      // -1 when it was killed or did not start
	Stderr   string   // without credentials and progress; not sanitized
	Err      error
}

func (e *CommandError) Error() string {
	verb := "git"
	if len(e.Args) > 0 {
		verb += " " + e.Args[0]
	}
	if last := lastLine(e.Stderr); last != "" {
		return verb + ": " + last
	}
	return fmt.Sprintf("%s: %v", verb, e.Err)
}

// Said is what git and the hooks that it ran said, the last lines of it, where
// that is more than the error itself tells: when the user's own set-up took part.
// The lines are not sanitized.
func (e *CommandError) Said(most int) []string {
	if len(e.Args) == 0 || e.Args[0] != "commit" && e.Args[0] != "push" && e.Args[0] != "am" {
		return nil
	}
	var lines []string
	for l := range strings.Lines(e.Stderr) {
		if l = strings.TrimRight(l, "\r\n"); strings.TrimSpace(l) != "" {
			lines = append(lines, l)
		}
	}
	if len(lines) < 2 && e.ExitCode >= 0 && len(lines) == strings.Count(e.Stderr, "fatal: ") {
		return nil
	}
	if e.ExitCode >= 0 {
		lines = append(lines, fmt.Sprintf("(git %s: exit code %d)", e.Args[0], e.ExitCode))
	}
	return lines[max(0, len(lines)-most):]
}

// Unwrap gives the reason, which is the context's error after a cancellation.
func (e *CommandError) Unwrap() error { return e.Err }

// AuthError says that the server wants credentials, or refuses those it got.
type AuthError struct {
	URL       string   // without credentials
	Forbidden bool     // known to the server, and not allowed (403)
	Remote    []string // what the server said, not sanitized
	SSH       SSHProblem
	Err       error
}

// SSHProblem says why ssh did not let git through.
type SSHProblem string

// The ways in which ssh stops before git's server is reached.
const (
	UnknownHost SSHProblem = "unknown host" // its key is in no known_hosts, and nobody was there to ask
	ChangedHost SSHProblem = "changed host" // its key is another one than before
	NoKey       SSHProblem = "no key"       // the server takes none of the user's keys
)

func (e *AuthError) Error() string {
	switch e.SSH {
	case UnknownHost:
		return "ssh does not know the host key of " + e.URL + " yet"
	case ChangedHost:
		return "the host key of " + e.URL + " is another one than ssh knows"
	case NoKey:
		return "ssh has no key that " + e.URL + " takes"
	}
	if e.Forbidden {
		return "access to " + e.URL + " is not allowed"
	}
	return e.URL + " wants credentials, or does not accept those it got"
}

// Unwrap gives the reason.
func (e *AuthError) Unwrap() error { return e.Err }

// NotFoundError says that there is no such repository, or none that the
// server shows to this user; or no such branch in it.
type NotFoundError struct {
	URL string // without credentials
	Ref string // empty when the repository itself is missing
	Err error
}

func (e *NotFoundError) Error() string {
	if e.Ref != "" {
		return e.URL + " has no " + e.Ref
	}
	return e.URL + " does not exist, or is not visible to you"
}

// Unwrap gives the reason.
func (e *NotFoundError) Unwrap() error { return e.Err }

// UnavailableError says that the server, or the way to it, does not answer
// properly; the same may succeed later.
type UnavailableError struct {
	URL         string // without credentials
	Certificate bool   // the server's certificate is not trusted
	Err         error
}

func (e *UnavailableError) Error() string {
	if e.Certificate {
		return "the certificate of " + e.URL + " is not trusted: " + e.Err.Error()
	}
	return e.URL + " is not available: " + e.Err.Error()
}

// Unwrap gives the reason.
func (e *UnavailableError) Unwrap() error { return e.Err }

// RejectedError says that a push arrived and was refused.
type RejectedError struct {
	Ref    string
	Reason string   // git's word, such as "non-fast-forward" or "pre-receive hook declined"
	Remote []string // what the server said, not sanitized
	// Stale is true when the branch has commits that the push lacks, or moved
	// since it was last seen.
	Stale bool
}

func (e *RejectedError) Error() string {
	return fmt.Sprintf("push to %s was rejected: %s", strings.TrimPrefix(e.Ref, "refs/heads/"), e.Reason)
}

// OwnerError says that git does not work in a folder of somebody else, whose
// configuration could run programs.
type OwnerError struct {
	Dir string
	Err error
}

func (e *OwnerError) Error() string {
	return "git does not work in " + e.Dir + ", which belongs to somebody else (safe.directory)"
}

// Unwrap gives the reason.
func (e *OwnerError) Unwrap() error { return e.Err }

// LockedError says that another git works there, or that one was killed and
// left its lock behind.
type LockedError struct {
	Path string
	Err  error
}

func (e *LockedError) Error() string {
	return e.Path + " is there: another git works in this clone, or one was killed in it"
}

// Unwrap gives the reason.
func (e *LockedError) Unwrap() error { return e.Err }

// UnsupportedError names a property of a repository that cannot be read here.
type UnsupportedError struct{ What string }

func (e *UnsupportedError) Error() string {
	return "repositories with " + e.What + " are not supported"
}

// MergeInRangeError says that a range to be rewritten is not linear.
type MergeInRangeError struct{ SHA string }

func (e *MergeInRangeError) Error() string {
	return "commit " + short(e.SHA) + " is a merge; only a linear series can be rewritten"
}

func short(sha string) string { return sha[:min(len(sha), 12)] }

func lastLine(s string) string {
	s = strings.TrimSpace(s)
	for line := range strings.SplitSeq(s, "\n") {
		if _, ok := strings.CutPrefix(line, "fatal: "); ok {
			return line
		}
	}
	last := s[strings.LastIndexByte(s, '\n')+1:]
	if last == "Aborting" { // what it was about stands before
		if _, why, ok := strings.Cut("\n"+s, "\nerror: "); ok {
			why, _, _ = strings.Cut(why, "\nPlease ")
			return strings.Join(strings.Fields(why), " ")
		}
	}
	return last
}
