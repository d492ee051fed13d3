package rule

import (
	"slices"
	"strings"
	"testing"
)

func TestConform(t *testing.T) {
	t.Parallel()
	l := onlyLinter(t, map[string]string{".conform.yaml": `policies:
- type: commit
  spec:
    dco: true
    gpg: {required: true}
    maximumOfOneCommit: true
    header:
      length: 30
      imperative: true
      case: lower
      invalidLastCharacters: .!
      jira: {keys: [PAY, API]}
    body: {required: true}
    conventional:
      types: [docs]
      scopes: [core, '^a.c$']
      descriptionLength: 20
- type: license
`})
	body := "\n\nPAY was PAY-1 once.\n"
	judgeCases(t, l.Params, []toolCase{
		{"all is well", "fix: read" + body, nil},
		{"feat and fix are types always", "feat(core): read" + body, nil},
		{"a scope matches anywhere", "docs(hardcore)!: read" + body, nil},
		{"a scope with anchors", "docs(xabc): read" + body, []string{"conventional.scopes"}},
		{"another type", "chore: read" + body, []string{"conventional.types"}},
		{"an empty scope is no form", "fix(): read" + body, []string{"conventional"}},
		{"a header of 30 bytes", "fix(core): " + strings.Repeat("ü", 9) + "a" + body, nil},
		{"a header of 31 bytes", "fix(core): " + strings.Repeat("ü", 10) + body, []string{"header.length"}},
		{"a long description", "fix: " + strings.Repeat("a", 21) + body, []string{"conventional.descriptionLength"}},
		{"a capital", "fix: Read" + body, []string{"header.case"}},
		{"a mark at the end", "fix: read!" + body, []string{"header.invalidLastCharacters"}},
		{"the past", "fix: added" + body, []string{"header.imperative"}},
		{"no body", "fix: read PAY-1", []string{"body.required"}},
		{"a sign-off is no body", "fix: read PAY-1\n\nSigned-off-by: A B <a@acme.example>\n", []string{"body.required"}},
		{"no ticket", "fix: read\n\nwhy\n", []string{"header.jira"}},
		{"a ticket needs a blank before it", "fix: read\n\nPAY-1 is why\n", []string{"header.jira"}},
		{"a ticket of another project", "fix: read\n\nsee OPS-1\n", []string{"header.jira"}},
		{"the last one in a line counts", "fix: read\n\nsee PAY-1 and OPS-1\n", []string{"header.jira"}},
		{"the first line with one counts", "fix: read\n\nsee [API-1]\nsee OPS-1\n", nil},
	})
	if len(l.Params.Unread) > 0 {
		t.Error(l.Params.Unread)
	}
}

func TestConformWithoutForm(t *testing.T) {
	t.Parallel()
	l := onlyLinter(t, map[string]string{".conform.yaml": "policies:\n- type: commit\n  spec:\n    header: {case: upper}\n    spellcheck: {locale: US}\n"})
	judgeCases(t, l.Params, []toolCase{
		{"a capital", "Read files", nil},
		{"none", "read files", []string{"header.case"}},
		{"no letter at all", "`a` is read", []string{"header.case"}},
	})
	if len(l.Params.Unread) != 1 {
		t.Error(l.Params.Unread)
	}
	if got := readTree(t, map[string]string{".conform.yaml": "policies:\n- type: commit\n  spec: {dco: true}\n"}).messageLinters(); len(got) > 0 {
		t.Error("a sign-off is the matter of another rule")
	}
}

func TestCommittedByDefault(t *testing.T) {
	t.Parallel()
	l := onlyLinter(t, map[string]string{"committed.toml": ""})
	judgeCases(t, l.Params, []toolCase{
		{"all is well", "Read empty files", nil},
		{"no form is asked for", "docs: Read", []string{"subject_capitalized"}},
		{"a word may go beyond the limit", "Read " + strings.Repeat("a", 60), nil},
		{"50 letters before the last word", "Read " + strings.Repeat("ü", 45) + " now", nil},
		{"51 letters before the last word", "Read " + strings.Repeat("ü", 46) + " now", []string{"subject_length"}},
		{"72 letters before the last word", "Read\n\n" + strings.Repeat("a", 72) + " b", nil},
		{"73 letters before the last word", "Read\n\n" + strings.Repeat("a", 73) + " b", []string{"line_length"}},
		{"a letter without case", "あ files", nil},
		{"a full stop", "Read files.", []string{"subject_not_punctuated"}},
		{"the past", "Added files", []string{"imperative_subject"}},
		{"a draft", "[Draft] Read", []string{"no_wip"}},
		{"work in progress only in two cases", "Wip is read", nil},
		{"to be melted", "fixup! Read", []string{"no_fixup", "subject_capitalized"}},
		{"without a blank it is no mark", "fixup!Read", []string{"subject_capitalized"}},
	})
	if l.NoMerges != nil {
		t.Error("merges are allowed")
	}
}

