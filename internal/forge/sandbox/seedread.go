package sandbox

import (
	"context"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
)

// seedCache keeps the objects of the repositories that were read last; the
// others are worked out again, which takes less than one start of git.
type seedCache struct {
	mu    sync.Mutex
	all   map[*repository]*seedObjects
	order []*repository
}

// maxSeeds bounds what a world of ten thousand repositories keeps in memory.
const maxSeeds = 256

func (s *seedCache) get(r *repository) *seedObjects {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all[r]
}

func (s *seedCache) put(r *repository, o *seedObjects) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[*repository]*seedObjects{}
	}
	if _, turn := s.all[r]; !turn {
		s.order = append(s.order, r)
	}
	s.all[r] = o
	if len(s.order) > maxSeeds {
		delete(s.all, s.order[0])
		s.order = s.order[1:]
	}
}

func (s *seedCache) drop(r *repository) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all[r] != nil {
		s.all[r] = nil // it keeps its turn
	}
}

// seeds are the objects of a repository that git has never touched, nil for
// others: what lies on disk is the truth once it is there.
func (f *Forge) seeds(r *repository) *seedObjects {
	if r.made.Load() || r.live {
		return nil
	}
	if r.parent != nil {
		return f.forkSeeds(r)
	}
	if o := f.cache.get(r); o != nil {
		return o
	}
	h := newHistory(f, r)
	h.write()
	o := h.objects()
	f.cache.put(r, o)
	return o
}

// forkSeeds are the upstream's, with the fork's own branches.
func (f *Forge) forkSeeds(r *repository) *seedObjects {
	up := f.seeds(r.parent)
	if up == nil {
		return nil
	}
	o := &seedObjects{commits: up.commits, refs: map[string]*seedCommit{}, branch: r.branch}
	for ref, c := range up.refs {
		if !strings.HasPrefix(ref, "refs/pull/") && (!r.onlyDefault || !strings.HasPrefix(ref, "refs/heads/") || ref == "refs/heads/"+r.branch) {
			o.refs[ref] = c
		}
	}
	main := "refs/heads/" + r.branch
	for n := r.behind; n > 0 && o.refs[main] != nil && o.refs[main].parent != nil; n-- {
		o.refs[main] = o.refs[main].parent
	}
	for _, i := range r.source().issues {
		if p := i.pull; p != nil && p.head == r && p.seed != nil && i.state == "open" {
			if c := up.refs["refs/pull/"+strconv.Itoa(i.number)+"/head"]; c != nil {
				o.refs["refs/heads/"+p.branch] = c
			}
		}
	}
	return o
}

// know tells the pull requests of the world their commits, and gives these
// their checks. It is done once, before anybody reads them.
func (f *Forge) know(r *repository) {
	r = r.source()
	r.known.Do(func() {
		o := f.seeds(r)
		if o == nil {
			return
		}
		sha := func(mark int) string {
			if mark == 0 {
				return ""
			}
			return o.commits[mark-1].sha
		}
		for _, n := range sortedKeys(o.pulls) {
			m, i := o.pulls[n], r.issues[n]
			i.pull.sha, i.pull.baseSHA, i.pull.mergeSHA = sha(m.head), sha(m.base), sha(m.merge)
			for _, v := range i.pull.reviews {
				v.sha = i.pull.sha
			}
			f.seedChecks(r, i)
		}
	})
}

// prepare makes a repository readable: from its seed, or on disk.
func (f *Forge) prepare(ctx context.Context, r *repository) (*seedObjects, error) {
	f.know(r)
	if o := f.seeds(r); o != nil {
		return o, nil
	}
	return nil, f.ready(ctx, r)
}

// seedTree answers as git ls-tree -l does with these arguments.
func (o *seedObjects) tree(args []string) []treeEntry {
	recursive, within, treeish := false, "", ""
	for i, a := range args {
		switch {
		case a == "-r":
			recursive = true
		case a == "--":
			within = args[i+1]
		case treeish == "" && !strings.HasPrefix(a, "-"):
			treeish = a
		}
	}
	var root *seedNode
	if c := o.commit(treeish); c != nil {
		root = c.tree
	} else if root = o.node(treeish); root == nil || !root.isTree() {
		return nil
	}
	dir := strings.Trim(within, "/")
	if dir == "." {
		dir = ""
	}
	n := root.at(dir)
	switch {
	case n == nil:
		return nil
	case dir != "" && !strings.HasSuffix(within, "/"):
		return []treeEntry{n.entry(dir)}
	case !n.isTree():
		return nil
	}
	var list []treeEntry
	n.walk(dir, recursive, &list)
	return list
}

func (n *seedNode) walk(dir string, recursive bool, list *[]treeEntry) {
	for _, e := range n.ordered() {
		name := path.Join(dir, e.name)
		*list = append(*list, e.node.entry(name))
		if recursive && e.node.isTree() {
			e.node.walk(name, recursive, list)
		}
	}
}

//go:noinline
func (n *seedNode) entry(name string) treeEntry {
	switch n.mode {
	case treeMode:
		return treeEntry{"040000", "tree", n.sha, name, 0}
	case "160000":
		return treeEntry{n.mode, "commit", n.sha, name, 0}
	}
	return treeEntry{n.mode, "blob", n.sha, name, int64(len(n.data))}
}

// commitFilter selects commits, as the API's lists do.
type commitFilter struct {
	since, until time.Time
	author       string // part of the author's line, in any case
	path         string
	max          int // at most this many
}

// history lists the commits that lead to one, newest first.
func (c *call) history(sha string, want commitFilter) ([]commitInfo, error) {
	if want.max == 0 {
		want.max = 10_000
	}
	if c.seeds == nil {
		return c.f.git.log(c.ctx, c.repo.dir, want.args(sha)...)
	}
	var out []commitInfo
	for x := c.seeds.commit(sha); x != nil && len(out) < want.max; x = x.parent {
		if want.takes(x) {
			out = append(out, x.info())
		}
	}
	return out, nil
}

func (w commitFilter) args(sha string) []string {
	args := []string{"--max-count=" + strconv.Itoa(w.max)}
	if !w.since.IsZero() {
		args = append(args, "--since="+w.since.UTC().Format(time.RFC3339))
	}
	if !w.until.IsZero() {
		args = append(args, "--until="+w.until.UTC().Format(time.RFC3339))
	}
	if w.author != "" {
		args = append(args, "--fixed-strings", "--regexp-ignore-case", "--author="+w.author)
	}
	args = append(args, sha)
	if w.path != "" {
		args = append(args, "--", w.path)
	}
	return args
}

func (w commitFilter) takes(x *seedCommit) bool {
	at := time.Unix(x.at, 0)
	switch {
	case !w.since.IsZero() && at.Before(w.since), !w.until.IsZero() && at.After(w.until):
		return false
	case w.author != "" && !strings.Contains(strings.ToLower(x.author), strings.ToLower(w.author)):
		return false
	case w.path == "":
		return true
	}
	now, before := x.tree.at(w.path), (*seedNode)(nil)
	if x.parent != nil {
		before = x.parent.tree.at(w.path)
	}
	if now == nil || before == nil {
		return now != before
	}
	return now.sha != before.sha
}
