package command

import (
	"context"
	"errors"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/progress"
	"github.com/isrc-dev/isrc/internal/term"
)

// setupResult is what setup answers.
type setupResult struct {
	Source   *string   `json:"source"` // the company's file, null when a host was named
	File     string    `json:"file"`   // where settings are written
	Outcome  string    `json:"outcome"`
	Hosts    []string  `json:"hosts"`
	Changes  []changed `json:"changes"`
	Warnings []string  `json:"warnings"`
	Checks   []probed  `json:"checks"`

	shown   bool // the changes were shown already, with the question
	strange bool // a token would go to another machine than its host
}

// The outcomes of setup.
const (
	setupWritten  = "written"
	setupExisting = "existing" // the file said so already
	setupPlanned  = "planned"  // a dry run
)

// changed is one setting that differs from what the user's file says.
type changed struct {
	Key string  `json:"key"`
	Old *string `json:"old"`
	New string  `json:"new"`
}

// newChange makes a change that can be shown: a proxy's password cannot.
func newChange(key, old, now string) changed {
	if strings.HasSuffix(key, ".proxy") {
		old, now = withoutPassword(old), withoutPassword(now)
	}
	return changed{Key: key, Old: orNull(old), New: now}
}

type setupOptions struct {
	caFile     string
	proxy      string
	clientCert string
	clientKey  string
	orgs       string
	apiURL     string
	user       string
	scheme     string
	usual      bool
	yes        bool
	dryRun     bool
	output     output
}

func newSetup(a *app) *cobra.Command {
	o := &setupOptions{}
	cmd := &cobra.Command{
		Use:   "setup [host | url | file]",
		Short: "Point isrc at your company's forge, and test each part",
		Long: `Setup writes what is needed to reach a forge into your settings, and then tests
each part as isrc doctor does: name and port, TLS, the API, the token, and git.
It can be repeated; what is so already stays.

With a HOST it takes flags, and on a terminal asks for what turns out to be
missing: the file of your company's own CA, a proxy, the organisations. With the
URL (https) or the path of a company's FILE, in YAML or JSON and in the shape of
config.yaml, it shows what would change and asks. Such a file may say which
hosts there are and how to reach them; what would run a program or name a person
is left out.`,
		Example: `  isrc setup git.example.com
  isrc setup git.example.com --ca-file ~/acme-ca.pem --orgs platform,identity
  isrc setup https://intranet.example.com/isrc.yaml
  isrc setup ./isrc.yaml --dry-run`,
		Args:              atMostOne("a host, a URL or a file"),
		ValidArgsFunction: a.completeHosts,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.setup(cmd.Context(), o, args) },
	}
	f := cmd.Flags()
	f.StringVar(&o.caFile, "ca-file", "", "PEM `FILE` of your company's own authority")
	f.StringVar(&o.proxy, "proxy", "", "`URL` of the proxy to reach the host by")
	f.StringVar(&o.orgs, "orgs", "", "the `ORGANISATIONS` to search, separated by commas")
	f.StringVar(&o.apiURL, "api-url", "", "`URL` of the API, where it is not at its usual place")
	f.StringVar(&o.user, "user", "", "your `LOGIN` there, where you have several")
	f.StringVar(&o.scheme, "scheme", "", "`SCHEME` of the host: https, or http for a loopback address")
	f.StringVar(&o.clientCert, "client-cert", "", "PEM `FILE` of the certificate that the host asks of clients")
	f.StringVar(&o.clientKey, "client-key", "", "PEM `FILE` of that certificate's key")
	f.BoolVar(&o.usual, "default", false, "make it the default host although another one is")
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	f.BoolVar(&o.dryRun, "dry-run", false, "show what would change, write nothing and test nothing")
	addOutput(cmd, &o.output, setupResult{})
	registerValues(cmd, "scheme", "https", "http")
	exits(cmd, exitSignIn, exitNotPermitted, exitNotFound, exitUnavailable, exitInterrupted)
	return cmd
}

//go:noinline
func atMostOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 {
			return &usageError{err: fault.Errorf("%s takes %s: %q is one argument too many", cmd.CommandPath(), what, args[1]), hint: cmd.UseLine()}
		}
		return nil
	}
}

func (a *app) completeHosts(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	c, err := a.settings()
	if err != nil || len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var hosts []string
	for h := range c.Hosts {
		hosts = append(hosts, h)
	}
	slices.Sort(hosts)
	return hosts, cobra.ShellCompDirectiveDefault
}

