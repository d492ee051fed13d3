package rule

func requiredWorkflow() *Rule {
	return &Rule{
		ID:  "required-workflow",
		Doc: "The workflows that a ruleset requires succeed.",
	}
}
