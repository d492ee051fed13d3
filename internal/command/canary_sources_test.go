package command

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/zalando/go-keyring"
)

// tokenSource is a place that isrc takes a token from.
type tokenSource struct {
	name     string
	give     func(c *canary, secret string)
	exported bool // every program that the user starts has it, isrc's too
}

// tokenSources are all of them. What another program keeps lies outside of the
// folders that are looked at: it is that program's matter.
func tokenSources() []tokenSource {
	return []tokenSource{
		{name: "gh's file", give: func(c *canary, secret string) {
			c.write(filepath.Join(c.outside, "gh", "hosts.yml"), fmt.Sprintf("%q:\n    oauth_token: %s\n    user: newcomer\n", c.host(), secret))
			c.set("GH_CONFIG_DIR=" + filepath.Join(c.outside, "gh"))
		}},
		{name: "gh's keyring", give: func(c *canary, secret string) {
			c.write(filepath.Join(c.outside, "gh", "hosts.yml"), fmt.Sprintf("%q:\n    user: newcomer\n", c.host()))
			c.write(filepath.Join(c.outside, "token"), secret+"\n")
			c.set("GH_CONFIG_DIR=" + filepath.Join(c.outside, "gh"))
			c.logs = append(c.logs, record(c.t, c.bin, "gh", "cat '"+filepath.Join(c.outside, "token")+"'"))
		}},
		{name: "the keyring", give: func(c *canary, secret string) {
			c.write(filepath.Join(c.outside, "keyring"), fmt.Sprintf("%s\n{\"token\":%q,\"user\":\"newcomer\"}", c.host(), secret))
			c.set("TEST_KEYRING=" + filepath.Join(c.outside, "keyring"))
		}},
		{name: "isrc's file", give: func(c *canary, secret string) {
			c.stdin = secret + "\n"
			c.must("auth", "login", "--with-token")
			c.stdin = ""
			kept := filepath.Join(c.variable("HOME"), ".config", "isrc", "tokens.json")
			info, err := os.Stat(kept)
			if err != nil || info.Mode().Perm() != 0o600 {
				c.t.Errorf("the token is not kept for its owner alone: %v %v", info, err)
			}
			c.may[kept] = true
		}},
		{name: "git's credential helper", give: func(c *canary, secret string) {
			c.write(filepath.Join(c.outside, "credential"), "username=newcomer\npassword="+secret+"\n")
			c.write(filepath.Join(c.variable("HOME"), "gitconfig"), newcomersGit+"[credential]\n\thelper = \"!f() { test \\\"$1\\\" = get && cat '"+filepath.Join(c.outside, "credential")+"'; }; f\"\n")
		}},
		{name: "ISRC_TOKEN", exported: true, give: func(c *canary, secret string) { c.set("ISRC_TOKEN=" + secret) }},
		{name: "GH_ENTERPRISE_TOKEN", exported: true, give: func(c *canary, secret string) { c.set("GH_ENTERPRISE_TOKEN=" + secret) }},
	}
}

// keyringOf lets a process of a test have a keyring: the file names a host in its
// first line and holds the entry in its second.
func keyringOf(file string) error {
	keyring.MockInit()
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	host, entry, _ := strings.Cut(strings.TrimSpace(string(content)), "\n")
	return keyring.Set("isrc", host, entry)
}
