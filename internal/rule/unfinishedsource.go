package rule

import (
	"regexp"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
)

// fromScript reads a script that refuses commits by what their messages say:
// one that greps in what git log writes, or that lists merges. What it does
// else, it does not read.
func (p *UnfinishedParams) fromScript(s *guideline.Step) (line int, words string) {
	re := unfinishedPattern()
	if !strings.Contains(s.Run, "git log") && !strings.Contains(s.Run, "git rev-list") && !strings.Contains(s.Run, "git show") {
		return 0, ""
	}
	if !re.refuses.MatchString(s.Run) && !strings.Contains(s.Run, "! git log") {
		return 0, ""
	}
	for i, text := range strings.Split(s.Run, "\n") {
		trimmed := strings.TrimSpace(text)
		if strings.HasPrefix(trimmed, "#") {
			continue
		}
		found := false
		if mark, sees, ok := greppedMark(text); ok {
			p.Marks, p.Sees, found = append(p.Marks, mark), sees, true
		}
		if re.listsMerges.MatchString(text) {
			p.Merges, found = true, true
		}
		if found && line == 0 {
			line, words = s.RunLine+i, trimmed
		}
	}
	return line, words
}

// greppedMark reads the pattern that a line greps for in the log, and what of a
// message it is put to. A pattern of other things than marks, one that is
// inverted, and one with variables are not read.
func greppedMark(line string) (mark Pattern, sees string, ok bool) {
	if !unfinishedPattern().git.MatchString(line) {
		return Pattern{}, "", false
	}
	if m := unfinishedPattern().grep.FindStringSubmatch(line); m != nil {
		mark = Pattern{Dialect: RE2, Text: m[1] + m[2] + m[3], Flags: "m"}
		sees = seesLines // git looks through the whole message
		if !strings.Contains(line, " -E") && !strings.Contains(line, "--extended-regexp") {
			mark.Text = basicPattern(mark.Text)
		}
		if strings.Contains(line, " -i ") || strings.Contains(line, "--regexp-ignore-case") {
			mark.Flags += "i"
		}
		if strings.Contains(line, "--invert-grep") {
			return Pattern{}, "", false
		}
	} else if m := lookPattern().grep.FindStringSubmatch(line); m != nil && !strings.Contains(shortFlags(m[1]), "v") && !strings.Contains(m[1], "invert") {
		mark = Pattern{Dialect: RE2, Text: m[2] + m[3]}
		if !strings.ContainsAny(shortFlags(m[1]), "EP") && !strings.Contains(m[0], "egrep") {
			mark.Text = basicPattern(mark.Text)
		}
		if strings.Contains(shortFlags(m[1]), "i") {
			mark.Flags = "i"
		}
		sees = logged(line)
		if sees == seesLines {
			mark.Flags += "m"
		}
	}
	mark.Text = strings.ReplaceAll(mark.Text, `\!`, "!")
	if mark.Text == "" || strings.Contains(mark.Text, "$(") || strings.Contains(mark.Text, "${") || !unfinishedPattern().mark.MatchString(mark.Text) {
		return Pattern{}, "", false
	}
	return mark, sees, true
}

// shortFlags are the letters of the flags that are written with one hyphen.
func shortFlags(flags string) string {
	var b strings.Builder
	for _, f := range strings.Fields(flags) {
		if !strings.HasPrefix(f, "--") {
			b.WriteString(strings.TrimPrefix(f, "-"))
		}
	}
	return b.String()
}

// logged is what of a message git log writes.
func logged(line string) string {
	switch {
	case strings.Contains(line, "--oneline"):
		return seesOneline
	case strings.Contains(line, "%s") && !strings.Contains(line, "%h") && !strings.Contains(line, "%H"):
		return seesHeader
	case strings.Contains(line, "%s"):
		return seesOneline
	}
	return seesLines
}

// unfinishedRuleset reads a rule on messages that forbids marks of unfinished
// commits.
func unfinishedRuleset(r forge.Rule) (PatternParams, bool) {
	p, ok := rulesetPattern(r, "commit_message_pattern")
	return p, ok && p.Negate && unfinishedPattern().mark.MatchString(p.Pattern)
}

// search is what the pattern looks for, whether that is wanted or not.
func (p PatternParams) search() Pattern {
	out := Pattern{Dialect: RE2, Text: regexp.QuoteMeta(p.Pattern), Flags: "m"}
	switch p.Operator {
	case StartsWith:
		out.Text = `\A` + out.Text
	case EndsWith:
		out.Text += `\z`
	case Regex:
		out.Text = p.Pattern
	}
	return out
}

// proseUnfinished reads what prose says of such commits. Merged history cannot
// confirm it: what is melted leaves no trace.
func proseUnfinished(set *Reading) []Requirement {
	p := unfinishedPattern()
	sentences := said(set, func(s guideline.Sentence) bool {
		return p.prose.MatchString(s.Text) && !p.waived.MatchString(s.Text) && !strings.Contains(strings.ToLower(s.Text), "title")
	})
	if len(sentences) == 0 {
		return nil
	}
	params := UnfinishedParams{By: "prose"}
	for _, s := range sentences {
		lower := strings.ToLower(s.Text)
		if strings.Contains(lower, "wip") || strings.Contains(lower, "progress") {
			params.Marks = append(params.Marks, Pattern{Dialect: RE2, Text: `^\[?wip\b`, Flags: "i"})
			break
		}
	}
	params.Marks = append(params.Marks, cleanupMark("fixup|squash|amend"))
	return []Requirement{fromProse(set, sentences, params.text(), params, nil)}
}
