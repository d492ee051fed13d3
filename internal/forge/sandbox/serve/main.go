// Serve puts an empty company on a sandbox forge over https, for measuring:
//
//	go run ./internal/forge/sandbox/serve -dir FOLDER -public localhost:8443
//
// The forge calls itself by the public address, behind which a proxy may stand.
// Its own address, the token of a newcomer, and the file of its authority are
// printed first, one NAME=VALUE on each line, and an empty line ends them. Then
// it obeys its standard input until that ends:
//
//	count               print how many API and git requests there were since
//	forget OWNER/NAME   delete a repository
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/isrc-dev/isrc/internal/forge/sandbox"
)

func main() {
	dir := flag.String("dir", "", "the folder for repositories; it must be there")
	public := flag.String("public", "", "host and port by which clients reach the forge")
	repos := flag.String("repos", "small", "names of the repositories of the organisation platform, between commas")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o := sandbox.Options{Dir: *dir, TLS: true, Public: *public, World: world(strings.Split(*repos, ","))}
	if err := serve(ctx, o, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "serve:", err)
		os.Exit(1) //nolint:gocritic // nothing is left to be stopped
	}
}

func serve(ctx context.Context, o sandbox.Options, in io.Reader, out io.Writer) (err error) {
	f, err := sandbox.Start(ctx, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := fmt.Fprintf(out, "ADDR=%s\nHOST=%s\nTOKEN=%s\nCA=%s\n\n", f.Addr(), f.Host(), f.Token("newcomer"), f.CAFile()); err != nil {
		return err
	}
	counted := 0
	for lines := bufio.NewScanner(in); lines.Scan(); {
		word, rest, _ := strings.Cut(lines.Text(), " ")
		answer := "unknown"
		switch word {
		case "count":
			all := f.Requests()
			answer = count(all[min(counted, len(all)):])
			counted = len(all)
		case "forget":
			answer = "done"
			if err := f.DeleteRepo(rest); err != nil {
				answer = err.Error()
			}
		}
		if _, err := fmt.Fprintln(out, answer); err != nil {
			return err
		}
	}
	return nil
}

// count says how many requests were to the API and how many to git.
func count(all []sandbox.Entry) string {
	kinds := map[string]int{}
	for _, e := range all {
		kinds[e.Kind]++
	}
	return fmt.Sprintf("%d %d", kinds["api"], kinds["git"])
}

// world has repositories that ask what projects usually ask. What else is in them
// is put there by whoever measures.
func world(names []string) *sandbox.World {
	w := sandbox.NewWorld("measured")
	for _, name := range names {
		r := w.AddRepo("platform/"+name, map[string]string{
			"README.md":                        "# " + name + "\n\nSynthetic, for measuring.\n",
			"CONTRIBUTING.md":                  "# Contributing\n\nCommit messages follow [Conventional Commits](https://www.conventionalcommits.org).\nKeep a pull request to one idea.\n",
			".github/pull_request_template.md": "## What changes\n\n<!-- One paragraph. -->\n",
			".github/CODEOWNERS":               "* @platform/maintainers\n",
			".github/workflows/ci.yml":         "on: [pull_request]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: make test\n",
		})
		r.SetRule("pull_request", map[string]any{"required_approving_review_count": 1})
	}
	w.Orgs[0].Teams = []sandbox.Team{{Slug: "maintainers", Name: "Maintainers", Members: []string{"platform-lead"}}}
	return w
}
