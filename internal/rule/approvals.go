package rule

func approvals() *Rule {
	return &Rule{
		ID:  "approvals",
		Doc: "As many reviewers approve as the forge requires.",
	}
}
