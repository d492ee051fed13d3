package catalog

import (
	"regexp"
	"strings"

	"github.com/isrc-dev/isrc/internal/lazy"
)

// words are how English pages say what contributors look for. A heading alone
// proves nothing: something has to stand below it.
type words struct {
	// headings of sections
	building, testing, submitting, starting, helping, purpose, developing, involved *regexp.Regexp
	// lines of code
	build, test *regexp.Regexp
	// sentences
	builds, tests, submits, answers, asks *regexp.Regexp

	length, notAnswer, negated, imperative, points, runs, versioning *regexp.Regexp
}

var readinessWords = lazy.Value(func() *words {
	re := func(s string) *regexp.Regexp { return regexp.MustCompile(`(?i)` + s) }
	const count = `(?:an?|one|two|three|four|five|six|seven|ten|a (?:few|couple of)|\d{1,3}(?:\s*(?:-|–|to|or)\s*\d{1,3})?)`
	return &words{
		building:   re(`\b(?:build(?:ing|s)?|compil(?:e|ing|ation)|develop(?:ment|ing|er)? (?:environment|set-?up|guide|instructions|install\w*)|set(?:ting)?[ -]?(?:it )?up|install(?:ing|ation)?|(?:local|dev) (?:environment|container|development)|prerequisites|requirements|from source|hacking|run(?:ning)?(?: it| the \w+)? locally|development)\b`),
		testing:    re(`\b(?:tests?|testing|verif(?:y|ying|ication))\b`),
		submitting: re(`\b(?:pull[- ]requests?|merge[- ]requests?|PRs?|submit\w* (?:\w+ )?(?:changes?|code|patch(?:es)?|pull|PRs?|merge|contributions?|work)|sending (?:\w+ )?(?:patch\w*|changes?)|patch submission|propos(?:e|ing) (?:\w+ )?changes?|contribut(?:e|ing|ion) (?:process|workflow|steps)|workflow)\b`),
		starting:   re(`\b(?:getting[- ]started|get started|quick[- ]?(?:start|guide)|start(?:ing)? here|install(?:ing|ation)?|usage|using|how to use|examples?|set[- ]?up|running|run|try|tutorial|first steps|how it works|demo|deploy(?:ment|ing)?|quickstart|use|consum(?:e|ing))\b`),
		helping:    re(`\b(?:support|help|contacts?|contact us|community|communities|team|maintainers?|questions?|q&a|feedback|who we are|about us|chat|communication|get(?:ting)? in touch|owners?|ownership|mailing lists?|slack|discuss\w*|stay in touch|trusted committers?|faq|reporting (?:issues|bugs|problems))\b`),
		purpose:    re(`\b(?:about|overview|introduction|intro|what (?:is|it|does|this)|what['’]s|why|purpose|mission|motivation|background|description|summary|features|goals?|vision|abstract|synopsis|at a glance)\b`),
		developing: re(`\b(?:contribut\w*|develop\w*|hack(?:ing)?|build(?:ing)?|from source|compil\w*|tests?|testing|local(?:ly)?|get(?:ting)? involved)\b`),
		involved:   re(`\b(?:contribut\w*|develop\w*|get(?:ting)? involved|hack(?:ing)?|pull requests?)\b`),
		points:     re(`\b(?:see|read|follow|refer|guides?|docs|documentation|instructions|manual|wiki|here|described|found|check)\b`),
		runs:       re(`\b(?:run|runs|running|execute|invoke|use|launch|start|type)\b`),
		build:      re(`^(?:make|just|task|mage|rake)(?:$|\s+(?:\S+\s+)?[\w:./-]*(?:build|all|install|setup|dev|compile|bootstrap|deps|vendor|image|binar|run|gen|package|dist|init|docker)[\w:./-]*)|^(?:go (?:build|install [^@]*$|generate|mod download|run)|npm (?:ci|install|i|run (?:build|compile|dev|start|watch)|start|link|dev:)|pnpm |bun (?:install|run|i)\b|deno task|yarn(?:$| install| build| dev| start)|mvn\b|\./mvnw|mvnw|(?:\./)?gradlew?(?:$| [\w :]*(?:build|assemble|compile|install|run|classes|jar))|cargo (?:build|check|run|xtask)|(?:python3? -m )?pip3? install (?:-e|--editable|-r|\.|--user|-U)|poetry install|poetry run|pipenv |uv (?:sync|pip|run|venv)|pdm |hatch |conda |bundle (?:install|exec)|gem build|dotnet (?:build|restore|run|tool)|msbuild|cmake|meson|ninja|bazel(?:isk)? |buck2? |docker[ -]compose |docker build|podman build|mix (?:deps|compile|setup)|sbt\b|stack |cabal |swift build|xcodebuild|composer (?:install|update)|nix(?:-shell| develop| build)|\./?(?:configure|build|setup|bootstrap|autogen)|(?:\./|bash |sh )?(?:scripts?|bin|hack|tools|dev)/[\w.-]*(?:build|setup|bootstrap|dev|install|init)|python3? setup\.py|pre-commit install|terraform init|helm (?:dependency|install|lint)|lein |lerna |nx |turbo |rush |ansible-galaxy|vagrant up|tilt up|skaffold|mkdocs|hugo|jekyll|devbox |zig build|dune build|opam )`),
		test:       re(`^(?:make|just|task|mage|rake|bundle exec rake|nx|npx nx|turbo|earthly \+)\s*[\w:./ -]*(?:test|check|verify|spec|ci)\b|^(?:go test|go tool .*test|npm (?:t|test|run [\w:-]*test)|npx (?:jest|vitest|mocha|playwright|cypress)|yarn (?:run )?[\w:-]*test|pnpm (?:run |-r )?[\w:-]*test|bun (?:run )?test|deno (?:task )?test|(?:python3? -m |poetry run |uv run |pipenv run |hatch run |pdm run )?(?:py\.?test(?:$|\s)|unittest|tox|nox)|hatch test|python3? -m (?:unittest|pytest)|python3? manage\.py test|cargo (?:test|nextest)|(?:\./)?mvnw? [\w :.=-]*(?:test|verify)|(?:\./)?gradlew? [\w :.=-]*(?:test|check)|ctest|bazel(?:isk)? test|(?:bundle exec )?(?:rspec|cucumber)|dotnet test|mix test|(?:\./)?(?:vendor/bin/)?phpunit|composer test|jest|vitest|bats|sbt [\w:;" ]*test|stack test|cabal test|swift test|xcodebuild test|helm test|terraform test|molecule test|prove |ginkgo|gotestsum|zig build test|dune (?:test|runtest)|(?:bash |sh |python3? )?(?:\./|(?:scripts?|bin|hack|tools|dev)/)[\w./-]*(?:test|check)[\w.-]*|(?:bash |sh |python3? )?[\w-]*tests?[\w-]*\.(?:sh|py)\b)`),

		builds:  re(`\b(?:to|can|how to|you|first|then|please|and) (?:build|compile) (?:and|the|it|this|your|our|all|from|a|an|any|everything|with|locally|using|run)\b|\b(?:run|execute|type|invoke|use|using|with) .{0,40}\b(?:to|for) (?:build|compile|compiling|building)\b|\b(?:built|compiled) (?:with|using|by)\b|\bset(?:ting)? ?up (?:your|the|a) (?:local |development |dev )*(?:environment|machine|workspace|checkout)\b|\binstall (?:the |all |its |required |dev(?:elopment)? |project )*(?:dependencies|requirements|prerequisites)\b`),
		tests:   re(`\b(?:run|runs|running|execute|executing|launch|invoke)\s+(?:[\w\x60/.:*-]+\s+){0,5}?(?:unit |integration |e2e )?(?:tests?|test suite|testsuite)\b|\btests?(?: suite)? (?:can be|are|is) (?:run|executed|started)\b|\bto (?:run )?test\b.{0,60}\x60`),
		submits: re(`\b(?:open|opening|create|creating|submit\w*|send|sending|make|making|raise|raising|file|propose|push|post|issue|prepare|start|put up|upload)\b.{0,50}\b(?:pull[- ]requests?|merge[- ]requests?|PRs?|MRs?|patch(?:es)?|change ?lists?|changesets?|CLs?|for review)\b|\bgit send-email\b|\bgit (?:push|review)\b|\bgerrit\b|\bfork (?:the|this|our) (?:repo\w*|project)\b|\bgh pr create\b|\b(?:pull|merge) requests? (?:should|must|need|ha(?:s|ve) to)\b`),
		answers: re(`\b(?:respon(?:d|ds|se|ses)|repl(?:y|ies)|answer(?:s|ed)?|review(?:s|ed|ing)?|feedback|get back|look (?:at|into)|triaged?|turnaround|acknowledge\w*|hear (?:back|from)|SLAs?|SLOs?|decid(?:e|ed)|decision|merge[ds]?|handled?|processed|wait)\b`),
		length:  re(`\b` + count + `\s*(?:more )?(?:business |working |work |calendar )?-?(?:hours?|days?|weeks?|months?|h|sprints?)\b|\b(?:same|next) (?:business |working )?day\b|\b(?:once|twice|every|each) (?:a |per )?(?:day|week|sprint|monday|tuesday|wednesday|thursday|friday|iteration)\b|\b(?:review|triage|respond|look|check|meet)\w*\b.{0,40}\b(?:daily|weekly)\b`),
		// what speaks of time and not of an answer to contributors
		notAnswer:  re(`\b(?:inactiv\w*|stale|no activity|without activity|abandon\w*|clos(?:e|ed|ing)|if you (?:do not|don['’]t|haven['’]t|have not)|if there is no (?:response|activity)|(?:from|by) the (?:author|contributor)|your (?:response|reply)|vulnerabilit\w+|disclos\w+|embargo\w*|releases?|deprecat\w*|expires?|retention|ago|cached?)\b`),
		negated:    re(`\b(?:not|n['’]t|never|no longer|without|instead of)\b`),
		imperative: re(`\b(?:run|install|use|build|compile|execute|open|start|type|need|require\w*|download|set|create|configure|activate|launch|clone|copy|add|make|call|invoke|import|write|fork|push|submit|commit|send)\b`),
		asks:       re(`\b(?:questions?|help|support|stuck|contact|reach(?:ing)? (?:out|us)|get in touch|feedback)\b.{0,100}(?:\b(?:issues?|discussions?|slack|channel|teams|chat|e-?mail|mailing list|forum|ask|contact|discord|zulip|matrix|irc|mattermost|stack ?overflow)\b|[@#][a-z])|\b(?:ask|post|reach out|contact|join|email|ping)\b.{0,60}(?:\b(?:slack|channel|discussions?|mailing list|forum|discord|zulip|chat|team|maintainers?)\b|[@#][a-z])`),
		versioning: re(`^(?:changelog|changes|history|releases|release[-_]notes|news)$`),
	}
})

// sentencesOf splits a text where a sentence may end. Bounds keep a page of
// nothing but dots from costing much.
func sentencesOf(text string) []string {
	var out []string
	start := 0
	for i := 0; i+1 < len(text) && len(out) < 200; i++ {
		if (text[i] == '.' || text[i] == '!' || text[i] == '?') && (text[i+1] == ' ' || text[i+1] == '\n') {
			out = append(out, text[start:i+1])
			start = i + 2
		}
	}
	return append(out, text[min(start, len(text)):])
}

// commandOf is a line of a code block or a span without its prompt.
func commandOf(line string) string {
	line = strings.TrimSpace(line)
	for _, prompt := range []string{"$ ", "> ", "% ", "# "} {
		line = strings.TrimPrefix(line, prompt)
	}
	line = strings.TrimPrefix(strings.TrimSpace(line), "sudo ")
	return strings.TrimSpace(line)
}
