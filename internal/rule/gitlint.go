package rule

import (
	"slices"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
)

// gitlintRows are gitlint's rules with the names of their options and with their
// defaults, in Python's units. Those without a Name are read elsewhere.
func gitlintRows() []gitlintRow {
	return []gitlintRow{
		{id: "T1", name: "title-max-length", option: "line-length", rule: LintRule{Name: "header-max-length", Number: 72, Unit: unitRunes}},
		{id: "T2", name: "title-trailing-whitespace", rule: LintRule{Name: "header-trailing-blank"}},
		{id: "T3", name: "title-trailing-punctuation", rule: LintRule{Name: "header-full-stop", Never: true, Words: []string{"?", ":", "!", ".", ",", ";"}}},
		{id: "T4", name: "title-hard-tab", rule: LintRule{Name: "header-tab"}},
		{id: "T5", name: "title-must-not-contain-word", option: "words", rule: LintRule{Name: "unfinished-pattern", Words: []string{"WIP"}, Dialect: string(Python), Flags: "i"}},
		{id: "T6", name: "title-leading-whitespace", rule: LintRule{Name: "header-leading-blank"}},
		{id: "T7", name: "title-match-regex", option: "regex", rule: LintRule{Name: "header-pattern", Dialect: string(Python)}},
		{id: "T8", name: "title-min-length", option: "min-length", rule: LintRule{Name: "header-min-length", Number: 5, Unit: unitRunes}},
		{id: "B1", name: "body-max-line-length", option: "line-length", rule: LintRule{Name: "rest-max-line-length", Number: 80, Unit: unitRunes}},
		{id: "B2", name: "body-trailing-whitespace", rule: LintRule{Name: "rest-trailing-blank"}},
		{id: "B3", name: "body-hard-tab", rule: LintRule{Name: "rest-tab"}},
		{id: "B4", name: "body-first-line-empty", rule: LintRule{Name: "second-line-blank"}},
		{id: "B5", name: "body-min-length", option: "min-length", rule: LintRule{Name: "rest-min-length", Number: 20, Unit: unitRunes}},
		{id: "B6", name: "body-is-missing", rule: LintRule{Name: "rest-empty", Number: 2}, option: "ignore-merge-commits"},
		{id: "B7", name: "body-changed-file-mention", option: "files"},
		{id: "B8", name: "body-match-regex", option: "regex", rule: LintRule{Name: "rest-pattern", Dialect: string(Python)}},
		{id: "M1", name: "author-valid-email", option: "regex"},
		{id: "CT1", name: "contrib-title-conventional-commits", option: "types", contrib: true, rule: LintRule{Name: "type-enum", Words: conventionalTypes()}},
		{id: "CC1", name: "contrib-body-requires-signed-off-by", contrib: true}, // the rule sign-off reads it
		{id: "CC2", name: "contrib-disallow-cleanup-commits", contrib: true, rule: LintRule{Name: "unfinished-pattern", Text: "^(fixup|squash|amend)!", Dialect: string(Python)}},
		{id: "CC3", name: "contrib-allowed-authors", contrib: true},
	}
}

// gitlintRow is one of its rules.
type gitlintRow struct {
	id, name, option string
	contrib          bool // off unless it is asked for
	rule             LintRule
}

func gitlintTool() messageTool {
	return messageTool{
		name: guideline.ToolGitlint, words: []string{"gitlint"}, command: commandOf("gitlint|pre-commit run [^\n]*gitlint-ci"),
		hooks: []string{"gitlint", "gitlint-ci"}, last: true, every: gitRange(),
	}
}

// gitlintLinters reads gitlint's configuration and who runs it. Its defaults are
// on wherever it is run.
func gitlintLinters(set *Reading) []messageLinter {
	u, c := gitlintTool().use(set), set.Config(guideline.ToolGitlint)
	if c == nil && !u.seen() {
		return nil
	}
	by := "gitlint"
	if c != nil {
		by = c.Source.Path
	}
	o := gitlintOptions{HeaderParams: HeaderParams{By: by, Tool: guideline.ToolGitlint, Grammar: Grammar{Preset: presetNone}}, general: map[string]guideline.Value{}, on: map[string]bool{}}
	for _, r := range gitlintRows() {
		o.on[r.id] = !r.contrib
	}
	if c != nil {
		o.read(c)
	}
	for _, words := range u.lines {
		o.arguments(strings.Fields(words))
	}
	for _, h := range u.hooks {
		o.arguments(h.args)
	}
	return []messageLinter{u.linter(o.params(), c)}
}

