package github

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

	gh "github.com/google/go-github/v66/github"

	"github.com/isrc-dev/isrc/internal/forge"
)

// restFiles lists the folders and reads the files, by their objects.
func (c *Client) restFiles(ctx context.Context, p *forge.Profile, _ forge.ProfileOptions) error {
	p.Listed, p.Files = map[string][]string{}, map[string]string{}
	folders := map[string][]treeEntry{}
	root, err := c.restFolder(ctx, p, p.DefaultBranch)
	if err != nil {
		return err
	}
	p.Listed[""], folders[""] = listFolder(p, "", root)
	for _, folder := range []string{".github", "docs"} {
		i := slices.IndexFunc(root, func(e treeEntry) bool { return e.Name == folder && e.Type == "tree" && isSHA(e.OID) })
		var entries []treeEntry
		if i >= 0 {
			if entries, err = c.restFolder(ctx, p, root[i].OID); err != nil {
				return err
			}
		}
		p.Listed[folder], folders[folder] = listFolder(p, folder, entries)
	}
	w := chooseFiles(p, folders)
	for i, name := range w.paths {
		if err := c.restText(ctx, p, name, w.oids[i]); err != nil {
			return err
		}
	}
	return nil
}

// restFolder reads the names in a folder, known by a branch or its object; one
// of an empty repository is empty.
func (c *Client) restFolder(ctx context.Context, p *forge.Profile, ref string) ([]treeEntry, error) {
	if ref == "" {
		return nil, nil
	}
	var w gh.Tree
	_, err := c.do(ctx, get("the files of "+p.FullName(), "repos/%s/%s/git/trees/%s", p.Owner, p.Name, ref), &w)
	var (
		missing *forge.NotFoundError
		empty   *forge.InvalidError // 409
	)
	if errors.As(err, &empty) || errors.As(err, &missing) && p.PushedAt.IsZero() {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	entries := make([]treeEntry, 0, len(w.Entries))
	for _, e := range w.Entries {
		mode, err := strconv.ParseInt(e.GetMode(), 8, 32)
		if err != nil {
			mode = 0o100644
		}
		entries = append(entries, treeEntry{Name: e.GetPath(), Type: e.GetType(), Mode: int(mode), OID: e.GetSHA(), Size: int64(max(e.GetSize(), 0))})
	}
	return entries, nil
}

// restText reads one file. An object never changes, so that its answer is kept
// for good where answers are kept.
func (c *Client) restText(ctx context.Context, p *forge.Profile, name, oid string) error {
	var w gh.Blob
	k := call{method: http.MethodGet, path: path("repos/%s/%s/git/blobs/%s", p.Owner, p.Name, oid), what: name + " of " + p.FullName()}
	if _, err := c.do(ctx, k, &w); err != nil {
		if hidden(err) {
			p.Incomplete = append(p.Incomplete, name+": "+err.Error())
			return nil
		}
		return err
	}
	if text, err := content(w.GetEncoding(), w.Content); err != nil {
		p.Incomplete = append(p.Incomplete, name+": "+err.Error())
	} else {
		keepText(p, name, blobOf(text))
	}
	return nil
}
