package guideline

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/lazy"
)

// Bounds on following what steps run.
const (
	maxScripts   = 60 // files read for it, in one repository
	maxHops      = 2  // a target of make that runs a script
	maxCalls     = 8  // of one step
	maxExtra     = 500
	maxScriptLen = 64 << 10
)

type callPatterns struct{ file, make, npm, stdin, here, action *regexp.Regexp }

var callPattern = lazy.Value(func() *callPatterns {
	re := regexp.MustCompile
	return &callPatterns{
		file:   re(`(?:^|[\s;&|(!'"])((?:\./)?(?:[\w.@-]+/)*[\w.@-]+\.(?:sh|bash|py|js|cjs|mjs|ts|rb|pl)|(?:\./)?(?:hack|script|scripts|ci|\.ci|tools?|bin|build|dev|utils?|\.github|contrib|test|tests)/[\w.@/-]+|\./[\w.@/-]+)((?:[ \t]+(?:"[^"\n]*"|'[^'\n]*'|[^\s;&|<>()]+))*)`),
		make:   re(`(?:^|[\s;&|(!])make((?:[ \t]+(?:-C[ \t]+\S+|-[\w-]+|\w+=\S*|[\w./-]+))+)`),
		npm:    re(`(?:^|[\s;&|(!])(?:npm|pnpm|yarn|bun)[ \t]+(?:(?:run(?:-script)?|-s|--silent)[ \t]+)*([\w:./-]+)`),
		stdin:  re(`(?:echo|printf)[^|\n]*?("?\$\{?\w+\}?"?|"?\$\{\{[^}]*\}\}"?)[^|\n]*\|[^|\n]*$`),
		action: re(`\$\{\{\s*github\.action_path\s*\}\}|\$\{?GITHUB_ACTION_PATH\}?`),
		here:   re(`^[^\n]*<<<\s*("?\$\{?\w+\}?"?|"?\$\{\{[^}]*\}\}"?)`),
	}
})

