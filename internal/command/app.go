package command

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/config"
	"github.com/isrc-dev/isrc/internal/contribute"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/forge/github"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/progress"
	"github.com/isrc-dev/isrc/internal/term"
)

// app holds what the commands of one invocation share. Each part is made when
// it is first asked for: help and version touch no file and no network.
type app struct {
	inv      Invocation
	io       *term.Streams
	progress *term.Progress
	flags    struct {
		host    string
		debug   string
		yes     bool
		noInput bool
		dir     string
	}
	redact *redactor

	settings func() (*config.Config, error)
	tool     func() (*git.Tool, error)
	sites    map[string]*contribute.Site
	origins  map[string]string // where the token of a host comes from
	clients  map[string]forgeClient
	mu       sync.Mutex
}

func newApp(inv Invocation) *app {
	a := &app{inv: inv, redact: &redactor{}, sites: map[string]*contribute.Site{}, origins: map[string]string{}, clients: map[string]forgeClient{}}
	streams := *inv.Streams // as they are, for programs that are given them
	streams.Out, streams.Err = a.redact.writer(streams.Out), a.redact.writer(streams.Err)
	a.io, a.progress = &streams, streams.NewProgress(inv.Now)
	a.settings = sync.OnceValues(a.loadConfig)
	a.tool = sync.OnceValues(a.findGit)
	return a
}

//go:noinline
func (a *app) sink() progress.Sink { return a.progress.Sink() }

