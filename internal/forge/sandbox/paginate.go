package sandbox

import (
	"fmt"
	"strconv"
	"strings"
)

// paginate cuts the page that was asked for out of a list and links to the
// others. It gives an empty list, never null.
func paginate[T any](c *call, all []T) []T {
	size, number := c.number("per_page", 30), c.number("page", 1)
	size = min(size, 100)
	last := max(1, (len(all)+size-1)/size)
	var links []string
	link := func(rel string, n int) {
		q := c.x.r.URL.Query()
		q.Set("page", strconv.Itoa(n))
		links = append(links, fmt.Sprintf("<%s%s?%s>; rel=%q", c.f.URL(), c.x.r.URL.EscapedPath(), q.Encode(), rel))
	}
	if number > 1 {
		link("prev", min(number-1, last))
	}
	if number < last {
		link("next", number+1)
		link("last", last)
	}
	if number > 1 {
		link("first", 1)
	}
	if len(links) > 0 {
		c.head.Set("Link", strings.Join(links, ", "))
	}
	from := min((number-1)*size, len(all))
	out := all[from:min(from+size, len(all))]
	if out == nil {
		return []T{}
	}
	return out
}

// number reads a positive number of the query.
func (c *call) number(name string, other int) int {
	n, err := strconv.Atoi(c.query.Get(name))
	if err != nil || n < 1 || n > 1_000_000 {
		return other
	}
	return n
}

// each turns a page of things into objects.
//
//go:noinline
func each[T any](list []T, build func(T) obj) []obj {
	out := make([]obj, 0, len(list))
	for _, x := range list {
		out = append(out, build(x))
	}
	return out
}
