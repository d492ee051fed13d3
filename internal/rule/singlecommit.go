package rule

func singleCommit() *Rule {
	return &Rule{
		ID:  "single-commit",
		Doc: "A pull request of one commit has that commit's header as its title.",
	}
}
