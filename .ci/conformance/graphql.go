package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"

	"github.com/vektah/gqlparser/v2/ast"
)

// judgeGraphQL holds a schema and the recorded exchanges with it against the
// published one. With -lies, it also corrupts true answers and wants each
// corruption noticed.
func judgeGraphQL(out io.Writer, args []string) error {
	flags := flag.NewFlagSet("graphql", flag.ContinueOnError)
	publishedFile := flags.String("published", "", "`FILE` of the published schema")
	oursFile := flags.String("schema", "", "`FILE` of the schema that must be a part of it")
	lies := flags.Bool("lies", false, "corrupt answers, too")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *publishedFile == "" || *oursFile == "" || flags.NArg() != 1 {
		return errors.New(usage)
	}
	published, err := LoadGraphQL(*publishedFile)
	if err != nil {
		return err
	}
	ours, err := LoadGraphQL(*oursFile)
	if err != nil {
		return err
	}
	exchanges, err := ReadExchanges(flags.Arg(0))
	if err != nil {
		return err
	}
	return checkGraphQL(out, published, ours, exchanges, *lies)
}

func checkGraphQL(out io.Writer, published, ours *ast.Schema, exchanges []Exchange, lies bool) error {
	differences := subset(published, ours)
	for _, line := range differences {
		fmt.Fprintln(out, "schema:", line)
	}
	g := &GraphQL{schema: published}
	judged, executed, documents := 0, 0, map[string]bool{}
	seen := map[Violation]bool{}
	for _, e := range exchanges {
		if !e.isGraphQL() {
			continue
		}
		judged++
		if d, _ := g.read(e); d != nil && e.Fault == "" {
			executed++
			documents[d.op.Position.Src.Input] = true
		}
		for _, v := range g.Judge(e) {
			at := v.At
			v.At = ""
			if !seen[v] {
				fmt.Fprintf(out, "  %s: %s (%s)\n", v.Field, v.Reason, at)
			}
			seen[v] = true
		}
	}
	fmt.Fprintf(out, "graphql: %d types of %d published; %d exchanges, %d executed, %d documents; %d differences in the schema, %d in the exchanges\n",
		len(ours.Types), len(published.Types), judged, executed, len(documents), len(differences), len(seen))
	if len(differences)+len(seen) > 0 {
		return errFound
	}
	if executed == 0 {
		return errors.New("no document was recorded: nothing is proved")
	}
	if lies {
		return tellGraphQLLies(out, published, exchanges)
	}
	return nil
}

// tellGraphQLLies corrupts each kind of field once in each way: taken out, null
// where none may be, and of another type.
func tellGraphQLLies(out io.Writer, published *ast.Schema, exchanges []Exchange) error {
	told, missed := 0, 0
	done := map[string]bool{}
	for _, e := range exchanges {
		if !e.isGraphQL() || e.Fault != "" {
			continue
		}
		var whole map[string]any
		if json.Unmarshal(e.ResponseBody, &whole) != nil {
			continue
		}
		for _, l := range graphQLLies(published, e, whole, done) {
			told++
			if !l.noticed {
				missed++
				fmt.Fprintf(out, "  not noticed: %s (%s)\n", l.about, e.At())
			}
		}
	}
	fmt.Fprintf(out, "graphql: %d lies told about %d fields, %d noticed\n", told, len(done), told-missed)
	if missed > 0 {
		return errFound
	}
	if told == 0 {
		return errors.New("nothing could be corrupted")
	}
	return nil
}

type graphQLLie struct {
	about   string
	noticed bool
}

// graphQLLies corrupts the fields of one answer that were not corrupted before,
// one at a time, and judges each.
func graphQLLies(published *ast.Schema, e Exchange, whole map[string]any, done map[string]bool) []graphQLLie {
	type spot struct {
		holder map[string]any
		key    string
		about  string
		t      *ast.Type
	}
	var spots []spot
	d, found := (&GraphQL{schema: published}).read(e)
	if d == nil || len(found) > 0 || whole["data"] == nil {
		return nil
	}
	walk := &answerWalk{vars: d.vars, g: &GraphQL{schema: published, visit: func(holder map[string]any, key string, def *ast.Definition, t *ast.Type) {
		if about := def.Name + " " + key; !done[about] {
			done[about] = true
			spots = append(spots, spot{holder, key, about, t})
		}
	}}}
	walk.object(walk.g.root(d.op), []ast.SelectionSet{d.op.SelectionSet}, whole["data"], "", true)
	var out []graphQLLie
	judge := func(about string) {
		again := &answerWalk{vars: d.vars, g: &GraphQL{schema: published}}
		again.object(again.g.root(d.op), []ast.SelectionSet{d.op.SelectionSet}, whole["data"], "", true)
		out = append(out, graphQLLie{about, len(again.found) > 0})
	}
	for _, s := range spots {
		truth := s.holder[s.key]
		delete(s.holder, s.key)
		judge(s.about + " taken out")
		if s.t.NonNull {
			s.holder[s.key] = nil
			judge(s.about + " is null")
		}
		s.holder[s.key] = otherType(truth)
		judge(s.about + " is of another type")
		s.holder[s.key] = truth
	}
	return out
}
