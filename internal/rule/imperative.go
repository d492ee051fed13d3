package rule

func imperative() *Rule {
	return &Rule{
		ID:  "imperative",
		Doc: "The subject is written in the imperative mood.",
	}
}
