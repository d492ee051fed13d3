package rule

func unfinished() *Rule {
	return &Rule{
		ID:  "unfinished",
		Doc: "No commit is work in progress, waits to be squashed, or merges.",
	}
}
