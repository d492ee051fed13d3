package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"

	template "github.com/DataDog/datadog-agent/pkg/template/text"
	"github.com/itchyny/gojq"
	"github.com/spf13/cobra"

	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/term"
)

// output is how a command's one result is rendered: for people, or as JSON
// chosen by fields, filtered by a jq expression or written by a template.
type output struct {
	fields   string
	jq       string
	template string
	set      bool // --json was given
	sample   any  // a zero value of the result, for its field names
}

// addOutput gives a command the flags --json, --jq and --template. Sample is a
// zero value of the result: a struct, or a slice of structs.
func addOutput(cmd *cobra.Command, o *output, sample any) {
	o.sample = sample
	f := cmd.Flags()
	f.StringVar(&o.fields, "json", "", "print the result as JSON with these `FIELDS` (comma-separated, or all); without a value: list them")
	f.StringVar(&o.jq, "jq", "", "filter the JSON with a jq `EXPR`")
	f.StringVar(&o.template, "template", "", "write the JSON by a Go `TEMPLATE`")
	_ = cmd.RegisterFlagCompletionFunc("json", func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		return completeFields(jsonFields(sample), typed), cobra.ShellCompDirectiveNoSpace
	})
	cmd.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		if err.Error() == "flag needs an argument: --json" {
			fmt.Fprintln(c.OutOrStdout(), strings.Join(jsonFields(sample), "\n"))
			return errDone
		}
		return &usageError{err: fault.Errorf("%s: %w", c.CommandPath(), err), hint: c.CommandPath() + " --help"}
	})
	before := cmd.PreRunE
	cmd.PreRunE = func(c *cobra.Command, args []string) error {
		o.set = c.Flags().Changed("json") || o.jq != "" || o.template != ""
		if err := o.validate(); err != nil {
			return err
		}
		if before != nil {
			return before(c, args)
		}
		return nil
	}
}

func completeFields(all []string, typed string) []string {
	done := ""
	if i := strings.LastIndex(typed, ","); i >= 0 {
		done, typed = typed[:i+1], typed[i+1:]
	}
	var out []string
	for _, f := range append([]string{"all"}, all...) {
		if strings.HasPrefix(f, typed) {
			out = append(out, done+f)
		}
	}
	return out
}

// validate refuses wrong fields and expressions before any work is done.
func (o *output) validate() error {
	if !o.set {
		return nil
	}
	known := jsonFields(o.sample)
	for _, f := range o.wanted() {
		if !slices.Contains(known, f) {
			return &usageError{err: fault.Errorf("--json: no field is called %q", f), hint: "the fields are: " + strings.Join(known, ", ")}
		}
	}
	if o.jq != "" {
		if _, err := gojq.Parse(o.jq); err != nil {
			return usagef("--jq: %v", err)
		}
	}
	if o.template != "" {
		if _, err := newTemplate(o.template); err != nil {
			return usagef("--template: %v", err)
		}
	}
	if o.jq != "" && o.template != "" {
		return usagef("--jq and --template exclude each other")
	}
	return nil
}

// wanted gives the chosen fields, nil for all of them.
func (o *output) wanted() []string {
	if o.fields == "" || o.fields == "all" {
		return nil
	}
	var out []string
	for _, f := range strings.Split(o.fields, ",") {
		if f = strings.TrimSpace(f); f != "" {
			out = append(out, f)
		}
	}
	return out
}

// show renders a result: as JSON where that was asked for, else by human.
func (a *app) show(o *output, result any, human func(*term.Streams) error) error {
	a.progress.Clear()
	if o == nil || !o.set {
		return human(a.io)
	}
	plain, err := project(result, o.wanted())
	if err != nil {
		return fault.Errorf("render the result as JSON: %w", err)
	}
	switch {
	case o.jq != "":
		return runJQ(a.io.Out, o.jq, plain)
	case o.template != "":
		t, err := newTemplate(o.template)
		if err != nil {
			return usagef("--template: %v", err)
		}
		if err := t.Execute(a.io.Out, plain); err != nil {
			return usagef("--template: %v", err)
		}
		return nil
	}
	return writeJSON(a.io.Out, plain, a.io.OutTTY)
}

