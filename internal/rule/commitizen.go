package rule

import (
	"slices"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
)

func commitizenTool() messageTool {
	return messageTool{
		name: guideline.ToolCommitizen, words: []string{"cz", "commitizen"}, command: commandOf("(?:cz|commitizen) (?:\\S+ )*?check|pre-commit run [^\n]*commitizen(?:-branch)?"),
		hooks: []string{"commitizen", "commitizen-branch"},
	}
}

// commitizenLinters reads commitizen's configuration. Many projects have one
// only to write their versions; then nobody is asked for anything.
func commitizenLinters(set *Reading) []messageLinter {
	u, c := commitizenTool().use(set), set.Config(guideline.ToolCommitizen)
	p := HeaderParams{By: "commitizen", Tool: guideline.ToolCommitizen, Grammar: Grammar{Preset: presetNone}, Trims: len(u.runs) > 0}
	root := guideline.Value{}
	if c != nil {
		if strings.HasSuffix(c.Source.Path, "package.json") {
			return nil // it configures another tool of this name
		}
		p.By, root = c.Source.Path, commitizenRoot(c)
		if c.Err != "" {
			p.unread(c.Source.Path + ": " + c.Err)
		}
	}
	if !u.seen() && !root.Has("customize", "schema_pattern") {
		return nil
	}
	p.commitizen(root, len(u.hooks) > 0 && len(u.runs) == 0)
	for _, words := range u.lines {
		p.commitizenArguments(strings.Fields(words))
	}
	for _, h := range u.hooks {
		p.commitizenArguments(h.args)
	}
	l := u.linter(p, c)
	if !u.seen() {
		l.Default, l.Note = Should, "nothing is seen to check it"
	}
	return []messageLinter{l}
}

// commitizenRoot is where its keys are: in files of its own below its name, too.
func commitizenRoot(c *guideline.Config) guideline.Value {
	for _, at := range [][]string{{"tool", "commitizen"}, {"commitizen"}} {
		if v := c.Root.At(at...); v.Kind == guideline.KindMap {
			return v
		}
	}
	return c.Root
}

func (p *HeaderParams) commitizen(root guideline.Value, hooked bool) {
	prefixes := []string{"Merge", "Revert", "Pull request", "fixup!", "squash!", "amend!"}
	if v := root.At("allowed_prefixes"); v.Kind != guideline.KindNull {
		prefixes = v.Strings()
	}
	for _, w := range prefixes {
		p.except(Exception{On: onMessage, Pattern: Pattern{Dialect: Python, Text: quotePython(w), Use: AtStart}})
	}
	if n, ok := root.At("message_length_limit").Int(); ok && n > 0 {
		p.Rules = append(p.Rules, LintRule{Name: "header-max-length", Level: 2, Number: n, Unit: unitRunes, As: "message_length_limit", Line: root.At("message_length_limit").Line})
	}
	name := root.At("name")
	switch name.Text {
	case "", "cz_conventional_commits":
		p.Grammar = Grammar{Preset: presetCommitizen}
		p.Rules = append(p.Rules,
			LintRule{Name: "type-empty", Never: true, Level: 2, Line: name.Line},
			LintRule{Name: "type-enum", Level: 2, Line: name.Line, Words: withAll(conventionalTypes(), []string{"bump"})})
		if hooked { // git gives it the first paragraph as one line
			p.Rules = append(p.Rules, LintRule{Name: "second-line-blank", Level: 2, Line: name.Line})
		}
	case "cz_customize":
		v := root.At("customize", "schema_pattern")
		p.pythonForm("schema_pattern", v.Text, v.Line)
	case "cz_jira":
		p.pythonForm("cz_jira", `.*[A-Z]{2,}-[0-9]+( #| .* #).+`, name.Line)
	default:
		p.unread("the rules of the plugin " + name.Text)
	}
}

// pythonForm asks for messages that begin as a pattern wants it.
func (p *HeaderParams) pythonForm(as, pattern string, line int) {
	if pattern == "" {
		return
	}
	r := LintRule{Name: "message-pattern", Level: 2, Text: pattern, Dialect: string(Python), Use: AtStart, As: as, Line: line}
	if _, err := r.pattern(); err != nil {
		p.unread(as + ": " + err.Error())
		return
	}
	p.Rules = append(p.Rules, r)
}

func (p *HeaderParams) commitizenArguments(args []string) {
	for i, a := range args {
		name, value, joined := strings.Cut(a, "=")
		if !joined && i+1 < len(args) {
			value = args[i+1]
		}
		if name != "-l" && name != "--message-length-limit" {
			continue
		}
		if n, err := strconv.Atoi(value); err == nil {
			p.Rules = slices.DeleteFunc(p.Rules, func(r LintRule) bool { return r.As == "message_length_limit" })
			if n > 0 {
				p.Rules = append(p.Rules, LintRule{Name: "header-max-length", Level: 2, Number: n, Unit: unitRunes, As: "message_length_limit"})
			}
		}
	}
}

// quotePython makes a pattern of a text that means itself.
func quotePython(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune(`\.+*?()|[]{}^$#`, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
