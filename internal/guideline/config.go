package guideline

import (
	"path"
	"strings"
)

// Config is a machine-readable configuration of a tool that judges changes.
type Config struct {
	Source *Source
	Tool   string // one of the tools below
	Root   Value
	Err    string // why it could not be read, "" when it was
}

// ValueKind says what a Value is.
type ValueKind string

// The kinds of values.
const (
	KindNull   ValueKind = "null"
	KindBool   ValueKind = "bool"
	KindNumber ValueKind = "number"
	KindString ValueKind = "string"
	KindList   ValueKind = "list"
	KindMap    ValueKind = "map"
	KindCode   ValueKind = "code" // an expression that is not a literal
)

// Value is a value of a configuration, whatever format it was written in, with
// the line on which it stands.
type Value struct {
	Kind ValueKind
	Line int
	Text string // of a scalar, or of code
	List []Value
	Keys []string // of a map, in their order
	Map  map[string]Value
}

// Config is the configuration of a tool, nil when there is none.
//
//go:noinline
func (s *Set) Config(tool string) *Config {
	for i := range s.Configs {
		if s.Configs[i].Tool == tool {
			return &s.Configs[i]
		}
	}
	return nil
}

// Quote is a line of the configuration.
//
//go:noinline
func (c *Config) Quote(line int, text string) Quote {
	return Quote{Source: c.Source, Line: line, EndLine: line, Text: text}
}

// newConfig parses a configuration by its name. It answers false for a file of
// several tools that says nothing of this one.
func newConfig(src *Source, row configRow, data []byte) (Config, bool) {
	c := Config{Source: src, Tool: row.tool}
	var err error
	switch base := path.Base(src.Path); {
	case row.tool == ToolHusky && len(row.at) == 0, row.tool == ToolDanger:
		c.Root = Value{Kind: KindCode, Line: 1, Text: string(data)}
		return c, true
	case row.tool == ToolGitlint, row.tool == ToolGitReview:
		c.Root = parseINI(data)
	case path.Ext(base) == ".toml":
		c.Root, err = ParseTOML(data)
	case path.Ext(base) == ".hcl":
		c.Root, err = ParseHCL(data)
	case path.Ext(base) == ".json" || base == ".clabot" || isScript(base):
		c.Root, err = ParseScript(data)
	default:
		c.Root, err = ParseYAML(data)
	}
	if err != nil {
		c.Err = err.Error()
	}
	if len(row.at) > 0 {
		if !c.Root.Has(row.at...) {
			return c, false
		}
		c.Root = c.Root.At(row.at...)
	}
	if c.Err == "" && c.Root.Kind != KindMap {
		c.Err = "it holds no object that can be read without running it"
	}
	return c, true
}

func isScript(base string) bool {
	switch path.Ext(base) {
	case ".js", ".cjs", ".mjs", ".ts", ".cts", ".mts":
		return true
	}
	return false
}

// parseINI reads sections of keys, as gitlint writes them. What stands above
// all sections is dropped.
func parseINI(data []byte) Value {
	root := Value{Kind: KindMap, Line: 1}
	var name string
	var section Value
	keep := func() {
		if name != "" {
			root.set(name, section)
		}
	}
	for i, line := range strings.Split(string(data), "\n") {
		text := strings.TrimSpace(line)
		if text == "" || text[0] == '#' || text[0] == ';' {
			continue
		}
		if text[0] == '[' && strings.HasSuffix(text, "]") {
			keep()
			name, section = strings.TrimSpace(text[1:len(text)-1]), Value{Kind: KindMap, Line: i + 1}
			continue
		}
		at := strings.IndexAny(text, "=:")
		if at < 0 {
			continue
		}
		section.set(strings.TrimSpace(text[:at]), Value{Kind: KindString, Line: i + 1, Text: strings.TrimSpace(text[at+1:])})
	}
	keep()
	return root
}