func writeJSON(w io.Writer, v any, indent bool) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if indent {
		enc.SetIndent("", "  ")
	}
	return enc.Encode(v)
}

// project turns a result into maps and slices and keeps the wanted fields of
// each object at the top.
func project(result any, wanted []string) (any, error) {
	raw, err := json.Marshal(result)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	var plain any
	if err := dec.Decode(&plain); err != nil {
		return nil, err
	}
	plain = fillLists(plain, reflect.TypeOf(result))
	if wanted == nil {
		return plain, nil
	}
	pick := func(v any) any {
		m, ok := v.(map[string]any)
		if !ok {
			return v
		}
		out := map[string]any{}
		for _, f := range wanted {
			out[f] = m[f]
		}
		return out
	}
	if list, ok := plain.([]any); ok {
		for i := range list {
			list[i] = pick(list[i])
		}
		return list, nil
	}
	return pick(plain), nil
}

// fillLists makes every list that holds nothing an empty array. One that is not
// known is a pointer to a list and stays null.
func fillLists(plain any, typ reflect.Type) any {
	switch typ.Kind() {
	case reflect.Pointer:
		if plain == nil {
			return nil
		}
		return fillLists(plain, typ.Elem())
	case reflect.Slice:
		list, ok := plain.([]any)
		if plain == nil {
			return []any{}
		}
		for i := range list {
			list[i] = fillLists(list[i], typ.Elem())
		}
		if ok {
			return list
		}
	case reflect.Struct:
		fields, ok := plain.(map[string]any)
		for i := range typ.NumField() {
			f := typ.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			switch {
			case !ok || name == "-":
			case f.Anonymous && name == "":
				fillLists(plain, f.Type)
			case name != "":
				fields[name] = fillLists(fields[name], f.Type)
			}
		}
	}
	return plain
}

func runJQ(w io.Writer, expr string, input any) error {
	query, err := gojq.Parse(expr)
	if err != nil {
		return usagef("--jq: %v", err)
	}
	code, err := gojq.Compile(query, gojq.WithEnvironLoader(func() []string { return nil })) // the environment may hold tokens
	if err != nil {
		return usagef("--jq: %v", err)
	}
	iter := code.Run(input)
	for {
		v, ok := iter.Next()
		if !ok {
			return nil
		}
		if err, isErr := v.(error); isErr {
			return usagef("--jq: %v", err)
		}
		if s, isString := v.(string); isString {
			fmt.Fprintln(w, s)
		} else if err := writeJSON(w, v, false); err != nil {
			return err
		}
	}
}

func newTemplate(text string) (*template.Template, error) {
	return template.New("template").Funcs(template.FuncMap{
		"join": func(sep string, list []any) string {
			words := make([]string, len(list))
			for i, v := range list {
				words[i] = fmt.Sprint(v)
			}
			return strings.Join(words, sep)
		},
		"json":     func(v any) (string, error) { b, err := json.Marshal(v); return string(b), err },
		"truncate": func(n int, s any) string { return term.Truncate(fmt.Sprint(s), n, "…") },
		"tablerow": func(cells ...any) string {
			words := make([]string, len(cells))
			for i, v := range cells {
				words[i] = fmt.Sprint(v)
			}
			return strings.Join(words, "\t") + "\n"
		},
		"timeago": func(v string) (string, error) {
			t, err := time.Parse(time.RFC3339, v)
			if err != nil {
				return "", err
			}
			return ago(time.Since(t)), nil
		},
	}).Parse(text)
}

// jsonFields lists the field names of a result, from its json tags.
func jsonFields(sample any) []string {
	t := reflect.TypeOf(sample)
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	var names []string
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			names = append(names, jsonFields(reflect.New(f.Type).Elem().Interface())...)
		case f.IsExported() && name != "-" && name != "":
			names = append(names, name)
		}
	}
	return names
}
