package estate

// generalSentences stand in READMEs of any kind, the most common first.
func generalSentences() []string {
	return []string{
		"Please open an issue if something does not work as expected.",
		"Logs are written to standard output and collected by the platform.",
		"The service is deployed by the pipeline after a merge to main.",
		"Ask in our channel before you start on something large.",
		"Configuration is read from the environment.",
		"The API is described in the openapi folder.",
		"Metrics are exposed on port 9090.",
		"Run the tests before you open a pull request.",
		"Access is granted through the usual request form.",
		"Secrets are mounted by the platform and never committed.",
		"We follow semantic versioning.",
		"Requests are authenticated with the token of the calling service.",
		"A dashboard with the most important figures is linked in the wiki.",
		"Events are published to the message bus.",
		"The database is migrated at start.",
		"See the changelog for what is new.",
		"This project is maintained by the team named in CODEOWNERS.",
		"Health and readiness are reported under the usual paths.",
		"The library has no dependencies but the standard library.",
		"Error messages carry a code that is explained in the manual.",
		"Retries and timeouts can be set per client.",
		"Images are pushed to the internal registry.",
		"Old versions receive security fixes for six months.",
		"Performance was measured with ten thousand requests per second.",
		"The user interface is translated into four languages.",
		"A cache keeps the results of expensive calls for a minute.",
		"Data is deleted after ninety days.",
		"Reports are sent by email every Monday.",
		"Customers and orders in the examples are invented.",
		"On-call is shared with the platform team.",
		"The architecture is drawn in docs/architecture.",
		"Feature switches are listed in flags.yaml.",
		"Rate limits of the upstream API apply.",
		"The schema of all messages is kept in the registry.",
		"Files larger than ten megabytes are rejected.",
		"Uploads are scanned for viruses by the gateway.",
		"Search is eventually consistent.",
		"Prices include tax unless stated otherwise.",
		"The scheduler starts the job at two in the morning.",
		"Backups are taken by the database team.",
		"A second instance runs in the other data centre.",
		"Tracing headers are passed on to other services.",
		"The mobile app uses the same interface.",
		"Documents are rendered in the background.",
		"A notification is sent when the import has finished.",
		"Invoices are booked at the end of the month.",
		"Reviews usually take two working days.",
		"Terraform creates everything that is needed in a new account.",
		"The map in the header is only shown on large screens.",
		"Date and time are in UTC everywhere.",
		"Stock figures are updated every five minutes.",
		"Payments in the test system are not real.",
		"The model is trained again every week.",
		"Labels are printed on the device that is nearest.",
		"Machines send their values every second.",
		"Employees see only their own data.",
	}
}

func building(title, language string) []string {
	t := slug(title)
	switch language {
	case "Go":
		return []string{"go get git.example.com/" + t, "Build with go build ./... and test with go test ./...", "make test"}
	case "Java", "Kotlin", "Scala":
		return []string{"Add the dependency com.example:" + t + " to your build.", "Run ./gradlew build", "Run mvn verify"}
	case "TypeScript", "JavaScript":
		return []string{"npm install @example/" + t, "npm ci && npm test", "Run yarn build and open localhost"}
	case "Python":
		return []string{"pip install " + t, "Run pytest in a virtual environment.", "poetry install && poetry run pytest"}
	case "HCL":
		return []string{"terraform init && terraform plan"}
	case "Rust", "C++":
		return []string{"cargo build --release", "cmake -B build && cmake --build build"}
	default:
		return []string{"Clone the repository and read the Makefile.", "Run make, then make test."}
	}
}

func contributing() []string {
	return []string{
		"Contributions are welcome, see CONTRIBUTING.",
		"Open an issue first, then a pull request with tests.",
		"We answer pull requests within two working days.",
		"Bug reports are welcome, for features please talk to us first.",
		"Small fixes can be merged by two reviewers of any team.",
	}
}

func portalNames() []string {
	return []string{"awesome-internal", "engineering-handbook", "tech-radar", "onboarding", "getting-started", "all-services",
		"developer-guide", "how-we-work", "platform-overview", "playground-index", "everything", "new-joiners",
		"architecture-overview", "service-list", "links", "cookbook", "legacy-monolith", "monorepo"}
}

func experimentPrefixes() []string {
	return []string{"my-", "test-", "poc-", "try-", "hackathon-", "learning-", "spike-", ""}
}
