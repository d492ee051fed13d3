package git

import (
	"errors"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
)

// ErrBadName says that a branch or reference cannot have this name.
var ErrBadName = errors.New("not a name that git takes")

// CheckBranch says whether git takes the name for a branch.
func CheckBranch(name string) error {
	if name == "HEAD" || strings.HasPrefix(name, "-") {
		return fault.Errorf("%w: %q", ErrBadName, name)
	}
	return checkRef("refs/heads/" + name)
}

// checkRef follows the rules of git check-ref-format.
func checkRef(name string) error {
	bad := strings.HasSuffix(name, ".") || strings.HasSuffix(name, "/") ||
		strings.Contains(name, "..") || strings.Contains(name, "@{") || strings.Contains(name, "//") ||
		strings.ContainsAny(name, " ~^:?*[\\\x7f")
	for _, r := range name {
		bad = bad || r < 0x20
	}
	for part := range strings.SplitSeq(name, "/") {
		bad = bad || part == "" || strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".lock")
	}
	if bad {
		return fault.Errorf("%w: %q", ErrBadName, name)
	}
	return nil
}

// checkRev refuses a revision or refspec that git would take for an option.
func checkRev(rev string) error {
	if rev == "" || strings.HasPrefix(rev, "-") || strings.ContainsAny(rev, "\x00\n") {
		return fault.Errorf("%w: %q", ErrBadName, rev)
	}
	return nil
}

// isSHA says whether s is a whole object id.
func isSHA(s string) bool {
	return len(s) == 40 && strings.Trim(s, "0123456789abcdef") == ""
}
