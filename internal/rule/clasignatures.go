package rule

func claSignatures() *Rule {
	return &Rule{
		ID:  "cla-signatures",
		Doc: "A contributor licence agreement is signed in a file of a repository, by the numeric identity of each author.",
	}
}
