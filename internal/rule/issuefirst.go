package rule

func issueFirst() *Rule {
	return &Rule{
		ID:  "issue-first",
		Doc: "An issue comes first where the project wants to agree before code is written.",
	}
}