func TestCommittedAsItIsTold(t *testing.T) {
	t.Parallel()
	l := onlyLinter(t, map[string]string{"committed.toml": `
style = "conventional"
subject_length = 0
line_length = 40
hard_line_length = 100
subject_capitalized = false
imperative_subject = false
no_fixup = false
merge_commit = false
allowed_scopes = ["Core"]
ignore_author_re = "(dependabot|renovate)"
`})
	judgeCases(t, l.Params, []toolCase{
		{"all is well", "fix(core)!: added files", nil},
		{"types in any case, and no blank", "FIX:added", nil},
		{"a type that others have", "build: read", []string{"allowed_types"}},
		{"a scope of two words is one scope", "fix(core,x): read", []string{"allowed_scopes"}},
		{"no form", "Read files", []string{"style"}},
		{"no blank line", "fix: read\nwhy", []string{"style"}},
		{"a hard limit is that of the lines", "fix: read\n\n" + strings.Repeat("a", 41), []string{"hard_line_length"}},
	})
	if l.NoMerges == nil || l.NoMerges.Line == 0 || len(l.Params.Unread) > 0 {
		t.Errorf("%v %v", l.NoMerges, l.Params.Unread)
	}
}

func TestCommitizen(t *testing.T) {
	t.Parallel()
	hook := "repos:\n  - repo: https://forge.example/commitizen-tools/commitizen\n    hooks:\n      - id: commitizen\n"
	l := onlyLinter(t, map[string]string{"pyproject.toml": "[tool.commitizen]\nname = \"cz_conventional_commits\"\nmessage_length_limit = 20\n", ".pre-commit-config.yaml": hook})
	judgeCases(t, l.Params, []toolCase{
		{"all is well", "feat(a/b)!: read", nil},
		{"a version", "bump: 1.2.3 → 1.2.4", nil},
		{"another type", "wip: read", []string{"type-enum"}},
		{"a type in capitals", "Feat: read", []string{"type-enum"}},
		{"a blank in the scope", "feat(a b): read", []string{"type-empty"}},
		{"no subject", "feat: ", []string{"type-empty"}},
		{"a long one", "feat: read all of it now", []string{"message_length_limit"}},
		{"no blank line", "feat: read\nwhy", []string{"second-line-blank"}},
		{"a merge", "Merge branch 'x'", nil},
		{"a fixup", "fixup! read", nil},
		{"what begins with an allowed word", "Reverting it all by hand", nil},
	})
	if l.Default != Should {
		t.Error("a hook binds nobody who did not install it")
	}
}

func TestCommitizenByPattern(t *testing.T) {
	t.Parallel()
	config := "[tool.commitizen]\nname = \"cz_customize\"\n[tool.commitizen.customize]\nschema_pattern = '''(?P<kind>feature|bug)(?:\\[(?P<id>[A-Z]+-\\d+)\\])?: (?!wip).+\\Z'''\n"
	workflow := "on: pull_request\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: pip install commitizen\n      - run: cz check --rev-range origin/main..HEAD -l 30\n"
	l := onlyLinter(t, map[string]string{"cz.toml": config, ".github/workflows/ci.yml": workflow})
	judgeCases(t, l.Params, []toolCase{
		{"all is well", "feature[PAY-1]: read\n", nil},
		{"it begins elsewhere", "a feature: read\n", []string{"schema_pattern"}},
		{"a lookahead", "bug: wip\n", []string{"schema_pattern"}},
		{"its end is that of the text", "bug: read\n\nwhy\n", []string{"schema_pattern"}},
		{"the command has a limit", "bug: " + strings.Repeat("a", 30), []string{"message_length_limit"}},
		{"a squash", "squash! read", nil},
	})
	for name, files := range map[string]map[string]string{
		"only for versions": {"pyproject.toml": "[tool.commitizen]\nversion = \"1.0.0\"\n"},
		"of another tool":   {"package.json": `{"config": {"commitizen": {"path": "cz-conventional-changelog"}}}`},
	} {
		if got := readTree(t, files).messageLinters(); len(got) > 0 {
			t.Errorf("%s: is taken for a rule", name)
		}
	}
	plugin := onlyLinter(t, map[string]string{"cz.json": `{"commitizen": {"name": "cz_acme"}}`, ".github/workflows/ci.yml": workflow})
	if !slices.Equal(plugin.Params.Unread, []string{"the rules of the plugin cz_acme"}) {
		t.Error(plugin.Params.Unread)
	}
}

