package guideline

import (
	"fmt"
	"strings"
	"testing"
)

// TestScriptsInTheirManyForms reads configurations as people write them.
// Everything that would have to be run is code, and never guessed.
func TestScriptsInTheirManyForms(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"module.exports":                        {`module.exports = {a: [2, 'always', ["x"]]};`, "{a: [2, always, [x]]}"},
		"strict mode before":                    {"'use strict';\n\nmodule.exports = { a: 1 }", "{a: 1}"},
		"exports in parentheses":                {`module.exports = ({a: 1})`, "{a: 1}"},
		"export default":                        {"export default {a: 1,};", "{a: 1}"},
		"export default as const":               {"export default {a: 'b'} as const;", "{a: b}"},
		"satisfies":                             {"export default {a: 1} satisfies UserConfig;", "{a: 1}"},
		"satisfies behind as const":             {"export default {a: [1, 2] as const} as const satisfies UserConfig", "{a: [1, 2]}"},
		"a constant":                            {"const config = {a: 1};\nmodule.exports = config;", "{a: 1}"},
		"a constant with a type":                {"import type { UserConfig } from '@commitlint/types';\nconst Configuration: UserConfig = {\n  a: 1,\n};\nexport default Configuration;", "{a: 1}"},
		"a constant with a type that has parts": {"const c: Record<string, {a: number}> = {a: 1}\nexport default c", "{a: 1}"},
		"exported as default in a list":         {"const c = {a: 1};\nexport { c as default };", "{a: 1}"},
		"exports.default":                       {"exports.default = {a: 1};", "{a: 1}"},
		"a defining call":                       {"import { defineConfig } from 'cz-git';\nexport default defineConfig({a: 1});", "{a: 1}"},
		"a type in a comment":                   {"/** @type {import('cz-git').UserConfig} */\nmodule.exports = {a: 1}", "{a: 1}"},
		"a name among values":                   {"const types = ['feat', 'fix'];\nmodule.exports = {rules: {t: [2, 'always', types]}};", "{rules: {t: [2, always, [feat, fix]]}}"},
		"a short key":                           {"const rules = {a: [0]};\nmodule.exports = { rules };", "{rules: {a: [0]}}"},
		"a spread of a known list":              {"const base = ['a', 'b'];\nexport default {l: [...base, 'c']}", "{l: [a, b, c]}"},
		"a spread of a known object":            {"const base = {a: 1, b: 2};\nexport default {...base, b: 3}", "{a: 1, b: 3}"},
		"a spread of what is imported":          {"import base from './base';\nexport default {...base, b: 3}", "{…: <code>, b: 3}"},
		"a spread in a list of what is not":     {"export default {l: [...scopes(), 'c']}", "{l: [<code>, c]}"},
		"a call":                                {"module.exports = {l: fs.readdirSync('packages')}", "{l: <code>}"},
		"a name that is imported":               {"import { types } from './types';\nmodule.exports = {l: types}", "{l: <code>}"},
		"a name that is assigned again":         {"let l = ['a'];\nl = ['b'];\nmodule.exports = {l}", "{l: <code>}"},
		"a name that is changed":                {"const l = ['a'];\nl.push('b');\nmodule.exports = {l}", "{l: <code>}"},
		"a member of a known object":            {"const Level = {Error: 2};\nmodule.exports = {a: [Level.Error, 'always']}", "{a: [2, always]}"},
		"a member of an enumeration elsewhere":  {"module.exports = {a: [RuleConfigSeverity.Error, 'always']}", "{a: [<code>, always]}"},
		"joined texts":                          {"module.exports = {a: 'x' + 'y'}", "{a: <code>}"},
		"a condition":                           {"module.exports = {a: CI ? 1 : 2}", "{a: <code>}"},
		"a function":                            {"module.exports = {a: () => [2], b: function () { return {c: 1} }, c() { return 1 }, async d() {}}", "{a: <code>, b: <code>, …: <code>}"},
		"a regular expression":                  {`module.exports = {a: /^(\w+)[/,}]: (.*)$/i, b: 1}`, "{a: <code>, b: 1}"},
		"a computed key":                        {"module.exports = {['a']: 1, [b]: 2}", "{…: <code>}"},
		"a text without parts in backticks":     {"module.exports = {a: `x`, b: `${y}`}", "{a: x, b: <code>}"},
		"a function that is exported":           {"module.exports = () => ({a: 1})", "<code>"},
		"an infinite number":                    {"export default {a: Infinity, b: -1, c: 1e3}", "{a: <code>, b: -1, c: <code>}"},
		"a name that stands for itself":         {"const a = b;\nconst b = a;\nexport default {a}", "{a: <code>}"},
		"changes after the export":              {"module.exports = {a: 1};\nmodule.exports.b = 2;", "{a: 1, …: <code>}"},
		"an object without its first brace":     {"const x = 1", "no"},
		"no requiring":                          {"module.exports = require('./other')", "<code>"},
		"JSON with comments":                    {"// why\n{\"a\": 1, /* b */ \"b\": [true, null]}", "{a: 1, b: [true, null]}"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, err := ParseScript([]byte(c.in))
			got := shown(v)
			if err != nil {
				got = "no"
			}
			if got != c.want {
				t.Errorf("%s\ngot  %s\nwant %s (%v)", c.in, got, c.want, err)
			}
		})
	}
}

// shown writes a value in full.
func shown(v Value) string {
	var parts []string
	switch v.Kind {
	case KindList:
		for _, item := range v.List {
			parts = append(parts, shown(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case KindMap:
		for _, k := range v.Keys {
			parts = append(parts, k+": "+shown(v.Map[k]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case KindCode:
		return "<code>"
	case KindNull:
		return "null"
	}
	return v.Text
}

// TestScriptsThatUnfold: names that double what they hold stay within bounds.
func TestScriptsThatUnfold(t *testing.T) {
	t.Parallel()
	var nested, spread strings.Builder
	nested.WriteString("const a0 = ['x'];\n")
	spread.WriteString("const a0 = ['x'];\n")
	for i := range 60 {
		fmt.Fprintf(&nested, "const a%d = [a%d, a%d];\n", i+1, i, i)
		fmt.Fprintf(&spread, "const a%d = [...a%d, ...a%d];\n", i+1, i, i)
	}
	for _, text := range []string{nested.String(), spread.String()} {
		v, err := ParseScript([]byte(text + "module.exports = {l: a60}"))
		if err == nil && v.At("l").Kind == KindList {
			t.Errorf("it unfolds without bounds")
		}
	}
}
