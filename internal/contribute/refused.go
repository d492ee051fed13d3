package contribute

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
)

// RefusedError adds to a refusal where it happened and who can lift it.
type RefusedError struct {
	Err      error
	Upstream forge.RepoName
	Web      string // page of the upstream
	Whom     string // the owners, with where that was read; "" when nobody says it
	Fork     bool   // on the way by a fork
	Own      bool   // an organisation was named for the fork; one of the account's own may do
	Proposal bool   // it was an issue that was refused
}

func (e *RefusedError) Error() string { return e.Err.Error() }

// Unwrap gives the refusal itself.
func (e *RefusedError) Unwrap() error { return e.Err }

// Refused adds to an error that is a refusal what the situation knows of it.
func (s *Situation) Refused(err error) error {
	if !forge.Refused(err) {
		return err
	}
	return &RefusedError{Err: err, Upstream: s.Upstream.RepoName, Web: s.Upstream.HTMLURL, Whom: whom(s.Guidelines), Fork: s.Home != nil, Own: s.ownForkMay()}
}

// ownForkMay tells whether a fork in the account itself may do where one in an
// organisation was asked for.
func (s *Situation) ownForkMay() bool {
	up := s.Upstream
	return s.ForkOrg != "" && !strings.EqualFold(s.Login, up.Owner) && !forge.IsBotLogin(s.Login) && !managedAccount(s.Login) && (up.AllowForking == nil || *up.AllowForking)
}

// Refused adds to an error that is a refusal what the review knows of it.
func (r *Review) Refused(err error) error {
	if !forge.Refused(err) {
		return err
	}
	return &RefusedError{Err: err, Upstream: r.Upstream, Whom: whom(r.Guidelines), Fork: !r.Direct}
}

// Refused adds to an error that is a refusal what the place knows of it, and who
// answers for the repository as far as its files here say so: they are read only
// now that it matters.
func (p *Place) Refused(ctx context.Context, err error) error {
	if !forge.Refused(err) {
		return err
	}
	e := &RefusedError{Err: err, Upstream: p.Upstream, Fork: !p.Direct}
	base := p.Head
	if at, unknown := p.Repo.Resolve("refs/remotes/" + p.Remote + "/" + p.Base); unknown == nil {
		base = at
	}
	here := trees{known: forge.Repo{RepoName: p.Upstream}, local: p.Repo, at: base}
	if set, unread := guideline.Read(ctx, guideline.Query{Repo: p.Upstream, Ref: base, Base: p.Base, Orgless: true}, here, nil); unread == nil { // else they have no name
		e.Whom = whom(set)
	}
	return e
}

// proposalRefused adds to a refusal of an issue who answers for the repository,
// which is read only now that it matters.
func (s *Site) proposalRefused(ctx context.Context, p *ProposalPlan, err error) error {
	if !forge.Refused(err) {
		return err
	}
	e := &RefusedError{Err: err, Upstream: p.Upstream, Web: p.Repo.HTMLURL, Proposal: true}
	if asked, unread := s.AskedOf(ctx, p.Repo, ""); unread == nil { // else its owners have no name
		e.Whom = whom(asked.Guidelines)
	}
	return e
}

// What GitHub takes as title and text of an issue or a pull request, in
// characters.
const (
	longestTitle = 256
	longestText  = 65536
)

// tooLong refuses what a forge would, before anything is sent.
func tooLong(title, text string) error {
	if n := utf8.RuneCountInString(title); n > longestTitle {
		return refuse(ErrUsage, "--title 'in one line'", "the title has %d characters, and a forge takes %d", n, longestTitle)
	}
	if n := utf8.RuneCountInString(text); n > longestText {
		return refuse(ErrUsage, "shorten it by "+plural(n-longestText, "character")+": long logs and listings go into a comment, or into a file that the text links to",
			"the text has %d characters, and a forge takes %d", n, longestText)
	}
	return nil
}

// whom names who answers for a repository: its manifest, else the code owners of
// everything, and where they can be reached.
func whom(set *guideline.Set) string {
	if set == nil {
		return ""
	}
	name := ""
	if m := set.Manifest; m != nil && m.Isrc != nil {
		name = m.Isrc.Owner
	}
	if r, ok := set.Owners.Everything(); name == "" && ok {
		name = strings.Join(r.Owners, ", ") + cite(set.Owners.Quote(r))
	}
	if channel, _, ok := set.Channel(); ok && name != "" {
		name += " in " + channel
	}
	return name
}

// explainOpening says what a forge means that will not open a pull request and
// names no reason that a person could do something about.
func explainOpening(err error, in pullIn) error {
	var invalid *forge.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	switch said := strings.ToLower(invalid.Quote); {
	case unseenHead(err):
		return refuse(ErrNotReady, "isrc submit", "%s does not see the branch %s of %s yet: %s", in.Upstream.Host, in.Branch, in.Head.FullName(), invalid.Quote)
	case strings.Contains(said, "base sha"), strings.Contains(said, "base_sha"), strings.Contains(said, "base invalid"):
		return refuse(ErrNoBase, "isrc submit --base BRANCH", "%s has no branch %s: %s", in.Upstream.FullName(), in.Base, invalid.Quote)
	case strings.Contains(said, "draft pull requests are not supported"):
		return &HintError{
			Err:  &forge.NotPermittedError{What: "a draft in " + in.Upstream.FullName(), Policy: forge.PolicyNoDrafts, Quote: invalid.Quote},
			Hint: "isrc submit, without --draft, opens it for review at once",
		}
	case strings.Contains(said, "no commits between"):
		return refuse(ErrNoCommit, "git log "+in.Base+".."+in.Branch+" shows what it adds", "there is nothing to submit: %s of %s has all of %s already", in.Base, in.Upstream.FullName(), in.Branch)
	case strings.Contains(said, "no history in common"):
		return refuse(ErrUsage, "isrc contribute "+in.Upstream.FullName()+" --new gives a branch that begins there", "%s shares no history with %s of %s", in.Branch, in.Base, in.Upstream.FullName())
	}
	return err
}

// unseenHead tells whether a forge has not yet seen the branch that was pushed,
// or looks for it in another repository: in GitHub's words its commit is blank.
func unseenHead(err error) bool {
	var invalid *forge.InvalidError
	if !errors.As(err, &invalid) {
		return false
	}
	said := strings.ToLower(invalid.Quote)
	for _, w := range []string{"head sha", "head_sha", "pullrequest head invalid", "head ref must be a branch", "'head_repo' is required"} {
		if strings.Contains(said, w) {
			return true
		}
	}
	return false
}
