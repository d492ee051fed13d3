package publish

import (
	"reflect"
	"strings"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/catalog/index"
)

// Choice says what of a catalog is published.
type Choice struct {
	// Private publishes private repositories as others. Those whose owners closed
	// them stay out even so.
	Private bool
}

// Reason is why a repository is not published.
type Reason string

// The reasons, in the order in which they are counted.
const (
	Private Reason = "private"
	Closed  Reason = "closed"             // its manifest says sharing: closed
	Unknown Reason = "unknown-visibility" // nobody said whether it is private
)

// LeftOut is how many repositories are not published for a reason.
type LeftOut struct {
	Reason Reason
	Count  int
}

// What is published of a repository.
type share int

const (
	nothing share = iota
	address       // name, owner, how to ask
	all
)

// of decides about a record. What nobody said to be public or internal counts as
// private.
func (c Choice) of(r *catalog.Record) (share, Reason) {
	switch {
	case r.Sharing == "closed":
		return nothing, Closed
	case r.Visibility == "public", r.Visibility == "internal", c.Private:
		return all, ""
	case r.Visibility == "private" && r.Sharing == "restricted":
		return address, ""
	case r.Visibility == "private":
		return nothing, Private
	}
	return nothing, Unknown
}

// shorten leaves of a record its name, its owner and how to ask.
func shorten(r *catalog.Record) *catalog.Record {
	return &catalog.Record{
		Host: r.Host, Owner: r.Owner, Name: r.Name, URL: r.URL, Visibility: r.Visibility,
		Sharing: r.Sharing, Ask: r.Ask, Team: r.Team, From: r.From, SeenAt: r.SeenAt,
	}
}

// isShort tells whether a record says no more than shorten leaves of one.
func isShort(r *catalog.Record) bool { return reflect.DeepEqual(r, shorten(r)) }

// sourceKey is the key of the repository that one was forked from, no key for none.
//
//go:noinline
func sourceKey(r *catalog.Record) string {
	if r.Source == "" {
		return ""
	}
	return strings.ToLower(r.Host + "/" + r.Source)
}

// chosen is a decision about all the records of a catalog.
type chosen struct {
	choice Choice
	hidden map[string]bool // keys of repositories that are not published
	told   map[string]bool // keys of those that are
	short  map[string]bool // of them, keys of those of which only name, owner and how to ask are
	counts map[Reason]int

	generation string      // that they are of
	maybe      []candidate // what may not be told as it is, in the order in which it was seen
}

// candidate is a record that may not be told as it is.
type candidate struct{ key, source string }

// see takes a record into account.
func (c *chosen) see(r *catalog.Record) error {
	what, why := c.choice.of(r)
	key, source := r.Key(), sourceKey(r)
	c.told[key] = what != nothing
	switch what {
	case nothing:
		c.hidden[key] = true
		c.counts[why]++
	case address:
		c.short[key] = true
	}
	if what != all || source != "" {
		c.maybe = append(c.maybe, candidate{key, source})
	}
	return nil
}

// telling is what is told of the generation, once all were seen.
func (c *chosen) telling(like string) index.Telling {
	t := index.Telling{Generation: c.generation, Tell: c.tell, Like: like}
	for _, m := range c.maybe {
		switch {
		case c.hidden[m.key]:
			t.Gone = append(t.Gone, m.key)
		case c.short[m.key] || c.hidden[m.source]:
			t.Some = append(t.Some, m.key)
		}
	}
	return t
}

// tell gives what is published of a record, once all were seen. A fork does not
// tell of a source that is not published.
func (c *chosen) tell(r *catalog.Record) (*catalog.Record, bool) {
	what, _ := c.choice.of(r)
	switch {
	case what == nothing:
		return nil, false
	case what == address:
		return shorten(r), false
	case c.hidden[sourceKey(r)]:
		told := *r
		told.Source = ""
		return &told, true
	}
	return r, true
}

func (c *chosen) leftOut() []LeftOut {
	var out []LeftOut
	for _, why := range []Reason{Private, Closed, Unknown} {
		if n := c.counts[why]; n > 0 {
			out = append(out, LeftOut{why, n})
		}
	}
	return out
}
