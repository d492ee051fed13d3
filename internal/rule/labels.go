package rule

func labels() *Rule {
	return &Rule{
		ID:  "labels",
		Doc: "The pull request has the labels that the project asks for.",
	}
}
