package sandbox

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// pushedTo follows a push: heads of pull requests move, what was deleted
// closes, what reached its base is merged.
func (f *Forge) pushedTo(ctx context.Context, r *repository, updates []refUpdate) {
	f.mu.Lock()
	defer f.mu.Unlock()
	defer f.lists.changed()
	for _, u := range updates {
		branch, ok := strings.CutPrefix(u.ref, "refs/heads/")
		if ok {
			f.branchMoved(ctx, r, branch)
		}
	}
	r.pushed = f.moment()
	r.updated = r.pushed
}

// branchMoved brings open pull requests up to date with a branch.
func (f *Forge) branchMoved(ctx context.Context, r *repository, branch string) {
	tip := f.branchTip(ctx, r, branch)
	for _, i := range f.openPulls() {
		p := i.pull
		if p.head == r && p.branch == branch {
			if tip == "" {
				f.closeIssue(i, nil)
			} else if tip != p.sha {
				f.moveHead(ctx, i, tip)
			}
		}
		if p.repo == r && p.base == branch && tip != "" && p.sha != "" && f.isAncestor(ctx, r, p.sha, tip) {
			f.markMerged(i, nil, tip)
		}
	}
}

func (f *Forge) openPulls() []*issue {
	var out []*issue
	for _, r := range f.state.order {
		if !r.made.Load() {
			continue
		}
		for _, i := range r.issues {
			if i.pull != nil && i.state == "open" {
				out = append(out, i)
			}
		}
	}
	return out
}

// moveHead keeps the head's commits with the upstream and starts its checks.
func (f *Forge) moveHead(ctx context.Context, i *issue, tip string) {
	if err := f.keepHead(ctx, i, tip); err != nil {
		return
	}
	i.pull.sha = tip
	i.updated = f.moment()
	f.runChecks(ctx, i)
}

// keepHead points refs/pull/N/head at a commit, fetched from a fork if need be.
func (f *Forge) keepHead(ctx context.Context, i *issue, tip string) error {
	p := i.pull
	ref := fmt.Sprintf("refs/pull/%d/head", i.number)
	if p.head != p.repo {
		_, err := f.in(ctx, p.repo, "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", filepath.ToSlash(p.head.dir), "+"+tip+":"+ref)
		return err
	}
	_, err := f.in(ctx, p.repo, "update-ref", ref, tip)
	return err
}

//go:noinline
func (f *Forge) isAncestor(ctx context.Context, r *repository, old, tip string) bool {
	_, err := f.in(ctx, r, "merge-base", "--is-ancestor", old, tip)
	return err == nil
}

//go:noinline
func (f *Forge) closeIssue(i *issue, by *user) {
	i.state, i.closed, i.closedBy = "closed", f.moment(), by
	i.updated = i.closed
}

//go:noinline
func (f *Forge) markMerged(i *issue, by *user, sha string) {
	f.closeIssue(i, by)
	i.pull.merged, i.pull.mergedBy, i.pull.mergeSHA = i.closed, by, sha
}

// moment is now, as precise as the API tells it.
func (f *Forge) moment() time.Time { return f.now().UTC().Truncate(time.Second) }
