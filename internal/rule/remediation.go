package rule

func remediation() *Rule {
	return &Rule{
		ID:  "sign-off-remediation",
		Doc: "Where the project's DCO configuration allows it, a later commit adds the sign-off that an earlier one lacks, in the exact words the enforcer looks for.",
	}
}
