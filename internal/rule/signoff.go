package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// SignOffParams says how sign-offs are judged. All dialects must be satisfied.
type SignOffParams struct {
	Dialects []SignOffDialect `json:"dialects"`
	// MembersExempt: verified commits of members of the organisation pass.
	MembersExempt bool `json:"membersExempt,omitempty"`
	// Remediation: a later commit of the same author can add what is missing.
	Remediation bool `json:"remediation,omitempty"`
}

// SignOffDialect names who judges, and the pattern of those who judge by one.
type SignOffDialect struct {
	Name    string `json:"name"`
	Pattern string `json:"pattern,omitempty"`
	// By is how people know the enforcer: "required check DCO".
	By string `json:"by,omitempty"`
}

const signOffText = "Signed-off-by on every commit"

func signOff() *Rule {
	return &Rule{
		ID: "sign-off",
		Doc: "Every commit carries a `Signed-off-by` line, by which its author certifies the Developer Certificate of Origin. " +
			"Who enforces it decides what counts: whether the name and address must be those of the commit, and whether merge commits need one.",
		Derive: deriveSignOff,
		Check:  checkSignOff,
		merge:  mergeSignOff,
		declared: func() Requirement {
			return Requirement{Params: SignOffParams{Dialects: []SignOffDialect{{Name: dialectProse}}}, Text: signOffText}
		},
	}
}

func deriveSignOff(set *guideline.Set) []Requirement {
	var out []Requirement
	out = append(out, signOffChecks(set)...)
	out = append(out, signOffRulesets(set)...)
	out = append(out, signOffSteps(set)...)
	out = append(out, signOffConfigs(set)...)
	if said := said(set, saysSignOff); len(said) > 0 {
		params := SignOffParams{Dialects: []SignOffDialect{{Name: dialectProse}}}
		out = append(out, fromProse(set, said, signOffText, params, func(message string) bool {
			return strings.Contains(strings.ToLower(message), "signed-off-by:")
		}))
	}
	return out
}

// mergeSignOff makes one requirement of all: a commit needs one line, however
// many look at it. What prose alone says has no dialect once there is another.
func mergeSignOff(reqs []Requirement) []Requirement {
	if len(reqs) == 0 {
		return nil
	}
	out := reqs[0]
	params := out.Params.(SignOffParams)
	for _, req := range reqs[1:] {
		more := req.Params.(SignOffParams)
		if req.rank != rankProse {
			for _, d := range more.Dialects {
				if !slices.ContainsFunc(params.Dialects, func(h SignOffDialect) bool { return h.Name == d.Name && h.Pattern == d.Pattern }) {
					params.Dialects = append(params.Dialects, d)
				}
			}
		}
		params.MembersExempt = params.MembersExempt || more.MembersExempt
		params.Remediation = params.Remediation || more.Remediation
		out.join(req)
	}
	out.Params = params
	return []Requirement{out}
}

// signOffChecks knows the services that report a check on their own.
func signOffChecks(set *guideline.Set) []Requirement {
	var out []Requirement
	for _, context := range set.RequiredChecks {
		var dialect string
		switch context {
		case "DCO", "probot/dco":
			dialect = dialectDCOApp
		case "dco":
			dialect = dialectProw
		default:
			continue
		}
		if reportedByJob(set, context) {
			continue
		}
		params := SignOffParams{Dialects: []SignOffDialect{{Name: dialect, By: "required check " + context}}}
		c := set.Config(guideline.ToolDCO)
		if c != nil && c.Root.At("allowOverrideAction").Kind != guideline.KindNull {
			params.Dialects[0].Name = dialectDCO2 // only the later service knows this key
		}
		readDCOConfig(c, &params)
		req := fromCheck(context, signOffText, params)
		if c != nil {
			req.Said = append(req.Said, c.Quote(1, "configuration of the check"))
		}
		out = append(out, req)
	}
	return out
}

func reportedByJob(set *guideline.Set, context string) bool {
	for _, g := range set.Gates() {
		if g.Job.Reports(context) {
			return true
		}
	}
	return false
}

func readDCOConfig(c *guideline.Config, params *SignOffParams) {
	if c == nil {
		return
	}
	params.MembersExempt = !c.Root.At("require", "members").Bool(true)
	params.Remediation = c.Root.At("allowRemediationCommits", "individual").Bool(false)
}

