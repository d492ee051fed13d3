package rule

import (
	"slices"
	"strings"
)

// FormatterParams says which formatters and linters the project runs.
type FormatterParams struct {
	Tools    []string `json:"tools"`              // their names or commands, as the project writes them
	Commands []string `json:"commands,omitempty"` // what to run, as far as that is said
}

func formatter() *Rule {
	return &Rule{
		ID: "formatter",
		Doc: "The project's formatters and linters have nothing to say about the change.\n\n" +
			"Hooks of pre-commit, lefthook, husky and lint-staged, steps of workflows that lint, and commands that prose names are read and named with their places. " +
			"isrc never runs any of them by itself, so the verdict is `later`: it says what to run before the push. What a workflow runs is a `must`, what a hook on the contributor's machine runs is a `should`.\n\n" +
			"```\nread      - run: make lint\nread      repos: [{hooks: [{id: gofmt}]}] of .pre-commit-config.yaml\n" +
			"not read  - run: make release-notes-lint || true\n```\n\n" +
			"`isrc check --run` runs the commands that prose names, after asking.",
		Derive: deriveFormatters,
		Check: func(req Requirement, _ *Change) []Finding {
			p := req.Params.(FormatterParams)
			if len(p.Commands) == 0 {
				return []Finding{{Verdict: Later, Message: strings.Join(shortList(p.Tools), ", ") + ": " + willRun}}
			}
			return []Finding{{Verdict: Later, Message: "run " + strings.Join(shortList(p.Commands), ", ")}}
		},
		merge: mergeFormatters,
	}
}

// maxTools is how many tools or commands are named in one line.
const maxTools = 6

//go:noinline
func shortList(list []string) []string {
	if len(list) > maxTools {
		return append(slices.Clone(list[:maxTools]), "…")
	}
	return list
}

func (p FormatterParams) text() string {
	names := p.Tools
	if len(names) == 0 {
		names = p.Commands
	}
	return "formatters and linters: " + strings.Join(shortList(names), ", ")
}

// mergeFormatters makes one requirement of those who ask equally firmly: a
// contributor runs all of them anyway.
func mergeFormatters(reqs []Requirement) []Requirement {
	var out []Requirement
next:
	for _, req := range reqs {
		p := req.Params.(FormatterParams)
		for i := range out {
			if out[i].Strength != req.Strength || out[i].Enforcer.Blocking != req.Enforcer.Blocking {
				continue
			}
			have := out[i].Params.(FormatterParams)
			have.Tools, have.Commands = withAll(have.Tools, p.Tools), withAll(have.Commands, p.Commands)
			if len(out[i].Said) < maxQuotes*2 {
				out[i].join(req)
			}
			out[i].Params, out[i].Text = have, have.text()
			continue next
		}
		out = append(out, req)
	}
	return out
}

//go:noinline
func withAll(list, more []string) []string {
	out := slices.Clone(list)
	for _, m := range more {
		if !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	return out
}

// onlyNames tells whether a requirement says no more than what to run: it
// explains no check, whose answer only the forge gives.
func (r *Requirement) onlyNames() bool {
	return r.Rule != nil && (r.Rule.ID == "formatter" || r.Rule.ID == "generated")
}
