package rule

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// signOffState is what judging all commits has shown.
type signOffState struct {
	failing  []*Commit
	at       []Place
	unsure   []Place
	reason   string // why the first of the failing fails
	doubt    string // why the first of the unsure is not certain
	mended   int    // commits for which a remediation commit stands
	disputed string // what another enforcer of the same name would say
}

func checkSignOff(req Requirement, change *Change) []Finding {
	params := req.Params.(SignOffParams)
	judges, unread := signOffJudges(params)
	state := judgeSignOffs(params, judges, change)
	judged := len(change.Commits)
	switch {
	case len(state.at) > 0:
		return []Finding{{
			Verdict: Broken, At: state.at,
			Message: fmt.Sprintf("%s (%d of %s)", state.reason, len(state.at), plural(judged, "commit", "commits")),
			Fix:     fixSignOff(params, judges, state.failing, change),
		}}
	case len(state.unsure) > 0:
		return []Finding{{Verdict: Unknown, At: state.unsure, Message: state.doubt}}
	case unread != "":
		return []Finding{{Verdict: Unknown, Message: unread}}
	case judged == 0:
		return []Finding{{Verdict: Later, Message: "there are no commits yet"}}
	}
	message := "every commit is signed off"
	if state.mended > 0 {
		message += fmt.Sprintf(", %d of them by a remediation commit", state.mended)
	}
	return []Finding{{Verdict: Met, Message: message + state.disputed}}
}

func judgeSignOffs(params SignOffParams, judges []signOffJudge, change *Change) signOffState {
	var s signOffState
	var declared []declaration
	if params.Remediation {
		declared = declarations(change.Commits)
	}
	for i := range change.Commits {
		c := &change.Commits[i]
		place := Place{Commit: c.SHA, What: ParseMessage(c.Message).Header}
		why, mended := judgeSignOff(judges, c, declared)
		if mended {
			s.mended++
		}
		if why == "" {
			if doubt := doubtSignOff(judges, c); doubt != "" {
				s.unsure = append(s.unsure, place)
				s.doubt = cmp.Or(s.doubt, doubt)
			} else if other := judgeOther(judges, c); other != "" && !mended {
				s.disputed = "; where dco2 reports the check it is not: " + other
			}
			continue
		}
		if params.MembersExempt && c.Signed {
			s.unsure = append(s.unsure, place)
			s.doubt = cmp.Or(s.doubt, "these commits pass only if their signatures are verified and their author is a member")
			continue
		}
		s.at, s.failing = append(s.at, place), append(s.failing, c)
		s.reason = cmp.Or(s.reason, why)
	}
	return s
}

// judgeSignOff asks all judges of one commit. mended tells that one of them was
// content with a remediation commit.
func judgeSignOff(judges []signOffJudge, c *Commit, declared []declaration) (why string, mended bool) {
	for _, j := range judges {
		said := j.judge(c)
		if said != "" && j.mends != nil && j.mends(c, declared) {
			mended = true
			continue
		}
		if said != "" {
			return said, false
		}
	}
	return "", mended
}

func doubtSignOff(judges []signOffJudge, c *Commit) string {
	for _, j := range judges {
		if j.doubt == nil {
			continue
		}
		if why := j.doubt(c); why != "" {
			return why
		}
	}
	return ""
}

// judgeOther asks dco2 where the DCO app is taken to judge: both report their
// check by the same name.
func judgeOther(judges []signOffJudge, c *Commit) string {
	app := slices.ContainsFunc(judges, func(j signOffJudge) bool { return j.dialect.Name == dialectDCOApp })
	if !app {
		return ""
	}
	return skipMerges(skipBots(judgeDCO2))(c)
}

// fixSignOff signs off the user's own commits. Nobody can certify the origin of
// another person's work, so those stay.
func fixSignOff(params SignOffParams, judges []signOffJudge, failing []*Commit, change *Change) *Fix {
	fix := &Fix{Kind: FixRewriteMessages, Safe: true}
	line := fmt.Sprintf("Signed-off-by: %s <%s>", change.UserName, change.UserEmail)
	var edits RewriteMessages
	var pushed []*Commit
	var others, merges, helpless int
	for _, c := range failing {
		edit := MessageEdit{Commit: c.SHA, Trailers: []string{line}}
		mended := *c
		mended.Message = edit.Apply(c.Message)
		mended.Committer = Person{change.UserName, change.UserEmail}
		why, _ := judgeSignOff(judges, &mended, nil)
		switch {
		case !c.Own || !isUser(c.Author, change):
			others++
		case c.Pushed:
			pushed = append(pushed, c)
		case c.Parents > 1:
			merges++
		case why != "":
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
	case len(pushed) > 0:
		if r := fixRemediate(params, judges, pushed, change); r != nil {
			return r
		}
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
