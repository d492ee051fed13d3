package rule

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// GeneratedParams says what must be made anew when what it is made from
// changes.
type GeneratedParams struct {
	By       string   `json:"by"`                 // who judges: a path, or "prose"
	Context  string   `json:"context,omitempty"`  // the check that judges
	Commands []string `json:"commands,omitempty"` // what makes it; none when that is not known
	// Lock is set for dependencies and the file that holds their versions.
	Lock *LockParams `json:"lock,omitempty"`
}

// LockParams is a file of dependencies and those that hold their versions; one
// of them lies in the same folder or at the root.
type LockParams struct {
	Manifest string   `json:"manifest"`
	Locks    []string `json:"locks"`
}

func generated() *Rule {
	return &Rule{
		ID: "generated",
		Doc: "What is generated is generated anew, and committed, with what it is made from: code, documentation, mocks, lock files.\n\n" +
			"A workflow that generates and then asks `git diff --exit-code` or `git status --porcelain` refuses whatever is left over. isrc runs nothing of that: it says which commands to run and where they stand, and calls the verdict `later`. " +
			"A workflow that commits or pushes what it finds asks for nothing. What can be told from the change alone is judged as a `should`: " +
			"dependencies that are added to `go.mod`, `package.json`, `Cargo.toml` or the like without the file that locks them, where a workflow installs only what is locked.\n\n" +
			"```\naccepted  go.mod and go.sum change together\naccepted  go.mod changes its version of Go\nrejected  go.mod requires a module more, go.sum does not change\n```\n\nWhich lines ask for something new is a guess, so such a finding never blocks.",
		Derive: deriveGenerated,
		Check:  checkGenerated,
		merge:  mergeGenerated,
	}
}

// lockRow is one way to lock dependencies.
type lockRow struct {
	word     string // of its tool
	manifest string
	locks    []string
	command  string         // what writes the lock
	frozen   *regexp.Regexp // a command that refuses a lock that is behind
	adds     *regexp.Regexp // a line that asks for a version
}

var lockTable = sync.OnceValue(func() []lockRow {
	re := regexp.MustCompile
	json := re(`^\s*"[@\w./-]+"\s*:\s*"(?:[\^~>=<]*\d|workspace:|npm:|git\+)[^"]*"`)
	return []lockRow{
		{"go", "go.mod", []string{"go.sum"}, "go mod tidy", re(`\bgo mod tidy\b|-mod=readonly`), re(`^\s*(?:require\s+)?[\w~-]+\.[\w.-]+/\S+ v\d+\.`)},
		{"npm", "package.json", []string{"package-lock.json", "npm-shrinkwrap.json"}, "npm install", re(`\bnpm ci\b|\bnpm clean-install\b`), json},
		{"yarn", "package.json", []string{"yarn.lock"}, "yarn install", re(`\byarn( install)?\b.*--(frozen-lockfile|immutable)\b`), json},
		{"pnpm", "package.json", []string{"pnpm-lock.yaml"}, "pnpm install", re(`\bpnpm (i|install)\b.*--frozen-lockfile\b`), json},
		{"bun", "package.json", []string{"bun.lock", "bun.lockb"}, "bun install", re(`\bbun (i|install)\b.*--frozen-lockfile\b|\bbun ci\b`), json},
		{"cargo", "Cargo.toml", []string{"Cargo.lock"}, "cargo update --workspace", re(`\bcargo\b.*--(locked|frozen)\b`), re(`^\s*[\w-]+\s*=\s*(?:"[\^~=>]*\d|\{.*version\s*=)`)},
		{"poetry", "pyproject.toml", []string{"poetry.lock"}, "poetry lock", re(`\bpoetry (lock --check|check\b.*--lock)`), re(`^\s*[\w-]+\s*=\s*["{].*\d`)},
		{"uv", "pyproject.toml", []string{"uv.lock"}, "uv lock", re(`\buv\b.*--(locked|check)\b`), re(`^\s*"[\w.\[\]-]+\s*[~=><!]=?.*"`)},
		{"bundle", "Gemfile", []string{"Gemfile.lock"}, "bundle lock", re(`\bbundle (install|config)\b.*\b(frozen|deployment)\b`), re(`^\s*gem ["']`)},
	}
})

