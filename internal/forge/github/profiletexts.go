package github

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
)

// maxBatch is how much text one answer may have, in bytes; an issue is taken to
// have usualIssue.
const (
	maxBatch   = 8 << 20
	usualIssue = 4 << 10
)

func (w *wantedTexts) wantIssues(g *graphRepo) {
	if g.HelpWanted == nil {
		return
	}
	for _, i := range g.HelpWanted.Nodes {
		if i != nil && i.Number > 0 && len(w.issues) < maxProfileIssues {
			w.issues, w.size = append(w.issues, i.Number), w.size+usualIssue
		}
	}
}

// textsDocument reads issues, and files by their objects, so that what was pushed
// in the meantime does not mix with what was listed.
func textsDocument(repos []wantedTexts) document {
	var b strings.Builder
	b.WriteString("query ProfileTexts {\n")
	for i, w := range repos {
		owner, name, _ := strings.Cut(w.repo, "/")
		fmt.Fprintf(&b, "  r%d: repository(owner: %s, name: %s) {\n", i, quoted(owner), quoted(name))
		for j, oid := range w.oids {
			fmt.Fprintf(&b, "    f%d: object(oid: %s) { ...content }\n", j, quoted(oid))
		}
		for _, n := range w.issues {
			fmt.Fprintf(&b, "    i%d: issue(number: %d) { ...wanted }\n", n, n)
		}
		b.WriteString("  }\n")
	}
	b.WriteString("}\n")
	for _, w := range repos {
		if len(w.oids) > 0 {
			b.WriteString(contentFragment)
			break
		}
	}
	for _, w := range repos {
		if len(w.issues) > 0 {
			b.WriteString(wantedFragment)
			break
		}
	}
	return document{"texts of profiles", b.String()}
}

// A fragment that is not used makes a document invalid.
const (
	contentFragment = "fragment content on Blob { text byteSize isBinary isTruncated }\n"
	wantedFragment  = `fragment wanted on Issue {
  number
  title
  url
  body
  createdAt
  updatedAt
  labels(first: 10) { nodes { name } }
  assignees(first: 3) { nodes { login } }
}
`
)

// graphText is a file or an issue.
type graphText struct {
	graphBlob
	graphIssue
}

type graphBlob struct {
	Text        *string
	ByteSize    int64
	IsBinary    *bool
	IsTruncated bool
}

// readTexts fills in files and issues. It takes one request unless there is so
// much text that it would not come in one answer, or the server says so.
func (c *Client) readTexts(ctx context.Context, profiles []forge.Profile, wanted []wantedTexts) error {
	var batch []wantedTexts
	size := int64(0)
	flush := func() error {
		err := c.readBatch(ctx, profiles, batch)
		batch, size = nil, 0
		return err
	}
	for _, w := range wanted {
		profiles[w.of].Files = map[string]string{}
		if w.none() {
			continue
		}
		if size += w.size; size > maxBatch && len(batch) > 0 {
			if err := flush(); err != nil {
				return err
			}
			size = w.size
		}
		batch = append(batch, w)
	}
	if len(batch) == 0 {
		return nil
	}
	return flush()
}

// readBatch reads the files and issues of some repositories, halving them where they are
// too much.
func (c *Client) readBatch(ctx context.Context, profiles []forge.Profile, batch []wantedTexts) error {
	got := map[string]map[string]*graphText{}
	r, err := c.ask(ctx, textsDocument(batch), nil, "the files and issues of repositories", &got)
	switch {
	case errors.Is(err, forge.ErrTooMuch) && len(batch) > 1:
		half := len(batch) / 2
		if err := c.readBatch(ctx, profiles, batch[:half]); err != nil {
			return err
		}
		return c.readBatch(ctx, profiles, batch[half:])
	case errors.Is(err, forge.ErrTooMuch):
		for _, w := range batch {
			profiles[w.of].Files = nil
			profiles[w.of].Incomplete = append(profiles[w.of].Incomplete, "files and issues: "+err.Error())
		}
		return nil
	case err != nil:
		return err
	}
	for i, w := range batch {
		p, alias := &profiles[w.of], fmt.Sprintf("r%d", i)
		noteErrors(p, r.errors, alias)
		for j, name := range w.paths {
			if g := got[alias][fmt.Sprintf("f%d", j)]; g != nil {
				keepText(p, name, &g.graphBlob)
			} else {
				keepText(p, name, nil)
			}
		}
		for _, n := range w.issues {
			if g := got[alias][fmt.Sprintf("i%d", n)]; g != nil && g.Number == n {
				p.HelpWanted = append(p.HelpWanted, c.wantedIssue(p.RepoName, &g.graphIssue))
			}
		}
	}
	return nil
}
