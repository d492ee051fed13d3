package config

import (
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// LoadOptions is the world that Load looks at.
type LoadOptions struct {
	Getenv func(string) string // nil is os.Getenv
	Flags  map[string]string   // key of a setting → value, only those given
	Home   string              // "" is the user's
	Dirs   Dirs                // zero is NewDirs of this system
}

func (o *LoadOptions) fill() error {
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	if o.Home == "" {
		o.Home, _ = os.UserHomeDir() // without one the folders must be set by variables
	}
	if o.Dirs.Config == "" {
		o.Dirs = NewDirs(runtime.GOOS, o.Getenv, o.Home)
	}
	if !filepath.IsAbs(o.Dirs.Config) {
		return fault.Errorf("the folder of the settings is not known: set HOME or XDG_CONFIG_HOME")
	}
	return nil
}

// Load reads all layers. No file is written, and none need exist. An error
// names the file, the line and the setting; unknown settings are Warnings.
func Load(o LoadOptions) (*Config, error) {
	if err := o.fill(); err != nil {
		return nil, err
	}
	c := &Config{Dirs: o.Dirs, values: map[string]value{}, configured: map[string]bool{}, Hosts: map[string]Host{}}
	keys := map[string]key{}
	files := slices.Clone(o.Dirs.System)
	slices.Reverse(files) // the most important one is read last
	for _, dir := range files {
		if err := c.join(keys, filepath.Join(dir, fileName), FromSystem, o.Home); err != nil {
			return nil, err
		}
	}
	if err := c.join(keys, o.Dirs.UserFile(), FromUser, o.Home); err != nil {
		return nil, err
	}
	if h := c.values["host"]; len(h.list) > 0 && h.list[0] != "" {
		c.configured[h.list[0]] = true
	}
	if err := c.environment(keys, o); err != nil {
		return nil, err
	}
	c.standing = first(c.values["host"])
	if err := c.flags(keys, o); err != nil {
		return nil, err
	}
	c.fill(keys)
	return c, nil
}

func (c *Config) join(keys map[string]key, path string, origin Origin, home string) error {
	l, err := readFile(path, origin, home)
	if err != nil {
		return err
	}
	maps.Copy(c.values, l.values)
	maps.Copy(keys, l.keys)
	c.Warnings = append(c.Warnings, l.warnings...)
	for _, h := range l.hosts {
		c.configured[h] = true
		c.Hosts[h] = Host{Name: h}
	}
	return nil
}

// environment reads the variables. Those of a host speak of the one that
// ISRC_HOST or GH_HOST names, else of the configured one.
func (c *Config) environment(keys map[string]key, o LoadOptions) error {
	set := func(variable string, k key) error {
		raw := o.Getenv(variable)
		if raw == "" {
			return nil
		}
		list, err := k.field.read(raw, k.host)
		if err != nil {
			return fault.Errorf("%s: %w", variable, err)
		}
		if k.field.kind == file {
			list[0] = absolute(list[0], workingDir(), o.Home)
		}
		c.values[k.String()], keys[k.String()] = value{list, FromEnvironment, variable}, k
		return nil
	}
	for _, f := range topFields() {
		if f.name == "host" {
			if err := set("GH_HOST", key{field: f}); err != nil {
				return err
			}
		}
		if err := set(f.variable, key{field: f}); err != nil {
			return err
		}
	}
	host := first(c.values["host"])
	for _, f := range hostFields() {
		switch {
		case f.variable == "" || o.Getenv(f.variable) == "":
		case host == "":
			c.Warnings = append(c.Warnings, f.variable+" is not used: it speaks of the host in ISRC_HOST, which is not set")
		default:
			if err := set(f.variable, key{host: host, field: f}); err != nil {
				return err
			}
		}
	}
	return nil
}

// workingDir is where a relative path in a variable begins.
//
//go:noinline
func workingDir() string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	return dir
}

func (c *Config) flags(keys map[string]key, o LoadOptions) error {
	for name, raw := range o.Flags {
		k, err := parseKey(name)
		if err != nil {
			return err
		}
		list, err := k.field.read(raw, k.host)
		if err != nil {
			return err
		}
		c.values[k.String()], keys[k.String()] = value{list, FromFlag, "--" + k.field.name}, k
	}
	return nil
}

func first(v value) string {
	if len(v.list) == 0 {
		return ""
	}
	return v.list[0]
}

// fill writes the values into the struct.
func (c *Config) fill(keys map[string]key) {
	get := func(key string) string {
		if v := first(c.values[key]); v != "" {
			return v
		}
		return first(value{list: defaultOf(key)})
	}
	c.Host = get("host")
	c.Orgs = c.values["orgs"].list
	c.Git.Binary = get("git.binary")
	c.Catalog = Catalog{Source: get("catalog.source"), Needs: get("catalog.needs")}
	c.Editor, c.Pager, c.Browser = get("editor"), get("pager"), get("browser")
	c.NoInput = get("noInput") == "true"
	for _, k := range keys {
		if k.host == "" || k.login != "" {
			continue
		}
		if _, ok := c.Hosts[k.host]; !ok {
			c.Hosts[k.host] = Host{Name: k.host}
		}
	}
	for name := range c.Hosts {
		of := func(setting string) string { return get("hosts." + name + "." + setting) }
		c.Hosts[name] = Host{
			Name: forge.NormalizeHost(name), APIURL: of("apiUrl"), Scheme: of("scheme"),
			CAFile: of("caFile"), Proxy: of("proxy"), ClientCert: of("clientCert"), ClientKey: of("clientKey"),
			Orgs: c.values["hosts."+name+".orgs"].list,
			User: of("user"), OAuthClientID: of("oauthClientId"),
		}
	}
	c.fillAccounts(keys)
}
