package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/auth"
	"github.com/isrc-dev/isrc/internal/config"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/term"
)

// neededScopes are what a classic token must be allowed for every command.
const neededScopes = "repo,read:org,workflow"

// signedIn is what auth status and auth login answer, one for each host.
type signedIn struct {
	Host    string     `json:"host"`
	User    *string    `json:"user"`
	Person  *bool      `json:"person"` // false for the token of an app or a job; null when it could not be asked
	Origin  *string    `json:"origin"`
	Scopes  *[]string  `json:"scopes"` // null when the host does not say
	Expires *string    `json:"expiresAt"`
	Error   *itemError `json:"error"`
	Stored  *string    `json:"stored"`
}

func newAuth(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "auth",
		Short: "Sign in to a forge",
		Long: `Tokens are looked for in this order: ISRC_TOKEN; GH_TOKEN and GITHUB_TOKEN
(github.com and *.ghe.com) or GH_ENTERPRISE_TOKEN and GITHUB_ENTERPRISE_TOKEN;
the system's keyring; gh's login; git's credential helpers. ISRC_TOKEN and the
enterprise variables go to a configured host only, never to one that merely
stands in an argument.

Where you have several accounts on a host, each question finds its own, and
nothing is switched: ISRC_ACCOUNT for one command; the account that is for the
owner of the repository; the one that is for the folder you stand in; the user
that the settings name for the host; else the one that signed in last without
--org, --dir or --user. A token of another account is never taken instead.

isrc puts no token into another program's arguments or environment: git asks for
it where a server wants it. One that you export goes to every program that you
start, hooks and commands of --exec among them, but not to what check --run runs
for the project; one that is kept goes to none of them.`,
		Example: "  isrc auth login --host git.example.com\n  isrc auth login --org identity --dir ~/work\n  isrc auth status",
	}
	cmd.AddCommand(newLogin(a), newAuthStatus(a), newLogout(a), newGitCredential(a))
	return cmd
}

type loginOptions struct {
	withToken bool
	device    bool
	scopes    string
	user      string
	orgs      []string
	folders   []string
	output    output
}

func newLogin(a *app) *cobra.Command {
	o := &loginOptions{}
	cmd := &cobra.Command{
		Use:   "login",
		Short: "Keep a token for a host",
		Long: `Login shows the page on which the host makes a token, with the scopes filled in,
reads the token without showing it, tries it, and keeps it in the system's
keyring (where there is none, or it is locked or does not answer within three
seconds: in a file that only you can read).

Where the settings name the host's OAuth application (hosts.HOST.oauthClientId),
it shows a code instead, which you type in on a page of the host, here or on
another machine, and waits for it. With --device it does so without a terminal.

With --org or --dir the account is one of several: it counts for repositories of
these organisations, and for all others in and below these folders. That is
written to your settings as accounts.LOGIN@HOST.orgs and dirs.`,
		Example: "  isrc auth login\n  isrc auth login --user work-login --org identity --dir ~/work\n  isrc auth login --host git.example.com --with-token < token.txt",
		Args:    exactArgs(0, ""),
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.login(cmd.Context(), o) },
	}
	cmd.Flags().BoolVar(&o.withToken, "with-token", false, "read the token from standard input")
	cmd.Flags().BoolVar(&o.device, "device", false, "sign in by a code for a page of the host, also without a terminal")
	cmd.Flags().StringVar(&o.scopes, "scopes", neededScopes, "the `SCOPES` to ask for")
	cmd.Flags().StringVar(&o.user, "user", "", "keep the token only if it is of this `LOGIN`, as one of several")
	cmd.Flags().StringSliceVar(&o.orgs, "org", nil, "this account is for repositories of `ORGANISATION` (repeatable)")
	cmd.Flags().StringSliceVar(&o.folders, "dir", nil, "this account is for what is done in and below `FOLDER` (repeatable)")
	addOutput(cmd, &o.output, signedIn{})
	exits(cmd, exitSignIn, exitUnavailable, exitInterrupted)
	return cmd
}

