package rule

func aiDisclosure() *Rule {
	return &Rule{
		ID:  "ai-disclosure",
		Doc: "The use of AI is disclosed, or avoided, as the project asks.",
	}
}
