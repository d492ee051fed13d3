package rule

func tests() *Rule {
	return &Rule{
		ID:  "tests",
		Doc: "Tests change with the code.",
	}
}
