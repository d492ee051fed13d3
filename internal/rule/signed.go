package rule

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// SignedParams says who verifies signatures.
type SignedParams struct {
	Forge bool `json:"forge,omitempty"` // with the keys of the account; else a tool looks for their presence
	// Squashed: only one way of merging is allowed, and it makes a new commit,
	// which the forge signs itself.
	Squashed bool `json:"squashed,omitempty"`
}

const signedDoc = `Every commit carries a signature, made with GPG, SSH or S/MIME, that the forge can verify. It is asked for by a ruleset (required_signatures), by conform (gpg.required), or by prose that names keys: "signed" alone means the Signed-off-by line in most projects, which is another rule.

A ruleset binds the commits that reach the branch: those of the pull request when it is merged as they are. A squash on the forge's pages is signed by the forge, but only for the author of the pull request; so where nothing but squashing is allowed the rule is advice. Commits made on the forge's pages are signed by it.

Accepted:

    git commit -S -m "Reject tokens without expiry"   # and the key is on the account

Rejected is a commit without a signature. That a signature is there is all that can be seen here; with no key on the account it is unknown whether the forge can verify it. "isrc check --fix" signs your own unpushed commits as your git is set up to.`

var signaturePattern = lazy.Pattern("(?i)\\b(gpg|pgp|openpgp|ssh|gitsign|s/mime)\\b.{0,60}\\bsign|\\bsign\\w*\\b.{0,60}\\b(gpg|pgp|openpgp|ssh|gitsign|s/mime)\\b|(?-i:\\bcommit\\w*( [^`]*)? -S\\b)|--gpg-sign|cryptographic\\w* sign|\\bverified\\b.{0,15}\\b(commits?|signatures?)\\b|\\b(commits|(every|each|all|any|your|a) commit)( \\w+){0,6} [\"'“‘`*]*verified\\b")

// saysSignature tells whether a text speaks of signatures with keys. "Signed"
// alone means the sign-off more often than not.
func saysSignature(text string) bool {
	return mentions(text, "sign", "verified", "-s") && signaturePattern().MatchString(text)
}

var signatureOthers = lazy.Pattern(`(?i)\b(releases?|tags?|artifacts?|packages?|images?|binar(y|ies)|checksums?|e-?mails?|vulnerabilit\w+|install\w*|tools?)\b`)

// asksSignature tells whether a sentence asks for signed commits, and not for
// signed releases.
func asksSignature(s guideline.Sentence) bool {
	return mentions(s.Text, "commit") && saysSignature(s.Text) && !signatureOthers().MatchString(s.Text)
}

const signedText = "a verifiable signature on every commit"

func signedCommits() *Rule {
	return &Rule{
		ID: "signed-commits", Doc: signedDoc,
		Derive: deriveSigned,
		Needs: func(req Requirement, change *Change) []Fact {
			if !req.Params.(SignedParams).Forge || change.Login == "" || len(unsigned(change)) > 0 || !hasOwn(change) {
				return nil
			}
			return []Fact{{Name: KeysFactName(change.Login), Kind: FactKeys, Text: change.Login}}
		},
		Check:    checkSigned,
		merge:    absorbProse,
		declared: func() Requirement { return Requirement{Params: SignedParams{Forge: true}, Text: signedText} },
	}
}

func deriveSigned(set *Reading) []Requirement {
	var out []Requirement
	for _, r := range branchRules(set) {
		if r.Type != "required_signatures" {
			continue
		}
		p := SignedParams{Forge: true, Squashed: onlySquash(set) && !headSigns(set)}
		req := fromRuleset(r, "rule required_signatures", signedText, p)
		if p.Squashed {
			req.Strength = Should
			req.Text += " (the forge signs a squash itself)"
		}
		out = append(out, req)
	}
	if c := set.Config(guideline.ToolConform); c != nil {
		for _, policy := range c.Root.At("policies").List {
			if v := policy.At("spec", "gpg", "required"); policy.At("type").Text == "commit" && v.Bool(false) {
				out = append(out, fromTool(set, c, v.Line, "gpg.required: true", "a signature on every commit", SignedParams{}, nil)...)
			}
		}
	}
	if sentences := said(set, asksSignature); len(sentences) > 0 {
		out = append(out, fromProse(set, sentences, signedText, SignedParams{Forge: true}, nil))
	}
	return out
}

// onlySquash tells whether the rules of the base allow no other way to merge.
func onlySquash(set *Reading) bool {
	for _, r := range set.Rules {
		var p struct {
			Methods []string `json:"allowed_merge_methods"`
		}
		if r.Type == "pull_request" && json.Unmarshal(r.Parameters, &p) == nil && slices.Equal(p.Methods, []string{"squash"}) {
			return true
		}
	}
	return false
}

// headSigns tells whether the branch of the change itself takes only signed
// commits.
func headSigns(set *Reading) bool {
	for _, r := range set.HeadRules {
		if r.Type == "required_signatures" {
			return true
		}
	}
	return false
}

func unsigned(change *Change) []Place {
	var at []Place
	for i := range change.Commits {
		if c := &change.Commits[i]; !c.Signed {
			at = append(at, Place{Commit: c.SHA, What: ParseMessage(c.Message).Header})
		}
	}
	return at
}

func checkSigned(req Requirement, change *Change) []Finding {
	p := req.Params.(SignedParams)
	total := len(change.Commits)
	if total == 0 {
		return []Finding{{Verdict: Later, Message: "there are no commits yet"}}
	}
	if at := unsigned(change); len(at) > 0 {
		return []Finding{{
			Verdict: Broken, At: at, Fix: fixSigned(at, change),
			Message: fmt.Sprintf("%d of %s no signature", len(at), plural(total, "commit has", "commits have")),
		}}
	}
	if !p.Forge || !hasOwn(change) {
		return []Finding{{Verdict: Met, Message: "every commit carries a signature"}}
	}
	fact, ok := change.Facts[KeysFactName(change.Login)]
	keys, known := fact.Value.(KeysFact)
	switch {
	case !ok:
		return []Finding{{Verdict: Unknown, Message: "every commit carries a signature; whether its key is on your account was not looked up"}}
	case !known:
		return []Finding{{Verdict: Unknown, Message: "every commit carries a signature; whether its key is on your account is not known: " + fact.Why}}
	case keys.GPG+keys.SSH == 0:
		return []Finding{{Verdict: Unknown, Message: "every commit carries a signature, but your account has no key to verify it with: add the key that you sign with"}}
	}
	return []Finding{{Verdict: Met, Message: "every commit carries a signature, and your account has keys"}}
}

// fixSigned signs the user's own commits that nobody else has yet.
func fixSigned(at []Place, change *Change) *Fix {
	commits, refused := rewritable(at, change, "nobody can sign for another person")
	return &Fix{Verb: "sign " + plural(max(1, len(commits)), "commit", "commits"), Kind: FixSign, Params: Sign{Commits: commits}, Refused: refused}
}
