package github

import (
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/http/httpproxy"
)

// The proxy is the one that Go's own package chooses, for all settings and
// addresses that the parts can be put together to.
func TestTheProxyIsTheOneThatGoChooses(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	proxies := []string{"", "http://proxy:3128", "proxy:3128", "proxy", "socks5://p:1080", "https://u:pw@p", "http://", "://", "http://[::1", "a b", "%zz", "/x"}
	entries := []string{
		"", " ", "*", "corp.example", ".corp.example", "*.corp.example", "*corp.example", "*.", ".", "*:80", ":80", "CORP.Example:443", "corp.example:", "git.corp.example:8443",
		"10.0.0.0/8", "10.1.2.3", "10.1.2.3:80", "::1", "[fe80::1]:443", "fe80::/10", "2001:db8::1", "[2001:db8::1]", "localhost", "127.0.0.1", "0.0.0.0/0", "example", "a:b:c",
		"bücher.example", ".xn--bcher-kva.example", "日本.example:80", "*.éa.example",
	}
	hosts := []string{
		"corp.example", "git.corp.example", "GIT.Corp.Example", "xcorp.example", "example", "localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "[::1]", "10.1.2.3", "10.1.2.4", "[fe80::1%25eth0]",
		"[2001:db8::1]", "bücher.example", "www.bücher.example", "xn--bcher-kva.example", "日本.example", "x.éa.example", "corp.example.", "", ".", "0.0.0.0",
	}
	ports, schemes := []string{"", "", "", ":80", ":443", ":8443", ":"}, []string{"http", "https", "https", "ftp", "ssh"}
	proxied := 0
	for range 60_000 {
		c := httpproxy.Config{HTTPProxy: pick(proxies), HTTPSProxy: pick(proxies)}
		var list []string
		for range r.IntN(4) {
			list = append(list, pick(entries))
		}
		c.NoProxy = strings.Join(list, pick([]string{",", ", "}))
		u, err := url.Parse(pick(schemes) + "://" + pick(hosts) + pick(ports) + "/x")
		if err != nil {
			t.Fatal(err)
		}
		want, err := c.ProxyFunc()(u)
		if err != nil {
			t.Fatal(err)
		}
		got := newProxyRules(c.HTTPProxy, c.HTTPSProxy, c.NoProxy).choose(u)
		if (got == nil) != (want == nil) || got != nil && *got != *want && got.String() != want.String() {
			t.Fatalf("%s with %+v: %v, Go chooses %v", u, c, got, want)
		}
		if got != nil {
			proxied++
		}
	}
	if proxied < 10_000 {
		t.Errorf("only %d went through a proxy", proxied)
	}
}
