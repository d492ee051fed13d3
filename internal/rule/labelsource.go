package rule

import (
	"regexp"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// labelGate knows the actions and steps that count labels.
func labelGate(g guideline.Gate) []Requirement {
	action := strings.TrimPrefix(strings.ToLower(g.Step.Uses), "docker://")
	switch action, _, _ := strings.Cut(action, ":"); action {
	case "mheap/github-action-required-labels":
		return countedLabels(g)
	case "jesusvasquez333/verify-pr-label-action":
		l := labelInputs{gate: g, trim: true}
		l.add("valid-labels", some)
		l.add("invalid-labels", none)
		return l.out
	case "yogevbd/enforce-label-action":
		l := labelInputs{gate: g}
		l.add("required_labels_any", some)
		l.add("required_labels_all", all)
		l.add("banned_labels", none)
		return l.out
	case "danielchabr/pr-labels-checker", "danielchabr/pr-has-one-of-labels":
		l := labelInputs{gate: g, trim: true}
		l.add("hassome", some)
		l.add("hasall", all)
		l.add("hasnone", none)
		return l.out
	case "agilepathway/label-checker", "agilepathway/pull-request-label-checker":
		l := labelInputs{gate: g, trim: true}
		l.add("one_of", one)
		l.add("any_of", some)
		l.add("all_of", all)
		l.add("none_of", none)
		return l.out
	}
	return refusedLabels(g)
}

// countedLabels reads mheap/github-action-required-labels: names are separated
// by commas and lines, patterns by lines alone.
func countedLabels(g guideline.Gate) []Requirement {
	count := number(input(g, "count"))
	if !settled(g, "mode", "count", "labels", "use_regex") || count == 0 && input(g, "count") != "0" {
		return nil
	}
	p := LabelParams{By: g.File(), Fold: true, Regex: input(g, "use_regex") == "true", Most: anyNumber}
	list := g.Step.With["labels"]
	if p.Regex {
		for _, line := range strings.Split(strings.TrimSpace(list.Value), "\n") {
			if line != "" {
				p.Labels = append(p.Labels, line)
			}
		}
	} else {
		p.Labels = splitTrim(strings.ReplaceAll(list.Value, "\n", ","), ",")
	}
	switch input(g, "mode") {
	case "exactly":
		p.Least, p.Most = count, count
	case "minimum":
		p.Least = count
	case "maximum":
		p.Most = count
	default:
		return nil
	}
	if len(p.Labels) == 0 {
		return nil
	}
	req := fromGate(g, list.Line, "labels: "+strings.Join(p.Labels, ", "), p.text(), p)
	if input(g, "exit_type") == "success" {
		req.Strength, req.Enforcer.Blocking = Should, false
	}
	return []Requirement{req}
}

// howMany is how many labels of a list an input asks for.
type howMany int

const (
	one howMany = iota
	some
	all
	none
)

// labelInputs makes a requirement of each input that lists labels.
type labelInputs struct {
	gate guideline.Gate
	trim bool
	out  []Requirement
}

func (l *labelInputs) add(name string, many howMany) {
	value := input(l.gate, name)
	if value == "" || !settled(l.gate, name) {
		return
	}
	names := strings.Split(value, ",")
	if l.trim {
		names = splitTrim(value, ",")
	}
	p := LabelParams{By: l.gate.File(), Labels: names, Most: anyNumber}
	switch many {
	case one:
		p.Least, p.Most = 1, 1
	case some:
		p.Least = 1
	case all:
		p.Least = len(names)
	case none:
		p.Most = 0
	}
	in := l.gate.Step.With[name]
	l.out = append(l.out, fromGate(l.gate, in.Line, name+": "+oneLine(in.Value), p.text(), p))
}

type labelPatterns struct{ condition, prose, pulls, other *regexp.Regexp }

var labelPattern = lazy.Value(func() *labelPatterns {
	return &labelPatterns{
		condition: regexp.MustCompile(`github\.event\.pull_request\.labels`),
		prose:     regexp.MustCompile(`(?i)\b(must|shall|needs?|has to|have to|requires?)\b[^.;,]{0,60}\blabels?\b|\blabels?\b[^.;,]{0,40}\b(is|are) (required|mandatory)\b|\b(must|needs? to|has to|have to) be labell?ed\b`),
		pulls:     regexp.MustCompile(`(?i)\b(pull requests?|PRs?|merge requests?|MRs?)\b`),
		other:     regexp.MustCompile(`(?i)\bissues?\b|\btriage|\b(maintainers?|reviewers?|bot|can|could|may|if|when|unless|skip|bypass|ignore|opt|trigger|run|backport)\b`),
	}
})

// refusedLabels reads a step that does nothing but fail, under a condition on
// labels.
func refusedLabels(g guideline.Gate) []Requirement {
	cond := g.Step.If
	if !labelPattern().condition.MatchString(cond) {
		cond = g.Job.If
	}
	if g.When == nil || !labelPattern().condition.MatchString(cond) || !onlyFails(g.Step) {
		return nil
	}
	text := strings.Join(strings.Fields(cond), " ")
	text = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(text, "${{"), "}}"))
	p := LabelParams{By: g.File(), If: text, when: g.When, Most: anyNumber}
	return []Requirement{fromGate(g, 0, "if: "+text, p.text(), p)}
}

// onlyFails tells whether a step says something and fails, whatever it finds.
func onlyFails(s *guideline.Step) bool {
	if src, _ := scriptSource(s); src != "" {
		return !strings.ContainsAny(src, "{}") && scriptJSPattern().fails.MatchString(src)
	}
	if s.Run == "" || len(s.Run) > maxScript {
		return false
	}
	for _, c := range shellCommands(s.Run) {
		switch word, _, _ := strings.Cut(c.text, " "); word {
		case "echo", "printf":
		case "exit", "false":
			return fails([]shellCommand{c})
		default:
			return false
		}
	}
	return false
}

// proseLabels reads what prose demands of labels by name, for pull requests. A
// label that skips or starts something is no demand.
func proseLabels(set *Reading) []Requirement {
	var out []Requirement
	pat := labelPattern()
	for _, s := range said(set, func(s guideline.Sentence) bool {
		return len(s.Spans) > 0 && s.Modality == guideline.Firm && pat.prose.MatchString(s.Text) &&
			pat.pulls.MatchString(s.Text) && !pat.other.MatchString(s.Text)
	}) {
		p := LabelParams{By: "prose", Least: 1, Most: anyNumber, Fold: true}
		for _, span := range s.Spans { // `kind/*` is any of a kind
			p.Regex = p.Regex || strings.HasSuffix(span, "*")
		}
		for _, span := range s.Spans {
			if strings.ContainsAny(span, "()=@") || len(span) > 50 {
				continue
			}
			if p.Regex {
				stem, open := strings.CutSuffix(span, "*")
				span = "^" + regexp.QuoteMeta(stem)
				if !open {
					span += "$"
				}
			}
			p.Labels = append(p.Labels, span)
		}
		if len(p.Labels) == len(s.Spans) {
			out = append(out, fromProse(set, []guideline.Sentence{s}, p.text(), p, nil))
		}
	}
	return out
}
