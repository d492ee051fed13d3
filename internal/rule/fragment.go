package rule

func fragment() *Rule {
	return &Rule{
		ID:  "changelog-fragment",
		Doc: "The change brings a changelog fragment: a changeset, or a news file.",
	}
}