func TestCocogitto(t *testing.T) {
	t.Parallel()
	workflow := "on: pull_request\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: cocogitto/cocogitto-action@v4\n        with: {command: check}\n"
	l := onlyLinter(t, map[string]string{"cog.toml": "ignore_fixup_commits = true\nscopes = [\"a\", \"b\"]\n[commit_types]\nhotfix = { changelog_title = \"Hot\" }\nchore = {}\n", ".github/workflows/ci.yml": workflow})
	judgeCases(t, l.Params, []toolCase{
		{"all is well", "feat(a)!: read", nil},
		{"a type of its own", "hotfix: read", nil},
		{"a type that is off", "chore: read", []string{"commit_types"}},
		{"a scope that is none", "fix(a,b): read", []string{"scopes"}},
		{"no form", "Read", []string{"type-empty"}},
		{"to be melted", "fixup! feat: read", nil},
	})
	if l.NoMerges == nil {
		t.Error("it checks merges unless it is told not to")
	}
	for name, files := range map[string]map[string]string{
		"only for versions": {"cog.toml": "tag_prefix = \"v\"\n"},
		"only installed":    {".github/workflows/ci.yml": strings.Replace(workflow, "command: check", "install-only: true", 1)},
		"to release":        {".github/workflows/ci.yml": strings.Replace(workflow, "command: check", "command: bump", 1)},
	} {
		if got := readTree(t, files).messageLinters(); len(got) > 0 {
			t.Errorf("%s: is taken for a rule", name)
		}
	}
	hooked := onlyLinter(t, map[string]string{"cog.toml": "[git_hooks.commit-msg]\nscript = '''#!/bin/sh\ncog verify --file $1\n'''\n"})
	if hooked.Default != Should || len(hooked.Hooks) != 1 {
		t.Errorf("%v %v", hooked.Default, hooked.Hooks)
	}
}

func TestCommitCheck(t *testing.T) {
	t.Parallel()
	l := onlyLinter(t, map[string]string{"cchk.toml": `
[commit]
subject_capitalized = false
subject_imperative = true
subject_max_length = 30
subject_min_length = 8
allow_commit_types = ["feat", "fix"]
allow_merge_commits = false
allow_fixup_commits = false
allow_wip_commits = false
require_body = true
`, ".github/workflows/ci.yml": "on: pull_request\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: commit-check/commit-check-action@v2\n"})
	judgeCases(t, l.Params, []toolCase{
		{"all is well", "feat(a.b): read\n\nwhy\n", nil},
		{"blanks around are cut", "\n feat: read\n\nwhy\n\n", nil},
		{"another type", "docs: read\n\nwhy", []string{"allow_commit_types"}},
		{"a scope with a blank", "feat(a b): read\n\nwhy", []string{"conventional_commits"}},
		{"the third person", "feat: adds it\n\nwhy", []string{"subject_imperative"}},
		{"a merge has its own header", "Merge branch 'a very long name of a branch'\n\nwhy", nil},
		{"too long", "feat: read " + strings.Repeat("a", 20) + "\n\nwhy", []string{"subject_max_length"}},
		{"too short", "fix: a\n\nwhy", []string{"subject_min_length"}},
		{"no body", "feat: read", []string{"require_body"}},
		{"a fixup passes the form", "fixup! feat: read\n\nwhy", []string{"allow_fixup_commits"}},
		{"work in progress", "wip: read it\n\nwhy", []string{"allow_commit_types", "allow_wip_commits"}},
	})
	if l.NoMerges == nil || len(l.Runs) != 1 || l.Params.Last {
		t.Errorf("%v %d %v", l.NoMerges, len(l.Runs), l.Params.Last)
	}
	former := onlyLinter(t, map[string]string{".commit-check.yml": "checks:\n  - check: message\n    regex: '^(feat|fix): (?=[a-z]).+'\n  - check: branch\n    regex: '^x'\n"})
	judgeCases(t, former.Params, []toolCase{{"all is well", "feat: read", nil}, {"a lookahead", "feat: Read", []string{"message"}}})
	inherits := onlyLinter(t, map[string]string{"cchk.toml": "inherit_from = \"github:acme/policy:cchk.toml\"\n"})
	if len(inherits.Params.Unread) != 1 {
		t.Error(inherits.Params.Unread)
	}
}

