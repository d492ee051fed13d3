package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/viper"
	"go.yaml.in/yaml/v3"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// value is a setting's value in one layer.
type value struct {
	list   []string
	origin Origin
	detail string
}

// layer is what one source says.
type layer struct {
	values   map[string]value
	keys     map[string]key
	hosts    []string // named in it, with or without settings
	warnings []string
}

// delimiter keeps host names, which contain dots and colons, in one piece.
const delimiter = "\x1f"

const maxFile = 1 << 20

// readFile reads a file; one that is not there says nothing.
func readFile(path string, origin Origin, home string) (layer, error) {
	content, err := readBounded(path)
	if errors.Is(err, fs.ErrNotExist) {
		return layer{}, nil
	}
	if err != nil {
		return layer{}, fault.Errorf("read the settings: %w", err)
	}
	return readLayer(path, content, origin, filepath.Dir(path), home)
}

func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(content) > maxFile {
		err = fault.Errorf("%s is larger than %d MB", path, maxFile>>20)
	}
	return content, err
}

// readLayer reads the content of a file. Its errors name the file, the line and
// the key; what is not understood is a warning, because it may be meant for a
// later isrc.
func readLayer(name string, content []byte, origin Origin, dir, home string) (layer, error) {
	v := viper.NewWithOptions(viper.KeyDelimiter(delimiter))
	v.SetConfigType("yaml") // JSON is YAML too
	if err := v.ReadConfig(bytes.NewReader(content)); err != nil {
		return layer{}, syntax(name, err)
	}
	lines := lineNumbers(content)
	l := layer{values: map[string]value{}, keys: map[string]key{}}
	for host := range v.GetStringMap("hosts") {
		h := forge.NormalizeHost(host)
		if err := isHost("", h); err != nil {
			return layer{}, fault.Errorf("%s: hosts: %w", at(name, lines["hosts"+delimiter+host]), err)
		}
		l.hosts = append(l.hosts, h)
	}
	for _, path := range v.AllKeys() {
		where := at(name, lines[path])
		k, err := parseKey(strings.ReplaceAll(path, delimiter, "."))
		if err != nil {
			if raw := v.Get(path); raw != nil || !strings.HasPrefix(path, "hosts"+delimiter) {
				l.warnings = append(l.warnings, fmt.Sprintf("%s: %v", where, err))
			}
			continue
		}
		list, err := k.field.read(v.Get(path), k.host)
		if err != nil {
			return layer{}, fault.Errorf("%s: %w", where, err)
		}
		if k.field.kind == file || k.field.paths {
			for i := range list {
				list[i] = absolute(list[i], dir, home)
			}
		}
		l.values[k.String()], l.keys[k.String()] = value{list, origin, where}, k
	}
	return l, nil
}

//go:noinline
func at(file string, line int) string {
	if line == 0 {
		return file
	}
	return fmt.Sprintf("%s:%d", file, line)
}

var yamlLine = lazy.Pattern(`line (\d+): (?s:(.*))`)

// syntax says where a file cannot be read, in the form FILE:LINE.
func syntax(name string, err error) error {
	if m := yamlLine().FindStringSubmatch(err.Error()); m != nil {
		return fault.Errorf("%s:%s: %s", name, m[1], strings.TrimSpace(m[2]))
	}
	var parse viper.ConfigParseError
	if errors.As(err, &parse) && errors.Unwrap(parse) != nil {
		err = errors.Unwrap(parse)
	}
	return fault.Errorf("%s: %w", name, err)
}

// lineNumbers maps the path of each setting, spelled as viper spells it, to its
// line. It reads what was read before, so errors cannot happen any more.
func lineNumbers(content []byte) map[string]int {
	lines := map[string]int{}
	var doc yaml.Node
	if yaml.Unmarshal(content, &doc) != nil || len(doc.Content) == 0 {
		return lines
	}
	var walk func(n *yaml.Node, prefix string, depth int)
	walk = func(n *yaml.Node, prefix string, depth int) {
		if n.Kind != yaml.MappingNode || depth > 4 {
			return
		}
		for i := 0; i+1 < len(n.Content); i += 2 {
			path := prefix + strings.ToLower(n.Content[i].Value)
			lines[path] = n.Content[i].Line
			walk(n.Content[i+1], path+delimiter, depth+1)
		}
	}
	walk(doc.Content[0], "", 0)
	return lines
}
