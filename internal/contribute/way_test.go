package contribute

import (
	"errors"
	"testing"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/manifest"
)

func TestTheWayToAnUpstream(t *testing.T) {
	t.Parallel()
	lib := forge.Repo{RepoName: forge.RepoName{Host: "forge.example", Owner: "Team", Name: "lib"}, Access: &forge.Access{Pull: true}}
	pushable := lib
	pushable.Access = &forge.Access{Pull: true, Push: true}
	unforkable := lib
	unforkable.AllowForking = new(bool)
	mine := &forge.Repo{RepoName: forge.RepoName{Host: "forge.example", Owner: "me", Name: "lib"}, Fork: true, Access: &forge.Access{Push: true}}
	foreign := &forge.Repo{RepoName: mine.RepoName, Fork: true, Access: &forge.Access{Pull: true}}
	shelved := &forge.Repo{RepoName: mine.RepoName, Fork: true, Archived: true}
	declared := func(mode string) *guideline.Set {
		return &guideline.Set{Manifest: &manifest.Manifest{Isrc: &manifest.Isrc{Contribute: manifest.Contribute{Mode: mode}}}}
	}
	home := func(found *forge.Repo) *ForkHome { return &ForkHome{Owner: "me", Name: "lib", Found: found} }
	for _, tt := range []struct {
		name   string
		up     forge.Repo
		req    Request
		set    *guideline.Set
		home   *ForkHome
		login  string
		via    Via
		why    string
		policy forge.Policy
		state  error
	}{
		{name: "who cannot push goes by a fork", up: lib, home: home(nil), via: ViaFork, why: "you cannot push to Team/lib"},
		{name: "who can push goes by a branch", up: pushable, home: home(mine), via: ViaBranch, why: "you can push to Team/lib"},
		{name: "who can push may want a fork", up: pushable, req: Request{Via: ViaFork}, home: home(nil), via: ViaFork, why: "asked for"},
		{name: "to name the fork is to want one", up: pushable, req: Request{ForkName: "x"}, home: home(nil), via: ViaFork, why: "asked for"},
		{name: "owners may want forks", up: pushable, set: declared("fork"), home: home(nil), via: ViaFork, why: "its owners want forks"},
		{name: "a branch that is asked for counts more than what owners want", up: pushable, req: Request{Via: ViaBranch}, set: declared("fork"), via: ViaBranch, why: "asked for, although its owners want forks"},
		{name: "owners who want branches get a fork of one who cannot push", up: lib, set: declared("branch"), home: home(nil), via: ViaFork, why: "you cannot push to Team/lib"},
		{name: "a branch where one cannot push", up: lib, req: Request{Via: ViaBranch}, policy: forge.PolicyNoAccess},
		{name: "a branch and a fork at once", up: pushable, req: Request{Via: ViaBranch, ForkOrg: "x"}, state: ErrUsage},
		{name: "one's own repository, whatever the case", up: pushable, req: Request{Via: ViaFork}, login: "team", state: ErrUsage},
		{name: "one's own repository by a fork in an organisation", up: pushable, req: Request{ForkOrg: "x"}, login: "team", home: home(nil), via: ViaFork, why: "asked for"},
		{name: "forks are known to be disabled", up: unforkable, home: home(nil), policy: forge.PolicyForkingDisabled},
		{name: "forks are disabled, and there is one", up: unforkable, home: home(mine), via: ViaFork, why: "you cannot push to Team/lib"},
		{name: "a fork to which one cannot push", up: lib, home: home(foreign), policy: forge.PolicyNoAccess},
		{name: "a fork that is archived", up: lib, home: home(shelved), policy: forge.PolicyArchived},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &Situation{Request: tt.req, Upstream: tt.up, Login: "me", Home: tt.home, Guidelines: tt.set}
			if tt.login != "" {
				s.Login = tt.login
			}
			if s.Guidelines == nil {
				s.Guidelines = &guideline.Set{}
			}
			via, why, err := way(s)
			var refused *forge.NotPermittedError
			switch {
			case tt.policy != "":
				if !errors.As(err, &refused) || refused.Policy != tt.policy {
					t.Errorf("got %v, %v, want %s", via, err, tt.policy)
				}
			case tt.state != nil:
				if !errors.Is(err, tt.state) {
					t.Errorf("got %v, %v, want %v", via, err, tt.state)
				}
			case err != nil || via != tt.via || why != tt.why:
				t.Errorf("got %s, %q, %v, want %s, %q", via, why, err, tt.via, tt.why)
			}
		})
	}
}

func TestWhoDoesNotSeeAnUpstreamIsTold(t *testing.T) {
	t.Parallel()
	up := forge.RepoName{Host: "forge.example", Owner: "team", Name: "lib"}
	for _, tt := range []struct {
		login string
		err   error
		hint  bool
	}{
		{"someone_acme", &forge.NotFoundError{What: "repository team/lib"}, true},
		{"someone", &forge.NotFoundError{What: "repository team/lib"}, false},
		{"_someone", &forge.NotFoundError{What: "repository team/lib"}, false},
		{"someone_acme", &forge.NotFoundError{What: "repository team/lib", Lacks: []string{"repo"}}, false},
		{"someone_acme", &forge.UnavailableError{Host: up.Host}, false},
	} {
		var hinted *HintError
		err := lookedFor(up, tt.login, tt.err)
		if got := errors.As(err, &hinted); got != tt.hint || !errors.Is(err, tt.err) {
			t.Errorf("%s, %v: got %v, want a hint at the account: %v", tt.login, tt.err, err, tt.hint)
		}
	}
}

func TestWhatAForgeMeansThatOpensNoPullRequest(t *testing.T) {
	t.Parallel()
	in := pullIn{Upstream: forge.RepoName{Host: "forge.example", Owner: "team", Name: "lib"}, Base: "main", Head: forge.RepoName{Owner: "me", Name: "lib"}, Branch: "fix"}
	for said, want := range map[string]error{
		"Head sha can't be blank; Base sha can't be blank; No commits between main and me:fix; Head ref must be a branch": ErrNotReady,
		"PullRequest head_sha missing_field; PullRequest base_sha missing_field; No commits between main and me:fix":      ErrNotReady,
		"PullRequest head invalid": ErrNotReady,
		"For same-org, cross-repo pulls, 'head_repo' is required; PullRequest head invalid": ErrNotReady,
		"PullRequest base invalid":                               ErrNoBase,
		"No commits between team:main and me:fix":                ErrNoCommit,
		"The fix branch has no history in common with team:main": ErrUsage,
	} {
		if got := explainOpening(&forge.InvalidError{What: "opening", Quote: said}, in); !errors.Is(got, want) {
			t.Errorf("%q: got %v, want %v", said, got, want)
		}
	}
	other := &forge.InvalidError{What: "opening", Quote: "title is too long"}
	if got := explainOpening(other, in); !errors.Is(got, other) {
		t.Errorf("another refusal became %v", got)
	}
}
