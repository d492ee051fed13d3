package command

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"syscall"

	"github.com/isrc-dev/isrc/internal/auth"
	"github.com/isrc-dev/isrc/internal/catalog/crawl"
	"github.com/isrc-dev/isrc/internal/catalog/index"
	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/forge/github"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/term"
	"github.com/isrc-dev/isrc/internal/workflow"
)

// The exit codes. They are an interface: `isrc help exit-codes` explains them,
// docs/exit-codes.md is generated from exitTable.
const (
	exitDone         = 0
	exitFailed       = 1
	exitUsage        = 2
	exitBroken       = 3
	exitSignIn       = 4
	exitNotPermitted = 5
	exitNotFound     = 6
	exitUnavailable  = 7
	exitNotReached   = 8
	exitPartly       = 9
	exitInterrupted  = 130
)

// exitTable says what each code means, in the words of the help topic.
var exitTable = []struct {
	Code    int
	Name    string
	Meaning string
}{
	{exitDone, "done", `done; also "nothing found", "nothing to do", "already so", and a pause that was planned`},
	{exitFailed, "failed", "failed"},
	{exitUsage, "usage", "wrong usage or configuration; an unknown command, with the nearest one named"},
	{exitBroken, "broken", "a requirement that must hold is broken (with --strict also: is unknown, or should hold)"},
	{exitSignIn, "sign-in", "sign-in needed: no token, a token that is refused, or one that lacks a scope"},
	{exitNotPermitted, "not-permitted", "not permitted: forking disabled, single sign-on missing, owners take no contributions, declined before"},
	{exitNotFound, "not-found", "no such repository, branch or run"},
	{exitUnavailable, "unavailable", "the forge or the network is unavailable or limits requests: trying later can succeed"},
	{exitNotReached, "not-reached", "the end that was asked for is not reached: no commit yet, a run that another isrc holds, somebody is waited for"},
	{exitPartly, "partly", "some of several failed; the rest was done"},
	{exitInterrupted, "interrupted", "interrupted, or a question answered with no"},
}

var (
	// errDone ends a command early without a failure.
	errDone        = errors.New("done")
	errInterrupted = errors.New("interrupted")
)

// usageError is a mistake in the call or the configuration.
type usageError struct {
	err  error
	hint string
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

//go:noinline
func usagef(format string, args ...any) error { return &usageError{err: fault.Errorf(format, args...)} }

// exitError ends a command with a code of its own choosing; with a nil err
// nothing more is said, for the result has already told it.
type exitError struct {
	code int
	err  error
	hint string
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit %d", e.code)
	}
	return e.err.Error()
}
func (e *exitError) Unwrap() error { return e.err }

// report writes an error and its hint and gives the exit code.
func (a *app) report(err error) int {
	v := a.judge(err)
	switch {
	case v.silent: // but for what to do about it
		a.hint(v.hints)
	case err == term.ErrDeclined, err == term.ErrNoAnswer: //nolint:errorlint // wrapped, it says what was asked
		a.io.Tell("isrc: nothing was done")
	default:
		a.quoteGit(err)
		a.io.Tell("isrc: error: " + a.redact.text(term.Line(err.Error())))
		a.hint(v.hints)
	}
	return v.code
}

// hint writes hints, whose commands are there to be pasted.
func (a *app) hint(hints []string) {
	for _, h := range hints {
		a.io.Hint(a.redact.text(term.Line(h)))
	}
}

// maxSaid bounds how many lines of git and its hooks are shown.
const maxSaid = 40

// quoteGit shows what git, and the hooks that it ran, said before they failed.
func (a *app) quoteGit(err error) {
	var failed *git.CommandError
	if !errors.As(err, &failed) {
		return
	}
	for _, line := range failed.Said(maxSaid) {
		fmt.Fprintf(a.io.Err, "  %s\n", a.redact.text(term.Line(line)))
	}
}

// itemError says in a list of results what became of one that failed.
type itemError struct {
	Code    string  `json:"code"` // as in the exit table, e.g. not-found
	Message string  `json:"message"`
	Hint    *string `json:"hint"`
}

func (a *app) itemError(err error) *itemError {
	v := a.judge(err)
	e := &itemError{Message: a.redact.text(term.Line(err.Error())), Hint: orNull(a.redact.text(strings.Join(v.hints, "\n")))}
	for _, row := range exitTable {
		if row.Code == v.code {
			e.Code = row.Name
		}
	}
	return e
}

