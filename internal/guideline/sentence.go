package guideline

import (
	"regexp"
	"sort"
	"strings"

	"github.com/isrc-dev/isrc/internal/lazy"
)

// guards are the patterns that keep prose from being taken for more than it
// says. They are compiled when the first page is read.
type guards struct {
	owners   *regexp.Regexp // headings of sections that speak to owners
	notes    *regexp.Regexp // headings that only look like those
	licence  *regexp.Regexp // the text of the Developer Certificate of Origin
	agents   *regexp.Regexp // text addressed to machines
	negated  *regexp.Regexp
	firm     *regexp.Regexp
	soft     *regexp.Regexp
	optional *regexp.Regexp
	byOwners *regexp.Regexp
	// condition matches one that stands before the main clause
	condition *regexp.Regexp
	end       *regexp.Regexp // of a sentence
	short     *regexp.Regexp // abbreviations that end no sentence
}

var prose = lazy.Value(func() *guards {
	re := func(s string) *regexp.Regexp { return regexp.MustCompile(`(?i)` + s) }
	return &guards{
		owners:  re(`\b(maintainers?|committers|reviewers|releas(e|es|ing)|merging|triag\w*|backport\w*|governance|core team|reviewing|review policy)\b`),
		notes:   re(`release[- ]notes?|\bmerge requests?\b|contact\w* the maintainers`),
		licence: re(`\bI certify\b|including my sign-off|\bI have the right (under|to submit)|I understand and agree that this project|Everyone is permitted to copy and distribute verbatim`),
		agents:  re(`\bif you('re| are) an? (AI|LLM|language model|coding agent|automated agent)|\b(AI|LLM|coding) (agents?|assistants?) (must|should|need|have to)\b`),
		negated: re(`\b(don['’]t|doesn['’]t|do not|does not|no longer) (need|have) to\b|\b(don['’]t|doesn['’]t|do not|does not) need an?y?\b|\b(not|n['’]t|no longer) (strictly )?(required?|requires|necessary|mandatory|needed)\b|\bno (need|requirement|obligation)\b|\bneed(n['’]t| not)\b|\b(we|(the|this|our) (project|repo\w*|team))( \w+)? (do(es)? not|don['’]t|doesn['’]t) (use|follow|require|enforce|want|need|adopt|mandate|insist)\b`),
		firm:    re(`\b(must|shall|requires?|required|mandatory|needs? to|need (a|the)|needs (a|the)|ha(s|ve) to|enforced|enforces|rejected|rejects?)\b|\b(will|can) ?not be (merged|accepted|reviewed)|\bwon['’]t be (merged|accepted|reviewed)|\bwill be closed\b|\bcan['’]t be merged\b|\bneeds? \w+[- ]?off\b`),
		// what neither asks firmly nor leaves open is read as asked
		soft:      re(`\b(should|please|recommend\w*|ask|expect\w*)\b`),
		optional:  re(`\b(may|might|optional(ly)?|prefer(red|ably|s)?|would be (good|nice|great)|nice to have|encouraged?|feel free|if you (like|want|wish)|consider)\b`),
		byOwners:  re(`\b(we|maintainers?|the (core )?team|a (committer|maintainer)|reviewers?|our bot)\b( \w+){0,3} (squash|merge|rebase|cherry-pick|backport|update|release|tag|label|assign|take care|add)(s|es|ed)?\b`),
		condition: re(`^\W*(if|when|whenever|unless|in case|should (the|a|an|you|your|there|any|this))\b[^,]*,\s`),
		end:       regexp.MustCompile("[.!?][)\"'”’]*(\\s+|$)"),
		short:     re(`\b(e\.g|i\.e|etc|vs|cf|no|fig|resp|approx|max|min|incl|excl|ca)\.$`),
	}
})

// Speaks tells whether a section under these headings speaks to contributors.
func Speaks(headings []string) bool {
	p := prose()
	for _, h := range headings {
		if p.owners.MatchString(p.notes.ReplaceAllString(h, "")) {
			return false
		}
	}
	return true
}

// maxSentences bounds what is read of one page; the largest known CONTRIBUTING
// has a few hundred.
const maxSentences = 4000

