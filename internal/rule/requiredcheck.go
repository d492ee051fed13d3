package rule

func requiredCheck() *Rule {
	return &Rule{
		ID:  "required-check",
		Doc: "The checks that the forge requires succeed.",
	}
}
