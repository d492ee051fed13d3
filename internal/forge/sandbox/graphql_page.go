package sandbox

import (
	"encoding/base64"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/isrc-dev/isrc/internal/fault"
)

// maxPage is the largest page of a connection.
const maxPage = 100

// series is all that a connection could show, in its order.
type series struct {
	n  int
	at func(int) any
	// key is where an element stands in the order, so that a cursor stays good
	// when others come and go; an element's place when nil.
	key  func(int) sortKey
	desc bool
	// edge holds what an edge has besides cursor and node; of the element there.
	edge func(int) map[string]any
	more map[string]any // what the connection has besides
}

// sortKey orders by the text, then by the number.
type sortKey struct {
	text string
	id   int64
}

func (k sortKey) compare(o sortKey) int {
	if c := strings.Compare(k.text, o.text); c != 0 {
		return c
	}
	switch {
	case k.id < o.id:
		return -1
	case k.id > o.id:
		return 1
	}
	return 0
}

// timeKey and numberKey are texts in the order of times and of numbers.
func timeKey(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05") }

//go:noinline
func numberKey(n int) string { return fmt.Sprintf("%012d", n) }

// seriesOf is a list in the order that it has.
func seriesOf[T any](list []T) *series {
	return &series{n: len(list), at: func(i int) any { return list[i] }}
}

// sortedSeries sorts a list by keys; equal texts are told apart by the number.
func sortedSeries[T any](list []T, desc bool, key func(T) sortKey) *series {
	s := seriesOf(list)
	keys := make([]sortKey, len(list))
	for i, x := range list {
		keys[i] = key(x)
	}
	sort.Sort(&byKey[T]{list, keys, desc})
	s.key, s.desc = func(i int) sortKey { return keys[i] }, desc
	return s
}

type byKey[T any] struct {
	list []T
	keys []sortKey
	desc bool
}

func (b *byKey[T]) Len() int { return len(b.list) }

//go:noinline
func (b *byKey[T]) Less(i, j int) bool {
	if b.desc {
		i, j = j, i
	}
	return b.keys[i].compare(b.keys[j]) < 0
}

func (b *byKey[T]) Swap(i, j int) {
	b.list[i], b.list[j] = b.list[j], b.list[i]
	b.keys[i], b.keys[j] = b.keys[j], b.keys[i]
}

//go:noinline
func (s *series) keyAt(i int) sortKey {
	if s.key == nil {
		return sortKey{id: int64(i)}
	}
	return s.key(i)
}

// cursor names an element's place in the order.
func (s *series) cursor(i int) string {
	k := s.keyAt(i)
	return base64.StdEncoding.EncodeToString([]byte("cursor:v2:" + strconv.FormatInt(k.id, 10) + ":" + k.text))
}

func badCursor(text string) error {
	return &graphQLError{Type: "INVALID_CURSOR_ARGUMENTS", Message: fmt.Sprintf("`%s` does not appear to be a valid cursor.", text)}
}

// place is the index of the first element that does not stand before the
// cursor's place, and whether the cursor's own element is there.
func (s *series) place(text string) (int, bool, error) {
	raw, err := base64.StdEncoding.DecodeString(text)
	rest, known := strings.CutPrefix(string(raw), "cursor:v2:")
	id, key, parted := strings.Cut(rest, ":")
	number, bad := strconv.ParseInt(id, 10, 64)
	if err != nil || !known || !parted || bad != nil {
		return 0, false, badCursor(text)
	}
	want := sortKey{key, number}
	i := sort.Search(s.n, func(i int) bool {
		c := s.keyAt(i).compare(want)
		if s.desc {
			c = -c
		}
		return c >= 0
	})
	return i, i < s.n && s.keyAt(i) == want, nil
}

// page is the part of a series that was asked for.
type page struct {
	*series
	from, to int
}

// page cuts by after, before, first and last, in this order.
func (s *series) page(args fieldArgs) (*page, error) {
	p := &page{series: s, to: s.n}
	if after := args.str("after"); after != "" {
		i, there, err := s.place(after)
		if err != nil {
			return nil, err
		}
		if there {
			i++
		}
		p.from = i
	}
	if before := args.str("before"); before != "" {
		i, _, err := s.place(before)
		if err != nil {
			return nil, err
		}
		p.to = max(i, p.from)
	}
	switch {
	case args.has("first"):
		p.to = min(p.to, p.from+args.number("first"))
	case args.has("last"):
		p.from = max(p.from, p.to-args.number("last"))
	default:
		p.to = p.from
	}
	return p, nil
}

// bounds refuses pages that are too large or have no size, as GitHub does;
// counting needs none.
func (g *graphQLRun) bounds(x *ast.Field, args fieldArgs) error {
	if !args.has("first") && !args.has("last") && g.listsAnything(x.SelectionSet) {
		return &graphQLError{Type: "MISSING_PAGINATION_BOUNDARIES", Message: fmt.Sprintf(
			"You must provide a `first` or `last` value to properly paginate the `%s` connection.", x.Name)}
	}
	for _, name := range []string{"first", "last"} {
		n := args.number(name)
		if n > maxPage {
			return &graphQLError{Type: "EXCESSIVE_PAGINATION", Message: fmt.Sprintf(
				"Requesting %d records on the `%s` connection exceeds the `%s` limit of %d records.", n, x.Name, name, maxPage)}
		}
		if n < 0 {
			return &graphQLError{Type: "INVALID_PAGINATION_BOUNDARIES", Message: fmt.Sprintf(
				"`%s` on the `%s` connection cannot be less than zero.", name, x.Name)}
		}
	}
	if args.has("first") && args.has("last") {
		return &graphQLError{Type: "INVALID_PAGINATION_BOUNDARIES", Message: fmt.Sprintf(
			"Passing both `first` and `last` to paginate the `%s` connection is not supported.", x.Name)}
	}
	return nil
}

// listsAnything tells whether a connection's elements are asked for.
func (g *graphQLRun) listsAnything(set ast.SelectionSet) bool {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			if (s.Name == "nodes" || s.Name == "edges" || s.Name == "pageInfo") && g.included(s.Directives) {
				return true
			}
		case *ast.InlineFragment:
			if g.listsAnything(s.SelectionSet) {
				return true
			}
		case *ast.FragmentSpread:
			if g.listsAnything(s.Definition.SelectionSet) {
				return true
			}
		}
	}
	return false
}

