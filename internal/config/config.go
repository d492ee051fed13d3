// Package config reads isrc's settings from the system's file, the user's file,
// the environment and flags into one struct, and knows of each where it came
// from. It must not know what a setting is used for, and it writes nothing but
// the user's file. Begin with Load and keys.go.
package config

import (
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/order"
)

// Config is the settings in force.
type Config struct {
	Host     string          // normalized; "" when nothing names one
	Orgs     []string        // organisations of Host
	Hosts    map[string]Host // by normalized name
	Accounts []Account       // by host and login
	Git      Git
	Catalog  Catalog
	Editor   string
	Pager    string
	Browser  string
	NoInput  bool
	Warnings []string // what was found but not understood
	Dirs     Dirs

	values     map[string]value
	configured map[string]bool // hosts that a file names
	standing   string          // Host as it was before the flags
}

// Git is what concerns the git program.
type Git struct {
	Binary string // "auto", "none" or a path
}

// Catalog is what concerns the catalog of repositories.
type Catalog struct {
	Source string // oci://, https:// or file:// address of the published one, "" none
	// Needs is where a search that finds nothing is noted: "" or "off" nowhere, a
	// path to a file, or "on" for the file in the state folder.
	Needs string
}

// Host is what is configured for one host. Files are absolute paths.
type Host struct {
	Name          string // normalized
	APIURL        string
	Scheme        string // "", "https", or "http" for a loopback address
	CAFile        string
	Proxy         string
	ClientCert    string
	ClientKey     string
	Orgs          []string
	User          string // login to use where there are several
	OAuthClientID string
}

// Origin says which layer a setting came from.
type Origin string

// The layers, from the weakest to the strongest.
const (
	FromDefault     Origin = "default"
	FromSystem      Origin = "system"
	FromUser        Origin = "user"
	FromEnvironment Origin = "environment"
	FromFlag        Origin = "flag"
)

// Setting is one setting with where it came from.
type Setting struct {
	Key          string // as Set takes it: "git.binary", "hosts.HOST.caFile"
	Value        string // elements of a list are joined by commas
	Origin       Origin
	OriginDetail string // a file with its line, a variable, or a flag
}

// HostFor is what is configured for a host, or its bare name. The organisations
// of the default host are its own.
func (c *Config) HostFor(name string) Host {
	name = forge.NormalizeHost(name)
	h, ok := c.Hosts[name]
	if !ok {
		h = Host{Name: name}
	}
	if len(h.Orgs) == 0 && name == c.Host {
		h.Orgs = c.Orgs
	}
	return h
}

// Standing is the host that files and variables name, whatever a flag says: a
// flag asks for a host once and chooses it for nothing else.
func (c *Config) Standing() string {
	if c.values == nil {
		return c.Host // not loaded, but written down
	}
	return c.standing
}

// Configured tells whether a file, not an argument or a variable, names a host.
//
//go:noinline
func (c *Config) Configured(host string) bool { return c.configured[forge.NormalizeHost(host)] }

// Setting looks one up by its key, in any case. It is false for what is not a
// setting.
func (c *Config) Setting(name string) (Setting, bool) {
	k, err := parseKey(name)
	if err != nil {
		return Setting{}, false
	}
	return c.setting(k.String()), true
}

func (c *Config) setting(key string) Setting {
	v, ok := c.values[key]
	if !ok {
		v = value{origin: FromDefault, list: defaultOf(key)}
	}
	return Setting{Key: key, Value: strings.Join(v.list, ","), Origin: v.origin, OriginDetail: v.detail}
}

// Settings lists every setting that is not a host's, and what is set for
// hosts, sorted by key.
func (c *Config) Settings() []Setting {
	keys := map[string]bool{}
	for _, f := range topFields() {
		keys[f.name] = true
	}
	for key := range c.values {
		keys[key] = true
	}
	all := make([]Setting, 0, len(keys))
	for key := range keys {
		all = append(all, c.setting(key))
	}
	order.By(all, func(a, b Setting) int { return strings.Compare(a.Key, b.Key) })
	return all
}
