package rule

func ticket() *Rule {
	return &Rule{
		ID:  "ticket",
		Doc: "Commit messages refer to a ticket or an issue, or must not.",
	}
}
