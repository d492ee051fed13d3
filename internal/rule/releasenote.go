package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// NoteParams says in which block of the description the release note stands,
// and what it must be like.
type NoteParams struct {
	Fence      string   `json:"fence"`           // what stands behind the ```
	Whole      bool     `json:"whole,omitempty"` // the line of the fence holds nothing else
	Prow       bool     `json:"prow,omitempty"`  // read as Prow does
	None       []string `json:"none,omitempty"`  // what says that there is nothing to note
	Line       string   `json:"line,omitempty"`  // pattern of each line, in JavaScript
	LineUnread bool     `json:"lineUnread,omitempty"`
	Min        int      `json:"min,omitempty"`      // bytes
	Label      string   `json:"label,omitempty"`    // a part of a label; only with it a note is wanted
	OnlyWith   bool     `json:"onlyWith,omitempty"` // without that label a note is refused
	Labelled   bool     `json:"labelled,omitempty"` // labels decide, and how is not known
}

func releaseNote() *Rule {
	return &Rule{
		ID: "release-note",
		Doc: `The description holds a release note in the block that the project reads it from.

The block is named by a script that looks for it, or by a template that holds it. ` + "A block `release-note` is read as Prow reads it: anything in it will do, `NONE` says that there is nothing to tell." + `
A script's own demands count where they can be read: the word for nothing, a pattern for each line, a least length, the label that asks for a note. What a template only offers should be filled in, and never must.

` + "````" + `
accepted   ` + "```release-note" + `
           Tokens are listed faster.
           ` + "```" + `
accepted   the same with NONE
rejected   an empty block, or none at all
` + "````" + `

Nobody but the contributor knows what users should read, so isrc adds the empty block at most.`,
		Derive: deriveNote,
		Check:  checkNote,
		merge:  joinNotes,
	}
}

type releaseNotePatterns struct {
	fence, name, prow, prowNone, none, min, label, refusesElse, fails *regexp.Regexp
}

var releaseNotePattern = lazy.Value(func() *releaseNotePatterns {
	re := regexp.MustCompile
	return &releaseNotePatterns{
		fence:    re("(?:```|\\\\`\\\\`\\\\`|~~~) ?([A-Za-z][A-Za-z0-9_-]*(?: [A-Za-z0-9_-]+)?)"),
		name:     re(`(?i)^release[-_ ]?notes?\b|changelog`),
		prow:     re("(?s)(?:Release note\\*\\*:\\s*(?:<!--[^<>]*-->\\s*)?```(?:release-note)?|```release-note)(.+?)```"),
		prowNone: re(`(?i)^\W*(NONE|NO)\W*$`),
		none:     re(`==?=?\s*["']?(?i:(none|no|n/a))["']?(?:\s|\]|\)|;|$)`),
		min:      re(`\$\{?\w*(?i:len|count|size)\w*\}?"?\s+-(lt|le)\s+(\d+)`),
		label:    re(`contains\(\s*(?:join\()?\s*github\.event\.pull_request\.labels\.\*\.name(?:\s*,\s*'[^']*'\s*\))?\s*,\s*'([^']+)'\s*\)`),
		// after "else", a note that is there ends badly
		refusesElse: re(`(?s)\belse\b.{0,80}-n\s+"?\$\{?\w+\}?"?\s*\]\]?.{0,300}\bexit 1`),
		fails:       re(`\bexit [1-9]|\bsetFailed\s*\(|\bthrow\b`),
	}
})

func deriveNote(set *Reading) []Requirement {
	var out []Requirement
	for _, g := range set.Gates() {
		if !set.looksAt(g.Step, lookBody) {
			continue
		}
		if req, ok := noteGate(g); ok {
			out = append(out, req)
		}
	}
	for _, t := range set.Templates {
		if !t.Default {
			continue
		}
		if req, ok := noteTemplate(t); ok {
			out = append(out, req)
		}
	}
	return out
}