func (a *app) setup(ctx context.Context, o *setupOptions, args []string) error {
	arg, err := a.setupArgument(args, o)
	if err != nil {
		return err
	}
	var result *setupResult
	switch host, scheme, kind := a.kindOfSetup(arg); kind {
	case setupHost:
		if scheme == "http" && o.scheme == "" {
			o.scheme = scheme
		}
		result, err = a.setupHost(ctx, o, host)
	default:
		if err := o.onlyHostFlags(); err != nil {
			return err
		}
		result, err = a.setupFile(ctx, o, arg, kind)
	}
	if err != nil {
		return err
	}
	if err := a.show(&o.output, result, func(s *term.Streams) error { return showTested(s, result) }); err != nil {
		return err
	}
	return firstBroken(result.Checks)
}

// setupArgument is what to set up: the argument, the host of --host, or the
// answer of a person.
func (a *app) setupArgument(args []string, o *setupOptions) (string, error) {
	if len(args) == 1 {
		return args[0], nil
	}
	if a.flags.host != "" {
		return a.flags.host, nil
	}
	if o.yes || !a.io.CanPrompt() {
		return "", &usageError{err: errors.New("isrc setup: a host, a URL or a file is missing"), hint: "isrc setup git.example.com"}
	}
	suggestion, err := a.defaultHost()
	if err != nil {
		suggestion = "github.com"
	}
	return a.io.Input("Host of your forge, or URL of your company's file", "HOST", suggestion)
}

// setupKind is what setup was given.
type setupKind int

const (
	setupHost setupKind = iota
	setupURL
	setupPath
)

// kindOfSetup tells a host from a URL and a file. A URL without a path is that
// of a host. A word is a file if it looks like one, whatever lies in this
// folder: a file must not change what a host name means.
func (a *app) kindOfSetup(arg string) (host, scheme string, kind setupKind) {
	if strings.Contains(arg, "://") {
		u, err := url.Parse(arg)
		if err == nil && strings.Trim(u.Path, "/") == "" && u.RawQuery == "" && u.Host != "" && u.User == nil {
			return u.Host, u.Scheme, setupHost
		}
		return "", "", setupURL
	}
	ext := strings.ToLower(filepath.Ext(arg))
	if strings.ContainsAny(arg, `/\`) || ext == ".yaml" || ext == ".yml" || ext == ".json" {
		return "", "", setupPath
	}
	return arg, "", setupHost
}

// onlyHostFlags refuses flags that have no meaning beside a company's file.
func (o *setupOptions) onlyHostFlags() error {
	for _, f := range []struct{ name, value string }{
		{"orgs", o.orgs}, {"api-url", o.apiURL}, {"user", o.user}, {"scheme", o.scheme}, {"client-cert", o.clientCert}, {"client-key", o.clientKey},
	} {
		if f.value != "" {
			return usagef("--%s goes with a host, not with a file: the file says it", f.name)
		}
	}
	return nil
}

// testSetUp says what was written, reads the settings anew and looks at each
// host; where a person can be asked and only a token is missing, it offers to
// sign in.
func (a *app) testSetUp(ctx context.Context, o *setupOptions, result *setupResult) error {
	if !o.output.set {
		a.progress.Clear()
		if err := showWrittenSettings(a.io, result); err != nil {
			return err
		}
	}
	if o.dryRun {
		return nil
	}
	for _, host := range result.Hosts {
		lines, err := a.testHost(ctx, host)
		if err != nil {
			return err
		}
		if !o.yes && !o.output.set && a.io.CanPrompt() && onlyToken(lines) && firstBroken(lines) != nil {
			if lines, err = a.offerLogin(ctx, host, lines); err != nil {
				return err
			}
		}
		result.Checks = append(result.Checks, lines...)
	}
	return nil
}

// anew is this invocation with the settings read again, for one host.
func (a *app) anew(host string) *app {
	b := newApp(a.inv)
	b.flags, b.redact, b.progress = a.flags, a.redact, a.progress
	b.flags.host = host
	return b
}

func (a *app) testHost(ctx context.Context, host string) ([]probed, error) {
	b := a.anew(host)
	c, err := b.settings()
	if err != nil {
		return nil, err
	}
	a.sink().Send(progress.Event{Phase: progress.Running, Task: "setup", Message: "asking " + host})
	lines := b.probeHost(ctx, c, host)
	a.progress.Clear()
	return lines, ctx.Err()
}

func (a *app) offerLogin(ctx context.Context, host string, lines []probed) ([]probed, error) {
	err := a.io.Confirm("There is no token for "+host+" that works. Sign in now?", "--yes", true)
	if term.SaidNo(err) {
		return lines, nil // a no is an answer
	}
	if err != nil {
		return nil, err
	}
	if err := a.anew(host).login(ctx, &loginOptions{scopes: neededScopes}); err != nil {
		if errors.Is(err, term.ErrNoAnswer) {
			return nil, err
		}
		if !term.SaidNo(err) {
			a.say("isrc: %s", term.Line(a.redact.text(err.Error())))
		}
		return lines, nil
	}
	return a.testHost(ctx, host)
}
