package rule

import (
	"regexp"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// TestParams asks for tests beside code.
type TestParams struct{}

const testText = "tests for what changes"

func tests() *Rule {
	return &Rule{
		ID: "tests",
		Doc: `A change of code brings tests, where the project's prose asks for them.

What is a test is told by its path: ` + "`foo_test.go`, `test_foo.py`, `foo.spec.ts`, `src/test/`, `tests/`" + `; Rust's ` + "`#[test]`" + ` in an added line counts, too. Whether the tests are good ones, or none are needed, nobody can tell from that:
it is never more than a thing that should hold. Sentences that only speak of running tests ask for nothing.

Accepted: ` + "`api.go` with `api_test.go`" + `, or documentation alone. Rejected: ` + "`api.go`" + ` alone.`,
		Derive: func(set *Reading) []Requirement {
			re := testPattern()
			sentences := said(set, func(s guideline.Sentence) bool {
				return !linkOnly(s) && re.asks.MatchString(s.Text) && !re.other.MatchString(s.Text)
			})
			if len(sentences) == 0 {
				return nil
			}
			return []Requirement{fromProse(set, sentences, testText, TestParams{}, nil)}
		},
		Check:    checkTests,
		declared: func() Requirement { return Requirement{Params: TestParams{}, Text: testText} },
	}
}

type testPatterns struct{ asks, other *regexp.Regexp }

var testPattern = lazy.Value(func() *testPatterns {
	tests := `(?:(?:unit|integration|regression|new|automated|functional|corresponding|appropriate|relevant|additional|more|your|some|good|the|any|a|accompanying|adequate|sufficient) ){0,3}(?:tests?|test cases?|test coverage)\b`
	return &testPatterns{
		asks: regexp.MustCompile(`(?i)\b(?:add|write|includes?|provide|accompanied by|covered by|come with|comes with|supply|submit|create|requires?|(?:changes|features?|fix(?:es)?|PRs?|pull requests?|contributions?|code) needs?|must have|should have|has to have|have to have|update (?:or add|and add)) ` + tests +
			`|\b(?:must|should|has to|have to|needs? to) be (?:\w+ )?(?:tested|covered)\b|\btests? (?:is|are) (?:required|mandatory)\b|\bwith (?:unit )?tests?\b.{0,20}\b(?:required|must|should)\b`),
		other: regexp.MustCompile(`(?i)\b(would help|bug reports?|reproduc\w+|test[ -](suite|environment|data|server|plan|file|framework|account|runner|instructions?|specific)|manually|without tests|how to|can be found|to make writing|to (?:add|write) \w* ?tests?|tests,? inclu(?:de|ding)\w*|before merging|as simple as|can be executed|and run it|if your changes need)\b|\?\s*$`),
	}
})

var codePattern = lazy.Pattern(`(?i)\.(go|py|rb|rs|js|jsx|ts|tsx|mjs|cjs|java|kt|kts|scala|groovy|c|cc|cpp|cxx|h|hpp|m|mm|cs|fs|swift|php|pl|pm|ex|exs|erl|hs|ml|clj|dart|lua|r|jl|vue|svelte|zig|nim|sh|bash)$`)

func isCode(f File) bool {
	return isProduct(f) && codePattern().MatchString(f.Path) && !isGenerated(f) && (f.Status != Renamed || f.Added+f.Deleted > 0)
}

func checkTests(_ Requirement, change *Change) []Finding {
	if len(change.Files) == 0 {
		return []Finding{{Verdict: Later, Message: "no files are changed yet"}}
	}
	code := 0
	for i := range change.Files {
		f := &change.Files[i]
		if f.Status == Deleted {
			continue
		}
		if isTest(f.Path) || addsRustTest(f) {
			return []Finding{{Verdict: Met, Message: "tests change"}}
		}
		if isCode(*f) {
			code++
		}
	}
	if code == 0 {
		return []Finding{{Verdict: Met, Message: "no code changes"}}
	}
	return []Finding{{Verdict: Broken, Message: plural(code, "file of code changes", "files of code change") + ", and no test does"}}
}

func addsRustTest(f *File) bool {
	if !strings.HasSuffix(f.Path, ".rs") {
		return false
	}
	for _, l := range f.AddedLines {
		if strings.Contains(l.Text, "#[test]") || strings.Contains(l.Text, "#[cfg(test)]") || strings.Contains(l.Text, "::test]") {
			return true
		}
	}
	return false
}
