package rule

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// CLAParams says who keeps the agreements.
type CLAParams struct {
	Service string `json:"service,omitempty"` // such as EasyCLA, "" when not known
	Context string `json:"context,omitempty"` // of the check that reports it
	Link    string `json:"link,omitempty"`    // to the agreement, where prose has one
}

const claDoc = `A contributor licence agreement is signed with the service that keeps the project's agreements, such as cla-assistant (check "license/cla"), EasyCLA or Google's (check "cla/google"). The services answer on the pull request only, so it is judged later; once the pull request is there, its check decides.

What can be looked at before is the most frequent reason for which they refuse: they find people by the addresses in the commits. Every author's and committer's address of your own commits must be on your account; the one that the forge gave you (12+login@users.noreply.github.com) is.

Accepted beforehand:

    author: New Comer <newcomer@acme.example>   # a verified address of the account

Rejected beforehand:

    author: New Comer <newcomer@laptop.local>   # an address that no account has

Prose alone ("you will need to sign the CLA", "Contributor License Agreement") asks for it as well, and is never more than advice.`

func cla() *Rule {
	return &Rule{
		ID: "cla", Doc: claDoc,
		Derive: deriveCLA,
		Needs: func(req Requirement, change *Change) []Fact {
			if claReported(req.Params.(CLAParams), change) == "success" {
				return nil
			}
			return accountFacts(change)
		},
		Check:    checkCLA,
		merge:    mergeCLA,
		declared: func() Requirement { return Requirement{Params: CLAParams{}, Text: claText("")} },
	}
}

func claText(service string) string {
	if service == "" {
		return "a signed contributor licence agreement"
	}
	return "a contributor licence agreement signed with " + service
}

// claService is the service that reports a check, by the check's name.
func claService(context string) (string, bool) {
	switch c := strings.ToLower(context); {
	case c == "license/cla":
		return "cla-assistant", true
	case c == "easycla":
		return "EasyCLA", true
	case c == "cla/google":
		return "Google's service", true
	case c == "cla/linuxfoundation":
		return "the Linux Foundation's service", true
	case c == "verification/cla-signed":
		return "cla-bot", true
	case c == "cla" || strings.HasPrefix(c, "cla/") || c == "ci/cla" || c == "cla-signed" || c == "cla check" || c == "cla assistant":
		return "", true
	}
	return "", false
}

type claPatterns struct{ said, asks, other, you *regexp.Regexp }

var claPattern = lazy.Value(func() *claPatterns {
	return &claPatterns{
		you:   regexp.MustCompile(`(?i)\b(you|your|contributors?)\b`), // "before we can merge, you need to"
		said:  regexp.MustCompile(`\bI?CCLAs?\b|\bI?CLAs?\b|(?i:contributors?('s)? licen[cs]e agreement|contribution licen[cs]e agreement|contributor agreement)`),
		asks:  regexp.MustCompile(`(?i)\b(sign(s|ed|ing)?|agree(s|d)?|accept(s|ed)?|requires?|required|must|needs?|need to|accompanied|have (a|an|to)|complete|submit|fill|on file)\b`),
		other: regexp.MustCompile(`(?i)\b(instead of|rather than|replaces?|no)\b.{0,20}(\bCLA\b|licen[cs]e agreement)|\b(do not|don['’]t|does not|doesn['’]t|never) (use|have|require|ask)\b`),
	}
})

// saysCLA tells whether a sentence asks for an agreement.
func saysCLA(s guideline.Sentence) bool {
	p := claPattern()
	return p.said.MatchString(s.Text) && p.asks.MatchString(s.Text) && !p.other.MatchString(s.Text)
}

func deriveCLA(set *Reading) []Requirement {
	var out []Requirement
	for _, context := range set.RequiredChecks {
		if service, ok := claService(context); ok && !reportedByJob(set, context) && !(service == "cla-bot" && listedCLA(set)) {
			out = append(out, fromCheck(context, claText(service), CLAParams{Service: service, Context: context}))
		}
	}
	sentences := spoken(set, func(s guideline.Sentence) bool {
		return saysCLA(s) && (!s.ByOwners || claPattern().you.MatchString(s.Text))
	})
	if len(sentences) == 0 || keepsSignatures(set) {
		return out // the signatures that the repository keeps are another rule's
	}
	params := CLAParams{}
	for _, s := range sentences {
		for _, l := range s.Links {
			if params.Link == "" && claPattern().said.MatchString(l.Text) {
				params.Link = l.Target
			}
		}
	}
	return append(out, fromProse(set, sentences, claText(""), params, nil))
}

// mergeCLA makes one requirement of all: what prose says tells of the same
// agreement as the check.
func mergeCLA(reqs []Requirement) []Requirement {
	out := absorbProse(reqs)
	if len(out) == 0 {
		return out
	}
	for _, r := range reqs {
		p := out[0].Params.(CLAParams)
		if link := r.Params.(CLAParams).Link; p.Link == "" && link != "" {
			p.Link = link
			out[0].Params = p
		}
	}
	return out
}

// claReported is what the check of the service says on the pull request, ""
// when it says nothing yet.
func claReported(p CLAParams, change *Change) string {
	if change.Pull == nil || p.Context == "" {
		return ""
	}
	return change.Pull.Checks[p.Context]
}

func checkCLA(req Requirement, change *Change) []Finding {
	p := req.Params.(CLAParams)
	reported := claReported(p, change)
	if reported == "success" {
		return []Finding{{Verdict: Met, Message: "the check " + p.Context + " has passed"}}
	}
	a := accountOf(change)
	if at := a.strangers(change); len(at) > 0 {
		return []Finding{{
			Verdict: Broken, At: at,
			Message: fmt.Sprintf("%s no address of your account: the agreement cannot be found by it", plural(len(at), "commit carries", "commits carry")),
			Fix:     fixAuthor(at, change, a.has),
		}}
	}
	where := ""
	if p.Link != "" {
		where = ": " + p.Link
	}
	if reported == "failure" {
		return []Finding{{Verdict: Broken, Message: "the check " + p.Context + " has failed: sign the agreement" + where}}
	}
	message := "it is asked for on the pull request" + where
	switch {
	case !hasOwn(change):
	case a.unknown != "":
		message += "; whether your addresses are on your account is not known: " + a.unknown
	default:
		message += "; your addresses are on your account"
	}
	return []Finding{{Verdict: Later, Message: message}}
}
