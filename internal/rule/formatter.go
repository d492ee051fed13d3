package rule

func formatter() *Rule {
	return &Rule{
		ID:  "formatter",
		Doc: "The project's formatters and linters have nothing to say.",
	}
}