type verdict struct {
	code   int
	hints  []string
	silent bool
}

// ending is a verdict with hints of one or more lines each.
//
//go:noinline
func ending(code int, hints ...string) verdict {
	var kept []string
	for _, h := range hints {
		kept = append(kept, hintLines(h)...)
	}
	return verdict{code: code, hints: kept}
}

// judge is the one table in which errors meet exit codes and hints.
func (a *app) judge(err error) verdict {
	code := ending
	var (
		exit    *exitError
		usage   *usageError
		hinted  *contribute.HintError
		signIn  *forge.SignInError
		scope   *forge.ScopeError
		sso     *forge.SSOError
		missing *forge.NotFoundError
		refused *forge.NotPermittedError
		token   *forge.TokenError
		at      *contribute.RefusedError
		limited *forge.RateLimitError
		down    *forge.UnavailableError
		locked  *workflow.LockedError
		newer   *workflow.NewerError
		busy    *index.BusyError
		crawls  *crawl.BusyError
		damaged *index.DamagedError
		schema  *index.SchemaError
		noAsk   *term.NoPromptError
	)
	hint := ""
	if errors.As(err, &hinted) {
		hint = hinted.Hint
	}
	errors.As(err, &at)
	switch {
	case errors.Is(err, errInterrupted), errors.Is(err, context.Canceled):
		return code(exitInterrupted, firstOf(hint, "nothing is lost; the same command goes on where this one stopped"))
	case errors.Is(err, term.ErrDeclined):
		return code(exitInterrupted, hint)
	case errors.As(err, &exit):
		v := code(exit.code, firstOf(exit.hint, hint))
		v.silent = exit.err == nil
		return v
	case errors.As(err, &usage):
		return code(exitUsage, firstOf(usage.hint, hint))
	case errors.As(err, &noAsk):
		return code(exitUsage, "give "+noAsk.Flag)
	case errors.As(err, &sso):
		return code(exitNotPermitted, a.signOnHints(sso)...)
	case errors.As(err, &scope):
		return code(exitSignIn, a.scopeHints(scope.Host, scope.Needed)...)
	case errors.As(err, &token):
		return code(exitSignIn, append(append(a.tokenHints(token), botHints(token, at)...), hint)...)
	case errors.As(err, &signIn):
		if hint == "" && a.isFirstTime(signIn.Host) {
			return code(exitSignIn, setUpFirst, loginCommand(signIn)+"   # if that is github.com")
		}
		return code(exitSignIn, a.unsetFirst(signIn.Host, firstOf(hint, loginCommand(signIn)))...)
	case errors.As(err, &refused):
		return code(exitNotPermitted, append(policyHints(refused, whereRefused(at)), hint)...)
	case errors.As(err, &limited):
		return code(exitUnavailable, "try again after "+limited.Until.Local().Format("15:04:05"))
	case errors.As(err, &down):
		return code(exitUnavailable, unavailableHint(down), hint, a.guessed(down.Host))
	case errors.As(err, &locked):
		return code(exitNotReached, fmt.Sprintf("another isrc (process %d) works on this run; wait for it, or end it", locked.PID))
	case errors.As(err, &busy), errors.As(err, &crawls):
		return code(exitNotReached, "wait for it, or end it")
	case errors.As(err, &damaged):
		return code(exitFailed, firstOf(hint, "isrc catalog update"))
	case errors.As(err, &schema):
		return code(exitFailed, firstOf(hint, "isrc catalog update"))
	case errors.As(err, &newer):
		return code(exitUsage, "update isrc, or end the run: isrc abandon "+newer.Run)
	case errors.As(err, &missing):
		return code(exitNotFound, a.meant(missing), firstOf(hint, missingHint(missing)), a.guessed(a.usualHost()))
	case errors.Is(err, forge.ErrUnsupported):
		return code(exitFailed, hint)
	}
	if errors.Is(err, auth.ErrLocked) {
		return code(exitFailed, firstOf(hint, "unlock the keyring, then try again"))
	}
	if v, ok := a.judgeContribution(err, hint); ok {
		return v
	}
	if v, ok := judgePublishing(err); ok {
		return v
	}
	if v, ok := judgeGit(err, hint); ok {
		return v
	}
	return code(exitFailed, systemHint(err), hint)
}

// guessedHost is asked where nobody has named one.
const guessedHost = "github.com"

// setUpFirst is for who has named no forge yet.
const setUpFirst = "isrc setup HOST   # your company's forge: isrc knows none yet"

