package command

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// loud is all that lets git and isrc say what they do.
func loud() []string {
	return []string{"ISRC_DEBUG=api,git", "GIT_TRACE=1", "GIT_CURL_VERBOSE=1", "GIT_TRACE_CURL=1", "GIT_TRACE_REDACT=0", "GIT_TRACE_PACKET=1", "GIT_TRACE_SETUP=1"}
}

// story is one contribution whose hooks and command print what they are given.
func (c *canary) story() {
	c.t.Helper()
	c.dir = c.work
	c.must("contribute", "identity/auth-lib", "--branch", "fix/no-expiry", "--dir", "clone", "--yes")
	dump, seen := c.dump("environment-of-a-hook")
	hook := filepath.Join(c.work, "clone", ".git", "hooks", "pre-push")
	c.write(hook, "#!/bin/sh\n"+dump+"\ncat >> '"+seen+"'\n")
	if err := os.Chmod(hook, 0o755); err != nil {
		c.t.Fatal(err)
	}
	c.change()
	c.must("submit", "--section", "What changes="+c.section, "--tick", "I have added or changed tests", "--debug")
	c.wrote("the hook", seen)
	c.must("status", "--json", "all", "--debug")
	c.must("auth", "status", "--json", "all")
	c.dir = c.work
	dump, seen = c.dump("environment-of-a-command")
	c.isrc("contribute", "identity/auth-lib", "--branch", "fix/other", "--dir", "other", "--new", "--yes", "--signoff",
		"--title", "fix: name the claim", "--body-file", c.section, "--exec", dump+"; echo more > more.txt", "--despite", "template")
	c.wrote("the command", seen)
}

func (c *canary) wrote(what, file string) {
	c.t.Helper()
	content, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(content), "HOME=") {
		c.t.Errorf("%s did not run: %v", what, err)
	}
}

// rest is every command that story has not run.
func (c *canary) rest() {
	c.t.Helper()
	c.dir = c.work
	c.must("show", "identity/auth-lib", "--web")
	c.write(filepath.Join(c.work, "change.patch"), "diff --git a/mended.txt b/mended.txt\nnew file mode 100644\n--- /dev/null\n+++ b/mended.txt\n@@ -0,0 +1 @@\n+mended\n")
	c.must("contribute", "developer-experience/docs-site", "--branch", "fix/patch", "--dir", "patched", "--yes", "--signoff", "--apply", filepath.Join(c.work, "change.patch"), "--title", "fix: mend", "--despite", "template")
	c.must("contribute", "platform/gateway-filters", "--via", "fork", "--branch", "fix/aside", "--dir", "aside", "--yes", "--json", "all")
	c.dir = filepath.Join(c.work, "aside")
	c.must("abandon", "--yes", "--debug")
	c.all("hook install\nhook status\nhook uninstall\nmanifest check")
	c.writes("good")
	c.reads()
	c.dir = c.work
	c.all(`
		contribute identity/auth-lib --dry-run --new --branch fix/dry --json all
		status --all
		status --watch --interval 1s --for 2s
		catalog crawl --org identity,platform --debug
		catalog crawl --org identity --responses --for 1s --json all
		catalog update --debug
		catalog status
		catalog overlaps
		catalog needs
		catalog export records.jsonl
		catalog import records.jsonl
		catalog crawl --org identity --shard 1/2 --to 1.shard
		catalog merge 1.shard
		find token
		config list
		config get host
		config path
		config set orgs identity
		config unset orgs
		version`)
	c.isrc("setup", c.host(), "--yes", "--debug")
}

// reads is every command that reads of the forge.
func (c *canary) reads() {
	c.t.Helper()
	c.dir = c.work
	c.all(`
		find token --org identity --live --debug
		show identity/auth-lib --debug
		help-wanted --org identity --debug
		forks identity/auth-lib --json all
		status identity/auth-lib#413 --debug
		status --waiting-on-me --debug
		finish identity/auth-lib#413 --dry-run --json all
		check --pr 413 --repo identity/auth-lib --debug
		doctor --json all
		auth status --debug`)
	c.dir = filepath.Join(c.work, "clone")
	c.all("check --debug\nowners --debug\nabandon --dry-run --debug\nsync --dry-run --json all")
	c.dir = c.work
}

// writes is every command that changes something on the forge.
func (c *canary) writes(name string) {
	c.t.Helper()
	c.dir = c.work
	repos := filepath.Join(c.work, name+"-repos.txt")
	c.write(repos, "observability/alert-rules\n")
	dump, _ := c.dump(name + "-environment-of-several")
	c.isrc("contribute", "--repos", repos, "--exec", dump+"; echo more > more.txt", "--title", "fix: "+name, "--dir", name+"-several", "--signoff", "--yes", "--debug")
	c.isrc("contribute", "identity/auth-lib", "--branch", "fix/"+name, "--dir", name, "--new", "--yes", "--debug")
	c.isrc("propose", "identity/auth-lib", "--title", "Say "+name, "--body-file", c.section, "--anyway", "--yes", "--debug")
	c.all("forks clean --yes --debug")
	c.pushes(name)
}

// pushes is every command that pushes from a clone.
func (c *canary) pushes(name string) {
	c.t.Helper()
	c.dir = filepath.Join(c.work, "clone")
	c.commit("fix: " + name)
	c.all("submit --debug\nsync --yes --debug")
	c.dir = c.work
}

