package rule

import (
	"slices"
	"testing"
)

// Each dialect is pinned by what sets it apart from the other two.
func TestPatternDialects(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name       string
		pattern    Pattern
		yes, no    []string
		unreadable bool
	}{
		{name: "RE2 takes (?m) for lines", pattern: Pattern{Dialect: RE2, Text: "^ABC", Flags: "m"}, yes: []string{"ABC", "x\nABC"}, no: []string{"xABC"}},
		{name: "RE2 knows no lookahead", pattern: Pattern{Dialect: RE2, Text: "^(?!A).+$"}, unreadable: true},
		{name: "RE2 ends a text with $ only", pattern: Pattern{Dialect: RE2, Text: "a$"}, yes: []string{"a"}, no: []string{"a\n"}},
		{name: "JavaScript knows lookahead", pattern: Pattern{Dialect: JavaScript, Text: "^(?![A-Z]).+$"}, yes: []string{"abc"}, no: []string{"Abc"}},
		{name: "JavaScript ends a text with $ only", pattern: Pattern{Dialect: JavaScript, Text: "a$"}, yes: []string{"a"}, no: []string{"a\n"}},
		{name: "JavaScript has flags", pattern: Pattern{Dialect: JavaScript, Text: "^ABC", Flags: "im"}, yes: []string{"x\nabc"}, no: []string{"x abc"}},
		{name: "JavaScript can be put to the whole text", pattern: Pattern{Dialect: JavaScript, Text: "a|bc", Use: WholeText}, yes: []string{"bc"}, no: []string{"ac", "bcd"}},
		{name: "Python ends a text before its last line end, too", pattern: Pattern{Dialect: Python, Text: "a$"}, yes: []string{"a", "a\n"}, no: []string{"a\n\n"}},
		{name: `Python's \Z is the very end`, pattern: Pattern{Dialect: Python, Text: `a\Z`}, yes: []string{"a"}, no: []string{"a\n"}},
		{name: "Python names groups with P", pattern: Pattern{Dialect: Python, Text: `^(?P<kind>feat|fix)(?P<q>['"]).*(?P=q)$`}, yes: []string{`feat'x'`}, no: []string{`feat'x"`}},
		{name: "Python's match begins at the start", pattern: Pattern{Dialect: Python, Text: "fix", Use: AtStart}, yes: []string{"fix it"}, no: []string{"a fix"}},
		{name: "Python's search looks everywhere", pattern: Pattern{Dialect: Python, Text: "fix"}, yes: []string{"a fix"}},
		{name: "Python's alternatives keep together at the start", pattern: Pattern{Dialect: Python, Text: "a|b", Use: AtStart}, yes: []string{"bx"}, no: []string{"xb"}},
		{name: "Python's fullmatch wants all", pattern: Pattern{Dialect: Python, Text: "a+", Use: WholeText}, yes: []string{"aaa"}, no: []string{"aab", "aaa\n"}},
		{name: "Python leaves the lower bound out", pattern: Pattern{Dialect: Python, Text: "^a{,2}$"}, yes: []string{"", "aa"}, no: []string{"aaa"}},
		{name: "Python takes a bracket in a class for itself", pattern: Pattern{Dialect: Python, Text: "^[a-z-[aeiou]]$"}, yes: []string{"[]", "b]"}, no: []string{"b"}},
		{name: "Python takes a first closing bracket for itself", pattern: Pattern{Dialect: Python, Text: "^[]a]+$"}, yes: []string{"]a"}, no: []string{"b"}},
		{name: "Python turns a flag on inside", pattern: Pattern{Dialect: Python, Text: "(?s)a.b"}, yes: []string{"a\nb"}},
		{name: "Python's dot ends at a line's end", pattern: Pattern{Dialect: Python, Text: "a.b"}, no: []string{"a\nb"}},
		{name: "Python's verbose pattern may end in a comment", pattern: Pattern{Dialect: Python, Text: "(?x)\n a b # both", Use: AtStart}, yes: []string{"ab"}, no: []string{"a b"}},
		{name: "Python's ASCII flag is not known", pattern: Pattern{Dialect: Python, Text: `(?a)\w`}, unreadable: true},
		{name: "numbers of named groups are not known", pattern: Pattern{Dialect: Python, Text: `(?P<a>x)(y)\1`}, unreadable: true},
		{name: "a broken pattern is said to be one", pattern: Pattern{Dialect: Python, Text: `(?P=a`}, unreadable: true},
		{name: "a dialect that is not known is not guessed", pattern: Pattern{Dialect: "perl", Text: "a"}, unreadable: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			test, err := tt.pattern.compile()
			if tt.unreadable {
				if err == nil {
					t.Errorf("%q can be read", tt.pattern.Text)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range append(tt.yes, tt.no...) {
				want := slices.Contains(tt.yes, s)
				if got, err := test(s); got != want || err != nil {
					t.Errorf("%q on %q: got %v %v, want %v", tt.pattern.Text, s, got, err, want)
				}
			}
		})
	}
}

func TestPatternTakesTooLong(t *testing.T) {
	t.Parallel()
	test, err := Pattern{Dialect: Python, Text: `^(a+)+$`}.compile()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := test("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"); err == nil {
		t.Error("a catastrophic pattern has an answer")
	}
}

// Whatever a project writes, a pattern of Python is read or refused, and its
// translation can be compiled or is refused, too.
func FuzzPythonPattern(f *testing.F) {
	for _, s := range []string{`^(?P<a>x)(?P=a)\Z`, "[]a[]", "a{,2}", "(?u)a", `[^]\]]`, "(?P<", "[", `\`, "{,", "(?x) a # b"} {
		f.Add(s, "text")
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		test, err := Pattern{Dialect: Python, Text: pattern, Use: WholeText}.compile()
		if err != nil {
			return
		}
		if _, err := test(text[:min(len(text), 200)]); err != nil && err != errPatternSlow {
			t.Errorf("%q: %v", pattern, err)
		}
	})
}
