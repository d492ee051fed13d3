package github

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
)

var errStub = errors.New("not written yet")

// NewTransport makes a transport for one host.
func NewTransport(o TransportOptions) (*http.Transport, error) { return nil, errStub }

// New makes a client.
func New(o Options) (*Client, error) { return nil, errStub }

// Host is the host that is asked.
func (c *Client) Host() string { return c.o.Host }

// Requests counts the requests sent so far, repeated ones included.
func (c *Client) Requests() int { return 0 }

// Viewer is the account a token stands for, and what the server said beside it.
type Viewer struct {
	forge.User
	Scopes        []string   // of a classic token
	ScopesKnown   bool       // false for fine-grained tokens, which do not say theirs
	TokenExpires  *time.Time // nil when not said
	ServerVersion string     // "" on github.com
	Date          time.Time  // the server's clock
}

// ForkOptions says where a fork goes.
type ForkOptions struct {
	Org               string // "" is the account of the token
	Name              string // "" is the upstream's name
	DefaultBranchOnly bool
}

// PullQuery selects pull requests. The zero value is the newest open ones.
type PullQuery struct {
	State     string // "open", "closed" or "all"
	Head      string // "OWNER:BRANCH"
	Base      string // branch
	Sort      string // "created", "updated", "popularity" or "long-running"
	Direction string // "asc" or "desc"
	Limit     int    // 0 is up to 1,000
}

// IssueQuery selects issues. The zero value is the newest open ones.
type IssueQuery struct {
	State  string // "open", "closed" or "all"
	Labels []string
	Limit  int // 0 is up to 1,000
}

// NewIssue is what opening an issue takes.
type NewIssue struct {
	Title  string
	Body   string
	Labels []string
}

// Viewer asks who the token belongs to.
func (c *Client) Viewer(ctx context.Context) (Viewer, error) { return Viewer{}, errStub }

// Repo reads a repository.
func (c *Client) Repo(ctx context.Context, r forge.RepoName) (forge.Repo, error) {
	return forge.Repo{}, errStub
}

// CreateFork asks for a fork; one that is there already is as good.
func (c *Client) CreateFork(ctx context.Context, upstream forge.RepoName, o ForkOptions) (forge.Fork, error) {
	return forge.Fork{}, errStub
}

// SyncFork brings a branch of a fork up to its upstream.
func (c *Client) SyncFork(ctx context.Context, fork forge.RepoName, branch string) error {
	return errStub
}

// Rules reads the rules of rulesets that are in force for a branch.
func (c *Client) Rules(ctx context.Context, r forge.RepoName, branch string) ([]forge.Rule, error) {
	return nil, errStub
}

// RequiredChecks reads the contexts that classic protection requires.
func (c *Client) RequiredChecks(ctx context.Context, r forge.RepoName, branch string) ([]string, error) {
	return nil, errStub
}

// Pull reads a pull request.
func (c *Client) Pull(ctx context.Context, r forge.RepoName, number int) (forge.Pull, error) {
	return forge.Pull{}, errStub
}

// Pulls lists pull requests.
func (c *Client) Pulls(ctx context.Context, r forge.RepoName, q PullQuery) ([]forge.Pull, error) {
	return nil, errStub
}

// OpenPull opens a pull request in r.
func (c *Client) OpenPull(ctx context.Context, r forge.RepoName, p forge.NewPull) (forge.Pull, error) {
	return forge.Pull{}, errStub
}

// EditPull changes title and body; nil leaves one as it is.
func (c *Client) EditPull(ctx context.Context, r forge.RepoName, number int, title, body *string) (forge.Pull, error) {
	return forge.Pull{}, errStub
}

// ClosePull closes a pull request without merging it.
func (c *Client) ClosePull(ctx context.Context, r forge.RepoName, number int) error { return errStub }

// Reviews lists the reviews of a pull request, oldest first.
func (c *Client) Reviews(ctx context.Context, r forge.RepoName, number int) ([]forge.Review, error) {
	return nil, errStub
}

// Comments lists the comments of an issue or pull request, oldest first.
func (c *Client) Comments(ctx context.Context, r forge.RepoName, number int) ([]forge.Comment, error) {
	return nil, errStub
}

// Checks lists check runs and statuses of a commit.
func (c *Client) Checks(ctx context.Context, r forge.RepoName, sha string) ([]forge.Check, error) {
	return nil, errStub
}

// Issue reads an issue.
func (c *Client) Issue(ctx context.Context, r forge.RepoName, number int) (forge.Issue, error) {
	return forge.Issue{}, errStub
}

// Issues lists issues; pull requests are left out.
func (c *Client) Issues(ctx context.Context, r forge.RepoName, q IssueQuery) ([]forge.Issue, error) {
	return nil, errStub
}

// CreateIssue opens an issue.
func (c *Client) CreateIssue(ctx context.Context, r forge.RepoName, i NewIssue) (forge.Issue, error) {
	return forge.Issue{}, errStub
}

// SearchRepos searches repositories; total is what the server counts.
func (c *Client) SearchRepos(ctx context.Context, query string, limit int) (hits []forge.Repo, total int, err error) {
	return nil, 0, errStub
}

// SearchIssues searches issues and pull requests.
func (c *Client) SearchIssues(ctx context.Context, query string, limit int) (hits []forge.Issue, total int, err error) {
	return nil, 0, errStub
}

// LatestRelease reads the newest release that is neither draft nor prerelease.
func (c *Client) LatestRelease(ctx context.Context, r forge.RepoName) (forge.Release, error) {
	return forge.Release{}, errStub
}

// Teams lists the teams with access to a repository.
func (c *Client) Teams(ctx context.Context, r forge.RepoName) ([]forge.Team, error) {
	return nil, errStub
}

// OrgRepos lists the repositories of an organisation or account.
func (c *Client) OrgRepos(ctx context.Context, org string, limit int) ([]forge.Repo, error) {
	return nil, errStub
}

// UserRepos lists the repositories the token can see as its own.
func (c *Client) UserRepos(ctx context.Context, limit int) ([]forge.Repo, error) {
	return nil, errStub
}

// Orgs lists the logins of the organisations of the token's account.
func (c *Client) Orgs(ctx context.Context) ([]string, error) { return nil, errStub }

// Readme reads the README of a repository; ref "" is the default branch.
func (c *Client) Readme(ctx context.Context, r forge.RepoName, ref string) (path, text string, err error) {
	return "", "", errStub
}

// DeleteBranch deletes a branch.
func (c *Client) DeleteBranch(ctx context.Context, r forge.RepoName, branch string) error {
	return errStub
}

// Tree reads files over the API; the second result is the commit.
func (c *Client) Tree(ctx context.Context, r forge.RepoName, ref string) (fs.FS, string, error) {
	return nil, "", errStub
}
