package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// GateParams is something that will judge the pull request, and that no rule
// explains.
type GateParams struct {
	Name    string  `json:"name"`
	Verdict Verdict `json:"verdict"` // unknown, or later when it judges what only runs on the forge
	Why     string  `json:"why"`
}

func gate() *Rule {
	return &Rule{
		ID: "gate",
		Doc: `Everything that will judge the pull request and that isrc cannot judge beforehand is named, so that a green answer is honest.

These are scripts and actions that look at the title, the description, the branch or the commits and that no rule has read; Danger; workflows that call what cannot be read; rules of rulesets whose kind is not known, with their parameters as the forge gives them; and sources that could not be read at all. The verdict is "unknown", never "met".
Rules that bind only who merges are left out.

` + "```" + `
- run: npx danger ci        # unknown: isrc cannot read the rules of Danger
- run: go test ./...        # not named here: it only tests
` + "```" + `

Accepted: nothing; whoever wants to be sure looks at the place that is named.`,
		Check: func(req Requirement, _ *Change) []Finding {
			p := req.Params.(GateParams)
			return []Finding{{Verdict: p.Verdict, Message: p.Why}}
		},
		after: deriveGates,
	}
}

func deriveGates(set *Reading, reqs []Requirement) []Requirement {
	var out []Requirement
	out = append(out, stepGates(set, reqs)...)
	out = append(out, jobGates(set)...)
	for _, r := range branchRules(set) {
		if !ruleExplained(r, reqs) {
			out = append(out, ruleGate(r)...)
		}
	}
	for _, u := range set.Unread {
		out = append(out, unreadGate(u))
	}
	return out
}

type gatePatterns struct{ names, runs, danger, linter, action, refuses, fails, tells, comment *regexp.Regexp }

var gatePattern = lazy.Value(func() *gatePatterns {
	return &gatePatterns{
		// the name of a step that refuses a pull request for what it lacks
		names: regexp.MustCompile(`(?i)\b(check|enforce|require|verify|validate|ensure|missing)\w*\b.{0,30}\b(change ?log|change ?set|news ?fragment|release ?note|label|linked issue)`),
		// a command that judges the changelog by its name
		runs:   regexp.MustCompile(`(?im)^\s*[\w./-]+( [\w./:-]+)* ?\b(check|verify|validate|lint)[ :_-](change-?log|change-?set|news-?fragment|release-?note)|^\s*[\w./-]+( [\w./:-]+)* ?\b(change-?log|change-?set|news-?fragment|release-?note)s?[ :_-](fragments?[ :_-])?(check|verify|validate|lint)\b`),
		danger: regexp.MustCompile(`(?i)\bdanger(-js)?( |:)(ci|pr|run)\b|danger/danger-js|\bdanger-js ci\b|bundle exec danger`),
		// tools that judge commits and that isrc does not speak for
		linter: regexp.MustCompile(`(?i)(^|[\s/"'])(core-validate-commit|git-validation|gommit check|convco check)\b`),
		// a script that can fail; others only tell somebody of the title
		refuses: regexp.MustCompile(`(?i)\bexit [1-9$]|setFailed|::error|\bgrep\b|=~|\[\[|\bthrow\b|check|valid|verify|lint|judge`),
		// what a script does that judges a name: most only check a branch out
		fails: regexp.MustCompile(`(?i)\bexit [1-9$]|setFailed|::error|\bgrep\b|=~|\bthrow\b`),
		// steps that tell people of the pull request
		tells:   regexp.MustCompile(`(?i)\b(slack|discord|teams|notif\w*|payload|announce\w*)\b`),
		comment: regexp.MustCompile(`(?m)^\s*(#|//).*$`),
		action:  regexp.MustCompile(`(?i)(pr|pull-?request)[-_]?(title|lint|check|label|body|size|description)|semantic-pull|conventional-commit|commit-?(lint|check|message)|required-labels|labels?-(check|enforcer)|changelog-(enforcer|check)|branch-?name|linked-issues|check-linked|\bcla\b|contributor-assistant|\bdco\b|lint-pr|danger|/project-checks$`),
	}
})

// judges says what a step of a workflow judges beside the code, "" when it
// only builds or tests.
func judges(g guideline.Gate) string {
	p := gatePattern()
	switch {
	case mentions(g.Step.Run+g.Step.Uses, "danger") && (p.danger.MatchString(g.Step.Run) || p.danger.MatchString(g.Step.Uses)):
		return "the rules of Danger"
	case g.Step.Uses != "" && p.action.MatchString(g.Step.Uses):
		return "what this action asks"
	}
	script := g.Step.Run != "" || strings.EqualFold(g.Step.Uses, "actions/github-script")
	if !script {
		return ""
	}
	code := p.comment.ReplaceAllString(g.Step.Run+g.Step.With["script"].Value, "")
	told := p.tells.MatchString(g.Step.Label())
	looks := []look{lookTitle, lookBody, lookBranch}
	if !mayLook(g.Step) {
		looks = nil
	}
	for _, what := range looks {
		refuses := g.Required || !told && p.refuses.MatchString(code)
		if what == lookBranch {
			refuses = !told && p.fails.MatchString(code)
		}
		if refuses && looksAt(g.Step, what) {
			return "a script that looks at the " + map[look]string{lookTitle: "title", lookBody: "description", lookBranch: "branch's name"}[what]
		}
	}
	if mentions(g.Step.Label()+code, "change", "news", "release", "label", "issue") &&
		(p.names.MatchString(g.Step.Label()) && p.fails.MatchString(code) || p.runs.MatchString(code)) {
		return "a script that looks at the changelog or at labels"
	}
	if strings.Contains(strings.ToLower(g.Step.Run), "signed-off-by") || strings.Contains(g.Step.Run, "commitlint") && !installs(g.Step.Run) || p.lints(code) {
		return "a script that looks at the commits"
	}
	return ""
}

