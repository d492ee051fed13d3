package rule

func releaseNote() *Rule {
	return &Rule{
		ID:  "release-note",
		Doc: "The description holds a release note in the block that the project reads it from.",
	}
}