func (p GeneratedParams) text() string {
	switch {
	case p.Lock != nil:
		return strings.Join(p.Lock.Locks, " or ") + " changed together with " + p.Lock.Manifest
	case len(p.Commands) == 0:
		return "generated files up to date"
	}
	return "generated files up to date: " + strings.Join(p.Commands, ", ")
}

func checkGenerated(req Requirement, change *Change) []Finding {
	p := req.Params.(GeneratedParams)
	switch {
	case len(change.Files) == 0:
		return []Finding{{Verdict: Later, Message: "no files are changed yet"}}
	case p.Lock != nil:
		return []Finding{checkLock(p, change)}
	case len(p.Commands) == 0:
		return []Finding{{Verdict: Later, Message: "what the project generates is made and compared on the pull request"}}
	}
	return []Finding{{Verdict: Later, Message: "run " + strings.Join(p.Commands, ", ") + " and commit what changes; " + willRun}}
}

// checkLock looks for dependencies that are added where nothing locks them.
func checkLock(p GeneratedParams, change *Change) Finding {
	var at, unsure []Place
	for _, f := range change.Files {
		if path.Base(f.Path) != p.Lock.Manifest || f.Status == Deleted || locked(f.Path, p.Lock.Locks, change.Files) {
			continue
		}
		adds, known := addsDependency(f, p.Lock)
		switch {
		case adds != "":
			at = append(at, Place{Path: f.Path, What: adds})
		case !known:
			unsure = append(unsure, Place{Path: f.Path, What: "not all of its added lines are known"})
		}
	}
	locks := strings.Join(p.Lock.Locks, " or ")
	switch {
	case len(at) > 0:
		return Finding{Verdict: Broken, At: at, Message: fmt.Sprintf("dependencies change, and %s does not: run %s", locks, strings.Join(p.Commands, ", "))}
	case len(unsure) > 0:
		return Finding{Verdict: Unknown, At: unsure, Message: "whether dependencies change is not known"}
	}
	return Finding{Verdict: Met, Message: "no dependencies change without " + locks}
}

// locked tells whether a lock changes with a manifest: beside it, or in a
// folder above it, as workspaces have it.
func locked(manifest string, locks []string, files []File) bool {
	return slices.ContainsFunc(files, func(f File) bool {
		dir := path.Dir(f.Path)
		return slices.Contains(locks, path.Base(f.Path)) && (dir == "." || dir == path.Dir(manifest) || strings.HasPrefix(manifest, dir+"/"))
	})
}

// addsDependency is the first added line that asks for a version of something.
func addsDependency(f File, lock *LockParams) (line string, known bool) {
	for _, row := range lockTable() {
		if row.manifest != lock.Manifest || !containsAll(row.locks, lock.Locks) {
			continue
		}
		for _, l := range f.AddedLines {
			text := strings.TrimSpace(l.Text)
			if row.adds.MatchString(l.Text) && !strings.HasPrefix(text, `"version"`) && !strings.HasPrefix(text, `"node"`) && !strings.HasPrefix(text, "version") {
				return text, true
			}
		}
	}
	return "", !f.LinesCut && (f.Added == 0 || len(f.AddedLines) > 0)
}

// mergeGenerated says each lock once, and what several jobs generate in one
// requirement for each kind of enforcer.
func mergeGenerated(reqs []Requirement) []Requirement {
	var out []Requirement
next:
	for _, req := range reqs {
		p := req.Params.(GeneratedParams)
		for i := range out {
			have := out[i].Params.(GeneratedParams)
			switch {
			case p.Lock != nil && have.Lock != nil && p.Lock.Manifest == have.Lock.Manifest && slices.Equal(p.Lock.Locks, have.Lock.Locks):
			case p.Lock == nil && have.Lock == nil && (out[i].Strength == req.Strength && out[i].Enforcer.Blocking == req.Enforcer.Blocking || containsAll(have.Commands, p.Commands)):
				for _, c := range p.Commands {
					if !slices.Contains(have.Commands, c) {
						have.Commands = append(slices.Clone(have.Commands), c)
					}
				}
				out[i].Params, out[i].Text = have, have.text()
			default:
				continue
			}
			if len(out[i].Said) < maxQuotes*2 {
				out[i].join(req)
			}
			continue next
		}
		out = append(out, req)
	}
	return out
}

//go:noinline
func containsAll(list, some []string) bool {
	return len(some) > 0 && !slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(list, s) })
}
