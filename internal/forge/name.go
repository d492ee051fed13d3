package forge

import (
	"errors"
	"net/url"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// RepoName names a repository on a host. Owner and Name keep the case in which
// they were written; Equal compares as forges do, without case.
type RepoName struct {
	Host  string // lower case, with the port if it is not the default one
	Owner string
	Name  string
}

// FullName is OWNER/NAME.
//
//go:noinline
func (r RepoName) FullName() string { return r.Owner + "/" + r.Name }

// String is HOST/OWNER/NAME.
//
//go:noinline
func (r RepoName) String() string { return r.Host + "/" + r.Owner + "/" + r.Name }

// IsZero tells whether nothing is named.
func (r RepoName) IsZero() bool { return r == RepoName{} }

// Equal tells whether both name the same repository.
func (r RepoName) Equal(o RepoName) bool {
	return strings.EqualFold(r.Host, o.Host) && strings.EqualFold(r.Owner, o.Owner) && strings.EqualFold(r.Name, o.Name)
}

// ErrBareName is answered by ParseRepo for a word that is only a name: whoever
// knows a catalog or the configured organisations can resolve it.
var ErrBareName = errors.New("only a repository name")

var (
	userinfo    = lazy.Pattern(`//[^/@\s]*@`) // may be a password
	partPattern = lazy.Pattern(`^[A-Za-z0-9_.][A-Za-z0-9_.-]*$`)
	hostPattern = lazy.Pattern(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?$|^\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?$`)
	scpPattern  = lazy.Pattern(`^(?:[A-Za-z0-9_.-]+@)?([A-Za-z0-9.-]+):([^/:].*)$`)
)

// ParseRepo reads [HOST/]OWNER/NAME, or an http(s), ssh, git or scp-like URL of
// a repository or of a page below it. A name without a host is on defaultHost.
// A bare NAME answers ErrBareName.
func ParseRepo(arg, defaultHost string) (RepoName, error) {
	arg = strings.TrimSpace(arg)
	bad := func(why string) (RepoName, error) {
		return RepoName{}, fault.Errorf("%q is not a repository: %s", userinfo().ReplaceAllString(arg, "//"), why)
	}
	if arg == "" {
		return bad("it is empty")
	}
	host, path := defaultHost, ""
	switch {
	case strings.Contains(arg, "://"):
		u, err := url.Parse(arg)
		if err != nil {
			return bad("its URL cannot be read")
		}
		switch u.Scheme {
		case "http", "https":
			host = u.Host
		case "ssh", "git", "git+ssh":
			host = u.Hostname() // the ssh port says nothing about the API
		default:
			return bad("a URL of the scheme " + u.Scheme + " names no repository of a forge")
		}
		path = strings.Trim(u.Path, "/")
		if parts := strings.Split(path, "/"); len(parts) > 2 {
			path = parts[0] + "/" + parts[1]
		}
	case scpPattern().MatchString(arg) && !strings.HasPrefix(arg, "/"):
		m := scpPattern().FindStringSubmatch(arg)
		if port, rest, ok := strings.Cut(m[2], "/"); ok && isPort(port) && strings.Count(rest, "/") == 1 {
			host, path = m[1]+":"+port, rest // HOST:PORT/OWNER/NAME
		} else {
			host, path = m[1], strings.Trim(m[2], "/")
		}
	default:
		path = strings.Trim(arg, "/")
		if strings.Count(path, "/") == 2 {
			host, path, _ = strings.Cut(path, "/")
		}
	}
	owner, name, ok := strings.Cut(path, "/")
	if !ok {
		if path == arg && partPattern().MatchString(path) {
			return RepoName{}, ErrBareName
		}
		return bad("write it as OWNER/NAME")
	}
	name = strings.TrimSuffix(name, ".git")
	switch {
	case strings.Contains(name, "/"):
		return bad("write it as OWNER/NAME")
	case !partPattern().MatchString(owner) || !partPattern().MatchString(name) || dots(owner) || dots(name):
		return bad("owner and name consist of letters, digits, '-', '_' and '.'")
	case host == "":
		return bad("no host is known for it")
	case !hostPattern().MatchString(host):
		return bad("its host cannot be one")
	}
	return RepoName{Host: NormalizeHost(host), Owner: owner, Name: name}, nil
}

func isPort(s string) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != "" && len(s) <= 5
}

func dots(s string) bool { return s == "." || s == ".." }

// NormalizeHost writes a host the one way in which hosts are compared here:
// lower case, no "www." or "ssh." before github.com, no default https port.
func NormalizeHost(host string) string {
	host = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(host)), ":443")
	switch host {
	case "www.github.com", "ssh.github.com", "api.github.com":
		return "github.com"
	}
	return host
}
