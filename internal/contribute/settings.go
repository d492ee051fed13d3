package contribute

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/isrc-dev/isrc/internal/disk"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
)

// settingsAge is how long the settings of a branch, read when a contribution
// began, still count when it is submitted. The forge enforces them anyway; what
// is saved is a request for each branch on every submit.
const settingsAge = time.Hour

// settingsSkew is how far a clock may have been set back since.
const settingsSkew = time.Minute

// frugal reads a forge's settings with as few requests as an answer allows:
// rulesets that name required checks speak for the classic protection too, and
// what was read within the hour is not asked again. `check` and `show`, which
// are asked for the truth as it is now, do not use it.
type frugal struct {
	guideline.Settings
	dir string // "" remembers nothing
	who string // settings are what this login sees
	now func() time.Time
	// later leaves the classic protection to the submission, when a look-up
	// for an issue takes its place in the budget of requests.
	later bool

	mu    sync.Mutex
	rules map[string]func() ([]forge.Rule, error)
}

var errLater = errors.New("asked when the change is submitted")

func (s *Site) frugalSettings(ctx context.Context) *frugal {
	dir := s.Cache
	who, err := s.someone(ctx)
	if err != nil || who == "" {
		dir = "" // without knowing who asks, nothing can be remembered for them
	}
	return &frugal{Settings: s.Forge, dir: dir, who: who, now: s.Now, rules: map[string]func() ([]forge.Rule, error){}}
}

// Rules answers from memory, from the last hour, or from the forge.
func (f *frugal) Rules(ctx context.Context, repo forge.RepoName, branch string) ([]forge.Rule, error) {
	f.mu.Lock()
	ask, ok := f.rules[repo.String()+":"+branch]
	if !ok {
		ask = sync.OnceValues(func() ([]forge.Rule, error) { return f.read(ctx, repo, branch) })
		f.rules[repo.String()+":"+branch] = ask
	}
	f.mu.Unlock()
	return ask()
}

// RequiredChecks asks for the classic protection only where no ruleset names a
// check.
func (f *frugal) RequiredChecks(ctx context.Context, repo forge.RepoName, branch string) ([]string, error) {
	rules, err := f.Rules(ctx, repo, branch)
	if err == nil {
		for _, r := range rules {
			if r.Type == "required_status_checks" {
				return nil, nil
			}
		}
	}
	return lately(f, "checks", repo, branch, func() ([]string, error) {
		if f.later {
			return nil, errLater
		}
		return f.Settings.RequiredChecks(ctx, repo, branch)
	})
}

func (f *frugal) read(ctx context.Context, repo forge.RepoName, branch string) ([]forge.Rule, error) {
	return lately(f, "rules", repo, branch, func() ([]forge.Rule, error) {
		return f.Settings.Rules(ctx, repo, branch)
	})
}

// remembered is an answer on disk.
type remembered[T any] struct {
	Version int       `json:"version"`
	At      time.Time `json:"at"`
	Of      []T       `json:"of"`
}

// lately gives what was read within the hour, or asks and remembers it.
func lately[T any](f *frugal, kind string, repo forge.RepoName, branch string, ask func() ([]T, error)) ([]T, error) {
	if f.dir == "" {
		return ask()
	}
	sum := sha256.Sum256([]byte(f.who + "\x00" + kind + "\x00" + repo.String() + "\x00" + branch))
	path := filepath.Join(f.dir, "settings", hex.EncodeToString(sum[:16])+".json")
	var m remembered[T]
	if data, err := os.ReadFile(path); err == nil && json.Unmarshal(data, &m) == nil && m.Version == 2 {
		if age := f.now().Sub(m.At); age > -settingsSkew && age < settingsAge {
			return m.Of, nil
		}
	}
	all, err := ask()
	if err != nil {
		return nil, err
	}
	if data, err := json.Marshal(remembered[T]{Version: 2, At: f.now().UTC(), Of: all}); err == nil && os.MkdirAll(filepath.Dir(path), 0o700) == nil {
		_ = disk.WriteCache(path, data) // a cache that cannot be written costs a request, nothing else
	}
	return all, nil
}
