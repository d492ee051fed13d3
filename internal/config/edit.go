package config

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/isrc-dev/isrc/internal/disk"
	"github.com/isrc-dev/isrc/internal/fault"
)

// Set writes a setting into the user's file, whose comments and order stay. A
// value that is there already leaves the file untouched. The elements of a list
// are separated by commas.
func Set(o LoadOptions, name, raw string) error {
	if err := o.fill(); err != nil {
		return err
	}
	k, err := parseKey(name)
	if err != nil {
		return err
	}
	return set(o, k, raw)
}

// SetList is Set for a list whose elements may hold commas and blanks.
func SetList(o LoadOptions, name string, values []string) error {
	if err := o.fill(); err != nil {
		return err
	}
	k, err := parseKey(name)
	if err != nil {
		return err
	}
	raw := make([]any, len(values))
	for i, v := range values {
		raw[i] = v
	}
	return set(o, k, raw)
}

func set(o LoadOptions, k key, raw any) error {
	list, err := k.field.read(raw, k.host)
	if err != nil {
		return err
	}
	if first(value{list: list}) == "" {
		return fault.Errorf("%s has no value: take it out with unset", k)
	}
	if k.field.kind == file {
		list[0] = absolute(list[0], workingDir(), o.Home)
		if err := isReadable(list[0]); err != nil {
			return fault.Errorf("%s: %w", k, err)
		}
	}
	if k.field.paths {
		for i := range list {
			list[i] = absolute(list[i], workingDir(), o.Home)
		}
	}
	d, err := openDocument(o.Dirs.UserFile())
	if err != nil {
		return err
	}
	if err := d.set(k, list); err != nil {
		return err
	}
	return d.save()
}

// Unset takes a setting out of the user's file. One that is not in it is no
// error.
func Unset(o LoadOptions, name string) error {
	if err := o.fill(); err != nil {
		return err
	}
	k, err := parseKey(name)
	if err != nil {
		return err
	}
	d, err := openDocument(o.Dirs.UserFile())
	if err != nil {
		return err
	}
	d.remove(d.root(), k.path())
	return d.save()
}

// document is the user's file while it is being changed.
type document struct {
	file    string
	node    yaml.Node
	before  []byte
	changed bool
}

func openDocument(file string) (*document, error) {
	// A link, as people have who keep their settings elsewhere, stays one.
	if real, err := filepath.EvalSymlinks(file); err == nil {
		file = real
	}
	content, err := readBounded(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Errorf("read the settings: %w", err)
	}
	d := &document{file: file, before: content}
	if err := yaml.Unmarshal(content, &d.node); err != nil {
		return nil, syntax(file, err)
	}
	if d.node.Kind == 0 {
		d.node = yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{{Kind: yaml.MappingNode}}}
	}
	if root := d.root(); root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		*root = yaml.Node{Kind: yaml.MappingNode, HeadComment: root.HeadComment, FootComment: root.FootComment}
	}
	if d.root().Kind != yaml.MappingNode {
		return nil, fault.Errorf("%s: it is not a list of settings", file)
	}
	return d, nil
}

func (d *document) root() *yaml.Node { return d.node.Content[0] }

// member finds the value of a name in a mapping; letter case does not count,
// as it does not when settings are read.
func member(mapping *yaml.Node, name string) (*yaml.Node, int) {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if strings.EqualFold(mapping.Content[i].Value, name) {
			return mapping.Content[i+1], i
		}
	}
	return nil, -1
}

func (d *document) set(k key, list []string) error {
	at := d.root()
	path := k.path()
	for _, name := range path[:len(path)-1] {
		next, _ := member(at, name)
		switch {
		case next == nil:
			next = &yaml.Node{Kind: yaml.MappingNode}
			at.Content = append(at.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: name}, next)
		case next.Kind == yaml.ScalarNode && (next.Tag == "!!null" || next.Value == ""):
			*next = yaml.Node{Kind: yaml.MappingNode}
		case next.Kind != yaml.MappingNode:
			return fault.Errorf("%s:%d: %s is not a group of settings", d.file, next.Line, name)
		}
		at = next
	}
	wanted := node(k.field, list)
	name := path[len(path)-1]
	old, _ := member(at, name)
	if old == nil {
		at.Content = append(at.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: name}, wanted)
		d.changed = true
		return nil
	}
	if same(old, wanted) {
		return nil
	}
	wanted.LineComment, wanted.HeadComment, wanted.FootComment = old.LineComment, old.HeadComment, old.FootComment
	*old = *wanted
	d.changed = true
	return nil
}

func node(f field, values []string) *yaml.Node {
	if f.kind == list {
		n := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
		for _, s := range values {
			e := &yaml.Node{}
			e.SetString(s)
			n.Content = append(n.Content, e)
		}
		return n
	}
	n := &yaml.Node{}
	n.SetString(values[0])
	if f.kind == yesNo {
		n.Tag, n.Style = "!!bool", 0
	}
	return n
}

//go:noinline
func same(a, b *yaml.Node) bool {
	return a.Kind == b.Kind && a.Value == b.Value && slices.EqualFunc(a.Content, b.Content, same)
}

// remove takes out what path leads to, and groups that are empty then.
func (d *document) remove(at *yaml.Node, path []string) {
	next, i := member(at, path[0])
	if next == nil {
		return
	}
	if len(path) > 1 {
		if next.Kind != yaml.MappingNode {
			return
		}
		before := len(next.Content)
		d.remove(next, path[1:])
		if len(next.Content) > 0 || before == 0 {
			return
		}
	}
	at.Content = slices.Delete(at.Content, i, i+2)
	d.changed = true
}

// save writes the file as a whole or not at all, readable by its owner alone: a
// proxy may hold a password.
func (d *document) save() error {
	if !d.changed {
		return nil
	}
	var out bytes.Buffer
	if len(d.root().Content) > 0 {
		e := yaml.NewEncoder(&out)
		e.SetIndent(2)
		if err := fault.Join(e.Encode(&d.node), e.Close()); err != nil {
			return fault.Errorf("write %s: %w", d.file, err)
		}
	}
	if onlyComments(d.before) {
		// The parser gives comments a place beside settings, and there were none.
		out = *bytes.NewBuffer(append(slices.Clone(d.before), out.Bytes()...))
	}
	err := os.MkdirAll(filepath.Dir(d.file), 0o700)
	if err == nil {
		err = disk.WriteFile(d.file, out.Bytes(), 0o600)
	}
	if err != nil {
		return fault.Errorf("write the settings: %w", err)
	}
	return nil
}

func onlyComments(content []byte) bool {
	for line := range bytes.Lines(content) {
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' {
			return false
		}
	}
	return len(bytes.TrimSpace(content)) > 0
}
