package index

import (
	"bytes"
	"encoding/json"
	"errors"
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
			return json.Unmarshal(value, &r.Stars)
		case "forks":
			return json.Unmarshal(value, &r.Forks)
		case "topics":
			return json.Unmarshal(value, &r.Topics)
		case "skills":
			return json.Unmarshal(value, &r.Skills)
		case "provides":
			return json.Unmarshal(value, &r.Provides)
		case "helpWanted":
			return json.Unmarshal(value, &r.HelpWanted)
		case "team":
			return json.Unmarshal(value, &r.Team)
		case "activity":
			r.Activity = &catalog.Activity{}
			return scoreValue(value, &r.Activity.Score)
		case "readiness":
			r.Readiness = &catalog.Readiness{}
			return scoreValue(value, &r.Readiness.Score)
		}
		return nil
	})
	return r, err
}

var errOutline = errors.New("no JSON as it is written here")

// scoreValue reads the score of an object.
func scoreValue(object []byte, score any) error {
	return eachMember(object, func(key, value []byte) error {
		if string(key) == "score" {
			return json.Unmarshal(value, score)
		}
		return nil
	})
}

func textValue(value []byte, into *string) error {
	if len(value) < 2 || value[0] != '"' {
		return errOutline
	}
	if bytes.IndexByte(value, '\\') >= 0 {
		return json.Unmarshal(value, into)
	}
	*into = string(value[1 : len(value)-1])
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
