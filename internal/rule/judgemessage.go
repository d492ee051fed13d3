package rule

import (
	"slices"
	"strings"
)

// JudgeMessage judges one message, such as that of a commit which is being
// written, by the requirements that need nothing but a message and who writes
// it. Comments and what stands below git's scissors are dropped as git drops
// them. Commits that are meant to be melted into others ("fixup! …") are not
// judged: their messages go away. Nor are merges, whose words are git's, nor an
// empty message.
func JudgeMessage(reqs []Requirement, message string, who Person) []Finding {
	message = CleanMessage(message)
	if message == "" || isAutosquash(message) || ignorePattern().merge.MatchString(oneLine(message)) {
		return nil
	}
	commit := Commit{Author: who, Committer: who, Message: message, Parents: 1, Own: true}
	var of []Requirement
	for _, r := range reqs {
		if r.Rule != nil && slices.Contains(messageRules(), r.Rule.ID) {
			of = append(of, r)
		}
	}
	change := &Change{Commits: []Commit{commit}, UserName: who.Name, UserEmail: who.Email, BehindBy: -1}
	return Check(of, change)
}

// messageRules are the rules that judge a message alone.
func messageRules() []string {
	return []string{
		"sign-off", "commit-header", "type-and-scope", "header-length", "header-minimum", "subject-case", "subject-end", "imperative",
		"line-length", "message-body", "blank-line", "ticket", "breaking-change", "trailers", "message",
	}
}

func isAutosquash(message string) bool {
	for _, prefix := range []string{"fixup! ", "squash! ", "amend! "} {
		if strings.HasPrefix(message, prefix) {
			return true
		}
	}
	return false
}

// scissors is the line below which git reads nothing.
const scissors = "# ------------------------ >8 ------------------------"

// CleanMessage is a message as git would commit it when it was edited: without
// comments, blanks at the ends of lines, and needless blank lines. Comments
// begin with "#", which is git's default.
func CleanMessage(message string) string {
	var out []string
	for _, line := range messageLines(message) {
		if line == scissors {
			break
		}
		if strings.HasPrefix(line, "#") {
			continue
		}
		line = strings.TrimRight(line, " \t\r\v\f")
		if line == "" && (len(out) == 0 || out[len(out)-1] == "") {
			continue
		}
		out = append(out, line)
	}
	text := strings.TrimRight(strings.Join(out, "\n"), "\n")
	if text == "" {
		return ""
	}
	return text + "\n"
}
