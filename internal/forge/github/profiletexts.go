package github

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// maxBatch is how much text one answer may have, in bytes; an issue is taken to
// have usualIssue.
const (
	maxBatch   = 8 << 20
	usualIssue = 4 << 10
)

// mostSpellings bounds the labels of a repository that are asked for.
const mostSpellings = 10

// wantIssues notes the issues that were found, and the labels by which others
// may be: those that mean the same and are spelled otherwise.
func (w *wantedTexts) wantIssues(g *graphRepo, labels []string) {
	if g.HelpWanted == nil {
		return
	}
	if g.Spelled != nil && g.OpenIssues != nil && g.OpenIssues.TotalCount > len(g.HelpWanted.Nodes) && len(g.HelpWanted.Nodes) < maxProfileIssues {
		usual := labelsOf(labels)
		for _, l := range g.Spelled.Nodes {
			known := slices.ContainsFunc(usual, func(u string) bool { return strings.EqualFold(u, l.Name) })
			if !known && anyLabel(labels, l.Name) && len(w.labels) < mostSpellings {
				w.labels = append(w.labels, l.Name)
			}
		}
		if len(w.labels) > 0 {
			w.size += maxProfileIssues * usualIssue
		}
	}
	for _, i := range g.HelpWanted.Nodes {
		if i != nil && i.Number > 0 && len(w.issues) < maxProfileIssues {
			w.issues, w.size = append(w.issues, i.Number), w.size+usualIssue
		}
	}
}

// textsDocument reads issues, and files by their objects, so that what was pushed
// in the meantime does not mix with what was listed. ahead asks for the next
// page, too.
func textsDocument(repos []wantedTexts, ahead bool) document {
	var b strings.Builder
	name := "texts of profiles"
	if ahead {
		name = "texts of profiles, and the next page"
		b.WriteString("query ProfileTextsAndNext(" + pageVariables + ", " + profileVariables + ") {\n  next: repositoryOwner" + pageSelection(profileFields))
	} else {
		b.WriteString("query ProfileTexts {\n")
	}
	for i, w := range repos {
		owner, name, _ := strings.Cut(w.repo, "/")
		fmt.Fprintf(&b, "  r%d: repository(owner: %s, name: %s) {\n", i, quoted(owner), quoted(name))
		for j, oid := range w.oids {
			fmt.Fprintf(&b, "    f%d: object(oid: %s) { ...content }\n", j, quoted(oid))
		}
		for _, n := range w.issues {
			fmt.Fprintf(&b, "    i%d: issue(number: %d) { ...wanted }\n", n, n)
		}
		if len(w.labels) > 0 {
			names := make([]string, len(w.labels))
			for j, l := range w.labels {
				names[j] = quoted(l)
			}
			fmt.Fprintf(&b, "    more: issues(first: %d, states: [OPEN], labels: [%s], orderBy: {field: UPDATED_AT, direction: DESC}) { nodes { ...wanted } }\n",
				maxProfileIssues, strings.Join(names, ", "))
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
		if len(w.issues)+len(w.labels) > 0 {
			b.WriteString(wantedFragment)
			break
		}
	}
	if ahead {
		b.WriteString(toldFragment + countedFragment + keptFragment)
	}
	return document{name, b.String()}
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

// graphText is a file, an issue, or several issues.
type graphText struct {
	graphBlob
	graphIssue
	Nodes []*graphIssue
}

type graphBlob struct {
	Text        *string
	ByteSize    int64
	IsBinary    *bool
	IsTruncated bool
}

// readTexts fills in files and issues. It takes one request unless there is so
// much text that it would not come in one answer, or the server says so. The
// last one brings along the page that next asks for, nil for none.
func (c *Client) readTexts(ctx context.Context, profiles []forge.Profile, wanted []wantedTexts, next map[string]any) error {
	var batch []wantedTexts
	size := int64(0)
	flush := func(next map[string]any) error {
		err := c.readBatch(ctx, profiles, batch, next)
		batch, size = nil, 0
		return err
	}
	for _, w := range wanted {
		profiles[w.of].Files = map[string]string{}
		if w.none() {
			continue
		}
		if size += w.size; size > maxBatch && len(batch) > 0 {
			if err := flush(nil); err != nil {
				return err
			}
			size = w.size
		}
		batch = append(batch, w)
	}
	if len(batch) == 0 {
		return nil
	}
	return flush(next)
}

// readBatch reads the files and issues of some repositories, halving them where they are
// too much. Those that the answer leaves out for an error that may pass are asked
// for once more.
func (c *Client) readBatch(ctx context.Context, profiles []forge.Profile, batch []wantedTexts, next map[string]any) error {
	got := map[string]json.RawMessage{}
	r, err := c.ask(ctx, textsDocument(batch, next != nil), next, "the files and issues of repositories", &got)
	switch {
	case next != nil && (errors.Is(err, forge.ErrTooMuch) || errors.Is(err, forge.ErrUnsupported)):
		c.lookAtOnePage()
		return c.readBatch(ctx, profiles, batch, nil)
	case errors.Is(err, forge.ErrTooMuch) && len(batch) > 1:
		half := len(batch) / 2
		if err := c.readBatch(ctx, profiles, batch[:half], nil); err != nil {
			return err
		}
		return c.readBatch(ctx, profiles, batch[half:], nil)
	case errors.Is(err, forge.ErrTooMuch):
		for _, w := range batch {
			profiles[w.of].Files = nil
			profiles[w.of].Incomplete = append(profiles[w.of].Incomplete, "files and issues: "+err.Error())
		}
		return nil
	case err != nil:
		return err
	}
	if next != nil {
		c.keepAhead(next, got["next"], r.errors)
	}
	var again []wantedTexts
	for i, w := range batch {
		p, alias := &profiles[w.of], fmt.Sprintf("r%d", i)
		var texts map[string]*graphText // null leaves it empty
		if err := decode(got[alias], &texts); err != nil && len(got[alias]) > 0 {
			return c.unavailable(fault.Errorf("its answer about %s is not the JSON that was expected: %w", p.FullName(), err))
		}
		if texts == nil && len(batch) > 1 && tooMuch(errorsBelow(r.errors, alias), true) {
			again = append(again, w)
			continue
		}
		noteErrors(p, r.errors, alias)
		for j, name := range w.paths {
			if g := texts[fmt.Sprintf("f%d", j)]; g != nil {
				keepText(p, name, &g.graphBlob)
			} else {
				keepText(p, name, nil)
			}
		}
		for _, n := range w.issues {
			if g := texts[fmt.Sprintf("i%d", n)]; g != nil && g.Number == n {
				p.HelpWanted = append(p.HelpWanted, c.wantedIssue(p.RepoName, &g.graphIssue))
			}
		}
		if g := texts["more"]; g != nil {
			c.addIssues(p, g.Nodes)
		}
	}
	for half := (len(again) + 1) / 2; len(again) > 0; again = again[half:] {
		half = min(half, len(again))
		if err := c.readBatch(ctx, profiles, again[:half], nil); err != nil {
			return err
		}
	}
	return nil
}

// addIssues adds issues that were found by another label.
func (c *Client) addIssues(p *forge.Profile, more []*graphIssue) {
	for _, i := range more {
		if i == nil || i.Number <= 0 || len(p.HelpWanted) >= maxProfileIssues {
			continue
		}
		if !slices.ContainsFunc(p.HelpWanted, func(had forge.Issue) bool { return had.Number == i.Number }) {
			p.HelpWanted = append(p.HelpWanted, c.wantedIssue(p.RepoName, i))
		}
	}
}