// lints tells whether a line of a script runs one of the tools, and does not only
// install it.
func (p gatePatterns) lints(code string) bool {
	return mentions(code, "validat", "gommit", "convco") && p.linter.MatchString(code) && slices.ContainsFunc(strings.Split(code, "\n"), func(line string) bool {
		return p.linter.MatchString(line) && !strings.Contains(line, "install")
	})
}

// stepGates names the steps that judge a pull request and that no requirement
// quotes.
func stepGates(set *Reading, reqs []Requirement) []Requirement {
	var out []Requirement
	for _, g := range set.Gates() {
		what := judges(g)
		if what == "" || explained(g, reqs) {
			continue
		}
		line, words := g.Step.Line, g.Step.Label()
		req := fromGate(g, line, words, fmt.Sprintf("%s (%s)", g.Step.Label(), g.File()), GateParams{
			Name: g.Step.Label(), Verdict: Unknown, Why: "isrc cannot read " + what + "; " + willRun,
		})
		if !g.Required {
			req.Strength = Should
		}
		out = append(out, req)
	}
	return out
}

// explained tells whether a requirement was read from the step.
func explained(g guideline.Gate, reqs []Requirement) bool {
	for _, r := range reqs {
		for _, q := range r.Said {
			if q.Source != nil && q.Source.Kind == g.Step.Source.Kind && q.Source.Path == g.Step.Source.Path &&
				q.Source.URL == g.Step.Source.URL && q.Line >= g.Step.Line && q.Line <= g.Step.EndLine {
				return true
			}
		}
	}
	return false
}

// jobGates names the jobs that call a workflow which could not be read.
func jobGates(set *Reading) []Requirement {
	var out []Requirement
	for i := range set.Workflows {
		for j := range set.Workflows[i].Jobs {
			job := &set.Workflows[i].Jobs[j]
			if job.Unread == "" {
				continue
			}
			required := slices.ContainsFunc(set.RequiredChecks, func(c string) bool { return strings.HasPrefix(c, job.Context) })
			req := Requirement{
				Params:   GateParams{Name: job.Calls, Verdict: Unknown, Why: job.Unread},
				Strength: Should, rank: rankWorkflow, Text: "workflow " + job.Calls,
				Said:     []guideline.Quote{{Source: job.Source, Line: job.Line, EndLine: job.Line, Text: "uses: " + job.Calls}},
				Enforcer: Enforcer{Name: "workflow " + job.Calls, Blocking: required, URL: job.Source.URL},
			}
			if required {
				req.Strength = Must
			}
			out = append(out, req)
		}
	}
	return out
}

// ruleExplained tells whether a requirement was read from a rule of a ruleset.
func ruleExplained(r forge.Rule, reqs []Requirement) bool {
	return slices.ContainsFunc(reqs, func(req Requirement) bool {
		return slices.ContainsFunc(req.Said, func(q guideline.Quote) bool {
			return q.Source != nil && q.Source.Kind == guideline.KindRuleset && q.Source.Path == r.Type && q.Source.URL == r.URL
		})
	})
}

// ruleGate names rules of rulesets that bind a contribution and that no rule of
// ours judges. What binds only who merges is left out.
func ruleGate(r forge.Rule) []Requirement {
	why := ""
	switch r.Type {
	case "pull_request", "creation", "update", "deletion", "non_fast_forward", "merge_queue", "required_deployments",
		"required_linear_history", "tag_name_pattern", "required_status_checks", "branch_name_pattern", "required_signatures":
		return nil
	case "workflows", "commit_message_pattern", "commit_author_email_pattern", "committer_email_pattern",
		"file_path_restriction", "file_extension_restriction", "max_file_path_length", "max_file_size":
		why = "its parameters cannot be read"
	case "code_scanning", "code_quality", "copilot_code_review":
		why = willRun
	default:
		why = "this kind of rule is not known"
	}
	return []Requirement{fromRuleset(r, ruleWords(r), "ruleset rule "+quoted(r.Type), GateParams{Name: r.Type, Verdict: Unknown, Why: why})}
}

// maxRuleWords is how much of a rule's parameters is shown, in bytes.
const maxRuleWords = 200

// ruleWords is a rule as the forge gives it, so that people can read what isrc
// cannot.
func ruleWords(r forge.Rule) string {
	words := strings.Join(strings.Fields(string(r.Parameters)), " ")
	switch {
	case words == "" || words == "null" || words == "{}":
		return "rule " + r.Type
	case len(words) > maxRuleWords:
		words = strings.ToValidUTF8(words[:maxRuleWords], "") + "…"
	}
	return "rule " + r.Type + " " + words
}

// unreadGate names a source that could not be read: what it asks is not known.
func unreadGate(u guideline.Unread) Requirement {
	return Requirement{
		Params:   GateParams{Name: u.What, Verdict: Unknown, Why: "could not be read: " + u.Why},
		Strength: Should, Text: u.What,
		Said: []guideline.Quote{{Source: &guideline.Source{Kind: guideline.KindUnread, URL: u.URL}, Text: u.What}},
	}
}
