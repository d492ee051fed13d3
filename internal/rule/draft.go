package rule

import (
	"fmt"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// Section is what stands under one heading of a template.
type Section = guideline.Section

// Box is a check box of a template.
type Box = guideline.Box

// MissingPartError says that a template has no such section or box.
type MissingPartError struct {
	Kind string // "section" or "box"
	Name string
	Have []string
}

func (e *MissingPartError) Error() string {
	return fmt.Sprintf("the template has no %s %q; it has %s", e.Kind, e.Name, strings.Join(e.Have, ", "))
}

// FillTemplate writes a pull request's body: the template with the draft's
// body and the given sections (by heading) put in, and the given boxes ticked.
// A draft that already follows the template is kept as it is and completed. It
// answers what is still open. A section or tick that the template does not have
// is a *MissingPartError.
func FillTemplate(template guideline.Template, draft Draft, sections map[string]string, ticks []string) (body string, unfilled []Section, unticked []Box, err error) {
	w := &bodyWriter{form: template.Form, sections: map[string]string{}}
	if err := w.take(sections); err != nil {
		return "", nil, nil, err
	}
	text := strings.TrimSpace(draft.Body)
	if written := guideline.ParseForm(text); follows(template.Form, written) {
		w.form = guideline.ParseForm(text + w.missing(written))
	} else if text != "" {
		w.describe(text)
	}
	body = w.write()
	if body, err = tick(body, ticks); err != nil {
		return "", nil, nil, err
	}
	for _, o := range openParts(template.Form, guideline.ParseForm(body)) {
		if o.unfilled {
			unfilled = append(unfilled, o.section)
		}
		unticked = append(unticked, o.boxes...)
	}
	return body, unfilled, unticked, nil
}

// follows tells whether a body was written from the template.
func follows(form, body guideline.Form) bool {
	for _, s := range form.Sections {
		if s.Level == 0 {
			continue
		}
		if _, ok := findSection(body, s); ok {
			return true
		}
	}
	return len(headings(form)) == 0 && isHeldBy(form, body)
}

// isHeldBy tells whether a body has what a template without headings is known by:
// its boxes, or else its words.
func isHeldBy(form, body guideline.Form) bool {
	boxes := 0
	for _, s := range form.Sections {
		for _, b := range s.Boxes {
			if !strings.Contains(body.Text, b.Text) {
				return false
			}
			boxes++
		}
	}
	text := strings.TrimSpace(form.Text)
	return boxes > 0 || text != "" && strings.Contains(body.Text, text)
}

// bodyWriter writes a form with other contents.
type bodyWriter struct {
	form     guideline.Form
	sections map[string]string // by key
	preface  string            // what has no section
}

// take checks that the sections exist. A short name will do if it is the only
// one that fits.
func (w *bodyWriter) take(sections map[string]string) error {
	for name, text := range sections {
		key := sectionKey(name)
		var fits []string
		exact := false
		for _, s := range w.form.Sections {
			if s.Level == 0 {
				continue
			}
			k := sectionKey(s.Heading)
			exact = exact || k == key
			if key != "" && strings.Contains(k, key) {
				fits = append(fits, k)
			}
		}
		switch {
		case exact:
		case len(fits) == 1:
			key = fits[0]
		default:
			return &MissingPartError{Kind: "section", Name: name, Have: headings(w.form)}
		}
		w.sections[key] = text
	}
	return nil
}

func headings(form guideline.Form) []string {
	var out []string
	for _, s := range form.Sections {
		if s.Level > 0 {
			out = append(out, fmt.Sprintf("%q", s.Heading))
		}
	}
	return out
}

// missing is the text of the sections that a written body has dropped.
func (w *bodyWriter) missing(written guideline.Form) string {
	var b strings.Builder
	lines := strings.Split(w.form.Text, "\n")
	for _, s := range w.form.Sections {
		if _, ok := findSection(written, s); ok || s.Level == 0 || s.Optional {
			continue
		}
		b.WriteString("\n\n" + strings.Join(lines[s.Line-1:s.EndLine], "\n"))
	}
	return b.String()
}

var describing = lazy.Pattern(`(?i)\b(what|why|summary|descri\w*|changes?|overview|motivation|purpose|about|context|proposed|details)\b`)

// describe puts the description where the template wants it, or above all.
func (w *bodyWriter) describe(text string) {
	for i, s := range w.form.Sections {
		if s.Level > 0 && expects(w.form, i) && describing().MatchString(s.Heading) && w.sections[sectionKey(s.Heading)] == "" {
			w.sections[sectionKey(s.Heading)] = text
			return
		}
	}
	w.preface = text
}

// write puts the contents in. What a template says in comments to whoever fills
// it in goes away with that.
func (w *bodyWriter) write() string {
	var b strings.Builder
	if w.preface != "" {
		b.WriteString(w.preface + "\n\n")
	}
	lines := strings.Split(w.form.Text, "\n")
	next := 1
	for _, s := range w.form.Sections {
		text, ok := w.sections[sectionKey(s.Heading)]
		if s.Level == 0 || !ok {
			continue
		}
		b.WriteString(strings.Join(lines[next-1:s.Line], "\n") + "\n\n" + strings.TrimSpace(text) + "\n\n")
		for _, box := range s.Boxes {
			b.WriteString(lines[box.Line-1] + "\n")
		}
		if len(s.Boxes) > 0 {
			b.WriteByte('\n')
		}
		next = s.EndLine + 1
		for next <= len(lines) && isBlank(lines[next-1]) {
			next++
		}
	}
	if next <= len(lines) {
		b.WriteString(strings.Join(lines[next-1:], "\n"))
	}
	return strings.TrimSpace(b.String()) + "\n"
}

// tick ticks boxes by their text, or by a part of it that only one box has.
func tick(body string, ticks []string) (string, error) {
	if len(ticks) == 0 {
		return body, nil
	}
	lines := strings.Split(body, "\n")
	var boxes []Box
	var have []string
	for _, s := range guideline.ParseForm(body).Sections {
		for _, b := range s.Boxes {
			boxes = append(boxes, b)
			have = append(have, fmt.Sprintf("%q", b.Text))
		}
	}
	for _, t := range ticks {
		box, ok := pickBox(boxes, t)
		if !ok {
			return "", &MissingPartError{Kind: "box", Name: t, Have: have}
		}
		lines[box.Line-1] = strings.Replace(lines[box.Line-1], "[ ]", "[x]", 1)
	}
	return strings.Join(lines, "\n"), nil
}

func pickBox(boxes []Box, text string) (Box, bool) {
	var fits []Box
	want := squeeze(strings.ToLower(text))
	for _, b := range boxes {
		if same(b.Text, text) {
			return b, true
		}
		if want != "" && strings.Contains(squeeze(strings.ToLower(b.Text)), want) {
			fits = append(fits, b)
		}
	}
	if len(fits) != 1 {
		return Box{}, false
	}
	return fits[0], true
}

// VerifiedBoxes are the boxes whose statement isrc has verified: they speak of
// the change, not of a person, and the rule that judges it was met.
func VerifiedBoxes(boxes []Box, findings []Finding) []string {
	var out []string
	for _, b := range boxes {
		id := boxRule(b)
		if b.Personal || id == "" {
			continue
		}
		met := false
		for _, f := range findings {
			if f.Rule != id {
				continue
			}
			if met = f.Verdict == Met; !met {
				break
			}
		}
		if met {
			out = append(out, b.Text)
		}
	}
	return out
}

// boxRule is the rule that judges what a box states, "" when none does.
func boxRule(b Box) string {
	text := strings.ToLower(b.Text)
	switch {
	case strings.Contains(text, "signed off") || strings.Contains(text, "signed-off") || strings.Contains(text, "sign-off") || strings.Contains(text, "dco"):
		return "sign-off"
	case strings.Contains(text, "title") && (strings.Contains(text, "follow") || strings.Contains(text, "format") || strings.Contains(text, "conventional")):
		return "title"
	case strings.Contains(text, "commit") && strings.Contains(text, "conventional"):
		return "commit-header"
	case strings.Contains(text, "issue") && (strings.Contains(text, "link") || strings.Contains(text, "referenc")):
		return "linked-issue"
	case strings.Contains(text, "up to date") && strings.Contains(text, "branch") || strings.Contains(text, "rebased"):
		return "up-to-date"
	}
	return ""
}
