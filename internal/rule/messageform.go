package rule

func typeAndScope() *Rule {
	return &Rule{
		ID:  "type-and-scope",
		Doc: "The type and scope of a message are among those that the project lists.",
	}
}

func headerLength() *Rule {
	return &Rule{
		ID:  "header-length",
		Doc: "The first line of a message is no longer than the project allows, counted in the unit of whoever enforces it.",
	}
}

func headerMinimum() *Rule {
	return &Rule{
		ID:  "header-minimum",
		Doc: "The header of a message has its parts, and is as long as the project asks at least.",
	}
}

func subjectCase() *Rule {
	return &Rule{
		ID:  "subject-case",
		Doc: "The subject is written in the case that the project asks for.",
	}
}

func subjectEnd() *Rule {
	return &Rule{
		ID:  "subject-end",
		Doc: "The header ends without the punctuation that the project forbids.",
	}
}

func lineLength() *Rule {
	return &Rule{
		ID:  "line-length",
		Doc: "The lines of a message's body and footer are no longer than the project allows.",
	}
}

func messageBody() *Rule {
	return &Rule{
		ID:  "message-body",
		Doc: "A message has a body, as long as the project asks.",
	}
}

func blankLine() *Rule {
	return &Rule{
		ID:  "blank-line",
		Doc: "A blank line parts the header from the body, and the body from the footer.",
	}
}

func breakingChange() *Rule {
	return &Rule{
		ID:  "breaking-change",
		Doc: "A breaking change is marked in the header and in the footer.",
	}
}
