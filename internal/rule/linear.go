package rule

func linearHistory() *Rule {
	return &Rule{
		ID:  "linear-history",
		Doc: "The branch has no merge commits where the project keeps its history linear.",
	}
}
