package github

import (
	"context"
	"errors"
	"strings"
	"sync"

	gh "github.com/google/go-github/v66/github"
	"golang.org/x/sync/errgroup"

	"github.com/isrc-dev/isrc/internal/forge"
)

// byREST reads pull requests one by one, for hosts without GraphQL: five
// requests for each that is open, one more where lines were commented on, and up to
// four for its repository.
func (f *following) byREST(ctx context.Context) error {
	var refs []forge.PullRef
	seen := map[forge.PullRef]bool{}
	var search []int
	want := func(ref forge.PullRef, by int) {
		if !seen[ref] {
			seen[ref] = true
			refs, search = append(refs, ref), append(search, by)
		}
	}
	for i, q := range f.q.Searches {
		hits, total, err := f.c.SearchIssues(ctx, q, f.q.Limit)
		if err != nil {
			return err
		}
		f.out.Totals[i] = total
		for _, h := range hits {
			if h.IsPull && !h.Repo.IsZero() {
				want(forge.PullRef{Repo: h.Repo, Number: h.Number}, i)
			}
		}
	}
	for _, ref := range f.q.Pulls {
		want(ref, -1)
	}
	all, homes := make([]forge.Followed, len(refs)), &homes{f: f, of: map[string]func() forge.Home{}}
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(6)
	for i, ref := range refs {
		g.Go(func() error {
			all[i] = f.one(gctx, ref, homes)
			all[i].Search = search[i]
			return gctx.Err()
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	for _, p := range all {
		f.add(p)
	}
	return nil
}

// one reads a pull request. What fails is said in it and hides no other.
func (f *following) one(ctx context.Context, ref forge.PullRef, h *homes) forge.Followed {
	out := forge.Followed{}
	out.Repo, out.Number = ref.Repo, ref.Number
	pull, err := f.c.Pull(ctx, ref.Repo, ref.Number)
	if err != nil {
		out.Err = err
		return out
	}
	out.Pull = pull
	if pull.State != forge.PullOpen {
		return out
	}
	out.Home = h.read(ctx, ref.Repo)
	if out.Reviews, err = f.c.Reviews(ctx, ref.Repo, ref.Number); err == nil || lacking(err) {
		out.Comments, err = f.c.Comments(ctx, ref.Repo, ref.Number)
	}
	if err != nil && !lacking(err) {
		out.Err = err
		return out
	}
	if pull.Remarks > 0 {
		out.Threads.Last = f.c.lastRemark(ctx, ref)
	}
	out.Checks = f.checks(ctx, ref.Repo, pull.Head.SHA)
	if head := pull.Head.Repo; head == nil || !head.Equal(ref.Repo) { // a branch of the repository needs no approval
		f.c.heldRuns(ctx, &out)
	}
	if f.q.Owning && out.Home.Owners != "" {
		out.Files, _ = f.c.PullFiles(ctx, ref.Repo, ref.Number) // without them, only who owns everything is found
	}
	return out
}

// lastRemark is the newest comment on a line, nil where it cannot be had: REST says
// who wrote, and nothing of what is resolved.
func (c *Client) lastRemark(ctx context.Context, ref forge.PullRef) *forge.Comment {
	var all []*gh.PullRequestComment
	k := get("comments on lines of "+pullNoun(ref.Repo, ref.Number), "repos/%s/%s/pulls/%d/comments", ref.Repo.Owner, ref.Repo.Name, ref.Number)
	k.query = given("sort", "created", "direction", "desc", "per_page", "1")
	if _, err := c.do(ctx, k, &all); err != nil || len(all) == 0 || all[0] == nil {
		return nil
	}
	return &forge.Comment{Author: signed(user(all[0].GetUser())), Body: all[0].GetBody(), At: all[0].GetCreatedAt().Time}
}

// checks reads the checks of a commit, and where the first that fail point to.
// A state without checks is better than none, and that some are not known is
// said once.
func (f *following) checks(ctx context.Context, r forge.RepoName, sha string) []forge.Check {
	all, err := f.c.Checks(ctx, r, sha)
	if err != nil && !lacking(err) && ctx.Err() == nil {
		f.c.unseen.Do(func() { f.c.o.Sink.Note("checks", "not all checks are known: "+err.Error()) })
	}
	asked := 0
	for i := range all {
		k := &all[i]
		if k.State != "failure" || !k.Marked || k.ID == 0 || asked == 3 {
			continue
		}
		asked++
		if lines, err := f.c.Annotations(ctx, r, k.ID); err == nil {
			k.Lines = lines
		}
	}
	return all
}

// heldRuns adds the workflows that wait for an owner's approval. Servers without
// workflows, and tokens that may not see them, know of none.
func (c *Client) heldRuns(ctx context.Context, f *forge.Followed) {
	k := get("workflows of "+pullNoun(f.Repo, f.Number)+" that wait", "repos/%s/%s/actions/runs", f.Repo.Owner, f.Repo.Name)
	k.query = given("head_sha", f.Head.SHA, "status", "action_required")
	runs, _, err := list[*gh.WorkflowRun](ctx, c, k, "workflow_runs", perPage)
	if err != nil {
		return
	}
	for _, w := range runs {
		if w.GetHeadSHA() == f.Head.SHA && strings.EqualFold(w.GetConclusion(), "action_required") {
			holds(f, w.GetName(), w.GetCreatedAt().Time)
		}
	}
}

// PullFiles lists the paths that a pull request touches, a hundred at most.
func (c *Client) PullFiles(ctx context.Context, r forge.RepoName, number int) ([]string, error) {
	all, _, err := list[*gh.CommitFile](ctx, c, get("files of "+pullNoun(r, number), "repos/%s/%s/pulls/%d/files", r.Owner, r.Name, number), "", perPage)
	var out []string
	for _, w := range all {
		if w.GetFilename() != "" {
			out = append(out, w.GetFilename())
		}
	}
	return out, err
}

// homes reads each repository once.
type homes struct {
	f  *following
	mu sync.Mutex
	of map[string]func() forge.Home
}

func (h *homes) read(ctx context.Context, r forge.RepoName) forge.Home {
	h.mu.Lock()
	key := strings.ToLower(r.FullName())
	ask, ok := h.of[key]
	if !ok {
		ask = sync.OnceValue(func() forge.Home { return h.f.c.homeOf(ctx, r, h.f.q.Owning) })
		h.of[key] = ask
	}
	h.mu.Unlock()
	return ask()
}

func (c *Client) homeOf(ctx context.Context, r forge.RepoName, owning bool) forge.Home {
	var out forge.Home
	out.Manifest, out.Unread = c.fileText(ctx, r, "innersource.json")
	if out.Unread == nil && !strings.Contains(out.Manifest, `"slo"`) {
		c.readContributing(ctx, r, &out)
	}
	if !owning {
		return out
	}
	if repo, err := c.Repo(ctx, r); err == nil {
		out.Access = repo.Access
	}
	var err error
	if out.Info, err = c.fileText(ctx, r, infoPath); err != nil {
		out.Unread = err
		return out
	}
	for _, p := range ownersPaths {
		text, err := c.fileText(ctx, r, p)
		if err != nil {
			out.Unread = err
			return out
		}
		if text != "" {
			out.Owners, out.OwnersPath = text, p
			return out
		}
	}
	return out
}

// readContributing reads what the repository says to contributors, of the places
// that GitHub knows, in its order. What an organisation says for all of its
// repositories, and other endings, would cost more requests than it is worth.
func (c *Client) readContributing(ctx context.Context, r forge.RepoName, out *forge.Home) {
	for _, p := range [...]string{".github/CONTRIBUTING.md", "CONTRIBUTING.md", "docs/CONTRIBUTING.md"} {
		text, err := c.fileText(ctx, r, p)
		if err != nil {
			out.Unread = err
			return
		}
		if text != "" {
			out.Contributing, out.ContributingPath = text, p
			return
		}
	}
}

// fileText reads a file at the default branch; "" when there is none.
func (c *Client) fileText(ctx context.Context, r forge.RepoName, name string) (string, error) {
	var w gh.RepositoryContent
	k := get(name+" of "+r.FullName(), "repos/%s/%s/contents/", r.Owner, r.Name)
	k.path += name
	_, err := c.do(ctx, k, &w)
	var missing *forge.NotFoundError
	if errors.As(err, &missing) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	text, err := content(w.GetEncoding(), w.Content)
	return string(text), err
}
