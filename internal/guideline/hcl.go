package guideline

import (
	"errors"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
)

// Bounds on a file in HashiCorp's configuration language.
const (
	maxHCLDepth = 20
	maxHCLItems = 20_000
)

// ParseHCL reads attributes and blocks of HashiCorp's configuration language
// (github.com/hashicorp/hcl, spec.md): texts, numbers, truth values and lists of
// them. Blocks of one name are one map, their labels are dropped. What has to be
// computed is a value of KindCode.
func ParseHCL(data []byte) (Value, error) {
	if len(data) > maxFileBytes {
		return Value{}, errTooLarge
	}
	p := &hcl{src: string(data), line: 1}
	root := Value{Kind: KindMap, Line: 1}
	err := p.body(&root, 0)
	return root, err
}

type hcl struct {
	src   string
	pos   int
	line  int
	items int
}

// body reads attributes and blocks up to the end of the block or of the file.
func (p *hcl) body(v *Value, depth int) error {
	if depth > maxHCLDepth {
		return fault.Errorf("line %d: blocks are nested too deeply", p.line)
	}
	for {
		p.skip(true)
		line, name := p.line, p.word()
		switch c := p.peek(); {
		case name == "" && c == 0 && depth == 0, name == "" && c == '}' && depth > 0:
			p.pos = min(p.pos+1, len(p.src))
			return nil
		case name == "":
			return fault.Errorf("line %d: no name where an attribute or a block begins", p.line)
		}
		if p.items++; p.items > maxHCLItems {
			return errors.New("it says too much")
		}
		item, err := p.item(v.Map[name], line, depth)
		if err != nil {
			return err
		}
		v.set(name, item)
	}
}

// item reads what follows a name: a value, or a block with its labels.
func (p *hcl) item(have Value, line, depth int) (Value, error) {
	for {
		p.skip(false)
		switch c := p.peek(); {
		case c == '=':
			p.pos++
			return p.value(depth + 1)
		case c == '{':
			p.pos++
			if have.Kind != KindMap {
				have = Value{Kind: KindMap, Line: line}
			}
			return have, p.body(&have, depth+1)
		case c == '"':
			if _, _, err := p.text(); err != nil {
				return Value{}, err
			}
		default:
			if p.word() == "" {
				return Value{}, fault.Errorf("line %d: neither a value nor a block", p.line)
			}
		}
	}
}

func (p *hcl) value(depth int) (Value, error) {
	p.skip(false)
	v := Value{Line: p.line}
	switch p.peek() {
	case '"':
		text, computed, err := p.text()
		v.Kind, v.Text = KindString, text
		if computed {
			v.Kind = KindCode
		}
		return v, err
	case '[':
		return p.list(depth)
	}
	start := p.pos
	for p.pos < len(p.src) && !strings.ContainsRune("\n,]}#", rune(p.src[p.pos])) && !strings.HasPrefix(p.src[p.pos:], "//") && !strings.HasPrefix(p.src[p.pos:], "/*") {
		p.pos++
	}
	v.Text = strings.TrimSpace(p.src[start:p.pos])
	v.Kind = literalKind(v.Text)
	if v.Kind == KindCode && strings.ContainsAny(v.Text, "{<(") {
		return v, fault.Errorf("line %d: a value that has to be computed", v.Line)
	}
	return v, nil
}

func (p *hcl) list(depth int) (Value, error) {
	v := Value{Kind: KindList, Line: p.line}
	if depth > maxHCLDepth {
		return v, fault.Errorf("line %d: lists are nested too deeply", p.line)
	}
	p.pos++
	for {
		p.skip(true)
		switch p.peek() {
		case ',':
			p.pos++
			continue
		case ']':
			p.pos++
			return v, nil
		case 0, '}', '#':
			return v, fault.Errorf("line %d: a list is not closed", v.Line)
		}
		item, err := p.value(depth + 1)
		if err != nil {
			return v, err
		}
		if p.items++; p.items > maxHCLItems {
			return v, errors.New("it says too much")
		}
		v.List = append(v.List, item)
	}
}

// text reads a quoted text, and tells whether something is computed in it.
func (p *hcl) text() (text string, computed bool, err error) {
	var b strings.Builder
	for p.pos++; p.pos < len(p.src); p.pos++ {
		c := p.src[p.pos]
		switch {
		case c == '"':
			p.pos++
			return b.String(), computed, nil
		case c == '\n':
			return "", false, fault.Errorf("line %d: a text is not closed", p.line)
		case c == '\\' && p.pos+1 < len(p.src):
			p.pos++
			if p.src[p.pos] != '"' && p.src[p.pos] != '\\' {
				computed = true // an escape that no name of a file needs
			}
			c = p.src[p.pos]
		case (c == '$' || c == '%') && strings.HasPrefix(p.src[p.pos+1:], "{"):
			computed = true
		}
		b.WriteByte(c)
	}
	return "", false, fault.Errorf("line %d: a text is not closed", p.line)
}

// skip steps over blanks and comments, and over the ends of lines if it may.
func (p *hcl) skip(lines bool) {
	for p.pos < len(p.src) {
		rest := p.src[p.pos:]
		switch {
		case rest[0] == '\n' && lines:
			p.line++
			p.pos++
		case rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\r':
			p.pos++
		case rest[0] == '#' || strings.HasPrefix(rest, "//"):
			if end := strings.IndexByte(rest, '\n'); end >= 0 {
				p.pos += end
			} else {
				p.pos = len(p.src)
			}
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest, "*/")
			if end < 0 {
				end = len(rest) - 2
			}
			p.line += strings.Count(rest[:end], "\n")
			p.pos += end + 2
		default:
			return
		}
	}
}

func (p *hcl) peek() byte {
	if p.pos >= len(p.src) {
		return 0
	}
	return p.src[p.pos]
}

func (p *hcl) word() string {
	start := p.pos
	for p.pos < len(p.src) && (isWord(p.src[p.pos]) || p.src[p.pos] == '-') {
		p.pos++
	}
	return p.src[start:p.pos]
}
