package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
)

// gitCommand runs the git binary apart from whatever the user has configured:
// signing, hooks, insteadOf and proxies of a person do not reach a server.
type gitCommand struct {
	env  []string
	more []string // of env, what with has added
	memo *gitMemo // may be nil
}

func newGitCommand(dir string) gitCommand {
	var env []string
	for _, kv := range os.Environ() {
		if name, _, _ := strings.Cut(kv, "="); !strings.HasPrefix(strings.ToUpper(name), "GIT_") && name != "HOME" && name != "XDG_CONFIG_HOME" {
			env = append(env, kv)
		}
	}
	return gitCommand{memo: &gitMemo{}, env: append(env,
		"HOME="+dir, "XDG_CONFIG_HOME="+dir, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_TERMINAL_PROMPT=0", "GIT_NO_REPLACE_OBJECTS=1", "LC_ALL=C", "TZ=UTC",
		"GIT_COMMITTER_NAME=GitHub", "GIT_COMMITTER_EMAIL=noreply@github.com",
		"GIT_AUTHOR_NAME=GitHub", "GIT_AUTHOR_EMAIL=noreply@github.com",
	)}
}

// with adds settings to the environment, "NAME=value".
//
//go:noinline
func (g gitCommand) with(kv ...string) gitCommand {
	return gitCommand{env: append(g.env[:len(g.env):len(g.env)], kv...), more: append(g.more[:len(g.more):len(g.more)], kv...), memo: g.memo}
}

//go:noinline
func (g gitCommand) command(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir, cmd.Env = dir, g.env
	return cmd
}

// gitError is git's own failure, as opposed to git not being there.
type gitError struct {
	args   string
	code   int
	stderr string
}

func (e *gitError) Error() string {
	return fmt.Sprintf("git %s: exit status %d: %s", e.args, e.code, strings.TrimSpace(e.stderr))
}

// maxOutput bounds what one command may answer with.
const maxOutput = 256 << 20

// run gives what git prints. A failure with an exit status is a *gitError.
func (g gitCommand) run(ctx context.Context, dir string, stdin io.Reader, args ...string) (string, error) {
	key := ""
	if g.memo != nil && stdin == nil {
		key = g.memoKey(dir, args)
	}
	if key != "" {
		if said, found := g.memo.get(key); found {
			return said, nil
		}
	}
	out, err := g.start(ctx, dir, stdin, args)
	if key != "" && err == nil {
		g.memo.put(key, out)
	}
	return out, err
}

func (g gitCommand) start(ctx context.Context, dir string, stdin io.Reader, args []string) (string, error) {
	cmd := g.command(ctx, dir, args...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &limitedBuffer{Buffer: &out, left: maxOutput}, &limitedBuffer{Buffer: &errs, left: 1 << 16}
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return out.String(), &gitError{args: args[0], code: exit.ExitCode(), stderr: errs.String()}
	case err != nil:
		return "", fault.Errorf("run git %s: %w", args[0], err)
	}
	return out.String(), nil
}

// limitedBuffer swallows what is too much.
type limitedBuffer struct {
	*bytes.Buffer
	left int
}

func (b *limitedBuffer) Write(p []byte) (int, error) {
	n := min(len(p), b.left)
	b.left -= n
	b.Buffer.Write(p[:n])
	return len(p), nil
}

// in runs git in the repository, which must be there already, and trims the
// answer's end.
func (f *Forge) in(ctx context.Context, r *repository, args ...string) (string, error) {
	out, err := f.git.run(ctx, r.dir, nil, args...)
	return strings.TrimRight(out, "\n"), err
}

// resolve is the object that a revision names, "" when there is none.
func (f *Forge) resolve(ctx context.Context, r *repository, rev string) string {
	if rev == "" || strings.HasPrefix(rev, "-") || strings.ContainsAny(rev, "\x00\n") {
		return ""
	}
	if ref, found := strings.CutSuffix(rev, "^{commit}"); found {
		if sha, known := refFile(r.dir, ref); known {
			return sha
		}
	}
	out, err := f.in(ctx, r, "rev-parse", "--verify", "--quiet", "--end-of-options", rev)
	if err != nil {
		return ""
	}
	return out
}

// branchTip is the commit of a branch, "" when there is no such branch.
//
//go:noinline
func (f *Forge) branchTip(ctx context.Context, r *repository, branch string) string {
	return f.resolve(ctx, r, "refs/heads/"+branch+"^{commit}")
}
