package sandbox

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// gitMemo keeps what git said of objects that were named by their hashes: it never
// changes, and to start git again costs more than all else that a request does.
type gitMemo struct {
	mu   sync.Mutex
	said map[string]string
	size int
}

// Bounds of what a forge keeps in memory: one answer, and all of them, in bytes.
const (
	maxMemo  = 256 << 10
	maxMemos = 16 << 20
)

//go:noinline
func (m *gitMemo) get(key string) (said string, found bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	said, found = m.said[key]
	return said, found
}

// put forgets everything once there is too much.
//
//go:noinline
func (m *gitMemo) put(key, said string) {
	if len(said) > maxMemo {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.said == nil || m.size > maxMemos {
		m.said, m.size = map[string]string{}, 0
	}
	m.said[key] = said
	m.size += len(key) + len(said)
}

// memoKey names what git is asked, "" where the answer may change: it is of objects
// alone, each named by its hash, and each command was looked through for what else
// it reads. A push is judged with objects that may go away again (push.go).
func (g gitCommand) memoKey(dir string, args []string) string {
	switch args[0] {
	case "merge-base", "merge-tree", "diff-tree", "log", "ls-tree", "cat-file", "rev-list", "rev-parse":
	default:
		return ""
	}
	named := false
	for _, a := range args[1:] {
		if a == "--" && named {
			break // paths follow
		}
		switch sha, _, _ := strings.Cut(strings.TrimPrefix(a, "^"), "^"); {
		case shaPattern().MatchString(sha):
			named = true
		case a == "--", a == "--all", a == "--stdin", a == "--branches", a == "--tags", !strings.HasPrefix(a, "-") && a != "blob" && a != "commit":
			return ""
		}
	}
	if !named {
		return ""
	}
	return dir + "\x00" + strings.Join(g.more, "\x00") + "\x00\x00" + strings.Join(args, "\x00")
}

// refFile reads a branch, or HEAD, as git lays it down, and tells when there is no
// such branch or tag. All else is left to git: odd names, and what may need peeling.
func refFile(dir, ref string) (sha string, known bool) {
	if ref == "HEAD" {
		head, err := os.ReadFile(filepath.Join(dir, ref))
		if ref, _ = strings.CutPrefix(strings.TrimSuffix(string(head), "\n"), "ref: "); err != nil {
			return "", false
		}
	}
	branch := strings.HasPrefix(ref, "refs/heads/")
	if !branch && !strings.HasPrefix(ref, "refs/tags/") || strings.ContainsFunc(ref, oddInRef) ||
		strings.Contains(ref, "..") || strings.Contains(ref, "//") || strings.Contains(ref, "/.") || strings.HasSuffix(ref, "/") {
		return "", false
	}
	if loose, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(ref))); err == nil {
		sha = strings.TrimSuffix(string(loose), "\n")
		return sha, branch && shaPattern().MatchString(sha)
	}
	packed, err := os.ReadFile(filepath.Join(dir, "packed-refs"))
	if err != nil && !os.IsNotExist(err) {
		return "", false
	}
	before, _, found := strings.Cut(string(packed), " "+ref+"\n")
	if !found {
		return "", true
	}
	sha = before[strings.LastIndexByte(before, '\n')+1:]
	return sha, branch && shaPattern().MatchString(sha)
}

func oddInRef(c rune) bool {
	return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.ContainsRune("-_./", c))
}
