package publish

import (
	"net"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"

	"oras.land/oras-go/v2/registry"
)

// Place is where a catalog is published.
type Place struct {
	kind   placeKind
	name   string             // as it is shown to people
	ref    registry.Reference // of a registry
	web    *url.URL           // of a web server: the outline's address
	folder string             // of a folder: its path
}

type placeKind int

const (
	inRegistry placeKind = iota
	onWeb
	inFolder
)

// String is the place as people write it.
func (p Place) String() string { return p.name }

// Host is the server of a place, "" of a folder.
func (p Place) Host() string {
	switch p.kind {
	case inRegistry:
		return p.ref.Registry
	case onWeb:
		return p.web.Host
	}
	return ""
}

// IsRegistry tells whether the place is in an OCI registry.
func (p Place) IsRegistry() bool { return p.kind == inRegistry }

// ParsePlace reads an address: oci://REGISTRY/PATH:TAG, the https:// address of
// a folder or of the catalog.json in it, file://PATH, or a path, which is taken
// from dir where it is not absolute.
func ParsePlace(text, dir string) (Place, error) {
	scheme, rest, ok := strings.Cut(text, "://")
	switch strings.ToLower(scheme) {
	case "oci":
		if ok {
			return parseRegistry(rest)
		}
	case "https", "http":
		if ok {
			return parseWeb(text)
		}
	case "file":
		if ok {
			return parseFile(text)
		}
	}
	switch {
	case text == "":
		return Place{}, &PlaceError{Why: "the address is empty"}
	case ok && !strings.ContainsAny(scheme, `/\.`):
		return Place{}, &PlaceError{Why: "an address begins with oci://, https:// or file://, or is a path; " + printable(scheme) + ":// is none of them"}
	}
	if !filepath.IsAbs(text) {
		text = filepath.Join(dir, text)
	}
	return inFolderAt(text), nil
}

func inFolderAt(path string) Place {
	path = filepath.Clean(path)
	if filepath.Base(path) == outlineName {
		path = filepath.Dir(path)
	}
	return Place{kind: inFolder, name: path, folder: path}
}

func parseRegistry(rest string) (Place, error) {
	if host, _, _ := strings.Cut(rest, "/"); strings.Contains(host, "@") {
		return Place{}, &PlaceError{Why: "an address holds no user and no password"}
	}
	ref, err := registry.ParseReference(rest)
	if err != nil {
		return Place{}, &PlaceError{Why: printable("oci://"+rest) + " is not an address like oci://REGISTRY/PATH:TAG"}
	}
	if ref.Reference == "" {
		ref.Reference = "latest"
	}
	return Place{kind: inRegistry, name: "oci://" + ref.String(), ref: ref}, nil
}

func parseWeb(text string) (Place, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "":
		return Place{}, &PlaceError{Why: "not an address like https://HOST/PATH"}
	case u.User != nil:
		return Place{}, &PlaceError{Why: "an address holds no user and no password"}
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return Place{}, &PlaceError{Why: "http:// is for this machine alone; use https://" + printable(u.Host+u.Path)}
	}
	u.Fragment = ""
	if !strings.HasSuffix(u.Path, ".json") {
		u = u.JoinPath(outlineName)
	}
	name := *u
	name.RawQuery = "" // may hold a signature
	return Place{kind: onWeb, name: printable(name.String()), web: u}, nil
}

func parseFile(text string) (Place, error) {
	u, err := url.Parse(text)
	if err != nil || u.Path == "" || (u.Host != "" && u.Host != "localhost") {
		return Place{}, &PlaceError{Why: printable(text) + " is not an address like file:///PATH"}
	}
	path := filepath.FromSlash(u.Path)
	if runtime.GOOS == "windows" {
		path = strings.TrimPrefix(path, `\`)
	}
	return inFolderAt(path), nil
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return ip != nil && ip.IsLoopback()
}

// printable bounds and cleans foreign words that stand in an error.
func printable(s string) string {
	const longest = 200
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
	if len(s) > longest {
		s = strings.ToValidUTF8(s[:longest], "") + "…"
	}
	return s
}