// guessed says that a host was asked only because none is known, "" where one is.
//
//go:noinline
func (a *app) guessed(host string) string {
	if a.isFirstTime(host) {
		return "isrc setup HOST   # if your company's forge is not " + guessedHost
	}
	return ""
}

func (a *app) usualHost() string {
	host, err := a.defaultHost()
	if err != nil {
		return "" // it is told where it is asked for
	}
	return host
}

// typed is a repository as it is named to the next command: with its host where
// another one is taken without it.
func (a *app) typed(r repository) string {
	if a.flags.host == "" && r.Host == a.usualHost() {
		return r.FullName
	}
	return r.Host + "/" + r.FullName
}

// isFirstTime tells whether somebody has named no forge yet, so that github.com
// is but a guess.
func (a *app) isFirstTime(host string) bool {
	c, err := a.settings()
	return err == nil && host == guessedHost && c.Host == "" && len(c.Hosts) == 0 && a.flags.host == ""
}

// judgeContribution covers the states of a contribution that stop a command.
func (a *app) judgeContribution(err error, hint string) (verdict, bool) {
	for _, row := range []struct {
		is   error
		code int
	}{
		{contribute.ErrBroken, exitBroken},
		{contribute.ErrNoCommit, exitNotReached},
		{contribute.ErrConflict, exitNotReached},
		{contribute.ErrOther, exitNotReached},
		{contribute.ErrNotTaken, exitNotPermitted},
		{contribute.ErrDeclinedBefore, exitNotPermitted},
		{contribute.ErrNoRun, exitNotFound},
		{contribute.ErrNoBase, exitNotFound},
		{contribute.ErrNotReady, exitUnavailable},
		{contribute.ErrIsFork, exitUsage},
		{contribute.ErrUsage, exitUsage},
	} {
		if errors.Is(err, row.is) {
			return verdict{code: row.code, hints: hintLines(hint)}, true
		}
	}
	return verdict{}, false
}

// loginCommand signs in on the host, as the account that was wanted.
//
//go:noinline
func loginCommand(e *forge.SignInError) string {
	line := "isrc auth login --host " + e.Host
	if e.Login != "" {
		line += " --user " + shellWord(e.Login)
	}
	return line
}

// unsetFirst puts before the commands that sign in the one without which they
// would change nothing: a token in a variable counts before one that is kept.
func (a *app) unsetFirst(host string, hints ...string) []string {
	if origin := a.origins[host]; strings.HasSuffix(origin, "_TOKEN") {
		return append([]string{"unset " + origin + "   # it counts before what signing in keeps"}, hints...)
	}
	return hints
}

// hintLines takes a hint of several lines apart: each is one to paste.
func hintLines(hint string) []string {
	var lines []string
	for l := range strings.SplitSeq(hint, "\n") {
		if l != "" {
			lines = append(lines, l)
		}
	}
	return lines
}

func unavailableHint(e *forge.UnavailableError) string {
	if errors.Is(e, http.ErrSchemeMismatch) {
		return "it speaks plain http, which isrc takes from this machine alone: isrc config set hosts." + e.Host + ".scheme http"
	}
	if errors.As(e.Err, new(*github.ProxyError)) {
		return proxyHint(e.Host, e.Err)
	}
	var unknown x509.UnknownAuthorityError
	if errors.As(e.Err, &unknown) {
		return authorityHint(e.Host)
	}
	return "isrc doctor --host " + e.Host + " shows which part of the way fails"
}

func missingHint(e *forge.NotFoundError) string {
	switch {
	case len(e.Lacks) > 0:
		return "isrc auth login --host " + e.Host + " --scopes " + e.Lacks[0]
	case e.Kind == forge.TokenApp:
		return "look at the spelling, or whether the app was given it: a token of an app or a job sees nothing else that is not public (doing it as a person: isrc auth login --host " + e.Host + ")"
	case e.Kind == forge.TokenFineGrained:
		return "look at the spelling, or whether the token was given it (a fine-grained one sees nothing else): https://" + e.Host + "/settings/personal-access-tokens"
	}
	return "look at the spelling, or at who you are: isrc auth status"
}

func systemHint(err error) string {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, git.ErrDiskFull), index.IsFull(err):
		return "the disk is full; make room and run the same command again"
	case errors.Is(err, syscall.EROFS):
		return "that file system is read-only"
	case errors.Is(err, fs.ErrPermission):
		return "look at who owns that path"
	}
	return ""
}
