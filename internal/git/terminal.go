package git

import (
	"context"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"sync"
)

// Terminal is where git, ssh and gpg can ask the person who runs this process.
// One command has it at a time.
type Terminal struct {
	// Lend waits until the terminal is free, and gives it away until back is
	// called, which may be done twice. doing says what the command is about to do
	// and who may ask; "" when nobody is expected to.
	Lend func(ctx context.Context, doing string) (back func(), err error)
	// Name is its file, such as /dev/pts/3, by which gpg's agent finds it; "" where
	// that is not known.
	Name string

	once sync.Once
	// bySSH are beginnings of addresses that the user's settings lead to ssh.
	bySSH []string
}

// loan is the terminal in the hands of a command; nil where it has none.
type loan struct {
	from *Terminal
	back func()
	// early gives it back as soon as the server has let git in: ssh asks nothing
	// any more.
	early bool
}

// borrow gets the terminal for a command in which somebody may ask: ssh on the
// way to a server, and what signs or runs the user's hooks. https is not among
// them: its credentials come from isrc.
func (t *Tool) borrow(ctx context.Context, c command) (*loan, error) {
	if t.Terminal == nil {
		return nil, nil
	}
	doing, ask := "", t.ownSetUp(ctx, c, verbOf(c.args))
	to := c.url
	if ask != nil {
		doing, to = *ask, t.promisor(ctx, c.dir)
	}
	ssh := to != "" && t.Terminal.overSSH(ctx, t, c.dir, to)
	if ssh {
		doing = wayOf(verbOf(c.args)) + redact(to) + "; ssh may ask here, or wait until you touch your key"
	}
	if !ssh && ask == nil {
		return nil, nil
	}
	back, err := t.Terminal.Lend(ctx, doing)
	if err != nil {
		return nil, err
	}
	return &loan{from: t.Terminal, back: back, early: ask == nil}, nil
}

func (b *loan) end() {
	if b != nil {
		b.back()
	}
}

// verbOf is git's command behind settings that are given with it.
func verbOf(args []string) string {
	for len(args) > 1 && strings.HasPrefix(args[0], "-") {
		if args[0] == "-c" {
			args = args[1:]
		}
		args = args[1:]
	}
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

func wayOf(verb string) string {
	switch verb {
	case "push":
		return "pushing to "
	case "ls-remote":
		return "asking "
	case "submodule":
		return "fetching "
	}
	return "fetching from "
}

// ownSetUp tells of a command that runs what the user has set up, hooks and
// signing, what to say before it; nil is any other.
func (t *Tool) ownSetUp(ctx context.Context, c command, verb string) *string {
	signs := ""
	switch verb {
	case "switch", "checkout":
		return &signs
	case "commit-tree":
		if !slices.Contains(c.args, "-S") {
			return nil
		}
	case "commit", "am", "merge", "rebase":
		out, err := t.quiet().Run(ctx, c.dir, "config", "--type=bool", "--get", "commit.gpgsign")
		if err != nil || strings.TrimSpace(out) != "true" || slices.Contains(c.args, "--abort") {
			return &signs
		}
	default:
		return nil
	}
	signs = "signing, as your git is set up; you may be asked here, or have to touch your key"
	return &signs
}

// quiet is the tool for questions to git itself, which need no terminal.
func (t *Tool) quiet() *Tool {
	own := *t
	own.Terminal, own.Sink = nil, nil
	return &own
}

// overSSH tells whether git goes to an address by ssh, also where only the
// user's settings lead it there (url.BASE.insteadOf).
func (m *Terminal) overSSH(ctx context.Context, t *Tool, dir, address string) bool {
	if isSSH(address) || verbatim(address) {
		return true
	}
	m.once.Do(func() {
		out, err := t.quiet().Run(ctx, dir, "config", "--get-regexp", `^url\..*\.(insteadof|pushinsteadof)$`)
		if err != nil {
			return // there are none
		}
		for line := range strings.Lines(out) {
			key, begins, _ := strings.Cut(strings.TrimSpace(line), " ")
			key = strings.TrimPrefix(key, "url.")
			if i := strings.LastIndex(key, "."); i > 0 && isSSH(key[:i]) && begins != "" {
				m.bySSH = append(m.bySSH, begins)
			}
		}
	})
	return slices.ContainsFunc(m.bySSH, func(begins string) bool { return strings.HasPrefix(address, begins) })
}

// verbatim knows what is no address but words for several of unknown kind.
func verbatim(address string) bool { return strings.HasPrefix(address, "the submodules of ") }

// isSSH tells an address of ssh, in both forms, from a path and other schemes.
func isSSH(address string) bool {
	if u, err := url.Parse(address); err == nil && u.Scheme != "" && strings.Contains(address, "://") {
		return strings.Contains(u.Scheme, "ssh")
	}
	before, _, colon := strings.Cut(address, ":")
	return colon && len(before) > 1 && !strings.ContainsAny(before, `/\`) || strings.HasPrefix(address, "[")
}

// lentTo is the environment of a command that has the terminal: ssh asks as the
// user has it, in a window too, and gpg is told where. git itself still asks
// nobody.
func (b *loan) lentTo(env []string) []string {
	out := make([]string, 0, len(env)+1)
	for _, kv := range env {
		if kv != "SSH_ASKPASS=" {
			out = append(out, kv)
		}
	}
	if b.from.Name != "" && lookup(out, "GPG_TTY") == "" {
		out = append(out, "GPG_TTY="+b.from.Name)
	}
	return out
}

// attach lets a command have the terminal, or keeps it away from every one.
func (b *loan) attach(cmd *exec.Cmd, errs *stderrReader) {
	detach(cmd, b != nil)
	if b == nil {
		return
	}
	cmd.Env = b.lentTo(cmd.Env)
	if b.early {
		errs.metered = b.back
	}
}
