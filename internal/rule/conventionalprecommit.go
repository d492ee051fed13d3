package rule

import (
	"slices"
	"strings"
)

// toolPreCommitForm is the name of a hook of the pre-commit framework.
const toolPreCommitForm = "conventional-pre-commit"

func conventionalPreCommitTool() messageTool {
	return messageTool{name: toolPreCommitForm, words: []string{"conventional-pre-commit"}, command: commandOf("conventional-pre-commit"), hooks: []string{"conventional-pre-commit"}}
}

// conventionalPreCommitLinters reads the hook of this name: all that it is told
// stands in its arguments.
func conventionalPreCommitLinters(set *Reading) []messageLinter {
	u := conventionalPreCommitTool().use(set)
	if !u.seen() {
		return nil
	}
	p := HeaderParams{By: "conventional-pre-commit", Tool: toolPreCommitForm, Grammar: Grammar{Preset: presetPreCommit}}
	var args []string
	for _, h := range u.hooks {
		args = h.args
		p.By = h.config.Source.Path
	}
	p.preCommitArguments(args)
	return []messageLinter{u.linter(p, nil)}
}

// preCommitArguments reads the types, which are what is no option, and the
// options for scopes. Without --strict, merges and what is to be melted pass.
func (p *HeaderParams) preCommitArguments(args []string) {
	var types, scopes []string
	force, strict := false, false
	for i := 0; i < len(args); i++ {
		name, value, joined := strings.Cut(args[i], "=")
		switch {
		case name == "--scopes":
			if !joined && i+1 < len(args) {
				i++
				value = args[i]
			}
			scopes = strings.Split(value, ",")
		case name == "--force-scope":
			force = true
		case name == "--strict":
			strict = true
		case strings.HasPrefix(name, "-"), strings.ContainsAny(name, `$"{`), strings.HasSuffix(name, "conventional-pre-commit"), name == "run", name == "npx":
		default:
			types = append(types, name)
		}
	}
	switch {
	case len(types) == 0:
		types = conventionalTypes()
	case !slices.Contains(types, "feat") && !slices.Contains(types, "fix"): // it adds both when none of them is named
		types = append(types, "feat", "fix")
	}
	p.dropComments()
	if !strict {
		p.except(Exception{On: onTitle, Pattern: Pattern{Dialect: RE2, Text: `^(amend|fixup|squash)! |^(?i)merge\b`}})
	}
	p.Rules = append(p.Rules,
		LintRule{Name: "type-empty", Never: true, Level: 2},
		LintRule{Name: "type-enum", Level: 2, Words: types, Flags: "i"},
		LintRule{Name: "second-line-blank", Level: 2})
	if force {
		p.Rules = append(p.Rules, LintRule{Name: "scope-empty", Never: true, Level: 2})
	}
	if len(scopes) > 0 {
		p.Rules = append(p.Rules, LintRule{Name: "scope-list", Level: 2, Words: trimmedWords(scopes)})
	}
}

func trimmedWords(list []string) []string {
	var out []string
	for _, w := range list {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}
