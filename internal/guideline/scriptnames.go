package guideline

import (
	"strings"
)

// maxNames bounds how many names of one script are looked up: each costs a walk
// through it.
const maxNames = 64

// scriptName is what a name of a script stands for.
type scriptName struct {
	value Value
	known bool // false while it is being read: it stands for itself
	size  int  // values it unfolds to
}

// named answers the value of a name, or of a member of one, when it is a literal
// that nothing changes; else ok is false.
func (p *script) named(expr string, depth int) (Value, bool) {
	parts := strings.Split(expr, ".")
	for _, part := range parts {
		if part == "" || strings.TrimFunc(part, func(r rune) bool { return r < 0x80 && isWord(byte(r)) }) != "" || part[0] >= '0' && part[0] <= '9' {
			return Value{}, false
		}
	}
	n := p.lookUp(parts[0], depth)
	if n == nil || !n.known || n.value.Kind == KindCode {
		return Value{}, false
	}
	v := n.value
	for _, part := range parts[1:] {
		if v.Kind != KindMap || v.Has("…") || !v.Has(part) {
			return Value{}, false
		}
		v = v.At(part)
	}
	return v, true
}

// lookUp reads what a name stands for, once. What a name unfolds to counts each
// time it is used.
func (p *script) lookUp(name string, depth int) *scriptName {
	if n, ok := p.names[name]; ok {
		p.left -= n.size
		return n
	}
	if len(p.names) >= maxNames {
		return nil
	}
	if p.names == nil {
		p.names = map[string]*scriptName{}
	}
	n := &scriptName{}
	p.names[name] = n
	pos, left := p.pos, p.left
	defer func() { p.pos = pos }()
	at := p.constant(name)
	if at < 0 || p.changed(name) {
		return n
	}
	p.pos = at
	v, err := p.value(depth + 1)
	n.size = left - p.left
	n.value, n.known = v, err == nil && p.left >= 0
	return n
}

// changed tells whether a script gives a name another value, or changes what it
// holds, as far as that can be seen.
func (p *script) changed(name string) bool {
	pos := p.pos
	defer func() { p.pos = pos }()
	declared := 0
	for i := 0; i < len(p.src); {
		p.pos = i
		if p.step() {
			i = p.pos
			continue
		}
		if !strings.HasPrefix(p.src[i:], name) || i > 0 && (isWord(p.src[i-1]) || p.src[i-1] == '.' && !strings.HasSuffix(p.src[:i], "...")) {
			i++
			continue
		}
		rest := p.src[i+len(name):]
		i += len(name)
		if rest != "" && isWord(rest[0]) {
			continue
		}
		if changes(rest) {
			declared++
		}
		before := strings.TrimRight(p.src[:i-len(name)], " \t\r\n")
		if strings.HasSuffix(before, "Object.assign(") || strings.HasSuffix(before, "delete") || strings.HasSuffix(before, "++") || strings.HasSuffix(before, "--") {
			return true
		}
	}
	return declared > 1 // the first one declares it
}

// changes tells whether what follows a name, or a member of it, gives it a value
// or calls what changes it.
func changes(rest string) bool {
	for {
		rest = strings.TrimLeft(rest, " \t\r\n")
		switch {
		case rest == "":
			return false
		case rest[0] == '.':
			rest = strings.TrimLeft(rest[1:], " \t\r\n")
			end := 0
			for end < len(rest) && isWord(rest[end]) {
				end++
			}
			method := rest[:end]
			rest = rest[end:]
			if end == 0 {
				return false
			}
			if strings.HasPrefix(strings.TrimLeft(rest, " \t"), "(") {
				return !harmless(method)
			}
		case rest[0] == '[':
			end := strings.IndexByte(rest, ']')
			if end < 0 {
				return true
			}
			rest = rest[end+1:]
		case rest[0] == ':': // a type, if it is declared here
			line, _, _ := strings.Cut(rest, "\n")
			return strings.Contains(line, "=") && !strings.Contains(line, "=>")
		case rest[0] == '=':
			return !strings.HasPrefix(rest, "==") && !strings.HasPrefix(rest, "=>")
		default:
			return len(rest) > 1 && (rest[1] == '=' && strings.IndexByte("+-*/|&?", rest[0]) >= 0 || rest[:2] == "++" || rest[:2] == "--")
		}
	}
}

func harmless(method string) bool {
	switch method {
	case "map", "filter", "concat", "join", "includes", "slice", "flat", "flatMap", "indexOf", "some", "every", "find", "forEach", "keys", "values", "entries", "toString":
		return true
	}
	return false
}

// spread takes what "..." stands before into an object or a list, if it is
// known.
func (p *script) spread(into *Value, depth int) error {
	line, start := p.line(), p.pos
	p.pos += len("...")
	v, err := p.value(depth + 1)
	if err != nil {
		return err
	}
	p.left -= len(v.List) + len(v.Keys)
	switch {
	case v.Kind == KindMap && into.Kind == KindMap:
		for _, k := range v.Keys {
			into.set(k, v.Map[k])
		}
	case v.Kind == KindList && into.Kind == KindList:
		into.List = append(into.List, v.List...)
	case into.Kind == KindMap:
		into.set("…", Value{Kind: KindCode, Line: line, Text: strings.TrimSpace(p.src[start:p.pos])})
	default:
		into.List = append(into.List, Value{Kind: KindCode, Line: line, Text: strings.TrimSpace(p.src[start:p.pos])})
	}
	return nil
}
