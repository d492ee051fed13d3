package command

import (
	"fmt"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
	"github.com/isrc-dev/isrc/internal/order"
	"github.com/isrc-dev/isrc/internal/term"
)

// sorted is a review's findings in the order in which a reader needs them.
type sorted struct {
	blocking []finding // what must hold and does not
	broken   []finding // what should be mended
	unknown  []finding // what could not be read
	later    []finding
	met      []finding
}

// sortFindings puts findings in order. What only isrc advises, and is met, needs
// no word.
func sortFindings(all []finding, verbose bool) sorted {
	var g sorted
	for _, f := range byStrength(all) {
		switch {
		case f.Verdict == "broken" && f.Strength == "must":
			g.blocking = append(g.blocking, f)
		case f.Verdict == "broken":
			g.broken = append(g.broken, f)
		case f.Verdict == "unknown":
			g.unknown = append(g.unknown, f)
		case f.Verdict == "later" && (verbose || !ownAdvice(f.Requirement)):
			g.later = append(g.later, f)
		case f.Verdict == "met" && (verbose || !ownAdvice(f.Requirement)):
			g.met = append(g.met, f)
		}
	}
	return g
}

func byStrength(all []finding) []finding {
	strength := map[string]int{"must": 0, "should": 1, "may": 2, "": 3}
	out := slices.Clone(all)
	order.StableBy(out, func(a, b finding) int { return strength[a.Strength] - strength[b.Strength] })
	return out
}

// ownAdvice tells what nobody but isrc asks.
//
//go:noinline
func ownAdvice(r requirement) bool {
	return r.Enforcer == nil && !slices.ContainsFunc(r.Said, func(q quote) bool { return q.Kind != guideline.KindOwn })
}

// citable are the quotations that have a place, or say more than the name of
// who enforces them.
//
//go:noinline
func citable(r requirement) []quote {
	var out []quote
	for _, q := range r.Said {
		setting := q.Kind == guideline.KindCheck || q.Kind == guideline.KindRuleset
		if q.Kind == guideline.KindOwn || q.Line == 0 && (setting && r.Enforcer != nil || q.Path == "" && q.Text == "" || q.Kind == guideline.KindUnread) {
			continue
		}
		out = append(out, q)
	}
	return out
}

// citation is a place that an editor can open, and the words there.
func citation(q quote) string {
	text := q.Path
	if q.Line > 0 {
		text += fmt.Sprintf(":%d", q.Line)
		if q.Column > 0 {
			text += fmt.Sprintf(":%d", q.Column)
		}
	}
	if q.Kind == guideline.KindHistory { // counted, not said by anybody
		return shortLine(q.Text)
	}
	if words := shortLine(q.Text); words != "" {
		text += ` "` + words + `"`
	}
	return term.Line(text)
}

// cluster is what several findings have in common: met by one source.
type cluster struct {
	source string
	names  []string
	only   *finding // when there is just one
}

// clusters joins findings of one source, in the order of the first of each.
func clusters(all []finding) []cluster {
	var out []cluster
	at := map[string]int{}
	for i := range all {
		f := &all[i]
		key := sourceOf(f.Requirement)
		n, known := at[key]
		if !known {
			n = len(out)
			at[key] = n
			out = append(out, cluster{source: key, only: f})
		}
		c := &out[n]
		if name := words(f.Rule); !slices.Contains(c.names, name) {
			c.names = append(c.names, name)
		}
		if known {
			c.only = nil
		}
	}
	return out
}

// sourceOf is the file that says a requirement first, else who enforces it.
func sourceOf(r requirement) string {
	for _, q := range r.Said {
		if q.Line > 0 && q.Path != "" {
			return q.Path
		}
	}
	if r.Enforcer != nil {
		return *r.Enforcer
	}
	for _, q := range r.Said {
		if q.Path != "" {
			return q.Path
		}
	}
	return "isrc's own advice"
}

// words is the ID of a rule as people read it.
//
//go:noinline
func words(id string) string { return strings.ReplaceAll(id, "-", " ") }

// met writes one short line for each source whose requirements are met.
func (t *reviewText) met(all []finding) {
	if t.verbose {
		for i := range all {
			t.finding(&all[i])
		}
		return
	}
	sign, tone := t.Sym(term.SymOK), term.Good
	for _, c := range clusters(all) {
		if c.only == nil {
			t.entry(sign, tone, "met", fmt.Sprintf("%s (%s)", strings.Join(c.names, ", "), term.Line(c.source)))
			continue
		}
		text := term.Line(firstOf(c.only.Text, c.only.Message))
		if place := t.placeOf(c.only.Requirement); place != "" && !strings.Contains(text, place) && !sameWords(text, place) {
			text += " (" + place + ")"
		}
		t.entry(sign, tone, labelOf(c.only), text)
	}
}

func (t *reviewText) placeOf(r requirement) string {
	for _, q := range r.Said {
		if q.Line > 0 && q.Path != "" {
			return term.Line(fmt.Sprintf("%s:%d", q.Path, q.Line))
		}
	}
	if r.Enforcer != nil {
		return term.Line(*r.Enforcer)
	}
	return ""
}

