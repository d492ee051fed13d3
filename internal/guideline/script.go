package guideline

import (
	"errors"
	"fmt"
	"strings"
)

// ParseScript reads the literal that a JavaScript or TypeScript configuration
// exports, without running anything: `module.exports = {…}`, `export default
// {…}`, or the name of a constant that holds one. JSON, with or without
// comments, is such a literal too. What is no literal (a call, a function, a
// spread) is a value of KindCode, so that nobody takes it for read.
func ParseScript(data []byte) (Value, error) {
	if len(data) > maxFileBytes {
		return Value{}, errTooLarge
	}
	p := &script{src: strings.TrimPrefix(string(data), "\uFEFF"), left: maxNodes}
	p.skip()
	if p.peek() == '{' || p.peek() == '[' {
		return p.value(0)
	}
	at := p.exported(0)
	if at < 0 {
		return Value{}, errors.New("it exports nothing that can be read without running it")
	}
	p.pos = at
	return p.resolve(0)
}

// script is a reader of literals. It never fails on odd code: it steps over it.
type script struct {
	src      string
	pos      int
	left     int // values that may still be read
	counted  int // bytes in which newlines are counted
	newlines int
}

// exported finds where the exported expression begins, or -1.
func (p *script) exported(from int) int {
	for i := from; i < len(p.src); {
		p.pos = i
		if p.step() {
			i = p.pos
			continue
		}
		rest := p.src[i:]
		boundary := i == 0 || !isWord(p.src[i-1])
		switch {
		case boundary && strings.HasPrefix(rest, "export default"):
			return i + len("export default")
		case boundary && (strings.HasPrefix(rest, "module.exports") || strings.HasPrefix(rest, "export =")):
			if eq := strings.IndexByte(rest, '='); eq >= 0 && eq < 20 && !strings.HasPrefix(rest[eq:], "==") {
				return i + eq + 1
			}
		}
		i++
	}
	return -1
}

// resolve reads the expression at the position, following a name to the
// constant it stands for and a defining call to its argument.
func (p *script) resolve(depth int) (Value, error) {
	p.skip()
	start := p.pos
	name := p.word()
	if name == "" || depth > 3 {
		p.pos = start
		return p.value(0)
	}
	p.skip()
	if p.peek() == '(' && strings.HasPrefix(name, "define") {
		p.pos++
		return p.resolve(depth + 1)
	}
	if at := p.constant(name); at >= 0 {
		p.pos = at
		return p.resolve(depth + 1)
	}
	p.pos = start
	return p.value(0)
}

// constant finds the initial value of a name, or -1.
func (p *script) constant(name string) int {
	for i := 0; i < len(p.src); {
		p.pos = i
		if p.step() {
			i = p.pos
			continue
		}
		for _, word := range []string{"const ", "let ", "var "} {
			rest, ok := strings.CutPrefix(p.src[i:], word)
			if !ok || (i > 0 && isWord(p.src[i-1])) {
				continue
			}
			rest, ok = strings.CutPrefix(strings.TrimLeft(rest, " \t"), name)
			if !ok || (rest != "" && isWord(rest[0])) {
				continue
			}
			line, _, _ := strings.Cut(rest, "\n")
			if eq := strings.IndexByte(line, '='); eq >= 0 {
				return len(p.src) - len(rest) + eq + 1
			}
		}
		i++
	}
	return -1
}

// value reads one value and stops at the ',', ']' or '}' after it.
func (p *script) value(depth int) (Value, error) {
	p.skip()
	if p.left--; p.left < 0 || depth > maxDepth {
		return Value{}, errTooMuch
	}
	v := Value{Line: p.line()}
	start := p.pos
	var err error
	switch c := p.peek(); {
	case c == '{':
		err = p.object(&v, depth)
	case c == '[':
		err = p.array(&v, depth)
	case c == '"' || c == '\'' || c == '`':
		v.Kind, v.Text = KindString, p.quoted()
		if c == '`' && strings.Contains(v.Text, "${") {
			v.Kind = KindCode
		}
	default:
		p.expression()
		v.Text = strings.TrimSpace(p.src[start:p.pos])
		v.Kind = literalKind(v.Text)
		return v, nil
	}
	if err != nil {
		return v, err
	}
	if rest := p.tail(); rest != "" { // something is done with the literal
		v = Value{Kind: KindCode, Line: v.Line, Text: strings.TrimSpace(p.src[start:p.pos])}
	}
	return v, nil
}

// tail steps over what follows a literal and answers it, type annotations of
// TypeScript left out.
func (p *script) tail() string {
	p.skip()
	start := p.pos
	if c := p.peek(); c == 0 || strings.IndexByte(",]});", c) >= 0 {
		return ""
	}
	word := p.word()
	p.pos = start
	switch word {
	case "as", "satisfies":
		p.expression()
		return ""
	case "":
	default: // the next statement of a file without semicolons
		return ""
	}
	p.expression()
	return strings.TrimSpace(p.src[start:p.pos])
}

func literalKind(text string) ValueKind {
	switch text {
	case "true", "false":
		return KindBool
	case "null", "undefined", "":
		return KindNull
	}
	number := len(text) < 20
	for i, c := range text {
		if (c < '0' || c > '9') && c != '.' && (c != '-' || i > 0) {
			number = false
		}
	}
	if number {
		return KindNumber
	}
	return KindCode
}

func (p *script) object(v *Value, depth int) error {
	v.Kind = KindMap
	p.pos++
	for {
		p.skip()
		switch p.peek() {
		case 0:
			return fmt.Errorf("line %d: an object is not closed", v.Line)
		case '}':
			p.pos++
			return nil
		case ',':
			p.pos++
			continue
		}
		line, start := p.line(), p.pos
		key := p.key()
		p.skip()
		if key == "" || p.peek() != ':' { // a method, a spread, a computed or short key
			p.pos = start
			p.expression()
			if p.pos == start {
				p.pos++
			}
			v.set("…", Value{Kind: KindCode, Line: line, Text: strings.TrimSpace(p.src[start:p.pos])})
			continue
		}
		p.pos++
		item, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		v.set(key, item)
	}
}

func (p *script) array(v *Value, depth int) error {
	v.Kind = KindList
	p.pos++
	for {
		p.skip()
		switch p.peek() {
		case 0:
			return fmt.Errorf("line %d: a list is not closed", v.Line)
		case ']':
			p.pos++
			return nil
		case ',':
			p.pos++
			continue
		}
		start := p.pos
		item, err := p.value(depth + 1)
		if err != nil {
			return err
		}
		v.List = append(v.List, item)
		if p.pos == start {
			p.pos++
		}
	}
}

func (p *script) key() string {
	switch p.peek() {
	case '"', '\'':
		return p.quoted()
	}
	return p.word()
}
