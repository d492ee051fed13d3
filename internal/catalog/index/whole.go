package index

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// wholeOf reads a record's JSON.
func wholeOf(plain []byte) (*catalog.Record, error) {
	r := &catalog.Record{}
	if (&reader{rest: plain}).all(recordShape(), reflect.ValueOf(r).Elem()) {
		return r, nil
	}
	r = &catalog.Record{}
	if err := json.Unmarshal(plain, r); err != nil {
		return nil, err
	}
	return r, nil
}

// wholeKey is the Key of a record's JSON, if wholeOf can read it.
func wholeKey(plain []byte) (string, error) {
	if (&reader{rest: plain}).all(recordShape(), reflect.Value{}) {
		return keyOf(plain)
	}
	r, err := wholeOf(plain)
	if err != nil {
		return "", err
	}
	return r.Key(), nil
}

// reader reads JSON as json.Marshal writes it: no blanks, members at most once and
// by their exact names, no null. What it takes json.Unmarshal takes, with the same
// result; what it does not take may be good all the same. It goes over the text
// once, where package json goes over it twice and asks each value's type anew.
// A value of reflect that is not valid is only read over.
type reader struct{ rest []byte }

func (r *reader) all(s *shape, v reflect.Value) bool { return r.value(s, v) && len(r.rest) == 0 }

// shape is what a value looks like.
type shape struct {
	kind   reflect.Kind // Invalid for what package json reads
	time   bool
	names  []string // of a struct's members
	fields []int    // their places
	shapes []*shape // theirs, or the only one: of elements, of what is pointed to
}

// mostMembers of a struct fit into a word.
const mostMembers = 64

var recordShape = lazy.Value(func() *shape { return shapeOf(reflect.TypeFor[catalog.Record]()) })

// shapeOf is the shape of a type, which must not contain itself.
func shapeOf(t reflect.Type) *shape {
	if t == reflect.TypeFor[time.Time]() {
		return &shape{time: true}
	}
	if p := reflect.PointerTo(t); p.Implements(reflect.TypeFor[json.Unmarshaler]()) || p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return &shape{}
	}
	switch t.Kind() {
	case reflect.String, reflect.Bool, reflect.Int, reflect.Int64, reflect.Float64:
		return &shape{kind: t.Kind()}
	case reflect.Pointer:
		return &shape{kind: t.Kind(), shapes: []*shape{shapeOf(t.Elem())}}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 { // in base64
			return &shape{}
		}
		return &shape{kind: t.Kind(), shapes: []*shape{shapeOf(t.Elem())}}
	case reflect.Struct:
		s := &shape{kind: t.Kind()}
		for i := range t.NumField() {
			f := t.Field(i)
			name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			if f.Anonymous || !f.IsExported() || name == "" || name == "-" || strings.Contains(options, "string") || i >= mostMembers {
				return &shape{}
			}
			s.names, s.fields, s.shapes = append(s.names, name), append(s.fields, i), append(s.shapes, shapeOf(f.Type))
		}
		return s
	}
	return &shape{}
}

// member finds a member, most likely at or after a place.
func (s *shape) member(name []byte, from int) int {
	for i := from; i < len(s.names); i++ {
		if s.names[i] == string(name) {
			return i
		}
	}
	for i := range min(from, len(s.names)) {
		if s.names[i] == string(name) {
			return i
		}
	}
	return -1
}

func (r *reader) take(c byte) bool {
	if len(r.rest) == 0 || r.rest[0] != c {
		return false
	}
	r.rest = r.rest[1:]
	return true
}

func (r *reader) value(s *shape, v reflect.Value) bool {
	switch {
	case s.time:
		return r.moment(v)
	case s.kind == reflect.Struct:
		return r.members(s, v)
	case s.kind == reflect.Slice:
		return r.elements(s.shapes[0], v)
	case s.kind == reflect.Pointer:
		if !v.IsValid() {
			return r.value(s.shapes[0], v)
		}
		v.Set(reflect.New(v.Type().Elem()))
		return r.value(s.shapes[0], v.Elem())
	case s.kind == reflect.String:
		return r.text(v)
	case s.kind == reflect.Bool:
		return r.word("true", true, v) || r.word("false", false, v)
	case s.kind == reflect.Int, s.kind == reflect.Int64:
		return r.number(v)
	}
	return r.other(s, v)
}

func (r *reader) members(s *shape, v reflect.Value) bool {
	if !r.take('{') {
		return false
	}
	for seen, next := uint64(0), 0; !r.take('}'); {
		if seen != 0 && !r.take(',') {
			return false
		}
		n := textLength(r.rest)
		if n < 2 || r.rest[0] != '"' {
			return false
		}
		i := s.member(r.rest[1:n-1], next)
		if r.rest = r.rest[n:]; i < 0 || seen&(1<<i) != 0 || !r.take(':') {
			return false
		}
		seen, next = seen|1<<i, i+1
		into := reflect.Value{}
		if v.IsValid() {
			into = v.Field(s.fields[i])
		}
		if !r.value(s.shapes[i], into) {
			return false
		}
	}
	return true
}

