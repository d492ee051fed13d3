package guideline

import (
	"errors"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
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
	v, err := p.resolve(0)
	if line := p.addedLater(at); line > 0 && v.Kind == KindMap {
		v.set("…", Value{Kind: KindCode, Line: line, Text: "what is added to the exports"})
	}
	return v, err
}

// addedLater is the line on which something is added to what is exported, or 0.
func (p *script) addedLater(from int) int {
	for i := from; i < len(p.src); {
		p.pos = i
		if p.step() {
			i = p.pos
			continue
		}
		if rest, ok := strings.CutPrefix(p.src[i:], "module.exports"); ok && !isWord(p.src[i-1]) && rest != "" && (rest[0] == '.' || rest[0] == '[') && changes(rest) {
			return p.line()
		}
		i++
	}
	return 0
}

// script is a reader of literals. It never fails on odd code: it steps over it.
type script struct {
	src      string
	pos      int
	left     int // values that may still be read
	counted  int // bytes in which newlines are counted
	newlines int
	names    map[string]*scriptName // that were looked up
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
		case boundary && strings.HasPrefix(rest, "export {"):
			if at := p.listed(i); at >= 0 {
				return at
			}
		case boundary && (strings.HasPrefix(rest, "module.exports") || strings.HasPrefix(rest, "exports.default") || strings.HasPrefix(rest, "export =")):
			if eq := strings.IndexByte(rest, '='); eq >= 0 && eq < 20 && !strings.HasPrefix(rest[eq:], "==") {
				return i + eq + 1
			}
		}
		i++
	}
	return -1
}

// listed finds the name that a list of exports exports as the default, or -1.
func (p *script) listed(at int) int {
	list, _, ok := strings.Cut(p.src[at:], "}")
	end := strings.Index(list, " as default")
	if !ok || end < 0 {
		return -1
	}
	start := end
	for start > 0 && isWord(list[start-1]) {
		start--
	}
	return at + start
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
	if at := p.constant(name); at >= 0 && !p.changed(name) && strings.IndexByte(".[(", p.peek()) < 0 {
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
	case c == '(':
		return p.grouped(depth)
	default:
		return p.unquoted(depth)
	}
	if err != nil {
		return v, err
	}
	if rest := p.tail(); rest != "" { // something is done with the literal
		v = Value{Kind: KindCode, Line: v.Line, Text: strings.TrimSpace(p.src[start:p.pos])}
	}
	return v, nil
}

// unquoted reads a value that is no text, list or object: a number, a name, or
// code.
func (p *script) unquoted(depth int) (Value, error) {
	v := Value{Line: p.line()}
	start := p.pos
	p.expression()
	v.Text = strings.TrimSpace(p.src[start:p.pos])
	if v.Kind = literalKind(v.Text); v.Kind != KindCode {
		return v, nil
	}
	end := p.pos
	if known, ok := p.named(v.Text, depth); ok {
		v = known
	}
	p.pos = end
	if p.left < 0 {
		return Value{}, errTooMuch
	}
	return v, nil
}

// grouped reads a value in parentheses.
func (p *script) grouped(depth int) (Value, error) {
	line, start := p.line(), p.pos
	p.pos++
	v, err := p.value(depth + 1)
	if err != nil {
		return v, err
	}
	p.skip()
	if p.peek() == ')' {
		p.pos++
		if p.tail() == "" {
			return v, nil
		}
	}
	p.pos = start
	p.expression()
	return Value{Kind: KindCode, Line: line, Text: strings.TrimSpace(p.src[start:p.pos])}, nil
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
			return fault.Errorf("line %d: an object is not closed", v.Line)
		case '}':
			p.pos++
			return nil
		case ',':
			p.pos++
			continue
		}
		if strings.HasPrefix(p.src[p.pos:], "...") {
			if err := p.spread(v, depth); err != nil {
				return err
			}
			continue
		}
		line, start := p.line(), p.pos
		quoted := isQuote(p.peek())
		key := p.key()
		p.skip()
		if c := p.peek(); key != "" && !quoted && (c == ',' || c == '}') { // short for "key: key"
			item := Value{Kind: KindCode, Line: line, Text: key}
			if known, ok := p.named(key, depth); ok {
				item = known
			}
			v.set(key, item)
			continue
		}
		if key == "" || p.peek() != ':' { // a method or a computed key
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
			return fault.Errorf("line %d: a list is not closed", v.Line)
		case ']':
			p.pos++
			return nil
		case ',':
			p.pos++
			continue
		}
		if strings.HasPrefix(p.src[p.pos:], "...") {
			if err := p.spread(v, depth); err != nil {
				return err
			}
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

func isQuote(c byte) bool { return c == '"' || c == '\'' || c == '`' }

func (p *script) key() string {
	switch p.peek() {
	case '"', '\'':
		return p.quoted()
	}
	return p.word()
}
