package guideline

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// dump writes a value as JSON with its lines: {"key@2": …}.
func dump(v Value) string {
	switch v.Kind {
	case KindMap:
		var parts []string
		for _, k := range v.Keys {
			parts = append(parts, k+"="+dump(v.Map[k]))
		}
		return "{" + strings.Join(parts, " ") + "}"
	case KindList:
		var parts []string
		for _, item := range v.List {
			parts = append(parts, dump(item))
		}
		return "[" + strings.Join(parts, " ") + "]"
	case KindString:
		quoted, _ := json.Marshal(v.Text)
		return string(quoted)
	case KindCode:
		return "<" + strings.Join(strings.Fields(v.Text), " ") + ">"
	}
	return v.Text
}

func TestParseScript(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"JSON":                        {`{"a": [1, -2.5, true, null, "x\u0041\n"]}`, `{a=[1 -2.5 true null "xA\n"]}`},
		"JSON with comments":          {"// x\n{/* y */ \"a\": 1, // z\n}", `{a=1}`},
		"CommonJS":                    {"'use strict';\nmodule.exports = {a: 'b', \"c\": `d`,};", `{a="b" c="d"}`},
		"a module":                    {"import x from 'y'\nexport default { a: 1 }\n", `{a=1}`},
		"a constant with a type":      {"const c: X = {a: 1} as const;\nexport default c;", `{a=1}`},
		"satisfies":                   {"export default {a: 1} satisfies X", `{a=1}`},
		"a defining call":             {"export default defineConfig({a: 1})", `{a=1}`},
		"TypeScript's own export":     {"export = {a: 1}", `{a=1}`},
		"code is kept as code":        {"module.exports = {a: f(1, {b: 2}), c: () => { return 3 }, d: x ? 1 : 2, e: `a${b}`}", `{a=<f(1, {b: 2})> c=<() => { return 3 }> d=<x ? 1 : 2> e=<a${b}>}`},
		"a literal that is used":      {"module.exports = {a: [1, 2].concat(x), b: 1}", `{a=<[1, 2].concat(x)> b=1}`},
		"methods, spreads and names":  {"module.exports = {...base, run() { return 1 }, short, [x]: 1, b: 2}", `{…=<[x]: 1> short=<short> b=2}`},
		"a regular expression":        {`module.exports = {a: [/[/]},]/gi], b: 1}`, `{a=[</[/]},]/gi>] b=1}`},
		"strings that look like code": {`const s = "module.exports = {no: 1}"; module.exports = {a: '}'}`, `{a="}"}`},
		"comments that look like it":  {"/* module.exports = {no: 1} */ // export default {no: 2}\nmodule.exports = {a: 1}", `{a=1}`},
		"a key twice":                 {`{"a": 1, "a": 2}`, `{a=2}`},
		"an exported call":            {"module.exports = make()", `<make()>`},
		"byte order mark":             {"\uFEFF{\"a\": 1}", `{a=1}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, err := ParseScript([]byte(c.in))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, dump(v)); d != "" {
				t.Errorf("value (-want +got):\n%s", d)
			}
		})
	}
}

func TestParseScriptLines(t *testing.T) {
	t.Parallel()
	v, err := ParseScript([]byte("const x = {\n  a: 1,\n\n  b: [\n    2,\n    'c'\n  ],\n}\nmodule.exports = x\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		v    Value
		want int
	}{{v, 1}, {v.At("a"), 2}, {v.At("b"), 4}, {v.At("b").List[1], 6}} {
		if c.v.Line != c.want {
			t.Errorf("%s stands on line %d, want %d", dump(c.v), c.v.Line, c.want)
		}
	}
}

func TestParseScriptRefuses(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"nothing exported":   "const a = 1",
		"an open object":     `{"a": 1`,
		"an open list":       `[1, 2`,
		"a deep nest":        strings.Repeat("[", 10_000),
		"too many values":    "[" + strings.Repeat("1,", maxNodes+1) + "]",
		"too many bytes":     strings.Repeat(" ", maxFileBytes+1),
		"nothing":            "",
		"a constant of ones": "const a = a; module.exports = a.b.c(",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, err := ParseScript([]byte(in))
			if err == nil && v.Kind != KindCode {
				t.Errorf("got %s", dump(v))
			}
		})
	}
}

func TestParseYAML(t *testing.T) {
	t.Parallel()
	v, err := ParseYAML([]byte("a: &x [1, yes, \"2\"]\nb: *x\nc:\n  d: ~\n  e: |\n    f\n"))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(`{a=[1 "yes" "2"] b=[1 "yes" "2"] c={d=~ e="f\n"}}`, dump(v)); d != "" {
		t.Errorf("value (-want +got):\n%s", d)
	}
	if v.At("c", "e").Line != 5 || v.Has("c", "d") || !v.Has("a") {
		t.Errorf("line %d, null %v", v.At("c", "e").Line, v.Has("c", "d"))
	}
}

func TestParseYAMLRefuses(t *testing.T) {
	t.Parallel()
	bomb := "a: &a [x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c < 'k'; c++ {
		bomb += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+string(c-1)+", ", 9) + "]\n"
	}
	for name, in := range map[string]string{
		"an alias bomb":  bomb,
		"a recursion":    "a: &a\n  b: *a\n",
		"a deep nest":    strings.Repeat("[", 9000) + strings.Repeat("]", 9000),
		"no YAML":        "a: [",
		"too many bytes": strings.Repeat("#", maxFileBytes+1),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if v, err := ParseYAML([]byte(in)); err == nil {
				t.Errorf("got %s", v.Kind)
			}
		})
	}
}

func TestParseINI(t *testing.T) {
	t.Parallel()
	v := parseINI([]byte("lost = 1\n[general]\n# x\ncontrib=CC1, CC2\nignore : T1\nbare\n[title-max-length]\nline-length=50\n"))
	if d := cmp.Diff(`{general={contrib="CC1, CC2" ignore="T1"} title-max-length={line-length="50"}}`, dump(v)); d != "" {
		t.Errorf("value (-want +got):\n%s", d)
	}
	if n, ok := v.At("title-max-length", "line-length").Int(); n != 50 || !ok {
		t.Errorf("got %d, %v", n, ok)
	}
}

func FuzzParseScript(f *testing.F) {
	f.Add("module.exports = {a: [1, 'b', ...c], d() {}}")
	f.Add("const x: Y = {a: /b/} as const\nexport default x")
	f.Fuzz(func(_ *testing.T, text string) { _, _ = ParseScript([]byte(text)) })
}

func FuzzParseYAML(f *testing.F) {
	f.Add("a: &b [*b]")
	f.Fuzz(func(_ *testing.T, text string) { _, _ = ParseYAML([]byte(text)) })
}