// judging tells whether a script is worth following: it gets something of the
// pull request, or its words say that it judges more than code.
func judging(text string) bool {
	text = strings.ToLower(text)
	for _, word := range []string{
		"github.event.", "head_ref", "base_ref", "github_event_path", "dco", "sign-off", "signoff", "sign_off", "commit", "title",
		"changelog", "changeset", "change-log", "changes", "release-note", "release_note", "releasenote", "news", "fragment", "label", "branch",
		"license", "licence", "header", "copyright", "fixup", "valid", "pull-request", "pull_request", "pullrequest", "check-pr", "check_pr", "pr-check", "pr_check", "lint-pr", "/pr-", "/pr_",
	} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// followed puts the scripts that a step runs behind it, as steps of their own,
// so that what they ask can be read and quoted.
func (c *caller) followed(step Step, hops int) []Step {
	if hops >= maxHops || step.Run == "" || len(step.Run) > maxScriptLen || !judging(step.Run+" "+step.Name+envText(step)) {
		return nil
	}
	var out []Step
	for i, line := range strings.Split(step.Run, "\n") {
		if text := strings.TrimSpace(line); text == "" || text[0] == '#' {
			continue
		}
		for _, s := range c.callsOf(step, line) {
			if c.extra++; len(out) >= maxCalls || c.extra > maxExtra {
				return out
			}
			if s.Caller = step.Caller; s.Caller == nil {
				at := step.RunLine + i
				s.Caller = &Quote{Source: step.Source, Line: at, EndLine: at, Text: strings.TrimSpace(line)}
			}
			s.Name, s.If, s.Advisory, s.ifs = step.Label(), step.If, step.Advisory, step.ifs
			out = append(out, s)
			out = append(out, c.followed(s, hops+1)...)
		}
	}
	return out
}

// candidates are the files that steps may run, so that they can be fetched at
// once.
func (c *caller) candidates(all []parsedWorkflow) []string {
	p := callPattern()
	var out []string
	add := func(name string) {
		if len(out) < maxScripts && !slices.Contains(out, name) && slices.Contains(c.root.list(path.Dir(name)), name) {
			out = append(out, name)
		}
	}
	for i := range all {
		for _, job := range all[i].workflow.Jobs {
			for _, s := range job.Steps {
				if !judging(s.Run + " " + s.Name + envText(s)) {
					continue
				}
				for _, m := range p.file.FindAllStringSubmatch(s.Run, maxCalls) {
					add(path.Join(s.dir, m[1]))
				}
				if p.make.MatchString(s.Run) {
					add(path.Join(s.dir, "Makefile"))
				}
				if p.npm.MatchString(s.Run) {
					add(path.Join(s.dir, "package.json"))
				}
			}
		}
	}
	return out
}

// envText is what a step is given by the pull request.
func envText(s Step) string {
	var b strings.Builder
	for _, in := range s.Env {
		b.WriteByte(' ')
		b.WriteString(in.Value)
	}
	return b.String()
}

// callsOf finds what one line of a script runs.
func (c *caller) callsOf(step Step, line string) []Step {
	p := callPattern()
	line = p.action.ReplaceAllLiteralString(line, path.Dir(step.Source.Path))
	var out []Step
	for _, m := range p.file.FindAllStringSubmatchIndex(line, maxCalls) {
		name, args := line[m[2]:m[3]], line[m[4]:m[5]]
		if quoted := strings.HasSuffix(line[:m[2]], `"`) || strings.HasSuffix(line[:m[2]], "'"); args == "" && quoted {
			args = strings.TrimLeft(line[m[5]:], `"'`) // the name stands in quotes
			m[5] = len(line)
		}
		if s, ok := c.script(step, name); ok {
			s.Env = arguments(step, line[:m[2]], args+" "+line[m[5]:])
			out = append(out, s)
		}
	}
	for _, m := range p.make.FindAllStringSubmatch(line, maxCalls) {
		for _, target := range strings.Fields(m[1]) {
			out = append(out, c.target(step, target)...)
		}
	}
	for _, m := range p.npm.FindAllStringSubmatch(line, maxCalls) {
		if s, ok := c.packageScript(step, m[1]); ok {
			out = append(out, s)
		}
	}
	return out
}

// script reads a file that a step runs.
func (c *caller) script(step Step, name string) (Step, bool) {
	data, name, ok := c.readScript(step.dir, name)
	if !ok {
		return Step{}, false
	}
	return scriptStep(c.root.source(KindWorkflow, name), step, data, 1), true
}

//go:noinline
func scriptStep(src *Source, step Step, text string, line int) Step {
	return Step{
		Source: src, Line: line, RunLine: line, EndLine: line + max(0, countLines(text)-1), Run: text,
		With: map[string]Input{}, Env: step.Env, dir: step.dir,
	}
}

// readScript reads a text file of the repository by the name that a script in
// a folder gives it. A name below a variable is not followed.
func (c *caller) readScript(dir, name string) (string, string, bool) {
	for _, at := range []string{path.Join(dir, name), path.Clean(name)} {
		at = strings.TrimPrefix(at, "/")
		if strings.ContainsAny(at, "$*{") || strings.HasPrefix(at, "..") || !slices.Contains(c.root.list(path.Dir(at)), at) {
			continue
		}
		if text, ok := c.root.texts[at]; ok {
			return text, at, len(text) <= maxScriptLen
		}
		if c.scripts++; c.scripts > maxScripts {
			return "", "", false
		}
		data, err := c.root.read(at)
		if err != nil || len(data) > maxScriptLen || slices.Contains(data, 0) {
			return "", "", false
		}
		return string(data), at, true
	}
	return "", "", false
}

// arguments are the variables of a called script: those of the step, what it
// is given as $1, $2, …, and what it reads from its standard input.
func arguments(step Step, before, args string) map[string]Input {
	p := callPattern()
	env := make(map[string]Input, len(step.Env)+2)
	for k, v := range step.Env {
		env[k] = v
	}
	for i, word := range shellWords(args) {
		env[string(rune('1'+i))] = valueOf(step, word)
	}
	if m := p.stdin.FindStringSubmatch(before); m != nil {
		env["stdin"] = valueOf(step, m[1])
	} else if m := p.here.FindStringSubmatch(args); m != nil {
		env["stdin"] = valueOf(step, m[1])
	}
	return env
}

// shellWords are the first nine words of a command's arguments.
func shellWords(args string) []string {
	var out []string
	for len(out) < 9 {
		args = strings.TrimLeft(args, " \t")
		if args == "" || strings.IndexByte(";&|<>()#", args[0]) >= 0 {
			break
		}
		end := 0
		for end < len(args) && strings.IndexByte(" \t;&|<>()", args[end]) < 0 {
			if q := args[end]; q == '"' || q == '\'' {
				close := strings.IndexByte(args[end+1:], q)
				if close < 0 {
					return out
				}
				end += close + 1
			} else if strings.HasPrefix(args[end:], "${{") {
				close := strings.Index(args[end:], "}}")
				if close < 0 {
					return out
				}
				end += close + 1
			}
			end++
		}
		out = append(out, args[:end])
		args = args[end:]
	}
	return out
}

// valueOf is what a word of a script stands for: a variable of the step, or
// itself.
func valueOf(step Step, word string) Input {
	name := strings.Trim(word, `"'`)
	if v, ok := strings.CutPrefix(name, "$"); ok && !strings.HasPrefix(v, "{{") {
		if in, ok := step.Env[strings.Trim(v, "{}")]; ok {
			return in
		}
	}
	return Input{Value: name}
}
