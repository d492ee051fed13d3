package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/progress"
	"github.com/isrc-dev/isrc/internal/secret"
)

// Tool is the git program of this machine.
type Tool struct {
	Path    string
	Version string   // such as "2.39.5"
	Env     []string // the whole environment; nil means the one of this process
	Debug   io.Writer
	Sink    progress.Sink
	Handed  *Handed // credentials that need no helper; nil for none
	// Terminal is where git, ssh and gpg may ask. Without it they have no terminal
	// and fail instead of asking.
	Terminal *Terminal
	// Secrets are kept out of what git and the server say: a server may repeat
	// what it was sent. nil keeps none out but those that stand in addresses and
	// headers.
	Secrets *secret.Set
}

// killDelay is how long git may take to clean up after it was told to end.
const killDelay = 3 * time.Second

// FindTool finds the git program as the setting says: "auto" or "" (whatever
// PATH of the environment has), "none", or a path. Without one it answers
// ErrNoGit.
func FindTool(setting string, env []string) (*Tool, error) {
	path := setting
	switch setting {
	case "none":
		return nil, fault.Errorf("%w: the setting git.binary is none", ErrNoGit)
	case "", "auto":
		if path = lookPath(env); path == "" {
			return nil, fault.Errorf("%w in PATH", ErrNoGit)
		}
	}
	t := &Tool{Path: path, Env: env}
	out, err := t.Run(context.Background(), "", "version")
	if err != nil {
		return nil, fault.Errorf("%w: %s: %w", ErrNoGit, path, err)
	}
	t.Version = parseVersion(out)
	if t.Version == "" {
		return nil, fault.Errorf("%w: %s does not answer like git", ErrNoGit, path)
	}
	return t, nil
}

// lookPath finds git where the environment that it will run in finds it. A
// relative entry of PATH does not count: a program of that name may lie in any
// repository.
func lookPath(env []string) string { return lookProgram(env, "git") }

func lookProgram(env []string, name string) string {
	if env == nil {
		env = os.Environ()
	}
	for _, dir := range filepath.SplitList(lookup(env, "PATH")) {
		if !filepath.IsAbs(dir) {
			continue
		}
		if found, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return found
		}
	}
	return ""
}

// parseVersion reads "git version 2.39.5 (Apple Git-154)" and the like.
func parseVersion(s string) string {
	fields := strings.Fields(s)
	if len(fields) < 3 || fields[0] != "git" || fields[1] != "version" {
		return ""
	}
	return fields[2]
}

// AtLeast says whether the program is of this version or a later one.
func (t *Tool) AtLeast(major, minor int) bool {
	parts := strings.SplitN(t.Version, ".", 3)
	if len(parts) < 2 {
		return false
	}
	a, _ := strconv.Atoi(parts[0])
	b, _ := strconv.Atoi(parts[1])
	return a > major || a == major && b >= minor
}

// Run runs git in a folder and gives its standard output. It never goes
// through a shell. A failure is a *CommandError or, where the reason is known,
// an *AuthError, *NotFoundError, *UnavailableError or ErrDiskFull around it.
//
//go:noinline
func (t *Tool) Run(ctx context.Context, dir string, args ...string) (string, error) {
	return t.run(ctx, command{dir: dir, args: args})
}

// RunInput is Run with something on standard input.
//
//go:noinline
func (t *Tool) RunInput(ctx context.Context, dir string, in io.Reader, args ...string) (string, error) {
	return t.run(ctx, command{dir: dir, args: args, in: in})
}

// command is one run of the program.
type command struct {
	dir    string
	args   []string
	in     io.Reader
	env    []string // in addition
	task   string   // the name of its progress; empty: it reports none
	url    string   // the remote it talks to, for errors
	mortal bool     // it ends when this process is killed
	// transcript, if set, receives standard error, for commands whose answers
	// stand there.
	transcript *string
}

func (t *Tool) run(ctx context.Context, c command) (string, error) {
	if t == nil {
		return "", ErrNoGit
	}
	used := ""
	if t.Handed != nil {
		used = t.Handed.pass()
	}
	out, err := t.once(ctx, c)
	if t.Handed.follows(ctx, c, used, err) {
		return t.once(ctx, c)
	}
	return out, err
}

// once runs a command one time.
func (t *Tool) once(ctx context.Context, c command) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	lent, err := t.borrow(ctx, c)
	if err != nil {
		return "", err
	}
	defer lent.end()
	var out bytes.Buffer
	errs := &stderrReader{task: c.task, sink: t.Sink}
	cmd := exec.CommandContext(ctx, t.Path, c.args...)
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = c.dir, c.in, &out, errs
	cmd.Env = append(t.environ(), c.env...)
	cmd.WaitDelay = killDelay
	defer t.handOn(cmd, c)()
	lent.attach(cmd, errs)
	if c.mortal {
		endWithUs(cmd)
	}
	start := time.Now()
	err = cmd.Run()
	if ctx.Err() != nil {
		killGroup(cmd, lent != nil)
	}
	stderr := t.Secrets.Hide(redact(errs.String()))
	if c.transcript != nil {
		*c.transcript = stderr
	}
	t.trace(c, start, err)
	if err == nil {
		return out.String(), nil
	}
	return out.String(), t.failure(ctx, c, cmd, lent, stderr, err)
}

func (t *Tool) failure(ctx context.Context, c command, cmd *exec.Cmd, lent *loan, stderr string, err error) error {
	e := &CommandError{Args: redactAll(c.args), ExitCode: -1, Stderr: stderr, Err: err}
	if cmd.ProcessState != nil {
		e.ExitCode = cmd.ProcessState.ExitCode()
	}
	if ctx.Err() != nil {
		e.Err = ctx.Err()
		return e
	}
	if lent != nil && interrupted(cmd) {
		e.Err = context.Canceled // at the terminal; this process may learn of it later
		return e
	}
	if errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist) && cmd.ProcessState == nil {
		if _, gone := os.Stat(c.dir); c.dir == "" || gone == nil {
			return fault.Errorf("%w: %w", ErrNoGit, err)
		}
	}
	return t.unsigned(ctx, c, classify(c.url, e))
}

func (t *Tool) trace(c command, start time.Time, err error) {
	if t.Debug == nil {
		return
	}
	end := "ok"
	if err != nil {
		end = err.Error()
	}
	fmt.Fprintf(t.Debug, "git %s (in %s): %s, %d ms\n",
		strings.Join(redactAll(c.args), " "), c.dir, end, time.Since(start).Milliseconds())
}
