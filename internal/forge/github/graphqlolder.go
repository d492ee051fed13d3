package github

import (
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/order"
)

// optionalFields are those that a server may be too old for, by the type and the
// name of each, with the text that asks for it: without them a document tells as
// much, but for them. All others are what it is asked for.
func optionalFields() map[string][2]string {
	return map[string][2]string{
		"Repository.visibility":       {"  visibility\n", ""}, // else isPrivate tells
		"Repository.forkingAllowed":   {"  forkingAllowed\n", ""},
		"Repository.hasIssuesEnabled": {"  hasIssuesEnabled\n", ""},
		"Repository.watchers":         {"  watchers { totalCount }\n", ""},
		"TreeEntry.size":              {" mode oid size }", " mode oid }"},
		"RepositoryOwner.avatarUrl":   {"owner { login avatarUrl }", "owner { login }"},
		"Blob.isTruncated":            {" isTruncated }", " }"},
	}
}

// askable is a document's text without the fields that this host does not know.
func (c *Client) askable(d document) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	text := d.text
	for name := range c.without {
		f := optionalFields()[name]
		text = strings.Replace(text, f[0], f[1], 1)
	}
	return text
}

// leavesOut remembers which fields of a document, as it was sent, a host does not
// know, and says so. It tells whether the document may be asked without them.
func (c *Client) leavesOut(sent string, all []graphError) bool {
	optional := optionalFields()
	var unknown []string
	for _, e := range all {
		name := e.unknownField()
		if f, ok := optional[name]; !ok || !strings.Contains(sent, f[0]) {
			return false
		}
		unknown = append(unknown, name)
	}
	c.mu.Lock()
	if c.without == nil {
		c.without = map[string]bool{}
	}
	unknown = slices.DeleteFunc(unknown, func(name string) bool {
		had := c.without[name]
		c.without[name] = true
		return had
	})
	c.mu.Unlock()
	if len(unknown) > 0 {
		order.By(unknown, strings.Compare)
		c.o.Sink.Note("fields", c.o.Host+" is too old to tell "+strings.Join(unknown, ", ")+": it is asked for the rest")
	}
	return len(all) > 0
}

// unknownField is the type and the name of a field that a server does not know,
// "" where an error is of something else. GitHub says them apart, others in a
// sentence: the field is quoted first.
func (e graphError) unknownField() string {
	if e.Extensions.Code == "undefinedField" && e.Extensions.Type != "" {
		return e.Extensions.Type + "." + e.Extensions.Field
	}
	if e.says("doesn't exist on type", "cannot query field") {
		quoted := strings.FieldsFunc(strings.ReplaceAll(e.Message, "doesn't", "does not"), func(r rune) bool { return r == '"' || r == '\'' })
		if len(quoted) > 3 {
			return quoted[3] + "." + quoted[1]
		}
	}
	return ""
}
