package github

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// decode reads JSON into out. Servers that resemble GitHub write a number as a
// string here and an empty date there; such a field is put right where its
// meaning is plain and left out otherwise, and the rest of the answer counts.
// What is not of the expected shape as a whole is an error.
func decode(body []byte, out any) error {
	err := json.Unmarshal(body, out)
	for tries := 0; err != nil && tries < 16; tries++ {
		mend, ok := mending(err)
		if !ok {
			return err
		}
		var tree any
		plain := json.NewDecoder(bytes.NewReader(body))
		plain.UseNumber()
		if plain.Decode(&tree) != nil {
			return err
		}
		if body, err = json.Marshal(whole(visit(tree, mend))); err != nil {
			return err
		}
		reflect.ValueOf(out).Elem().SetZero()
		err = json.Unmarshal(body, out)
	}
	return err
}

// mending chooses what to do about an error: a function of a member's name and
// value that gives the value to put in its place.
func mending(err error) (func(string, any) any, bool) {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) && kind.Field != "" {
		name := kind.Field[strings.LastIndexByte(kind.Field, '.')+1:]
		return func(member string, v any) any {
			if !strings.EqualFold(member, name) {
				return v
			}
			return coerce(v, kind.Type)
		}, true
	}
	var date *time.ParseError
	if errors.As(err, &date) {
		return func(member string, v any) any {
			if strings.HasSuffix(member, "_at") || strings.HasSuffix(member, "At") || member == "date" {
				return dated(v)
			}
			return v
		}, true
	}
	return nil, false
}

// visit applies mend to every member of every object.
func visit(v any, mend func(string, any) any) any {
	switch v := v.(type) {
	case map[string]any:
		for member, value := range v {
			v[member] = mend(member, visit(value, mend))
		}
	case []any:
		for i := range v {
			v[i] = visit(v[i], mend)
		}
	}
	return v
}

// whole writes 413.0 as 413: there are languages without whole numbers, and a
// server in one of them would cost a try for each of its fields.
func whole(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for member, value := range v {
			v[member] = whole(value)
		}
	case []any:
		for i := range v {
			v[i] = whole(v[i])
		}
	case json.Number:
		if f, err := v.Float64(); err == nil && strings.ContainsAny(v.String(), ".eE") && f == float64(int64(f)) {
			return int64(f)
		}
	}
	return v
}

// coerce makes a value fit a type, or nothing. In an object or a list where a
// single value is expected it is first the elements that are taken not to fit;
// when all of them do, it is the whole.
func coerce(v any, want reflect.Type) any {
	element := func(e any) any { return scalarOf(e, want.Kind()) }
	switch want.Kind() {
	case reflect.Struct, reflect.Map:
		element = func(e any) any {
			_, isObject := e.(map[string]any)
			return keep(isObject, e)
		}
	case reflect.Slice:
		return nil
	}
	changed := false
	put := func(e any) any {
		fit := element(e)
		changed = changed || !reflect.DeepEqual(e, fit)
		return fit
	}
	switch value := v.(type) {
	case map[string]any:
		for m := range value {
			value[m] = put(value[m])
		}
	case []any:
		for i := range value {
			value[i] = put(value[i])
		}
	default:
		return scalarOf(v, want.Kind())
	}
	return keep(changed, v)
}

func keep(ok bool, v any) any {
	if ok {
		return v
	}
	return nil
}

func scalarOf(v any, want reflect.Kind) any {
	text := ""
	switch v := v.(type) {
	case string:
		text = v
	case json.Number:
		text = v.String()
	case bool:
		text = strconv.FormatBool(v)
	default:
		return nil
	}
	switch {
	case want == reflect.String:
		return text
	case want == reflect.Bool:
		b, err := strconv.ParseBool(text)
		return keep(err == nil, b)
	case want >= reflect.Int && want <= reflect.Uint64:
		f, err := strconv.ParseFloat(text, 64)
		return keep(err == nil && f == float64(int64(f)), int64(f))
	case want == reflect.Float32 || want == reflect.Float64:
		f, err := strconv.ParseFloat(text, 64)
		return keep(err == nil, f)
	}
	return nil
}

// dated keeps what the API writes, puts right what has a date and a zone in
// another order, and drops the rest.
func dated(v any) any {
	switch v := v.(type) {
	case json.Number:
		_, err := strconv.ParseInt(v.String(), 10, 64)
		return keep(err == nil, v)
	case string:
		for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05 -0700", "2006/01/02 15:04:05 -0700", "2006-01-02 15:04:05 MST", "2006-01-02T15:04:05", "2006-01-02"} {
			if t, err := time.Parse(layout, v); err == nil {
				return t.Format(time.RFC3339)
			}
		}
	}
	return nil
}
