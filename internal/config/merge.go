package config

import (
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
)

// Change is one setting that Merge writes. Old is empty for a new one.
type Change struct{ Key, Old, New string }

// Merge writes what a company's file says into the user's file, all of it or
// nothing, and gives what changed: nothing, when it is repeated. The file has
// the shape of the user's own, in YAML or JSON, but may say only which hosts and
// organisations there are and how to reach them; what names a program to run
// or a person is left out and becomes a warning. source is the path or URL of
// content, for messages and for paths that are relative to a file. With dryRun
// nothing is written.
func Merge(o LoadOptions, source string, content []byte, dryRun bool) (changes []Change, warnings []string, err error) {
	if err := o.fill(); err != nil {
		return nil, nil, err
	}
	if len(content) > maxFile {
		return nil, nil, fault.Errorf("%s is larger than %d MB", source, maxFile>>20)
	}
	dir := ""
	if u, err := url.Parse(source); err != nil || u.Host == "" {
		if dir, err = filepath.Abs(filepath.Dir(source)); err != nil {
			return nil, nil, err
		}
	}
	l, err := readLayer(source, content, FromUser, dir, o.Home)
	if err != nil {
		return nil, nil, err
	}
	d, err := openDocument(o.Dirs.UserFile())
	if err != nil {
		return nil, nil, err
	}
	mine, err := readFile(d.file, FromUser, o.Home)
	if err != nil {
		return nil, nil, err
	}
	warnings = l.warnings
	for _, name := range sorted(l.keys) {
		k, v := l.keys[name], l.values[name]
		switch {
		case first(v) == "":
			continue
		case k.field.personal:
			warnings = append(warnings, fmt.Sprintf("%s: %s is for each person to set and is left out", v.detail, name))
			continue
		case k.field.kind == file && !filepath.IsAbs(first(v)):
			return nil, nil, fault.Errorf("%s: %s must be an absolute path, because the file was not read from a folder", v.detail, name)
		case k.field.kind == file:
			if err := isReadable(first(v)); err != nil {
				return nil, nil, fault.Errorf("%s: %s: %w", v.detail, name, err)
			}
		}
		old := mine.values[name].list
		if slices.Equal(old, v.list) {
			continue
		}
		if err := d.set(k, v.list); err != nil {
			return nil, nil, err
		}
		changes = append(changes, Change{Key: name, Old: strings.Join(old, ","), New: strings.Join(v.list, ",")})
	}
	if dryRun || len(changes) == 0 {
		return changes, warnings, nil
	}
	return changes, warnings, d.save()
}

func sorted(keys map[string]key) []string {
	names := make([]string, 0, len(keys))
	for name := range keys {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
