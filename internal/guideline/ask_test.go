package guideline

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func place(q Quote) string {
	if q.Source == nil {
		return ""
	}
	return fmt.Sprintf("%s:%d", q.Source.Path, q.Line)
}

func TestOwner(t *testing.T) {
	t.Parallel()
	manifest := "{\"isrc\": {\n\"owner\": \"group:default/identity\"}}"
	catalog := "spec:\n  owner: group:platform\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"the manifest first":             {map[string]string{"innersource.json": manifest, "catalog-info.yaml": catalog, "CODEOWNERS": "* @acme/x"}, "group:default/identity innersource.json:2"},
		"then the catalog":               {map[string]string{"catalog-info.yaml": catalog, "CODEOWNERS": "* @acme/x"}, "group:platform catalog-info.yaml:2"},
		"then the owners of everything":  {map[string]string{"CODEOWNERS": "* @acme/x\n/a @acme/y\n* @acme/z @acme/w"}, "@acme/z @acme/w CODEOWNERS:3"},
		".github's CODEOWNERS wins":      {map[string]string{"CODEOWNERS": "* @acme/x", ".github/CODEOWNERS": "* @acme/y"}, "@acme/y .github/CODEOWNERS:1"},
		"owners of a part answer nobody": {map[string]string{"CODEOWNERS": "/a @acme/x"}, ""},
		"everything given up":            {map[string]string{"CODEOWNERS": "* @acme/x\n*"}, ""},
		"nobody":                         {map[string]string{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			owner, said, ok := readSet(t, Query{}, fakeTrees{"acme/lib": c.files}, fakeSettings{}).Owner()
			got := ""
			if ok {
				got = owner + " " + place(said)
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestChannel(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"the manifest":                  {map[string]string{"innersource.json": `{"isrc": {"support": {"channel": "#auth"}}}`, "README.md": "Ask in #other on Slack."}, "#auth innersource.json:1"},
		"a channel in a sentence":       {map[string]string{"README.md": "# Lib\n\nSee #12.\n\nQuestions go to #auth-help."}, "#auth-help README.md:5"},
		"SUPPORT before README":         {map[string]string{"README.md": "Ask in #a-channel.", "SUPPORT.md": "Ask in #b-channel."}, "#b-channel SUPPORT.md:1"},
		"a mailing list":                {map[string]string{"CONTRIBUTING.md": "Write to the mailing list, auth@lists.acme.example."}, "auth@lists.acme.example CONTRIBUTING.md:1"},
		"a heading tells what it is":    {map[string]string{"README.md": "## Chat\n\n`#auth-help`"}, "#auth-help README.md:3"},
		"a colour or an anchor is not":  {map[string]string{"README.md": "Its colour is #fefefe; see [it](#usage)."}, ""},
		"an address for something else": {map[string]string{"CONTRIBUTING.md": "Contact abuse@acme.example to report abuse."}, ""},
		"nothing":                       {map[string]string{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			channel, said, ok := readSet(t, Query{}, fakeTrees{"acme/lib": c.files}, fakeSettings{}).Channel()
			got := ""
			if ok {
				got = channel + " " + place(said)
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestTakesContributions(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		manifest, contributing, readme string
		want                           string
		review                         string
	}{
		"a .gitreview":                       {readme: "# Lib", review: "[gerrit]\nhost=review.example.com\nport=29418\nproject=acme/lib.git\n", want: "elsewhere .gitreview:2"},
		"a .gitreview, and a welcome":        {readme: "Contributions are welcome!", review: "# ours\n[gerrit]\nproject = lib\nhost = review.example.com\n", want: "elsewhere .gitreview:4"},
		"a .gitreview that was left":         {contributing: "Keep PRs small.", review: "[gerrit]\nhost=review.example.com\n", want: "pull-requests CONTRIBUTING.md:1"},
		"a .gitreview, and a manifest":       {manifest: `{"isrc": {"governance": 2}}`, review: "[gerrit]\nhost=review.example.com\n", want: "pull-requests innersource.json:1"},
		"a .gitreview and prose":             {readme: "Pull requests on GitHub are ignored.", review: "[gerrit]\nhost=review.example.com\n", want: "elsewhere README.md:1"},
		"a .gitreview for here":              {review: "[gerrit]\nhost=forge.example\n", want: "unknown "},
		"a .gitreview for nowhere":           {review: "[gerrit]\nhost=$(id)\n", want: "unknown "},
		"a .gitreview that is none":          {review: "host=review.example.com", want: "unknown "},
		"a manifest for issues only":         {manifest: `{"isrc": {"governance": 1}}`, contributing: "Please open a pull request.", want: "issues-only innersource.json:1"},
		"a mode for issues only":             {manifest: `{"isrc": {"governance": 3, "contribute": {"mode": "issues-only"}}}`, want: "issues-only innersource.json:1"},
		"a manifest that requires issues":    {manifest: `{"isrc": {"governance": 2, "contribute": {"issueRequired": true}}}`, want: "issue-first innersource.json:1"},
		"a manifest that welcomes":           {manifest: `{"isrc": {"governance": 2}}`, want: "pull-requests innersource.json:1"},
		"a manifest with a way":              {manifest: `{"isrc": {"contribute": {"mode": "fork"}}}`, want: "pull-requests innersource.json:1"},
		"a manifest that says nothing of it": {manifest: `{"isrc": {"owner": "x"}}`, contributing: "Open a pull request.", want: "pull-requests CONTRIBUTING.md:1"},
		"prose that refuses":                 {contributing: "Open a pull request.\n\nWe do not accept pull requests.", want: "issues-only CONTRIBUTING.md:3"},
		"a README that refuses":              {readme: "# Lib\n\nThis repository does not accept external contributions.", want: "issues-only README.md:3"},
		"pull requests that are ignored":     {contributing: "Changes are sent for review by Gerrit.\n\nPull requests submitted through GitHub will be ignored.", want: "elsewhere CONTRIBUTING.md:3"},
		"none are to be opened here":         {readme: "# Lib\n\nPlease do not open pull requests here.", want: "elsewhere README.md:3"},
		"a read-only mirror":                 {readme: "# Lib\n\nThis repository is a read-only mirror of git.example.com.", want: "elsewhere README.md:3"},
		"they are looked at weekly":          {contributing: "Pull requests on GitHub are reviewed every Monday.", want: "pull-requests CONTRIBUTING.md:1"},
		"stale ones are closed":              {contributing: "Pull requests on GitHub will be closed after thirty days.", want: "pull-requests CONTRIBUTING.md:1"},
		"a mirror that takes them":           {readme: "# Lib\n\nThis is a mirror; we accept pull requests.", want: "pull-requests README.md:3"},
		"a condition refuses nobody":         {contributing: "We do not accept pull requests without tests.", want: "pull-requests CONTRIBUTING.md:1"},
		"issues only":                        {readme: "Issues only, please.", want: "issues-only README.md:1"},
		"an issue first":                     {contributing: "Please open an issue first.\n\nThen open a pull request.", want: "issue-first CONTRIBUTING.md:1"},
		"before you begin":                   {contributing: "Pull requests are welcome.\n\nBefore you start working, create an issue.", want: "issue-first CONTRIBUTING.md:3"},
		"an issue is not needed":             {contributing: "You don't need to open an issue first.", want: "unknown "},
		"how to report bugs is not asked":    {contributing: "# Reporting bugs\n\nOpen an issue before anything else.", want: "unknown "},
		"how they are made is said":          {contributing: "Keep PRs small.", want: "pull-requests CONTRIBUTING.md:1"},
		"welcome":                            {readme: "Contributions are welcome!", want: "pull-requests README.md:1"},
		"nothing":                            {want: "unknown "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := map[string]string{"innersource.json": c.manifest, "CONTRIBUTING.md": c.contributing, "README.md": c.readme, ".gitreview": c.review}
			for k, v := range files {
				if v == "" {
					delete(files, k)
				}
			}
			mode, said := readSet(t, Query{}, fakeTrees{"acme/lib": files}, fakeSettings{}).TakesContributions()
			if got := mode + " " + place(said); got != c.want {
				t.Errorf("got %q (%s), want %q", got, said.Text, c.want)
			}
		})
	}
}

func TestCommands(t *testing.T) {
	t.Parallel()
	set := readSet(t, Query{}, fakeTrees{"acme/lib": {
		"innersource.json": `{"isrc": {"contribute": {"verify": ["make verify", "./judge"]}}}`,
		"CONTRIBUTING.md": "# Contributing\n\nMake sure that `make build` works; make changes and run\n`make test`, or `make test` again. Use `make <target>`.\n\n" +
			"```console\n$ go vet ./...\nok\n$ gofmt -w . # tidy\n```\n\n```go\nmake build-go\n```\n\n> `make quoted`\n\n    go build ./cmd/lib\n\n" +
			"# Release\n\n`make release-test`\n\n# Other\n\n`make publish` `git commit -s` `npm run test:unit` `go test ./... -run latest` `cargo test`\n",
		"README.md": "# Lib\n\n`make all`\n\n## Development\n\n`make lint`\n\n## Install\n\n`npm install lib`\n",
	}}, fakeSettings{})
	var got []string
	for _, c := range set.Commands() {
		got = append(got, c.Purpose+" "+c.Text+" "+place(c.Said))
	}
	want := []string{
		"test make verify innersource.json:1", "test ./judge innersource.json:1",
		"build make build CONTRIBUTING.md:3", "test make test CONTRIBUTING.md:4",
		"lint go vet ./... CONTRIBUTING.md:7", "format gofmt -w . CONTRIBUTING.md:9",
		"build go build ./cmd/lib CONTRIBUTING.md:18",
		"lint make lint README.md:7",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("commands (-want +got):\n%s", d)
	}
}

// The words that are looked for first may miss nothing that the patterns find.
func TestWhatTakesContributionsIsNotPassedOver(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"We do not accept PRs.", "Cannot merge external patches", "Issues only", "only accepts bug reports", "Please open an issue first.",
		"before you start, file a ticket", "Open a PR!", "PRs are welcome", "(PR) send us a patch", "we love all contributions", "a PR-based flow", "merge requests",
	} {
		p := askPattern()
		if !mayTake(text) || !p.takes(text) {
			t.Errorf("%q is passed over", text)
		}
		if !p.pulls.MatchString(text) && !maySayTake(text) {
			t.Errorf("%q is passed over in README", text)
		}
	}
	for _, text := range []string{"The project provides products.", "issue a token", "prs_x", "xPRs", ""} {
		if mayTake(text) {
			t.Errorf("%q is read closely", text)
		}
	}
}
