package github

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
)

// pageAhead is a page of an owner's repositories that was read along with the
// texts of the page before: the two questions go in one request, so that a page
// costs one instead of two.
type pageAhead struct {
	asked  string // what it answers: the variables of its question
	page   graphPage
	errors []graphError
}

// pageAfter is the question for the page that follows, nil when there is none
// that will be asked in the same words.
func (c *Client) pageAfter(q forge.ProfileQuery, page forge.ProfilePage) map[string]any {
	c.mu.Lock()
	alone := c.alone
	c.mu.Unlock()
	if alone || page.Next == "" || q.QuarterEnd.IsZero() {
		return nil
	}
	q.After = page.Next
	vars := pageVars(q)
	c.quarterVars(vars, q)
	return vars
}

// lookAtOnePage keeps from now on to one page in a request.
func (c *Client) lookAtOnePage() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.alone = true
}

// keepAhead remembers a page, one for each owner. What cannot be read is left
// out: the page is then asked for when it is due.
func (c *Client) keepAhead(vars map[string]any, data json.RawMessage, all []graphError) {
	var a pageAhead
	if len(data) == 0 || bytes.Equal(data, []byte("null")) || decode(data, &a.page.RepositoryOwner) != nil || a.page.RepositoryOwner == nil {
		return
	}
	for _, e := range all {
		if e.below("next") {
			e.Path = append([]any{"repositoryOwner"}, slices.Clone(e.Path[1:])...)
			a.errors = append(a.errors, e)
		}
	}
	a.asked = asked(vars)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ahead == nil {
		c.ahead = map[string]pageAhead{}
	}
	c.ahead[ownerOf(vars)] = a
}

// takeAhead gives the page that answers a question, once.
func (c *Client) takeAhead(vars map[string]any) (pageAhead, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, ok := c.ahead[ownerOf(vars)]
	if ok {
		delete(c.ahead, ownerOf(vars))
	}
	return a, ok && a.asked == asked(vars)
}

//go:noinline
func ownerOf(vars map[string]any) string {
	owner, _ := vars["owner"].(string)
	return strings.ToLower(owner)
}

// asked writes variables in one way.
//
//go:noinline
func asked(vars map[string]any) string {
	text, err := json.Marshal(vars)
	if err != nil { // cannot fail: they are texts and numbers
		return ""
	}
	return string(text)
}
