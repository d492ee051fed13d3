package command

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fileReview is a change that breaks a rule in a file with an awkward name.
func fileReview() *checked {
	c := busyReview()
	line := 7
	c.Findings = []finding{
		{Rule: "paths", Verdict: "broken", Strength: "must", Text: "no *.jar", Message: "a path is refused", At: []location{{Path: orNull("a dir:x/ü,%.jar"), Line: &line}, {Path: orNull("b.jar")}},
			Requirement: requirement{Rule: "paths", Strength: "must", Said: []quote{{Path: "docs/RULES one.md", Line: 3, Column: 5, Text: "no jars"}}}},
		{Rule: "sign-off", Verdict: "broken", Strength: "should", Text: "sign-off", Message: "missing", At: []location{{Commit: orNull(strings.Repeat("a", 40)), What: "first"}},
			Requirement: requirement{Rule: "sign-off", Strength: "should", Said: []quote{{Path: "CONTRIBUTING.md", Line: 9, Text: "sign off"}}}},
		{Rule: "tests", Verdict: "broken", Strength: "may", Text: "tests", Message: "no tests"},
		{Rule: "gate", Verdict: "unknown", Strength: "must", Text: `required check "x"`, Message: "not readable"},
		{Rule: "title", Verdict: "met", Strength: "must", Text: "title"},
		{Rule: "approvals", Verdict: "later", Strength: "must", Text: "2 approvals"},
	}
	return c
}

func TestSARIFHasAPlaceAndALevelForEachResult(t *testing.T) {
	t.Parallel()
	raw, err := sarifOf(fileReview(), exitBroken)
	if err != nil {
		t.Fatal(err)
	}
	var log sarifLog
	if err := json.Unmarshal(raw, &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	var got []string
	for _, r := range run.Results {
		at := "nowhere"
		if len(r.Locations) > 0 {
			at = r.Locations[0].Physical.Artifact.URI
			if len(r.Locations[0].Logical) > 0 {
				at += " " + r.Locations[0].Logical[0].Name
			}
		}
		if run.Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID {
			t.Errorf("result %s points to rule %d, %s", r.RuleID, r.RuleIndex, run.Tool.Driver.Rules[r.RuleIndex].ID)
		}
		got = append(got, r.RuleID+" "+r.Level+" "+at)
	}
	want := []string{"paths error a%20dir%3Ax/%C3%BC,%25.jar", "paths error b.jar", "sign-off warning CONTRIBUTING.md aaaaaaa", "tests note docs/RULES%20one.md"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if n := run.Invocations[0].Notifications; len(n) != 1 || n[0].Level != "note" || run.Invocations[0].ExitCode != exitBroken {
		t.Errorf("what could not be read is told as %+v", run.Invocations[0])
	}
}

func TestFingerprintsSurviveARebase(t *testing.T) {
	t.Parallel()
	prints := func(change func(*checked)) []string {
		c := fileReview()
		change(c)
		raw, err := sarifOf(c, exitBroken)
		if err != nil {
			t.Fatal(err)
		}
		var log sarifLog
		if err := json.Unmarshal(raw, &log); err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, r := range log.Runs[0].Results {
			out = append(out, r.Fingerprints["isrc/v1"])
		}
		return out
	}
	was := prints(func(*checked) {})
	moved := prints(func(c *checked) {
		other := strings.Repeat("b", 40)
		line := 70
		c.Findings[1].At[0].Commit, c.Findings[0].At[0].Line = &other, &line
	})
	if d := cmp.Diff(was, moved); d != "" {
		t.Error(d)
	}
	seen := map[string]bool{}
	for _, p := range was {
		if seen[p] {
			t.Errorf("two results have the fingerprint %s", p)
		}
		seen[p] = true
	}
}

func TestAnnotationsAreEscapedAsTheRunnerReadsThem(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	if err := annotate(&b, fileReview(), false); err != nil {
		t.Fatal(err)
	}
	want := `::error file=a dir%3Ax/ü%2C%25.jar,line=7,title=paths (must)::a path is refused%0Adocs/RULES one.md:3:5 "no jars"
::error file=b.jar,title=paths (must)::a path is refused%0Adocs/RULES one.md:3:5 "no jars"
::notice title=gate (must)::required check "x": not readable
::warning title=sign-off (should)::missing%0Aaaaaaaa  first%0ACONTRIBUTING.md:9 "sign off"
::notice title=tests (may)::no tests
`
	want = strings.Replace(want, "aaaaaaa  first", "aaaaaaa first", 1)
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Error(d)
	}
	b.Reset()
	if err := annotate(&b, fileReview(), true); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "::error "); n != 4 {
		t.Errorf("with --strict %d errors, want 4: what must and should hold, and what is unknown", n)
	}
}

func TestMarkdownShowsForeignWordsAsTheyAre(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain words":                      "plain words",
		"a *bold* _claim_ <b>":             `a \*bold\* \_claim\_ \<b\>`,
		"ask @acme/owners about #12":       "ask `@acme/owners` about `#12`",
		"see https://example.com/a":        "see `https://example.com/a`",
		"[click](javascript:x)":            `\[click\](javascript:x)`,
		"a `span` here":                    "a \\`span\\` here",
		"an\x1b[31m escape \u202e":         "an escape",
		"fixed in 4be1c9d2 already":        "fixed in `4be1c9d2` already",
		"![image](x) and <!-- comment -->": `\!\[image\](x) and \<\!-- comment --\>`,
	} {
		if got := markdownText(text); got != want {
			t.Errorf("%q is shown as %s, want %s", text, got, want)
		}
	}
	for text, want := range map[string]string{"x": "`x`", "a `b` c": "`` a `b` c ``", "``": "``` `` ```", "a\nb": "`a b`"} {
		if got := codeSpan(text); got != want {
			t.Errorf("%q is quoted as %s, want %s", text, got, want)
		}
	}
}

func TestAQuotationLinksOnlyToPages(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		q    quote
		want string
	}{
		"a page":              {quote{Path: "a.md", Line: 3, URL: orNull("https://forge.example/o/r/blob/c/a.md")}, "https://forge.example/o/r/blob/c/a.md#L3"},
		"a file alone":        {quote{Path: "docs/a b.md", Line: 3}, "docs/a%20b.md#L3"},
		"a script":            {quote{Path: "a.md", Line: 3, URL: orNull("javascript:alert(1)")}, ""},
		"a setting":           {quote{Path: "DCO", Kind: "required-check"}, ""},
		"brackets in its end": {quote{Path: "a>.md", Line: 1, URL: orNull("https://forge.example/a>.md")}, "https://forge.example/a%3E.md#L1"},
	} {
		if got := quoteTarget(c.q); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
