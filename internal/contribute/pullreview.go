package contribute

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/rule"
)

// PullReviewer reviews open pull requests as their forge has them, without
// touching anybody's work tree: in a clone of the upstream where there is one,
// else in a repository of its own that holds no files until they are asked for.
type PullReviewer struct {
	site     *Site
	upstream forge.RepoName
	dir      string
	from     string // remote or address that is fetched from
	remove   func() error

	mu   sync.Mutex
	read map[string]*Review // guidelines by base and head, so that many pull requests read them once
}

// NewPullReviewer prepares a review of pull requests to upstream. clone is the
// folder of a clone of it, "" when there is none; Close takes away what was made.
func (s *Site) NewPullReviewer(ctx context.Context, upstream forge.RepoName, clone string) (*PullReviewer, error) {
	r := &PullReviewer{site: s, upstream: upstream, dir: clone, from: s.CloneURL(upstream), remove: func() error { return nil }, read: map[string]*Review{}}
	if clone != "" && s.Tool != nil {
		return r, nil
	}
	dir, err := os.MkdirTemp("", "isrc-pulls-*")
	if err != nil {
		return nil, err
	}
	r.dir, r.remove = dir, func() error { return os.RemoveAll(dir) }
	if s.Tool == nil {
		return r, nil
	}
	for _, args := range [][]string{{"init", "--quiet", "--template="}, {"remote", "add", "origin", r.from}} {
		if _, err := s.Tool.Run(ctx, dir, args...); err != nil {
			return nil, fault.Errorf("prepare a place to read pull requests: %w", err)
		}
	}
	r.from = "origin"
	return r, nil
}

// Close takes away what the reviewer made for itself.
//
//go:noinline
func (r *PullReviewer) Close() error { return r.remove() }

// Fetch brings the commits of pull requests and their bases here, in one
// request where the forge has a reference for each pull request.
func (r *PullReviewer) Fetch(ctx context.Context, pulls []forge.Pull) error {
	var specs []string
	seen := map[string]bool{}
	add := func(from, to string) {
		if spec := "+" + from + ":" + to; !seen[spec] {
			seen[spec] = true
			specs = append(specs, spec)
		}
	}
	for _, p := range pulls {
		if err := checkBranch(p.Base.Branch); err != nil {
			return err
		}
		add(fmt.Sprintf("refs/pull/%d/head", p.Number), headRef(p))
		add("refs/heads/"+p.Base.Branch, baseRef(p))
	}
	if err := r.fetch(ctx, r.from, specs...); err == nil {
		return nil
	}
	for _, p := range pulls { // one that is missing spoils all
		if err := r.fetchOne(ctx, p); err != nil {
			return fault.Errorf("fetch pull request #%d of %s: %w", p.Number, r.upstream.FullName(), err)
		}
	}
	return nil
}

func (r *PullReviewer) fetchOne(ctx context.Context, p forge.Pull) error {
	base := "+refs/heads/" + p.Base.Branch + ":" + baseRef(p)
	err := r.fetch(ctx, r.from, fmt.Sprintf("+refs/pull/%d/head:%s", p.Number, headRef(p)), base)
	if err == nil || p.Head.Repo == nil || checkBranch(p.Head.Branch) != nil {
		return err
	}
	if err := r.fetch(ctx, r.site.CloneURL(*p.Head.Repo), "+refs/heads/"+p.Head.Branch+":"+headRef(p)); err != nil {
		return err
	}
	return r.fetch(ctx, r.from, base)
}

func (r *PullReviewer) fetch(ctx context.Context, from string, specs ...string) error {
	if r.site.Tool == nil {
		return r.site.Builtin.Gather(ctx, r.dir, from, gathered, specs...)
	}
	args := []string{"fetch", "--quiet", "--no-tags", "--no-write-fetch-head"}
	if from == "origin" {
		args = append(args, "--filter=blob:none")
	}
	_, err := r.site.Tool.Run(ctx, r.dir, append(append(args, "--", from), specs...)...)
	return err
}

// gathered is how many commits are fetched of each branch without a git program,
// which cannot leave out the files of the older ones.
const gathered = 200

// The references that stand for a pull request in the clone. They hide nothing
// of the user's and are written over by the next review.
//
//go:noinline
func headRef(p forge.Pull) string { return fmt.Sprintf("refs/isrc/pull/%d", p.Number) }
func baseRef(p forge.Pull) string { return "refs/isrc/base/" + p.Base.Branch }