// gitlintOptions is what gitlint is told.
type gitlintOptions struct {
	HeaderParams
	general  map[string]guideline.Value
	on       map[string]bool // by id
	sections []gitlintSection
}

// gitlintSection are the options of one rule, or of one more rule of its kind.
type gitlintSection struct {
	id, suffix string
	options    guideline.Value
}

func (o *gitlintOptions) read(c *guideline.Config) {
	if c.Err != "" {
		o.unread(c.Source.Path + ": " + c.Err)
		return
	}
	for _, key := range c.Root.Keys {
		section := c.Root.Map[key]
		name, suffix, _ := strings.Cut(key, ":")
		name = strings.TrimSpace(name)
		if name == "general" {
			for _, k := range section.Keys {
				o.general[strings.ToLower(k)] = section.Map[k]
			}
			continue
		}
		o.sections = append(o.sections, gitlintSection{name, strings.TrimSpace(suffix), section})
	}
	if extra, ok := o.general["extra-path"]; ok {
		o.unread("rules of the project's own in " + extra.Text)
	}
}

// arguments reads what the command is told beyond its configuration.
func (o *gitlintOptions) arguments(args []string) {
	set := func(name, value string) {
		o.general[name] = guideline.Value{Kind: guideline.KindString, Text: strings.Trim(value, `"'`)}
	}
	for i, a := range args {
		name, value, joined := strings.Cut(a, "=")
		if !joined && i+1 < len(args) {
			value = args[i+1]
		}
		switch name {
		case "--ignore":
			set("ignore", value)
		case "--contrib":
			set("contrib", value)
		case "-c":
			rule, rest, _ := strings.Cut(strings.Trim(value, `"'`), ".")
			option, text, _ := strings.Cut(rest, "=")
			if rule == "general" {
				set(option, text)
				continue
			}
			o.sections = append(o.sections, gitlintSection{id: rule, options: guideline.Value{
				Kind: guideline.KindMap, Map: map[string]guideline.Value{option: {Kind: guideline.KindString, Text: text}},
			}})
		case "--config", "-C":
			if value = strings.Trim(value, `"'`); value != ".gitlint" && value != "" {
				o.unread("its configuration " + value)
			}
		}
	}
}

// params are the rules that are on, with their options.
func (o *gitlintOptions) params() HeaderParams {
	for _, name := range strings.Split(o.general["contrib"].Text, ",") {
		if r, ok := gitlintByName(name); ok {
			o.on[r.id] = true
		}
	}
	ignored := gitlintIDs(o.general["ignore"].Text)
	for id := range o.on {
		if slices.Contains(ignored, "all") || slices.Contains(ignored, id) {
			o.on[id] = false
		}
	}
	o.dropComments()
	for _, kind := range []struct{ option, title string }{
		{"ignore-merge-commits", "Merge"}, {"ignore-revert-commits", "Revert"}, {"ignore-fixup-commits", "fixup!"},
		{"ignore-fixup-amend-commits", "amend!"}, {"ignore-squash-commits", "squash!"},
	} {
		if o.general[kind.option].Bool(true) {
			o.leaveTitles(kind.title)
		}
	}
	for _, row := range gitlintRows() {
		if !o.on[row.id] {
			continue
		}
		options := guideline.Value{}
		for _, s := range o.sections {
			if !row.is(s.id) {
				continue
			}
			if s.suffix != "" { // one more rule of the kind
				o.add(row, s.options)
				continue
			}
			options = mergedOptions(options, s.options)
		}
		o.add(row, options)
	}
	for _, s := range o.sections {
		o.exceptions(s)
	}
	return o.HeaderParams
}

func mergedOptions(a, b guideline.Value) guideline.Value {
	out := guideline.Value{Kind: guideline.KindMap, Line: b.Line, Map: map[string]guideline.Value{}}
	for _, v := range []guideline.Value{a, b} {
		for k, item := range v.Map {
			out.Map[k] = item
		}
	}
	return out
}