// readSentences splits the paragraphs and items of a document and keeps those
// sentences that speak to contributors.
func readSentences(d *Document) []Sentence {
	return sentencesWith(d, false, always, always)
}

func always(string) bool { return true }

// sentencesWith gives those of readSentences that say something, in blocks that
// may say it: to take a text apart costs much more than to see that it does not.
// With all it gives those, too, that do not speak to contributors.
func sentencesWith(d *Document, all bool, may, says func(text string) bool) []Sentence {
	p := prose()
	var out []Sentence
	for i := range d.Blocks {
		b := &d.Blocks[i]
		switch b.Kind {
		case BlockParagraph, BlockItem, BlockTable:
		default:
			continue
		}
		if !all && (!Speaks(b.Headings) || d.Kind == DocReadme && !aboutContributing(b.Headings)) {
			continue
		}
		if !may(b.Text) {
			continue
		}
		for _, r := range split(b.Text) {
			if len(out) >= maxSentences {
				return out
			}
			s := b.Text[r[0]:r[1]]
			if !says(s) || p.licence.MatchString(s) || p.agents.MatchString(s) || b.isContents() {
				continue
			}
			out = append(out, sentence(d, b, s, r))
		}
	}
	return out
}

// isContents tells whether a block is an entry in a table of contents: nothing
// but a link into the same page.
func (b *Block) isContents() bool {
	return len(b.Links) == 1 && strings.HasPrefix(b.Links[0].Target, "#") && strings.TrimSpace(b.Text) == strings.TrimSpace(b.Links[0].Text)
}

func aboutContributing(headings []string) bool {
	for _, h := range headings {
		if strings.Contains(strings.ToLower(h), "contribut") {
			return true
		}
	}
	return false
}

func sentence(d *Document, b *Block, s string, r [2]int) Sentence {
	p := prose()
	main, conditional := mainClause(s)
	out := Sentence{
		Conditional: conditional,
		Document:    d, Headings: b.Headings, Text: strings.TrimSpace(s),
		Line: b.lineAt(r[0] + len(s) - len(strings.TrimLeft(s, " "))), EndLine: b.lineAt(max(r[0], r[1]-1)),
		Negated:  p.negated.MatchString(main),
		ByOwners: p.byOwners.MatchString(s),
	}
	switch {
	case p.firm.MatchString(main):
		out.Modality = Firm
	case p.soft.MatchString(main):
		out.Modality = Soft
	case p.optional.MatchString(main):
		out.Modality = Optional
	default:
		out.Modality = Soft
	}
	out.Spans = within(b.Spans, b.spanAt, r)
	out.Links = within(b.Links, b.linkAt, r)
	return out
}

// mainClause is what a sentence says under a condition that stands before it:
// "if you need to …, you can …" asks for nothing firmly.
func mainClause(s string) (string, bool) {
	m := prose().condition.FindStringIndex(s)
	if m == nil || len(strings.Fields(s[m[1]:])) < 3 {
		return s, m != nil
	}
	return s[m[1]:], true
}

// within gives those of all that begin in a range of the text. It looks at no
// other: a page of many sentences and spans would take their product.
func within[T any](all []T, at []int, r [2]int) []T {
	from, to := sort.SearchInts(at, r[0]), sort.SearchInts(at, r[1])
	if from == to {
		return nil
	}
	return all[from:to:to]
}

// split finds the sentences of a text, as offsets. What stands in a code span
// ends none.
func split(s string) [][2]int {
	p := prose()
	masked := []byte(s)
	inside := false
	for i, c := range masked {
		if c == '`' {
			inside = !inside
		} else if inside {
			masked[i] = 'x'
		}
	}
	var out [][2]int
	start := 0
	for _, m := range p.end.FindAllIndex(masked, -1) {
		if m[1] < len(s) {
			next := s[m[1]]
			if next >= 'a' && next <= 'z' || p.short.Match(masked[max(0, m[0]-10):m[0]+1]) {
				continue
			}
		}
		out = append(out, [2]int{start, m[1]})
		start = m[1]
	}
	if strings.TrimSpace(s[start:]) != "" {
		out = append(out, [2]int{start, len(s)})
	}
	return out
}
