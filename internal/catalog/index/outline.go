package index

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// outline reads of a record's JSON what ranking looks at, in a tenth of the time
// that the whole takes: of the records of a pool most are not shown. What it does
// not understand answers an error: the whole is read then.
func outline(plain []byte) (*catalog.Record, error) {
	r := &catalog.Record{}
	err := eachMember(plain, func(key, value []byte) error {
		switch string(key) {
		case "host":
			return textValue(value, &r.Host)
		case "owner":
			return textValue(value, &r.Owner)
		case "name":
			return textValue(value, &r.Name)
		case "description":
			return textValue(value, &r.Description)
		case "title":
			return textValue(value, &r.Title)
		case "motivation":
			return textValue(value, &r.Motivation)
		case "excerpt":
			return textValue(value, &r.Excerpt)
		case "source":
			return textValue(value, &r.Source)
		case "language":
			return textValue(value, &r.Language)
		case "kind":
			return textValue(value, &r.Kind)
		case "createdAt":
			return timeValue(value, &r.CreatedAt)
		case "updatedAt":
			return timeValue(value, &r.UpdatedAt)
		case "pushedAt":
			return timeValue(value, &r.PushedAt)
		case "archived":
			r.Archived = string(value) == "true"
		case "fork":
			r.Fork = string(value) == "true"
		case "stars":
			return numberValue(value, &r.Stars)
		case "forks":
			return numberValue(value, &r.Forks)
		case "topics":
			return textsValue(value, &r.Topics)
		case "skills":
			return textsValue(value, &r.Skills)
		case "provides":
			return capabilitiesValue(value, &r.Provides)
		case "helpWanted":
			return helpWantedValue(value, &r.HelpWanted)
		case "team":
			return teamValue(value, &r.Team)
		case "activity":
			r.Activity = &catalog.Activity{}
			return inside(value, "score", func(v []byte) error { return numberValue(v, &r.Activity.Score) })
		case "readiness":
			r.Readiness = &catalog.Readiness{}
			return inside(value, "score", func(v []byte) error { return shareValue(v, &r.Readiness.Score) })
		}
		return nil
	})
	return r, err
}

// list adds to an outline what a list of hits shows beside it.
func list(plain []byte, r *catalog.Record) error {
	return eachMember(plain, func(key, value []byte) error {
		switch string(key) {
		case "url":
			return textValue(value, &r.URL)
		case "mode":
			return textValue(value, &r.Mode)
		case "answers":
			return answersValue(value, &r.Answers)
		}
		return nil
	})
}

var errOutline = errors.New("no JSON as it is written here")

// inside visits one member of an object.
func inside(object []byte, name string, visit func(value []byte) error) error {
	return eachMember(object, func(key, value []byte) error {
		if string(key) == name {
			return visit(value)
		}
		return nil
	})
}

func textValue(value []byte, into *string) error {
	if len(value) < 2 || value[0] != '"' {
		return errOutline
	}
	plain := value[1 : len(value)-1]
	if bytes.IndexByte(plain, '\\') < 0 {
		*into = string(plain)
		return nil
	}
	var b strings.Builder
	b.Grow(len(plain))
	for {
		at := bytes.IndexByte(plain, '\\')
		if at < 0 {
			b.Write(plain)
			*into = b.String()
			return nil
		}
		b.Write(plain[:at])
		switch plain = plain[at+1:]; {
		case len(plain) > 0 && plain[0] == 'n': // in nearly all of them: lines of a README
			b.WriteByte('\n')
		case len(plain) > 0 && (plain[0] == '"' || plain[0] == '\\'):
			b.WriteByte(plain[0])
		default:
			return json.Unmarshal(value, into)
		}
		plain = plain[1:]
	}
}

func numberValue(value []byte, into *int) error {
	n, err := strconv.Atoi(string(value))
	if err != nil {
		return json.Unmarshal(value, into)
	}
	*into = n
	return nil
}

func shareValue(value []byte, into *float64) error {
	f, err := strconv.ParseFloat(string(value), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return json.Unmarshal(value, into)
	}
	*into = f
	return nil
}

// textsValue reads an array of strings.
func textsValue(value []byte, into *[]string) error {
	if bytes.IndexByte(value, '\\') >= 0 || len(value) < 4 || value[0] != '[' || value[1] != '"' || !bytes.HasSuffix(value, []byte(`"]`)) {
		return json.Unmarshal(value, into)
	}
	all := strings.Split(string(value[2:len(value)-2]), `","`)
	if bytes.Count(value, []byte{'"'}) != 2*len(all) {
		return json.Unmarshal(value, into)
	}
	*into = all
	return nil
}

func timeValue(value []byte, into *time.Time) (err error) {
	if len(value) < 2 {
		return errOutline
	}
	*into, err = time.Parse(time.RFC3339, string(value[1:len(value)-1]))
	return err
}

// eachMember visits the members of an object that json.Marshal wrote.
func eachMember(object []byte, visit func(key, value []byte) error) error {
	if len(object) < 2 || object[0] != '{' {
		return errOutline
	}
	for rest := object[1:]; ; rest = rest[1:] {
		if len(rest) > 0 && rest[0] == '}' {
			return nil
		}
		n := valueLength(rest)
		if n < 2 || rest[0] != '"' || n+1 >= len(rest) || rest[n] != ':' {
			return errOutline
		}
		key := rest[1 : n-1]
		rest = rest[n+1:]
		if n = valueLength(rest); n == 0 || n == len(rest) {
			return errOutline
		}
		if err := visit(key, rest[:n]); err != nil {
			return err
		}
		switch rest = rest[n:]; rest[0] {
		case ',':
		case '}':
			return nil
		default:
			return errOutline
		}
	}
}

// valueLength is how many bytes the value takes that b begins with; 0 where it
// has no end.
func valueLength(b []byte) int {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			n := textLength(b[i:])
			if n == 0 {
				return 0
			}
			if i += n - 1; depth == 0 {
				return i + 1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth < 0 {
				return i
			}
			if depth == 0 {
				return i + 1
			}
		case ',', ':':
			if depth == 0 {
				return i
			}
		}
	}
	return 0
}

// textLength is how many bytes the string takes that b begins with.
func textLength(b []byte) int {
	for at := 1; at < len(b); {
		end := bytes.IndexByte(b[at:], '"')
		if end < 0 {
			return 0
		}
		at += end + 1
		escapes := 0
		for i := at - 2; i > 0 && b[i] == '\\'; i-- {
			escapes++
		}
		if escapes%2 == 0 {
			return at
		}
	}
	return 0
}