// Review judges one pull request that was fetched. Several may be judged at
// once.
func (r *PullReviewer) Review(ctx context.Context, pull forge.Pull) (*Review, error) {
	repo, err := git.Open(r.dir)
	if err != nil {
		return nil, err
	}
	repo.Tool = r.site.Tool
	head, err := repo.Resolve(headRef(pull))
	if err != nil {
		return nil, fault.Errorf("pull request #%d: %w", pull.Number, err)
	}
	base, err := repo.Resolve(baseRef(pull))
	if err != nil {
		return nil, fault.Errorf("pull request #%d: %w", pull.Number, err)
	}
	place := &Place{
		Repo: repo, Dir: r.dir, Branch: pull.Head.Branch, Head: head, Upstream: r.upstream, Base: pull.Base.Branch, BaseRev: base,
		BaseFrom: fmt.Sprintf("pull request #%d", pull.Number), Direct: pull.Head.Repo != nil && pull.Head.Repo.Equal(r.upstream),
	}
	review := &Review{Place: place, Pull: &pull, login: pull.Author.Login}
	if err := r.guidelines(ctx, review); err != nil {
		return nil, err
	}
	if err := review.see(ctx, nil, ReviewOptions{}); err != nil {
		return nil, err
	}
	for i := range review.Change.Commits {
		review.Change.Commits[i].Pushed = true
	}
	review.Change.Pull = r.site.answers(ctx, pull, &review.Notes)
	review.Judge(ctx, r.site)
	return review, nil
}

// guidelines reads what is asked, once for all pull requests of which the same
// is asked.
func (r *PullReviewer) guidelines(ctx context.Context, review *Review) error {
	key := review.Base
	if review.Direct {
		key += "\x00" + review.Branch
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if have, ok := r.read[key]; ok {
		review.Guidelines, review.Requirements = have.Guidelines, have.Requirements
		review.Notes = append(review.Notes, have.Notes...)
		return nil
	}
	if err := review.read(ctx, r.site); err != nil {
		return err
	}
	r.read[key] = &Review{Guidelines: review.Guidelines, Requirements: review.Requirements, Place: &Place{Notes: review.Notes}}
	return nil
}

// answers is a pull request as rules see it. What could not be asked is a note.
func (s *Site) answers(ctx context.Context, p forge.Pull, notes *[]string) *rule.Pull {
	out := &rule.Pull{Number: p.Number, State: string(p.State), IsDraft: p.Draft, Author: p.Author.Login, Checks: map[string]string{}}
	reviews, err := s.Forge.Reviews(ctx, p.Repo, p.Number)
	if err != nil {
		*notes = append(*notes, fmt.Sprintf("the reviews of #%d were not read: %v", p.Number, err))
	}
	countReviews(out, reviews)
	checks, err := s.Forge.Checks(ctx, p.Repo, p.Head.SHA)
	if err != nil {
		*notes = append(*notes, fmt.Sprintf("the checks of #%d were not read: %v", p.Number, err))
		out.Checks = nil
		return out
	}
	for _, c := range checks {
		state := c.State
		if state == "queued" || state == "running" {
			state = "pending"
		}
		out.Checks[c.Name] = state
	}
	return out
}

// countReviews takes the last word of each reviewer; a comment takes none back.
func countReviews(p *rule.Pull, reviews []forge.Review) {
	last := map[string]string{}
	for _, r := range reviews {
		if strings.EqualFold(r.Author.Login, p.Author) || r.State == "pending" {
			continue
		}
		p.Reviewed = true
		if r.State != "commented" {
			last[r.Author.Login] = r.State
		}
	}
	for _, r := range reviews { // in their order
		switch state := last[r.Author.Login]; state {
		case "approved":
			p.Approvals++
			p.Approvers = append(p.Approvers, r.Author.Login)
		case "changes_requested":
			p.Changes = true
		}
		delete(last, r.Author.Login)
	}
}

func draftOf(p forge.Pull) rule.Draft {
	return rule.Draft{Title: p.Title, Body: p.Body, Labels: p.Labels, Exists: true, TitleFrom: fmt.Sprintf("pull request #%d", p.Number)}
}

// isOpen tells whether the text that is judged is that of an open pull request,
// which nobody but submit changes.
func (r *Review) isOpen() bool { return r.Event != nil || r.Pull != nil }

// attend looks up how the pull request of a change that is submitted already
// was answered. Its checks speak of the commits that it has.
func (r *Review) attend(ctx context.Context, site *Site) {
	number := 0
	switch {
	case r.Pull != nil || site == nil || r.frugal:
		return
	case r.Event != nil:
		number = r.Event.Number
	case r.Run != nil:
		if opened := Opened(*r.Run); opened != nil {
			number = opened.Number
		}
	}
	if number == 0 {
		return
	}
	pull, err := site.Forge.Pull(ctx, r.Upstream, number)
	if err != nil {
		r.Notes = append(r.Notes, fmt.Sprintf("pull request #%d was not looked up: %v", number, err))
		return
	}
	r.Change.Pull = site.answers(ctx, pull, &r.Notes)
	if pull.Head.SHA != r.Head {
		r.Change.Pull.Checks = nil
	}
}
