package rule

func trailers() *Rule {
	return &Rule{
		ID:  "trailers",
		Doc: "Commit messages carry the trailers that the project asks for.",
	}
}
