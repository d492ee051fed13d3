package rule

func mergeMethod() *Rule {
	return &Rule{
		ID:  "merge-method",
		Doc: "The change can be merged in a way that the project allows.",
	}
}