func TestConventionalPreCommit(t *testing.T) {
	t.Parallel()
	config := func(args string) map[string]string {
		return map[string]string{".pre-commit-config.yaml": "repos:\n  - repo: https://forge.example/compilerla/conventional-pre-commit\n    hooks:\n      - id: conventional-pre-commit\n        stages: [commit-msg]\n        args: [" + args + "]\n"}
	}
	l := onlyLinter(t, config(""))
	judgeCases(t, l.Params, []toolCase{
		{"all is well", "feat: read", nil},
		{"types in any case", "FEAT(a, b/c.d#1)!: read", nil},
		{"another type", "wip: read", []string{"type-enum"}},
		{"no form", "read", []string{"type-empty"}},
		{"no blank", "feat:read", []string{"type-empty"}},
		{"a blank before the colon", "feat : read", []string{"type-empty"}},
		{"an empty scope", "feat(): read", []string{"type-empty"}},
		{"a fixup", "fixup! read", nil},
		{"a merge in any case", "merge of x", nil},
		{"a word that begins so", "merged x", []string{"type-empty"}},
		{"no blank line", "feat: read\nwhy", []string{"second-line-blank"}},
		{"comments are left out", "# comment\nfeat: read\n# comment\n\nwhy", nil},
	})
	strict := onlyLinter(t, config("docs, custom, --strict, --force-scope, --scopes, 'api,client'"))
	judgeCases(t, strict.Params, []toolCase{
		{"all is well", "custom(api, Client): read", nil},
		{"feat and fix are added", "fix(api): read", nil},
		{"no others are", "chore(api): read", []string{"type-enum"}},
		{"no scope", "docs: read", []string{"scope-empty"}},
		{"another scope", "docs(api,core): read", []string{"scope-list"}},
		{"a blank separates nothing", "docs(api client): read", []string{"scope-list"}},
		{"a fixup", "fixup! docs(api): read", []string{"type-empty", "scope-empty"}},
		{"a merge", "Merge branch x", []string{"type-empty", "scope-empty"}},
	})
	one := onlyLinter(t, config("feat"))
	judgeCases(t, one.Params, []toolCase{{"fix is not added where feat is named", "fix: read", []string{"type-enum"}}})
}

func TestActionsForMessages(t *testing.T) {
	t.Parallel()
	step := func(uses, with string) map[string]string {
		return map[string]string{".github/workflows/ci.yml": "on: pull_request\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: " + uses + "@v1\n        with: {" + with + "}\n"}
	}
	webiny := onlyLinter(t, step("webiny/action-conventional-commits", "allowed-commit-types: 'feat,fix'"))
	judgeCases(t, webiny.Params, []toolCase{
		{"all is well", "feat(one-two)!: read", nil},
		{"letters alone count", "🚧 FIX : read", nil},
		{"another type", "docs: read", []string{"type-letters"}},
		{"no colon", "fix", nil},
		{"no form", "fixing it", []string{"type-letters"}},
		{"what is there by itself", "Initial plan", nil},
	})
	regex := onlyLinter(t, step("tim-actions/commit-message-checker-with-regex", "pattern: '^(?!wip)', flags: 'gi'"))
	judgeCases(t, regex.Params, []toolCase{{"all is well", "read", nil}, {"a lookahead in any case", "WIP", []string{"message-pattern"}}})
	opinions := onlyLinter(t, step("mristin/opinionated-commit-message", "validate-pull-request-commits: 'true', max-subject-line-length: '20'"))
	judgeCases(t, opinions.Params, []toolCase{
		{"all is well", "Read empty files\n\nThis says why.", nil},
		{"the forge's number is not counted", "Read empty files now (#123)\n\nThis says why.", nil},
		{"too long", "Read empty files now!\n\nThis says why.", []string{"header-code-length"}},
		{"no capital", "read\n\nThis says why.", []string{"subject-first-letter"}},
		{"no body", "Read", []string{"rest-empty"}},
		{"a link may be long", "Read\n\nhttps://acme.example/" + strings.Repeat("a", 80), nil},
		{"text may not", "Read\n\nsee https://acme.example/" + strings.Repeat("a", 80), []string{"rest-max-line-length"}},
	})
	nepal := onlyLinter(t, step("opensource-nepal/commitlint", ""))
	judgeCases(t, nepal.Params, []toolCase{
		{"all is well", "bump: read", nil},
		{"a full stop", "fix: read.", []string{"subject-last"}},
		{"a bot's words", "Bump a from 1 to 2", nil},
		{"a fixup", "fixup! fix: read", []string{"type-empty"}},
	})
	for name, files := range map[string]map[string]string{
		"title and description":        step("mristin/opinionated-commit-message", ""),
		"one that passes is enough":    step("tim-actions/commit-message-checker-with-regex", "pattern: '^a', one_pass_all_pass: 'true'"),
		"does not fail":                step("opensource-nepal/commitlint", "fail_on_error: 'false'"),
		"only the branch is looked at": step("commit-check/commit-check-action", "message: false"),
	} {
		if got := readTree(t, files).messageLinters(); len(got) > 0 {
			t.Errorf("%s: is taken for a rule on messages", name)
		}
	}
}
