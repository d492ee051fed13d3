package command

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/forge/sandbox"
	"github.com/isrc-dev/isrc/internal/term"
)

// canary is one user's machine on which every command is run, with a token that
// nobody else has. All that they say, write, start and ask is looked at.
type canary struct {
	*person
	trap    *trap
	mood    *moods
	from    tokenSource
	secret  string
	program string // isrc, but for what the trap itself is tried with
	stdin   string

	work    string // where the user works
	outside string // what other programs keep
	bin     string // programs that write down what they are given
	logs    []string
	may     map[string]bool // files that may hold the token
	ran     map[string]bool // commands
	plain   *httptest.Server
	secure  *httptest.Server
}

// TestCampaignTheTokenIsNowhereButWithItsHost runs every command with the token of gh's
// file, while git and isrc say all they can, and the forge misbehaves in every
// way; and a contribution with a token from each of the other sources.
func TestCampaignTheTokenIsNowhereButWithItsHost(t *testing.T) {
	if testing.Short() {
		t.Skip("left out with -short: every command, and every source of a token, takes half a minute")
	}
	t.Parallel()
	for i, from := range tokenSources() {
		if !wholeCampaign(t) && i > 0 {
			break // the others differ in where the token comes from alone
		}
		t.Run(from.name, func(t *testing.T) {
			t.Parallel()
			c := newCanary(t, from)
			if i > 0 {
				c.story()
				c.moods("refuses the API", "refuses the push")
				c.sweep()
				return
			}
			stop := sync.OnceFunc(c.trap.watch())
			defer stop()
			for _, kv := range loud() {
				c.set(kv)
			}
			c.story()
			c.rest()
			moods := slices.Sorted(maps.Keys(badMoods()))
			if !wholeCampaign(t) {
				moods = []string{"names another host", "refuses the API", "refuses the push", "says it in its answers"}
			}
			c.moods(moods...)
			c.ends()
			c.strangers()
			c.sweep()
			c.login()
			c.everyCommandRan()
			// a clone that somebody made with the token in its address, which git
			// hands to programs of its own
			stop()
			c.inherited()
		})
	}
}

func newCanary(t *testing.T, from tokenSource) *canary {
	t.Helper()
	m := &moods{}
	p := newPerson(t, lookalike{stop: m.handle, in: m.anew, json: m.change})
	// a token that no other test on this machine has
	m.secret = p.forge.TokenWith("newcomer", "repo", "read:org", "workflow", "user:email", "delete_repo", fmt.Sprint("canary ", from.name, os.Getpid(), time.Now().UnixNano()))
	x := newTrap(t, m.secret)
	c := &canary{
		person: p, trap: x, mood: m, from: from, secret: m.secret, program: "isrc", work: p.dir, outside: t.TempDir(), bin: t.TempDir(),
		may: map[string]bool{}, ran: map[string]bool{}, plain: x.stranger("a stranger", false), secure: x.stranger("a stranger with TLS", true),
	}
	m.away = c.plain.URL
	git, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	c.logs = []string{record(t, c.bin, "git", "exec '"+git+"' \"$@\"")}
	for _, name := range []string{"browse", "edit", "page"} {
		c.logs = append(c.logs, record(t, c.bin, name, ":"))
	}
	c.set("PATH=" + c.bin + ":" + os.Getenv("PATH"))
	c.set("ISRC_TOKEN=")
	c.set("GH_CONFIG_DIR=" + filepath.Join(c.outside, "none"))
	for _, kv := range []string{"BROWSER=browse", "GIT_EDITOR=edit", "VISUAL=edit", "EDITOR=edit", "PAGER=page", "GIT_PAGER=page"} {
		name, program, _ := strings.Cut(kv, "=")
		c.set(name + "=" + filepath.Join(c.bin, program))
	}
	from.give(c, c.secret)
	return c
}

func (c *canary) host() string { return strings.TrimPrefix(c.base, "https://") }

// isrc runs a command, however it ends, and gives its code.
func (c *canary) isrc(args ...string) (out string, code int) {
	c.t.Helper()
	out, errs, code := c.input(c.stdin, c.program, args...)
	c.trap.look("the output of isrc "+strings.Join(args, " "), out)
	c.trap.look("what isrc "+strings.Join(args, " ")+" says", errs)
	if c.ran != nil {
		c.ran[commandOf(args)] = true
	}
	return out + errs, code
}

