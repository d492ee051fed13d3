package git

import (
	"errors"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
)

// configText is a configuration file as lines, so that what is not changed,
// comments too, stays as it is written.
type configText struct{ lines []string }

// sectionLine and keyLine follow the syntax in git-config(1).
var (
	sectionLine = regexp.MustCompile(`^\s*\[\s*([A-Za-z0-9.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]`)
	keyLine     = regexp.MustCompile(`^\s*([A-Za-z][A-Za-z0-9-]*)\s*(?:=|$|[#;])`)
)

// editConfig rewrites a configuration file under git's own lock.
func editConfig(file string, change func(*configText) error) (err error) {
	lock := file + ".lock"
	out, err := os.OpenFile(lock, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return &LockedError{Path: lock, Err: err}
	}
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(lock)
		}
	}()
	data, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, out.Close())
	}
	c := &configText{}
	if text := strings.TrimSuffix(string(data), "\n"); text != "" {
		c.lines = strings.Split(text, "\n")
	}
	if err := change(c); err != nil {
		return errors.Join(err, out.Close())
	}
	_, err = out.WriteString(strings.Join(c.lines, "\n") + "\n")
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return classifyDisk(err)
	}
	return os.Rename(lock, file)
}

// splitKey takes "branch.fix/1.isrc-run" apart. The middle may hold anything.
func splitKey(key string) (section, sub, name string, err error) {
	first, last := strings.IndexByte(key, '.'), strings.LastIndexByte(key, '.')
	if first <= 0 || last == len(key)-1 || strings.ContainsAny(key, "\n\x00") || !keyLine.MatchString(key[last+1:]) {
		return "", "", "", fault.Errorf("%w: %q is no key of a configuration", ErrBadName, key)
	}
	if first < last {
		sub = key[first+1 : last]
	}
	return key[:first], sub, key[last+1:], nil
}

// each visits the lines of a section: its header with an empty key, and those
// of its keys.
func (c *configText) each(section, sub string, visit func(line int, key string)) {
	in := false
	for i, l := range c.lines {
		if m := sectionLine.FindStringSubmatch(l); m != nil {
			if in = strings.EqualFold(m[1], section) && unescape.Replace(m[2]) == sub; in {
				visit(i, "")
			}
			continue
		}
		if m := keyLine.FindStringSubmatch(l); in && m != nil && !c.continued(i) {
			visit(i, m[1])
		}
	}
}

// unescape and escape are those of a section's name.
var (
	unescape = strings.NewReplacer(`\\`, `\`, `\"`, `"`)
	escape   = strings.NewReplacer(`\`, `\\`, `"`, `\"`)
)

// continued says whether a line goes on with the one before.
func (c *configText) continued(i int) bool { return i > 0 && strings.HasSuffix(c.lines[i-1], `\`) }

func (c *configText) has(section, sub string) bool {
	found := false
	c.each(section, sub, func(int, string) { found = true })
	return found
}

// set gives a key one value: in place of the first it has, at the end of its
// section, or in a new section.
func (c *configText) set(section, sub, name, value string) {
	line := "\t" + name + " = " + quoteValue(value)
	first, last := -1, -1
	c.each(section, sub, func(i int, key string) {
		last = i
		if strings.EqualFold(key, name) && first < 0 {
			first = i
		}
	})
	switch {
	case first >= 0:
		c.unset(section, sub, name)
		c.lines = slices.Insert(c.lines, first, line)
	case last >= 0:
		for last+1 < len(c.lines) && c.continued(last+1) {
			last++
		}
		c.lines = slices.Insert(c.lines, last+1, line)
	default:
		header := "[" + section + "]"
		if sub != "" {
			header = "[" + section + ` "` + escape.Replace(sub) + `"]`
		}
		c.lines = append(c.lines, header, line)
	}
}

// unset removes all values of a key.
func (c *configText) unset(section, sub, name string) {
	gone := map[int]bool{}
	c.each(section, sub, func(i int, key string) {
		if strings.EqualFold(key, name) {
			for gone[i] = true; i+1 < len(c.lines) && c.continued(i+1); i++ {
				gone[i+1] = true
			}
		}
	})
	c.remove(gone)
}

// drop removes a section with its keys. Comments in it stay.
func (c *configText) drop(section, sub string) {
	gone := map[int]bool{}
	c.each(section, sub, func(i int, _ string) {
		for gone[i] = true; i+1 < len(c.lines) && c.continued(i+1); i++ {
			gone[i+1] = true
		}
	})
	c.remove(gone)
}

func (c *configText) remove(gone map[int]bool) {
	kept := c.lines[:0:0]
	for i, l := range c.lines {
		if !gone[i] {
			kept = append(kept, l)
		}
	}
	c.lines = kept
}

func quoteValue(v string) string {
	plain := v == strings.TrimSpace(v) && !strings.ContainsAny(v, "#;\"\\\n\t")
	if plain {
		return v
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\t", `\t`).Replace(v) + `"`
}
