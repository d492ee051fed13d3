package command

import (
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/forge"
)

// refusedAt is what hints at a refusal can build on.
type refusedAt struct {
	repo string // OWNER/NAME, "" when not known
	ask  string // "ask TEAM (CODEOWNERS:3)", or the owners in general
	fork bool   // on the way by a fork
	own  bool   // which may lie in the account itself, not in the organisation that was named

	proposal bool // an issue was refused
}

func whereRefused(at *contribute.RefusedError) refusedAt {
	r := refusedAt{ask: "ask its owners"}
	if at == nil {
		return r
	}
	r.repo, r.fork, r.own, r.proposal = at.Upstream.FullName(), at.Fork, at.Own, at.Proposal
	if at.Whom != "" {
		r.ask = "ask " + at.Whom
	}
	return r
}

// or gives a command about the repository, or about one that stands for it.
func (r refusedAt) or(command string) string {
	if r.repo == "" {
		return command + " OWNER/NAME"
	}
	return command + " " + r.repo
}

// policyHints are the ways round a policy, the one that is tried first on top. Who
// proposes is not told to propose.
func policyHints(e *forge.NotPermittedError, r refusedAt) []string {
	hints := waysRound(e, r)
	switch e.Policy {
	case forge.PolicyForkDestination, forge.PolicyNoAccess, forge.PolicyOther:
		if r.own {
			hints = append([]string{"leave out --fork-org, and it goes by a fork in your own account: " + r.or("isrc contribute")}, hints...)
		}
	}
	if r.proposal {
		hints = slices.DeleteFunc(hints, func(h string) bool { return strings.Contains(h, "isrc propose") })
	}
	return hints
}

func waysRound(e *forge.NotPermittedError, r refusedAt) []string {
	propose := "or propose it as an issue: " + r.or("isrc propose")
	branch := r.ask + " for write access, then: " + r.or("isrc contribute") + " --via branch"
	switch e.Policy {
	case forge.PolicyForkingDisabled:
		return []string{branch, propose}
	case forge.PolicyForkDestination:
		return []string{"name another organisation: " + r.or("isrc contribute") + " --fork-org ORGANISATION", "or " + branch}
	case forge.PolicyNoPulls:
		return []string{"propose it as an issue: " + r.or("isrc propose"), "or " + r.ask}
	case forge.PolicyNoIssues:
		return []string{r.or("isrc show") + " says where to ask", "or " + r.ask + " by another way"}
	case forge.PolicyEmpty:
		return []string{r.ask + " for a first commit, then: " + r.or("isrc contribute")}
	case forge.PolicyManagedUser:
		return []string{"sign in with an account that may: isrc auth login", "or keep the fork inside your enterprise: " + r.or("isrc contribute") + " --fork-org ORGANISATION"}
	case forge.PolicyNoAccess:
		if r.fork {
			return []string{"isrc auth status says who you are there", "or " + branch}
		}
		if e.Pushing {
			return []string{"isrc submit --via fork pushes it to a fork instead", "or " + r.ask + " for write access"}
		}
		return []string{r.ask + " for write access, or go by a fork: " + r.or("isrc contribute") + " --via fork"}
	case forge.PolicyCollaborators:
		return []string{r.ask + " to make you a collaborator", propose}
	case forge.PolicyArchived:
		return []string{"an archived repository takes no changes; look for its successor: isrc find"}
	case forge.PolicyLocked:
		return []string{"try again when it has moved, or " + r.ask}
	case forge.PolicyBlocked:
		if e.URL != "" {
			return []string{"why: " + e.URL}
		}
		return []string{r.ask + " what the host has against it"}
	case forge.PolicySuspended:
		return []string{"write to the host's support", "or sign in with another account: isrc auth login"}
	case forge.PolicyUserBlocked:
		return []string{r.ask + " by another way"}
	case forge.PolicyInteraction:
		return []string{"wait until the limit ends, or " + r.ask + " to lift it for you"}
	case forge.PolicyIPAllowList:
		return []string{"connect to the company's network, or " + r.ask + " to list yours"}
	}
	return pushHints(e, r)
}