// sleep waits by the clock of the invocation.
func (a *app) sleep(ctx context.Context, d time.Duration) error {
	if a.inv.Sleep != nil {
		return a.inv.Sleep(ctx, d)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// say writes a remark for people on the error stream.
func (a *app) say(format string, args ...any) {
	a.progress.Clear()
	a.io.Tell(a.redact.text(term.Block(fmt.Sprintf(format, args...))))
}

// debugging tells whether a kind of debug output ("api", "git") is wanted, and
// where it goes.
func (a *app) debugging(kind string) io.Writer {
	want := a.flags.debug
	if want == "" {
		want = a.inv.Getenv("ISRC_DEBUG")
	}
	for _, k := range strings.Split(want, ",") {
		if k = strings.TrimSpace(k); k == kind || k == "all" || k == "1" || k == "true" {
			return a.redact.writer(a.io.Err)
		}
	}
	return nil
}

func (a *app) loadConfig() (*config.Config, error) {
	flags := map[string]string{}
	if a.flags.host != "" {
		flags["host"] = a.flags.host
	}
	c, err := config.Load(config.LoadOptions{Getenv: a.inv.Getenv, Flags: flags, Dirs: a.dirs()})
	if err != nil {
		return nil, &usageError{err: err}
	}
	return c, nil
}

func (a *app) findGit() (*git.Tool, error) {
	c, err := a.settings()
	if err != nil {
		return nil, err
	}
	env := append(slices.Clone(a.inv.Env), skipHooks+"=1")
	mayAsk := a.io.CanPrompt() && !a.flags.yes
	if !mayAsk && a.inv.Getenv("SSH_ASKPASS_REQUIRE") == "" {
		env = append(env, "SSH_ASKPASS_REQUIRE=never") // no window waits for somebody
	}
	t, err := git.FindTool(c.Git.Binary, env)
	if err != nil {
		return nil, err
	}
	t.Debug, t.Sink = a.debugging("git"), a.sink()
	if mayAsk {
		t.Terminal = &git.Terminal{Lend: a.progress.Lend, Name: a.io.TerminalName()}
	}
	return t, nil
}

// dirs are the folders of this user.
func (a *app) dirs() config.Dirs {
	home := a.inv.Getenv("HOME")
	if home == "" {
		home = firstOf(a.inv.Getenv("USERPROFILE"), os.TempDir()) // without a home nothing can be kept for long
	}
	return config.NewDirs(runtime.GOOS, a.inv.Getenv, home)
}

// runsDir is where journals lie.
func (a *app) runsDir() string { return filepath.Join(a.dirs().State, "runs") }

// path resolves a path as the user wrote it.
func (a *app) path(p string) string {
	if p == "" || filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(a.inv.Dir, p)
}

// defaultHost is the host of a repository that is named without one.
func (a *app) defaultHost() (string, error) {
	c, err := a.settings()
	if err != nil {
		return "", err
	}
	if a.flags.host != "" || a.inv.Getenv("ISRC_HOST") != "" {
		return forge.NormalizeHost(c.Host), nil
	}
	if h := a.inv.Getenv("GH_HOST"); h != "" {
		return forge.NormalizeHost(h), nil
	}
	if h := a.cloneHost(); h != "" {
		return h, nil
	}
	if c.Host != "" {
		return c.Host, nil
	}
	h, _ := a.source(c).DefaultHost()
	return firstOf(h, guessedHost), nil
}

// cloneHost is the host that the remotes of the clone here point to.
func (a *app) cloneHost() string { return a.cloneName().Host }

// cloneName is the repository that the remotes of the clone here point to.
func (a *app) cloneName() forge.RepoName {
	r, err := git.Open(a.inv.Dir)
	if err != nil {
		return forge.RepoName{}
	}
	defer r.Close() //nolint:errcheck // read only
	remotes, err := r.Remotes(context.Background())
	if err != nil {
		return forge.RepoName{}
	}
	for _, want := range []string{"upstream", "origin"} {
		for _, m := range remotes {
			if name, err := forge.ParseRepo(m.URL, ""); m.Name == want && err == nil {
				name.Host = a.forgeBehind(name.Host, m.URL)
				return name
			}
		}
	}
	return forge.RepoName{}
}

// forgeBehind is the forge that a remote's host stands for: itself where it is
// known as one, else the one that ssh goes to under that name.
func (a *app) forgeBehind(host, url string) string {
	c, err := a.settings()
	if err != nil || strings.HasPrefix(url, "http") {
		return host
	}
	known := []string{"github.com", c.Host}
	for name := range c.Hosts {
		known = append(known, name)
	}
	hosts := func(address string) string {
		for _, k := range known {
			if name, _, _ := strings.Cut(k, ":"); strings.EqualFold(name, address) && k != "" {
				return k // ssh has a port of its own
			}
		}
		return ""
	}
	if k := hosts(host); k != "" {
		return k
	}
	if tool, err := a.tool(); err == nil {
		return firstOf(hosts(tool.SSHHost(context.Background(), host)), host)
	}
	return host
}

// named is a repository with its address, which the host's settings make.
func (a *app) named(n forge.RepoName) repository {
	url := ""
	if c, err := a.settings(); err == nil {
		url = baseURL(c.HostFor(n.Host).Scheme, n.Host) + "/" + n.FullName()
	}
	return repositoryOf(n, url)
}

//go:noinline
func firstOf(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}

// repository resolves an argument that names a repository, and tells whether
// the host came from the argument itself.
func (a *app) repository(ctx context.Context, arg string) (forge.RepoName, *contribute.Site, error) {
	host, err := a.defaultHost()
	if err != nil {
		return forge.RepoName{}, nil, err
	}
	name, err := forge.ParseRepo(arg, host)
	if err != nil && !isBare(err) {
		return forge.RepoName{}, nil, &usageError{err: err}
	}
	if isBare(err) {
		known, err := a.inCatalog(ctx, arg)
		switch {
		case err != nil:
			return forge.RepoName{}, nil, err
		case known.IsZero():
			return a.bareRepository(ctx, arg, host)
		}
		name = known
	}
	site, err := a.siteOf(ctx, name)
	return name, site, err
}

//go:noinline
func exactArgs(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < n {
			return &usageError{err: fault.Errorf("%s: %s is missing", cmd.CommandPath(), what), hint: forExample(cmd)}
		}
		if len(args) > n {
			return &usageError{err: fault.Errorf("%s: %q is one argument too many", cmd.CommandPath(), args[n]), hint: cmd.CommandPath() + " --help"}
		}
		return nil
	}
}

// forExample is a command's first example, to be pasted and changed, and where
// there is more.
func forExample(cmd *cobra.Command) string {
	first, _, _ := strings.Cut(strings.TrimSpace(cmd.Example), "\n")
	return first + "\n" + cmd.CommandPath() + " --help"
}

// forgeClient is the client of one host.
type forgeClient = *github.Client
