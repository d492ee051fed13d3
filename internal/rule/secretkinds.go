package rule

import (
	"math"
	"strings"
)

// secretKind is a kind of token that its beginning gives away.
type secretKind struct {
	anchor   string // how it begins, or what stands before it
	name     string // for people: "GitHub token"
	shown    string // of the anchor, may be printed
	alphabet string // of what follows
	min, max int    // characters that follow
	entropy  float64
	must     string // stands somewhere in what follows
}

// The alphabets of tokens, as ranges: "a-z" is what it is in a regular expression.
const (
	alnum    = "A-Za-z0-9"
	wordly   = "A-Za-z0-9_"
	dashed   = "A-Za-z0-9_-"
	dotted   = "A-Za-z0-9_.-"
	lowerHex = "0-9a-f"
	anyHex   = "0-9A-Fa-f"
	base32   = "A-Z2-7"
	base64   = "A-Za-z0-9+/="
)

// Bits per character below which a value is made up, by what it is made of.
// Chance gives 16 characters of base32 about 3.5, 32 of hexadecimal 3.6 and 36
// of letters and digits 4.6.
const (
	hexBits    = 2.6
	base32Bits = 2.6
	alnumBits  = 3.2
)

// secretKinds is written from what the services publish about their tokens.
// Generic words like "password" are no kind: they say nothing of what follows.
func secretKinds() []secretKind {
	kinds := []secretKind{
		{"github_pat_", "GitHub token", "gith", wordly, 82, 82, alnumBits, "_"},
		{"glptt-", "GitLab trigger token", "glpt", lowerHex, 40, 40, hexBits, ""},
		{"AccountKey=", "Azure storage key", "Acco", base64, 88, 88, alnumBits, "=="},
		{"SharedAccessKey=", "Azure access key", "Shar", base64, 44, 44, alnumBits, "="},
		{"hooks.slack.com/services/T", "Slack webhook", "hook", alnum + "/", 40, 60, alnumBits, "/B"},
		{"xapp-", "Slack token", "xapp", dashed, 40, 160, alnumBits, "-"},
		{"AIza", "Google API key", "AIza", dashed, 35, 35, alnumBits, ""},
		{"GOCSPX-", "Google OAuth secret", "GOCS", dashed, 28, 28, alnumBits, ""},
		{"npm_", "npm token", "npm_", alnum, 36, 36, alnumBits, ""},
		{"pypi-AgE", "PyPI token", "pypi", dashed, 50, 400, alnumBits, ""},
		{"rubygems_", "RubyGems key", "ruby", lowerHex, 48, 48, hexBits, ""},
		{"SG.", "SendGrid key", "SG.", dotted, 66, 66, alnumBits, "."},
		{"sk-ant-", "Anthropic key", "sk-a", dashed, 80, 140, alnumBits, "-"},
		{"sk-proj-", "OpenAI key", "sk-p", dashed, 40, 200, alnumBits, ""},
		{"sk-svcacct-", "OpenAI key", "sk-s", dashed, 40, 200, alnumBits, ""},
		{"T3BlbkFJ", "OpenAI key", "sk-", dashed, 20, 110, alnumBits, ""},
		{"hf_", "Hugging Face token", "hf_", "A-Za-z", 34, 34, alnumBits, ""},
		{"AGE-SECRET-KEY-1", "age secret key", "AGE-", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58, 58, alnumBits, ""},
		{"dckr_pat_", "Docker token", "dckr", dashed, 27, 27, alnumBits, ""},
		{"dapi", "Databricks token", "dapi", lowerHex, 32, 32, hexBits, ""},
		{"glsa_", "Grafana token", "glsa", wordly, 41, 41, alnumBits, "_"},
		{"hvs.", "Vault token", "hvs.", dashed, 90, 120, alnumBits, ""},
		{".atlasv1.", "Terraform Cloud token", ".atl", dashed, 60, 70, alnumBits, ""},
		{"ATATT3", "Atlassian token", "ATAT", dashed + "=", 180, 200, alnumBits, ""},
		{"tskey-auth-", "Tailscale key", "tske", alnum + "-", 20, 60, alnumBits, "-"},
		{"tskey-api-", "Tailscale key", "tske", alnum + "-", 20, 60, alnumBits, "-"},
		{"lin_api_", "Linear key", "lin_", alnum, 40, 40, alnumBits, ""},
		{"sntrys_", "Sentry token", "sntr", base64 + "_-", 80, 200, alnumBits, ""},
		{"NRAK-", "New Relic key", "NRAK", "A-Z0-9", 27, 27, alnumBits, ""},
		{"PMAK-", "Postman key", "PMAK", lowerHex + "-", 59, 59, hexBits, "-"},
		{"LTAI", "Alibaba key", "LTAI", alnum, 20, 20, alnumBits, ""},
	}
	family := func(name, alphabet string, min, max int, bits float64, anchors ...string) {
		for _, a := range anchors {
			kinds = append(kinds, secretKind{a, name, a[:4], alphabet, min, max, bits, ""})
		}
	}
	family("GitHub token", alnum, 36, 255, alnumBits, "ghp_", "gho_", "ghs_", "ghu_", "ghr_")
	family("GitLab token", dotted, 20, 310, alnumBits, "glpat-", "gldt-", "glrt-", "glcbt-", "glft-", "glsoat-", "glagent-", "glimt-", "gloas-")
	family("AWS access key", base32, 16, 16, base32Bits, "AKIA", "ASIA", "ABIA", "ACCA")
	family("Slack token", dashed, 24, 160, alnumBits, "xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxe.")
	family("Stripe key", alnum, 24, 110, alnumBits, "sk_live_", "rk_live_")
	family("DigitalOcean token", lowerHex, 64, 64, hexBits, "dop_v1_", "doo_v1_", "dor_v1_")
	family("Shopify token", anyHex, 32, 32, hexBits, "shpat_", "shpss_", "shpca_", "shppa_")
	for _, digit := range "0123456789abcdefABCDEF" { // two letters alone would be met everywhere
		kinds = append(kinds, secretKind{"SK" + string(digit), "Twilio key", "SK", anyHex, 31, 31, hexBits, ""})
	}
	return kinds
}

// entropy is Shannon's, in bits per character.
func entropy(s string) float64 {
	var seen [256]int
	for i := range len(s) {
		seen[s[i]]++
	}
	bits := 0.0
	for _, n := range seen {
		if n > 0 {
			p := float64(n) / float64(len(s))
			bits -= p * math.Log2(p)
		}
	}
	return bits
}

// madeUp tells a placeholder: it says what it is, repeats itself, or counts.
func madeUp(value string) bool {
	lower := strings.ToLower(value)
	for _, word := range []string{"example", "placeholder", "xxxx", "your", "dummy", "fake", "redact", "changeme", "change-me", "replace", "sample", "foobar", "0000000", "notreal", "not-real", "not_real", "secret", "token", "insert"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	run, counting, counted := 1, 1, 0
	for i := 1; i <= len(lower); i++ {
		if i < len(lower) && lower[i] == lower[i-1] {
			if run++; run >= 6 {
				return true
			}
		} else {
			run = 1
		}
		if i < len(lower) && lower[i] == lower[i-1]+1 {
			counting++
			continue
		}
		if counting >= 4 {
			counted += counting
		}
		counting = 1
	}
	return 2*counted > len(value)
}
