package github

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	pathpkg "path"
	"slices"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// A document is a question in GraphQL. Its name stands for it in what is
// remembered of a host.
type document struct {
	name string
	text string
}

// reply is what a document was answered with, beside its data.
type reply struct {
	answer
	errors []graphError // those that left a part of the data out
}

// ask sends a document and reads its data into out. It is an error when there is
// no data at all; what could not be read of some part of it is in the reply.
//
// A host that does not speak GraphQL is forge.ErrUnsupported, and is not asked
// again. A question that was more than the host would answer is
// forge.ErrTooMuch. Documents are queries, so they are repeated like other
// reads.
func (c *Client) ask(ctx context.Context, d document, vars map[string]any, what string, out any) (reply, error) {
	if err := c.hasGraph(d); err != nil {
		return reply{}, err
	}
	return c.askOnce(ctx, d, vars, what, out, false)
}

// askOnce asks once more, unless this is again, where a server says nothing but
// that it failed.
func (c *Client) askOnce(ctx context.Context, d document, vars map[string]any, what string, out any, again bool) (reply, error) {
	text := c.askable(d)
	body := map[string]any{"query": text}
	if len(vars) > 0 {
		body["variables"] = vars
	}
	a, err := c.send(ctx, call{method: http.MethodPost, path: graphPath(c.api.Path), body: body, graph: true, what: what})
	if err != nil {
		return reply{}, c.graphFailure(d, a, err)
	}
	var whole struct {
		Data   json.RawMessage `json:"data"`
		Errors []graphError    `json:"errors"`
	}
	if err := decode(a.body, &whole); err != nil {
		return reply{}, c.noAnswer("", "its answer is no answer to a GraphQL query")
	}
	r := reply{answer: a, errors: whole.Errors}
	none := len(whole.Data) == 0 || bytes.Equal(whole.Data, []byte("null"))
	switch {
	case none && len(r.errors) == 0:
		return reply{}, c.noAnswer("", "its answer has neither data nor errors")
	case tooMuch(r.errors, none):
		return reply{}, c.tooMuch(quoteOf(r.errors))
	case none && c.leavesOut(text, r.errors):
		return c.askOnce(ctx, d, vars, what, out, again)
	case none && unknownToServer(r.errors):
		return reply{}, c.noGraph(scopeOf(d, r.errors), quoteOf(r.errors))
	case none && nameless(r.errors) && !again && failing(r.errors):
		if err := c.wait(ctx, time.Second, ""); err != nil {
			return reply{}, err
		}
		return c.askOnce(ctx, d, vars, what, out, true)
	case none && nameless(r.errors):
		return reply{}, c.noAnswer(scopeOf(d, r.errors), quoteOf(r.errors))
	case none:
		return reply{}, c.graphRefusal(r, what, r.errors)
	}
	c.speaks(d)
	if err := decode(whole.Data, out); err != nil {
		return reply{}, c.unavailable(fault.Errorf("its answer about %s is not the JSON that was expected: %w", what, err))
	}
	if slices.ContainsFunc(r.errors, func(e graphError) bool { return e.Extensions.SAML }) {
		c.leftOut("some organisations are")
	}
	return r, nil
}

// graphPath is where GraphQL is asked, seen from the address of the REST API:
// beside it on hosts whose address ends in a version (/api/v3/), below it
// elsewhere (https://api.github.com/).
func graphPath(api string) string {
	last := pathpkg.Base(api)
	if len(last) > 1 && last[0] == 'v' && strings.Trim(last[1:], "0123456789") == "" {
		return "../graphql"
	}
	return "graphql"
}

// hasGraph is the error of a document that this host is known not to answer.
func (c *Client) hasGraph(d document) error {
	if c.o.Token == "" && (c.o.Host == "github.com" || strings.HasSuffix(c.o.Host, ".ghe.com")) {
		return fault.Errorf("GraphQL without a token: %w", forge.ErrUnsupported)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, name := range []string{"", d.name} {
		if why, ok := c.lacks[name]; ok {
			return fault.Errorf("GraphQL of %s: %w (%s)", c.o.Host, forge.ErrUnsupported, why)
		}
	}
	return nil
}

// noGraph remembers that the host does not answer a document; "" is any.
func (c *Client) noGraph(name, why string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lacks == nil {
		c.lacks = map[string]string{}
	}
	c.lacks[name] = why
	return fault.Errorf("GraphQL of %s: %w (%s)", c.o.Host, forge.ErrUnsupported, why)
}

// speaks remembers that the host has answered a document.
func (c *Client) speaks(d document) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.spoke == nil {
		c.spoke = map[string]bool{}
	}
	c.spoke[""], c.spoke[d.name] = true, true
}

// noAnswer is noGraph for what a host says that does not understand a document,
// unless it has answered it before: then something else is the matter, which
// passes, such as a server behind it that fails.
func (c *Client) noAnswer(name, why string) error {
	c.mu.Lock()
	spoke := c.spoke[name]
	c.mu.Unlock()
	if spoke {
		return c.unavailable(errors.New(why))
	}
	return c.noGraph(name, why)
}

// graphFailure says what it means for GraphQL that there is no answer.
func (c *Client) graphFailure(d document, a answer, err error) error {
	var (
		missing *forge.NotFoundError
		invalid *forge.InvalidError
		slow    interface{ Timeout() bool }
	)
	switch {
	case errors.As(err, &invalid): // some say with the status what others say with 200
		all := graphErrors(a)
		lacks := c.noAnswer
		if unknownToServer(all) {
			lacks = c.noGraph
		}
		return lacks(scopeOf(d, all), firstOf(quoteOf(all), fmt.Sprintf("it answers %d", a.status)))
	case a.status == http.StatusForbidden && restMayDo(err):
		return c.noAnswer("", err.Error())
	case errors.As(err, &missing), errors.Is(err, forge.ErrUnsupported):
		return c.noGraph("", fmt.Sprintf("it answers %d", a.status))
	case errors.Is(err, errPage):
		return c.noAnswer("", "it answers with a web page")
	case errors.Is(err, errTooLarge), errors.As(err, &slow) && slow.Timeout():
		return c.tooMuch(err.Error())
	case a.status == http.StatusBadGateway, a.status == http.StatusServiceUnavailable, a.status == http.StatusGatewayTimeout,
		a.status == http.StatusRequestEntityTooLarge:
		return c.tooMuch(fmt.Sprintf("it answers %d %s", a.status, http.StatusText(a.status)))
	}
	return err
}

func (c *Client) tooMuch(why string) error {
	return c.unavailable(fault.Errorf("%w: %s", forge.ErrTooMuch, why))
}

// quoted writes a string literal of GraphQL, whose escapes are those of JSON.
func quoted(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(s) != nil { // cannot fail: a string has an encoding
		return `""`
	}
	return strings.TrimSpace(b.String())
}