// later says in one paragraph what only the pull request will show.
func (t *reviewText) later(all []finding) {
	if t.verbose {
		for i := range all {
			t.finding(&all[i])
		}
		t.gap(len(all))
		return
	}
	if len(all) > 0 {
		t.entry(t.Sym(term.SymLater), term.Dim, "later", "on the pull request: "+namesOf(all, 8))
	}
}

// isGate tells what judges the pull request elsewhere: it is known by its name,
// and why it could not be read is the same for many.
//
//go:noinline
func isGate(f *finding) bool {
	return f.Rule == "gate" || f.Rule == "required-check" || f.Rule == "required-workflow"
}

// maxGates is how many gates are named that could not be read for one reason.
const maxGates = 5

// unknown shows what could not be read: gates by their reason, for a busy
// repository has dozens.
func (t *reviewText) unknown(all []finding) {
	done := map[string]bool{}
	for i := range all {
		f := &all[i]
		why := reasonOf(f)
		switch {
		case !isGate(f) || t.verbose || f.Message == "":
			t.finding(f)
		case !done[why]:
			done[why] = true
			t.gates(all[i:], why)
		}
	}
	t.gap(len(all))
}

// away finds in a chain of causes what is not there just now.
var away = lazy.Pattern(`\S+ is not available\b(: it answers \d+)?`)

// reasonOf is why a gate could not be read, the same for all that one cause is
// behind: the network that is away, and not each file that it keeps back.
func reasonOf(f *finding) string {
	why, message := labelOf(f)+" ", term.Line(f.Message)
	if cause := away().FindString(message); cause != "" && strings.HasPrefix(message, "could not be read: ") {
		return why + "could not be read: " + cause
	}
	return why + message
}

func (t *reviewText) gates(all []finding, why string) {
	sign, tone := t.sign(&all[0])
	t.entry(sign, tone, labelOf(&all[0]), term.Truncate(strings.TrimPrefix(why, labelOf(&all[0])+" "), 3*t.Width, t.Ellipsis()))
	named, left := 0, 0
	for i := range all {
		f := &all[i]
		if !isGate(f) || reasonOf(f) != why {
			continue
		}
		if named == maxGates {
			left++
			continue
		}
		named++
		name, place := term.Line(firstOf(f.Text, words(f.Rule))), t.spot(f.Requirement)
		if place != "" && term.Columns(name)+3+term.Columns(place) > t.Width-t.indent() {
			t.detail(term.Plain, name)
			name, place = "  "+place, ""
		}
		if place != "" {
			name += "   " + t.Paint(term.Dim, place)
		}
		fmt.Fprintln(t.Out, pad(t.indent())+name)
	}
	if left > 0 {
		t.detail(term.Plain, fmt.Sprintf("and %d more (--verbose)", left))
	}
}

// spot is where something is said, for an editor to open.
func (t *reviewText) spot(r requirement) string {
	for _, q := range citable(r) {
		if q.Line > 0 {
			q.Text = ""
			return citation(q)
		}
	}
	return ""
}

// namesOf joins what findings are about; several of one rule are counted.
func namesOf(all []finding, most int) string {
	var ids []string
	of := map[string][]string{}
	for _, f := range all {
		if !slices.Contains(ids, f.Rule) {
			ids = append(ids, f.Rule)
		}
		if text := term.Truncate(term.Line(firstOf(f.Text, words(f.Rule))), 120, "..."); !slices.Contains(of[f.Rule], text) {
			of[f.Rule] = append(of[f.Rule], text)
		}
	}
	var out []string
	for _, id := range ids {
		texts := of[id]
		if start := subjectOf(texts); len(texts) > 1 && start != "" {
			out = append(out, start+shortNames(texts, start, 4))
			continue
		}
		if len(texts) < 4 && id != "required-check" || len(texts) == 1 || commonStart(texts) == "" {
			out = append(out, texts...)
			continue
		}
		out = append(out, fmt.Sprintf("%d %ss (%s)", len(texts), words(id), shortNames(texts, commonStart(texts), 4)))
	}
	if len(out) > most {
		out = append(out[:most], fmt.Sprintf("and %d more", len(out)-most))
	}
	if strings.Contains(strings.Join(out, ""), ", ") {
		return strings.Join(out, "; ") // there are commas in the names
	}
	return strings.Join(out, ", ")
}

// shortNames lists what distinguishes texts that begin alike: the names of
// required checks and not each time the words "required check".
func shortNames(texts []string, start string, most int) string {
	var names []string
	for i, text := range texts {
		if i == most {
			names = append(names, fmt.Sprintf("and %d more", len(texts)-most))
			break
		}
		names = append(names, strings.Trim(text[len(start):], `" `))
	}
	return strings.Join(names, ", ")
}

// subjectOf is what texts name before a colon, "" when they do not all name the
// same: "formatters and linters: ".
func subjectOf(texts []string) string {
	subject, _, named := strings.Cut(texts[0], ": ")
	if !named {
		return ""
	}
	for _, text := range texts[1:] {
		if !strings.HasPrefix(text, subject+": ") {
			return ""
		}
	}
	return subject + ": "
}

// commonStart is the longest beginning of whole words that all texts share.
func commonStart(texts []string) string {
	start := texts[0]
	for _, text := range texts[1:] {
		for !strings.HasPrefix(text, start) {
			start = start[:len(start)-1]
		}
	}
	return start[:strings.LastIndexByte(start, ' ')+1]
}
