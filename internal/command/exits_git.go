package command

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge/github"
	"github.com/isrc-dev/isrc/internal/git"
)

// signInHint names the host of an address that git was refused at.
func signInHint(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return "isrc auth login --host " + u.Host
	}
	return "isrc auth status"
}

// sshHints says what to do where ssh does not let git through. What ssh asks is
// asked by ssh itself, at a terminal: isrc answers nothing of it.
func sshHints(e *git.AuthError) []string {
	var at, port string
	if u, err := url.Parse(e.URL); err == nil && u.Host != "" {
		if at = u.Hostname(); u.User != nil {
			at = u.User.Username() + "@" + at
		}
		if u.Port() != "" {
			port = "-p " + u.Port() + " "
		}
	} else {
		at, _, _ = strings.Cut(e.URL, ":")
	}
	ssh := "ssh " + port + "-T " + shellWord(at)
	switch e.SSH {
	case git.UnknownHost:
		return []string{ssh + " shows its key and asks: compare it with what the forge publishes"}
	case git.ChangedHost:
		return []string{"ask those who run it whether the key was changed before you go on; ssh-keygen -R forgets the old one"}
	}
	return []string{ssh + " tries it alone; ssh-add -l lists the keys that the agent holds", "or go by https: git remote set-url NAME https://..."}
}

// signerHints say how a signer that failed is looked at, and how to go on. Whether
// a commit may do without is for its author to say.
func signerHints(e *git.SigningError, here bool) []string {
	look := "gpg --list-secret-keys lists what can sign (user.signingkey names one); export GPG_TTY=$(tty) lets gpg ask at this terminal"
	if e.Format == "ssh" {
		look = "ssh-add -l lists what the agent holds, ssh-add FILE adds a key; user.signingkey names the one that signs"
	}
	hints := []string{look}
	if here {
		hints = append(hints, "nothing is lost: when git commit -S works, the same command goes on", "or, if it may be unsigned: git commit --no-gpg-sign, then isrc submit")
	}
	return hints
}

// judgeGit covers what git's side stops a command with.
func judgeGit(err error, hint string) (verdict, bool) {
	var (
		authErr  *git.AuthError
		down     *git.UnavailableError
		missing  *git.NotFoundError
		rejected *git.RejectedError
		owner    *git.OwnerError
		lock     *git.LockedError
		unsigned *git.SigningError
	)
	v := verdict{code: exitFailed}
	switch {
	case errors.As(err, &authErr) && authErr.Forbidden:
		v = verdict{code: exitNotPermitted, hints: []string{"isrc auth status says who you are there"}}
	case errors.As(err, &authErr) && authErr.SSH != "":
		v = verdict{code: exitSignIn, hints: sshHints(authErr)}
	case errors.As(err, &authErr):
		v = verdict{code: exitSignIn, hints: []string{signInHint(authErr.URL)}}
	case errors.As(err, &down):
		v = verdict{code: exitUnavailable, hints: hintLines(gitUnavailableHint(down))}
	case errors.As(err, &missing):
		v = verdict{code: exitNotFound}
	case errors.As(err, &rejected):
		v = verdict{code: exitNotPermitted}
	case errors.As(err, &unsigned):
		v = verdict{code: exitFailed, hints: signerHints(unsigned, hint == "")}
	case errors.As(err, &owner):
		v = verdict{code: exitUsage, hints: []string{"if you trust it: git config --global --add safe.directory " + shellWord(owner.Dir)}}
	case errors.As(err, &lock):
		v = verdict{code: exitFailed, hints: []string{"if no git is at work in it: rm " + shellWord(lock.Path)}}
	case errors.Is(err, git.ErrNoIdentity):
		v = verdict{code: exitUsage, hints: []string{`git config --global user.name "Your Name"`, "git config --global user.email you@example.com"}}
	case errors.Is(err, git.ErrNoGit):
		v = verdict{code: exitUsage, hints: []string{"install git, or name it: isrc config set git.binary /path/to/git"}}
	case errors.Is(err, git.ErrNotARepo):
		v = verdict{code: exitNotFound, hints: []string{"isrc status lists your contributions and where they are"}}
	default:
		return v, false
	}
	switch own := hintLines(hint); {
	case v.code == exitUnavailable || owner != nil || lock != nil || unsigned != nil:
		v.hints = append(v.hints, own...)
	case len(own) > 0:
		v.hints = own
	}
	return v, true
}

// authorityHint is for a certificate that nobody known here has signed.
func authorityHint(host string) string {
	return "isrc config set hosts." + host + ".caFile /path/to/the/company-ca.pem"
}

// proxyHint is for a proxy that does not let through to a host.
func proxyHint(host string, err error) string {
	var proxy *github.ProxyError
	if errors.As(err, &proxy) && proxy.Status == http.StatusProxyAuthRequired {
		return "tell the proxy who you are: isrc config set hosts." + host + ".proxy http://USER:PASSWORD@" + proxy.Proxy
	}
	return "ask who runs the proxy to let " + host + " through"
}

// gitUnavailableHint tells the same of git's way to a host.
func gitUnavailableHint(e *git.UnavailableError) string {
	u, err := url.Parse(e.URL)
	switch {
	case err != nil || u.Host == "":
		return "isrc doctor"
	case e.Certificate:
		return authorityHint(u.Host)
	}
	ways := "isrc doctor --host " + u.Host + " shows which part of the way fails"
	if page := (*git.PageError)(nil); errors.As(e, &page) {
		ways = "sign in at " + u.Scheme + "://" + u.Host + " in a browser, or connect to the company's network, then the same command\n" +
			"if the page stays, ask who runs " + firstOf(page.Host, u.Host) + " to let git through, or go by ssh where the forge has it\n" + ways
	}
	return ways
}
