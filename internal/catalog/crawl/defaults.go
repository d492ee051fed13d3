package crawl

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
)

// defaultsKey is where the defaults of an owner are noted.
//
//go:noinline
func defaultsKey(host, owner string) string {
	return "crawl-defaults/" + strings.ToLower(host+"/"+owner)
}

// note writes defaults as they are noted; "" is none.
func (d *defaultsRead) note() string {
	if d == nil || d.Of == nil {
		return ""
	}
	raw, err := json.Marshal(d.Of)
	if err != nil { // cannot fail: they are texts
		return ""
	}
	return string(raw)
}

// settle gives an owner the defaults that it has after this crawl. What the
// crawl did not come by is as it was noted, unless a walk that saw everything
// did not see it.
func (o *Owner) settle() {
	unread := slices.ContainsFunc(o.Skipped, func(s forge.Skipped) bool { return catalog.HoldsDefaults(s.Repo) })
	if o.defaults != nil || o.Gone && !unread {
		return
	}
	d := &catalog.Defaults{}
	if json.Unmarshal([]byte(o.noted), d) == nil {
		o.defaults = &defaultsRead{d}
	}
}

// of gives the defaults that hold; nil is none.
func (d *defaultsRead) of() *catalog.Defaults {
	if d == nil {
		return nil
	}
	return d.Of
}

// judge judges the records of owners anew whose defaults have changed, or are
// under another name now: those that this crawl did not read, too.
func (a *applying) judge(ctx context.Context) error {
	stale := map[string]*Owner{}
	moved := map[*Owner]bool{}
	for _, o := range a.owners {
		there, err := a.holds(o)
		if err != nil {
			return err
		}
		if !there && o.defaults.of() != nil {
			o.defaults, moved[o] = nil, true
		}
		if o.defaults.note() == o.noted && !moved[o] {
			continue
		}
		if err := a.w.SetMeta(defaultsKey(o.Host, o.Name), o.defaults.note()); err != nil {
			return err
		}
		if moved[o] || !o.Gone || len(o.Skipped) > 0 { // else all there are were read
			stale[strings.ToLower(o.Host+"/"+o.Name)] = o
		}
	}
	if len(stale) == 0 {
		return ctx.Err()
	}
	var keys []string
	err := a.w.Each(func(r *catalog.Record) error {
		key := r.Key()
		o := stale[strings.ToLower(r.Host+"/"+r.Owner)]
		if o != nil && r.From == catalog.FromCrawl && (moved[o] || o.final[key] == 0) {
			keys = append(keys, key)
		}
		return ctx.Err()
	})
	for _, key := range keys {
		if err != nil {
			break
		}
		err = a.rejudge(key, stale)
	}
	return err
}

// holds tells whether the repository that holds an owner's defaults is there.
func (a *applying) holds(o *Owner) (bool, error) {
	r, err := get(a.w, keyOf(forge.RepoName{Host: o.Host, Owner: o.Name, Name: ".github"}))
	return r != nil, err
}

func (a *applying) rejudge(key string, stale map[string]*Owner) error {
	r, err := get(a.w, key)
	if err != nil || r == nil {
		return err
	}
	r.SetDefaults(stale[strings.ToLower(r.Host+"/"+r.Owner)].defaults.of())
	if err := a.w.Put(r); err != nil {
		return fault.Errorf("judge %s by the defaults of %s: %w", r.FullName(), r.Owner, err)
	}
	return nil
}