func (a *app) login(ctx context.Context, o *loginOptions) error {
	host, err := a.defaultHost()
	if err != nil {
		return err
	}
	given, err := a.readToken(ctx, host, o)
	if err != nil {
		return err
	}
	token := given.Token
	client, err := a.clientFor(host, token, nil)
	if err != nil {
		return err
	}
	viewer, err := client.Viewer(ctx)
	if err != nil {
		return fault.Errorf("try the token on %s: %w", host, err)
	}
	c, err := a.settings()
	if err != nil {
		return err
	}
	if o.user != "" && !strings.EqualFold(o.user, viewer.Login) {
		return &exitError{code: exitSignIn, err: fault.Errorf("the token is of %s, not of %s", term.Line(viewer.Login), term.Line(o.user)), hint: "nothing was kept; sign in to " + host + " as " + o.user + " in the browser first"}
	}
	keep := auth.Login
	if o.user != "" || len(o.orgs) > 0 || len(o.folders) > 0 {
		keep = auth.LoginAs
	}
	if err := a.assign(c, host, viewer.Login, o); err != nil {
		return err
	}
	stored, err := keep(ctx, a.source(c).Given(given), host, token, viewer.Login)
	if err != nil {
		return fault.Errorf("keep the token for %s: %w", host, err)
	}
	where := "the system's keyring"
	if !stored.InKeyring {
		where = stored.File
	}
	first, _ := a.source(c).Token(ctx, host, !a.chosen(host, c)) // what was just kept, or what counts before it
	person := !viewer.IsBot()
	result := &signedIn{Host: host, User: &viewer.Login, Person: &person, Origin: orNull("login"), Stored: &where}
	if viewer.ScopesKnown {
		result.Scopes = new(nonNil(viewer.Scopes))
	}
	return a.show(&o.output, result, func(s *term.Streams) error {
		fmt.Fprintf(s.Out, "%s signed in to %s as %s; the token is kept in %s\n", s.Paint(term.Good, s.Sym(term.SymOK)), host, term.Line(viewer.Login), where)
		if !stored.InKeyring && stored.Why != "" {
			fmt.Fprintf(s.Err, "The keyring could not take it: %s\n", term.Line(stored.Why))
		}
		if strings.HasSuffix(first.Origin, "_TOKEN") && first.Value != token {
			fmt.Fprintf(s.Err, "%s is set and counts before it: unset %[1]s\n", first.Origin)
		}
		if !person {
			fmt.Fprintln(s.Err, noPersonText)
		}
		for _, missing := range missingScopes(viewer.Scopes, viewer.ScopesKnown) {
			fmt.Fprintf(s.Err, "The token lacks the scope %s; some commands will not work.\n", missing)
		}
		return nil
	})
}

// assign writes what an account is for into the settings, beside what stands
// there.
func (a *app) assign(c *config.Config, host, login string, o *loginOptions) error {
	of := config.Account{Login: strings.ToLower(login), Host: host}
	for _, x := range c.AccountsOn(host) {
		if x.Login == of.Login {
			of = x
		}
	}
	for _, s := range []struct {
		name      string
		have, add []string
	}{{"orgs", of.Orgs, o.orgs}, {"dirs", of.Dirs, o.folders}} {
		if len(s.add) == 0 {
			continue
		}
		all := slices.Clone(s.have)
		for _, v := range s.add {
			if s.name == "dirs" {
				v = a.path(expandHome(v, a.inv.Getenv("HOME")))
			}
			if !slices.Contains(all, v) {
				all = append(all, v)
			}
		}
		if err := config.SetList(a.configOptions(), of.Setting(s.name), all); err != nil {
			return &usageError{err: err}
		}
	}
	return nil
}

