package rule

func commitHeader() *Rule {
	r := formRule("commit-header", "Commit messages have the form that the project's linter, or its prose, asks for, such as that of Conventional Commits.")
	r.declared = func() Requirement {
		params := HeaderParams{By: "manifest", Tool: "manifest", Grammar: Grammar{Preset: presetSpec}, Rules: proseTypes(), Leaves: []string{leavesDefault}}
		return Requirement{Params: params, Text: params.text()}
	}
	return r
}
