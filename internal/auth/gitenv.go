package auth

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/config"
	gittool "github.com/isrc-dev/isrc/internal/git"
)

// GitEnvOptions is what GitEnv needs beside the host.
type GitEnvOptions struct {
	Scheme  string   // "" is the host's
	Named   bool     // as in Source.Token
	Account string   // login of the account that was chosen, "" for none
	Environ []string // what is set already; nil is os.Environ()
}

// GitEnv is what to append to the environment of git, so that it reaches one
// host as isrc does: with a credential helper (self, the path of isrc; "" for
// none) after the user's own, the CA, the proxy and the client certificate.
// Settings stand in GIT_CONFIG_COUNT and its variables (git 2.31), after those
// that stand there already, and end with the process.
func GitEnv(self string, host config.Host, o GitEnvOptions) []string {
	if o.Environ == nil {
		o.Environ = os.Environ()
	}
	if o.Scheme != "" {
		host.Scheme = o.Scheme
	}
	url := schemeOf(host) + "://" + host.Name
	var settings [][2]string
	set := func(key, value string) { settings = append(settings, [2]string{key, value}) }
	if self != "" {
		set("credential."+url+".helper", helper(self, url))
		set("credential."+url+".useHttpPath", "false")
	}
	ca, own := authorities(host, o.Environ)
	for _, f := range [][2]string{{"sslCAInfo", ca}, {"sslCert", host.ClientCert}, {"sslKey", host.ClientKey}} {
		if f[1] != "" {
			set("http."+url+"/."+f[0], f[1])
		}
	}
	if isLoopback(host.Name) {
		set("http."+url+"/.proxy", "")
	} else if host.Proxy != "" {
		set("http."+url+"/.proxy", host.Proxy)
	}
	env := append(withSettings(o.Environ, settings), noQuestions()...)
	env = append(append(env, own...), withoutProxy(o.Environ)...)
	trusted := host.Name
	if o.Named {
		trusted = ""
	}
	if o.Account != "" {
		env = append(env, AccountVariable+"="+o.Account+"@"+host.Name)
	}
	return append(env, trustVariable+"="+trusted)
}

// authorities is the file of certificates for a host, and the variables that
// must be set for git to take it: its own variable would win over any setting.
// Not every build of git reads SSL_CERT_FILE, by which this program goes.
func authorities(host config.Host, environ []string) (file string, variables []string) {
	const gits = "GIT_SSL_CAINFO"
	switch {
	case host.CAFile != "" && lookup(environ, gits) != "":
		return host.CAFile, []string{gits + "=" + host.CAFile}
	case host.CAFile != "":
		return host.CAFile, nil
	case lookup(environ, gits) != "":
		return "", nil
	}
	return lookup(environ, "SSL_CERT_FILE"), nil
}

// quoted makes one word for the shell that git runs a helper with.
//
//go:noinline
func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// withSettings numbers settings on from those that are set, and leaves out the
// ones that are among them.
func withSettings(environ []string, settings [][2]string) []string {
	n, err := strconv.Atoi(lookup(environ, "GIT_CONFIG_COUNT"))
	if err != nil || n < 0 || n > 1000 {
		n = 0
	}
	there := map[[2]string]bool{}
	for i := range n {
		there[[2]string{lookup(environ, fmt.Sprint("GIT_CONFIG_KEY_", i)), lookup(environ, fmt.Sprint("GIT_CONFIG_VALUE_", i))}] = true
	}
	var env []string
	for _, s := range settings {
		if there[s] {
			continue
		}
		env = append(env, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", n, s[0]), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", n, s[1]))
		n++
	}
	return append(env, fmt.Sprintf("GIT_CONFIG_COUNT=%d", n))
}

func lookup(environ []string, name string) string {
	value := ""
	for _, kv := range environ {
		if n, v, _ := strings.Cut(kv, "="); n == name {
			value = v // the last one counts
		}
	}
	return value
}

// withoutProxy adds this machine to what is reached without a proxy. Both
// spellings are set, because programs differ in which one they read.
func withoutProxy(environ []string) []string {
	list := lookup(environ, "no_proxy")
	if list == "" {
		list = lookup(environ, "NO_PROXY")
	}
	if strings.TrimSpace(list) != "*" {
		for _, own := range []string{"localhost", "127.0.0.1", "::1"} {
			if !strings.Contains(","+list+",", ","+own+",") {
				list = strings.TrimPrefix(list+","+own, ",")
			}
		}
	}
	return []string{"NO_PROXY=" + list, "no_proxy=" + list}
}

// helper is isrc as git's credential helper. git also tells its helpers what
// worked; isrc has nothing to store, so the shell answers that without starting
// it again. Nor is it started where this process has handed the credentials on:
// they are taken from the pipe if they are for this host.
func helper(self, url string) string {
	return `!f() { test "$1" = get || exit 0; if test -n "$` + gittool.HandedVariable + `" && test -p /dev/fd/3 && { read -r h && read -r u && read -r p && test "$h" = ` + quoted(url) + `; } 2>/dev/null <&3; then printf '%s\n%s\n' "$u" "$p"; else ` +
		quoted(filepath.ToSlash(self)) + ` auth git-credential get; fi; }; f`
}
