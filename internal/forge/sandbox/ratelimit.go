package sandbox

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// rateCounter counts requests per login and hour.
type rateCounter struct {
	mu     sync.Mutex
	used   map[string]int
	search map[string]int
	reset  time.Time
}

const (
	coreLimit   = 5000
	searchLimit = 30
)

// resourceOf is the limit that a request counts against, and how much it holds.
func resourceOf(path string) (string, int) {
	if strings.HasPrefix(path, apiPrefix+"/search/") {
		return "search", searchLimit
	}
	return "core", coreLimit
}

// count notes a request and writes the rate headers, unless a fault did. The
// sandbox tells limits but never enforces them: faults do.
func (l *rateCounter) count(h http.Header, x *exchange, status int, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.used == nil || !now.Before(l.reset) {
		l.used, l.search, l.reset = map[string]int{}, map[string]int{}, now.Add(time.Hour).Truncate(time.Second)
	}
	resource, limit := resourceOf(x.r.URL.Path)
	used := l.used
	if resource == "search" {
		used = l.search
	}
	if status != http.StatusNotModified && x.r.URL.Path != apiPrefix+"/rate_limit" {
		used[x.entry.Login]++
	}
	if h.Get("X-RateLimit-Limit") != "" {
		return
	}
	n := used[x.entry.Login] % limit // never used up
	h.Set("X-RateLimit-Limit", strconv.Itoa(limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(limit-n))
	h.Set("X-RateLimit-Used", strconv.Itoa(n))
	h.Set("X-RateLimit-Resource", resource)
	h.Set("X-RateLimit-Reset", strconv.FormatInt(l.reset.Unix(), 10))
}

// overview is what /rate_limit answers.
func (l *rateCounter) overview(login string, now time.Time) obj {
	l.mu.Lock()
	defer l.mu.Unlock()
	reset := l.reset
	if reset.IsZero() {
		reset = now.Add(time.Hour)
	}
	one := func(limit, used int) obj {
		return obj{"limit": limit, "remaining": limit - used%limit, "used": used % limit, "reset": reset.Unix()}
	}
	core := one(coreLimit, l.used[login])
	return obj{"rate": core, "resources": obj{
		"core": core, "search": one(searchLimit, l.search[login]),
		"graphql": one(coreLimit, 0), "integration_manifest": one(coreLimit, 0),
	}}
}
