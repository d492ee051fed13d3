package rule

func commitCount() *Rule {
	return &Rule{
		ID:  "commit-count",
		Doc: "The change has as many commits as the project takes.",
	}
}
