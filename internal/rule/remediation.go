package rule

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// RemediationParams says who may add a missing sign-off after the fact.
type RemediationParams struct {
	Dialect    string `json:"dialect"` // dcoapp or dco2
	Individual bool   `json:"individual,omitempty"`
	ThirdParty bool   `json:"thirdParty,omitempty"`
}

const remediationDoc = `A remediation commit adds the sign-off that an earlier commit lacks, where the project's .github/dco.yml allows that. The DCO app reads the file from the default branch, whatever the pull request's base is; both kinds are off unless it says otherwise:

    allowRemediationCommits:
      individual: true   # authors, for their own commits
      thirdParty: true   # somebody on behalf of the author; needs individual, too

The commit is part of the same pull request, and a line of its message reads, with the full hash:

    I, New Comer <newcomer@acme.example>, hereby add my Signed-off-by to this commit: 1f0c5f2e…

The DCO app wants both commits to have the same author, who is the person named; dco2 lets the committer declare it, too. Rejected are a short hash, a hash of no commit of the pull request, another name, and the line "On behalf of A <a>, I, B <b>, hereby add …" where third parties are not allowed. "isrc check --fix" writes the commit for your own pushed commits.`

func remediation() *Rule {
	return &Rule{
		ID:     "sign-off-remediation",
		Doc:    remediationDoc,
		Derive: deriveRemediation,
		Check:  checkRemediation,
	}
}

func deriveRemediation(set *Reading) []Requirement {
	c := set.Config(guideline.ToolDCO)
	if c == nil || c.Err != "" {
		return nil
	}
	allow := c.Root.At("allowRemediationCommits")
	if allow.Kind == guideline.KindNull {
		return nil
	}
	p := RemediationParams{Dialect: dcoDialect(c), Individual: allow.At("individual").Bool(false)}
	p.ThirdParty = p.Individual && allow.At("thirdParty").Bool(false)
	words := "allowRemediationCommits.individual: " + fmt.Sprint(p.Individual)
	text := "no remediation commits"
	switch {
	case p.ThirdParty:
		text = "a missing sign-off may be added by a later commit, of the author or on the author's behalf"
		words += ", thirdParty: true"
	case p.Individual:
		text = "a missing sign-off may be added by a later commit of the author"
	}
	req := fromConfig(c, max(1, allow.Line), words, text+" (the default branch's .github/dco.yml decides)", p)
	req.Strength = May
	return []Requirement{req}
}

// dcoDialect tells the two apps apart that read the same file: only the later
// one knows this key.
//
//go:noinline
func dcoDialect(c *guideline.Config) string {
	if c != nil && c.Root.Has("allowOverrideAction") {
		return dialectDCO2
	}
	return dialectDCOApp
}

// declaration is a line by which somebody adds a sign-off.
type declaration struct {
	declarant Person
	by        Person // who acts for the declarant, if it is a third party
	third     bool
	sha       string
	commit    *Commit // that carries the line
}

// declarations are the lines of remediation in the messages of commits.
func declarations(all []Commit) []declaration {
	var out []declaration
	w := signOffWords()
	for i := range all {
		if !strings.Contains(strings.ToLower(all[i].Message), "hereby add my signed-off-by") {
			continue
		}
		for line := range strings.FieldsFuncSeq(bounded(all[i].Message), jsLine) {
			if len(out) >= maxDeclarations {
				return out
			}
			if m := w.individual.FindStringSubmatch(line); m != nil {
				out = append(out, declaration{declarant: Person{m[1], m[2]}, sha: m[3], commit: &all[i]})
			} else if m := w.third.FindStringSubmatch(line); m != nil {
				out = append(out, declaration{declarant: Person{m[1], m[2]}, by: Person{m[3], m[4]}, third: true, sha: m[5], commit: &all[i]})
			}
		}
	}
	return out
}

const maxDeclarations = 2000

// remediated tells whether a remediation commit stands for what a commit lacks.
func remediated(dialect string, third bool, c *Commit, declared []declaration) bool {
	if dialect == dialectDCOApp && badAddress(c) != "" {
		return false // it minds the address all the same
	}
	for _, d := range declared {
		if d.sha == c.SHA && d.refusal(dialect, third, c) == "" {
			return true
		}
	}
	return false
}

