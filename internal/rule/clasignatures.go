package rule

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
)

// SignaturesParams says where signatures are kept, and whose are not needed.
type SignaturesParams struct {
	File    string         `json:"file,omitempty"` // "" when the list stands in Logins
	Branch  string         `json:"branch,omitempty"`
	Repo    forge.RepoName `json:"repo"`
	Remote  bool           `json:"remote,omitempty"` // another repository, which may be hidden
	Allow   []string       `json:"allow,omitempty"`  // logins, with "*" for any letters
	Logins  []string       `json:"logins,omitempty"`
	Comment string         `json:"comment,omitempty"` // by which one signs on the pull request
}

const signaturesDoc = `Everybody whose commits a pull request holds has signed the agreement whose signatures the project keeps in a file. Two services keep them so that they can be read before the pull request exists:

* the action contributor-assistant/github-action (or cla-assistant/github-action): a JSON file (path-to-signatures, by default signatures/cla.json on the branch master) lists accounts by their number, so a renamed account stays signed. Logins of its allowlist need no signature; "*" stands for any letters, and such a pattern may match in the middle. The commits of github-actions[bot] are left out. One signs by a comment on the pull request in exact words.
* the app cla-bot: .clabot lists logins.

Accepted:

    {"signedContributors": [{"name": "newcomer", "id": 12}]}   # your account's number is 12

Rejected are an account that is not listed, and a commit whose address belongs to no account. As one can only sign on the pull request, a missing signature is judged later until it is open; the message says what to comment.`

func claSignatures() *Rule {
	return &Rule{
		ID: "cla-signatures", Doc: signaturesDoc,
		Derive: deriveSignatures,
		Needs:  signatureFacts,
		Check:  checkSignatures,
	}
}

// signatureStep tells whether a step keeps signatures in a file.
func signatureStep(s *guideline.Step) bool {
	uses := strings.ToLower(s.Uses)
	_, kept := s.With["path-to-signatures"]
	return uses == "contributor-assistant/github-action" || uses == "cla-assistant/github-action" || uses != "" && kept
}

// keepsSignatures tells whether this rule knows of the agreement.
func keepsSignatures(set *Reading) bool {
	return listedCLA(set) || slices.ContainsFunc(set.Gates(), func(g guideline.Gate) bool { return signatureStep(g.Step) })
}

// listedCLA tells whether the configuration of cla-bot lists who has signed.
func listedCLA(set *Reading) bool {
	c := set.Config(guideline.ToolCLAConfig)
	return c != nil && c.Err == "" && c.Root.At("contributors").Kind == guideline.KindList
}

func deriveSignatures(set *Reading) []Requirement {
	var out []Requirement
	for _, g := range set.Gates() {
		if !signatureStep(g.Step) {
			continue
		}
		p := readSignatures(set, g.Step)
		where := p.File
		if p.Remote {
			where = p.Repo.FullName() + "/" + p.File
		}
		line, words := 0, "uses: "+g.Step.Uses
		if in, ok := g.Step.With["path-to-signatures"]; ok {
			line, words = in.Line, "path-to-signatures: "+oneLine(in.Value)
		}
		out = append(out, fromGate(g, line, words, "your signature in "+where, p))
	}
	if listedCLA(set) {
		out = append(out, clabotRequirement(set))
	}
	return out
}

func readSignatures(set *Reading, s *guideline.Step) SignaturesParams {
	in := func(name, def string) string {
		if v := strings.TrimSpace(s.With[name].Value); v != "" {
			return v
		}
		return def
	}
	p := SignaturesParams{Repo: set.Repo, Branch: in("branch", "master")}
	p.File = strings.TrimPrefix(in("path-to-signatures", "signatures/cla.json"), "./")
	p.Repo.Owner, p.Repo.Name = in("remote-organization-name", set.Repo.Owner), in("remote-repository-name", set.Repo.Name)
	p.Remote = p.Repo != set.Repo
	for _, a := range strings.Split(s.With["allowlist"].Value, ",") {
		if a = strings.TrimSpace(a); a != "" && len(p.Allow) < maxAllowed {
			p.Allow = append(p.Allow, a)
		}
	}
	what := "CLA"
	if strings.TrimSpace(s.With["use-dco-flag"].Value) == "true" {
		what = "DCO"
	}
	p.Comment = in("custom-pr-sign-comment", "I have read the "+what+" Document and I hereby sign the "+what)
	return p
}

const maxAllowed = 500

// clabotRequirement: the app reports a check, which may be required or not.
func clabotRequirement(set *Reading) Requirement {
	c := set.Config(guideline.ToolCLAConfig)
	list := c.Root.At("contributors")
	p := SignaturesParams{Repo: set.Repo, Logins: list.Strings()}
	req := fromConfig(c, list.Line, "contributors", "your login in "+c.Source.Path, p)
	req.Strength = Should
	for _, context := range set.RequiredChecks {
		if service, ok := claService(context); ok && service == "cla-bot" {
			check := fromCheck(context, req.Text, p)
			check.Said = append(check.Said, req.Said...)
			return check
		}
	}
	return req
}

// unreadable tells of inputs that only the run of the workflow knows.
func (p SignaturesParams) unreadable() bool {
	return strings.Contains(p.File+p.Branch+p.Repo.FullName()+strings.Join(p.Allow, ""), "${{")
}

func (p SignaturesParams) factName() string {
	return fmt.Sprintf("file:%s@%s:%s", p.Repo.FullName(), p.Branch, p.File)
}

