package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/isrc-dev/isrc/internal/fault"
)

// Bounds on a manifest. A real one has a few kilobytes.
const (
	maxBytes = 1 << 20
	maxDepth = 32
	maxNodes = 20_000
)

// node is a JSON value with the line on which it begins: encoding/json keeps
// no positions.
type node struct {
	line   int
	raw    json.RawMessage
	kind   string // "object", "array", "string", "number", "bool" or "null"
	text   string // of a string or number
	truth  bool
	keys   []string
	lines  map[string]int // of the keys
	fields map[string]*node
	items  []*node
}

// reader builds nodes out of tokens.
type reader struct {
	data     []byte
	dec      *json.Decoder
	left     int
	repeated []Problem
	counted  int // bytes in which newlines are counted
	newlines int
}

func parseNode(data []byte) (*node, []Problem, error) {
	if len(data) > maxBytes {
		return nil, nil, fault.Errorf("it is larger than %d bytes", maxBytes)
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	r := &reader{data: data, dec: json.NewDecoder(bytes.NewReader(data)), left: maxNodes}
	r.dec.UseNumber()
	n, err := r.value(0)
	if err != nil {
		return nil, nil, r.explain(err)
	}
	if _, err := r.dec.Token(); !errors.Is(err, io.EOF) {
		return n, append(r.repeated, Problem{Line: r.line(), Message: "something stands behind the object", Severity: Warning}), nil
	}
	return n, r.repeated, nil
}

// lineError is an error with its line.
type lineError struct {
	line int
	err  error
}

func (e *lineError) Error() string { return e.err.Error() }

func (r *reader) explain(err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return &lineError{1 + bytes.Count(r.data[:min(int(syntax.Offset), len(r.data))], []byte("\n")), errors.New("it is no JSON: " + syntax.Error())}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &lineError{1 + bytes.Count(r.data, []byte("\n")), errors.New("it ends too early")}
	}
	return &lineError{r.line(), err}
}

// line is the line of what was read last; it counts on from where it was.
func (r *reader) line() int {
	at := min(int(r.dec.InputOffset()), len(r.data))
	r.newlines += bytes.Count(r.data[r.counted:at], []byte("\n"))
	r.counted = at
	return r.newlines + 1
}

func (r *reader) value(depth int) (*node, error) {
	token, err := r.dec.Token()
	if err != nil {
		return nil, err
	}
	return r.from(token, depth)
}

func (r *reader) from(token json.Token, depth int) (*node, error) {
	if r.left--; r.left < 0 || depth > maxDepth {
		return nil, errors.New("it holds too much")
	}
	n := &node{line: r.line()}
	end := int(r.dec.InputOffset())
	switch t := token.(type) {
	case json.Delim:
		start := end - 1
		var err error
		if t == '{' {
			err = r.object(n, depth)
		} else {
			err = r.array(n, depth)
		}
		if err != nil {
			return nil, err
		}
		n.raw = r.data[start:int(r.dec.InputOffset())]
		return n, nil
	case string:
		n.kind, n.text = "string", t
	case json.Number:
		n.kind, n.text = "number", t.String()
	case bool:
		n.kind, n.truth = "bool", t
	default:
		n.kind = "null"
	}
	n.raw, _ = json.Marshal(token)
	return n, nil
}

func (r *reader) object(n *node, depth int) error {
	n.kind, n.fields, n.lines = "object", map[string]*node{}, map[string]int{}
	for r.dec.More() {
		token, err := r.dec.Token()
		if err != nil {
			return err
		}
		key, ok := token.(string)
		if !ok {
			return errors.New("a key is no string")
		}
		line := r.line()
		item, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		if _, twice := n.fields[key]; twice {
			r.repeated = append(r.repeated, Problem{Line: line, Key: key, Message: "the key stands here a second time; this one counts", Severity: Warning})
		} else {
			n.keys = append(n.keys, key)
		}
		n.fields[key], n.lines[key] = item, line
	}
	_, err := r.dec.Token()
	return err
}

func (r *reader) array(n *node, depth int) error {
	n.kind = "array"
	for r.dec.More() {
		item, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
	}
	_, err := r.dec.Token()
	return err
}