// signOffRulesets reads rules on messages that ask for the line.
func signOffRulesets(set *guideline.Set) []Requirement {
	var out []Requirement
	for _, r := range append(slices.Clone(set.Rules), set.HeadRules...) {
		if p, ok := signOffPattern(r); ok {
			d := SignOffDialect{Name: dialectRuleset, Pattern: p.Pattern, By: "a ruleset"}
			if p.Operator != Regex {
				d.Pattern = regexp.QuoteMeta(p.Pattern)
			}
			out = append(out, fromRuleset(r, "commit messages must "+p.String(), signOffText, SignOffParams{Dialects: []SignOffDialect{d}}))
		}
	}
	return out
}

type signOffPatterns struct {
	about, cla, approval, weak, script, quoted, jqText, jqPart *regexp.Regexp
}

var signOffPatternsOf = sync.OnceValue(func() signOffPatterns {
	re := regexp.MustCompile
	return signOffPatterns{
		about:    re("(?i)signed-off-by|--signoff|`(git commit )?-s`|git commit [^`]*-s\\b|\\bsign(ed|ing)?[ -]off\\b|\\bsign-?offs?\\b|\\bDCO\\b|developer certificate of origin"),
		cla:      re(`(?i)\bCLA\b|contributor licen[cs]e agreement`),
		approval: re(`(?i)sign[ -]off (from|by) (a|an|one|two|the|at least)|(pull requests?|PRs?) (all )?(requires?|needs?) ["“']?sign[ -]off`),
		weak:     re(`(?i)\bbot\b|\baccept`),
		script:   re(`(?i)signed-off-by`),
		jqText:   re(`"(?:[^"\\]|\\.)*[Ss]igned-off-by: (?:[^"\\]|\\.)*"(?:\s*\+\s*(?:\w+|"(?:[^"\\]|\\.)*"))*`),
		jqPart:   re(`"(?:[^"\\]|\\.)*"|\w+`),
		quoted:   re(`'([^']*[Ss]igned-off-by[^']*)'|"([^"]*[Ss]igned-off-by[^"]*)"`),
	}
})

// saysSignOff tells whether a sentence speaks of signing commits off, and not
// of an agreement, of an approval, or of the text of the certificate.
func saysSignOff(s guideline.Sentence) bool {
	p := signOffPatternsOf()
	if !p.about.MatchString(s.Text) {
		return signedUnderDCO(s)
	}
	named := strings.Contains(strings.ToLower(s.Text), "signed-off-by") || strings.Contains(s.Text, "--signoff")
	if p.cla.MatchString(s.Text) || p.approval.MatchString(s.Text) {
		return named
	}
	return named || !p.weak.MatchString(s.Text)
}

// signedUnderDCO: "commits must be signed" means the sign-off where the section
// is about it.
func signedUnderDCO(s guideline.Sentence) bool {
	if !strings.Contains(strings.ToLower(s.Text), "commits") || !strings.Contains(s.Text, "signed") {
		return false
	}
	return slices.ContainsFunc(s.Headings, func(h string) bool {
		h = strings.ToLower(h)
		return strings.Contains(h, "dco") || strings.Contains(h, "sign-off") || strings.Contains(h, "certificate of origin") || strings.Contains(h, "sign your work")
	})
}

// signOffSteps knows the actions and scripts of workflows that look for the
// line.
func signOffSteps(set *guideline.Set) []Requirement {
	var out []Requirement
	for _, g := range set.Gates() {
		by := "workflow " + g.File()
		add := func(line int, words string, d SignOffDialect) {
			d.By = by
			out = append(out, fromGate(g, line, words, signOffText, SignOffParams{Dialects: []SignOffDialect{d}}))
		}
		action := strings.ToLower(g.Step.Uses)
		switch {
		case strings.HasSuffix(action, "/dco-check") || strings.HasSuffix(action, "/dco") || strings.HasSuffix(action, "/actions-dco"):
			add(0, "uses: "+g.Step.Uses, SignOffDialect{Name: dialectAction})
		case action == "siderolabs/conform":
			// its configuration says whether it looks
		case signOffPatternsOf().script.MatchString(g.Step.Run):
			line, text := lineOf(g.Step, "igned-off-by:")
			if d, ok := jqDialect(g.Step.Run); ok {
				add(line, text, d)
			} else if d, ok := scriptDialect(text); ok {
				if strings.Contains(g.Step.Run, "--no-merges") {
					d.Name = dialectNoMerges
				}
				add(line, text, d)
			}
		}
	}
	return out
}