func signatureFacts(req Requirement, change *Change) []Fact {
	p := req.Params.(SignaturesParams)
	if p.File == "" || p.unreadable() || len(change.Commits) == 0 {
		return nil
	}
	out := []Fact{{Name: p.factName(), Kind: FactFile, Text: p.File, Repo: p.Repo, Ref: p.Branch}}
	if change.Login != "" {
		out = append(out, Fact{Name: UserFactName(change.Login), Kind: FactUser, Text: change.Login})
	}
	return append(out, accountFacts(change)...)
}

// signer is an author whose signature is needed.
type signer struct {
	id    int64 // 0 when not known
	login string
	name  string
	lost  bool // the address belongs to no account
	place Place
}

// signers are the authors of a change, each once. The account of another person
// is known only by an address that the forge gave it.
func signers(change *Change) []signer {
	a := accountOf(change)
	lost := a.strangers(change)
	var out []signer
	for i := range change.Commits {
		c := &change.Commits[i]
		s := signer{name: c.Author.Name, place: Place{Commit: c.SHA, What: c.Author.Name}}
		if id, login, ok := noreply(c.Author.Email); ok {
			s.id, s.login = id, login
		} else if isUser(c.Author, change) {
			user, _ := change.Facts[UserFactName(change.Login)].Value.(UserFact)
			s.id, s.login = user.ID, change.Login
			s.lost = slices.ContainsFunc(lost, func(p Place) bool { return p.Commit == c.SHA && p.What == c.Author.Email })
		}
		if !slices.ContainsFunc(out, func(o signer) bool { return o.id == s.id && o.login == s.login && o.name == s.name && o.lost == s.lost }) {
			out = append(out, s)
		}
	}
	return out
}

// actionsBot is the account of the workflows themselves.
const actionsBot = 41898282

// allowed tells whether the list of exceptions names a login. A pattern matches
// anywhere in it.
//
//go:noinline
func (p SignaturesParams) allowed(login string) bool {
	return slices.ContainsFunc(p.Allow, func(pattern string) bool {
		if !strings.Contains(pattern, "*") {
			return pattern == login
		}
		re, err := regexp.Compile(strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*"))
		return err == nil && re.MatchString(login)
	})
}

func checkSignatures(req Requirement, change *Change) []Finding {
	p := req.Params.(SignaturesParams)
	if len(change.Commits) == 0 {
		return []Finding{{Verdict: Later, Message: "there are no commits yet"}}
	}
	signed, why := p.signed(change)
	if why != "" {
		return []Finding{{Verdict: Unknown, Message: why}}
	}
	var missing, lost, unknown []Place
	var who []string
	for _, s := range signers(change) {
		name := s.login
		if name == "" {
			name = s.name
		}
		switch {
		case s.id == actionsBot || p.allowed(name):
		case s.lost:
			lost = append(lost, s.place)
		case s.login == "" || p.File != "" && s.id == 0:
			unknown = append(unknown, s.place)
		case !signed(s):
			missing, who = append(missing, s.place), append(who, s.login)
		}
	}
	switch {
	case len(lost) > 0:
		return []Finding{{
			Verdict: Broken, At: lost, Message: "the address of the commits belongs to no account, so no signature can be found",
			Fix: fixAuthor(lost, change, accountOf(change).has),
		}}
	case len(missing) > 0:
		return []Finding{p.unsigned(who, missing, change)}
	case len(unknown) > 0:
		return []Finding{{Verdict: Unknown, At: unknown, Message: "whose account wrote these commits is not known"}}
	}
	return []Finding{{Verdict: Met, Message: "every author has signed"}}
}

// unsigned names who has not signed, and how to. Where one signs on the pull
// request, nothing is broken before there is one.
func (p SignaturesParams) unsigned(who []string, at []Place, change *Change) Finding {
	f := Finding{Verdict: Broken, At: at, Message: strings.Join(who[:min(len(who), maxQuotes)], ", ") + " has not signed"}
	if len(who) > 1 {
		f.Message = strings.Join(who[:min(len(who), maxQuotes)], ", ") + " have not signed"
	}
	if p.Comment == "" {
		f.Message += ": ask the owners for the agreement"
		return f
	}
	f.Message += ": comment on the pull request " + quoted(p.Comment)
	if change.Pull == nil {
		f.Verdict = Later
		f.Message += " when it is open"
	}
	return f
}

// signed makes a test of who has signed, or says why that is not known.
func (p SignaturesParams) signed(change *Change) (func(signer) bool, string) {
	if p.File == "" {
		return func(s signer) bool {
			return slices.ContainsFunc(p.Logins, func(l string) bool { return strings.EqualFold(l, s.login) })
		}, ""
	}
	if p.unreadable() {
		return nil, "where the signatures are kept is known only when the workflow runs"
	}
	fact, asked := change.Facts[p.factName()]
	file, known := fact.Value.(FileFact)
	switch {
	case !asked:
		return nil, "the signatures in " + p.File + " were not looked up"
	case !known:
		return nil, "the signatures could not be read: " + fact.Why
	case !file.Exists && p.Remote:
		return nil, "the signatures in " + p.Repo.FullName() + " are not visible from here"
	}
	var list struct {
		SignedContributors []struct {
			ID int64 `json:"id"`
		} `json:"signedContributors"`
	}
	if file.Exists {
		if err := json.Unmarshal([]byte(file.Text), &list); err != nil {
			return nil, "the signatures in " + p.File + " cannot be read: " + err.Error()
		}
	}
	ids := map[int64]bool{}
	for _, c := range list.SignedContributors {
		ids[c.ID] = true
	}
	return func(s signer) bool { return ids[s.id] }, ""
}
