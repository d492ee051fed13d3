package rule

import (
	"regexp"
	"slices"
	"strings"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

type generatedPatterns struct{ compares, excused, commits, makes, setup, prose, command, after *regexp.Regexp }

var generatedPattern = lazy.Value(func() *generatedPatterns {
	re := regexp.MustCompile
	return &generatedPatterns{
		compares: re(`\bgit(?: -C \S+)? diff(?:-index|-files)?\b[^|;&\n]*\s--(?:exit-code|quiet)\b|\bgit(?: -C \S+)? status\b[^|;&\n)]*\s(?:--porcelain|-s)\b|\bgo mod tidy -diff\b`),
		// its answer is used for something else than to fail
		excused: re(`GITHUB_OUTPUT|GITHUB_ENV|set-output|\|\|\s*(true|:)\s*$|&&\s*echo|--cached|--staged|\.\.\.?(HEAD|origin)|origin/|HEAD[~^]|--name-only[^|]*\|[^|]|\|\|\s*echo [^;&({]*$`),
		commits: re(`\bgit (commit|push)\b|\bgh pr create\b`),
		makes:   re(`(?i)generat|\bgen\b|[-:_]gen\b|\bgen[-:_]|codegen|\bfmt\b|\bformat|tidy\b|porto\b|crosslink|\bvendor\b|proto|mocks?\b|\bdocs?\b|manifests?\b|\bsync\b|crds?\b|prettier|\bbuf\b|swag\b|schema|snapshot|\bfix\b|update[-:]|\bgofmt\b|\bpin[-_]`),
		setup:   re(`^\s*(#|cd |echo |printf |set |export |if |then|else|elif|fi\b|for |do\b|done|while |exit|curl |wget |sudo |apt|tar |mkdir |rm |cp |mv |cat |git |test |\[|\}|\{|\)|local |return|diff=|[A-Z_]+=\S*$|pip3? install|npm (ci|install)\b|yarn install|pnpm (i|install)\b|go install|go env|chmod |source |\S*golangci-lint |.*\blint\b)`),
		prose:   re(`(?i)\bre-?generat\w+|\bgenerated (code|files?|docs|documentation|sources?|mocks?|protos?)|\bcode ?gen(eration)?\b|\block ?files?\b|\bgo\.sum\b|\bvendor(ed|ing)?\b.{0,20}\b(director|depend|folder)`),
		command: re(`^(make|just|task|mage|go (generate|mod|run|tool)|npm run|npx|yarn|pnpm|cargo|tox|nox|poetry|uv|hatch|bazel|buf|mvn|\./mvnw|gradle|\./gradlew|dotnet|bundle exec|rake|mix|script/|scripts/|hack/|\./)\S*`),
		after:   re(`(?i)\b(do not|don['’]t|never|must not) (edit|modify|change|touch|commit)\b`),
	}
})

func deriveGenerated(set *Reading) []Requirement {
	out := append(comparedFiles(set), frozenLocks(set)...)
	return append(out, proseGenerated(set)...)
}

// comparedFiles knows the steps that fail when what they, or the steps before
// them, have made differs from what is committed.
func comparedFiles(set *Reading) []Requirement {
	var out []Requirement
	gates := set.Gates()
	for i, g := range gates {
		line, words, ok := comparison(g.Step)
		if !ok || jobCommits(gates, g) {
			continue
		}
		p := GeneratedParams{By: "workflow " + g.File(), Context: g.Job.Context, Commands: madeBy(g.Step)}
		for j := i - 1; j >= 0 && len(p.Commands) == 0 && gates[j].Job == g.Job; j-- {
			p.Commands = madeBy(gates[j].Step)
		}
		out = append(out, fromGate(g, line, words, p.text(), p))
	}
	return out
}

// comparison is the line of a step that compares, and whether its answer fails
// the step.
func comparison(s *guideline.Step) (line int, words string, ok bool) {
	re := generatedPattern()
	if !strings.Contains(s.Run, "git ") && !strings.Contains(s.Run, "tidy -diff") {
		return 0, "", false
	}
	for i, text := range strings.Split(s.Run, "\n") {
		trimmed := strings.TrimSpace(text)
		if strings.HasPrefix(trimmed, "#") || !re.compares.MatchString(text) || re.excused.MatchString(text) {
			continue
		}
		asked := strings.Contains(text, "$(") || strings.HasPrefix(trimmed, "if ") || strings.HasPrefix(trimmed, "elif ") || strings.Contains(text, "status")
		if asked && !unfinishedPattern().refuses.MatchString(s.Run) && !strings.HasPrefix(trimmed, "test -z") && !strings.HasPrefix(trimmed, "[ -z") && !strings.HasPrefix(trimmed, "[[ -z") {
			continue
		}
		return s.RunLine + i, trimmed, true
	}
	return 0, "", false
}

// jobCommits tells whether the job commits what it finds, instead of asking the
// contributor to.
//
//go:noinline
func jobCommits(gates []guideline.Gate, g guideline.Gate) bool {
	return slices.ContainsFunc(gates, func(o guideline.Gate) bool {
		uses := strings.ToLower(o.Step.Uses)
		return o.Job == g.Job && (generatedPattern().commits.MatchString(o.Step.Run) || strings.Contains(uses, "create-pull-request") || strings.Contains(uses, "auto-commit"))
	})
}

// maxCommands is how many commands of one step are named.
const maxCommands = 4

// madeBy are the commands of a step that make files.
func madeBy(s *guideline.Step) []string {
	re := generatedPattern()
	var out []string
	script := strings.ReplaceAll(s.Run+"\n"+s.With["command"].Value, "\\\n", " ")
	for _, line := range strings.Split(script, "\n") {
		for _, part := range splitCommands(line) {
			part = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(part), "assert-nothing-changed "))
			if part == "" || len(part) > maxLabelled || re.setup.MatchString(part) || strings.ContainsAny(part, "$`|<>") || !re.makes.MatchString(part) || slices.Contains(out, part) {
				continue
			}
			if out = append(out, part); len(out) == maxCommands {
				return out
			}
		}
	}
	return out
}

