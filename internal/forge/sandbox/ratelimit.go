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
	points map[string]int // of GraphQL
	reset  time.Time
}

const (
	coreLimit   = 5000
	searchLimit = 30
)

// resourceOf is the limit that a request counts against, and how much it holds.
func resourceOf(path string) (string, int) {
	switch {
	case strings.HasPrefix(path, apiPrefix+"/search/"):
		return "search", searchLimit
	case isGraphQL(path):
		return "graphql", coreLimit
	}
	return "core", coreLimit
}

// turn begins another hour when one is over. The caller holds mu.
func (l *rateCounter) turn(now time.Time) {
	if l.used == nil || !now.Before(l.reset) {
		l.used, l.search, l.points, l.reset = map[string]int{}, map[string]int{}, map[string]int{}, now.Add(time.Hour).Truncate(time.Second)
	}
}

// spend takes points for a GraphQL document, and tells whether there were
// enough: what is over the limit is refused, and costs nothing.
func (l *rateCounter) spend(x *exchange, cost, limit int, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn(now)
	if l.points[x.entry.Login]+cost > limit {
		l.points[x.entry.Login] = limit
		return false
	}
	l.points[x.entry.Login] += cost
	return true
}

// spent is how many points an account has used, and when the hour ends.
func (l *rateCounter) spent(login string, now time.Time) (int, time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn(now)
	return l.points[login], l.reset
}

// count notes a request and writes the rate headers, unless a fault did. The
// sandbox tells REST's limits but never enforces them: faults do. points is
// what GraphQL allows.
func (l *rateCounter) count(h http.Header, x *exchange, status, points int, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn(now)
	resource, limit := resourceOf(x.r.URL.Path)
	if resource == "graphql" {
		if h.Get("X-RateLimit-Limit") == "" {
			l.write(h, resource, points, l.points[x.entry.Login])
		}
		return
	}
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
	l.write(h, resource, limit, used[x.entry.Login]%limit) // never used up
}

func (l *rateCounter) write(h http.Header, resource string, limit, used int) {
	h.Set("X-RateLimit-Limit", strconv.Itoa(limit))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(max(0, limit-used)))
	h.Set("X-RateLimit-Used", strconv.Itoa(used))
	h.Set("X-RateLimit-Resource", resource)
	h.Set("X-RateLimit-Reset", strconv.FormatInt(l.reset.Unix(), 10))
}

// overview is what /rate_limit answers.
func (l *rateCounter) overview(login string, points int, now time.Time) obj {
	l.mu.Lock()
	defer l.mu.Unlock()
	reset := l.reset
	if reset.IsZero() {
		reset = now.Add(time.Hour)
	}
	one := func(limit, used int) obj {
		return fields("limit", limit, "remaining", max(0, limit-used), "used", used, "reset", reset.Unix())
	}
	core := one(coreLimit, l.used[login]%coreLimit)
	return fields("rate", core, "resources", fields(
		"core", core, "search", one(searchLimit, l.search[login]%searchLimit),
		"graphql", one(points, l.points[login]), "integration_manifest", one(coreLimit, 0),
	))
}
