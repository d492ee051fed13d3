package rule

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// messageTool is how a tool that judges messages is recognised where it is run.
type messageTool struct {
	name    string         // of its configuration
	words   []string       // one of which stands wherever it is run
	command *regexp.Regexp // that judges commits, where a command begins
	action  *regexp.Regexp // of a workflow; nil when there is none
	hooks   []string       // its ids for pre-commit
	// every tells from a command's line whether it judges every commit of the
	// pull request; nil says that it always does.
	every *regexp.Regexp
	// last is set for a tool that, without more, judges the newest commit only.
	last bool
}

// toolUse is where a tool is seen to run.
type toolUse struct {
	runs   []linterRun
	titles bool      // a step puts the title to it
	last   bool      // every run judges the newest commit only
	hooks  []hookUse // on the contributor's machine
	lines  []string  // the commands of workflows that run it
}

// hookUse is a hook that runs a tool on a message.
type hookUse struct {
	config *guideline.Config
	quote  guideline.Quote
	line   int
	args   []string
}

func (u toolUse) seen() bool { return len(u.runs)+len(u.hooks) > 0 || u.titles }

// linter is what a tool asks, with who is seen to run it. Rules that stand in no
// configuration are quoted from the hook that brings their defaults.
func (u toolUse) linter(p HeaderParams, c *guideline.Config) messageLinter {
	l := messageLinter{Params: p, Config: c, Runs: u.runs}
	for _, h := range u.hooks {
		l.Hooks = append(l.Hooks, h.quote)
	}
	l.Params.Last = u.last && len(u.runs) > 0
	if c == nil && len(u.hooks) > 0 {
		h := u.hooks[0]
		l.Config, l.Hooks = h.config, l.Hooks[1:]
		l.Params.Rules = slices.Clone(p.Rules)
		for i := range l.Params.Rules {
			l.Params.Rules[i].Line = h.line
		}
	}
	switch {
	case len(u.runs) > 0:
	case len(u.hooks) > 0:
		l.Default, l.Note = Should, "runs in a hook that contributors install"
	case u.titles:
		l.Default, l.Note = Should, "a workflow runs it on the title only"
	}
	return l
}

// use finds out who runs a tool.
func (t messageTool) use(set *Reading) toolUse {
	var u toolUse
	every := false
	for _, g := range set.Gates() {
		if t.action != nil && t.action.MatchString(g.Step.Uses) {
			u.runs = append(u.runs, linterRun{Gate: g, Words: "uses: " + g.Step.Uses})
			every = every || !t.last
			continue
		}
		line, words, ok := t.runBy(g.Step)
		switch {
		case !ok:
		case set.looksAt(g.Step, lookTitle):
			u.titles = true
		default:
			u.runs = append(u.runs, linterRun{Gate: g, Line: line, Words: words})
			u.lines = append(u.lines, words)
			every = every || !t.last || t.every != nil && t.every.MatchString(g.Step.Run)
		}
	}
	u.last, u.hooks = !every, t.hooksOf(set)
	return u
}

// runBy is the line of a step's script that runs the tool.
func (t messageTool) runBy(s *guideline.Step) (line int, words string, ok bool) {
	if !slices.ContainsFunc(t.words, func(w string) bool { return strings.Contains(s.Run, w) }) || !t.command.MatchString(s.Run) {
		return 0, "", false
	}
	for i, text := range strings.Split(s.Run, "\n") {
		if trimmed := strings.TrimSpace(text); !strings.HasPrefix(trimmed, "#") && t.runsIn(text) {
			return s.RunLine + i, trimmed, true
		}
	}
	return 0, "", false
}

// runsIn tells whether a line of shell runs the tool, and does not install it or
// ask for its version.
func (t messageTool) runsIn(line string) bool {
	for _, part := range splitCommands(line) {
		if t.command.MatchString(part) && !toolInstall().MatchString(part) {
			return true
		}
	}
	return false
}

// commandOf matches a command where one can begin.
//
//go:noinline
func commandOf(names string) *regexp.Regexp {
	return regexp.MustCompile(`(?m)(?:^|[|;&({]|\b(?:npx|uvx|bunx|exec|xargs|then|do|if|run|dlx|--)\s)\s*(?:!\s*)?(?:-\S+\s+)*(?:\S*/)?(?:` + names + `)(?:\s|$|")`)
}

var toolInstall = lazy.Pattern(`\b(?:install|add|download|curl|wget|apt|apt-get|brew|which|cache)\b|--version|--help|install-hook|^\s*(?:echo|printf)\b[^|]*$`)

// hooksOf are the hooks of pre-commit, lefthook and husky that run the tool on
// messages.
func (t messageTool) hooksOf(set *Reading) []hookUse {
	var out []hookUse
	for i := range set.Configs {
		c := &set.Configs[i]
		switch c.Tool {
		case guideline.ToolPreCommit:
			out = append(out, t.preCommit(c)...)
		case guideline.ToolLefthook:
			for _, run := range lefthookRuns(c.Root.At("commit-msg")) {
				if t.runsIn(run.Text) {
					out = append(out, hookUse{c, c.Quote(run.Line, "commit-msg: "+oneLine(run.Text)), run.Line, strings.Fields(run.Text)})
				}
			}
		case guideline.ToolHusky:
			if path.Base(c.Source.Path) != "commit-msg" {
				continue
			}
			for n, line := range strings.Split(c.Root.Text, "\n") {
				if !strings.HasPrefix(strings.TrimSpace(line), "#") && t.runsIn(line) {
					out = append(out, hookUse{c, c.Quote(n+1, strings.TrimSpace(line)), n + 1, strings.Fields(line)})
				}
			}
		}
	}
	return out
}

func (t messageTool) preCommit(c *guideline.Config) []hookUse {
	var out []hookUse
	for _, repo := range c.Root.At("repos").List {
		for _, h := range repo.At("hooks").List {
			id := h.At("id")
			local := t.command != nil && repo.At("repo").Text == "local" && slices.Contains(h.At("stages").Strings(), "commit-msg") && t.runsIn(h.At("entry").Text)
			if slices.Contains(t.hooks, id.Text) || local {
				out = append(out, hookUse{c, c.Quote(id.Line, "id: "+id.Text), id.Line, h.At("args").Strings()})
			}
		}
	}
	return out
}

// lefthookRuns are the scripts that lefthook runs in a hook.
func lefthookRuns(hook guideline.Value) []guideline.Value {
	var out []guideline.Value
	for _, name := range hook.At("commands").Keys {
		out = append(out, hook.At("commands", name, "run"))
	}
	for _, job := range hook.At("jobs").List {
		out = append(out, job.At("run"))
	}
	return slices.DeleteFunc(out, func(v guideline.Value) bool { return v.Kind != guideline.KindString })
}

// gitRange matches what tells a tool to judge more than the newest commit.
var gitRange = lazy.Pattern(`\.\.|--commits?\b|--range|--rev-range|--base-branch|--revision-range|for \w+ in|while read|xargs|--msg-filename|--commit-msg-file`)

// alone is the linter with one rule that is no matter of a message's form.
//
//go:noinline
func (l messageLinter) alone(r LintRule) messageLinter {
	l.Params = HeaderParams{By: l.Params.By, Tool: l.Params.Tool, Rules: []LintRule{r}}
	return l
}