func (c *canary) must(args ...string) {
	c.t.Helper()
	if out, code := c.isrc(args...); code != 0 {
		c.t.Fatalf("isrc %s: exit %d\n%s", strings.Join(args, " "), code, out)
	}
}

// all runs one command for each line.
func (c *canary) all(lines string) {
	c.t.Helper()
	for line := range strings.Lines(lines) {
		if args := strings.Fields(line); len(args) > 0 {
			c.isrc(args...)
		}
	}
}

func (c *canary) commit(message string) {
	c.t.Helper()
	if _, errs, code := c.run("git", "-c", "core.hooksPath=none", "commit", "--quiet", "--allow-empty", "-s", "-m", message); code != 0 {
		c.t.Errorf("git commit: %s", errs)
	}
}

// as lets somebody else do something on the forge.
func (c *canary) as(login, method, path, body string) {
	c.t.Helper()
	actAs(c.t, c.forge, login, method, path, body)
}

// actAs lets somebody do something on a forge.
func actAs(t *testing.T, f *sandbox.Forge, login, method, path, body string) {
	t.Helper()
	req, err := http.NewRequest(method, f.URL()+"/api/v3"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "token "+f.Token(login))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if said, _ := io.ReadAll(resp.Body); resp.StatusCode >= 300 {
		t.Errorf("%s %s as %s: %s: %s", method, path, login, resp.Status, said)
	}
}

// dump is a shell command that writes down what a program is given. Where the
// user has exported the token, that holds it.
func (c *canary) dump(name string) (command, file string) {
	file = filepath.Join(c.work, name)
	c.may[file] = c.from.exported
	// and what lies in a pipe that it has inherited
	return "{ env; printf '%s\\n' \"$@\"; for n in 3 4 5; do test -p /dev/fd/$n && timeout 1 cat /dev/fd/$n; done; } >> '" + file + "'", file
}

// sweep looks into all files, and into what programs were given.
func (c *canary) sweep() {
	c.t.Helper()
	c.trap.files(c.may, c.variable("HOME"), c.work, c.variable("TMPDIR"))
	for _, log := range c.logs {
		content, err := os.ReadFile(log)
		if err != nil && !os.IsNotExist(err) {
			c.t.Error(err)
		}
		text := string(content)
		if c.from.exported {
			text = "" // each of them has it by the user's will
		}
		c.trap.look("what the program "+filepath.Base(log)+" was given", text)
	}
	if content, err := os.ReadFile(c.logs[0]); err != nil || !strings.Contains(string(content), "receive-pack") && !strings.Contains(string(content), "push") {
		c.t.Errorf("git was not written down: %v", err)
	}
}

// commandOf names the command that arguments stand for.
func commandOf(args []string) string {
	root := newRoot(newApp(Invocation{Streams: &term.Streams{Out: io.Discard, Err: io.Discard}, Now: time.Now}))
	cmd, _, err := root.Find(args)
	if err != nil {
		return ""
	}
	return cmd.CommandPath()
}

// notRun are the commands that the canary leaves out, each with the reason.
func notRun() map[string]string {
	return map[string]string{
		"isrc demo":                "it has a forge and a token of its own",
		"isrc completion":          "it writes a constant text",
		"isrc help":                "it writes a constant text",
		"isrc auth git-credential": "it is there to give git the token; git runs it in all that is pushed and fetched",
		"isrc hook run":            "git runs it, in the clone with the hooks",
	}
}

// everyCommandRan wants each command to have been looked at, so that a new one
// is not forgotten.
func (c *canary) everyCommandRan() {
	c.t.Helper()
	var walk func(*cobra.Command)
	walk = func(cmd *cobra.Command) {
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
		name := cmd.CommandPath()
		if _, left := notRun()[name]; cmd.RunE != nil && !cmd.HasSubCommands() && !c.ran[name] && !left {
			c.t.Errorf("the canary does not run %s", name)
		}
	}
	walk(newRoot(newApp(Invocation{Streams: &term.Streams{Out: io.Discard, Err: io.Discard}, Now: time.Now})))
}