// noPersonText is what a token of an app or a job can do, and what not.
const noPersonText = "No person stands behind this token: it finds, shows, checks, crawls, and contributes by a branch (--via branch). " +
	"It forks into no account, has no contributions or forks of its own, and a job's pull requests start no workflows."

func missingScopes(have []string, known bool) []string {
	if !known {
		return nil
	}
	all := "," + strings.Join(have, ",") + ","
	var out []string
	for _, s := range strings.Split(neededScopes, ",") {
		if !strings.Contains(all, ","+s+",") && !(s == "read:org" && (strings.Contains(all, ",admin:org,") || strings.Contains(all, ",write:org,"))) {
			out = append(out, s)
		}
	}
	return out
}

func (a *app) readToken(ctx context.Context, host string, o *loginOptions) (given auth.DeviceToken, err error) {
	if o.withToken && o.device {
		return given, usagef("--with-token and --device exclude each other")
	}
	if o.withToken {
		line, err := bufio.NewReader(io.LimitReader(a.io.In, 64*1024)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return given, fault.Errorf("read the token: %w", err)
		}
		if line = strings.TrimSpace(line); line == "" {
			return given, usagef("standard input has no token")
		}
		return auth.DeviceToken{Token: line}, nil
	}
	c, err := a.settings()
	if err != nil {
		return given, err
	}
	client := c.HostFor(host).OAuthClientID
	switch {
	case o.device && client == "":
		return given, &usageError{err: fault.Errorf("--device: no OAuth application of %s is configured", host), hint: "isrc config set hosts." + host + ".oauthClientId ID\nor give a token: isrc auth login --host " + host + " --with-token"}
	case client != "" && !o.device && !a.io.CanPrompt():
		return given, &usageError{err: errors.New("signing in takes a person, and there is no terminal to ask on"), hint: "isrc auth login --host " + host + " --with-token reads a token from standard input\nisrc auth login --host " + host + " --device shows a code, and waits until somebody has typed it in"}
	case client != "":
		return a.tokenByCode(ctx, host, client, o)
	}
	page := baseURL(c.HostFor(host).Scheme, host) + "/settings/tokens/new?" + url.Values{"scopes": {o.scopes}, "description": {"isrc"}}.Encode()
	fmt.Fprintf(a.io.Err, "Make a token here (the scopes are filled in):\n\n  %s\n\n", page)
	given.Token, err = a.io.Secret("Token (nothing is shown while you paste it)", "--with-token")
	if err == nil && given.Token == "" {
		err = term.ErrDeclined
	}
	return given, err
}

func newAuthStatus(a *app) *cobra.Command {
	o := &output{}
	cmd := &cobra.Command{
		Use:     "status",
		Short:   "Say who you are on which host, and from where the token is",
		Example: "  isrc auth status --json host,user",
		Args:    exactArgs(0, ""),
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.authStatus(cmd.Context(), o) },
	}
	addOutput(cmd, o, []signedIn{})
	exits(cmd, exitSignIn, exitUnavailable)
	return cmd
}

func (a *app) authStatus(ctx context.Context, o *output) error {
	c, err := a.settings()
	if err != nil {
		return err
	}
	host, err := a.defaultHost()
	if err != nil {
		return err
	}
	hosts := []string{host}
	for name := range c.Hosts {
		if name != host && a.flags.host == "" {
			hosts = append(hosts, name)
		}
	}
	var rows []signedIn
	var failed []error
	for _, h := range hosts {
		row, err := a.whoAmI(ctx, h)
		rows = append(rows, row)
		if err != nil {
			failed = append(failed, err)
		}
	}
	if err := a.show(o, rows, func(s *term.Streams) error { return showSignedIn(s, rows) }); err != nil {
		return err
	}
	switch {
	case len(failed) == 0:
		return nil
	case len(failed) < len(rows):
		return &exitError{code: exitPartly}
	}
	v := a.judge(failed[0])
	return &exitError{code: v.code, err: failed[0], hint: strings.Join(v.hints, "\n")}
}

