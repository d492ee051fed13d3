package rule

func signedCommits() *Rule {
	return &Rule{
		ID:  "signed-commits",
		Doc: "Commits carry signatures that the forge can verify.",
	}
}
