package rule

func baseBranch() *Rule {
	return &Rule{
		ID:  "base-branch",
		Doc: "The pull request goes to the branch that the project takes changes on.",
	}
}
