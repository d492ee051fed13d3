package guideline

import (
	"slices"
	"strings"
)

// ownedPath is a path, taken apart once for all patterns.
type ownedPath struct {
	whole    string
	segments []string
}

func newOwnedPath(path string) *ownedPath {
	return &ownedPath{path, strings.Split(path, "/")}
}

// ownerKey is something that every path has which a pattern matches. Lines are
// found by it: of ten thousand lines few are near a path.
type ownerKey struct {
	kind keyKind
	text string
}

type keyKind byte

const (
	keyPrefix  keyKind = iota // the path is this, or begins with this folder
	keySegment                // a segment of the path
	keyFirst                  // how a segment begins, at most maxKeyPart bytes
	keyLast                   // how it ends
)

const maxKeyPart = 16

// segmentKeys are the keys of a pattern.
func segmentKeys(segments []globSegment) []ownerKey {
	var keys []ownerKey
	var prefix []string
	literal := true // from the root on
	for i := range segments {
		g := &segments[i]
		switch {
		case g.deep || g.any || g.some || g.never:
			literal = false
		case g.tokens == nil:
			if literal {
				prefix = append(prefix, g.text)
			}
			keys = append(keys, ownerKey{keySegment, g.text})
		default:
			literal = false
			keys = append(keys, tokenKeys(g.tokens)...)
		}
	}
	if len(prefix) > 0 {
		keys = append(keys, ownerKey{keyPrefix, strings.Join(prefix, "/")})
	}
	return keys
}

func tokenKeys(tokens []globToken) []ownerKey {
	fixed := func(t globToken) bool { return !t.star && !t.one && t.set == nil }
	var first, last []byte
	for _, t := range tokens {
		if !fixed(t) {
			break
		}
		first = appendChar(first, t.r)
	}
	end := len(tokens)
	for end > 0 && fixed(tokens[end-1]) {
		end--
	}
	for _, t := range tokens[end:] {
		last = appendChar(last, t.r)
	}
	var keys []ownerKey
	if s := string(first); s != "" {
		keys = append(keys, ownerKey{keyFirst, s[:min(len(s), maxKeyPart)]})
	}
	if s := string(last); s != "" {
		keys = append(keys, ownerKey{keyLast, s[max(0, len(s)-maxKeyPart):]})
	}
	return keys
}

// ownersIndex finds the lines that may match a path.
type ownersIndex struct {
	by      map[ownerKey][]int
	others  []int           // lines without a key
	longest map[keyKind]int // of the keys of a kind, in bytes
}

// newOwnersIndex puts every line under that of its keys which fewest lines
// have.
func newOwnersIndex(rules []OwnerRule) ownersIndex {
	count := map[ownerKey]int{}
	for i := range rules {
		for _, k := range rules[i].keys {
			count[k]++
		}
	}
	x := ownersIndex{by: map[ownerKey][]int{}, longest: map[keyKind]int{}}
	for i := range rules {
		keys := rules[i].keys
		if len(keys) == 0 {
			x.others = append(x.others, i)
			continue
		}
		best := keys[0]
		for _, k := range keys[1:] {
			if count[k] < count[best] {
				best = k
			}
		}
		x.by[best] = append(x.by[best], i)
		x.longest[best.kind] = max(x.longest[best.kind], len(best.text))
	}
	return x
}

// near are the lines that may match, in the order of the file.
func (x *ownersIndex) near(p *ownedPath) []int {
	out := slices.Clone(x.others)
	add := func(kind keyKind, text string) { out = append(out, x.by[ownerKey{kind, text}]...) }
	for i := range len(p.whole) {
		if p.whole[i] == '/' {
			add(keyPrefix, p.whole[:i])
		}
	}
	add(keyPrefix, p.whole)
	first, last := x.longest[keyFirst], x.longest[keyLast]
	for _, s := range p.segments {
		add(keySegment, s)
		for n := 1; n <= min(len(s), first); n++ {
			add(keyFirst, s[:n])
		}
		for n := 1; n <= min(len(s), last); n++ {
			add(keyLast, s[len(s)-n:])
		}
	}
	if len(out) == len(x.others) {
		return out
	}
	slices.Sort(out)
	return slices.Compact(out)
}
