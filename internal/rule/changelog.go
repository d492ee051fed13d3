package rule

func changelog() *Rule {
	return &Rule{
		ID:  "changelog",
		Doc: "The change is noted in the changelog.",
	}
}
