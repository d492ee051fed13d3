package rule

// formRule is a rule on the form of messages: its part of what every linter,
// and prose, asks.
//
//go:noinline
func formRule(id, doc string) *Rule {
	return &Rule{
		ID: id, Doc: doc,
		Derive: func(set *Reading) []Requirement { return formRequirements(set, id) },
		Check:  checkForm,
		merge:  absorbProse,
	}
}

func typeAndScope() *Rule {
	return formRule("type-and-scope", "The type and scope of a message are among those that the project lists.\n\n"+
		"Also their case, and what separates several scopes. A header without the form has neither, and is refused by `commit-header` alone. "+
		"commitlint takes several scopes apart at `/`, `\\` and `,` unless told otherwise, and a scope that is listed as a whole passes; its empty list of types allows none, its empty list of scopes all. "+
		"conform adds `feat` and `fix` to every list.\n\n"+
		"```\ntypes feat, fix; scopes api, cli\naccepted  fix(api,cli): reject tokens\nrejected  feature(api): reject tokens\nrejected  fix(db): reject tokens\n```\n\n"+
		"A type in another case or under a usual other name is rewritten; which scope is meant is left to the author.")
}

func headerLength() *Rule {
	return formRule("header-length", "The first line of a message is no longer than the project allows, counted in the unit of whoever enforces it.\n\n"+
		"commitlint counts as JavaScript does, where an emoji is two; gitlint counts characters, conform bytes. Also the length of type, scope and subject alone. "+
		"Of two numbers in prose, one soft and one hard, the larger counts.\n\n"+
		"```\nat most 20 characters\naccepted  fix: reject tokens\nrejected  fix: reject all the tokens\n```\n\n"+
		"What can be left out nobody knows but the author, so nothing is mended.")
}

func headerMinimum() *Rule {
	return formRule("header-minimum", "The header of a message has its parts, and is as long as the project asks at least.\n\n"+
		"A scope that must be there, and the least length of header, type, scope and subject. A part that is not there is not too short: whether it must be there is another question.\n\n"+
		"```\na scope; subject of at least 8 characters\naccepted  fix(api): reject tokens\nrejected  fix: reject tokens\nrejected  fix(api): mend\n```\n\n"+
		"Nothing is mended: the words are the author's.")
}

func subjectCase() *Rule {
	return formRule("subject-case", "The subject is written in the case that the project asks for.\n\n"+
		"commitlint looks only at a subject that begins with a letter that can have a case, drops what stands in quotation marks or backticks, and takes words as lodash does; "+
		"config-conventional forbids sentence-case, start-case, pascal-case and upper-case. Other tools look at the first letter.\n\n"+
		"```\nnever sentence-case, start-case, pascal-case, upper-case\naccepted  fix: reject HTTP tokens\naccepted  fix: `Token` is rejected\nrejected  fix: Reject tokens\n```\n\n"+
		"The first letter is turned when asked for by name; whether a word is a name cannot be seen from outside.")
}

func subjectEnd() *Rule {
	return formRule("subject-end", "The header ends without the punctuation that the project forbids.\n\n"+
		"Or with what it asks for, and without blanks around it. commitlint looks at the whole header, takes an ellipsis for no full stop, and lets a header pass that ends with its first colon.\n\n"+
		"```\nno full stop\naccepted  fix: and so on...\nrejected  fix: reject tokens.\n```\n\n"+
		"What is too much is cut.")
}

func lineLength() *Rule {
	return formRule("line-length", "The lines of a message's body and footer are no longer than the project allows.\n\n"+
		"For commitlint a line with a link may be as long as it likes; gitlint makes no exception. The footer begins, for commitlint, with the first word and colon at the beginning of a line, "+
		"before version 21 with the first reference to an issue; what enforces it and which version decides.\n\n"+
		"```\nat most 40 characters\naccepted  See https://acme.example/a/long/path/to/all/of/it\nrejected  A line that is a little longer than forty characters.\n```\n\n"+
		"Lines are broken at words. Lists and quotations keep their form; code, trailers and links stay as they are.")
}

func messageBody() *Rule {
	return formRule("message-body", "A message has a body, as long as the project asks.\n\n"+
		"Also a footer, the case of the body and its end, where a linter asks for them. What belongs to the footer is no body.\n\n"+
		"```\na body of at least 10 characters\naccepted  fix: reject tokens / (blank line) / They live for ever.\nrejected  fix: reject tokens\nrejected  fix: reject tokens / (blank line) / Why.\n```\n\n"+
		"Nothing is mended: the words are the author's.")
}

func blankLine() *Rule {
	return formRule("blank-line", "A blank line parts the header from the body, and the body from the footer.\n\n"+
		"commitlint reads the second line as it is, so that blanks in it are no blank line, and looks for the first line that reads like the footer's. config-conventional only warns.\n\n"+
		"```\naccepted  fix: reject tokens / (blank line) / They live for ever. / (blank line) / Closes: #12\nrejected  fix: reject tokens / They live for ever.\n```\n\n"+
		"The lines are set where they are missing.")
}

func breakingChange() *Rule {
	return formRule("breaking-change", "A breaking change is marked in the header and in the footer.\n\n"+
		"Or in one of them, or not with a `!`: as the linter asks. commitlint wants `BREAKING CHANGE:` or `BREAKING-CHANGE:` in capitals at the beginning of a line of the footer, though small letters begin a footer, too.\n\n"+
		"```\n\"!\" and BREAKING CHANGE together\naccepted  feat!: drop it / (blank line) / BREAKING CHANGE: it is gone\nrejected  feat!: drop it\n```\n\n"+
		"What breaks only the author can say, so nothing is mended.")
}
