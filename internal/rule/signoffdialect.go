package rule

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
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
	dialectTrailer  = "trailer"    // commitlint trailer-exists, GitLab: a trailer as git sees it
	dialectProw     = "prow"       // a line begins with the words
	dialectRuleset  = "ruleset"    // a ruleset's pattern, every line, merges too
	dialectAction   = "dco-action" // an action whose exact reading differs
	dialectProse    = "prose"      // nobody enforces it: what git commit -s writes
)

// signOffJudge answers why a commit fails, or "".
type signOffJudge struct {
	dialect SignOffDialect
	judge   func(*Commit) string
}

type signOffLines struct {
	app, strict, prow *regexp.Regexp
	address           *regexp.Regexp
}

var signOffLine = sync.OnceValue(func() signOffLines {
	return signOffLines{
		app:     regexp.MustCompile(`(?im)^Signed-off-by: (.*) <(.*)>\s*$`),
		strict:  regexp.MustCompile(`^Signed-off-by: ([^<]+) <([^<>@]+@[^<>]+)>$`),
		prow:    regexp.MustCompile(`(?mi)^signed-off-by:`),
		address: regexp.MustCompile(`^[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+$`),
	}
})

const noSignOff = "Signed-off-by is missing"

// signOffJudges turns dialects into judges. A dialect that is not known makes
// everything unknown that the others let pass.
func signOffJudges(p SignOffParams) (judges []signOffJudge, unread string) {
	for _, d := range p.Dialects {
		judge := signOffJudgeOf(d)
		if judge == nil {
			unread = fmt.Sprintf("how %s judges sign-offs is not known", d.By)
			continue
		}
		judges = append(judges, signOffJudge{dialect: d, judge: judge})
	}
	return judges, unread
}

func signOffJudgeOf(d SignOffDialect) func(*Commit) string {
	switch d.Name {
	case dialectDCOApp:
		return skipMerges(skipBots(judgeDCOApp))
	case dialectDCO2, dialectAction, dialectProse:
		return skipMerges(skipBots(judgeDCO2))
	case dialectJQ:
		if judge := patternJudge(d.Pattern, false); judge != nil {
			return skipMerges(judge)
		}
	case dialectGrep:
		return patternJudge(d.Pattern, true)
	case dialectNoMerges:
		if judge := patternJudge(d.Pattern, true); judge != nil {
			return skipMerges(judge)
		}
	case dialectRuleset:
		return patternJudge(d.Pattern, false)
	case dialectConform:
		return judgeConform
	case dialectGitlint:
		return skipMerges(judgeGitlint)
	case dialectLastLine:
		return func(c *Commit) string { return judgeLastLine(c, d.Pattern) }
	case dialectTrailer:
		return func(c *Commit) string { return judgeTrailer(c, d.Pattern) }
	case dialectProw:
		return func(c *Commit) string {
			if signOffLine().prow.MatchString(c.Message) {
				return ""
			}
			return noSignOff
		}
	}
	return nil
}

func skipMerges(judge func(*Commit) string) func(*Commit) string {
	return func(c *Commit) string {
		if c.Parents > 1 {
			return ""
		}
		return judge(c)
	}
}

func skipBots(judge func(*Commit) string) func(*Commit) string {
	return func(c *Commit) string {
		if strings.HasSuffix(c.Author.Name, "[bot]") || strings.Contains(c.Author.Email, "[bot]@users.noreply.") {
			return ""
		}
		return judge(c)
	}
}

// judgeDCOApp: one of the lines has a name and an address of author or
// committer, not necessarily of the same one of them.
func judgeDCOApp(c *Commit) string {
	return judgeIdentity(c, func(name, email string) bool {
		return (strings.EqualFold(name, c.Author.Name) || strings.EqualFold(name, c.Committer.Name)) &&
			(strings.EqualFold(email, c.Author.Email) || strings.EqualFold(email, c.Committer.Email))
	})
}

// judgeDCO2: name and address are both those of the author, or both those of
// the committer.
func judgeDCO2(c *Commit) string {
	return judgeIdentity(c, func(name, email string) bool {
		return strings.EqualFold(name, c.Author.Name) && strings.EqualFold(email, c.Author.Email) ||
			strings.EqualFold(name, c.Committer.Name) && strings.EqualFold(email, c.Committer.Email)
	})
}

func judgeIdentity(c *Commit, same func(name, email string) bool) string {
	lines := signOffLine()
	if !lines.address.MatchString(c.Author.Email) {
		return fmt.Sprintf("the author's address %q is none", c.Author.Email)
	}
	found := lines.app.FindAllStringSubmatch(bounded(c.Message), 100)
	for _, m := range found {
		if same(m[1], m[2]) {
			return ""
		}
	}
	if len(found) == 0 {
		return noSignOff
	}
	return fmt.Sprintf("signed off as %s <%s>, but the commit is by %s <%s>", found[0][1], found[0][2], c.Author.Name, c.Author.Email)
}

// patternJudge looks for a pattern in the whole message, or in each of its lines.
func patternJudge(pattern string, lines bool) func(*Commit) string {
	re, err := regexp.Compile("(?m)" + pattern)
	if err != nil {
		return nil
	}
	found := func(message string) bool { return re.MatchString(message) }
	if lines {
		found = func(message string) bool { return slices.ContainsFunc(messageLines(message), re.MatchString) }
	}
	return func(c *Commit) string {
		if found(bounded(c.Message)) {
			return ""
		}
		if strings.Contains(strings.ToLower(c.Message), "signed-off-by") {
			return "the Signed-off-by line does not match " + pattern
		}
		return noSignOff
	}
}

func judgeConform(c *Commit) string {
	for _, line := range messageLines(c.Message) {
		if signOffLine().strict.MatchString(strings.TrimSpace(line)) {
			return ""
		}
	}
	return noSignOff
}

func judgeGitlint(c *Commit) string {
	lines := messageLines(c.Message)
	for i, line := range lines {
		if i > 0 && strings.HasPrefix(strings.ToLower(line), "signed-off-by") {
			return ""
		}
	}
	return noSignOff
}

// judgeLastLine: comments and what git cherry-pick adds do not count.
func judgeLastLine(c *Commit, want string) string {
	if lintIgnored(c.Message) {
		return ""
	}
	lines := messageLines(c.Message)
	for i := len(lines) - 1; i >= 0; i-- {
		line := strings.TrimSpace(lines[i])
		if line == "" || strings.HasPrefix(line, "#") || strings.HasPrefix(line, "(cherry picked from commit") {
			continue
		}
		if strings.HasPrefix(line, want) {
			return ""
		}
		break
	}
	if strings.Contains(c.Message, want) {
		return strings.TrimRight(want, ": ") + " is not the last line"
	}
	return noSignOff
}

func judgeTrailer(c *Commit, want string) string {
	if lintIgnored(c.Message) {
		return ""
	}
	for _, t := range ParseMessage(c.Message).Trailers {
		if strings.HasPrefix(t.Key+": "+t.Value, want) || strings.HasPrefix(t.Key+":", want) {
			return ""
		}
	}
	if strings.Contains(strings.ToLower(c.Message), "signed-off-by") {
		return "Signed-off-by is not in the last paragraph, where git looks for it"
	}
	return noSignOff
}

func bounded(s string) string {
	if len(s) > maxMessage {
		return s[:maxMessage]
	}
	return s
}
