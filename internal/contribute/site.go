// Package contribute carries one contribution from a repository's name to a
// pull request: it looks the situation up, plans steps, and knows how each kind
// of step is done, looked for and taken back. It knows no command line, no
// catalog and no exit codes. Begin with Look and Plan, then kinds.go.
package contribute

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/progress"
	"github.com/isrc-dev/isrc/internal/secret"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// Lookups is what is read of a forge while a contribution is planned.
type Lookups interface {
	Repo(context.Context, forge.RepoName) (forge.Repo, error)
	Issue(context.Context, forge.RepoName, int) (forge.Issue, error)
	Pull(context.Context, forge.RepoName, int) (forge.Pull, error)
	Pulls(context.Context, forge.RepoName, forge.PullQuery) ([]forge.Pull, error)
}

// Writes is what a contribution changes on a forge.
type Writes interface {
	CreateFork(context.Context, forge.RepoName, forge.ForkOptions) (forge.Fork, error)
	OpenPull(context.Context, forge.RepoName, forge.NewPull) (forge.Pull, error)
	EditPull(context.Context, forge.RepoName, int, forge.PullEdit) (forge.Pull, error)
	ClosePull(context.Context, forge.RepoName, int) error
}

// Accounts is what rules want to know of people.
type Accounts interface {
	User(ctx context.Context, login string) (forge.User, error)
	SigningKeys(ctx context.Context, login string) (gpg, ssh int, err error)
	Emails(context.Context) ([]string, error)
	OwnersErrors(ctx context.Context, repo forge.RepoName, ref string) ([]forge.OwnersError, error)
}

// Answers is how others have answered a pull request.
type Answers interface {
	Reviews(context.Context, forge.RepoName, int) ([]forge.Review, error)
	ReviewsAndThreads(context.Context, forge.RepoName, int) ([]forge.Review, forge.Threads, error)
	Checks(ctx context.Context, repo forge.RepoName, sha string) ([]forge.Check, error)
}

// Forge is a forge as contributions need it.
type Forge interface {
	Lookups
	Forks
	Answers
	Accounts
	Writes
	Reviewers
	Issues
	guideline.Settings
}

// Logins remembers who a token belongs to, so that knowing it costs one
// request in a token's life.
type Logins interface {
	Login(host, token string) (string, bool)
	Remember(host, token, login string) error
}

// Site is one forge and the ways to it.
type Site struct {
	Host     string
	BaseURL  string // scheme and host, for git
	Forge    Forge
	Viewer   func(context.Context) (login string, err error)
	Logins   Logins
	Token    string
	Secrets  *secret.Set  // what no journal may hold, and what may follow the token; nil: the token
	Tool     *git.Tool    // nil without a git binary
	Builtin  *git.Builtin // does the work then
	Reader   *git.Reader
	Contents guideline.Trees // files by way of the API, where git does not get through
	Runs     string          // folder of the journals
	Cache    string          // folder of what may be forgotten, "" for none
	ToolName string          // name and version, for journals
	Sink     progress.Sink
	Now      func() time.Time
	Sleep    func(context.Context, time.Duration) error // nil waits by the real clock
	Trace    func(workflow.Point)

	KnownLogin string
	// ClosePulls lets taking back close pull requests: the user said so.
	ClosePulls bool

	Seen *Seen // one for each contribution at a time
}

// Work is what changes clones here: the git program where there is one.
func (s *Site) Work() git.Work {
	if s.Tool != nil {
		return s.Tool
	}
	return s.Builtin
}

// Login is the account that the token of this site belongs to.
func (s *Site) Login(ctx context.Context) (string, error) {
	if s.KnownLogin != "" {
		return s.KnownLogin, nil
	}
	if s.Token == "" {
		return "", &forge.SignInError{Host: s.Host}
	}
	if login, ok := s.Logins.Login(s.Host, s.Token); ok {
		s.KnownLogin = login
		return login, nil
	}
	login, err := s.Viewer(ctx)
	if err != nil {
		return "", fault.Errorf("ask %s who you are: %w", s.Host, err)
	}
	s.KnownLogin = login
	if err := s.Logins.Remember(s.Host, s.Token, login); err != nil {
		s.Sink.Note("login", "the login could not be remembered: "+err.Error())
	}
	return login, nil
}

// CloneURL is where git finds a repository of this site.
func (s *Site) CloneURL(r forge.RepoName) string {
	return s.BaseURL + "/" + url.PathEscape(r.Owner) + "/" + url.PathEscape(r.Name) + ".git"
}

// WebURL is the page of a repository.
//
//go:noinline
func (s *Site) WebURL(r forge.RepoName) string { return s.BaseURL + "/" + r.FullName() }

// cloneURLOf prefers what the forge says, as long as it stays on its own host:
// an answer must not send a token elsewhere.
func (s *Site) cloneURLOf(r forge.Repo) string {
	if u, err := url.Parse(r.CloneURL); err == nil && r.CloneURL != "" && strings.EqualFold(u.Scheme+"://"+u.Host, s.BaseURL) && u.User == nil {
		return r.CloneURL
	}
	return s.CloneURL(r.RepoName)
}

// The states in which a contribution cannot go on.
var (
	ErrUsage          = errors.New("wrong usage")
	ErrNoCommit       = errors.New("there is no commit to submit yet")
	ErrBroken         = errors.New("a requirement that must hold is broken")
	ErrNotTaken       = errors.New("the owners take no pull requests")
	ErrDeclinedBefore = errors.New("this branch was declined before")
	ErrNoRun          = errors.New("no such contribution")
	ErrNoBase         = errors.New("no such branch")
	ErrIsFork         = errors.New("it is a fork")
	ErrNotReady       = errors.New("the fork is not ready yet")
)

// HintError adds to an error what its reader can do, as a command to paste or
// one short sentence.
type HintError struct {
	Err  error
	Hint string
}

func (e *HintError) Error() string { return e.Err.Error() }

// Unwrap gives the error itself.
func (e *HintError) Unwrap() error { return e.Err }

// failure is an error of a known state, with its words and its hint.
type failure struct {
	state error
	text  string
}

func (f *failure) Error() string { return f.text }
func (f *failure) Unwrap() error { return f.state }

// refuse makes an error of a state that says text and hints at a way on.
func refuse(state error, hint, format string, args ...any) error {
	err := error(&failure{state: state, text: fmt.Sprintf(format, args...)})
	if hint != "" {
		err = &HintError{Err: err, Hint: hint}
	}
	return err
}
