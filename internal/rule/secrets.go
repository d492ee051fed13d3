package rule

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// SecretParams is what is asked of added lines: that they hold no secret.
type SecretParams struct {
	KeyHook bool      `json:"keyHook,omitempty"` // only what pre-commit's detect-private-key looks for
	Files   hookFiles `json:"files"`
}

const (
	secretText = "no secrets in added lines"
	keyText    = "no private keys in added lines"
)

func secrets() *Rule {
	return &Rule{
		ID: "secrets",
		Doc: `No line that a change adds holds a secret: a token that its beginning gives away, or a private key.

isrc knows the tokens of some thirty services by their prefix, alphabet and length, and looks at how random the rest is:
placeholders, examples and runs of letters are passed over, and so is a line that says ` + "`gitleaks:allow`, `pragma: allowlist secret`" + `,
` + "`trufflehog:ignore` or `ggignore`" + `. A private key needs its first line and a line of it behind. What was found is never shown, only its kind and its place.
This is isrc's own advice and never blocks by itself; it must hold where a scanner (gitleaks, TruffleHog, detect-secrets, ggshield) is seen to run on the pull request.
The hook ` + "`detect-private-key`" + ` of pre-commit is satisfied with less than a key: its first line is enough.
A scanner's own list of exceptions is not read: where it has one, the requirement only should hold.

Accepted: ` + "`token: ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx`, `AKIAIOSFODNN7EXAMPLE`" + `, a check for ` + "`-----BEGIN PRIVATE KEY-----`" + `.
Rejected: ` + "`token: ghp_`" + ` followed by 36 letters and digits of chance.`,
		Derive:   deriveSecrets,
		Check:    checkSecrets,
		merge:    mergeSecrets,
		declared: func() Requirement { return Requirement{Params: SecretParams{}, Text: secretText} },
	}
}

// deriveSecrets gives isrc's own advice, and who scans on the forge. Where
// nothing at all was read there is nobody to advise.
func deriveSecrets(set *Reading) []Requirement {
	if set.Commit == "" && len(set.Listed) == 0 {
		return nil
	}
	own := Requirement{
		Params: SecretParams{}, Strength: Should, Text: secretText,
		Said: []guideline.Quote{{Source: &guideline.Source{Kind: guideline.KindOwn}, Text: "isrc's own advice"}},
	}
	out := []Requirement{own}
	if set.PushProtection {
		protection := "push protection of " + set.Repo.FullName()
		out = append(out, Requirement{
			Params: SecretParams{}, Strength: Must, rank: rankForge, Text: secretText,
			Said:     []guideline.Quote{{Source: &guideline.Source{Kind: guideline.KindSetting, Path: protection}, Text: "secret scanning refuses pushes"}},
			Enforcer: Enforcer{Name: protection, Blocking: true},
		})
	}
	for _, g := range set.Gates() {
		if line, words, scans := scansForSecrets(g); scans {
			req := fromGate(g, line, words, secretText, SecretParams{})
			if strings.Contains(g.Step.Run+g.Step.With["extra_args"].Value, "verified") {
				req.Strength = Should // it asks the services which tokens are alive
			}
			out = append(out, req)
		}
	}
	for _, h := range hooksNamed(set, "gitleaks", "gitleaks-docker", "gitleaks-system", "detect-secrets", "trufflehog", "ggshield", "ripsecrets") {
		for _, req := range h.asks(set, secretText, SecretParams{Files: h.files}) {
			if req.Strength == Should { // isrc advises it of all files
				req.Params = SecretParams{}
			}
			out = append(out, req)
		}
	}
	for _, h := range hooksNamed(set, "detect-private-key") {
		out = append(out, h.asks(set, keyText, SecretParams{KeyHook: true, Files: h.files})...)
	}
	if hasExceptions(set) { // of scanners; the forge knows none of them
		for i := range out {
			if out[i].rank != rankForge {
				out[i].Strength = Should
			}
		}
	}
	return out
}

// mergeSecrets leaves isrc's own advice out where somebody else asks for the
// same, of all files or of some.
func mergeSecrets(reqs []Requirement) []Requirement {
	merged := mergeEqual(reqs)
	asked := slices.ContainsFunc(merged, func(r Requirement) bool { return !r.Params.(SecretParams).KeyHook && len(r.Said) > 1 })
	for i := range merged {
		if asked && len(merged[i].Said) > 1 {
			merged[i].Said = slices.DeleteFunc(merged[i].Said, ownAdvice)
		}
	}
	return merged
}

func ownAdvice(q guideline.Quote) bool { return q.Source != nil && q.Source.Kind == guideline.KindOwn }

type secretPatterns struct{ action, command *regexp.Regexp }

