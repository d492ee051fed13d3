package rule

func cla() *Rule {
	return &Rule{
		ID:  "cla",
		Doc: "A contributor licence agreement is signed, with a hosted service that reports a check.",
	}
}
