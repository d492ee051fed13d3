package rule

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/order"
)

// OwnersParams says that the owners of the files of a change approve it.
type OwnersParams struct {
	Required bool `json:"required,omitempty"` // the merge waits for them
	Unread   bool `json:"unread,omitempty"`   // the file is there and could not be read
	owners   *guideline.Owners
}

// KnownOwnersParams says that the forge knows those whom the file names.
type KnownOwnersParams struct{ owners *guideline.Owners }

func codeOwners() *Rule {
	return &Rule{
		ID: "code-owners",
		Doc: `The owners of the files that a change touches approve it, as CODEOWNERS names them.

It must be so where a ruleset has require_code_owner_review; where nothing enforces it, owners are asked, and may approve. The file is read in the dialect of its forge.

- GitHub: .github, the root, then docs; patterns like those of .gitignore without "!" and ranges; the last matching line decides, one without owners frees the path.
- GitLab: sections add up, each with its last matching line; "[Name][2]" asks for two approvals, "^[Name]" for none; "!" takes paths out of a section; a pattern without a leading slash matches at any depth.
- Gitea and Forgejo: regular expressions for the whole path; all matching lines add up.

A ruleset's required_reviewers ask a team for the files that their patterns name.
Before the pull request exists nobody can have approved, so the answer is "later" and names whom to expect. Teams are not looked into: whether an approver belongs to one is "unknown".
A line whose owner the forge does not know asks nobody; it is said where it decides about a file of the change.

` + "```" + `
/docs/ @acme/writers     # docs/a.md, docs/b/c.md; not x/docs/a.md
docs/* @acme/writers     # docs/a.md; not docs/b/c.md
*.sql  @dba
` + "```" + `

Accepted: docs/a.md, approved by whoever is named. Rejected: nothing before a pull request; then the merge waits.`,
		Derive: deriveOwners,
		Needs:  ownersFacts,
		Check:  checkOwners,
		merge:  mergeOwners,
	}
}

const ownersText = "approval of the code owners"

func deriveOwners(set *Reading) []Requirement {
	var out []Requirement
	unread := set.Owners == nil && slices.ContainsFunc(set.Unread, func(u guideline.Unread) bool { return strings.HasSuffix(u.What, "CODEOWNERS") })
	for _, r := range set.Rules {
		var p struct {
			Owners bool `json:"require_code_owner_review"`
		}
		if r.Type == "pull_request" && json.Unmarshal(r.Parameters, &p) == nil && p.Owners {
			out = append(out, fromRuleset(r, "require review from code owners", ownersText, OwnersParams{Required: true, Unread: unread, owners: set.Owners}))
		}
		out = append(out, requiredReviewers(r)...)
	}
	if set.Owners == nil || len(set.Owners.Rules) == 0 {
		return out
	}
	req := Requirement{
		Params: OwnersParams{owners: set.Owners}, Strength: May, rank: rankConfig, Text: ownersText,
		Said: []guideline.Quote{ownersQuote(set.Owners)},
	}
	if set.Owners.Dialect == guideline.GitLabOwners { // where the branch is protected so, it is needed
		req.Strength = Should
	}
	out = append(out, req)
	if set.Owners.Dialect == guideline.GitHubOwners {
		out = append(out, Requirement{
			Params: KnownOwnersParams{set.Owners}, Strength: Should, rank: rankConfig, Text: "a CODEOWNERS file whose owners the forge knows",
			Said: []guideline.Quote{ownersQuote(set.Owners)},
		})
	}
	return out
}

// ownersQuote is the line that speaks for the file: the one for everything, or
// the first.
func ownersQuote(o *guideline.Owners) guideline.Quote {
	if r, ok := o.Everything(); ok {
		return o.Quote(r)
	}
	return o.Quote(o.Rules[0])
}

// mergeOwners joins what the file says to who enforces it.
func mergeOwners(reqs []Requirement) []Requirement {
	var out []Requirement
	enforced := -1
	for _, req := range mergeEqual(reqs) {
		p, ok := req.Params.(OwnersParams)
		if ok && !p.Required && enforced >= 0 {
			out[enforced].join(req)
			continue
		}
		if ok && p.Required {
			enforced = len(out)
		}
		out = append(out, req)
	}
	return out
}

func ownersFacts(req Requirement, change *Change) []Fact {
	if _, ok := req.Params.(KnownOwnersParams); ok && len(change.Files) > 0 {
		return []Fact{{Name: OwnersFactName, Kind: FactOwners}}
	}
	return nil
}

// OwnersFactName is the key in Change.Facts of the lines that the forge cannot
// use.
const OwnersFactName = "owners:"

func checkOwners(req Requirement, change *Change) []Finding {
	if len(change.Files) == 0 {
		return []Finding{{Verdict: Later, Message: "no files are changed yet"}}
	}
	switch p := req.Params.(type) {
	case KnownOwnersParams:
		return []Finding{judgeKnownOwners(p.owners, change)}
	case ReviewersParams:
		return []Finding{p.judge(change)}
	case OwnersParams:
		switch {
		case p.Unread:
			return []Finding{{Verdict: Unknown, Message: "CODEOWNERS could not be read"}}
		case p.owners == nil:
			return []Finding{{Verdict: Met, Message: "there is no CODEOWNERS file, so nobody owns what is changed"}}
		}
		return []Finding{judgeOwners(p.owners, change)}
	}
	return []Finding{{Verdict: Unknown, Message: "isrc does not know what is asked"}}
}

