package rule

import "testing"

// What an editor leaves in a message, and what a tool cuts off its beginning,
// is not judged.
func TestToolsLeaveOutWhatIsNoMessage(t *testing.T) {
	t.Parallel()
	cut := "\n# ------------------------ >8 ------------------------\ndiff --git a/x b/x\n+\tlines that nobody wrote as a message "
	hook := "repos:\n  - repo: https://github.com/compilerla/conventional-pre-commit\n    rev: v4.0.0\n    hooks:\n      - id: conventional-pre-commit\n"
	t.Run("conventional-pre-commit", func(t *testing.T) {
		t.Parallel()
		judgeCases(t, onlyLinter(t, map[string]string{".pre-commit-config.yaml": hook}).Params, []toolCase{
			{"all below the scissors", "fix: read empty files" + cut, nil},
			{"a scope in another script", "fix(größe): read empty files", nil},
			{"a scope with another sign", "fix(a+b): read empty files", []string{"type-empty"}},
			{"nothing but a comment", "# read empty files", []string{"type-empty"}},
			{"nothing at all", "\n", []string{"type-empty"}},
		})
	})
	t.Run("gitlint", func(t *testing.T) {
		t.Parallel()
		judgeCases(t, onlyLinter(t, map[string]string{".gitlint": "[general]\nverbosity=1\n"}).Params, []toolCase{
			{"all below the scissors", "Read empty files\n\nThis says why, in twenty letters." + cut, nil},
			{"the scissors of nobody", "Read empty files\n\nThis says why, in twenty letters.\n------------------------ >8 ------------------------ ", []string{"body-trailing-whitespace"}},
			{"nothing at all", "", []string{"body-is-missing", "title-min-length"}},
		})
	})
	t.Run("commit-check", func(t *testing.T) {
		t.Parallel()
		judgeCases(t, onlyLinter(t, map[string]string{"cchk.toml": "[commit]\nconventional_commits = true\n"}).Params, []toolCase{
			{"a scope in another script", "fix(größe): read empty files", nil},
			{"nothing at all passes", "\n", nil},
		})
	})
}

// committed cuts off the marks of unfinished work that it is told to let pass.
func TestCommittedCutsMarks(t *testing.T) {
	t.Parallel()
	judgeCases(t, onlyLinter(t, map[string]string{"committed.toml": "style = \"conventional\"\nsubject_capitalized = false\nno_fixup = false\nno_wip = false\nsubject_length = 20\n"}).Params, []toolCase{
		{"a fixup", "fixup! fix: read files", nil},
		{"a fixup of a fixup", "fixup! squash! fix: read files", nil},
		{"work in progress", "[WIP] fix: read files", nil},
		{"a fixup of what has no form", "fixup! read files", []string{"style"}},
		{"work in progress that keeps its colon", "WIP: fix: read files", []string{"style"}},
		{"the mark is not counted", "squash! fix: read every one of", nil},
		{"what stands behind it is", "squash! fix: read every one of all", []string{"subject_length"}},
		{"nothing at all", "", []string{"style"}},
	})
	judgeCases(t, onlyLinter(t, map[string]string{"committed.toml": "style = \"conventional\"\nsubject_capitalized = false\nno_wip = false\n"}).Params, []toolCase{
		{"one that is not let pass", "fixup! fix: read files", []string{"no_fixup", "style"}},
	})
}
