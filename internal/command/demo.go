package command

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge/sandbox"
	"github.com/isrc-dev/isrc/internal/git"
	"github.com/isrc-dev/isrc/internal/lazy"
	"github.com/isrc-dev/isrc/internal/term"
)

type demoOptions struct {
	keep bool
	tls  bool
}

func newDemo(a *app) *cobra.Command {
	o := &demoOptions{}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Watch a contribution from find to review on a forge of its own",
		Long: `Demo starts a forge on this machine, with a company called Acme on it, and
carries one contribution through the real commands over real HTTP and real git:
find, show, contribute, check, submit, a reviewer's answer, status. It needs
nothing but git, touches none of your settings, and leaves nothing behind.

With --keep the forge stays until Ctrl-C, and says how to try it by hand.`,
		Example: "  isrc demo\n  isrc demo --keep --tls",
		Args:    exactArgs(0, ""),
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.demo(cmd.Context(), o) },
	}
	cmd.Flags().BoolVar(&o.keep, "keep", false, "leave the forge running and say how to try it by hand")
	cmd.Flags().BoolVar(&o.tls, "tls", false, "serve it over https with a certificate authority of its own")
	exits(cmd, exitInterrupted)
	return cmd
}

// demonstration is one run of the demo: a forge, a home of its own, and the
// commands as a person would type them.
type demonstration struct {
	app   *app
	forge *sandbox.Forge
	root  string // removed at the end
	home  string
	work  string
	dir   string // where the person stands
	env   []string
	tool  *git.Tool
	url   string // of the pull request
}

func (a *app) demo(ctx context.Context, o *demoOptions) (err error) {
	root, err := os.MkdirTemp("", "isrc-demo-*")
	if err != nil {
		return fault.Errorf("make a folder for the demo: %w", err)
	}
	defer func() { err = fault.Join(err, os.RemoveAll(root)) }()
	d := &demonstration{app: a, root: root, home: filepath.Join(root, "home"), work: filepath.Join(root, "work")}
	d.dir = d.work
	if err := d.open(ctx, o); err != nil {
		return err
	}
	defer func() { err = fault.Join(err, d.forge.Close()) }()
	if err := d.story(ctx); err != nil {
		return fault.Errorf("the demo stopped: %w", err)
	}
	if o.keep {
		return d.wait(ctx)
	}
	_, err = fmt.Fprintf(a.io.Out, "\nisrc demo --keep leaves the forge running, to try it by hand. The pull request was\n%s\n", d.url)
	return err
}

// open starts the forge and writes the settings of a person who is new to it.
func (d *demonstration) open(ctx context.Context, o *demoOptions) error {
	forgeDir := filepath.Join(d.root, "forge")
	for _, dir := range []string{d.home, d.work, forgeDir} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	f, err := sandbox.Start(ctx, sandbox.Options{Dir: forgeDir, TLS: o.tls})
	if err != nil {
		return fault.Errorf("start the forge: %w", err)
	}
	d.forge = f
	settings := fmt.Sprintf("host: %q\nhosts:\n  %q:\n", f.Host(), f.Host())
	if o.tls {
		settings += fmt.Sprintf("    caFile: %q\n", f.CAFile())
	} else {
		settings += "    scheme: http\n"
	}
	settings += "    orgs: [identity, platform, observability, payments]\n"
	files := map[string]string{
		filepath.Join(d.home, ".config", "isrc", "config.yaml"): settings,
		filepath.Join(d.home, ".gitconfig"):                     "[user]\n\tname = Newcomer\n\temail = newcomer@acme.example\n[init]\n\tdefaultBranch = main\n",
	}
	for path, text := range files {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return err
		}
	}
	d.environment()
	d.tool, err = git.FindTool("auto", d.env)
	return err
}

// environment is what the demo's commands see: nothing of the user's settings,
// but the way to programs, the terminal's taste, and the network as it is.
func (d *demonstration) environment() {
	for _, name := range []string{
		"PATH", "PATHEXT", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "LANG", "LC_ALL", "TERM", "NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE",
		"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy", "NO_PROXY", "no_proxy", "ISRC_DEBUG",
	} {
		if v := d.app.inv.Getenv(name); v != "" {
			d.env = append(d.env, name+"="+v)
		}
	}
	d.env = append(d.env,
		"HOME="+d.home, "USERPROFILE="+d.home, "XDG_CONFIG_HOME="+filepath.Join(d.home, ".config"), "XDG_CONFIG_DIRS="+filepath.Join(d.home, "none"),
		"XDG_STATE_HOME="+filepath.Join(d.home, ".local", "state"), "XDG_CACHE_HOME="+filepath.Join(d.home, ".cache"), "XDG_DATA_HOME="+filepath.Join(d.home, ".local", "share"),
		"GIT_CONFIG_GLOBAL="+filepath.Join(d.home, ".gitconfig"), "GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0",
		"GH_CONFIG_DIR="+filepath.Join(d.home, "gh"), "ISRC_TOKEN="+d.forge.Token("newcomer"),
	)
}

