package rule

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// TemplateParams is what a pull request's body is compared with.
type TemplateParams struct {
	Name string         `json:"name"`
	Form guideline.Form `json:"-"`
	// Required judges only what the template calls required; else the rest.
	Required bool `json:"required"`
}

func template() *Rule {
	return &Rule{
		ID: "template",
		Doc: "The description follows the project's template: its sections are kept and filled in, and its boxes are ticked. " +
			"What a form in YAML calls required must be there, for the forge asks for it; all else should. A box that states something about a person is ticked only by that person.",
		Derive: deriveTemplate,
		Check:  checkTemplate,
		merge:  absorbProse,
	}
}

var templateProse = lazy.Pattern(`(?i)\b(pull request|PR|merge request) template\b|\bfill (in|out) (all of |the )*template\b`)

func deriveTemplate(set *Reading) []Requirement {
	var out []Requirement
	for _, t := range set.Templates {
		if !t.Default || len(t.Form.Sections) == 0 {
			continue
		}
		required, rest := false, false
		for _, s := range t.Form.Sections {
			for _, b := range s.Boxes {
				required = required || b.Required
			}
			required = required || s.Required
			rest = rest || !s.Required
		}
		if required {
			out = append(out, fromTemplate(t, true, requiredStrength(t), "template: what it calls required"))
		}
		if rest {
			out = append(out, fromTemplate(t, false, Should, "template followed"))
		}
		break
	}
	if len(out) == 0 {
		return nil
	}
	// prose only adds its voice: there is nothing to judge without a template
	for _, s := range said(set, func(s guideline.Sentence) bool { return templateProse().MatchString(s.Text) }) {
		last := &out[len(out)-1]
		if len(last.Said) < maxQuotes {
			last.Said = append(last.Said, s.Quote())
		}
	}
	return out
}

// requiredStrength is how firm a template's own "required" is: a form in YAML is
// held to it by the forge, words in Markdown by nobody.
func requiredStrength(t guideline.Template) Strength {
	switch path.Ext(t.Source.Path) {
	case ".yaml", ".yml":
		return Must
	}
	return Should
}

func fromTemplate(t guideline.Template, required bool, strength Strength, text string) Requirement {
	first := t.Form.Sections[0]
	for _, s := range t.Form.Sections {
		if s.Level > 0 && s.Required == required {
			first = s
			break
		}
	}
	line := t.Line(first.Line)
	words := first.Heading
	if words == "" && len(first.Hints) > 0 {
		words = oneLine(first.Hints[0])
	}
	return Requirement{
		Params: TemplateParams{Name: t.Name, Form: t.Form, Required: required}, Strength: strength, rank: rankTemplate, Text: text,
		Said: []guideline.Quote{{Source: t.Source, Line: line, EndLine: line, Text: words}},
	}
}

func checkTemplate(req Requirement, change *Change) []Finding {
	p := req.Params.(TemplateParams)
	if !change.Draft.Exists {
		return []Finding{{Verdict: Later, Message: "there is no description yet"}}
	}
	var at []Place
	fill := FillBody{}
	for _, o := range openParts(p.Form, guideline.ParseForm(change.Draft.Body)) {
		if o.unfilled && o.section.Required == p.Required {
			at = append(at, Place{Line: o.section.Line, What: "section " + sectionName(o.section)})
			fill.Sections = append(fill.Sections, o.section.Heading)
		}
		if o.section.Choice && o.section.Required == p.Required {
			at = append(at, Place{Line: o.section.Line, What: "one of: " + boxTexts(o.boxes)})
			fill.Boxes = append(fill.Boxes, boxTexts(o.boxes))
			continue
		}
		for _, b := range o.boxes {
			if (b.Required || o.section.Required) == p.Required {
				at = append(at, Place{Line: b.Line, What: "[ ] " + b.Text})
				fill.Boxes = append(fill.Boxes, b.Text)
			}
		}
	}
	if len(at) == 0 {
		return []Finding{{Verdict: Met, Message: "the description follows the template"}}
	}
	var parts []string
	if n := len(fill.Sections); n > 0 {
		parts = append(parts, plural(n, "section is not filled in", "sections are not filled in"))
	}
	if n := len(fill.Boxes); n > 0 {
		parts = append(parts, plural(n, "box is not ticked", "boxes are not ticked"))
	}
	return []Finding{{
		Verdict: Broken, At: at, Message: strings.Join(parts, ", "),
		Fix: &Fix{Verb: "fill in the description", Kind: FixFillBody, Params: fill, Refused: "only you know what belongs there"},
	}}
}

func sectionName(s Section) string {
	if s.Heading == "" {
		return "without a heading"
	}
	return fmt.Sprintf("%q", s.Heading)
}

// openPart is what is left to do in one section.
type openPart struct {
	section  Section
	unfilled bool
	boxes    []Box
}

// openParts compares a body with its template. A section is open while it is
// missing, empty, or still says what the template says; a box while it is not
// ticked, and of a choice all boxes while none is.
func openParts(form, body guideline.Form) []openPart {
	var out []openPart
	for i, s := range form.Sections {
		have, found := findSection(body, s)
		if s.Optional && !found {
			continue
		}
		part := openPart{section: s, boxes: openBoxes(s, have)}
		part.unfilled = expects(form, i) && !s.Optional && (!found || have.Content == "" || have.Content == "_No response_" || same(have.Content, s.Content))
		if s.Optional { // what may be left out may be left open
			part.boxes = slices.DeleteFunc(part.boxes, func(b Box) bool { return !b.Required })
		}
		if s.Choice && len(part.boxes) < len(s.Boxes) {
			part.boxes = nil
		}
		if part.unfilled || len(part.boxes) > 0 {
			out = append(out, part)
		}
	}
	return out
}

//go:noinline
func boxTexts(boxes []Box) string {
	var out []string
	for _, b := range boxes {
		out = append(out, b.Text)
	}
	return strings.Join(out, ", ")
}

func openBoxes(want, have Section) []Box {
	var out []Box
	for _, b := range want.Boxes {
		ticked := false
		for _, h := range have.Boxes {
			ticked = ticked || h.Ticked && same(h.Text, b.Text)
		}
		if !ticked {
			out = append(out, b)
		}
	}
	return out
}

// expects tells whether a section waits for text: one with boxes does not, nor
// does one that only groups those below it, nor the greeting above all of them.
//
//go:noinline
func expects(form guideline.Form, i int) bool {
	s := form.Sections[i]
	if len(s.Boxes) > 0 {
		return false
	}
	if s.Level == 0 {
		return len(form.Sections) == 1 && s.Content == ""
	}
	next := i + 1
	groups := next < len(form.Sections) && form.Sections[next].Level > s.Level
	return !groups || s.Content != "" || len(s.Hints) > 0
}

func findSection(form guideline.Form, s Section) (Section, bool) {
	for _, have := range form.Sections {
		if have.Level > 0 == (s.Level > 0) && sectionKey(have.Heading) == sectionKey(s.Heading) {
			return have, true
		}
	}
	return Section{}, false
}

// sectionKey compares headings by their letters and digits, without what they
// say about being required or not.
func sectionKey(heading string) string {
	heading = strings.ToLower(heading)
	for _, note := range []string{"(required)", "(mandatory)", "(optional)", "[required]", "[optional]"} {
		heading = strings.ReplaceAll(heading, note, "")
	}
	return squeeze(heading)
}

func same(a, b string) bool { return squeeze(strings.ToLower(a)) == squeeze(strings.ToLower(b)) }

// squeeze keeps letters and digits, and one blank between them.
func squeeze(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= 0x80)
	}), " ")
}