// edge is an element of a page with its cursor.
type edge struct {
	s *series
	i int
}

func (p *page) field(name string) (any, error) {
	switch name {
	case "totalCount":
		return p.n, nil
	case "pageInfo":
		return p, nil
	case "nodes", "edges":
		list := make([]any, 0, p.to-p.from)
		for i := p.from; i < p.to; i++ {
			if name == "edges" {
				list = append(list, &edge{p.series, i})
				continue
			}
			list = append(list, p.at(i))
		}
		return list, nil
	}
	if v, ok := p.more[name]; ok {
		return v, nil
	}
	return nil, fault.Errorf("the sandbox does not execute the field %s of a connection", name)
}

func (e *edge) field(name string) (any, error) {
	switch name {
	case "cursor":
		return e.s.cursor(e.i), nil
	case "node":
		return e.s.at(e.i), nil
	}
	if e.s.edge != nil {
		if v, ok := e.s.edge(e.i)[name]; ok {
			return v, nil
		}
	}
	return nil, fault.Errorf("the sandbox does not execute the field %s of an edge", name)
}

func pageInfoFields() map[string]resolver {
	end := func(empty func(*page) bool, at func(*page) int) resolver {
		return func(_ *graphQLRun, of any, _ fieldArgs) (any, error) {
			p := of.(*page)
			if empty(p) {
				return nil, nil
			}
			return p.cursor(at(p)), nil
		}
	}
	none := func(p *page) bool { return p.from >= p.to }
	return map[string]resolver{
		"hasNextPage":     func(_ *graphQLRun, of any, _ fieldArgs) (any, error) { return of.(*page).to < of.(*page).n, nil },
		"hasPreviousPage": func(_ *graphQLRun, of any, _ fieldArgs) (any, error) { return of.(*page).from > 0, nil },
		"startCursor":     end(none, func(p *page) int { return p.from }),
		"endCursor":       end(none, func(p *page) int { return p.to - 1 }),
	}
}