func (r *reader) elements(s *shape, v reflect.Value) bool {
	if !r.take('[') {
		return false
	}
	if v.IsValid() {
		v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	}
	for n := 0; !r.take(']'); n++ {
		if n > 0 && !r.take(',') {
			return false
		}
		into := reflect.Value{}
		if v.IsValid() {
			v.Grow(1)
			v.SetLen(n + 1)
			into = v.Index(n)
		}
		if !r.value(s, into) {
			return false
		}
	}
	return true
}

// text reads a string.
func (r *reader) text(v reflect.Value) bool {
	n := textLength(r.rest)
	if n == 0 || r.rest[0] != '"' || !goodText(r.rest[1:n-1]) {
		return false
	}
	value := r.rest[:n]
	r.rest = r.rest[n:]
	if !v.IsValid() {
		return true
	}
	var plain string
	if textValue(value, &plain) != nil {
		return false
	}
	v.SetString(plain)
	return true
}

// goodText tells whether the inside of a string is as json.Marshal writes it.
func goodText(b []byte) bool {
	ascii := true
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c < ' ':
			return false
		case c >= utf8.RuneSelf:
			ascii = false
		case c == '\\':
			if i++; i == len(b) {
				return false
			}
			switch b[i] {
			case 'n', '"', '\\', 't', 'r', 'b', 'f', '/':
			case 'u':
				if i+4 >= len(b) || !hex4(b[i+1:i+5]) {
					return false
				}
				i += 4
			default:
				return false
			}
		}
	}
	return ascii || utf8.Valid(b)
}

func hex4(b []byte) bool {
	for _, c := range b {
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}

func (r *reader) word(text string, value bool, v reflect.Value) bool {
	if len(r.rest) < len(text) || string(r.rest[:len(text)]) != text {
		return false
	}
	r.rest = r.rest[len(text):]
	if v.IsValid() {
		v.SetBool(value)
	}
	return true
}

// number reads a whole number of at most 18 digits.
func (r *reader) number(v reflect.Value) bool {
	negative := r.take('-')
	n, digits := int64(0), 0
	for digits < len(r.rest) && digits < 19 && r.rest[digits] >= '0' && r.rest[digits] <= '9' {
		n = n*10 + int64(r.rest[digits]-'0')
		digits++
	}
	if digits == 0 || digits > 18 || r.rest[0] == '0' && digits > 1 || digits == len(r.rest) {
		return false
	}
	if next := r.rest[digits]; next == '.' || next|0x20 == 'e' {
		return false
	}
	r.rest = r.rest[digits:]
	if negative {
		n = -n
	}
	if v.IsValid() {
		v.SetInt(n)
	}
	return !v.IsValid() || v.Int() == n
}

// moment reads a time as it is mostly written, and leaves others to package time.
func (r *reader) moment(v reflect.Value) bool {
	n := textLength(r.rest)
	if n == 0 || r.rest[0] != '"' {
		return false
	}
	value := r.rest[:n]
	r.rest = r.rest[n:]
	t, ok := moment(value)
	if !ok && t.UnmarshalJSON(value) != nil {
		return false
	}
	if into, ok := addressed(v).(*time.Time); ok {
		*into = t
	}
	return true
}

// moment reads "2026-03-02T09:00:00Z" up to the 28th of a month.
func moment(b []byte) (t time.Time, ok bool) {
	const form = `"0000-00-00T00:00:00Z"`
	if len(b) != len(form) {
		return t, false
	}
	for i, c := range b {
		if form[i] == '0' && (c < '0' || c > '9') || form[i] != '0' && c != form[i] {
			return t, false
		}
	}
	two := func(at int) int { return int(b[at]-'0')*10 + int(b[at+1]-'0') }
	year, month, day, hour, minute, second := two(1)*100+two(3), two(6), two(9), two(12), two(15), two(18)
	if month < 1 || month > 12 || day < 1 || day > 28 || hour > 23 || minute > 59 || second > 59 {
		return t, false
	}
	return time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC), true
}

// addressed is a pointer to a value, nil for none.
func addressed(v reflect.Value) any {
	if !v.IsValid() {
		return nil
	}
	return v.Addr().Interface()
}

// other leaves a value to package json, which finds out where it ends whether it
// is one.
func (r *reader) other(s *shape, v reflect.Value) bool {
	n := valueLength(r.rest)
	if n == 0 {
		return false
	}
	value := r.rest[:n]
	r.rest = r.rest[n:]
	if s.kind == reflect.Float64 && plainNumber(value) {
		f, err := strconv.ParseFloat(string(value), 64)
		if v.IsValid() {
			v.SetFloat(f)
		}
		return err == nil
	}
	into := addressed(v)
	if into == nil {
		return false // the whole is read then
	}
	return json.Unmarshal(value, into) == nil
}

// plainNumber tells whether b is a number of few digits, without an exponent.
func plainNumber(b []byte) bool {
	if len(b) > 0 && b[0] == '-' {
		b = b[1:]
	}
	if len(b) == 0 || len(b) > 32 || b[0] == '0' && len(b) > 1 && b[1] != '.' || b[0] == '.' || b[len(b)-1] == '.' {
		return false
	}
	points := 0
	for _, c := range b {
		switch {
		case c == '.':
			points++
		case c < '0' || c > '9':
			return false
		}
	}
	return points < 2
}
