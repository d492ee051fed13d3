package rule

import (
	"regexp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// aiMark is a line of a message that names a tool.
type aiMark struct{ tool, words string }

type aiPatterns struct {
	tools, address, product, generated, generic      *regexp.Regexp
	about, discloses, bans, excuse, narrow, trailers *regexp.Regexp
}

var aiPattern = lazy.Value(func() *aiPatterns {
	re := func(s string) *regexp.Regexp { return regexp.MustCompile(`(?i)` + s) }
	return &aiPatterns{
		// names that nobody has
		tools: re(`\b(github copilot|copilot|chatgpt|openai|codex|gpt-?\d[\w.-]*|claude code|claude (opus|sonnet|haiku)[\w. ()-]*|claude-[\w.-]+|gemini( [\w.-]+)?|cursor( agent)?|codeium|windsurf|tabnine|amazon q|aider|devin-ai-integration\[bot\]|google-labs-jules\[bot\]|opencode|llama[ -]?\d[\w.]*|deepseek|qwen\d?|grok|roo code|cline)\b`),
		// addresses of tools whose names people have, too
		address:   re(`<(noreply@anthropic\.com|noreply@openai\.com|cursoragent@cursor\.com|aider@aider\.chat|\d+\+(copilot|claude|cursor|devin-ai-integration|google-labs-jules)(\[bot\])?@users\.noreply\.[\w.-]+)>`),
		product:   re(`^(co-authored-by|assisted-by|generated-by|ai-assisted-by|co-developed-by)$`),
		generated: re(`(generated|created|written|made) (with|by) \[?(claude|chatgpt|copilot|github copilot|codex|cursor|gemini|openai|an? (ai|llm))\b`),
		generic:   re(`^(an? )?(ai|llm|ai assistants?|ai tools?|genai|generative ai)\b`),
		about:     regexp.MustCompile(`\b(AI|A\.I\.|LLMs?|GenAI|[Gg]enerative|[Aa]rtificial [Ii]ntelligence|[Ll]arge [Ll]anguage [Mm]odels?|Copilot|ChatGPT|Claude|AI[- ][a-z]+)\b`),
		discloses: re(`\b(disclos\w+|declar\w+|say so|stat(e|ed|ing) (that|how|which|it|clearly)|mention\w*|indicat\w+|acknowledg\w+|attribut\w+|transparent|explicitly say|tell us|let us know|label(l?ed)?|note (that|it|this)|credit)\b`),
		bans:      re(`\b(not (accept|allow|permit|welcome|merge)\w*|bann?(ed|s)?|prohibit\w*|forbid\w*|forbidden|disallow\w*|must not|do not (use|submit)|don['’]t (use|submit)|no (AI|LLM)\b|(will be|are|is) (rejected|closed|refused)|reject\w*)\b`),
		// what is refused is not AI, but how it is used
		excuse:   re(`\b(not|n['’]t) \(?(yet\)? )?(been )?(ban(ned)?|prohibit|forbid|an anti|mean)|\b(low|poor)[- ]\w+|\bslop\b|\bspam\b|\bunreviewed|\bwithout (understand|review|human|read|test|verif|check)\w*|\bblind\w*|\b(that|which) (do|does|did|has|have|is|are|was|were)( not|n['’]t)\b|\bunless\b|\bas long as\b|\byou (do not|cannot|don['’]t|can['’]t)\b|\bfully\b|\bentirely\b|\bpurely\b|\bsolely\b|\bmass\b`),
		narrow:   re(`\b(descriptions?|communicat\w*|comments?|repl(y|ies)|respon\w+|feedback|discussions?|issues?|bug reports?|reviews?|translations?|images?|media)\b`),
		trailers: re(`\b(Assisted-by|Co-authored-by|Generated-by|AI-assisted-by|Co-developed-by)\b`),
	}
})

// aiMarks are the lines of a message that name a tool: trailers, and what tools
// leave behind.
func aiMarks(message string) []aiMark {
	p := aiPattern()
	var out []aiMark
	for _, line := range messageLines(message)[min(1, len(messageLines(message))):] {
		key, value, ok := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		tool := p.tools.FindString(value)
		switch {
		case ok && p.product.MatchString(strings.TrimSpace(key)):
			name, _, _ := strings.Cut(value, " <")
			named := p.address.MatchString(value) || tool != "" && (strings.EqualFold(tool, name) || strings.HasPrefix(strings.ToLower(name), strings.ToLower(tool))) || p.generic.MatchString(value)
			if named || !strings.EqualFold(key, "co-authored-by") && !strings.EqualFold(key, "co-developed-by") && value != "" {
				out = append(out, aiMark{name, strings.TrimSpace(line)})
			}
		case p.generated.MatchString(line):
			out = append(out, aiMark{p.generated.FindStringSubmatch(line)[3], strings.TrimSpace(line)})
		}
	}
	return out
}

// speaksOfAI tells whether a description says something of AI where people see
// it.
func speaksOfAI(body string) bool {
	text := visible(body)
	return aiPattern().about.MatchString(text) || aiPattern().tools.MatchString(text)
}

// deriveAI reads what prose says of AI to people, and the linter that refuses
// its marks.
func deriveAI(set *Reading) []Requirement {
	p := aiPattern()
	var out []Requirement
	sentences := said(set, func(s guideline.Sentence) bool { return p.about.MatchString(s.Text) || underAI(s) })
	for _, s := range sentences {
		if params, ok := readAI(s); ok {
			out = append(out, fromProse(set, []guideline.Sentence{s}, params.text(), params, nil))
		}
	}
	return append(out, forbiddenMarks(set)...)
}

// forbiddenMarks reads the linter that refuses what AI tools leave in messages.
func forbiddenMarks(set *Reading) []Requirement {
	c := set.Config(guideline.ToolCommitCheck)
	if c == nil || c.Root.At("commit", "ai_attribution").Text != "forbid" {
		return nil
	}
	var out []Requirement
	for _, l := range commitCheckLinters(set) {
		p := AIParams{By: l.Params.By, Banned: true, Marks: true}
		for _, req := range l.alone(LintRule{Name: "ai-marks", Level: 2, As: "ai_attribution", Line: c.Root.At("commit", "ai_attribution").Line}).requirements(set, "ai-disclosure") {
			req.Params, req.Text = p, p.text()
			out = append(out, req)
		}
	}
	return out
}

// underAI tells whether a sentence stands in a section on AI.
func underAI(s guideline.Sentence) bool {
	return len(s.Headings) > 0 && slices.ContainsFunc(s.Headings, aiPattern().about.MatchString)
}

// readAI reads one sentence. What bans only a use of AI, such as for comments or
// without review, is no ban; what leaves its use undisclosed asks for the
// disclosure.
func readAI(s guideline.Sentence) (AIParams, bool) {
	p := aiPattern()
	out := AIParams{By: "prose"}
	for _, key := range p.trailers.FindAllString(s.Text, -1) {
		out.Trailers = withAll(out.Trailers, []string{key})
	}
	lower := strings.ToLower(s.Text)
	hidden := strings.Contains(lower, "undeclared") || strings.Contains(lower, "undisclosed") || strings.Contains(lower, "without disclos")
	switch {
	case len(out.Trailers) > 0 && !p.bans.MatchString(s.Text):
		out.Body = strings.Contains(lower, "description")
		return out, true
	case hidden:
		out.Body = true
		return out, true
	case !p.about.MatchString(s.Text) || p.excuse.MatchString(s.Text):
		return out, false
	case p.bans.MatchString(s.Text) && !p.discloses.MatchString(s.Text):
		out.Banned = !p.narrow.MatchString(s.Text)
		return out, out.Banned && s.Modality != guideline.Optional
	case p.discloses.MatchString(s.Text) && !p.bans.MatchString(s.Text) && !strings.Contains(lower, "maintainer"):
		out.Body = true
		return out, true
	}
	return out, false
}
