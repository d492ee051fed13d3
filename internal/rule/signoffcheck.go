package rule

import (
	"fmt"
	"strings"
)

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
