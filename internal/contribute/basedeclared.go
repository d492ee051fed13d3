package contribute

import (
	"context"
	"errors"

	"github.com/isrc-dev/isrc/internal/git"
)

// Declared is the branch that the owners take changes on, where that is another
// one and nobody has chosen: no flag, no contribution that was begun, no job, and
// no fix. "" otherwise.
func (r *Review) Declared() string {
	m := r.Guidelines.Manifest
	if r.Run != nil || r.Event != nil || m == nil || m.Isrc == nil || m.Isrc.Contribute.Base == r.Base {
		return ""
	}
	if _, moved, err := r.Repo.OwnConfig(baseKey(r.Branch)); err != nil || moved {
		return ""
	}
	return m.Isrc.Contribute.Base
}

// GoTo lets the change go to another branch of the upstream, if that is there and
// has all that lies below the change: else others' commits would go along.
func (r *Review) GoTo(ctx context.Context, tool *git.Tool, base string) (bool, error) {
	p, was := r.Place, *r.Place
	p.Base, p.BaseFrom = base, "innersource.json"
	err := p.Refresh(ctx, tool)
	if err == nil {
		var ahead int
		if ahead, _, err = p.Repo.AheadBehind(ctx, p.Head, p.BaseRev); err == nil && ahead <= len(r.Change.Commits) {
			return true, nil
		}
	}
	p.Base, p.BaseFrom, p.BaseRev, p.Notes, p.Away = was.Base, was.BaseFrom, was.BaseRev, was.Notes, was.Away
	if errors.Is(err, ErrNoBase) || errors.Is(err, git.ErrShallow) {
		err = nil
	}
	return false, err
}
