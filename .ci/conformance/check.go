package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// check judges all exchanges by all descriptions and prints what differs, each
// difference once with the number of exchanges that show it.
func check(out io.Writer, descriptions []*Description, exchanges []Exchange, allowed []*Allowed) error {
	bad := 0
	for _, d := range descriptions {
		t := tally{seen: map[Violation]int{}, operations: map[string]int{}}
		for _, e := range exchanges {
			t.add(d, e, allowed)
		}
		t.print(out, d.Name)
		bad += len(t.order)
	}
	for _, a := range allowed {
		if a.used == 0 {
			bad++
			fmt.Fprintf(out, "the allowed difference %s | %s | %s | %s was not met with: take it off the list\n",
				a.Description, a.Operation, a.Status, a.Field)
		}
	}
	if bad > 0 {
		fmt.Fprintf(out, "%d differences\n", bad)
		return errFound
	}
	return nil
}

// tally counts what was judged by one description.
type tally struct {
	judged, faulty, allowed int
	operations              map[string]int
	seen                    map[Violation]int // the key has no At
	order                   []Violation       // each kind once, with the first At
}

func (t *tally) add(d *Description, e Exchange, allowed []*Allowed) {
	if e.isGraphQL() {
		return
	}
	if e.Fault != "" {
		t.faulty++
		return
	}
	t.judged++
	if _, r, ok := d.operation(e); ok {
		t.operations[describedAs(e.Method)+" "+r.template]++
	}
	for _, v := range d.Judge(e) {
		if allows(allowed, v) {
			t.allowed++
			continue
		}
		kind := v
		kind.At = ""
		if t.seen[kind]++; t.seen[kind] == 1 {
			t.order = append(t.order, v)
		}
	}
}

func (t *tally) print(out io.Writer, name string) {
	fmt.Fprintf(out, "%s: %d exchanges of %d operations judged, %d spoilt on purpose left out, %d differences, %d allowed\n",
		name, t.judged, len(t.operations), t.faulty, len(t.order), t.allowed)
	slices.SortStableFunc(t.order, func(a, b Violation) int { return strings.Compare(a.Operation, b.Operation) })
	for _, v := range t.order {
		kind := v
		kind.At = ""
		fmt.Fprintf(out, "  %s %d %s: %s (%s, %d times)\n", v.Operation, v.Status, v.Field, v.Reason, v.At, t.seen[kind])
	}
}
