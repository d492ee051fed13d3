package github

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
	"unicode/utf8"
)

// proxyRules chooses a proxy by the settings that curl, git and Go's own client
// read from the environment. Go's package for them would bring the tables of
// all scripts along, for names of hosts that forges do not have: 170 kB.
type proxyRules struct {
	http, https *url.URL
	direct      bool // nothing goes through a proxy
	but         []directHost
}

// directHost is an entry of NO_PROXY: a network, an address or a domain.
type directHost struct {
	net    *net.IPNet
	ip     net.IP
	domain string // with a dot in front
	itself bool   // the domain, not only what is below it
	port   string // "" is any
}

func newProxyRules(http, https, except string) *proxyRules {
	r := &proxyRules{http: proxyURL(http), https: proxyURL(https)}
	for entry := range strings.SplitSeq(except, ",") {
		entry = strings.ToLower(strings.TrimSpace(entry))
		if entry == "*" {
			r.direct = true
		}
		if h, ok := parseDirect(entry); ok {
			r.but = append(r.but, h)
		}
	}
	return r
}

// proxyURL reads URL or HOST[:PORT]; what is neither is no proxy.
func proxyURL(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil || u.Scheme == "" || u.Host == "" {
		if plain, err := url.Parse("http://" + s); err == nil {
			u = plain
		}
	}
	if s == "" || u == nil {
		return nil
	}
	return u
}

func parseDirect(entry string) (h directHost, ok bool) {
	if _, network, err := net.ParseCIDR(entry); err == nil {
		return directHost{net: network}, true
	}
	host := entry
	if name, port, err := net.SplitHostPort(entry); err == nil {
		host, h.port = name, port
	}
	if h.ip = net.ParseIP(host); h.ip != nil {
		return h, true
	}
	if below, ok := strings.CutPrefix(host, "*."); ok {
		host = "." + below
	}
	if host == "" {
		return h, false
	}
	h.itself = host[0] != '.'
	h.domain = asciiHost("." + strings.TrimPrefix(host, "."))
	return h, true
}

// choose gives the proxy for an address, or nil.
func (r *proxyRules) choose(u *url.URL) *url.URL {
	proxy, port := r.http, "80"
	if u.Scheme == "https" {
		proxy, port = r.https, "443"
	}
	if u.Scheme != "http" && u.Scheme != "https" || r.direct || proxy == nil {
		return nil
	}
	if p := u.Port(); p != "" {
		port = p
	}
	host := asciiHost(u.Hostname())
	var ip net.IP
	if a, err := netip.ParseAddr(host); err == nil {
		ip = net.IP(a.AsSlice())
	}
	if host == "localhost" || ip.IsLoopback() {
		return nil
	}
	host = strings.ToLower(strings.TrimSpace(host))
	for _, h := range r.but {
		if h.covers(host, port, ip) {
			return nil
		}
	}
	return proxy
}

func (h directHost) covers(host, port string, ip net.IP) bool {
	switch {
	case h.port != "" && h.port != port:
		return false
	case h.net != nil:
		return h.net.Contains(ip)
	case h.ip != nil:
		return h.ip.Equal(ip)
	case ip != nil:
		return false
	}
	return strings.HasSuffix(host, h.domain) || h.itself && host == h.domain[1:]
}

// asciiHost gives a name as it goes over the wire: labels with other letters in
// punycode (RFC 3492).
func asciiHost(name string) string {
	labels := strings.Split(name, ".")
	for i, label := range labels {
		if len(label) != utf8.RuneCountInString(label) {
			labels[i] = "xn--" + punycode([]rune(strings.ToLower(label)))
		}
	}
	return strings.Join(labels, ".")
}

// punycode follows section 6.3 of the RFC; a label of 63 bytes overflows nothing.
func punycode(label []rune) string {
	const digits = "abcdefghijklmnopqrstuvwxyz0123456789"
	var out []byte
	for _, c := range label {
		if c < utf8.RuneSelf {
			out = append(out, byte(c))
		}
	}
	basic := len(out)
	if basic > 0 {
		out = append(out, '-')
	}
	n, delta, bias := rune(128), 0, 72
	for done := basic; done < len(label); {
		next := rune(utf8.MaxRune)
		for _, c := range label {
			if c >= n && c < next {
				next = c
			}
		}
		delta += int(next-n) * (done + 1)
		n = next
		for _, c := range label {
			if c < n {
				delta++
			}
			if c != n {
				continue
			}
			q := delta
			for k := 36; ; k += 36 {
				t := min(max(k-bias, 1), 26)
				if q < t {
					break
				}
				out = append(out, digits[t+(q-t)%(36-t)])
				q = (q - t) / (36 - t)
			}
			out = append(out, digits[q])
			bias = adapted(delta, done+1, done == basic)
			delta = 0
			done++
		}
		delta++
		n++
	}
	return string(out)
}

// adapted is section 6.1.
func adapted(delta, points int, first bool) int {
	if first {
		delta /= 700
	} else {
		delta /= 2
	}
	delta += delta / points
	k := 0
	for ; delta > 35*26/2; k += 36 {
		delta /= 35
	}
	return k + 36*delta/(delta+38)
}