var secretPattern = lazy.Value(func() *secretPatterns {
	return &secretPatterns{
		action:  regexp.MustCompile(`(?i)^(gitleaks/gitleaks-action|trufflesecurity/trufflehog|gitguardian/ggshield(-action)?(/.*)?|zricethezav/gitleaks-action|reviewdog/action-detect-secrets|secret-scanner/action|docker://.*(gitleaks|trufflehog|ggshield).*)$`),
		command: regexp.MustCompile(`(?m)^[^#\n]*\b(gitleaks(@\S+)? (detect|protect|git|dir)|trufflehog (git|github|filesystem)|detect-secrets-hook|detect-secrets scan|ggshield (secret )?scan)\b.*$`),
	}
})

// scansForSecrets tells whether a step scans for secrets, and with which words.
func scansForSecrets(g guideline.Gate) (line int, words string, scans bool) {
	p := secretPattern()
	if p.action.MatchString(g.Step.Uses) {
		return 0, "uses: " + g.Step.Uses, true
	}
	m := p.command.FindStringIndex(g.Step.Run)
	if m == nil {
		return 0, "", false
	}
	return g.Step.RunLine + strings.Count(g.Step.Run[:m[0]], "\n"), strings.TrimSpace(g.Step.Run[m[0]:m[1]]), true
}

// hasExceptions tells whether the project's scanner has a list of what it
// passes over.
func hasExceptions(set *Reading) bool {
	for _, name := range []string{".gitleaks.toml", "gitleaks.toml", ".gitleaksignore", ".secrets.baseline", ".gitguardian.yaml", ".gitguardian.yml", ".trufflehog-exclude.txt"} {
		if set.Has(".", name) {
			return true
		}
	}
	return false
}

// maxSecretPlaces is how many secrets are named; who adds more has them all in
// one file.
const maxSecretPlaces = 50

func checkSecrets(req Requirement, change *Change) []Finding {
	p := req.Params.(SecretParams)
	picked := p.Files.picker()
	var at []Place
	found, cut := 0, 0
	for i := range change.Files {
		f := &change.Files[i]
		if ok, known := picked(f.Path); !ok && known {
			continue
		}
		if f.LinesCut {
			cut++
		}
		for _, p := range p.secretsIn(f) {
			if found++; len(at) < maxSecretPlaces {
				at = append(at, p)
			}
		}
	}
	switch {
	case found > 0:
		return []Finding{{Verdict: Broken, At: at, Message: plural(found, "added line looks", "added lines look") + " like a secret: take it out of every commit, and revoke it if it was pushed"}}
	case len(change.Files) == 0:
		return []Finding{{Verdict: Later, Message: "no files are changed yet"}}
	case cut > 0:
		return []Finding{{Verdict: Unknown, Message: "no secret was found, but " + plural(cut, "file adds", "files add") + " more than is read"}}
	}
	return []Finding{{Verdict: Met, Message: "no added line looks like a secret"}}
}

// keyHookFinds says what the hook detect-private-key refuses in a line: the
// words with which keys of the usual kinds begin, wherever they stand.
func keyHookFinds(line string) string {
	for _, words := range []string{
		"BEGIN RSA PRIVATE KEY", "BEGIN DSA PRIVATE KEY", "BEGIN EC PRIVATE KEY", "BEGIN OPENSSH PRIVATE KEY", "BEGIN PRIVATE KEY",
		"PuTTY-User-Key-File-2", "BEGIN SSH2 ENCRYPTED PRIVATE KEY", "BEGIN PGP PRIVATE KEY BLOCK", "BEGIN ENCRYPTED PRIVATE KEY", "BEGIN OpenVPN Static key V1",
	} {
		if strings.Contains(line, words) {
			return words
		}
	}
	return ""
}

func (p SecretParams) secretsIn(f *File) []Place {
	scan := secretScanner()
	var out []Place
	for i := range f.AddedLines {
		l := &f.AddedLines[i]
		what := ""
		if p.KeyHook {
			what = keyHookFinds(l.Text)
		} else if k := scan.find(l.Text); k != nil {
			what = fmt.Sprintf("%s (%s…)", k.name, k.shown)
		} else if strings.Contains(l.Text, "-----BEGIN ") {
			next := ""
			if i+1 < len(f.AddedLines) && f.AddedLines[i+1].Number == l.Number+1 {
				next = f.AddedLines[i+1].Text
			}
			if privateKey(l.Text, next) {
				what = "private key"
			}
		}
		if what != "" && (p.KeyHook || !waived(l.Text)) {
			out = append(out, Place{Path: path.Clean(f.Path), Line: l.Number, What: what})
		}
	}
	return out
}
