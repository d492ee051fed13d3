package guideline

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// maxFields bounds the fields that are read of one form.
const maxFields = 200

// newFormTemplate reads a template that is a form in YAML, and writes it as the
// forge writes what is filled in: each field under a heading of its own.
func newFormTemplate(src *Source, name string, data []byte) (Template, error) {
	root, err := ParseYAML(data)
	if err != nil {
		return Template{}, err
	}
	fields := root.At("body").List
	if len(fields) == 0 {
		return Template{}, errors.New("it is a form without fields")
	}
	w := &formWriter{lines: map[int]int{}}
	for _, field := range fields[:min(len(fields), maxFields)] {
		w.field(field)
	}
	t := Template{Source: src, Name: name, Default: true, Dialect: GiteaTemplates, lines: w.lines}
	t.Form = ParseForm(strings.TrimRight(strings.Join(w.text, "\n"), "\n") + "\n")
	for i := range t.Form.Sections {
		w.demand(&t.Form.Sections[i])
	}
	return t, nil
}

// formWriter writes the fields of a form as text, and keeps where they stand.
type formWriter struct {
	text     []string
	lines    map[int]int // of the text → of the file
	required map[int]bool
	boxes    map[int]bool
	fields   map[int]Value
}

//go:noinline
func (w *formWriter) line(text string, at int) int {
	w.text = append(w.text, text)
	w.lines[len(w.text)] = at
	return len(w.text)
}

func (w *formWriter) field(v Value) {
	kind := v.At("type").Text
	label := strings.Join(strings.Fields(v.At("attributes", "label").Text), " ")
	if label == "" {
		label = v.At("id").Text
	}
	if kind == "markdown" || label == "" {
		return // it is shown above the form, and not written
	}
	at := w.line("### "+label, v.Line)
	if w.required == nil {
		w.required, w.boxes, w.fields = map[int]bool{}, map[int]bool{}, map[int]Value{}
	}
	w.fields[at] = v
	w.required[at] = v.At("validations", "required").Bool(false)
	if hint := v.At("attributes", "description"); hint.Text != "" {
		w.comment(hint)
	}
	w.line("", v.Line)
	switch kind {
	case "checkboxes":
		for _, option := range v.At("attributes", "options").List {
			n := w.line("- [ ] "+strings.Join(strings.Fields(option.At("label").Text), " "), option.Line)
			w.boxes[n] = option.At("required").Bool(false)
		}
	case "dropdown":
		options := v.At("attributes", "options").Strings()
		w.comment(Value{Line: v.Line, Text: "one of: " + strings.Join(options, ", ")})
		if n, err := strconv.Atoi(v.At("attributes", "default").Text); err == nil && n >= 0 && n < len(options) {
			w.line(options[n], v.Line)
		}
	default:
		if value := v.At("attributes", "value"); value.Text != "" {
			for _, text := range strings.Split(strings.TrimRight(value.Text, "\n"), "\n") {
				w.line(text, value.Line)
			}
		}
	}
	w.line("", v.Line)
}

func (w *formWriter) comment(hint Value) {
	text := strings.ReplaceAll(strings.TrimSpace(hint.Text), "-->", "→")
	for _, line := range strings.Split(fmt.Sprintf("<!-- %s -->", text), "\n") {
		w.line(line, hint.Line)
	}
}

// demand says of a section what the form, and not its words, demands.
func (w *formWriter) demand(s *Section) {
	required, known := w.required[s.Line]
	if !known {
		return
	}
	for i := range s.Boxes {
		s.Boxes[i].Required = w.boxes[s.Boxes[i].Line]
	}
	s.Required, s.Optional, s.Choice = required, !required, false
	field := w.fields[s.Line]
	s.Render = field.At("attributes", "render").Text
	if field.At("type").Text == "dropdown" {
		s.Options, s.Several = field.At("attributes", "options").Strings(), field.At("attributes", "multiple").Bool(false)
	}
}
