package rule

func licenceHeader() *Rule {
	return &Rule{
		ID:  "licence-header",
		Doc: "New files begin with the licence header.",
	}
}
