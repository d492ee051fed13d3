package git

import (
	"context"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
)

// StatusEntry is a file that differs from the last commit or is not tracked.
type StatusEntry struct {
	Path      string
	OldPath   string // of a rename or copy
	Index     byte   // git's letter for last commit → index, '.' for no change
	Worktree  byte   // git's letter for index → file, '.' for no change
	Untracked bool
	Unmerged  bool
	Submodule bool
}

// Status lists what is not committed, as git sees it: attributes, line
// endings and all its ignore rules are honoured. It takes no lock.
func (t *Tool) Status(ctx context.Context, dir string) ([]StatusEntry, error) {
	out, err := t.Run(ctx, dir, "--no-optional-locks", "status", "--porcelain=v2", "-z", "--untracked-files=normal")
	if err != nil {
		return nil, wrap(err, "read the status of %s", dir)
	}
	entries, err := parseStatus(out)
	return entries, wrap(err, "read the status of %s", dir)
}

// parseStatus reads the format that git-status(1) calls porcelain version 2.
func parseStatus(out string) ([]StatusEntry, error) {
	var all []StatusEntry
	records := strings.Split(out, "\x00")
	for i := 0; i < len(records); i++ {
		r := records[i]
		if r == "" || r[0] == '#' || r[0] == '!' {
			continue
		}
		e, ok := parseEntry(r)
		if !ok {
			return nil, fault.Errorf("git answers %q", r)
		}
		if r[0] == '2' {
			if i++; i >= len(records) {
				return nil, fault.Errorf("git answers %q without an old path", r)
			}
			e.OldPath = records[i]
		}
		all = append(all, e)
	}
	return all, nil
}

func parseEntry(r string) (StatusEntry, bool) {
	// The path is the last field of each kind and may contain spaces.
	fields := map[byte]int{'1': 9, '2': 10, 'u': 11, '?': 2}[r[0]]
	f := strings.SplitN(r, " ", fields)
	if fields == 0 || len(f) != fields {
		return StatusEntry{}, false
	}
	e := StatusEntry{Path: f[fields-1], Index: '.', Worktree: '.'}
	if r[0] == '?' {
		e.Untracked = true
		return e, true
	}
	if len(f[1]) != 2 {
		return e, false
	}
	e.Index, e.Worktree = f[1][0], f[1][1]
	e.Unmerged = r[0] == 'u'
	e.Submodule = strings.HasPrefix(f[2], "S")
	return e, true
}
