package config

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// kind is the shape of a setting's value.
type kind int

const (
	text kind = iota
	list      // in a file a list, or one text with commas
	yesNo
	file // a path; relative to the folder of the file that says it
)

// field is one setting there is. check judges a value that is not empty.
type field struct {
	name     string
	variable string // of the environment
	kind     kind
	check    func(host, value string) error
	paths    bool // the elements of a list are paths
	personal bool // not taken from a company's file: it runs a program or names a person
}

// topFields are the settings of isrc as a whole.
//
//go:noinline
func topFields() []field {
	return []field{
		{name: "host", variable: "ISRC_HOST", check: isHost},
		{name: "orgs", variable: "ISRC_ORGS", kind: list, check: isOwner},
		{name: "git.binary", variable: "ISRC_GIT_BINARY", personal: true},
		{name: "editor", variable: "ISRC_EDITOR", personal: true},
		{name: "pager", variable: "ISRC_PAGER", personal: true},
		{name: "browser", variable: "ISRC_BROWSER", personal: true},
		{name: "catalog.source", variable: "ISRC_CATALOG_SOURCE"},
		{name: "catalog.needs", variable: "ISRC_CATALOG_NEEDS"},
		{name: "noInput", variable: "ISRC_NO_INPUT", kind: yesNo, personal: true},
	}
}

// hostFields are the settings of one host, in a file under hosts: HOST:. Their
// variables speak of the host that ISRC_HOST names.
//
//go:noinline
func hostFields() []field {
	return []field{
		{name: "apiUrl", variable: "ISRC_API_URL", check: isAPI},
		{name: "scheme", variable: "ISRC_SCHEME", check: isScheme},
		{name: "caFile", variable: "ISRC_CA_FILE", kind: file},
		{name: "proxy", variable: "ISRC_PROXY", check: isProxy},
		{name: "clientCert", variable: "ISRC_CLIENT_CERT", kind: file},
		{name: "clientKey", variable: "ISRC_CLIENT_KEY", kind: file},
		{name: "orgs", kind: list, check: isOwner},
		{name: "user", variable: "ISRC_USER", check: isOwner, personal: true},
		{name: "oauthClientId", variable: "ISRC_OAUTH_CLIENT_ID"},
	}
}

// accountFields are the settings of one account, in a file under accounts:
// LOGIN@HOST:. They are for each person: which of one's accounts is meant is
// nothing that a company knows.
func accountFields() []field {
	return []field{
		{name: "orgs", kind: list, check: isOwner, personal: true},
		{name: "dirs", kind: list, paths: true, personal: true},
		{name: "email", check: isEmail, personal: true},
		{name: "tokenVariable", check: isVariable, personal: true},
	}
}

//go:noinline
func defaultOf(key string) []string {
	switch key {
	case "git.binary":
		return []string{"auto"}
	case "noInput":
		return []string{"false"}
	}
	return nil
}

// key names a field: of a host if host is not empty, of an account there if
// login is not empty either.
type key struct {
	host  string
	field field
	login string
}

// String is the key in its one spelling.
//
//go:noinline
func (k key) String() string {
	if k.login != "" {
		return "accounts." + k.login + "@" + k.host + "." + k.field.name
	}
	if k.host != "" {
		return "hosts." + k.host + "." + k.field.name
	}
	return k.field.name
}

// path is where the key stands in a file.
func (k key) path() []string {
	if k.login != "" {
		return []string{"accounts", k.login + "@" + k.host, k.field.name}
	}
	if k.host != "" {
		return []string{"hosts", k.host, k.field.name}
	}
	return strings.Split(k.field.name, ".")
}

// parseKey reads a key as a person writes it. Host names contain dots and
// ports, so a host's key is what stands between the first and the last dot.
func parseKey(name string) (key, error) {
	if rest, ok := cutPrefixFold(strings.TrimSpace(name), "accounts."); ok {
		return parseAccountKey(name, rest)
	}
	rest, isHostKey := cutPrefixFold(strings.TrimSpace(name), "hosts.")
	if isHostKey {
		dot := strings.LastIndexByte(rest, '.')
		if dot < 1 {
			return key{}, fault.Errorf("%q is not a setting: write it as hosts.HOST.NAME", name)
		}
		host := forge.NormalizeHost(rest[:dot])
		if err := isHost("", host); err != nil {
			return key{}, err
		}
		if f, ok := fieldNamed(hostFields(), rest[dot+1:]); ok {
			return key{host: host, field: f}, nil
		}
		return key{}, fault.Errorf("a host has no setting %q; it has %s", rest[dot+1:], names(hostFields()))
	}
	if f, ok := fieldNamed(topFields(), name); ok {
		return key{field: f}, nil
	}
	return key{}, fault.Errorf("there is no setting %q; there are %s, hosts.HOST.NAME and accounts.LOGIN@HOST.NAME", name, names(topFields()))
}

// parseAccountKey reads LOGIN@HOST.NAME. Logins are of one spelling whatever
// their letters' case, as hosts are.
func parseAccountKey(name, rest string) (key, error) {
	at, dot := strings.IndexByte(rest, '@'), strings.LastIndexByte(rest, '.')
	if at < 1 || dot < at+2 {
		return key{}, fault.Errorf("%q is not a setting: write it as accounts.LOGIN@HOST.NAME", name)
	}
	login, host := strings.ToLower(rest[:at]), forge.NormalizeHost(rest[at+1:dot])
	if err := isOwner("", login); err != nil {
		return key{}, err
	}
	if err := isHost("", host); err != nil {
		return key{}, err
	}
	if f, ok := fieldNamed(accountFields(), rest[dot+1:]); ok {
		return key{host: host, login: login, field: f}, nil
	}
	return key{}, fault.Errorf("an account has no setting %q; it has %s", rest[dot+1:], names(accountFields()))
}

