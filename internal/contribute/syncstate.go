package contribute

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"

	"github.com/isrc-dev/isrc/internal/disk"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/git"
)

// SyncState is what bringing a branch up to date leaves in the clone until it is
// over: git itself knows how far a rebase is, this knows what it was for.
type SyncState struct {
	Version int    `json:"version"`
	Branch  string `json:"branch"`
	Base    string `json:"base"`
	How     string `json:"how"`
	From    string `json:"from"` // commit of the branch before
	Onto    string `json:"onto"` // commit of the base
	Backup  string `json:"backup,omitempty"`
	Push    bool   `json:"push,omitempty"`
	Force   bool   `json:"force,omitempty"` // the user agreed to replace what is pushed
	// Broken says that the connection broke in the middle of a commit of the
	// rebase: git would go on behind that commit, and leave it out.
	Broken bool `json:"broken,omitempty"`
}

const syncVersion = 1

func syncPath(repo *git.Repo, branch string) string {
	return filepath.Join(repo.GitDir(), "isrc", filepath.FromSlash(branch), "sync.json")
}

// LoadSync reads what was begun on a branch, nil when nothing was.
func LoadSync(repo *git.Repo, branch string) (*SyncState, error) {
	if branch == "" {
		return nil, nil
	}
	data, err := os.ReadFile(syncPath(repo, branch))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var st SyncState
	if err == nil {
		err = json.Unmarshal(data, &st)
	}
	switch {
	case err != nil:
		return nil, fault.Errorf("read how far the sync of %s is: %w", branch, err)
	case st.Version != syncVersion:
		return nil, refuse(ErrUsage, "update isrc, or finish with git alone and delete "+syncPath(repo, branch), "the sync of %s was begun by a newer isrc", branch)
	}
	return &st, nil
}

func (st *SyncState) save(repo *git.Repo) error {
	path := syncPath(repo, st.Branch)
	data, err := json.Marshal(st)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err == nil {
		err = disk.WriteFile(path, data, 0o600)
	}
	if err != nil {
		return fault.Errorf("write down the sync of %s: %w", st.Branch, err)
	}
	return nil
}

func (st *SyncState) remove(repo *git.Repo) error {
	if err := os.Remove(syncPath(repo, st.Branch)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