// story is what happens, one line for each thing a person does.
func (d *demonstration) story(ctx context.Context) error {
	steps := []func() error{
		d.tell("A newcomer needs tokens validated. Has somebody here built that?"),
		d.isrc(ctx, exitDone, "find", "token", "validation"),
		d.tell("One of them is it. What does it ask of people who want to change it?"),
		d.isrc(ctx, exitDone, "show", "identity/auth-lib"),
		d.tell("It accepts tokens that never expire, and an issue asks for help with that."),
		d.isrc(ctx, exitDone, "contribute", "identity/auth-lib", "--issue", "398"),
		d.enter("auth-lib"),
		d.change(ctx, demoChange),
		d.git(ctx, "commit", "-m", "reject tokens without expiry"),
		d.tell("Before anybody else sees it: does it hold against what they ask?"),
		d.isrc(ctx, exitBroken, "check"),
		d.isrc(ctx, exitDone, "check", "--fix"),
		d.tell("The project's template has boxes about the person. Only the person can tick them."),
		d.isrc(ctx, exitDone, "submit", "--section", "What changes=../what.md", "--tick", "I have added or changed tests", "--tick", "go test ./... passes", "--tick", "I have read CONTRIBUTING.md"),
		d.review(ctx, "identity-reviewer", "REQUEST_CHANGES", "Good. Please name the expiry claim in the error, so that callers can log it."),
		d.tell("Who waits for whom?"),
		d.isrc(ctx, exitDone, "status"),
		d.change(ctx, demoAnswer),
		d.git(ctx, "commit", "-s", "-m", "fix: name the missing claim"),
		d.isrc(ctx, exitDone, "submit"),
		d.review(ctx, "identity-reviewer", "APPROVE", "Thank you!"),
		d.isrc(ctx, exitDone, "status"),
	}
	for _, step := range steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (d *demonstration) tell(text string) func() error {
	return func() error {
		d.aside(text)
		return nil
	}
}

// aside says what no command says.
func (d *demonstration) aside(text string) {
	fmt.Fprintln(d.app.io.Out)
	for _, l := range term.Wrap(text, max(d.app.io.Width-2, 8)) {
		fmt.Fprintln(d.app.io.Out, d.app.io.Paint(term.Dim, "# "+l))
	}
}

func (d *demonstration) typed(words ...string) {
	for i, w := range words {
		if w != "$EDITOR" {
			words[i] = shellWord(w)
		}
	}
	fmt.Fprintf(d.app.io.Out, "\n%s %s\n", d.app.io.Paint(term.Good, "$"), d.app.io.Paint(term.Strong, strings.Join(words, " ")))
}

var pullURL = lazy.Pattern(`https?://\S+/pull/[0-9]+`)

// isrc runs a command of isrc as the newcomer would, and wants its exit code.
//
//go:noinline
func (d *demonstration) isrc(ctx context.Context, want int, args ...string) func() error {
	return func() error {
		d.typed(append([]string{"isrc"}, args...)...)
		var said bytes.Buffer
		out := io.MultiWriter(d.app.io.Out, &said)
		streams := &term.Streams{In: strings.NewReader(""), Out: out, Err: out, OutTTY: true, Width: d.app.io.Width, Color: d.app.io.Color, Unicode: d.app.io.Unicode, NoInput: true}
		got := Run(ctx, Invocation{Args: args, Env: d.env, Dir: d.dir, Streams: streams, Now: d.app.inv.Now, Self: d.app.inv.Self})
		if got != want {
			return fault.Errorf("isrc %s: exit code %d, want %d", strings.Join(args, " "), got, want)
		}
		if url := pullURL().FindString(said.String()); url != "" && args[0] == "submit" {
			d.url = url
		}
		return nil
	}
}

// enter is cd.
func (d *demonstration) enter(dir string) func() error {
	return func() error {
		d.typed("cd", dir)
		d.dir = filepath.Join(d.work, dir)
		return os.WriteFile(filepath.Join(d.work, "what.md"), []byte("A token without an expiry is refused with ErrNoExpiry, as the issue asks.\n"), 0o600)
	}
}

// edit replaces one piece of a file by another.
type edit struct{ file, was, now string }

// change edits files as a person with an editor would.
func (d *demonstration) change(ctx context.Context, edits []edit) func() error {
	return func() error {
		typed, add := []string{"$EDITOR"}, []string{"add", "--"}
		for _, e := range edits {
			path := filepath.Join(d.dir, e.file)
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			changed := strings.Replace(string(data), e.was, e.now, 1)
			if changed == string(data) {
				return fault.Errorf("%s does not hold %q", e.file, e.was)
			}
			if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
				return err
			}
			typed, add = append(typed, e.file), append(add, e.file)
		}
		d.typed(typed...)
		_, err := d.tool.Run(ctx, d.dir, add...)
		return err
	}
}

