package command

import (
	"reflect"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/config"
)

// settingTable says what each setting is for, in the words of `isrc config
// --help`, `isrc help environment` and the generated pages. Those of a host
// stand below hosts.HOST; their variables speak of the host in ISRC_HOST.
func settingTable() []struct{ Key, Variable, Meaning string } {
	return []struct{ Key, Variable, Meaning string }{
		{"host", "ISRC_HOST", "the forge of repositories that are named without one"},
		{"orgs", "ISRC_ORGS", "organisations of that forge to search, separated by commas"},
		{"editor", "ISRC_EDITOR", "program to write texts with"},
		{"pager", "ISRC_PAGER", "program to page long output with"},
		{"browser", "ISRC_BROWSER", "program to open pages with"},
		{"git.binary", "ISRC_GIT_BINARY", "the git program: auto, none, or a path"},
		{"catalog.source", "ISRC_CATALOG_SOURCE", "where your company publishes its catalog: oci://REGISTRY/PATH:TAG, an https:// or a file:// address"},
		{"catalog.needs", "ISRC_CATALOG_NEEDS", "where a search that finds nothing is noted for the catalog's owners: off, on, or a file"},
		{"noInput", "ISRC_NO_INPUT", "never ask; a missing answer is an error (true or false)"},
		{"hosts.HOST.apiUrl", "ISRC_API_URL", "address of the API, where it is not at its usual place"},
		{"hosts.HOST.scheme", "ISRC_SCHEME", "https, or http for a loopback address"},
		{"hosts.HOST.caFile", "ISRC_CA_FILE", "PEM file of a company's own authority, trusted beside the system's"},
		{"hosts.HOST.proxy", "ISRC_PROXY", "proxy to reach the host by, such as http://proxy.example.com:3128"},
		{"hosts.HOST.clientCert", "ISRC_CLIENT_CERT", "PEM file of the certificate that the host asks of clients"},
		{"hosts.HOST.clientKey", "ISRC_CLIENT_KEY", "PEM file of that certificate's key"},
		{"hosts.HOST.orgs", "", "organisations of this host to search, separated by commas"},
		{"hosts.HOST.user", "ISRC_USER", "your login there, where you have several"},
		{"hosts.HOST.oauthClientId", "ISRC_OAUTH_CLIENT_ID", "public id of the host's OAuth application for signing in"},
		{"accounts.LOGIN@HOST.orgs", "", "organisations for which this login counts, where you have several, separated by commas"},
		{"accounts.LOGIN@HOST.dirs", "", "folders in and below which it counts for all other repositories"},
		{"accounts.LOGIN@HOST.email", "", "the address that its commits should bear, which isrc doctor compares with git's"},
		{"accounts.LOGIN@HOST.tokenVariable", "", "variable of the environment that holds its token, in place of a kept one"},
	}
}

// accountSettings names the settings that an account has.
func accountSettings() []string {
	var names []string
	t := reflect.TypeFor[config.Account]()
	for i := range t.NumField() {
		const prefix = "accounts.login@host.example."
		if s, ok := (&config.Config{}).Setting(prefix + t.Field(i).Name); ok {
			names = append(names, strings.TrimPrefix(s.Key, prefix))
		}
	}
	return names
}

// hostSettings names the settings that a host has, as config spells them.
func hostSettings() []string {
	var names []string
	t := reflect.TypeFor[config.Host]()
	for i := range t.NumField() {
		const prefix = "hosts.host.example."
		if s, ok := (&config.Config{}).Setting(prefix + t.Field(i).Name); ok {
			names = append(names, strings.TrimPrefix(s.Key, prefix))
		}
	}
	return names
}

// settingKeys lists every key that can be set: the top ones, and those of each
// host and account that is configured, in use, or named in addition.
func settingKeys(c *config.Config, more ...string) []string {
	if c == nil {
		c = &config.Config{}
	}
	var keys []string
	hosts := slices.Clone(more)
	for h := range c.Hosts {
		hosts = append(hosts, h)
	}
	if c.Host != "" {
		hosts = append(hosts, c.Host)
	}
	for _, x := range c.Accounts {
		hosts = append(hosts, x.Login+"@"+x.Host)
	}
	slices.Sort(hosts)
	for _, s := range c.Settings() {
		if !strings.HasPrefix(s.Key, "hosts.") && !strings.HasPrefix(s.Key, "accounts.") {
			keys = append(keys, s.Key)
		}
	}
	for _, h := range slices.Compact(hosts) {
		if strings.Contains(h, "@") {
			for _, name := range accountSettings() {
				keys = append(keys, "accounts."+h+"."+name)
			}
			continue
		}
		for _, name := range hostSettings() {
			keys = append(keys, "hosts."+h+"."+name)
		}
	}
	return keys
}

// nearestKey names the known key that differs from a word by the fewest edits,
// or "" where none is near. Of a host's key only the last part is compared.
func nearestKey(word string) string {
	prefix, last := "", strings.ToLower(word)
	if i := strings.LastIndexByte(last, '.'); i >= 0 && strings.HasPrefix(last, "hosts.") {
		prefix, last = word[:i+1], last[i+1:]
	}
	known := settingKeys(nil)
	if prefix != "" {
		known = hostSettings()
	}
	best, least := "", max(2, len(last)/3)+1
	for _, k := range known {
		d := distance(last, strings.ToLower(k))
		if strings.HasPrefix(strings.ToLower(k), last) || strings.HasSuffix(strings.ToLower(k), "."+last) {
			d = min(d, 1)
		}
		if d < least {
			best, least = k, d
		}
	}
	for _, k := range hostSettings() {
		if best == "" && prefix == "" && strings.EqualFold(k, word) {
			return "hosts.HOST." + k
		}
	}
	if best == "" {
		return ""
	}
	return prefix + best
}