// pushHints are the ways round what stands against a push.
func pushHints(e *forge.NotPermittedError, r refusedAt) []string {
	switch e.Policy {
	case forge.PolicyProtected, forge.PolicyRuleset:
		hints := []string{"mend what the rule names (isrc check may know how), then: isrc submit", "or " + r.ask}
		if !r.fork {
			hints = append([]string{"isrc submit --via fork pushes it to a fork instead"}, hints...)
		}
		return hints
	case forge.PolicySecret:
		hints := []string{"revoke the secret, take it out of the commits (git rebase -i), then: isrc submit"}
		if e.URL != "" {
			hints = append(hints, "if it is none, allow it: "+e.URL)
		}
		return hints
	case forge.PolicyLargeFile:
		return []string{"take the file out of the commits, or keep it in Git LFS: git lfs migrate import --include=FILE", "then: isrc submit"}
	case forge.PolicyEmail:
		return []string{"git config user.email ADDRESS with the one that the host gives you, git commit --amend --reset-author, then: isrc submit"}
	case forge.PolicyHook:
		return []string{"mend what it says, then: isrc submit"}
	}
	if r.repo == "" || e.Policy != forge.PolicyOther {
		return nil
	}
	// The server's words are all that is known of the reason.
	ways := []string{r.ask + " what stands against it", "or propose it as an issue: " + r.or("isrc propose")}
	if r.fork {
		ways = append([]string{r.ask + " for write access, then: " + r.or("isrc contribute") + " --via branch"}, "or propose it as an issue: "+r.or("isrc propose"))
	}
	return ways
}

// policyHint is the first of them, for a table that has one line for each.
func policyHint(e *forge.NotPermittedError) string {
	if hints := policyHints(e, refusedAt{ask: "ask its owners"}); len(hints) > 0 {
		return hints[0]
	}
	return ""
}

// tokenHints say what another token, or its owner, could do.
func (a *app) tokenHints(e *forge.TokenError) []string {
	login := "isrc auth login --host " + e.Host
	pages := a.page(e.Host, "/settings/")
	switch {
	case e.Policy == forge.PolicyAppAccess:
		return []string{"ask an owner of the organisation to admit the app: " + pages + "applications", "or use a token of your own: " + login}
	case e.Policy == forge.PolicyTokenAccess && e.Kind == forge.TokenFineGrained:
		return []string{"see its lifetime, and whether the organisation has approved it: " + pages + "personal-access-tokens"}
	case e.Policy == forge.PolicyTokenAccess:
		return []string{"use a fine-grained token of that organisation (" + pages + "personal-access-tokens), or sign in by gh auth login"}
	case e.Policy == forge.PolicyJobPulls:
		return []string{"ask its owners to let jobs open pull requests (Settings, Actions, General)", "or set ISRC_TOKEN from a secret that holds a token of a person or of an app"}
	case e.Kind == forge.TokenApp:
		return []string{"use a token of a person: " + login + ", or in a job ISRC_TOKEN from a secret"}
	case e.Kind == forge.TokenOAuth:
		return []string{"ask an owner of the organisation to admit the app that made the token, and to give it that: " + pages + "applications", "or use a token of your own: " + login}
	case e.Kind == forge.TokenFineGrained:
		return []string{
			"give it that repository and what it needs, and wait until the organisation approves: " + pages + "personal-access-tokens",
			"or, for pull requests from forks, use a classic token: " + login,
		}
	}
	return []string{login}
}

// botHints are what works without a person, where a fork does not.
func botHints(e *forge.TokenError, at *contribute.RefusedError) []string {
	if e.Kind != forge.TokenApp || e.Policy != "" || at == nil || !at.Fork {
		return nil
	}
	r := whereRefused(at)
	return []string{
		"or go by a branch, where the app was given the repository: " + r.or("isrc contribute") + " --via branch",
		"or fork into an organisation where the app is installed: " + r.or("isrc contribute") + " --fork-org ORGANISATION",
	}
}

// scopeHints give the exact line that adds a scope, where the token comes from.
func (a *app) scopeHints(host string, needed []string) []string {
	if len(needed) == 0 {
		return []string{"isrc auth login --host " + host}
	}
	want := needed[0]
	hints := a.unsetFirst(host)
	if a.origins[host] == "gh" {
		hints = append(hints, "gh auth refresh --hostname "+host+" --scopes "+want)
	}
	scopes := strings.Split(neededScopes, ",")
	for _, n := range needed {
		for _, s := range scopes {
			if n == s {
				return append(hints, "isrc auth login --host "+host+" --scopes "+neededScopes)
			}
		}
	}
	return append(hints, "isrc auth login --host "+host+" --scopes "+neededScopes+","+want)
}

// signOnHints lead to the page on which a token is authorised.
func (a *app) signOnHints(e *forge.SSOError) []string {
	if e.URL != "" {
		return []string{"authorise the token in a browser: " + e.URL}
	}
	return []string{"authorise the token in a browser, by Configure SSO: " + a.page(e.Host, "/settings/tokens")}
}

// page is the address of a page for people.
func (a *app) page(host, path string) string {
	scheme := ""
	if c, err := a.settings(); err == nil {
		scheme = c.HostFor(host).Scheme
	}
	return baseURL(scheme, host) + path
}
