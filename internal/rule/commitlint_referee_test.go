package rule

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// refereeConfig is a configuration for the real commitlint.
type refereeConfig struct {
	name string // of its file
	text string
	step int // every so many messages are judged by it; 0 is 1
}

type refereeVerdict struct {
	Errors, Warnings []string
	Error            string
}

// TestCommitlintAgrees holds what we say of messages against commitlint itself:
// the same verdict, and the same rules that fail and warn. It wants a folder
// into which npm has installed commitlint, and the driver; .ci/run makes both.
func TestCommitlintAgrees(t *testing.T) {
	root, driver := os.Getenv("ISRC_COMMITLINT"), os.Getenv("ISRC_COMMITLINT_DRIVER")
	if root == "" || driver == "" {
		t.Skip("no commitlint is installed: ISRC_COMMITLINT and ISRC_COMMITLINT_DRIVER are not set")
	}
	major, ok := majorVersion(os.Getenv("ISRC_COMMITLINT_VERSION"))
	before21 := ok && major < 21
	messages, configs := refereeMessages(), refereeConfigs()
	judged, differ := 0, 0
	for i, result := range askReferee(t, root, driver, messages, configs) {
		c := configs[i]
		ours := readRefereeConfig(t, c)
		ours.Grammar.Before21 = before21
		if result.Error != "" || len(ours.Unread) > 0 {
			t.Errorf("%s: commitlint: %q, unread: %q\n%s", c.name, result.Error, ours.Unread, c.text)
			continue
		}
		at, shown := 0, 0
		for j, m := range messages {
			if j%max(1, c.step) != 0 {
				continue
			}
			want, got := result.Verdicts[at], refereeJudge(ours, m)
			at++
			judged++
			if want.Error == "" && slices.Equal(want.Errors, got.Errors) && slices.Equal(want.Warnings, got.Warnings) {
				continue
			}
			differ++
			if shown++; shown <= 2 && differ < 2000 {
				t.Errorf("%s\n%s\nmessage %q\nwant %+v\ngot  %+v", c.name, c.text, m, want, got)
			}
		}
	}
	t.Logf("%d verdicts of %d configurations compared, %d differ", judged, len(configs), differ)
	if judged < 20_000 {
		t.Errorf("only %d verdicts were compared", judged)
	}
}

type refereeResult struct {
	Verdicts []refereeVerdict
	Error    string
}

// askReferee runs the real commitlint once for all configurations.
func askReferee(t *testing.T, root, driver string, messages []string, configs []refereeConfig) []refereeResult {
	t.Helper()
	dir, err := os.MkdirTemp(root, "configs") // below it, so that packages are found
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	type file struct {
		File string `json:"file"`
		Step int    `json:"step"`
	}
	var files []file
	for i, c := range configs {
		name := filepath.Join(dir, fmt.Sprint(i), c.name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		files = append(files, file{name, max(1, c.step)})
	}
	input, err := json.Marshal(map[string]any{"messages": messages, "configs": files})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", driver, root)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(input), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("run commitlint: %v", err)
	}
	var results []refereeResult
	if err := json.Unmarshal(out, &results); err != nil || len(results) != len(configs) {
		t.Fatalf("commitlint answers %d configurations: %v", len(results), err)
	}
	return results
}

func readRefereeConfig(t *testing.T, c refereeConfig) HeaderParams {
	t.Helper()
	parse := guideline.ParseYAML
	if ext := filepath.Ext(c.name); ext == ".js" || ext == ".cjs" || ext == ".mjs" || ext == ".json" {
		parse = guideline.ParseScript
	}
	root, err := parse([]byte(c.text))
	if err != nil {
		t.Fatalf("%s: %v", c.text, err)
	}
	return readCommitlint(&guideline.Config{Source: &guideline.Source{Path: c.name}, Tool: guideline.ToolCommitlint, Root: root})
}