func (r gitlintRow) is(name string) bool {
	return strings.EqualFold(r.id, name) || strings.EqualFold(r.name, name)
}

func gitlintByName(name string) (gitlintRow, bool) {
	for _, r := range gitlintRows() {
		if r.is(strings.TrimSpace(name)) {
			return r, true
		}
	}
	return gitlintRow{}, false
}

// gitlintIDs are the ids in a list of names and ids.
func gitlintIDs(list string) []string {
	var out []string
	for _, name := range strings.Split(list, ",") {
		if r, ok := gitlintByName(name); ok {
			out = append(out, r.id)
		} else if name = strings.TrimSpace(name); name != "" {
			out = append(out, name)
		}
	}
	return out
}

// add adds a rule with its options.
func (o *gitlintOptions) add(row gitlintRow, options guideline.Value) {
	r := row.rule
	r.Level, r.As, r.Line = 2, row.name, options.Line
	if row.contrib && r.Line == 0 {
		r.Line = o.general["contrib"].Line
	}
	v, given := options.Map[row.option]
	if given {
		r.Line = v.Line
	}
	n, err := strconv.Atoi(strings.TrimSpace(v.Text))
	switch {
	case row.id == "B7" && given && v.Text != "":
		o.unread("it wants changed files to be mentioned in the body")
	case row.id == "CC3":
		o.unread("it wants authors to be listed in AUTHORS")
	case r.Name == "":
		return
	case (row.option == "line-length" || row.option == "min-length") && given:
		if err != nil || n < 0 {
			o.unread(row.name + " has no number")
			return
		}
		r.Number = n
	case row.option == "regex":
		r.Text = v.Text
		if r.Text == "" {
			return
		}
		if r.Name == "header-pattern" && ticketPatternText(r.Text) {
			r.Name = "ticket-pattern"
		}
	case (row.option == "words" || row.option == "types") && given:
		r.Words = commaList(v.Text)
	}
	switch row.id {
	case "B6":
		if v.Bool(true) {
			o.except(Exception{On: onTitle, Pattern: Pattern{Dialect: RE2, Text: "^Merge"}, Rules: []string{row.name}})
		}
	case "T5":
		if r.Text = wordsPattern(r.Words); r.Text == "" {
			return
		}
	case "CT1":
		o.Grammar = Grammar{Preset: presetGitlint}
		o.Rules = append(o.Rules, LintRule{Name: "type-empty", Never: true, Level: 2, As: row.name, Line: r.Line})
	}
	if r.Text != "" {
		if _, err := r.pattern(); err != nil {
			o.unread(row.name + ": " + err.Error())
			return
		}
	}
	o.Rules = append(o.Rules, r)
}

func commaList(s string) []string {
	var out []string
	for _, w := range strings.Split(s, ",") {
		if w = strings.TrimSpace(w); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// wordsPattern finds one of the words as a whole word. gitlint puts them into a
// pattern as they are.
func wordsPattern(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return `\b(?:` + strings.ToLower(strings.Join(words, "|")) + `)\b`
}

// exceptions reads the rules that change what is judged.
func (o *gitlintOptions) exceptions(s gitlintSection) {
	pattern := s.options.At("regex").Text
	if pattern == "" {
		return
	}
	p := Pattern{Dialect: Python, Text: pattern, Use: AtStart} // what it released last matches at the beginning
	if o.general["regex-style-search"].Bool(false) {
		p.Use = Search
	}
	var rules []string
	if list := s.options.At("ignore").Text; list != "" && list != "all" {
		for _, name := range strings.Split(list, ",") {
			if r, ok := gitlintByName(name); ok {
				rules = append(rules, r.name)
			}
		}
	}
	switch strings.ToLower(s.id) {
	case "i1", "ignore-by-title":
		o.except(Exception{On: onTitle, Pattern: p, Rules: rules, Instead: true})
	case "i2", "ignore-by-body":
		o.except(Exception{On: onBody, Pattern: p, Rules: rules, Instead: true})
	case "i3", "ignore-body-lines":
		o.except(Exception{On: dropBody, Pattern: p})
	case "i4", "ignore-by-author-name":
		if !strings.Contains(strings.ToLower(pattern), "bot") {
			o.unread("it leaves commits of some authors alone: " + oneLine(pattern))
		}
	}
}
