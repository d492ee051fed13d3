package rule

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// chance makes a value out of an alphabet, always the same one.
func chance(alphabet string, n int, seed uint64) string {
	var letters []byte
	for c, ok := range alphabetOf(alphabet) {
		if ok && c != '=' && c != '/' && c != '.' && c != '-' && c != '_' {
			letters = append(letters, byte(c))
		}
	}
	rnd := rand.New(rand.NewPCG(seed, 7))
	out := make([]byte, n)
	for i := range out {
		out[i] = letters[rnd.IntN(len(letters))]
	}
	return string(out)
}

// token makes a token of a kind. Written out, it would be taken for a real one.
func token(k secretKind, seed uint64) string {
	value := chance(k.alphabet, k.min, seed)
	if k.must != "" {
		at := k.min / 2
		if strings.Trim(k.must, "=") == "" {
			at = k.min - len(k.must)
		}
		value = value[:at] + k.must + value[at+len(k.must):]
	}
	return k.anchor + value
}

func TestEveryKindOfTokenIsFoundAnywhereInALine(t *testing.T) {
	t.Parallel()
	s := secretScanner()
	for _, k := range secretKinds() {
		for seed := range uint64(30) {
			for _, form := range []string{"%s", "token: %s", "  key = \"%s\",", "https://user:%s@forge.example/x", "x=%s # comment"} {
				line := fmt.Sprintf(form, token(k, seed))
				got := s.find(line)
				if got == nil || got.name != k.name {
					t.Errorf("%s after %q in form %q with seed %d: found %v", k.name, k.anchor, form, seed, got)
				}
			}
		}
	}
}

func TestWhatOnlyLooksLikeATokenIsPassedOver(t *testing.T) {
	t.Parallel()
	s := secretScanner()
	letters := chance(alnum, 36, 1)
	for name, line := range map[string]string{
		"a placeholder":          "token: ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
		"the vendor's example":   "aws_access_key_id = AKIAIOSFODNN7EXAMPLE",
		"one letter repeated":    "ghp_" + strings.Repeat("A", 36),
		"letters that count":     "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
		"too short":              "ghp_" + letters[:20],
		"a longer word":          "mighp_" + letters,
		"a name in code":         "func npm_install_dependencies_of_the_project() {",
		"a variable":             "GITHUB_TOKEN=${{ secrets.GITHUB_TOKEN }}",
		"a key that is too long": "AKIA" + chance(base32, 30, 1),
		"a picture's hash":       "sha512-" + chance(alnum, 86, 2) + "==",
		"words with dashes":      "see https://acme.example/glpat-how-to-make-one-of-your-own",
		"only the anchor":        "if strings.HasPrefix(token, \"github_pat_\") {",
		"an empty line":          "",
		"two letters":            "SK",
		"a low variety":          "AKIAABABABABABABABAB",
		"a version with a SG.":   "SG.1.2.3",
		"a check for a key":      "\tif strings.Contains(text, \"-----BEGIN PRIVATE KEY-----\") {",
	} {
		if k := s.find(line); k != nil || privateKey(line, "return true") {
			t.Errorf("%s: found %v in %q", name, k, line)
		}
	}
}

func TestPrivateKeysNeedMoreThanTheirFirstLine(t *testing.T) {
	t.Parallel()
	body := chance(alnum+"+", 64, 3)
	for name, c := range map[string]struct {
		line, next string
		want       bool
	}{
		"a key":                     {"-----BEGIN RSA PRIVATE KEY-----", body, true},
		"a key in a comment":        {"// -----BEGIN EC PRIVATE KEY-----", "// " + body, true},
		"a key in a text of code":   {`  "-----BEGIN PRIVATE KEY-----\n" +`, `  "` + body + `\n" +`, true},
		"a key in one line of JSON": {`"private_key": "-----BEGIN PRIVATE KEY-----\n` + body + `\n`, "", true},
		"an encrypted key":          {"-----BEGIN RSA PRIVATE KEY-----", "Proc-Type: 4,ENCRYPTED", true},
		"a key of PGP":              {"-----BEGIN PGP PRIVATE KEY BLOCK-----", body, true},
		"a public key":              {"-----BEGIN PUBLIC KEY-----", body, false},
		"a certificate":             {"-----BEGIN CERTIFICATE-----", body, false},
		"dots for a key":            {"-----BEGIN PRIVATE KEY-----", "...", false},
		"the first line alone":      {"-----BEGIN PRIVATE KEY-----", "", false},
		"a made-up body":            {"-----BEGIN PRIVATE KEY-----", strings.Repeat("A", 64), false},
	} {
		if got := privateKey(c.line, c.next); got != c.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

// What was found is in no message: the place and the kind are enough.
func TestSecretsAreNeverShown(t *testing.T) {
	t.Parallel()
	for _, k := range secretKinds() {
		secret := token(k, 5)
		change := &Change{Files: []File{{Path: "a.txt", AddedLines: []Line{{Number: 3, Text: "key: " + secret}}}}}
		for _, f := range checkSecrets(Requirement{Params: SecretParams{}}, change) {
			if f.Verdict != Broken || len(f.At) != 1 || f.At[0].Line != 3 {
				t.Errorf("%s: got %+v", k.name, f)
			}
			if shown := fmt.Sprintf("%+v", f); strings.Contains(shown, secret[len(k.anchor):]) || strings.Contains(shown, secret[:min(len(secret), 8)]) {
				t.Errorf("%s: the value is shown", k.name)
			}
		}
	}
}

// BenchmarkSecrets scans what a change of 10,000 files adds: 32 MiB.
func BenchmarkSecrets(b *testing.B) {
	change := &Change{}
	for i := range 10_000 {
		f := File{Path: fmt.Sprintf("d/f%d.go", i), Status: Added}
		for n := range 84 {
			f.AddedLines = append(f.AddedLines, Line{n + 1, "\treturn nil, fmt.Errorf(\"sk_x the %w\", err)"})
		}
		change.Files = append(change.Files, f)
	}
	for b.Loop() {
		if f := checkSecrets(Requirement{Params: SecretParams{}}, change); f[0].Verdict != Met {
			b.Fatal(f)
		}
	}
}
