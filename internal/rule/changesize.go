package rule

func changeSize() *Rule {
	return &Rule{
		ID:  "change-size",
		Doc: "The change is as small as the project asks.",
	}
}
