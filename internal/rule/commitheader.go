package rule

func commitHeader() *Rule {
	r := formRule("commit-header", "Commit messages have the form that the project's linter, or its prose, asks for, such as that of Conventional Commits.\n\n"+
		"That a header has a type and a subject, and the patterns that a message must match. Who judges decides the grammar: commitlint with the conventional preset reads `!` but no `-` in a type, "+
		"without a preset it reads no `!`; conform takes no empty scope; gitlint takes any type; a ruleset's pattern may match in any line. With prose alone Conventional Commits 1.0.0 is read as leniently as it can be. "+
		"Messages that the linter leaves alone, such as merges and reverts, pass.\n\n"+
		"A configuration that no workflow is seen to run must be followed unless merged history shows that it is not, and should be where a workflow runs it on titles only. "+
		"What of it is code is unknown, and said here once.\n\n"+
		"```\naccepted  feat(api)!: reject tokens\nrejected  reject tokens\nrejected  feat(api):reject tokens\n```\n\n"+
		"A header that is nearly right is set right; a type that only the branch's name suggests is proposed.")
	r.declared = func() Requirement {
		params := HeaderParams{By: "manifest", Tool: "manifest", Grammar: Grammar{Preset: presetSpec}, Rules: proseTypes(), Leaves: []string{leavesDefault}}
		return Requirement{Params: params, Text: params.text()}
	}
	return r
}
