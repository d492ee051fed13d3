package rule

func fileSize() *Rule {
	return &Rule{
		ID:  "file-size",
		Doc: "No file is larger than the project takes.",
	}
}