// Ownership is a line of CODEOWNERS and the paths of a change that it decides
// about.
type Ownership struct {
	Rule  guideline.OwnerRule
	Paths []string
}

// OwnersOf groups paths by the lines that decide who owns them, in the order of
// the file, and names those that nobody owns.
func OwnersOf(o *guideline.Owners, paths []string) (owned []Ownership, free []string) {
	at := map[int]int{} // line → index in owned
	for _, path := range paths {
		has := false
		for _, r := range o.Of(path) {
			if len(r.Owners) == 0 {
				continue
			}
			has = true
			i, ok := at[r.Line]
			if !ok {
				i = len(owned)
				at[r.Line] = i
				owned = append(owned, Ownership{Rule: r})
			}
			owned[i].Paths = append(owned[i].Paths, path)
		}
		if !has {
			free = append(free, path)
		}
	}
	order.StableBy(owned, func(a, b Ownership) int { return a.Rule.Line - b.Rule.Line })
	return owned, free
}

// touched are the paths of a change, those that files had before included.
//
//go:noinline
func touched(change *Change) []string {
	var out []string
	for _, f := range change.Files {
		out = append(out, f.Path)
		if f.OldPath != "" && f.OldPath != f.Path {
			out = append(out, f.OldPath)
		}
	}
	return out
}

func judgeOwners(o *guideline.Owners, change *Change) Finding {
	owned, _ := OwnersOf(o, touched(change))
	f := Finding{Verdict: Met}
	var waiting, unsure []string
	for _, own := range owned {
		who := strings.Join(own.Rule.Owners, " or ")
		what := fmt.Sprintf("%s for %s", who, plural(len(own.Paths), "file", "files"))
		if own.Rule.Approvals > 1 {
			what = fmt.Sprintf("%d of %s", own.Rule.Approvals, what)
		}
		if own.Rule.Optional {
			what += " (optional)"
		}
		f.At = append(f.At, Place{Path: o.Source.Path, Line: own.Rule.Line, What: what})
		switch done, known := approvedBy(own.Rule, change.Pull); {
		case own.Rule.Optional || done:
		case !known:
			unsure = append(unsure, who)
		default:
			waiting = append(waiting, who)
		}
	}
	f.At = f.At[:min(len(f.At), maxOwnersShown)]
	switch {
	case len(owned) == 0:
		f.Message = "nobody owns what is changed"
	case len(waiting) > 0:
		f.Verdict, f.Message = Later, "it waits for "+someOf(waiting)
	case len(unsure) > 0:
		f.Verdict, f.Message = Unknown, "whether an approval counts for "+someOf(unsure)+" is not known: isrc does not look into teams"
	case change.Pull == nil:
		f.Message = "only optional owners are asked"
	default:
		f.Message = "the owners have approved"
	}
	return f
}

// maxOwnersShown is how many lines of CODEOWNERS one finding shows.
const maxOwnersShown = 20

func someOf(list []string) string {
	list = slices.Compact(slices.Sorted(slices.Values(list)))
	if len(list) > 4 {
		return strings.Join(list[:3], "; ") + fmt.Sprintf(" and %d more", len(list)-3)
	}
	return strings.Join(list, "; ")
}

// approvedBy counts approvals of those whom a line names. Who belongs to a team,
// and whose an address is, cannot be told.
func approvedBy(r guideline.OwnerRule, pull *Pull) (done, known bool) {
	if pull == nil || len(pull.Approvers) == 0 {
		return false, true
	}
	count, others := 0, false
	for _, owner := range r.Owners {
		login, account := strings.CutPrefix(owner, "@")
		if !account || strings.ContainsAny(login, "/@") {
			others = true
		} else if slices.ContainsFunc(pull.Approvers, func(a string) bool { return strings.EqualFold(a, login) }) {
			count++
		}
	}
	return count >= r.Approvals, !others
}

// judgeKnownOwners tells of owners that the forge does not know, where they
// matter to the change: on the lines that decide about its files, or all if it
// changes the file itself.
func judgeKnownOwners(o *guideline.Owners, change *Change) Finding {
	fact, ok := change.Facts[OwnersFactName]
	errs, known := fact.Value.([]OwnersError)
	if !ok || !known {
		return Finding{Verdict: Later, Message: "the forge knows, and was not asked: " + firstOf(fact.Why, "nobody looked it up")}
	}
	paths := touched(change)
	all := slices.Contains(paths, o.Source.Path)
	owned, _ := OwnersOf(o, paths)
	f := Finding{Verdict: Met, Message: "the forge knows the owners of what is changed"}
	for _, e := range errs {
		matters := slices.ContainsFunc(owned, func(own Ownership) bool { return own.Rule.Line == e.Line })
		if all || matters {
			f.At = append(f.At, Place{Path: o.Source.Path, Line: e.Line, What: oneLine(e.Message)})
		}
	}
	if len(f.At) > 0 {
		f.Verdict = Broken
		f.Message = fmt.Sprintf("line %d names an owner whom the forge does not know, and nobody is asked in their place: tell the owners of the repository", f.At[0].Line)
		f.At = f.At[:min(len(f.At), maxOwnersShown)]
	}
	return f
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