// lineOf is the first line of a script that holds a word, and its number in
// the file.
func lineOf(s *guideline.Step, word string) (int, string) {
	for i, l := range strings.Split(s.Run, "\n") {
		if strings.Contains(l, word) {
			return s.RunLine + i, strings.TrimSpace(l)
		}
	}
	return s.RunLine, oneLine(s.Run)
}

// jqDialect reads the pattern of a jq filter. It may be put together of texts
// and of definitions that are texts.
func jqDialect(script string) (SignOffDialect, bool) {
	p := signOffPatternsOf()
	if !strings.Contains(script, "jq") {
		return SignOffDialect{}, false
	}
	m := p.jqText.FindStringSubmatch(script)
	if m == nil {
		return SignOffDialect{}, false
	}
	pattern := ""
	for _, part := range p.jqPart.FindAllString(m[0], -1) {
		if part[0] != '"' {
			def := regexp.MustCompile(`def ` + part + `:(?:\s|#[^\n]*\n)*("(?:[^"\\]|\\.)*")\s*;`).FindStringSubmatch(script)
			if def == nil {
				return SignOffDialect{}, false
			}
			part = def[1]
		}
		text, err := strconv.Unquote(part)
		if err != nil {
			return SignOffDialect{}, false
		}
		pattern += text
	}
	if _, err := regexp.Compile(pattern); err != nil {
		return SignOffDialect{}, false
	}
	name := dialectGrep
	if strings.Contains(script, "parents") {
		name = dialectJQ // it leaves merge commits out
	}
	return SignOffDialect{Name: name, Pattern: pattern}, true
}

// scriptDialect reads the pattern with which a script looks for the line. Of a
// script that cannot be read nothing is claimed; it stays a gate.
func scriptDialect(line string) (SignOffDialect, bool) {
	m := signOffPatternsOf().quoted.FindStringSubmatch(line)
	if m == nil || !strings.Contains(line, "grep") {
		return SignOffDialect{}, false
	}
	pattern := m[1] + m[2]
	if !strings.Contains(line, "-E") && !strings.Contains(line, "-P") && !strings.Contains(line, "egrep") && !strings.Contains(line, "-qE") {
		pattern = basicPattern(pattern)
	}
	if grepIgnoresCase(line) {
		pattern = "(?i)" + pattern
	}
	if strings.Contains(pattern, "${") || strings.Contains(pattern, "$(") {
		return SignOffDialect{}, false
	}
	if _, err := regexp.Compile(pattern); err != nil {
		return SignOffDialect{}, false
	}
	return SignOffDialect{Name: dialectGrep, Pattern: pattern}, true
}

func grepIgnoresCase(line string) bool {
	for _, word := range strings.Fields(line) {
		if strings.HasPrefix(word, "-") && !strings.HasPrefix(word, "--") && strings.Contains(word, "i") || word == "--ignore-case" {
			return true
		}
	}
	return false
}