func refereeJudge(p HeaderParams, message string) refereeVerdict {
	v := refereeVerdict{Errors: []string{}, Warnings: []string{}}
	if p.leaves(message) || strings.TrimSpace(message) == "" {
		return v
	}
	m := newLintMessage(p.Grammar, message)
	for _, r := range p.Rules {
		k := lintKinds()[r.Name]
		why := k.breaks(r, m)
		if r.Name == "subject-empty" && r.Never && m.formless() {
			why = "said with the type" // one thing to say for us, two for commitlint
		}
		switch {
		case why == "":
		case r.Level == 1:
			v.Warnings = append(v.Warnings, r.Name)
		default:
			v.Errors = append(v.Errors, r.Name)
		}
	}
	slices.Sort(v.Errors)
	slices.Sort(v.Warnings)
	return v
}

// refereeConfigs are configurations of every rule, in files of several kinds.
func refereeConfigs() []refereeConfig {
	yaml := func(text string) refereeConfig { return refereeConfig{name: ".commitlintrc.yaml", text: text} }
	out := []refereeConfig{
		yaml("extends: ['@commitlint/config-conventional']\n"),
		yaml("extends: ['@commitlint/config-angular']\n"),
		yaml("extends: ['@commitlint/config-conventional', '@commitlint/config-angular']\n"),
		yaml("extends: ['@commitlint/config-angular', '@commitlint/config-conventional']\nrules: {type-enum: [0], subject-case: [1, always, lower-case]}\n"),
		yaml("extends: '@commitlint/config-conventional'\ndefaultIgnores: false\n"),
		{name: ".commitlintrc.json", text: `{"rules": {"type-empty": [2, "never"], "subject-empty": [2, "never"], "type-enum": [2, "always", ["feat", "fix"]]}}`},
		{name: "commitlint.config.mjs", text: "export default {parserPreset: {parserOpts: {headerPattern: /^(\\w+)-(\\d+): (.*)$/, headerCorrespondence: ['type', 'scope', 'subject']}},\n" +
			"rules: {'type-empty': [2, 'never'], 'scope-empty': [1, 'never'], 'subject-case': [2, 'always', 'sentence-case']}};\n"},
		{name: "commitlint.config.mjs", text: "export default {extends: ['@commitlint/config-conventional'], parserPreset: {parserOpts: {headerPattern: /^\\[(\\w+)\\] (.*)$/i, headerCorrespondence: ['type', 'subject']}}};\n"},
		{name: "commitlint.config.mjs", text: "export default {extends: ['@commitlint/config-conventional'], parserPreset: {parserOpts: {issuePrefixes: ['PROJ-', '!']}}, rules: {'references-empty': [2, 'never']}};\n"},
		{name: "commitlint.config.mjs", text: "export default {parserPreset: {parserOpts: {noteKeywords: ['NOTE'], referenceActions: ['refs']}}, rules: {'references-empty': [1, 'never'], 'footer-empty': [2, 'never'], 'body-leading-blank': [2, 'always']}};\n"},
		{name: "commitlint.config.mjs", text: "export default {parserPreset: 'conventional-changelog-conventionalcommits', rules: {'type-empty': [2, 'never'], 'footer-empty': [2, 'always']}};\n"},
		{name: "commitlint.config.mjs", text: "export default {parserPreset: {name: 'conventional-changelog-conventionalcommits'}, rules: {'type-empty': [2, 'never']}};\n"},
		{name: "commitlint.config.mjs", text: "export default {parserPreset: {parserOpts: {headerPattern: /^(?<subject>.*) \\((?<type>\\w+)\\)$/, headerCorrespondence: ['type', 'subject']}}, rules: {'type-enum': [2, 'always', ['fix']], 'type-empty': [2, 'never'], 'subject-max-length': [2, 'always', 12]}};\n"},
		{name: "commitlint.config.mjs", text: "export default {extends: ['@commitlint/config-conventional'], parserPreset: {parserOpts: {headerPattern: /^(\\w*)(?:\\((.*)\\))?!?: (.*)$/, breakingHeaderPattern: /^(\\w+)()! (.*)$/, headerCorrespondence: ['type', 'scope', 'subject']}}};\n"},
		yaml("parserPreset: {parserOpts: {headerPattern: '^(\\w*): (.*)$', headerCorrespondence: [type, subject]}}\nrules: {type-empty: [2, never], scope-empty: [1, always]}\n"),
		{name: ".commitlintrc.yaml", text: "rules: {trailer-exists: [2, always, 'Signed-off-by:'], signed-off-by: [1, always, 'Signed-off-by:']}\n", step: 40},
		{name: ".commitlintrc.yaml", text: "rules: {trailer-exists: [2, never, 'Refs:'], signed-off-by: [1, never, 'Signed']}\n", step: 40},
	}
	for _, level := range []string{"2, always", "1, never"} {
		for _, cases := range []string{
			"lower-case", "upper-case", "camel-case", "kebab-case", "pascal-case", "sentence-case", "snake-case", "start-case", "lowercase", "uppercase", "sentencecase", "lowerCase",
			"[lower-case, pascal-case]", "[{when: never, case: upper-case}, kebab-case]", "[]",
		} {
			var b strings.Builder
			b.WriteString("extends: '@commitlint/config-conventional'\nrules:\n")
			for _, part := range []string{"type", "scope", "subject", "header", "body"} {
				fmt.Fprintf(&b, "  %s-case: [%s, %s]\n", part, level, cases)
			}
			c := yaml(b.String())
			c.step = 3
			out = append(out, c)
		}
		var empty, leading strings.Builder
		for _, part := range []string{"type", "scope", "subject", "body", "footer"} {
			fmt.Fprintf(&empty, "  %s-empty: [%s]\n", part, level)
		}
		for _, rule := range []string{"body-leading-blank", "footer-leading-blank", "breaking-change-exclamation-mark", "subject-exclamation-mark", "references-empty", "header-trim"} {
			fmt.Fprintf(&leading, "  %s: [%s]\n", rule, level)
		}
		out = append(out, yaml("rules:\n"+empty.String()), yaml("extends: '@commitlint/config-conventional'\nrules:\n"+empty.String()),
			yaml("rules:\n"+leading.String()), yaml("parserPreset: conventional-changelog-conventionalcommits\nrules:\n"+leading.String()))
		for _, n := range []int{0, 4, 11, 20} {
			var b strings.Builder
			b.WriteString("parserPreset: conventional-changelog-conventionalcommits\nrules:\n")
			for _, rule := range []string{
				"header-max-length", "header-min-length", "type-max-length", "type-min-length", "scope-max-length", "scope-min-length", "subject-max-length", "subject-min-length",
				"body-max-length", "body-min-length", "body-max-line-length", "footer-max-length", "footer-min-length", "footer-max-line-length",
			} {
				fmt.Fprintf(&b, "  %s: [%s, %d]\n", rule, level, n)
			}
			out = append(out, yaml(b.String()))
		}
		for _, stop := range []string{"", ", '.'", ", '!'", ", ')'", ", '..'", ", ''"} {
			out = append(out, yaml(fmt.Sprintf("rules: {subject-full-stop: [%s%s], header-full-stop: [%s%s], body-full-stop: [%s%s]}\n", level, stop, level, stop, level, stop)))
		}
		for _, words := range []string{"[]", "[feat, api, cli]", "['api/cli', 'fix', 'a, b']", "['']"} {
			out = append(out, yaml(fmt.Sprintf("extends: '@commitlint/config-conventional'\nrules: {type-enum: [%s, %s], scope-enum: [%s, %s], scope-delimiter-style: [%s, ['/', '.']]}\n", level, words, level, words, level)))
		}
		out = append(out,
			yaml(fmt.Sprintf("parserPreset: conventional-changelog-conventionalcommits\nrules: {scope-enum: [%s, {scopes: [api, cli], delimiters: ['|', ',']}], scope-case: [%s, {cases: [lower-case], delimiters: ['.']}], scope-delimiter-style: [%s]}\n", level, level, level)))
	}
	return out
}