// moods goes the ways that lead to the forge while it is in each bad mood.
func (c *canary) moods(names ...string) {
	c.t.Helper()
	for _, mood := range names {
		c.mood.set(mood)
		c.dir = c.work
		switch name := strings.ReplaceAll(mood, " ", "-"); {
		case len(names) < 3 && mood == "refuses the API":
			c.all("show identity/auth-lib --debug\nauth status --debug\npropose identity/auth-lib --title x --yes")
		case mood == "refuses the API":
			c.writes(name)
			c.reads()
			c.stdin = c.secret + "\n"
			for range 6 { // as many ways there are to refuse it
				c.isrc("auth", "login", "--with-token", "--debug")
			}
			c.stdin = ""
		case mood == "refuses the push":
			c.pushes(name)
		case mood == "refuses what is to be written":
			c.writes(name)
		default:
			c.all("show identity/auth-lib --debug\nstatus --all --json all\nforks identity/auth-lib\nfind token --org identity --live\ncheck --pr 413 --repo identity/auth-lib")
			c.isrc("contribute", "identity/auth-lib", "--branch", "fix/"+name, "--dir", name, "--new", "--yes", "--debug")
			c.pushes(name)
		}
		if c.mood.set("") == 0 {
			c.t.Errorf("the forge that %s was never asked", mood)
		}
	}
}

// ends are the commands at the end of a contribution: a round of review, what
// is merged, what is declined.
func (c *canary) ends() {
	c.t.Helper()
	c.dir = filepath.Join(c.work, "clone")
	c.as("identity-reviewer", "POST", "/repos/identity/auth-lib/pulls/413/reviews", `{"event":"REQUEST_CHANGES","body":"Name the claim."}`)
	c.commit("fix: name the claim")
	c.must("submit", "--debug")
	if err := c.forge.Push(c.t.Context(), "identity/auth-lib", "identity-lead", "docs: one", map[string]string{"one.md": "one\n"}); err != nil {
		c.t.Fatal(err)
	}
	c.must("sync", "--yes", "--debug")
	c.as("site-admin", "PATCH", "/repos/identity/auth-lib/pulls/413", `{"state":"closed"}`)
	c.all(`
		status --all --debug
		finish --debug
		submit --debug
		submit --again --debug
		finish --remove --yes --debug`)
	c.dir = c.work
	c.all("forks --debug\nforks clean --yes --debug\nstatus --all --json all")
}

// strangers are hosts that stand in an argument, and that no token is for.
func (c *canary) strangers() {
	c.t.Helper()
	c.dir = c.work
	for _, s := range []string{c.plain.URL, c.secure.URL} {
		host := s[strings.LastIndex(s, "/")+1:]
		for _, line := range []string{
			"show %[1]s/identity/auth-lib", "show %[2]s/identity/auth-lib", "find x --host %[2]s", "contribute %[2]s/identity/auth-lib --yes", "auth status --host %[2]s",
			"propose %[2]s/identity/auth-lib --title x", "forks %[2]s/identity/auth-lib", "forks --host %[2]s", "status %[2]s/identity/auth-lib#1", "status --waiting-on-me --host %[2]s",
			"finish %[2]s/identity/auth-lib#1", "help-wanted --host %[2]s", "catalog crawl --host %[2]s --org identity", "catalog pull oci://%[2]s/acme/catalog:main",
			"catalog push oci://%[2]s/acme/catalog:main", "catalog pull %[1]s/catalog", "setup %[2]s --yes", "setup %[1]s/isrc.yaml --yes", "doctor --host %[2]s",
		} {
			c.all(fmt.Sprintf(line+" --debug", s, host))
		}
	}
}

// login gives the token to isrc itself: then it is in its own file alone.
func (c *canary) login() {
	c.t.Helper()
	c.set("GH_CONFIG_DIR=" + filepath.Join(c.outside, "none"))
	c.stdin = c.secret + "\n"
	c.must("auth", "login", "--with-token")
	c.stdin = ""
	c.all("auth status\nshow identity/auth-lib\nstatus")
	kept := filepath.Join(c.variable("HOME"), ".config", "isrc", "tokens.json")
	if content, err := os.ReadFile(kept); err != nil || !c.trap.holds(string(content)) {
		c.t.Errorf("the token is not kept: %v", err)
	}
	c.may[kept] = true
	c.sweep()
	delete(c.may, kept)
	c.isrc("auth", "logout")
	c.sweep()
}

// inherited works in a clone whose remote holds the token: that file is not
// ours, but nothing of it may go further.
func (c *canary) inherited() {
	c.t.Helper()
	c.set("ISRC_TOKEN=" + c.secret)
	c.dir = filepath.Join(c.work, "other")
	config := filepath.Join(c.dir, ".git", "config")
	with := strings.Replace(c.base, "https://", "https://newcomer:"+c.secret+"@", 1)
	content, err := os.ReadFile(config)
	if err != nil {
		c.t.Fatal(err)
	}
	c.write(config, strings.ReplaceAll(string(content), c.base+"/", with+"/"))
	c.may[config] = true
	c.all("check --debug\nsubmit --debug\nstatus --debug\nsync --yes --debug\nabandon --dry-run --debug\ncheck --json all\nowners\nshow " + with + "/identity/auth-lib\nhook status")
	c.trap.files(c.may, c.variable("HOME"), c.work, c.variable("TMPDIR"))
}

// variable reads the environment of a person, set changes it.
func (p *person) variable(name string) string {
	value := ""
	for _, kv := range p.env {
		if v, ok := strings.CutPrefix(kv, name+"="); ok {
			value = v
		}
	}
	return value
}

func (p *person) set(kv string) { p.env = append(p.env, kv) }