// noteGate reads a script that looks for a block in the description and fails.
func noteGate(g guideline.Gate) (Requirement, bool) {
	script, first := g.Step.Run, g.Step.RunLine
	if src, line := scriptSource(g.Step); src != "" {
		script, first = src, line
	}
	p := releaseNotePattern()
	if len(script) > maxScript || !p.fails.MatchString(script) {
		return Requirement{}, false
	}
	for i, line := range strings.Split(script, "\n") {
		for _, m := range p.fence.FindAllStringSubmatch(line, 4) {
			if strings.HasPrefix(strings.TrimSpace(line), "#") || !p.name.MatchString(m[1]) {
				continue
			}
			params := scriptNote(g.Step, script, strings.TrimSpace(m[1]))
			return fromGate(g, first+i, strings.TrimSpace(line), params.text(), params), true
		}
	}
	return Requirement{}, false
}

// scriptNote reads what a script asks of the note.
func scriptNote(s *guideline.Step, script, fence string) NoteParams {
	p := releaseNotePattern()
	out := NoteParams{Fence: fence, Whole: strings.Contains(script, "^```"+fence+"$")}
	for _, m := range p.none.FindAllStringSubmatch(script, 4) {
		if !slices.Contains(out.None, m[1]) {
			out.None = append(out.None, m[1])
		}
	}
	if m := p.min.FindStringSubmatch(script); m != nil {
		out.Min = number(m[2])
		if m[1] == "le" {
			out.Min++
		}
	}
	for _, in := range s.Env {
		if m := p.label.FindStringSubmatch(in.Value); m != nil {
			out.Label = m[1]
		} else if labelPattern().condition.MatchString(in.Value) {
			out.Labelled = true
		}
	}
	out.Labelled = out.Labelled && out.Label == "" || labelPattern().condition.MatchString(script)
	out.OnlyWith = out.Label != "" && p.refusesElse.MatchString(script)
	out.Line, out.LineUnread = linePattern(script)
	return out
}

// noteTemplate reads a template that offers a block. How it will be read is not
// known, but where Prow is at work it is so named.
func noteTemplate(t guideline.Template) (Requirement, bool) {
	p := releaseNotePattern()
	for _, s := range t.Form.Sections {
		m := p.fence.FindStringSubmatch(s.Content)
		if m == nil || !p.name.MatchString(m[1]) {
			continue
		}
		fence := strings.TrimSpace(m[1])
		params := NoteParams{Fence: fence, Prow: fence == "release-note", None: []string{"NONE", "None", "none"}}
		line := t.Line(s.Line)
		for i, text := range strings.Split(t.Form.Text, "\n") {
			if strings.Contains(text, m[0]) {
				line = t.Line(i + 1)
				break
			}
		}
		req := Requirement{
			Params: params, Strength: Should, rank: rankTemplate, Text: params.text(),
			Said: []guideline.Quote{{Source: t.Source, Line: line, EndLine: line, Text: m[0]}},
		}
		if s.Optional || !strings.HasPrefix(strings.ToLower(fence), "release") {
			req.Strength = May
		}
		return req, true
	}
	return Requirement{}, false
}

// text says in one line what is asked.
func (p NoteParams) text() string {
	out := "release note in a block ```" + p.Fence
	if len(p.None) > 0 || p.Prow {
		out += ", or NONE in it"
	}
	if p.Label != "" {
		out += ", where a label with " + p.Label + " is set"
	}
	return out
}

// joinNotes lets a template add its voice to who reads the same block.
func joinNotes(reqs []Requirement) []Requirement {
	var out []Requirement
next:
	for _, r := range reqs {
		for i := range out {
			if out[i].Params.(NoteParams).Fence == r.Params.(NoteParams).Fence && (r.rank == rankTemplate || slices.Equal(out[i].Params.(NoteParams).None, r.Params.(NoteParams).None)) {
				strength := out[i].Strength
				out[i].join(r)
				if r.rank == rankTemplate {
					out[i].Strength = strength
				}
				continue next
			}
		}
		out = append(out, r)
	}
	return out
}

// prowDeprecation is the label of changes that Prow lets nobody make silently.
const prowDeprecation = "kind/deprecation"

// note is the text of the block, and whether there is one.
func (p NoteParams) note(body string) (text string, found bool) {
	if p.Prow {
		m := releaseNotePattern().prow.FindStringSubmatch(body)
		if m == nil {
			return "", strings.Contains(body, "```release-note")
		}
		return strings.TrimSpace(m[1]), true
	}
	var lines []string
	inside := false
	for _, line := range strings.Split(strings.ReplaceAll(body, "\r", ""), "\n") {
		switch {
		case inside && strings.Contains(line, "```"):
			inside = false
		case inside && strings.TrimSpace(line) != "":
			lines = append(lines, line)
		case !inside && (line == "```"+p.Fence || !p.Whole && strings.Contains(line, "```"+p.Fence)):
			inside, found = true, true
		}
	}
	return strings.Join(lines, "\n"), found
}

