package rule

func documentation() *Rule {
	return &Rule{
		ID:  "documentation",
		Doc: "Documentation changes with what users see.",
	}
}
