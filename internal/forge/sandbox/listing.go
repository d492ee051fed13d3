package sandbox

import (
	"fmt"
	"strings"
	"sync"
)

// listings keeps the sorted lists of repositories that were asked for last, so
// that a crawl of ten thousand repositories sorts them once and not for each
// page. Whatever changes makes all of them stale.
type listings struct {
	mu      sync.Mutex
	changes int64
	of      int64 // changes when the lists were made
	all     map[string]*sortedRepos
}

// sortedRepos is a sorted list with the keys by which it is sorted.
type sortedRepos struct {
	repos []*repository
	keys  []sortKey
	desc  bool
}

// maxListings bounds how many lists are kept.
const maxListings = 64

// changed makes the lists stale.
func (l *listings) changed() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.changes++
}

func (l *listings) get(key string, build func() *sortedRepos) *sortedRepos {
	l.mu.Lock()
	if l.all == nil || l.of != l.changes || len(l.all) >= maxListings {
		l.all, l.of = map[string]*sortedRepos{}, l.changes
	}
	found, now := l.all[key], l.changes
	l.mu.Unlock()
	if found != nil {
		return found
	}
	found = build()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of == now && l.changes == now {
		l.all[key] = found
	}
	return found
}

// order says by what repositories are sorted, in GraphQL's words.
type order struct {
	field string // CREATED_AT, UPDATED_AT, PUSHED_AT, NAME, STARGAZERS or FULL_NAME
	desc  bool
}

func (o order) key(r *repository) sortKey {
	k := sortKey{id: r.id}
	switch o.field {
	case "UPDATED_AT":
		k.text = timeKey(r.updated)
	case "PUSHED_AT":
		k.text = timeKey(r.pushed)
	case "NAME":
		k.text = strings.ToLower(r.name)
	case "FULL_NAME":
		k.text = strings.ToLower(r.fullName())
	case "STARGAZERS":
		k.text = numberKey(r.spec.Stars)
	default:
		k.text = timeKey(r.created)
	}
	return k
}

// sees tells whether a request may know of a repository.
func (f *Forge) sees(x *exchange, r *repository) bool {
	return f.may(x.user, r) >= permPull && (x.user == nil || !r.private() || x.token.has("repo"))
}

// listed are the repositories that the request may see and that pass, sorted.
// what names the selection: the same words must mean the same repositories.
func (f *Forge) listed(x *exchange, what string, o order, pass func(*repository) bool) *sortedRepos {
	key := fmt.Sprintf("%s\x00%v\x00%v\x00%s", x.entry.Login, x.token.has("repo"), o, what)
	return f.lists.get(key, func() *sortedRepos {
		l := &sortedRepos{desc: o.desc}
		for _, r := range f.state.order {
			if pass(r) && f.sees(x, r) {
				l.repos = append(l.repos, r)
			}
		}
		s := sortedSeries(l.repos, o.desc, o.key)
		l.keys = make([]sortKey, s.n)
		for i := range l.keys {
			l.keys[i] = s.key(i)
		}
		return l
	})
}

// series shows a list as a connection.
func (l *sortedRepos) series() *series {
	return &series{n: len(l.repos), at: func(i int) any { return l.repos[i] }, key: func(i int) sortKey { return l.keys[i] }, desc: l.desc}
}