func checkNote(req Requirement, change *Change) []Finding {
	p := req.Params.(NoteParams)
	if !change.Draft.Exists {
		return []Finding{{Verdict: Later, Message: "there is no description yet"}}
	}
	note, found := p.note(bounded(change.Draft.Body))
	if f, settled := p.byLabel(note, change); settled {
		return []Finding{f}
	}
	if note == "" {
		return []Finding{p.missing(found, change)}
	}
	at := []Place{{What: shown(note)}}
	if slices.Contains(p.None, note) || p.Prow && releaseNotePattern().prowNone.MatchString(note) {
		if p.Prow && slices.Contains(change.Draft.Labels, prowDeprecation) {
			return []Finding{{Verdict: Broken, At: at, Message: "it says that there is nothing to note, which the label " + prowDeprecation + " does not allow"}}
		}
		return []Finding{{Verdict: Met, At: at, Message: "it says that there is nothing to note"}}
	}
	if len(note) < p.Min {
		return []Finding{{Verdict: Broken, At: at, Message: fmt.Sprintf("the release note has %d bytes, fewer than %d", len(note), p.Min)}}
	}
	if p.LineUnread {
		return []Finding{{Verdict: Unknown, At: at, Message: "what its lines must look like could not be read"}}
	}
	return p.judgeLines(note)
}

// judgeLines tests each line of the note.
func (p NoteParams) judgeLines(note string) []Finding {
	var at []Place
	if p.Line != "" {
		test, err := jsMatch(p.Line, "")
		if err != nil {
			return []Finding{{Verdict: Unknown, Message: err.Error()}}
		}
		for _, line := range strings.Split(note, "\n") {
			ok, err := test(line)
			if err != nil {
				return []Finding{{Verdict: Unknown, Message: err.Error()}}
			}
			if !ok {
				at = append(at, Place{What: shown(line)})
			}
		}
	}
	if len(at) > 0 {
		return []Finding{{Verdict: Broken, At: at, Message: plural(len(at), "line of the release note does", "lines of the release note do") + " not match " + firstLine(p.Line)}}
	}
	return []Finding{{Verdict: Met, At: []Place{{What: shown(note)}}, Message: "the description holds a release note"}}
}

// byLabel settles notes that are wanted only with a label.
func (p NoteParams) byLabel(note string, change *Change) (Finding, bool) {
	switch {
	case p.Labelled:
		return Finding{Verdict: Unknown, Message: "labels decide whether a note is wanted, in a way that could not be read"}, true
	case p.Label == "":
		if note == "" && p.Prow && slices.Contains(change.Draft.Labels, "release-note-none") && !slices.Contains(change.Draft.Labels, prowDeprecation) {
			return Finding{Verdict: Met, Message: "the label release-note-none stands for it"}, true
		}
		return Finding{}, false
	case change.Pull == nil && len(change.Draft.Labels) == 0:
		return Finding{Verdict: Later, Message: "a note is wanted where a label with " + p.Label + " is set; that is decided on the pull request"}, true
	case slices.ContainsFunc(change.Draft.Labels, func(l string) bool { return strings.Contains(strings.ToLower(l), strings.ToLower(p.Label)) }):
		return Finding{}, false
	case note != "" && p.OnlyWith:
		return Finding{Verdict: Broken, Message: "a note is refused without a label with " + p.Label + ": have it set, or take the note out"}, true
	}
	return Finding{Verdict: Met, Message: "no label asks for a note"}, true
}

func (p NoteParams) missing(found bool, change *Change) Finding {
	if found {
		return Finding{Verdict: Broken, Message: "the block ```" + p.Fence + " is empty"}
	}
	f := Finding{Verdict: Broken, Message: "the description has no block ```" + p.Fence}
	if change.Pull == nil {
		f.Fix = &Fix{
			Verb: "add the block ```" + p.Fence, Kind: FixFillBody, Params: FillBody{Append: "```" + p.Fence + "\n\n```"},
			Refused: "only you know what users should read",
		}
	}
	return f
}
