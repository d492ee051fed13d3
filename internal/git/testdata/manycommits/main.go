// Command manycommits writes a stream for git fast-import: a branch main with
// 10,000 files and guidelines, and a branch change with 1,000 commits that
// touch all of them. With "new" the change adds the files instead.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

const (
	files   = 10_000
	commits = 1000
)

func main() {
	if err := write(len(os.Args) > 1 && os.Args[1] == "new"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(fresh bool) error {
	out := bufio.NewWriter(os.Stdout)
	code := strings.Repeat("\tif err := judge(requirement, change); err != nil { return nil, err }\n", 30)
	file := func(i int, text string) {
		fmt.Fprintf(out, "M 100644 inline d%d/f%d.go\ndata %d\n%s\n", i%100, i, len(text), text)
	}
	commit := func(branch, message string, at int) {
		fmt.Fprintf(out, "commit refs/heads/%s\ncommitter Newcomer <newcomer@acme.example> %d +0000\ndata %d\n%s\n", branch, 1_700_000_000+at, len(message), message)
	}
	commit("main", "feat: begin\n", 0)
	for name, text := range map[string]string{
		"CONTRIBUTING.md": "# Contributing\n\nEvery commit must be signed off (`git commit -s`).\nMessages follow Conventional Commits.\n",
		".commitlintrc":   `{"extends": ["@commitlint/config-conventional"]}` + "\n",
	} {
		fmt.Fprintf(out, "M 100644 inline %s\ndata %d\n%s\n", name, len(text), text)
	}
	for i := range files {
		if !fresh {
			file(i, fmt.Sprintf("%s// file %d\n%s", code, i, code))
		}
	}
	fmt.Fprintf(out, "\nreset refs/heads/change\nfrom refs/heads/main\n\n")
	per := files / commits
	for c := range commits {
		commit("change", fmt.Sprintf("fix(api): mend thing %d\n\nIt was broken.\n\nSigned-off-by: Newcomer <newcomer@acme.example>\n", c), c+1)
		for i := c * per; i < (c+1)*per; i++ {
			file(i, fmt.Sprintf("%s// file %d, mended\n%s", code, i, code))
		}
	}
	return out.Flush()
}
