package rule

import (
	"regexp"
	"slices"

	"github.com/isrc-dev/isrc/internal/guideline"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// DocsParams asks for documentation beside what users see.
type DocsParams struct{}

const docsText = "documentation for what users see"

func documentation() *Rule {
	return &Rule{
		ID: "documentation",
		Doc: `A change that users see changes the documentation, where the project's prose asks for it.

Documentation is told by its path: ` + "`docs/`, `*.md`, `*.rst`, `*.adoc`" + `. Whether users see a change cannot be told from its files: only a commit of the type ` + "`feat`" + ` without documentation breaks it,
a change whose commits are all of types like ` + "`refactor`, `test` or `ci`" + ` meets it, and for others it is unknown. It is never more than a thing that should hold.

Accepted: ` + "`feat: read settings` with a change to `docs/settings.md`" + `. Rejected: the same with ` + "`settings.go`" + ` alone.`,
		Derive: func(set *Reading) []Requirement {
			re := docsPattern()
			sentences := said(set, func(s guideline.Sentence) bool {
				return !linkOnly(s) && re.asks.MatchString(s.Text) && !re.other.MatchString(s.Text)
			})
			if len(sentences) == 0 {
				return nil
			}
			return []Requirement{fromProse(set, sentences, docsText, DocsParams{}, nil)}
		},
		Check:    checkDocs,
		declared: func() Requirement { return Requirement{Params: DocsParams{}, Text: docsText} },
	}
}

type docsPatterns struct{ asks, other *regexp.Regexp }

var docsPattern = lazy.Value(func() *docsPatterns {
	docs := `(?:(?:the|any|all|associated|relevant|corresponding|related|appropriate|user|public|accompanying|necessary|your) ){0,3}(?:docs\b|documentation\b|user guide\b|man pages?\b)`
	return &docsPatterns{
		asks: regexp.MustCompile(`(?i)\b(?:update|add|includes?|provide|write|must have|should have|needs?|accompanied by|come with|requires?) ` + docs +
			`|\b(?:docs|documentation)\b.{0,40}\b(?:must|should|has to|have to|needs? to) be (?:updated|added|included|changed|written)\b|\b(?:must|should|has to|have to|needs? to) be documented\b`),
		other: regexp.MustCompile(`(?i)\b(see the|refer to|read the|build the docs|fix(es)? typos?|improv\w+ (the )?(docs|documentation)|documentation (issue|improvement|change|fix)|help (us|with)|code comments?|doc ?strings?|godoc|to update the (docs|documentation)|documented (as|in) an? (\w+ )?(issue|ticket)|to remove)\b`),
	}
})

func checkDocs(_ Requirement, change *Change) []Finding {
	switch {
	case len(change.Files) == 0:
		return []Finding{{Verdict: Later, Message: "no files are changed yet"}}
	case slices.ContainsFunc(change.Files, func(f File) bool { return f.Status != Deleted && isDocs(f.Path) }):
		return []Finding{{Verdict: Met, Message: "documentation changes"}}
	case !slices.ContainsFunc(change.Files, isCode):
		return []Finding{{Verdict: Met, Message: "no code changes"}}
	}
	switch kinds := commitKinds(change); {
	case slices.Contains(kinds, "feat"):
		return []Finding{{Verdict: Broken, Message: "a feature comes, and no documentation changes"}}
	case len(kinds) > 0 && !slices.ContainsFunc(kinds, func(k string) bool {
		return !slices.Contains([]string{"refactor", "test", "tests", "ci", "build", "chore", "style", "docs"}, k)
	}):
		return []Finding{{Verdict: Met, Message: "the commits say that users see nothing of it"}}
	}
	return []Finding{{Verdict: Unknown, Message: "whether users see the change cannot be told; no documentation changes"}}
}

// commitKinds are the types of the commits, "" for one that has none.
func commitKinds(change *Change) []string {
	var out []string
	for _, c := range change.Commits {
		if c.Parents > 1 {
			continue
		}
		kind := ""
		if m := changeNotePattern().FindStringSubmatch(ParseMessage(c.Message).Header); m != nil {
			kind = m[1]
		}
		out = append(out, kind)
	}
	return out
}
