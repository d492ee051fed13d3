package rule

import "strings"

// scissors is git's line below which nothing belongs to a message.
const scissors = "------------------------ >8 ------------------------"

// CleanMessage leaves of a message that is being written what git will keep of
// it with its default clean-up: no comments, nothing below the scissors, no
// blanks at line ends, no two blank lines. comment is core.commentChar, "#" by
// default.
func CleanMessage(message, comment string) string {
	if comment == "" || comment == "auto" {
		comment = "#"
	}
	var lines []string
	for _, line := range strings.Split(strings.ReplaceAll(message, "\r\n", "\n"), "\n") {
		if strings.HasPrefix(line, comment) {
			if strings.HasPrefix(line, comment+" "+scissors) {
				break
			}
			continue
		}
		line = strings.TrimRight(line, " \t")
		if line == "" && (len(lines) == 0 || lines[len(lines)-1] == "") {
			continue
		}
		lines = append(lines, line)
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

// JudgeMessage judges the message of one commit that is being written, by those
// requirements that need nothing else. An empty message is git's own matter, the
// words of a merge are git's, and a commit that is to be melted into another
// loses its message: nothing is said of them.
func JudgeMessage(reqs []Requirement, message string, who Person) []Finding {
	if strings.TrimSpace(message) == "" || isAutosquash(message) || ignorePattern().merge.MatchString(oneLine(message)) {
		return nil
	}
	change := &Change{
		BehindBy: -1, UserName: who.Name, UserEmail: who.Email,
		Commits: []Commit{{Author: who, Committer: who, Message: message, Parents: 1, Own: true}},
	}
	return Check(OfMessages(reqs), change)
}

func isAutosquash(message string) bool {
	for _, prefix := range []string{"fixup! ", "squash! ", "amend! "} {
		if strings.HasPrefix(message, prefix) {
			return true
		}
	}
	return false
}
