package sandbox

import (
	"crypto/sha1" //nolint:gosec // git's own name for an object
	"encoding/hex"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"
)

// seedObjects are a seeded repository's commits, trees and files as git would
// write them, with the same names, worked out in memory: ten thousand
// repositories can be listed and read without one of them on disk.
type seedObjects struct {
	commits []*seedCommit          // by mark, from 1
	refs    map[string]*seedCommit // by full name
	branch  string                 // the default one
	pulls   map[int]pullMarks
}

type seedCommit struct {
	sha       string
	tree      *seedNode
	parent    *seedCommit
	author    string // as git writes it: NAME <ADDRESS>
	committer string
	at        int64
	message   string
}

// seedNode is a file or a folder. One without a name is new and may still be
// changed; one with a name never is.
type seedNode struct {
	mode string
	sha  string
	data string      // of a file
	kids []seedEntry // of a folder, by name
}

type seedEntry struct {
	name string
	node *seedNode
}

const treeMode = "40000"

func newTree() *seedNode { return &seedNode{mode: treeMode} }

func (n *seedNode) isTree() bool { return n.mode == treeMode }

// find is an entry's place among the children, and whether it is there.
func (n *seedNode) find(name string) (int, bool) {
	return slices.BinarySearchFunc(n.kids, name, func(e seedEntry, s string) int { return strings.Compare(e.name, s) })
}

// with is the folder with a file put in; the folder itself if it is still new.
func (n *seedNode) with(path, mode, data string) *seedNode {
	out := n
	if n.sha != "" {
		out = &seedNode{mode: treeMode, kids: slices.Clone(n.kids)}
	}
	name, rest, deep := strings.Cut(path, "/")
	i, there := out.find(name)
	leaf := &seedNode{mode: mode, data: data}
	if deep {
		within := newTree()
		if there && out.kids[i].node.isTree() {
			within = out.kids[i].node
		}
		leaf = within.with(rest, mode, data)
	}
	if there {
		out.kids[i].node = leaf
	} else {
		out.kids = slices.Insert(out.kids, i, seedEntry{name, leaf})
	}
	return out
}

// at finds a file or folder below this one, nil when it is not there.
func (n *seedNode) at(path string) *seedNode {
	for name := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if name == "" {
			continue
		}
		i, there := n.find(name)
		if !there {
			return nil
		}
		n = n.kids[i].node
	}
	return n
}

// ordered are the entries as git keeps them: a folder's name counts with a
// slash after it.
func (n *seedNode) ordered() []seedEntry {
	out := slices.Clone(n.kids)
	key := func(e seedEntry) string {
		if e.node.isTree() {
			return e.name + "/"
		}
		return e.name
	}
	sort.Slice(out, func(i, j int) bool { return key(out[i]) < key(out[j]) })
	return out
}

// seal names a file or folder and all that is new in it.
func (n *seedNode) seal() string {
	if n.sha != "" {
		return n.sha
	}
	if !n.isTree() {
		n.sha = objectName("blob", n.data)
		return n.sha
	}
	var b strings.Builder
	for _, e := range n.ordered() {
		raw, _ := hex.DecodeString(e.node.seal())
		b.WriteString(e.node.mode + " " + e.name + "\x00")
		b.Write(raw)
	}
	n.sha = objectName("tree", b.String())
	return n.sha
}

func objectName(kind, data string) string {
	h := sha1.New() //nolint:gosec // git's own
	_, _ = fmt.Fprintf(h, "%s %d\x00", kind, len(data))
	_, _ = h.Write([]byte(data))
	return hex.EncodeToString(h.Sum(nil))
}

func (c *seedCommit) seal() {
	if c.sha != "" {
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "tree %s\n", c.tree.seal())
	if c.parent != nil {
		fmt.Fprintf(&b, "parent %s\n", c.parent.sha)
	}
	fmt.Fprintf(&b, "author %s %d +0000\ncommitter %s %d +0000\n\n%s", c.author, c.at, c.committer, c.at, c.message)
	c.sha = objectName("commit", b.String())
}

func (c *seedCommit) info() commitInfo {
	out := commitInfo{
		sha: c.sha, tree: c.tree.sha, message: strings.TrimRight(c.message, "\n"),
		authored: time.Unix(c.at, 0).UTC(), committed: time.Unix(c.at, 0).UTC(),
	}
	out.authorName, out.authorEmail = splitIdentity(c.author)
	out.committerName, out.committerEmail = splitIdentity(c.committer)
	if c.parent != nil {
		out.parents = []string{c.parent.sha}
	}
	return out
}

func splitIdentity(s string) (name, email string) {
	name, email, _ = strings.Cut(s, " <")
	return name, strings.TrimSuffix(email, ">")
}

// commit finds what a name stands for: HEAD, a branch, a tag, or a commit's own
// name, whole or the beginning of it.
func (o *seedObjects) commit(name string) *seedCommit {
	if name == "HEAD" {
		name = "refs/heads/" + o.branch
	}
	for _, ref := range []string{name, "refs/heads/" + name, "refs/tags/" + name, "refs/" + name} {
		if c := o.refs[ref]; c != nil {
			return c
		}
	}
	if len(name) >= 7 && strings.Trim(name, "0123456789abcdef") == "" {
		for _, c := range o.commits {
			if strings.HasPrefix(c.sha, name) {
				return c
			}
		}
	}
	return nil
}

// node finds a file or folder by its own name, in any commit.
func (o *seedObjects) node(sha string) *seedNode {
	seen := map[*seedNode]bool{}
	var search func(n *seedNode) *seedNode
	search = func(n *seedNode) *seedNode {
		if n.sha == sha {
			return n
		}
		if seen[n] {
			return nil
		}
		seen[n] = true
		for _, e := range n.kids {
			if x := search(e.node); x != nil {
				return x
			}
		}
		return nil
	}
	for i := len(o.commits) - 1; i >= 0; i-- {
		if x := search(o.commits[i].tree); x != nil {
			return x
		}
	}
	return nil
}