// refusal says why a declaration does not stand for a commit, "" when it does.
func (d declaration) refusal(dialect string, third bool, c *Commit) string {
	forAuthor := samePerson(d.declarant, c.Author)
	if dialect == dialectDCO2 {
		forAuthor = forAuthor || samePerson(d.declarant, c.Committer)
	}
	speaker := d.declarant
	if d.third {
		speaker = d.by
	}
	speaks := samePerson(speaker, d.commit.Author)
	if d.third || dialect == dialectDCO2 {
		speaks = speaks || samePerson(speaker, d.commit.Committer)
	}
	switch {
	case d.third && !third:
		return "nobody may add it on the author's behalf here"
	case !forAuthor:
		return fmt.Sprintf("%s <%s> is not the author of %s", d.declarant.Name, d.declarant.Email, short(c.SHA))
	case !speaks:
		return fmt.Sprintf("%s <%s> did not write the remediation commit", speaker.Name, speaker.Email)
	}
	return ""
}

func short(sha string) string { return sha[:min(len(sha), 7)] }

func checkRemediation(req Requirement, change *Change) []Finding {
	p := req.Params.(RemediationParams)
	var at []Place
	var reason string
	counted := 0
	for _, d := range declarations(change.Commits) {
		why := "remediation commits are not allowed here"
		if p.Individual {
			why = d.uselessness(p, change)
		}
		if why == "" {
			counted++
			continue
		}
		at = append(at, Place{Commit: d.commit.SHA, What: ParseMessage(d.commit.Message).Header})
		reason = cmp.Or(reason, why)
	}
	switch {
	case len(at) > 0:
		return []Finding{{Verdict: Broken, At: at, Message: reason}}
	case counted > 0:
		return []Finding{{Verdict: Met, Message: plural(counted, "sign-off is added by a remediation commit", "sign-offs are added by remediation commits")}}
	}
	return []Finding{{Verdict: Met, Message: "there is no remediation commit"}}
}

// uselessness says why a declaration helps no commit of the change.
func (d declaration) uselessness(p RemediationParams, change *Change) string {
	for i := range change.Commits {
		c := &change.Commits[i]
		if c.SHA == d.sha {
			return d.refusal(p.Dialect, p.ThirdParty, c)
		}
		if len(d.sha) >= 7 && strings.HasPrefix(c.SHA, strings.TrimSpace(d.sha)) || strings.TrimSpace(d.sha) == c.SHA {
			return fmt.Sprintf("the commit must be named by its whole hash, %s", c.SHA)
		}
	}
	return fmt.Sprintf("%s is no commit of this change", short(oneLine(d.sha)))
}

// fixRemediate writes the commit by which the user adds sign-offs to pushed
// commits of their own; nil when one would not do.
func fixRemediate(params SignOffParams, judges []signOffJudge, pushed []*Commit, change *Change) *Fix {
	user := Person{change.UserName, change.UserEmail}
	if !params.Remediation {
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "DCO Remediation Commit for %s <%s>\n\n", user.Name, user.Email)
	n := 0
	for _, c := range pushed {
		if samePerson(c.Author, user) {
			fmt.Fprintf(&b, "I, %s <%s>, hereby add my Signed-off-by to this commit: %s\n", user.Name, user.Email, c.SHA)
			n++
		}
	}
	fmt.Fprintf(&b, "\nSigned-off-by: %s <%s>\n", user.Name, user.Email)
	add := Commit{Author: user, Committer: user, Message: b.String(), Parents: 1}
	declared := declarations(append(append([]Commit{}, change.Commits...), add))
	for _, c := range pushed {
		if why, _ := judgeSignOff(judges, c, declared); why != "" {
			return nil
		}
	}
	return &Fix{
		Verb: "add a remediation commit for " + plural(n, "commit", "commits"), Kind: FixRemediate, Safe: true,
		Params: Remediate{Message: b.String()},
	}
}
