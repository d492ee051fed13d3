package rule

func secrets() *Rule {
	return &Rule{
		ID:  "secrets",
		Doc: "No added line holds a secret: a token or a private key.",
	}
}
