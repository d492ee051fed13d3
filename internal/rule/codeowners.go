package rule

func codeOwners() *Rule {
	return &Rule{
		ID:  "code-owners",
		Doc: "The owners of the touched paths approve.",
	}
}
