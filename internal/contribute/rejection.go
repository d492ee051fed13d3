package contribute

import (
	"errors"
	"net/url"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/git"
)

// explainPush gives a refused push the type of what stands against it. What the
// server wrote through git decides here, not in package git: these are the words
// of forges.
func (s *Site) explainPush(err error, in pushIn) error {
	var rejected *git.RejectedError
	var denied *git.AuthError
	var gone *git.NotFoundError
	switch {
	case errors.As(err, &rejected) && rejected.Stale:
		return moved(rejected, in)
	case errors.As(err, &gone) && !in.To.Equal(in.Upstream):
		return forkGone(err, in.To, in.Upstream, in.Branch)
	case errors.As(err, &rejected):
		if strings.Contains(rejected.Reason, "`workflow` scope") {
			return &forge.ScopeError{Host: s.Host, Needed: []string{"workflow"}}
		}
		refused := readRejection(&git.RejectedError{Reason: rejected.Reason, Remote: s.masked(rejected.Remote)})
		if refused.Policy == forge.PolicyOther {
			return err
		}
		refused.What = "pushing " + in.Branch + " to " + in.To.FullName()
		return refused
	case tooLarge(err):
		return &HintError{
			Err:  &forge.NotPermittedError{What: "pushing " + in.Branch + " to " + in.To.FullName(), Policy: forge.PolicyLargeFile, Quote: "HTTP 413, for all of the push at once", Pushing: true},
			Hint: "or a proxy on the way limits it: push over ssh, or ask who runs it",
		}
	case errors.As(err, &denied) && denied.Forbidden && len(denied.Remote) > 0:
		return s.readDenial(denied, "pushing to "+in.To.FullName(), true)
	}
	return err
}

// forkGone is how to go on where the branch went to a fork that is not there any
// more: with another one, and the commits that the clone has.
func forkGone(err error, fork, upstream forge.RepoName, branch string) error {
	return &HintError{Err: fault.Errorf("the fork %s is gone: %w", fork.FullName(), err), Hint: "isrc contribute " + upstream.FullName() + " --new --branch " + branch + "-again\ngit merge " + branch + "\nisrc submit"}
}

// tooLarge tells whether the server, or a proxy before it, took no push of that size.
func tooLarge(err error) bool {
	var failed *git.CommandError
	return errors.As(err, &failed) && strings.Contains(failed.Stderr, "returned error: 413")
}

// moved says that the branch there has commits which are not here, and the ways
// on: nothing of them is replaced.
func moved(e *git.RejectedError, in pushIn) error {
	take := "git pull --rebase " + firstOf(in.Remote, in.URL) + " " + in.Branch + ", then isrc submit"
	if in.Made {
		return refuse(ErrNoCommit, take+" (it takes them along)", "%s in %s has commits that are not here: somebody pushed there since (%s)", in.Branch, in.To.FullName(), e.Reason)
	}
	return refuse(ErrNoCommit, "git branch -m OTHER-NAME, then isrc submit\n"+take+" (if they belong to this change)",
		"%s has a branch %s already, with commits that are not here (%s)", in.To.FullName(), in.Branch, e.Reason)
}

// readRejection reads why a server declined a push that reached it. GitHub
// numbers its reasons (GH001 and so on) and puts the particulars below.
func readRejection(e *git.RejectedError) *forge.NotPermittedError {
	all := strings.Join(e.Remote, "\n")
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(all, w) {
				return true
			}
		}
		return false
	}
	r := &forge.NotPermittedError{Policy: forge.PolicyOther, Quote: e.Reason, URL: pageIn(e.Remote), Pushing: true}
	pick := func(p forge.Policy, lines []string) *forge.NotPermittedError {
		r.Policy = p
		if len(lines) > 0 {
			r.Quote = strings.Join(lines[:min(len(lines), 5)], "; ")
		}
		return r
	}
	switch {
	case has("GH009", "PUSH PROTECTION", "Push cannot contain secrets"):
		return pick(forge.PolicySecret, secretsIn(e.Remote))
	case has("GH013"):
		return pick(forge.PolicyRuleset, bulletsIn(e.Remote))
	case has("GH006"):
		return pick(forge.PolicyProtected, afterLine(e.Remote, "GH006"))
	case has("GH001", "exceeds GitHub's file size limit"):
		if over := containing(e.Remote, "this exceeds"); len(over) > 0 {
			return pick(forge.PolicyLargeFile, over) // and not what is only larger than recommended
		}
		return pick(forge.PolicyLargeFile, containing(e.Remote, "exceeds", "larger than"))
	case has("GH007"):
		return pick(forge.PolicyEmail, containing(e.Remote, "GH007"))
	case strings.Contains(e.Reason, "hook declined"):
		return pick(forge.PolicyHook, slices.DeleteFunc(e.Remote, func(l string) bool { return strings.HasPrefix(l, "error: hook declined to update ") }))
	case strings.Contains(e.Reason, "protected branch"):
		return pick(forge.PolicyProtected, nil)
	}
	return r
}

// bulletsIn are the rules that a push breaks, as GitHub lists them.
func bulletsIn(lines []string) []string {
	var out []string
	for _, l := range lines {
		if rule, ok := strings.CutPrefix(l, "- "); ok {
			out = append(out, rule)
		}
	}
	return out
}

// secretsIn names the kinds of secrets and where they stand, never the secrets:
// GitHub does not repeat them.
func secretsIn(lines []string) []string {
	var out []string
	kind := ""
	for _, l := range lines {
		switch {
		case strings.HasPrefix(l, "——") && strings.Trim(l, "— ") != "":
			kind = strings.Trim(l, "— ")
		case strings.HasPrefix(l, "path:"):
			at := strings.TrimSpace(strings.TrimPrefix(l, "path:"))
			if kind != "" {
				at = kind + " in " + at
			}
			out = append(out, at)
		}
	}
	return out
}

func containing(lines []string, any ...string) []string {
	var out []string
	for _, l := range lines {
		for _, w := range any {
			if strings.Contains(l, w) {
				out = append(out, strings.TrimPrefix(l, "error: "))
				break
			}
		}
	}
	return out
}

func afterLine(lines []string, mark string) []string {
	var out []string
	for i, l := range lines {
		if strings.Contains(l, mark) {
			for _, next := range lines[i+1:] {
				if next = strings.TrimPrefix(strings.TrimSpace(strings.TrimPrefix(next, "error:")), "- "); next != "" {
					out = append(out, next)
				}
			}
			break
		}
	}
	return out
}

// pageIn is the last address in a server's words on which something can be done
// about it: where single sign-on is given, or a secret allowed.
func pageIn(lines []string) string {
	page := ""
	for _, l := range lines {
		for _, w := range strings.Fields(l) {
			u, err := url.Parse(strings.TrimRight(w, ".,"))
			if err == nil && u.Host != "" && u.User == nil && (u.Scheme == "https" || u.Scheme == "http") && (strings.Contains(u.Path, "/sso") || strings.Contains(u.Path, "unblock-secret")) {
				page = u.String()
			}
		}
	}
	return page
}