// refereeMessages are messages of every shape: those that somebody stumbled
// over, and combinations of parts.
func refereeMessages() []string {
	out := []string{
		"", "fix", "fix:", "fix: ", "fix:  two blanks", " fix: blank before", "fix: blank behind ", "fix(): empty scope", "fix( ): blank scope", "fix((a)): nested", "fix(a)(b): twice",
		"fix!: bang", "fix(a)!: bang", "fix!(a): bang", "FIX: upper", "fix-it: dash", "fix : blank", "fix:no blank", "fix.it: dot", "ünïcode: type", "fix: ünïcode subject", "fix: ÄRGER", "fix: Ärger", "fix: straße",
		"fix: ядро", "fix: Ядро Линукс", "fix: 中文", "fix: 😀 smile", "fix: 😀", "fix: \ufeffbom", "fix:\u00a0nbsp", "fix: nbsp\u00a0", "#12", "fix: #12", "fix: see #12.", "fix: see (#12)", "fix: see acme/lib#12", "fix: PROJ-1 and !2",
		"Merge branch 'main'", "Merge branch 'main' into x", "Merge pull request #1 from a/b", "Merge pull request #1 from a/b\n\nfix: it", "Merge tag v1", "Merge tag v1\n\nbody", "Merge a into b", "Merge a into b\n\nbody",
		"fix: it\n\nMerge branch 'x'", "fix: it\n\nMerge tag v1", "Merge remote-tracking branch 'a'", "Merged in x", "Merged PR 12: it", "Merged x into y", "Merged", "merge branch x", "Revert \"x\"", "revert it", "Reapply \"x\"", "reapply", "Reverts x",
		"amend! x", "fixup! x", "squash! x", "fixup x", "Automatic merge", "Auto-merged a into b", "1.2.3", "v1.2.3", "v1.2.3-rc.1+x", "1.2", "01.2.3", "chore: 1.2.3", "chore(release): 1.2.3 [skip ci]", "chore(release): v1.2.3 (ci skip)", "fix: 1.2.3",
		"chore(release): 1.2.3\n\nnotes", "v1.2.3-", "v1.2.3-01", "v 1.2.3", "=1.2.3", "1.2.3 [ci-skip] x", "\n\nfix: lines before", "fix: it\r\n\r\nwith returns\r\n", "fix: it\n \nblank line of blanks", "fix: it\n\n\nBody.", "fix: it\nbody", "fix: it\n\nbody\nfoo: bar",
		"fix: it\n\nBREAKING CHANGE: x", "fix: it\n\nBREAKING CHANGE x", "fix: it\n\nbreaking change: x", "fix: it\n\nBREAKING-CHANGE: x", "fix: it\n\n* BREAKING CHANGE: x\nmore\n\nCloses #1\nrest", "fix: it\nBREAKING CHANGE: x", "fix: it\n\n| breaking-change: x",
		"fix: it\n\nBREAKING CHANGES: x", "fix: it\n\nbody\nBREAKING CHANGE: x\nBREAKING CHANGE: y\nfixes #1\nBREAKING CHANGE: z", "fix: it\n\ngpg: signature\nbody", "gpg: x\nfix: it", "fix: it\n\n# comment\nbody",
		"fix: it\n\nNOTE: x", "fix: it\n\nrefs #2", "fix: it\n\nRefs PROJ-1", "fix: it\n\nCloses https://acme.example/a/b/issues/1#2", "fix: it\n\nSee https://acme.example/a#1", "fix: it\n\ncloses #1, #2 and fixes acme/lib#3", "fix: it\n\nprefixes #1", "fix: it\n\nClose#1",
		"fix: it\n\n##1", "fix: it\n\n#1a-b", "fix: it\n\n#1.", "fix: it\n\n#1:", "fix: it\n\n#1;", "fix: it\n\n# 1", "fix: it\n\nfixed\t#1", "fix: it\n\nfixes", "fix: it\n\nfixes the #1 but http://x", "fix: it\n\nbody\n\nCloses #1\n\nmore body", "fix: it\n\nbody\nCloses #1",
		"fix: it\n\nSigned-off-by: A <a@acme.example>", "fix: it\n\nbody\n\nSigned-off-by: A <a@acme.example>\n(cherry picked from commit 0123456789)", "fix: it\n\nRefs: 1\nSigned-off-by: A <a@acme.example>\n", "fix: it\n\nSigned-off-by: A <a@acme.example>\n\nbye",
		"Signed-off-by: A <a@acme.example>", "fix: it\n\nRefs: x\n  continued\n", "fix: it\nSigned-off-by: A <a@acme.example>", "fix: it\n\nSigned-off-by: A <a@acme.example>\n# comment",
		"fix: it\n\nfoo: ", "fix: it\n\nfoo:  ", "fix: it\n\nfoo:x", "fix: it\n\nfoo #1", "fix: it\n\nfoo #", "fix: it\n\n foo: x", "fix: it\n\nfoo bar: x", "fix: it\n\nNote: that this is prose", "fix: it\n\nCloses: #1", "fix: it\n\nsee #general and #a1",
		"fix: it\n\ntough-1 #2x.", "fix: it\n\n#1 Fixes https://acme.example/2", "fix: it\n\nhttps://acme.example/2 fixes #1", "fix: it\n\nfixups #1 fixes", "fix: it\n\nacme/lib#1", "fix: it\n\nacme/lib.#1", "fix: it\n\nBREAKING CHANGE:", "fix: it\n\nbreaking change:x", "fix: it\n\nBREAKING CHANGE #1",
		"fix: it\n\nabcPROJ-1", "fix: it\n\nPROJ-1: x", "Merge tag v1\n", "fix: it\n\nMerge branch 'x'\n\n", "1.2.3\n\n", "Revert x\n", "fix: it\n\nA: b\nmore\nC: d", "fix: it\n\nBREAKING CHANGE: x\nmore\nRefs: 2\nlast #3",
		"PROJ-12: Do it", "PROJ-12: do it", "[fix] it", "[Fix] It", "add it (fix)", "fix! it", "fix(api)!: It",
	}
	random := rand.New(rand.NewPCG(7, 11))
	pick := func(list []string) string { return list[random.IntN(len(list))] }
	types := []string{"feat", "fix", "Fix", "FEAT", "docs", "chore", "wip", "featX", "fix_it", "", "ci", "buildTool"}
	scopes := []string{"", "", "(api)", "(cli)", "(Api)", "(API)", "(api,cli)", "(api, cli)", "(api/cli)", "(api\\cli)", "(a, b)", "(my scope)", "(a.b)", "(a|b)", "(myScope)", "(my-scope)", "(my_scope)", "(MyScope)", "(a,,b)", "(,a)", "()", "(x:y)"}
	marks := []string{": ", ": ", ": ", ": ", "!: ", "!: ", ":", " : ", ":  "}
	subjects := []string{
		"add it", "Add it", "Add It", "ADD IT", "AddIt", "addIt", "add-it", "add_it", "Add-It", "add it.", "add it...", "add it!", "add it)", "add it..", "`Add` it", "add `It`", "'Quoted' \"Words\" only", "\"All quoted\"", "2nd try", "Add2it", "add 2 It",
		"add IT", "HTTPServer fails", "it's done", "It’s Done", "éclair", "Éclair au chocolat", "1ST", "v2API", "", "a", "ABC", "a b c d e f g h i j", "add https://acme.example/x", "add #12", "closes #3", "X", "Straße", "ÉCLAIR", "add\tit", "ǅungla", "ﬁne",
	}
	bodies := []string{
		"", "", "\n\nWhy.", "\n\nwhy", "\nno blank", "\n\nA longer line of text that goes on.", "\n\nSee https://acme.example/a/long/path/indeed for it", "\n\n\nTwo blanks.", "\n\none\n\ntwo", "\n\nWHY", "\n\nWhyNot", "\n\nwhy-not.", "\n\n- a\n- b", "\n\n😀😀😀😀😀😀", "\n \nBlank of blanks.",
	}
	footers := []string{
		"", "", "\n\nCloses #1", "\nCloses #1", "\n\nBREAKING CHANGE: gone", "\nBREAKING CHANGE: gone", "\n\nBREAKING-CHANGE: gone\nmore of it", "\n\nbreaking change: small", "\n\nSigned-off-by: A <a@acme.example>", "\n\nRefs: PROJ-1", "\n\nFixes https://acme.example/1#1\nSigned-off-by: A <a@acme.example>", "\n\nCloses #1\nCloses #2\n", "\n\nBREAKING CHANGE: a footer line that is long\nCloses #4\n\nand on",
	}
	for range 1200 {
		out = append(out, pick(types)+pick(scopes)+pick(marks)+pick(subjects)+pick(bodies)+pick(footers))
	}
	return out
}