// maxLabelled bounds a command that is shown, in bytes.
const maxLabelled = 100

// splitCommands parts a line of shell where one command follows another. What
// is said when the first fails is none.
func splitCommands(line string) []string {
	line, _, _ = strings.Cut(line, "||")
	var out []string
	for _, part := range strings.Split(line, "&&") {
		out = append(out, strings.Split(part, ";")...)
	}
	return out
}

// frozenLocks knows the steps that install only what is locked. The first one
// of each kind is quoted.
func frozenLocks(set *Reading) []Requirement {
	var out []Requirement
	gates := set.Gates()
	for _, row := range lockTable() {
		locks := slices.DeleteFunc(slices.Clone(row.locks), func(l string) bool { return !set.Has(".", l) })
		if len(locks) == 0 {
			continue
		}
		for _, g := range gates {
			if !strings.Contains(g.Step.Run, row.word) {
				continue
			}
			at := row.frozen.FindString(g.Step.Run)
			if at == "" || g.Advisory || jobCommits(gates, g) {
				continue
			}
			line, words := lineOf(g.Step, at)
			p := GeneratedParams{By: "workflow " + g.File(), Context: g.Job.Context, Commands: []string{row.command}, Lock: &LockParams{Manifest: row.manifest, Locks: locks}}
			req := fromGate(g, line, words, p.text(), p)
			req.Strength = Should // which lines ask for something new is a guess
			req.Enforcer.Blocking = false
			out = append(out, req)
			break
		}
	}
	return out
}

// proseGenerated reads which commands prose wants to be run for what is
// generated.
func proseGenerated(set *Reading) []Requirement {
	re := generatedPattern()
	var out []Requirement
	for _, s := range said(set, func(s guideline.Sentence) bool {
		return re.prose.MatchString(withoutCommands(s)) && !re.after.MatchString(s.Text)
	}) {
		p := GeneratedParams{By: "prose"}
		for _, span := range s.Spans {
			if re.command.MatchString(span) && !strings.Contains(span, "lint") && len(span) <= maxLabelled && !strings.ContainsAny(span, "<>|") {
				p.Commands = append(p.Commands, span)
			}
		}
		if len(p.Commands) > 0 {
			out = append(out, fromProse(set, []guideline.Sentence{s}, p.text(), p, nil))
		}
	}
	return out
}

// withoutCommands is a sentence without the commands in it: an option may be
// named for a lock file.
func withoutCommands(s guideline.Sentence) string {
	text := s.Text
	for _, span := range s.Spans {
		if generatedPattern().command.MatchString(span) {
			text = strings.ReplaceAll(text, "`"+span+"`", "it")
		}
	}
	return text
}
