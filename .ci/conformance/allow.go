package main

import (
	"bufio"
	"fmt"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Allowed is a difference that is known and has its reason.
type Allowed struct {
	Description string // or * for all
	Operation   string // method and path template, or a glob of the path
	Status      string // or * for all
	Field       string // or * for all
	Reason      string

	used int
}

// ReadAllowed reads the list of allowed differences. Each line has five parts
// set apart by " | ": description, operation, status, field, reason. No file,
// no list.
func ReadAllowed(file string) ([]*Allowed, error) {
	if file == "" {
		return nil, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	var out []*Allowed
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.Split(line, " | ")
		if len(parts) != 5 || strings.TrimSpace(parts[4]) == "" {
			return nil, fmt.Errorf("%s:%d: want DESCRIPTION | METHOD PATH | STATUS | FIELD | REASON", file, n)
		}
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		out = append(out, &Allowed{Description: parts[0], Operation: parts[1], Status: parts[2], Field: parts[3], Reason: parts[4]})
	}
	return out, lines.Err()
}

// fits tells whether this line speaks of the violation.
func (a *Allowed) fits(v Violation) bool {
	same := a.Operation == v.Operation
	if matched, err := path.Match(a.Operation, v.Operation); err == nil && matched {
		same = true
	}
	return same && slices.Contains([]string{"*", v.Description}, a.Description) &&
		slices.Contains([]string{"*", strconv.Itoa(v.Status)}, a.Status) &&
		slices.Contains([]string{"*", v.Field}, a.Field)
}

// allows tells whether a violation is on the list, and marks the line as used.
func allows(list []*Allowed, v Violation) bool {
	for _, a := range list {
		if a.fits(v) {
			a.used++
			return true
		}
	}
	return false
}
