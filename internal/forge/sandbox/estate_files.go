package sandbox

import (
	"fmt"
	"strings"
)

type language struct{ name, file, manifest, text string }

type words struct {
	teams, domains, things, kinds, parts, verbs, sentences, changes []string
	languages                                                       []language
}

// estateWords is what an Estate is made of.
func estateWords() words {
	list := strings.Fields
	return words{
		teams:     list("core web data tools mobile reliability"),
		domains:   list("billing invoice ledger parcel fleet sensor session token audit catalog pricing checkout basket customer partner contract policy claim meter grid route ticket booking stream media archive report forecast fraud consent"),
		things:    list("gateway parser scheduler cache validator exporter importer notifier planner mapper registry broker renderer indexer watcher limiter signer router collector resolver monitor builder migrator simulator"),
		kinds:     list("service library client plugin action chart module toolkit template dashboard operator pipeline"),
		parts:     list("start-up documentation retries metrics logging timeouts configuration tests errors permissions"),
		verbs:     list("improve explain shorten measure protect simplify"),
		sentences: []string{"the defaults surprise newcomers", "large inputs take minutes", "the error names no cause", "two teams maintain copies of the same code", "nothing says which version is supported", "a restart loses what was queued"},
		changes:   []string{"feat: add retries to the", "fix: close the connection of the", "docs: explain the", "refactor: split the", "perf: cache results of the", "test: cover the", "build: update what is used by the", "ci: lint the"},
		languages: []language{
			{"Go", "main.go", "go.mod", "package main\n\nfunc main() {}\n"},
			{"Java", "src/main/java/Main.java", "pom.xml", "class Main {}\n"},
			{"Python", "src/main.py", "pyproject.toml", "def main():\n    pass\n"},
			{"TypeScript", "src/index.ts", "package.json", "export {}\n"},
			{"Rust", "src/main.rs", "Cargo.toml", "fn main() {}\n"},
			{"HCL", "main.tf", "versions.tf", "terraform {}\n"},
		},
	}
}

// files writes a repository's tree: a README always, the rest as people do.
func (e *estate) files(r *Repo, org *Org, team Team, lang language, domain, thing string) {
	add := func(path, data string) { r.Files = append(r.Files, File{Path: path, Data: data}) }
	add("README.md", e.readme(r, domain, thing))
	add(lang.file, strings.Repeat("// "+r.Name+"\n", 1+e.r.IntN(20))+lang.text)
	add(lang.manifest, "# "+r.Name+"\n")
	if r.License != "" {
		add("LICENSE", r.License+"\n")
	}
	if e.chance(60) {
		where := pick(e, []string{"CONTRIBUTING.md", ".github/CONTRIBUTING.md", "docs/CONTRIBUTING.md"})
		text := "# Contributing\n\n"
		for _, part := range e.some([]string{
			"## Build\n\nRun `make build` first.\n\n", "## Test\n\nRun `make test` before you push.\n\n",
			"## Submit\n\nOpen a pull request against `main`; write what and why.\n\n", "## Answers\n\nWe answer within two working days.\n\n",
		}, 4) {
			text += part
		}
		add(where, text)
	}
	if e.chance(55) {
		add(pick(e, []string{".github/CODEOWNERS", "CODEOWNERS"}), fmt.Sprintf("* @%s/%s\n/docs/ @%s-lead\n", org.Login, team.Slug, org.Login))
	}
	if e.chance(20) {
		add(".github/ISSUE_TEMPLATE/bug.md", "---\nname: Bug\nabout: Something does not work\n---\nWhat happened?\n")
		add(".github/pull_request_template.md", "## Why\n\n## What\n")
	}
	if e.chance(30) {
		add(".github/workflows/ci.yml", "name: CI\non: [pull_request]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps: []\n")
	}
	if e.chance(15) {
		add("innersource.json", fmt.Sprintf("{\n  \"title\": %q,\n  \"motivation\": \"One %s for all\",\n  \"skills\": [%q],\n  \"contributions\": [\"Any\"],\n  \"isrc\": {\"schema\": 1, \"owner\": \"%s/%s\", \"provides\": [%q]}\n}\n",
			titleWords(r.Name), thing, lang.name, org.Login, team.Slug, domain+" "+thing))
	}
	if e.chance(10) {
		add("catalog-info.yaml", fmt.Sprintf("apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: %s\n  tags: [%s]\nspec:\n  type: service\n  lifecycle: production\n  owner: %s\n", r.Name, domain, team.Slug))
	}
	if e.chance(30) {
		add("CODE_OF_CONDUCT.md", "# Code of conduct\n\nBe kind.\n")
	}
	sortFiles(r.Files)
}

func (e *estate) readme(r *Repo, domain, thing string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s.\n\n", titleWords(r.Name), r.Description)
	for range 2 + e.r.IntN(4) {
		fmt.Fprintf(&b, "## %s\n\n", titleWords(pick(e, e.words.parts)))
		for range 1 + e.r.IntN(4) {
			fmt.Fprintf(&b, "The %s %s helps you %s %s and %s: %s. ", domain, thing, pick(e, e.words.verbs), pick(e, e.words.parts), pick(e, e.words.things), pick(e, e.words.sentences))
		}
		b.WriteString("\n\n")
	}
	return b.String()
}
