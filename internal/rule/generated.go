package rule

func generated() *Rule {
	return &Rule{
		ID:  "generated",
		Doc: "What is generated was generated anew with what it is made from.",
	}
}
