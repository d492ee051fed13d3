package rule

import (
	"regexp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// hook is a hook of a project's pre-commit configuration.
type hook struct {
	config *guideline.Config
	id     string
	repo   string // address of the repository it comes from, "local" or "meta"
	args   []string
	entry  string
	line   int
	files  hookFiles
}

// hookFiles are the patterns with which a configuration picks files. They are
// Python's and match anywhere in a path.
type hookFiles struct {
	Files   []string `json:"files,omitempty"`
	Exclude []string `json:"exclude,omitempty"`
}

// hooksNamed are the hooks with one of the identifiers that run on the contents
// of commits.
func hooksNamed(set *Reading, ids ...string) []hook {
	c := set.Config(guideline.ToolPreCommit)
	if c == nil {
		return nil
	}
	var out []hook
	for _, repo := range c.Root.At("repos").List {
		for _, h := range repo.At("hooks").List {
			id := h.At("id")
			if !slices.Contains(ids, id.Text) || !contentStage(c.Root, h) {
				continue
			}
			out = append(out, hook{
				config: c, id: id.Text, repo: repo.At("repo").Text, args: h.At("args").Strings(), entry: h.At("entry").Text, line: id.Line,
				files: hookFiles{Files: texts(c.Root.At("files"), h.At("files")), Exclude: texts(c.Root.At("exclude"), h.At("exclude"))},
			})
		}
	}
	return out
}

//go:noinline
func texts(values ...guideline.Value) []string {
	var out []string
	for _, v := range values {
		if v.Kind == guideline.KindString && v.Text != "" {
			out = append(out, v.Text)
		}
	}
	return out
}

// contentStage tells whether a hook runs when something is committed, and not
// only by hand or on messages.
func contentStage(root, h guideline.Value) bool {
	stages := h.At("stages").Strings()
	if len(stages) == 0 {
		stages = root.At("default_stages").Strings()
	}
	return len(stages) == 0 || slices.ContainsFunc(stages, func(s string) bool {
		return s == "commit" || s == "pre-commit" || s == "push" || s == "pre-push"
	})
}

// option is the value of one of the hook's arguments: "--maxkb=500", or the
// argument behind it.
func (h hook) option(names ...string) (string, bool) {
	for i, arg := range h.args {
		name, value, joined := strings.Cut(arg, "=")
		switch {
		case !slices.Contains(names, name):
		case joined:
			return value, true
		case i+1 < len(h.args):
			return h.args[i+1], true
		}
	}
	return "", false
}

// asks makes a requirement of a hook. It must hold where a job on the pull
// request is seen to run all hooks; else only those who installed them meet it.
func (h hook) asks(set *Reading, text string, params any) []Requirement {
	req := fromConfig(h.config, h.line, "id: "+h.id, text, params)
	req.Strength = Should
	out := []Requirement{req}
	for _, context := range set.RequiredChecks {
		if strings.HasPrefix(context, "pre-commit.ci") {
			out = append(out, fromCheck(context, text, params))
		}
	}
	for _, g := range set.Gates() {
		if line, words, runs := runsHook(g, h.id); runs {
			out = append(out, fromGate(g, line, words, text, params))
		}
	}
	return out
}

type preCommitPatterns struct{ run, all *regexp.Regexp }

var preCommitPattern = lazy.Value(func() *preCommitPatterns {
	return &preCommitPatterns{
		run: regexp.MustCompile(`(?m)^[^#\n]*\b(?:pre-commit|prek) run\b([^\n|;&]*)`),
		// without one of these it looks at what is staged, which is nothing on a fresh checkout
		all: regexp.MustCompile(`--all-files|(?:^|\s)-a\b|--from-ref|--origin|--files`),
	}
})

// runsHook tells whether a step runs a hook, and with which words.
func runsHook(g guideline.Gate, id string) (line int, words string, runs bool) {
	if skip, ok := g.Step.Env["SKIP"]; ok && slices.Contains(strings.FieldsFunc(skip.Value, func(r rune) bool { return r == ',' || r == ' ' }), id) {
		return 0, "", false
	}
	if strings.EqualFold(g.Step.Uses, "pre-commit/action") {
		extra, set := g.Step.With["extra_args"]
		return 0, "uses: " + g.Step.Uses, !set || runsAll(extra.Value, id)
	}
	m := preCommitPattern().run.FindStringSubmatchIndex(g.Step.Run)
	if m == nil || !runsAll(g.Step.Run[m[2]:m[3]], id) {
		return 0, "", false
	}
	return g.Step.RunLine + strings.Count(g.Step.Run[:m[0]], "\n"), strings.TrimSpace(g.Step.Run[m[0]:m[1]]), true
}

// runsAll tells whether the arguments of pre-commit name all files, and no
// other hook.
func runsAll(args, id string) bool {
	if !preCommitPattern().all.MatchString(args) {
		return false
	}
	words := strings.Fields(args)
	return len(words) == 0 || strings.HasPrefix(words[0], "-") || words[0] == id
}

// picker makes a test of which paths are meant. A pattern that cannot be read
// leaves it open.
func (f hookFiles) picker() func(path string) (picked, known bool) {
	compile := func(patterns []string) ([]match, bool) {
		var out []match
		for _, p := range patterns {
			m, err := Pattern{Text: p, Dialect: Python}.compile()
			if err != nil {
				return nil, false
			}
			out = append(out, m)
		}
		return out, true
	}
	files, okFiles := compile(f.Files)
	exclude, okExclude := compile(f.Exclude)
	return func(path string) (bool, bool) {
		if !okFiles || !okExclude {
			return true, false
		}
		for _, m := range files {
			if ok, err := m(path); !ok || err != nil {
				return false, err == nil
			}
		}
		for _, m := range exclude {
			if ok, err := m(path); ok || err != nil {
				return false, err == nil
			}
		}
		return true, true
	}
}
