package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/lazy"
)

// The dialects in which sign-offs are judged. There is no single one: these
// enforcers agree in little but the words "Signed-off-by".
const (
	dialectDCOApp   = "dcoapp"     // the DCO app: anywhere, author or committer
	dialectDCO2     = "dco2"       // its successor: the pair must belong together
	dialectJQ       = "jq"         // a workflow's jq filter: a pattern, no identity, merges skipped
	dialectGrep     = "grep"       // a workflow's grep: a pattern, no identity, merges too
	dialectNoMerges = "no-merges"  // the same over commits that are no merges
	dialectConform  = "conform"    // one line with an address, case matters
	dialectGitlint  = "gitlint"    // a line of the body begins with the words
	dialectLastLine = "last-line"  // commitlint signed-off-by: the last line
	dialectTrailer  = "trailer"    // commitlint trailer-exists: a trailer as git interpret-trailers sees it
	dialectProw     = "prow"       // a line begins with the words, merges skipped
	dialectGitLab   = "gitlab"     // GitLab's push rule: the words and an address in one line, merges too
	dialectRuleset  = "ruleset"    // a ruleset's pattern, every line, merges too
	dialectTim      = "tim-dco"    // an action: the DCO app of its time
	dialectAuthor   = "author"     // an action: the author's name and address as they are written
	dialectAction   = "dco-action" // an action whose exact reading differs between versions
	dialectProse    = "prose"      // nobody enforces it: the words on a line of their own
)

// signOffJudge answers why a commit of a change fails, or "". doubt answers why
// it cannot be told that a commit passes which does not fail; nil never doubts.
type signOffJudge struct {
	dialect SignOffDialect
	judge   func(*Commit) string
	doubt   func(*Commit) string
	// mends tells whether a remediation commit stands for what a commit lacks;
	// nil when the enforcer knows no such commits.
	mends func(*Commit, []declaration) bool
}

type signOffShapes struct{ strict, prow, gitlab *regexp.Regexp }

var signOffPatternOf = lazy.Value(func() *signOffShapes {
	return &signOffShapes{
		strict: regexp.MustCompile(`^Signed-off-by: ([^<]+) <([^<>@]+@[^<>]+)>$`),
		prow:   regexp.MustCompile(`(?mi)^signed-off-by:`),
		gitlab: regexp.MustCompile(`Signed-off-by:.+<.+@.+>`),
	}
})

const noSignOff = "Signed-off-by is missing"

// signOffJudges turns dialects into judges. A dialect that is not known makes
// everything unknown that the others let pass.
func signOffJudges(p SignOffParams) (judges []signOffJudge, unread string) {
	for _, d := range p.Dialects {
		judge := signOffJudgeOf(d)
		if judge.judge == nil {
			unread = fmt.Sprintf("how %s judges sign-offs is not known", d.By)
			continue
		}
		judge.dialect = d
		if p.Remediation && (d.Name == dialectDCOApp || d.Name == dialectDCO2) {
			judge.mends = func(c *Commit, all []declaration) bool { return remediated(d.Name, p.ThirdParty, c, all) }
		}
		judges = append(judges, judge)
	}
	return judges, unread
}

func signOffJudgeOf(d SignOffDialect) signOffJudge {
	simple := func(judge func(*Commit) string) signOffJudge { return signOffJudge{judge: judge} }
	p := signOffPatternOf()
	switch d.Name {
	case dialectDCOApp:
		return simple(skipMerges(skipBots(judgeDCOApp)))
	case dialectDCO2:
		return simple(skipMerges(skipBots(judgeDCO2)))
	case dialectTim:
		return simple(skipMerges(skipBots(judgeTim)))
	case dialectAuthor:
		if d.Merges {
			return simple(judgeAuthor)
		}
		return simple(skipMerges(judgeAuthor))
	case dialectAction:
		return signOffJudge{judge: skipMerges(skipBots(judgeWords)), doubt: skipMerges(skipBots(doubtAction))}
	case dialectProse:
		return simple(skipMerges(skipBots(judgeWords)))
	case dialectJQ:
		return simple(skipMerges(patternJudge(d.Pattern, false)))
	case dialectGrep:
		return simple(patternJudge(d.Pattern, true))
	case dialectNoMerges:
		return simple(skipMerges(patternJudge(d.Pattern, true)))
	case dialectRuleset:
		return simple(patternJudge(d.Pattern, false))
	case dialectConform:
		return simple(judgeConform)
	case dialectGitlint:
		return simple(func(c *Commit) string { return judgeGitlint(c, d.Leaves) })
	case dialectLastLine:
		return simple(func(c *Commit) string { return judgeLastLine(c, d) })
	case dialectTrailer:
		return simple(func(c *Commit) string { return judgeTrailer(c, d) })
	case dialectProw:
		return simple(skipMerges(func(c *Commit) string { return unless(p.prow.MatchString(bounded(c.Message)), noSignOff) }))
	case dialectGitLab:
		return simple(func(c *Commit) string {
			return unless(p.gitlab.MatchString(bounded(c.Message)), withWords(c, "the Signed-off-by line has no name and address"))
		})
	}
	return signOffJudge{}
}