// basicPattern reads a basic regular expression, whose ( ) { } | + ? are
// letters.
func basicPattern(p string) string {
	var b strings.Builder
	for i := 0; i < len(p); i++ {
		switch c := p[i]; {
		case c == '\\' && i+1 < len(p) && strings.IndexByte("(){}|+?", p[i+1]) >= 0:
			i++
			b.WriteByte(p[i])
		case strings.IndexByte("(){}|+?", c) >= 0:
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// signOffConfigs reads the tools whose configurations can ask for the line.
func signOffConfigs(set *guideline.Set) []Requirement {
	var out []Requirement
	add := func(c *guideline.Config, line int, words string, d SignOffDialect) {
		d.By = c.Source.Path
		out = append(out, fromConfig(c, line, words, signOffText, SignOffParams{Dialects: []SignOffDialect{d}}))
	}
	if c := set.Config(guideline.ToolConform); c != nil {
		for _, policy := range c.Root.At("policies").List {
			if dco := policy.At("spec", "dco"); dco.Bool(false) {
				add(c, dco.Line, "dco: true", SignOffDialect{Name: dialectConform})
			}
		}
	}
	if c := set.Config(guideline.ToolGitlint); c != nil {
		contrib := c.Root.At("general", "contrib")
		for _, name := range strings.Split(contrib.Text, ",") {
			if n := strings.TrimSpace(name); n == "CC1" || n == "contrib-body-requires-signed-off-by" {
				add(c, contrib.Line, "contrib="+contrib.Text, SignOffDialect{Name: dialectGitlint})
			}
		}
	}
	if c := set.Config(guideline.ToolCommitlint); c != nil {
		for _, name := range []string{"signed-off-by", "trailer-exists"} {
			r := readLintRule(name, c.Root.At("rules", name))
			if r.Level == 0 || r.Never || !strings.HasPrefix(strings.ToLower(r.Text), "signed-off-by") {
				continue
			}
			dialect := dialectLastLine
			if name == "trailer-exists" {
				dialect = dialectTrailer
			}
			add(c, r.Line, name, SignOffDialect{Name: dialect, Pattern: r.Text})
			if r.Level == 1 {
				out[len(out)-1].Strength = Should
			}
		}
	}
	return out
}

func checkSignOff(req Requirement, change *Change) []Finding {
	params := req.Params.(SignOffParams)
	judges, unread := signOffJudges(params)
	var at, unsure []Place
	var reason string
	var failing []*Commit
	for i := range change.Commits {
		c := &change.Commits[i]
		why := judgeSignOff(judges, c)
		if why == "" || params.Remediation && remediated(change.Commits[i+1:], c) {
			continue
		}
		place := Place{Commit: c.SHA, What: ParseMessage(c.Message).Header}
		if params.MembersExempt && c.Signed {
			unsure = append(unsure, place)
			continue
		}
		at, failing = append(at, place), append(failing, c)
		if reason == "" {
			reason = why
		}
	}
	judged := len(change.Commits)
	switch {
	case len(at) > 0:
		return []Finding{{
			Verdict: Broken, At: at,
			Message: fmt.Sprintf("%s (%d of %s)", reason, len(at), plural(judged, "commit", "commits")),
			Fix:     fixSignOff(judges, failing, change),
		}}
	case len(unsure) > 0:
		return []Finding{{Verdict: Unknown, At: unsure, Message: "these commits pass only if their signatures are verified and their author is a member"}}
	case unread != "":
		return []Finding{{Verdict: Unknown, Message: unread}}
	case judged == 0:
		return []Finding{{Verdict: Later, Message: "there are no commits yet"}}
	}
	return []Finding{{Verdict: Met, Message: "every commit is signed off"}}
}

func judgeSignOff(judges []signOffJudge, c *Commit) string {
	for _, j := range judges {
		if why := j.judge(c); why != "" {
			return why
		}
	}
	return ""
}

// remediated tells whether a later commit of the same author adds the sign-off,
// in the words of the DCO app.
func remediated(later []Commit, c *Commit) bool {
	want := strings.ToLower(fmt.Sprintf("I, %s <%s>, hereby add my Signed-off-by to this commit: %s", c.Author.Name, c.Author.Email, c.SHA))
	for i := range later {
		if later[i].Author == c.Author && strings.Contains(strings.ToLower(later[i].Message), want) {
			return true
		}
	}
	return false
}

// fixSignOff signs off the user's own commits. Nobody can certify the origin of
// another person's work, so those stay.
func fixSignOff(judges []signOffJudge, failing []*Commit, change *Change) *Fix {
	fix := &Fix{Kind: FixRewriteMessages, Safe: true}
	line := fmt.Sprintf("Signed-off-by: %s <%s>", change.UserName, change.UserEmail)
	var edits RewriteMessages
	var others, pushed, merges, helpless int
	for _, c := range failing {
		edit := MessageEdit{Commit: c.SHA, Trailers: []string{line}}
		mended := *c
		mended.Message = edit.Apply(c.Message)
		mended.Committer = Person{change.UserName, change.UserEmail}
		switch {
		case !c.Own || !isUser(c.Author, change):
			others++
		case c.Pushed:
			pushed++
		case c.Parents > 1:
			merges++
		case judgeSignOff(judges, &mended) != "":
			helpless++
		default:
			edits.Edits = append(edits.Edits, edit)
		}
	}
	fix.Verb = "sign off " + plural(max(1, len(edits.Edits)), "commit", "commits")
	fix.Params = edits
	switch {
	case change.UserName == "" || change.UserEmail == "":
		fix.Refused = "git does not know your name and address"
	case len(edits.Edits) > 0:
	case pushed > 0:
		fix.Refused = "the commits are pushed already: others may have them"
	case others > 0:
		fix.Refused = "only their authors can sign them off"
	case merges > 0:
		fix.Refused = "merge commits are not rewritten"
	case helpless > 0:
		fix.Refused = "a line at the end would not mend it"
	}
	return fix
}

func isUser(p Person, change *Change) bool {
	return strings.EqualFold(p.Email, change.UserEmail) || strings.EqualFold(p.Name, change.UserName)
}
