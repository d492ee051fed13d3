package rule

func forcePush() *Rule {
	return &Rule{
		ID:  "force-push",
		Doc: "What was reviewed is not rewritten where the project asks to leave it as it is.",
	}
}