//go:noinline
func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}

//go:noinline
func fieldNamed(all []field, name string) (field, bool) {
	for _, f := range all {
		if strings.EqualFold(f.name, name) {
			return f, true
		}
	}
	return field{}, false
}

//go:noinline
func names(all []field) string {
	var out []string
	for _, f := range all {
		out = append(out, f.name)
	}
	return strings.Join(out, ", ")
}

// read turns a raw value, as YAML gives it, into the strings it stands for.
func (f field) read(raw any, host string) ([]string, error) {
	var out []string
	switch v := raw.(type) {
	case nil:
		return nil, nil
	case []any:
		if f.kind != list {
			return nil, fault.Errorf("%s is one value, not a list", f.name)
		}
		for _, e := range v {
			s, ok := scalar(e)
			if !ok {
				return nil, fault.Errorf("%s is a list of names", f.name)
			}
			out = append(out, s)
		}
	default:
		s, ok := scalar(v)
		if !ok {
			return nil, fault.Errorf("%s is one value, not a group of settings", f.name)
		}
		out = []string{s}
		switch {
		case f.paths: // blanks are part of names, but not those beside a comma
			out = nil
			for _, p := range strings.Split(s, ",") {
				if p = strings.TrimSpace(p); p != "" {
					out = append(out, p)
				}
			}
		case f.kind == list:
			out = strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' })
		}
	}
	return out, f.judge(out, host)
}

func scalar(v any) (string, bool) {
	switch v.(type) {
	case string, bool, int, int64, uint64, float64:
		return strings.TrimSpace(fmt.Sprint(v)), true
	}
	return "", false
}

// judge checks every element, and puts truths and hosts into one spelling.
func (f field) judge(values []string, host string) error {
	for i, v := range values {
		switch {
		case strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f }):
			return fault.Errorf("%s contains control characters", f.name)
		case v == "":
			continue
		case f.kind == yesNo:
			b, err := truth(v)
			if err != nil {
				return fault.Errorf("%s: %w", f.name, err)
			}
			values[i] = strconv.FormatBool(b)
		case f.check != nil:
			if err := f.check(host, v); err != nil {
				return fault.Errorf("%s: %w", f.name, err)
			}
		}
		if f.name == "host" {
			values[i] = forge.NormalizeHost(v)
		}
	}
	return nil
}

func truth(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "true", "yes", "on", "1":
		return true, nil
	case "false", "no", "off", "0":
		return false, nil
	}
	return false, fault.Errorf("%q is neither true nor false", s)
}

func isHost(_, v string) error {
	if u, err := url.Parse(v); err == nil && u.Host != "" {
		return fault.Errorf("an address is no host name: write %q", u.Host)
	}
	if r, err := forge.ParseRepo(v+"/owner/name", ""); err != nil || r.Host != forge.NormalizeHost(v) {
		return fault.Errorf("%q is not a host name", v)
	}
	return nil
}

func isOwner(_, v string) error {
	if _, err := forge.ParseRepo("host.example/"+v+"/name", ""); err != nil {
		return fault.Errorf("%q is not the name of an account", v)
	}
	return nil
}

func isEmail(_, v string) error {
	name, domain, ok := strings.Cut(v, "@")
	if !ok || name == "" || domain == "" || strings.ContainsAny(v, " <>,") {
		return fault.Errorf("%q is not an email address", v)
	}
	return nil
}

// isVariable wants the name of a variable, and so refuses a token that was
// written in its place. It is not quoted: it may be one.
func isVariable(_, v string) error {
	for i, r := range v {
		if r != '_' && (r < 'A' || r > 'Z') && (r < '0' || r > '9' || i == 0) {
			return fault.Errorf("not the name of a variable in capitals, such as WORK_TOKEN")
		}
	}
	return nil
}

func isScheme(host, v string) error {
	switch {
	case v == "https":
		return nil
	case v != "http":
		return fault.Errorf("%q is not https or http", v)
	case host != "" && !loopback((&url.URL{Host: host}).Hostname()):
		return fault.Errorf("http is for loopback addresses only, not for %s", host)
	}
	return nil
}

func isAPI(_, v string) error {
	u, err := url.Parse(v)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return fault.Errorf("%q is not the address of an API", v)
	case u.Scheme == "http" && loopback(u.Hostname()), u.Scheme == "https":
		return nil
	}
	return fault.Errorf("%q is not https", v)
}

func isProxy(_, v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Host == "" {
		return fault.Errorf("not a URL like http://HOST:PORT") // not quoted: it may hold a password
	}
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
		return nil
	}
	return fault.Errorf("%q is no scheme of a proxy", u.Scheme)
}

func loopback(name string) bool {
	ip := net.ParseIP(name)
	return name == "localhost" || ip != nil && ip.IsLoopback()
}

// absolute resolves a path that stands in a file of the folder dir.
func absolute(path, dir, home string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok && home != "" {
		return filepath.Join(home, rest)
	}
	if path == "" || filepath.IsAbs(path) || dir == "" {
		return path
	}
	return filepath.Join(dir, path)
}

// isReadable refuses, when a path is being set, a file that is not there.
func isReadable(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return f.Close()
}