func (a *app) whoAmI(ctx context.Context, host string) (signedIn, error) {
	row := signedIn{Host: host}
	fail := func(err error) (signedIn, error) {
		row.Error = a.itemError(err)
		return row, err
	}
	c, err := a.settings()
	if err != nil {
		return fail(err)
	}
	source := a.source(c)
	token, err := source.Token(ctx, host, !a.chosen(host, c))
	if err != nil {
		return fail(err)
	}
	a.mu.Lock()
	a.origins[host] = token.Origin
	a.mu.Unlock()
	row.Origin = &token.Origin
	client, err := a.clientFor(host, token.Value, source.Live(host, token))
	if err != nil {
		return fail(err)
	}
	viewer, err := client.Viewer(ctx)
	if err != nil {
		return fail(err)
	}
	row.User, row.Person, row.Expires = &viewer.Login, new(!viewer.IsBot()), momentOf(viewer.TokenExpires)
	if viewer.ScopesKnown {
		row.Scopes = new(nonNil(viewer.Scopes))
	}
	return row, nil
}

func showSignedIn(s *term.Streams, rows []signedIn) error {
	for _, r := range rows {
		if r.Error != nil {
			fmt.Fprintf(s.Out, "%s %s: %s\n", s.Paint(term.Bad, s.Sym(term.SymBroken)), r.Host, term.Line(r.Error.Message))
			continue
		}
		text := fmt.Sprintf("%s: %s, token from %s", r.Host, term.Line(*r.User), term.Line(*r.Origin))
		if !*r.Person {
			text += ", of an app or a job"
		}
		if r.Scopes != nil {
			text += ", scopes " + term.Line(strings.Join(*r.Scopes, " "))
		}
		if r.Expires != nil {
			text += ", until " + *r.Expires
		}
		fmt.Fprintf(s.Out, "%s %s\n", s.Paint(term.Good, s.Sym(term.SymOK)), text)
		if !*r.Person {
			fmt.Fprintln(s.Err, noPersonText)
		}
	}
	return nil
}

func newLogout(a *app) *cobra.Command {
	user := ""
	cmd := &cobra.Command{
		Use:     "logout",
		Short:   "Forget the token that isrc keeps for a host",
		Example: "  isrc auth logout --host git.example.com",
		Args:    exactArgs(0, ""),
		RunE: func(cmd *cobra.Command, _ []string) error {
			host, err := a.defaultHost()
			if err != nil {
				return err
			}
			c, err := a.settings()
			if err != nil {
				return err
			}
			forget := auth.Logout
			if user != "" {
				forget = func(ctx context.Context, s auth.Source, host string) (bool, error) {
					return auth.LogoutAs(ctx, s, host, user)
				}
			}
			removed, err := forget(cmd.Context(), a.source(c), host)
			if err != nil {
				return fault.Errorf("forget the token for %s: %w", host, err)
			}
			if !removed {
				a.say("isrc keeps no token for %s; one from the environment or from gh is not isrc's to forget", host)
				return nil
			}
			a.say("The token for %s is forgotten here; revoke it on the host if it must not work any more.", host)
			return nil
		},
	}
	cmd.Flags().StringVar(&user, "user", "", "forget the token of this `LOGIN`, where you have several")
	return cmd
}

// newGitCredential is the helper that isrc names in git's environment; git
// calls it, people do not.
func newGitCredential(a *app) *cobra.Command {
	return &cobra.Command{
		Use:    "git-credential <operation>",
		Short:  "Answer git's question for a password",
		Hidden: true,
		Args:   exactArgs(1, "an operation: get, store or erase"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := a.settings()
			if err != nil {
				return err
			}
			err = auth.GitCredential(cmd.Context(), a.io.In, a.inv.Streams.Out, args[0], a.source(c))
			var none *forge.SignInError
			if errors.As(err, &none) {
				return nil // git goes on to its next helper
			}
			return err
		},
	}
}