// withWords says that the line is missing, or what is wrong with it if it is
// there.
func withWords(c *Commit, why string) string {
	if strings.Contains(strings.ToLower(c.Message), "signed-off-by") {
		return why
	}
	return noSignOff
}

func skipMerges(judge func(*Commit) string) func(*Commit) string {
	if judge == nil {
		return nil
	}
	return func(c *Commit) string {
		if c.Parents > 1 {
			return ""
		}
		return judge(c)
	}
}

// skipBots leaves the commits of apps out. The address tells: whatever a name
// ends in, the forge finds the account by the address.
func skipBots(judge func(*Commit) string) func(*Commit) string {
	return func(c *Commit) string {
		if isBot(c.Author) {
			return ""
		}
		return judge(c)
	}
}

func isBot(p Person) bool { return strings.Contains(p.Email, "[bot]@users.noreply.") }

// judgeWords: a line begins with the words and says something.
func judgeWords(c *Commit) string {
	for _, line := range messageLines(c.Message) {
		if rest, ok := cutFold(line, "signed-off-by:"); ok && strings.TrimSpace(rest) != "" {
			return ""
		}
	}
	return noSignOff
}

// doubtAction: whoever reads the line, as a trailer or anywhere, with the
// identity or without, is content with the author's own in the last paragraph.
func doubtAction(c *Commit) string {
	if !plainAddress(c.Author.Email) {
		return "whether the author's address passes depends on the version of the action"
	}
	for _, v := range ParseMessage(c.Message).Trailer("Signed-off-by") {
		if v == c.Author.Name+" <"+c.Author.Email+">" {
			return ""
		}
	}
	return "whether this Signed-off-by line passes depends on the version of the action: only the author's own, at the end of the message, is certain"
}

// patternJudge looks for a pattern in the whole message, or in each of its lines.
func patternJudge(pattern string, lines bool) func(*Commit) string {
	if len(pattern) > maxPattern {
		return nil
	}
	re, err := regexp.Compile("(?m)" + pattern)
	if err != nil {
		return nil
	}
	found := func(message string) bool { return re.MatchString(message) }
	if lines {
		found = func(message string) bool { return slices.ContainsFunc(messageLines(message), re.MatchString) }
	}
	return func(c *Commit) string {
		return unless(found(bounded(c.Message)), withWords(c, "the Signed-off-by line does not match "+pattern))
	}
}

func judgeConform(c *Commit) string {
	for _, line := range messageLines(c.Message) {
		if signOffPatternOf().strict.MatchString(strings.TrimSpace(line)) {
			return ""
		}
	}
	return withWords(c, "the Signed-off-by line is not written as \"Signed-off-by: NAME <ADDRESS>\"")
}

// gitlintLeaves are the messages that gitlint leaves alone unless it is told
// otherwise.
func gitlintLeaves() []string { return []string{"merge", "revert", "fixup", "fixup-amend", "squash"} }

// judgeGitlint: a line of the body begins with the words; comments and what
// stands below a cut are no body.
func judgeGitlint(c *Commit, leaves []string) string {
	lines := messageLines(c.Message)
	if len(lines) == 0 || gitlintLeft(c, lines[0], leaves) {
		return ""
	}
	for _, line := range lines[1:] {
		if line == cutLine {
			break
		}
		if _, ok := cutFold(line, "signed-off-by"); ok {
			return ""
		}
	}
	return noSignOff
}

func gitlintLeft(c *Commit, title string, leaves []string) bool {
	for _, kind := range leaves {
		switch {
		case kind == "merge" && (c.Parents > 1 || strings.HasPrefix(title, "Merge")),
			kind == "revert" && strings.HasPrefix(title, "Revert"),
			kind == "fixup" && strings.HasPrefix(title, "fixup!"),
			kind == "fixup-amend" && strings.HasPrefix(title, "amend!"),
			kind == "squash" && strings.HasPrefix(title, "squash!"):
			return true
		}
	}
	return false
}

// judgeLastLine: comments and what git cherry-pick adds do not count.
func judgeLastLine(c *Commit, d SignOffDialect) string {
	if lintIgnored(c.Message) && !d.All {
		return ""
	}
	lines := messageLines(c.Message)
	for i := len(lines) - 1; i >= 0; i-- {
		line := lines[i]
		if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "(cherry picked from commit") {
			continue
		}
		if strings.HasPrefix(line, d.Pattern) {
			return ""
		}
		break
	}
	if strings.Contains(c.Message, d.Pattern) {
		return strings.TrimRight(d.Pattern, ": ") + " is not the last line"
	}
	return noSignOff
}

// judgeTrailer: one of the lines that git interpret-trailers prints begins with
// the words.
func judgeTrailer(c *Commit, d SignOffDialect) string {
	if lintIgnored(c.Message) && !d.All {
		return ""
	}
	for _, t := range parsedTrailers(c.Message) {
		if strings.HasPrefix(t.Key+": "+t.Value, d.Pattern) {
			return ""
		}
	}
	return withWords(c, "Signed-off-by is not in the last paragraph, where git looks for it")
}

func bounded(s string) string {
	if len(s) > maxMessage {
		return s[:maxMessage]
	}
	return s
}

// cutFold cuts a prefix of small letters whatever the case of the text.
func cutFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}
