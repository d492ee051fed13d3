package github

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
)

const (
	perPage     = 100
	defaultMost = 1000 // of a list without a limit; also where GitHub's search ends
	maxPages    = 100
)

// page is one part of a list.
type page struct {
	items      []json.RawMessage
	total      int
	incomplete bool
	next       url.Values // nil when there is none
}

// list reads up to limit elements (0 is 1,000), page by page. member names the
// list inside the answer; "" is an answer that is the list.
func list[T any](ctx context.Context, c *Client, k call, member string, limit int) (all []T, total int, err error) {
	if limit <= 0 {
		limit = defaultMost
	}
	q := url.Values{}
	for name, values := range k.query {
		q[name] = values
	}
	size := min(limit, perPage)
	q.Set("per_page", strconv.Itoa(size))
	var before []json.RawMessage
	for n := 1; n <= maxPages && q != nil && len(all) < limit; n++ {
		k.query = q
		p, err := c.page(ctx, k, member, size, n == 1)
		if err != nil {
			return nil, 0, err
		}
		if n == 1 && p.next != nil {
			size = min(size, len(p.items)) // what this server takes for a full page
		}
		if repeats(before, p.items) {
			break
		}
		for _, raw := range p.items {
			var one T
			if err := decode(raw, &one); err != nil {
				return nil, 0, c.unavailable(fault.Errorf("its list of %s is not the JSON that was expected: %w", k.what, err))
			}
			if len(all) < limit {
				all = append(all, one)
			}
		}
		total = p.total
		switch {
		case p.incomplete && k.gaveUp != nil:
			*k.gaveUp = true
		case p.incomplete:
			c.o.Sink.Note("search", c.o.Host+" gave up before it had searched everything")
		}
		before, q = p.items, p.next
	}
	return all, total, nil
}

func (c *Client) page(ctx context.Context, k call, member string, size int, first bool) (page, error) {
	a, err := c.send(ctx, k)
	if err != nil {
		return page{}, err
	}
	p, err := readPage(a.body, member)
	if err != nil {
		return page{}, c.unavailable(fault.Errorf("its list of %s is not the JSON that was expected: %w", k.what, err))
	}
	p.next = nextPage(k.query, a, len(p.items) >= size || first && usual(len(p.items)))
	return p, nil
}

func readPage(body []byte, member string) (page, error) {
	var p page
	if len(bytes.TrimSpace(body)) == 0 {
		return p, errors.New("it is empty")
	}
	if member == "" {
		return p, json.Unmarshal(body, &p.items)
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(body, &object); err != nil {
		return p, err
	}
	if err := json.Unmarshal(object[member], &p.items); err != nil {
		return p, fault.Errorf("no list of %s in it: %w", member, err)
	}
	// What a server does not count, or counts oddly, is counted here.
	if json.Unmarshal(object["total_count"], &p.total) != nil || p.total < 0 {
		p.total = len(p.items)
	}
	p.incomplete = string(object["incomplete_results"]) == "true"
	return p, nil
}

// usual tells whether a first page may be full though it is smaller than what
// was asked for: servers have limits of their own, of which these are usual.
func usual(n int) bool { return n == 30 || n == 50 }

// nextPage gives the query of the page after this one. Of a Link only the query
// is taken: servers behind a proxy name themselves in ways nobody can reach. A
// server that sends no Link at all is asked for one more page as long as pages
// come full.
func nextPage(q url.Values, a answer, full bool) url.Values {
	link, sent := a.header["Link"]
	if !sent {
		if !full {
			return nil
		}
		n, err := strconv.Atoi(q.Get("page"))
		if err != nil {
			n = 1
		}
		next := url.Values{}
		for name, values := range q {
			next[name] = values
		}
		next.Set("page", strconv.Itoa(n+1))
		return next
	}
	for _, part := range strings.Split(strings.Join(link, ","), ",") {
		target, attributes, _ := strings.Cut(part, ";")
		target = strings.Trim(strings.TrimSpace(target), "<>")
		if !strings.Contains(attributes, `rel="next"`) && !strings.Contains(attributes, "rel=next") {
			continue
		}
		u, err := url.Parse(target)
		if err != nil || u.RawQuery == "" || u.Query().Encode() == q.Encode() {
			return nil
		}
		return u.Query()
	}
	return nil
}

// repeats recognises a server that answers every page with the same one.
func repeats(before, now []json.RawMessage) bool {
	return len(before) > 0 && len(before) == len(now) && bytes.Equal(before[0], now[0]) &&
		bytes.Equal(before[len(before)-1], now[len(now)-1])
}
