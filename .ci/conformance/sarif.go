package main

import (
	"fmt"
	"io"
	"os"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// judgeSARIF holds reports against the published JSON schema of SARIF.
func judgeSARIF(out io.Writer, schema string, reports []string) error {
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	published, err := compiler.Compile(schema)
	if err != nil {
		return fmt.Errorf("read the schema: %w", err)
	}
	found := false
	for _, name := range reports {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		report, err := jsonschema.UnmarshalJSON(f)
		if err := f.Close(); err != nil {
			return err
		}
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		if err := published.Validate(report); err != nil {
			found = true
			fmt.Fprintf(out, "%s: %v\n", name, err)
			continue
		}
		fmt.Fprintf(out, "%s: valid\n", name)
	}
	if found {
		return errFound
	}
	return nil
}
