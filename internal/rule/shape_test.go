package rule

import (
	"os/exec"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func rulesetBranch(op Operator, pattern string, negate bool) Requirement {
	p := PatternParams{Operator: op, Pattern: pattern, Negate: negate}
	return Requirement{Params: BranchParams{Ruleset: &p}}
}

func TestShapeBranch(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		reqs  []Requirement
		issue int
		title string
		want  string
	}{
		"nothing asked":                   {nil, 398, "Reject tokens without expiry", "fix/398-reject-tokens-without-expiry"},
		"no issue":                        {nil, 0, "Reject tokens", "fix/reject-tokens"},
		"no title":                        {nil, 12, "", "fix/12"},
		"neither":                         {nil, 0, "", "fix/change"},
		"a title that adds":               {nil, 1, "Add a validation rule", "feat/1-add-a-validation-rule"},
		"a title that documents":          {nil, 1, "Document the rules", "docs/1-document-the-rules"},
		"a title with a type":             {nil, 1, "perf(api): Make it fast!", "perf/1-make-it-fast"},
		"a long title is cut at a word":   {nil, 1, "Reject tokens which have no expiry because they would live for ever", "fix/1-reject-tokens-which-have-no-expiry-because-they"},
		"a word without end":              {nil, 0, "Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "fix/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
		"letters that git does not take":  {nil, 0, "Größe: \"x~y\" ^ [z].lock", "fix/gr-e-x-y-z-lock"},
		"a prefix for everybody":          {[]Requirement{rulesetBranch(StartsWith, "team/", false)}, 12, "List it", "team/12-list-it"},
		"prefixes of prose, by meaning":   {[]Requirement{{Params: BranchParams{Prefixes: []string{"docs/", "feature/", "bugfix/"}}}}, 12, "List it", "bugfix/12-list-it"},
		"a pattern of prefixes":           {[]Requirement{rulesetBranch(Regex, `\A(feature|hotfix)/[a-z0-9-]+\z`, false)}, 12, "Add it", "feature/12-add-it"},
		"a pattern without slashes":       {[]Requirement{rulesetBranch(Regex, `\A[a-z0-9-]+\z`, false)}, 12, "List it", "12-list-it"},
		"a pattern that wants the issue":  {[]Requirement{rulesetBranch(Regex, `\Aissue-[0-9]+\z`, false)}, 12, "List it", "issue-12"},
		"a pattern of a short name":       {[]Requirement{rulesetBranch(Regex, `\A.{1,20}\z`, false)}, 12, "List all the tokens there are", "fix/12-list-all-the"},
		"a word that is forbidden":        {[]Requirement{rulesetBranch(Contains, "fix/", true)}, 12, "List it", "12-list-it"},
		"an end":                          {[]Requirement{rulesetBranch(EndsWith, "-x", false)}, 12, "List it", "fix/12-list-it-x"},
		"several at once":                 {[]Requirement{rulesetBranch(StartsWith, "team/", false), rulesetBranch(EndsWith, "-x", false)}, 12, "List it", "team/12-list-it-x"},
		"a pattern that nothing fits":     {[]Requirement{rulesetBranch(Regex, `\A[A-Z]{3}\z`, false)}, 12, "List it", "fix/12-list-it"},
		"a pattern that cannot be read":   {[]Requirement{rulesetBranch(Regex, `(`, false)}, 12, "List it", "fix/12-list-it"},
		"requirements about other things": {[]Requirement{{Params: TitleParams{Judge: judgeSemantic}}}, 12, "List it", "fix/12-list-it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := ShapeBranch(c.reqs, c.issue, c.title); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestValidBranchIsGits(t *testing.T) {
	t.Parallel()
	git, err := exec.LookPath("git")
	if err != nil {
		t.Skip("there is no git here")
	}
	for _, name := range []string{"a", "a/b", "a//b", "/a", "a/", ".a", "a/.b", "a.lock", "a.lock/b", "a..b", "a~b", "a^", "a:b", "a?", "a*", "a[b", "a b", "a\tb", "a@{b", "a@b", "-a", "a-", "a.", `a\b`, "#1", "a/#1-b", "ä"} {
		want := exec.CommandContext(t.Context(), git, "check-ref-format", "--branch", name).Run() == nil
		if got := validBranch(name); got != want {
			t.Errorf("%q is valid: %v, git says %v", name, got, want)
		}
	}
}

func TestSuggestTitle(t *testing.T) {
	t.Parallel()
	semantic := []Requirement{{Params: TitleParams{Judge: judgeSemantic, Types: []string{"feat", "fix"}}}}
	commit := func(message string) Commit { return Commit{Message: message, Parents: 1} }
	for name, c := range map[string]struct {
		reqs    []Requirement
		commits []Commit
		branch  string
		want    string
		from    string
	}{
		"the only commit":                {nil, []Commit{commit("Reject tokens\n\nBecause.")}, "x", "Reject tokens", "the only commit"},
		"the first of several":           {nil, []Commit{commit("Reject tokens"), commit("Test it")}, "x", "Reject tokens", "the first commit"},
		"merges and fixups are no title": {nil, []Commit{{Message: "Merge x", Parents: 2}, commit("fixup! y"), commit("Reject tokens")}, "x", "Reject tokens", "the first commit"},
		"a commit that fits":             {semantic, []Commit{commit("feat: reject tokens")}, "x", "feat: reject tokens", "the only commit"},
		"the branch tells the type":      {semantic, []Commit{commit("Reject tokens")}, "fix/398-reject", "fix: reject tokens", "the only commit, mended"},
		"a type in another form":         {semantic, []Commit{commit("Feature: reject tokens")}, "x", "feat: reject tokens", "the only commit, mended"},
		"the branch alone":               {semantic, nil, "fix/398-reject-tokens_now", "fix: reject tokens now", "the branch's name, mended"},
		"nothing fits":                   {semantic, []Commit{commit("Reject tokens")}, "x", "Reject tokens", "the only commit"},
		"nothing at all":                 {semantic, nil, "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			title, from := SuggestTitle(c.reqs, c.commits, c.branch)
			if d := cmp.Diff([]string{c.want, c.from}, []string{title, from}); d != "" {
				t.Errorf("title (-want +got):\n%s", d)
			}
		})
	}
}

func TestWhatMustHoldOfANameIsToldFromAdvice(t *testing.T) {
	t.Parallel()
	must := rulesetBranch("starts_with", "team/", false)
	must.Strength = Must
	should := must
	should.Strength = Should
	if BranchFits([]Requirement{must}, "fix/1") || !BranchFits([]Requirement{must}, "team/1") || !BranchFits([]Requirement{should}, "fix/1") {
		t.Error("a name that must be another is not told from one that may")
	}
}
