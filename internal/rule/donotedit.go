package rule

func doNotEdit() *Rule {
	return &Rule{
		ID:  "do-not-edit",
		Doc: "Files that the project asks to leave alone are left alone.",
	}
}
