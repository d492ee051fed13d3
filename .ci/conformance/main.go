// Command conformance holds REST exchanges that the test suite recorded against
// published OpenAPI descriptions, so that the sandbox forge cannot promise what
// a real one does not. It must not know how the sandbox works. Begin with
// judge.go for what counts as a violation; lie.go shows that lies are noticed.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

const usage = `usage:
  conformance check -describe NAME=FILE... [-allow FILE] FOLDER
  conformance lies  -describe NAME=FILE... FOLDER
  conformance lie   -describe NAME=FILE -to FOLDER FOLDER
  conformance graphql -published FILE -schema FILE [-lies] FOLDER
  conformance sarif SCHEMA REPORT...

check judges every exchange in FOLDER/*.jsonl. lies corrupts each kind of answer
in memory and wants every corruption noticed. lie writes copies of the recording
with one corrupted answer each, for check to fail on. graphql holds a GraphQL
schema, and the exchanges in FOLDER, against the published schema. sarif holds reports against
the JSON schema of SARIF.
`

// errFound says that something was found; it has been printed already.
var errFound = errors.New("found violations")

func main() {
	switch err := run(os.Args[1:], os.Stdout); {
	case err == nil:
	case errors.Is(err, errFound):
		os.Exit(1)
	default:
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(2)
	}
}

func run(args []string, out io.Writer) error {
	if len(args) == 0 {
		return errors.New(usage)
	}
	if args[0] == "sarif" && len(args) > 2 {
		return judgeSARIF(out, args[1], args[2:])
	}
	if args[0] == "graphql" {
		return judgeGraphQL(out, args[1:])
	}
	var files described
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	flags.Var(&files, "describe", "`NAME=FILE` of an OpenAPI description; may be repeated")
	allow := flags.String("allow", "", "`FILE` that says which differences are allowed, and why")
	to := flags.String("to", "", "`FOLDER` for corrupted copies")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if flags.NArg() != 1 || len(files) == 0 {
		return errors.New(usage)
	}
	exchanges, err := ReadExchanges(flags.Arg(0))
	if err != nil {
		return err
	}
	descriptions, err := files.load(exchanges)
	if err != nil {
		return err
	}
	switch args[0] {
	case "check":
		allowed, err := ReadAllowed(*allow)
		if err != nil {
			return err
		}
		return check(out, descriptions, exchanges, allowed)
	case "lies":
		return tellLies(out, descriptions, exchanges)
	case "lie":
		return writeLies(out, descriptions[0], exchanges, *to)
	}
	return errors.New(usage)
}

// described are the descriptions named on the command line, in their order.
type described []struct{ name, file string }

func (d *described) String() string { return "" }

func (d *described) Set(value string) error {
	name, file, ok := strings.Cut(value, "=")
	if !ok || name == "" || file == "" {
		return fmt.Errorf("%q is not NAME=FILE", value)
	}
	*d = append(*d, struct{ name, file string }{name, file})
	return nil
}

func (d described) load(exchanges []Exchange) ([]*Description, error) {
	var out []*Description
	for _, one := range d {
		loaded, err := Load(one.name, one.file, exchanges)
		if err != nil {
			return nil, err
		}
		out = append(out, loaded)
	}
	return out, nil
}