func (d *demonstration) git(ctx context.Context, args ...string) func() error {
	return func() error {
		d.typed(append([]string{"git"}, args...)...)
		_, err := d.tool.Run(ctx, d.dir, append(args, "--quiet")...)
		return err
	}
}

// review answers the pull request as somebody of the owning team, over the
// forge's own API.
func (d *demonstration) review(ctx context.Context, login, event, body string) func() error {
	return func() error {
		d.aside(fmt.Sprintf("%s reviews it (%s): %s", login, strings.ToLower(strings.ReplaceAll(event, "_", " ")), body))
		api := strings.Replace(strings.Replace(d.url, d.forge.URL(), d.forge.URL()+"/api/v3/repos", 1), "/pull/", "/pulls/", 1) + "/reviews"
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, api, strings.NewReader(fmt.Sprintf(`{"event":%q,"body":%q}`, event, body)))
		if err != nil {
			return err
		}
		req.Header.Set("Authorization", "token "+d.forge.Token(login))
		client, err := d.forge.Client()
		if err != nil {
			return err
		}
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close() //nolint:errcheck // its status is what counts
		if resp.StatusCode != http.StatusOK {
			return fault.Errorf("review as %s: %s", login, resp.Status)
		}
		return nil
	}
}

// wait keeps the forge and says how to try it by hand.
func (d *demonstration) wait(ctx context.Context) error {
	w := d.app.io.Out
	fmt.Fprintf(w, "\nThe forge runs at %s until Ctrl-C. In another terminal:\n\n", d.forge.URL())
	for _, line := range []string{
		"ISRC_TOKEN=" + d.forge.Token("newcomer"),
		"XDG_CONFIG_HOME=" + shellWord(filepath.Join(d.home, ".config")) + " XDG_STATE_HOME=" + shellWord(filepath.Join(d.home, ".local", "state")),
		"XDG_CACHE_HOME=" + shellWord(filepath.Join(d.home, ".cache")) + " XDG_DATA_HOME=" + shellWord(filepath.Join(d.home, ".local", "share")),
		"GIT_CONFIG_GLOBAL=" + shellWord(filepath.Join(d.home, ".gitconfig")),
	} {
		fmt.Fprintf(w, "  export %s\n", line)
	}
	fmt.Fprintf(w, "  isrc show platform/pipelines\n")
	if ca := d.forge.CAFile(); ca != "" {
		fmt.Fprintf(w, "\nOther tools:\n\n  export GH_HOST=%s GH_ENTERPRISE_TOKEN=$ISRC_TOKEN SSL_CERT_FILE=%s GIT_SSL_CAINFO=%s\n  gh api repos/identity/auth-lib\n", d.forge.Host(), shellWord(ca), shellWord(ca))
	}
	fmt.Fprintf(w, "\nThe pull request: %s\n", d.url)
	<-ctx.Done()
	fmt.Fprintln(w)
	return nil
}

// The change of the demo: what an engineer would write for the issue.
var demoChange = []edit{
	{"token.go", `	ErrExpired   = errors.New("token has expired")
`, `	ErrExpired   = errors.New("token has expired")
	ErrNoExpiry  = errors.New("token has no expiry")
`},
	{"validate.go", `	if c.Expiry != 0 && now()`, `	if c.Expiry == 0 {
		return Claims{}, ErrNoExpiry
	}
	if now()`},
	{"validate_test.go", `		{"an expired token", `, `		{"a token that never expires", Sign(Claims{Issuer: o.Issuer}, "k1", key), ErrNoExpiry},
		{"an expired token", `},
}

var demoAnswer = []edit{{"token.go", `"token has no expiry"`, `"token has no expiry: claim exp is missing"`}}
