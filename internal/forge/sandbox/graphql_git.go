package sandbox

import (
	"encoding/base64"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

type (
	commitNode struct {
		c    *call
		info commitInfo
	}
	treeNode struct {
		c        *call
		sha, dir string
	}
	blobNode struct {
		c    *call
		sha  string
		once *string
	}
	refNode struct {
		c         *call
		name, sha string // name is the whole one
	}
	entryNode struct {
		c *call
		treeEntry
	}
	actorNode struct {
		name, email string
		at          time.Time
	}
)

// reading is a call on a repository whose commits and files can be read; nil
// while it has none.
func (g *graphQLRun) reading(r *repository) (*call, error) {
	if r.gitWait.Load() > 0 {
		return nil, nil
	}
	c := *g.call
	c.repo, c.perm = r, g.f.may(g.user, r)
	seeds, err := g.f.prepare(g.ctx, r)
	if err != nil {
		return nil, err
	}
	c.seeds = seeds
	return &c, nil
}

// commitOf is a commit by its name, nil when there is none.
func (c *call) commitNode(sha string) (any, error) {
	if sha == "" {
		return nil, nil
	}
	list, err := c.history(sha, commitFilter{max: 1})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &commitNode{c, list[0]}, nil
}

func defaultBranch(g *graphQLRun, r *repository, _ fieldArgs) (any, error) {
	return refOf(g, r, fieldArgs{"qualifiedName": "refs/heads/" + r.branch})
}

func refOf(g *graphQLRun, r *repository, a fieldArgs) (any, error) {
	c, err := g.reading(r)
	if c == nil || err != nil {
		return nil, err
	}
	name := a.str("qualifiedName")
	for _, full := range []string{name, "refs/heads/" + name, "refs/tags/" + name} {
		if !strings.HasPrefix(full, "refs/") {
			continue
		}
		if sha := c.refTip(full); sha != "" {
			return &refNode{c, full, sha}, nil
		}
	}
	return nil, nil
}

// refTip is the commit that a reference points to, "" when it is not there.
func (c *call) refTip(full string) string {
	if c.seeds == nil {
		return c.f.resolve(c.ctx, c.repo, full+"^{commit}")
	}
	if x := c.seeds.refs[full]; x != nil {
		return x.sha
	}
	return ""
}

func refsConnection(g *graphQLRun, r *repository, a fieldArgs) (any, error) {
	c, err := g.reading(r)
	if err != nil {
		return nil, err
	}
	var list []*refNode
	prefix, query := strings.TrimSuffix(a.str("refPrefix"), "/")+"/", a.str("query")
	add := func(name, sha string) {
		if strings.HasPrefix(name, prefix) && strings.HasPrefix(prefix, "refs/") && strings.Contains(name, query) {
			list = append(list, &refNode{c, name, sha})
		}
	}
	switch {
	case c == nil:
	case c.seeds != nil:
		for _, name := range sortedKeys(c.seeds.refs) {
			add(name, c.seeds.refs[name].sha)
		}
	default:
		out, err := c.f.in(c.ctx, r, "for-each-ref", "--format=%(objectname) %(refname)")
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(out) {
			sha, name, _ := strings.Cut(strings.TrimSpace(line), " ")
			add(name, sha)
		}
	}
	return sortedSeries(list, false, func(x *refNode) sortKey { return sortKey{text: x.name} }), nil
}

// objectOf finds what an expression names, as git rev-parse reads it: a commit
// by HEAD, a branch, a tag or its name, or a path within one after a colon.
func objectOf(g *graphQLRun, r *repository, a fieldArgs) (any, error) {
	c, err := g.reading(r)
	if c == nil || err != nil {
		return nil, err
	}
	text := orElse(a.str("expression"), a.str("oid"))
	rev, within, isPath := strings.Cut(text, ":")
	if rev == "" {
		rev = "HEAD"
	}
	sha := c.commitAt(strings.TrimSuffix(rev, "^{commit}"))
	switch {
	case !isPath && sha != "":
		return c.commitNode(sha)
	case !isPath:
		return c.bareObject(rev)
	}
	tree := c.treeAt(orElse(sha, rev))
	if tree == "" {
		return nil, nil
	}
	return c.within(tree, within)
}

// bareObject is a tree or a file that is asked for by its own name.
func (c *call) bareObject(sha string) (any, error) {
	if !shaPattern().MatchString(sha) {
		return nil, nil
	}
	if t := c.treeAt(sha); t != "" {
		return &treeNode{c: c, sha: t}, nil
	}
	if _, err := c.blob(sha); err != nil {
		return nil, nil //nolint:nilerr // there is no such object
	}
	return &blobNode{c: c, sha: sha}, nil
}

// within is the file or folder at a path of a tree, nil when it is not there.
func (c *call) within(tree, at string) (any, error) {
	at = strings.Trim(at, "/")
	if at == "" {
		return &treeNode{c: c, sha: tree}, nil
	}
	if path.Clean(at) != at || strings.HasPrefix(at, "..") {
		return nil, nil
	}
	list, err := c.tree(tree, "--", at)
	if err != nil || len(list) != 1 {
		return nil, err
	}
	return c.entryObject(list[0]), nil
}

func (c *call) entryObject(e treeEntry) any {
	switch e.kind {
	case "tree":
		return &treeNode{c: c, sha: e.sha, dir: e.path}
	case "blob":
		return &blobNode{c: c, sha: e.sha}
	}
	return nil // a commit of another repository
}

// objectFields are what every object of git has.
func objectFields(kind string, call func(any) *call, sha func(any) string, more map[string]resolver) map[string]resolver {
	address := func(of any) string { return "/" + call(of).repo.fullName() + "/commit/" + sha(of) }
	for name, find := range map[string]func(g *graphQLRun, of any) any{
		"id":                 func(_ *graphQLRun, of any) any { return nodeID(kind, call(of).repo.id) + sha(of) },
		"oid":                func(_ *graphQLRun, of any) any { return sha(of) },
		"abbreviatedOid":     func(_ *graphQLRun, of any) any { return sha(of)[:7] },
		"repository":         func(_ *graphQLRun, of any) any { return call(of).repo },
		"commitResourcePath": func(_ *graphQLRun, of any) any { return address(of) },
		"commitUrl":          func(g *graphQLRun, of any) any { return g.f.URL() + address(of) },
	} {
		more[name] = func(g *graphQLRun, of any, _ fieldArgs) (any, error) { return find(g, of), nil }
	}
	return more
}

// gitFields are those of references, commits, trees and files.
func gitFields() fieldTable {
	return fieldTable{
		"Ref": {
			"id":                   its(func(r *refNode) any { return nodeID("Ref", r.c.repo.id) + r.name }),
			"name":                 its(func(r *refNode) any { return strings.TrimPrefix(r.name, r.prefix()) }),
			"prefix":               its(func(r *refNode) any { return r.prefix() }),
			"branchProtectionRule": always(nil), // rules here are rulesets
			"target":               with(func(_ *graphQLRun, r *refNode, _ fieldArgs) (any, error) { return r.c.commitNode(r.sha) }),
			"repository":           its(func(r *refNode) any { return r.c.repo }),
			"associatedPullRequests": with(func(g *graphQLRun, r *refNode, a fieldArgs) (any, error) {
				return pullsOn(g, r.c.repo, a, func(i *issue) bool {
					return i.pull.head == r.c.repo && i.pull.branch == strings.TrimPrefix(r.name, "refs/heads/")
				})
			}),
		},
		"Commit": objectFields("Commit", func(of any) *call { return of.(*commitNode).c }, func(of any) string { return of.(*commitNode).info.sha }, commitFields()),
		"Tree": objectFields("Tree", func(of any) *call { return of.(*treeNode).c }, func(of any) string { return of.(*treeNode).sha }, map[string]resolver{
			"entries": with(treeEntries),
		}),
		"Blob": objectFields("Blob", func(of any) *call { return of.(*blobNode).c }, func(of any) string { return of.(*blobNode).sha }, blobFields()),
		"Tag": objectFields("Tag", func(of any) *call { return of.(*commitNode).c }, func(of any) string { return of.(*commitNode).info.sha }, map[string]resolver{
			"name": always(""), "message": always(nil), "target": its(func(c *commitNode) any { return c }), // all tags here are light
		}),
		"TreeEntry": entryFields(),
		"Submodule": {"name": its(func(e *entryNode) any { return path.Base(e.path) }), "path": its(func(e *entryNode) any { return e.path })},
		"GitActor": {
			"name": its(func(x *actorNode) any { return x.name }), "email": its(func(x *actorNode) any { return x.email }), "date": its(func(x *actorNode) any { return x.at }),
			"user":      here(func(g *graphQLRun, x *actorNode) any { return userOnly(g.f.byAddress(x.email)) }),
			"avatarUrl": here(func(g *graphQLRun, _ *actorNode) any { return g.f.page("/avatars/u/0") }),
		},
	}
}

func (r *refNode) prefix() string {
	parts := strings.SplitAfterN(r.name, "/", 3)
	if len(parts) < 3 {
		return ""
	}
	return parts[0] + parts[1]
}

func commitFields() map[string]resolver {
	type com = *commitNode
	page := func(kind string) func(g *graphQLRun, x com) any {
		return func(g *graphQLRun, x com) any { return g.f.page("/%s/%s/%s", x.c.repo.fullName(), kind, x.info.sha) }
	}
	way := func(kind string) resolver {
		return its(func(x com) any { return "/" + x.c.repo.fullName() + "/" + kind + "/" + x.info.sha })
	}
	return map[string]resolver{
		"message":         its(func(x com) any { return x.info.message }),
		"messageHeadline": its(func(x com) any { return firstLine(x.info.message) }),
		"messageBody": its(func(x com) any {
			_, body, _ := strings.Cut(x.info.message, "\n")
			return strings.TrimLeft(body, "\n")
		}),
		"committedDate": its(func(x com) any { return x.info.committed }), "authoredDate": its(func(x com) any { return x.info.authored }),
		"author":              its(func(x com) any { return &actorNode{x.info.authorName, x.info.authorEmail, x.info.authored} }),
		"committer":           its(func(x com) any { return &actorNode{x.info.committerName, x.info.committerEmail, x.info.committed} }),
		"authoredByCommitter": its(func(x com) any { return x.info.authorEmail == x.info.committerEmail }),
		"committedViaWeb":     its(func(x com) any { return x.info.committerName == "GitHub" }),
		"history":             with(historyOf), "parents": with(parentsOf),
		"tree": its(func(x com) any { return &treeNode{c: x.c, sha: x.info.tree} }),
		"url":  here(page("commit")), "resourcePath": way("commit"), "treeUrl": here(page("tree")), "treeResourcePath": way("tree"),
		"zipballUrl": here(page("zipball")), "tarballUrl": here(page("tarball")),
		"checkSuites":       here(func(g *graphQLRun, x com) any { return g.f.suitesOf(x.c.repo, x.info.sha) }),
		"statusCheckRollup": its(func(x com) any { return rollupOf(x.c.repo, x.info.sha) }),
		"authors": its(func(x com) any {
			return seriesOf([]*actorNode{{x.info.authorName, x.info.authorEmail, x.info.authored}})
		}),
	}
}

func historyOf(g *graphQLRun, x *commitNode, a fieldArgs) (any, error) {
	want := commitFilter{path: a.str("path")}
	for name, at := range map[string]*time.Time{"since": &want.since, "until": &want.until} {
		if text := a.str(name); text != "" {
			var err error
			if *at, err = time.Parse(time.RFC3339, text); err != nil {
				return nil, &graphQLError{Type: "UNPROCESSABLE", Message: "'" + text + "' is not a GitTimestamp"}
			}
		}
	}
	if by := a.object("author"); by != nil {
		if emails := by.texts("emails"); len(emails) > 0 {
			want.author = emails[0]
		}
		if u, ok := g.node(by.str("id")).(*user); ok {
			want.author = u.address()
		}
	}
	list, err := x.c.history(x.info.sha, want)
	if err != nil {
		return nil, err
	}
	return commitSeries(x.c, list), nil
}

//go:noinline
func commitSeries(c *call, list []commitInfo) *series {
	return &series{n: len(list), at: func(i int) any { return &commitNode{c, list[i]} }}
}

func parentsOf(_ *graphQLRun, x *commitNode, _ fieldArgs) (any, error) {
	var list []commitInfo
	for _, sha := range x.info.parents {
		one, err := x.c.history(sha, commitFilter{max: 1})
		if err != nil {
			return nil, err
		}
		list = append(list, one...)
	}
	return commitSeries(x.c, list), nil
}

// treeEntries are what lies in a folder, without what lies deeper.
func treeEntries(_ *graphQLRun, t *treeNode, _ fieldArgs) (any, error) {
	list, err := t.c.tree(t.sha)
	if err != nil {
		return nil, err
	}
	out := make([]any, 0, len(list))
	for _, e := range list {
		e.path = path.Join(t.dir, e.path)
		out = append(out, &entryNode{t.c, e})
	}
	return out, nil
}

func entryFields() map[string]resolver {
	raw := func(s string) any { return base64.StdEncoding.EncodeToString([]byte(s)) }
	return map[string]resolver{
		"name": its(func(e *entryNode) any { return path.Base(e.path) }), "path": its(func(e *entryNode) any { return e.path }),
		"nameRaw": its(func(e *entryNode) any { return raw(path.Base(e.path)) }), "pathRaw": its(func(e *entryNode) any { return raw(e.path) }),
		"type": its(func(e *entryNode) any { return e.kind }), "oid": its(func(e *entryNode) any { return e.sha }), "size": its(func(e *entryNode) any { return e.size }),
		"mode": its(func(e *entryNode) any {
			n, _ := strconv.ParseInt(e.mode, 8, 32)
			return n
		}),
		"extension": its(func(e *entryNode) any { return textOrNil(path.Ext(e.path)) }), "isGenerated": always(false), "language": always(nil),
		"object":     its(func(e *entryNode) any { return e.c.entryObject(e.treeEntry) }),
		"repository": its(func(e *entryNode) any { return e.c.repo }),
		"submodule": its(func(e *entryNode) any {
			if e.kind != "commit" {
				return nil
			}
			return e
		}),
		"lineCount": with(func(_ *graphQLRun, e *entryNode, _ fieldArgs) (any, error) {
			if e.kind != "blob" {
				return nil, nil
			}
			data, err := e.c.blob(e.sha)
			return strings.Count(data, "\n"), err
		}),
	}
}

// maxText is how much of a file's text is answered, as on GitHub.
const maxText = 512_000

func (b *blobNode) data() (string, error) {
	if b.once != nil {
		return *b.once, nil
	}
	data, err := b.c.blob(b.sha)
	if err == nil {
		b.once = &data
	}
	return data, err
}

// isBinary is what git looks for: a NUL near the beginning, or no UTF-8.
func isBinary(data string) bool {
	return strings.Contains(data[:min(len(data), 8000)], "\x00") || !utf8.ValidString(data)
}

func blobFields() map[string]resolver {
	of := func(find func(data string) any) resolver {
		return with(func(_ *graphQLRun, b *blobNode, _ fieldArgs) (any, error) {
			data, err := b.data()
			if err != nil {
				return nil, err
			}
			return find(data), nil
		})
	}
	return map[string]resolver{
		"byteSize":    of(func(data string) any { return len(data) }),
		"isBinary":    of(func(data string) any { return isBinary(data) }),
		"isTruncated": of(func(data string) any { return len(data) > maxText }),
		"text": of(func(data string) any {
			if isBinary(data) {
				return nil
			}
			return strings.ToValidUTF8(data[:min(len(data), maxText)], "")
		}),
	}
}
