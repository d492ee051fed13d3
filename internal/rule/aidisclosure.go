package rule

import (
	"fmt"
	"slices"
	"strings"
)

// AIParams says what a project asks of contributions that AI has helped with.
type AIParams struct {
	By       string   `json:"by"`
	Banned   bool     `json:"banned,omitempty"`   // such contributions are not taken
	Marks    bool     `json:"marks,omitempty"`    // it is the marks in messages that somebody refuses
	Trailers []string `json:"trailers,omitempty"` // one of these in each such commit
	Body     bool     `json:"body,omitempty"`     // said in the description
}

func aiDisclosure() *Rule {
	return &Rule{
		ID: "ai-disclosure",
		Doc: "The use of AI is disclosed, or avoided, as the project asks.\n\n" +
			"Only presence is judged: a commit that names a tool in a trailer (`Assisted-by`, `Co-authored-by`, `Generated-by`), or carries the line that a tool leaves, says so itself, " +
			"and then the trailer or the sentence in the description that the project wants must be there, or the ban is broken. A name that people have, too, counts only with the address of the tool. " +
			"Where nothing is said the verdict is `unknown`: only the author knows; a sentence on AI in the description settles it. commit-check's `ai_attribution = \"forbid\"` refuses the marks, and those alone.\n\n" +
			"```\nasked for Assisted-by\naccepted  Assisted-by: Copilot\nrejected  Co-authored-by: Copilot <198982749+Copilot@users.noreply.github.com>\n```\n\n" +
			"Text that is addressed to machines, in whatever file, asks nothing of anybody and is never acted on.",
		Derive: deriveAI,
		Check:  checkAI,
		merge:  mergeAI,
	}
}

func (p AIParams) text() string {
	switch {
	case p.Marks:
		return "no marks of AI tools in commit messages"
	case p.Banned:
		return "no contributions made with AI"
	case len(p.Trailers) > 0 && p.Body:
		return "the use of AI disclosed in the description and by " + strings.Join(p.Trailers, " or ")
	case len(p.Trailers) > 0:
		return "the use of AI disclosed by " + strings.Join(p.Trailers, " or ")
	}
	return "the use of AI disclosed"
}

// mergeAI makes one requirement of all sentences that ban, and one of all that
// want a disclosure.
func mergeAI(reqs []Requirement) []Requirement {
	var out []Requirement
next:
	for _, req := range reqs {
		p := req.Params.(AIParams)
		for i := range out {
			have := out[i].Params.(AIParams)
			if have.Banned != p.Banned || have.Marks != p.Marks {
				continue
			}
			have.Trailers, have.Body = withAll(have.Trailers, p.Trailers), have.Body || p.Body
			if len(out[i].Said) < maxQuotes {
				out[i].join(req)
			}
			out[i].Params, out[i].Text = have, have.text()
			continue next
		}
		out = append(out, req)
	}
	return out
}

func checkAI(req Requirement, change *Change) []Finding {
	p := req.Params.(AIParams)
	if len(change.Commits) == 0 {
		return []Finding{{Verdict: Later, Message: "there are no commits yet"}}
	}
	var marked []aiCommit
	for i := range change.Commits {
		if marks := aiMarks(change.Commits[i].Message); len(marks) > 0 {
			marked = append(marked, aiCommit{&change.Commits[i], marks})
		}
	}
	switch {
	case len(marked) == 0 && p.Marks:
		return []Finding{{Verdict: Met, Message: "no message carries one"}}
	case len(marked) == 0 && speaksOfAI(change.Draft.Body):
		return []Finding{{Verdict: Met, Message: "the description speaks of it"}}
	case len(marked) == 0:
		return []Finding{{Verdict: Unknown, Message: "only you know whether AI has helped: no commit says so"}}
	case p.Banned || p.Marks:
		return []Finding{{Verdict: Broken, At: aiPlaces(marked), Message: plural(len(marked), "commit names an AI tool", "commits name AI tools")}}
	}
	return p.disclosed(marked, change)
}

// disclosed judges commits that say themselves that AI has helped.
func (p AIParams) disclosed(marked []aiCommit, change *Change) []Finding {
	var out []Finding
	lacking := slices.DeleteFunc(slices.Clone(marked), func(c aiCommit) bool {
		return len(p.Trailers) == 0 || slices.ContainsFunc(p.Trailers, func(key string) bool { return len(ParseMessage(c.Message).Trailer(key)) > 0 })
	})
	if len(lacking) > 0 {
		out = append(out, Finding{
			Verdict: Broken, At: aiPlaces(lacking), Fix: p.fix(lacking),
			Message: fmt.Sprintf("%s without %s", plural(len(lacking), "commit names an AI tool", "commits name AI tools"), strings.Join(p.Trailers, " or ")),
		})
	}
	inBody := p.Body || len(p.Trailers) == 0
	switch {
	case inBody && !change.Draft.Exists:
		out = append(out, Finding{Verdict: Later, Message: "say in the description what AI was used for: there is none yet"})
	case inBody && !speaksOfAI(change.Draft.Body):
		out = append(out, Finding{Verdict: Broken, At: aiPlaces(marked), Message: "commits name an AI tool and the description does not speak of it"})
	case len(out) == 0:
		out = append(out, Finding{Verdict: Met, Message: "the use of AI is disclosed"})
	}
	return out
}

// fix adds the trailer to messages that name a tool already. What is put into
// it is the name that they give, so the author has to look at it.
func (p AIParams) fix(lacking []aiCommit) *Fix {
	fix := &Fix{Kind: FixRewriteMessages, Verb: "add " + p.Trailers[0] + " to " + plural(len(lacking), "commit", "commits")}
	var edits RewriteMessages
	for _, c := range lacking {
		edits.Edits = append(edits.Edits, MessageEdit{Commit: c.SHA, Trailers: []string{p.Trailers[0] + ": " + c.marks[0].tool}})
		fix.Refused = refusedRewrite(c.Commit, fix.Refused)
	}
	fix.Params = edits
	return fix
}

// aiCommit is a commit that names tools.
type aiCommit struct {
	*Commit
	marks []aiMark
}

//go:noinline
func aiPlaces(marked []aiCommit) []Place {
	var out []Place
	for _, c := range marked {
		out = append(out, Place{Commit: c.SHA, What: c.marks[0].words})
	}
	return out
}
