package rule

func contradiction() *Rule {
	return &Rule{
		ID:  "contradiction",
		Doc: "What prose asks and what is enforced do not contradict each other.",
	}
}
