package rule

// formRule is a rule on the form of messages: its part of what every linter,
// and prose, asks.
func formRule(id, doc string) *Rule {
	return &Rule{
		ID: id, Doc: doc,
		Derive: func(set *Reading) []Requirement { return formRequirements(set, id) },
		Check:  checkForm,
		merge:  absorbProse,
	}
}

func typeAndScope() *Rule {
	return formRule("type-and-scope", "The type and scope of a message are among those that the project lists.")
}

func headerLength() *Rule {
	return formRule("header-length", "The first line of a message is no longer than the project allows, counted in the unit of whoever enforces it.")
}

func headerMinimum() *Rule {
	return formRule("header-minimum", "The header of a message has its parts, and is as long as the project asks at least.")
}

func subjectCase() *Rule {
	return formRule("subject-case", "The subject is written in the case that the project asks for.")
}

func subjectEnd() *Rule {
	return formRule("subject-end", "The header ends without the punctuation that the project forbids.")
}

func lineLength() *Rule {
	return formRule("line-length", "The lines of a message's body and footer are no longer than the project allows.")
}

func messageBody() *Rule {
	return formRule("message-body", "A message has a body, as long as the project asks.")
}

func blankLine() *Rule {
	return formRule("blank-line", "A blank line parts the header from the body, and the body from the footer.")
}

func breakingChange() *Rule {
	return formRule("breaking-change", "A breaking change is marked in the header and in the footer.")
}
