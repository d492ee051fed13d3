package github

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
)

// limit is an answer that says "not now".
type limit struct {
	wait      time.Duration
	secondary bool
}

// withoutHeader is what GitHub asks clients to wait when it limits them and
// does not say for how long.
const withoutHeader = time.Minute

// limited recognises both of GitHub's limits. The primary one has no requests
// left; the secondary one is known by Retry-After or by its words.
func (c *Client) limited(a answer) (limit, bool) {
	if a.status != http.StatusForbidden && a.status != http.StatusTooManyRequests && a.status != http.StatusUnprocessableEntity {
		return limit{}, false
	}
	after, told := c.retryAfter(a)
	w := readRefusal(a)
	if a.status == http.StatusUnprocessableEntity {
		// How GitHub tells one who opens many issues or pull requests to slow down.
		return limit{secondary: true, wait: max(after, withoutHeader)}, w.speaksOf("submitted too quickly")
	}
	said := w.speaksOf("rate limit", "abuse detection", "too many requests")
	// The last request that is left may itself be refused, for a reason of its own.
	empty := strings.TrimSpace(a.header.Get("X-RateLimit-Remaining")) == "0" && policyOf(w) == forge.PolicyOther
	if a.status == http.StatusForbidden && !told && !empty && !said {
		return limit{}, false
	}
	l := limit{secondary: !empty, wait: withoutHeader}
	switch {
	case told:
		l.wait = after
	case empty:
		if reset, ok := c.reset(a); ok {
			l.wait = reset
		}
	}
	l.wait = max(l.wait, time.Second)
	return l, true
}

// retryAfter reads Retry-After in both of its forms.
func (c *Client) retryAfter(a answer) (time.Duration, bool) {
	v := strings.TrimSpace(a.header.Get("Retry-After"))
	if n, err := strconv.ParseInt(v, 10, 32); err == nil && n >= 0 {
		return time.Duration(n) * time.Second, true
	}
	if t, err := http.ParseTime(v); err == nil {
		return max(t.Sub(c.serverNow(a)), 0), true
	}
	return 0, false
}

// reset is the time until the primary limit is lifted, by the server's clock,
// and a second more because both ends round.
func (c *Client) reset(a answer) (time.Duration, bool) {
	unix, err := strconv.ParseInt(strings.TrimSpace(a.header.Get("X-RateLimit-Reset")), 10, 64)
	if err != nil || unix <= 0 {
		return 0, false
	}
	wait := time.Unix(unix, 0).Sub(c.serverNow(a)) + time.Second
	return min(max(wait, 0), 24*time.Hour), true
}
