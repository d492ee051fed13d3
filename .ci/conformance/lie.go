package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// lie is a true exchange with one field of its answer corrupted.
type lie struct {
	about string
	Exchange
}

// lies corrupts an answer once for each field that the description requires of
// it: the field taken out, and the field given another type.
func (d *Description) lies(e Exchange) []lie {
	op, r, ok := d.operation(e)
	if !ok || e.Fault != "" || e.Status >= http.StatusMultipleChoices || len(d.Judge(e)) > 0 {
		return nil
	}
	ref := op.Responses.Status(e.Status)
	if ref == nil || ref.Value == nil || ref.Value.Content.Get("application/json") == nil {
		return nil
	}
	var out []lie
	for _, name := range required(ref.Value.Content.Get("application/json").Schema) {
		about := fmt.Sprintf("%s %s %d, field %s", describedAs(e.Method), r.template, e.Status, name)
		for how, change := range map[string]func(map[string]any){
			"taken out":          func(o map[string]any) { delete(o, name) },
			"given another type": func(o map[string]any) { o[name] = otherType(o[name]) },
		} {
			if spoilt, ok := corrupt(e, name, change); ok {
				out = append(out, lie{about + " " + how, spoilt})
			}
		}
	}
	slices.SortFunc(out, func(a, b lie) int { return strings.Compare(b.about, a.about) })
	return out
}

// required are the fields that every such answer, or every element of the list
// that it is, must have.
func required(ref *openapi3.SchemaRef) []string {
	if ref == nil || ref.Value == nil {
		return nil
	}
	if ref.Value.Items != nil {
		ref = ref.Value.Items
	}
	names := slices.Clone(ref.Value.Required)
	for _, part := range ref.Value.AllOf {
		names = append(names, required(part)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// corrupt changes the answer's object, or the first of its list. What has not
// the field cannot be corrupted.
func corrupt(e Exchange, name string, change func(map[string]any)) (Exchange, bool) {
	var v any
	if json.Unmarshal(e.ResponseBody, &v) != nil {
		return e, false
	}
	object, ok := v.(map[string]any)
	if list, isList := v.([]any); isList && len(list) > 0 {
		object, ok = list[0].(map[string]any)
	}
	if _, has := object[name]; !ok || !has {
		return e, false
	}
	change(object)
	data, err := json.Marshal(v)
	if err != nil {
		return e, false
	}
	e.ResponseBody = data
	return e, true
}

// otherType is a value of a type that the given one's schema does not take.
func otherType(v any) any {
	if _, isList := v.([]any); isList {
		return map[string]any{"no": "list"}
	}
	return []any{"no", "such", "type"}
}

// tellLies corrupts one answer of each kind in each way, and wants every lie
// noticed.
func tellLies(out io.Writer, descriptions []*Description, exchanges []Exchange) error {
	missed := 0
	for _, d := range descriptions {
		told, before := 0, missed
		done := map[string]bool{} // operation and status
		for _, e := range exchanges {
			_, r, _ := d.operation(e)
			kind := fmt.Sprint(e.Method, " ", r.template, " ", e.Status)
			if done[kind] {
				continue
			}
			for _, l := range d.lies(e) {
				done[kind] = true
				told++
				if len(d.Judge(l.Exchange)) == 0 {
					missed++
					fmt.Fprintf(out, "  not noticed: %s (%s)\n", l.about, l.At())
				}
			}
		}
		fmt.Fprintf(out, "%s: %d lies told about %d kinds of answers, %d noticed\n", d.Name, told, len(done), told-missed+before)
		if told == 0 {
			return errors.New("nothing could be corrupted: the recording holds no true answer")
		}
	}
	if missed > 0 {
		return errFound
	}
	return nil
}

// writeLies writes the recording twice, each time with one lie in it.
func writeLies(out io.Writer, d *Description, exchanges []Exchange, to string) error {
	if to == "" {
		return errors.New(usage)
	}
	for i, e := range exchanges {
		lies := d.lies(e)
		if len(lies) < 2 {
			continue
		}
		for n, l := range lies[:2] {
			all := slices.Clone(exchanges)
			all[i] = l.Exchange
			folder := filepath.Join(to, fmt.Sprintf("lie-%d", n+1))
			if err := write(folder, all); err != nil {
				return err
			}
			fmt.Fprintf(out, "%s: %s\n", filepath.Base(folder), l.about)
		}
		return nil
	}
	return errors.New("nothing could be corrupted: the recording holds no true answer")
}

func write(folder string, exchanges []Exchange) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	f, err := os.Create(filepath.Join(folder, "recording.jsonl"))
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(f)
	for _, e := range exchanges {
		if err := encoder.Encode(e); err != nil {
			return errors.Join(err, f.Close())
		}
	}
	return f.Close()
}
