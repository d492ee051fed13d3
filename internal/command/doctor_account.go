package command

import (
	"context"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/auth"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/rule"
)

// probeAccount says which of several accounts counts here, and why. It says
// nothing to people who have one.
func (p *hostProbe) probeAccount() []probed {
	const name = "account"
	at := p.account
	switch {
	case p.accountErr != nil:
		return []probed{probedBroken(exitUsage, name, "isrc config list", "%s", p.accountErr)}
	case at.Login == "":
		return nil
	case p.askErr != nil || p.tokenErr != nil:
		return []probed{probedUnclear(name, "", "%s here, because %s; its token could not be tried", at.Login, reason(at))}
	case !strings.EqualFold(at.Login, p.viewer.Login):
		remedy := ""
		if strings.HasSuffix(p.token.Origin, "_TOKEN") {
			remedy = "unset " + p.token.Origin
		}
		return []probed{probedDoubtful(name, remedy, "%s here, because %s; but the token from %s, which comes first, is of %s", at.Login, reason(at), p.token.Origin, p.viewer.Login)}
	}
	return []probed{probedFine(name, "%s here, because %s", p.viewer.Login, reason(at))}
}

// reason says why an account counts, and where that stands if it is anywhere.
func reason(at auth.Account) string {
	if at.Origin == "" || at.Origin == auth.AccountVariable {
		return at.Why
	}
	return at.Why + " (" + at.Origin + ")"
}

// probeEmail holds the address that git would commit with here against what the
// account's settings, the host and the repository want of it.
func (p *hostProbe) probeEmail(ctx context.Context) []probed {
	const name = "email"
	tool, err := p.a.tool()
	if err != nil || p.here.IsZero() && p.account.Email == "" {
		return nil
	}
	who, err := tool.Identity(ctx, p.a.inv.Dir)
	if err != nil {
		return nil // the line on the identity says it
	}
	if want := p.account.Email; want != "" && !strings.EqualFold(want, who.Email) {
		return []probed{probedDoubtful(name, "git config user.email "+shellWord(want), "git commits here as %s, and the settings of %s say %s", who.Email, p.account.Login, want)}
	}
	if p.tokenErr != nil || p.askErr != nil {
		return nil
	}
	said := "whether it is one of the account cannot be read"
	if p.viewer.IsBot() {
		said = "the token has no person whose address it could be"
	} else if known, err := p.client.Emails(ctx); err == nil {
		said = "one of the account"
		if !slices.ContainsFunc(known, func(e string) bool { return strings.EqualFold(e, who.Email) }) && !strings.Contains(who.Email, "noreply") {
			return []probed{probedDoubtful(name, "", "git commits here as %s, which is no verified address of %s: %s will not know whose commits they are", who.Email, p.viewer.Login, p.conf.Name)}
		}
	}
	if p.here.IsZero() {
		return []probed{probedFine(name, "%s, %s", who.Email, said)}
	}
	return []probed{p.emailHere(ctx, who, said)}
}

// emailHere asks the rules of the repository that is cloned here.
func (p *hostProbe) emailHere(ctx context.Context, who git.Identity, said string) probed {
	const name = "email"
	place, _, err := p.a.place(ctx, placeOptions{})
	if err != nil {
		return probedUnclear(name, "", "%s, %s; the rules here cannot be read: %s", who.Email, said, err)
	}
	site, err := p.a.siteOf(ctx, p.here)
	if err != nil {
		return probedUnclear(name, "", "%s, %s; the rules here cannot be read: %s", who.Email, said, err)
	}
	review, err := place.Asked(ctx, site)
	if err != nil {
		return probedUnclear(name, "", "%s, %s; the rules here cannot be read: %s", who.Email, said, err)
	}
	var reqs []rule.Requirement
	for _, r := range review.Requirements {
		if r.Rule.ID == "email" {
			reqs = append(reqs, r)
		}
	}
	person := rule.Person{Name: who.Name, Email: who.Email}
	change := &rule.Change{Commits: []rule.Commit{{Author: person, Committer: person}}, UserName: who.Name, UserEmail: who.Email, Login: p.viewer.Login}
	for _, f := range rule.Check(reqs, change) {
		if f.Verdict == rule.Broken {
			return probedDoubtful(name, "git config user.email ADDRESS", "git commits here as %s, which %s refuses: %s", who.Email, p.here.FullName(), f.Message)
		}
	}
	if len(reqs) == 0 {
		return probedFine(name, "%s, %s; %s asks nothing of addresses", who.Email, said, p.here.FullName())
	}
	return probedFine(name, "%s, %s, as %s asks", who.Email, said, p.here.FullName())
}

// hereOn is the repository that is cloned here, if it lies on the host.
func (a *app) hereOn(host string) forge.RepoName {
	name := a.cloneName()
	if name.Host != host {
		return forge.RepoName{}
	}
	return name
}
