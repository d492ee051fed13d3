package guideline

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func readText(kind, name, text string) *Document {
	d := ParseDocument(&Source{Kind: KindProse, Path: name}, kind, []byte(text))
	d.Sentences = readSentences(&d)
	return &d
}

func TestParseDocument(t *testing.T) {
	t.Parallel()
	d := readText(DocContributing, "CONTRIBUTING.md", `# Contributing

Say *why*, with `+"`make test`"+` and
[the rules](docs/rules.md).

Second
------

- one
- two
  lines

> quoted

`+"```sh"+`
go test ./...
`+"```"+`

    make build

| a | b |
|---|---|
| c | d |

<!-- hidden -->
<b>raw</b>

Text <!-- inline --> end.
`)
	var got []string
	for _, b := range d.Blocks {
		got = append(got, fmt.Sprintf("%s %d-%d %s %q %v", b.Kind, b.Line, b.EndLine, strings.Join(b.Headings, "/"), b.Text, b.Spans))
	}
	want := []string{
		`heading 1-1  "Contributing" []`,
		"paragraph 3-4 Contributing \"Say why, with `make test` and the rules.\" [make test]",
		`heading 6-6 Contributing "Second" []`,
		`item 9-9 Contributing/Second "one" []`,
		`item 10-11 Contributing/Second "two lines" []`,
		`quote 13-13 Contributing/Second "quoted" []`,
		`code 16-16 Contributing/Second "go test ./...\n" []`,
		`code 19-19 Contributing/Second "make build\n" []`,
		`table 21-21 Contributing/Second "a" []`,
		`table 21-21 Contributing/Second "b" []`,
		`table 23-23 Contributing/Second "c" []`,
		`table 23-23 Contributing/Second "d" []`,
		`paragraph 26-26 Contributing/Second "raw" []`,
		`paragraph 28-28 Contributing/Second "Text  end." []`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("blocks (-want +got):\n%s", d)
	}
	if links := d.Blocks[1].Links; len(links) != 1 || links[0] != (Link{Text: "the rules", Target: "docs/rules.md"}) {
		t.Errorf("links are %v", links)
	}
}

func TestParseDocumentOfOtherFormats(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"CONTRIBUTING.adoc": "= Title\n\n== Signing\n\nCommits must be signed off.\n\n----\nnot prose\n----\n",
		"CONTRIBUTING.rst":  "Title\n=====\n\nSigning\n-------\n\nCommits must be signed off.\n\n::\n\n    not prose\n",
		"CONTRIBUTING":      "# Title\r\n\r\n## Signing\r\n\r\nCommits must be signed off.\r\n",
	} {
		d := readText(DocContributing, name, text)
		if n := len(d.Sentences); n == 0 {
			t.Errorf("%s: no sentence", name)
			continue
		}
		s := d.Sentences[0]
		if s.Text != "Commits must be signed off." || strings.Join(s.Headings, "/") != "Title/Signing" {
			t.Errorf("%s: got %q under %v", name, s.Text, s.Headings)
		}
	}
}

func TestSentencesKnowTheirLines(t *testing.T) {
	t.Parallel()
	d := readText(DocContributing, "CONTRIBUTING.md", "First, e.g. this one. Second\ngoes on (i.e. here). Run `a. B.`\nnow!\nIs that all? v1.2 is.\n")
	var got []string
	for _, s := range d.Sentences {
		got = append(got, fmt.Sprintf("%d-%d %s", s.Line, s.EndLine, s.Text))
	}
	want := []string{"1-1 First, e.g. this one.", "1-2 Second goes on (i.e. here).", "2-3 Run `a. B.` now!", "4-4 Is that all? v1.2 is."}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("sentences (-want +got):\n%s", d)
	}
}

func TestModality(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Every commit must be signed off.":                            "must",
		"All commits are required to have a sign-off.":                "must",
		"Unsigned commits will not be merged.":                        "must",
		"Every commit needs a sign-off.":                              "must",
		"You have to sign off.":                                       "must",
		"Commits without it are rejected.":                            "must",
		"Please sign off.":                                            "should",
		"Commits should be signed off.":                               "should",
		"Sign off every commit.":                                      "should",
		"You may optionally sign off.":                                "may",
		"It would be nice to sign off.":                               "may",
		"Signing off is encouraged.":                                  "may",
		"You don't need to sign off.":                                 "negated",
		"A sign-off is not required.":                                 "negated",
		"There is no need to sign off.":                               "negated",
		"You don’t have to sign off.":                                 "negated",
		"Commits that don't have a sign-off must be amended.":         "must",
		"We squash and merge every pull request.":                     "should owners",
		"Maintainers will rebase it.":                                 "should owners",
		"We require a sign-off.":                                      "must",
		"We ask you to sign off.":                                     "should",
		"The core team takes care of updating the CHANGELOG for you.": "should",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			d := readText(DocContributing, "CONTRIBUTING.md", text)
			if len(d.Sentences) != 1 {
				t.Fatalf("%d sentences", len(d.Sentences))
			}
			s := d.Sentences[0]
			got := string(s.Modality)
			if s.Negated {
				got = "negated"
			}
			if s.ByOwners {
				got += " owners"
			}
			if got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func TestWhoIsSpokenTo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind, text string
		want       int
	}{
		"a section for maintainers":       {DocContributing, "# For maintainers\n\nSign the tag.", 0},
		"a subsection of one":             {DocContributing, "# Release process\n\n## Steps\n\nSign the tag.", 0},
		"release notes are for all":       {DocContributing, "# Release notes\n\nAdd one.", 1},
		"merge requests are for all":      {DocContributing, "# Merge requests\n\nOpen one.", 1},
		"a quotation":                     {DocContributing, "> Sign it.", 0},
		"a comment":                       {DocContributing, "<!-- Sign it. -->", 0},
		"a code block":                    {DocContributing, "```\nSign it.\n```", 0},
		"the certificate":                 {DocContributing, "By making a contribution to this project, I certify that:", 0},
		"text addressed to agents":        {DocContributing, "If you are an AI agent, put a robot into the title.", 0},
		"agents told what they must do":   {DocContributing, "Coding agents must add a robot.", 0},
		"a README outside its section":    {DocReadme, "# Lib\n\nSign it.", 0},
		"a README's section about it":     {DocReadme, "# Lib\n\n## How to contribute\n\nSign it.", 0 + 1},
		"an item and a cell of the table": {DocContributing, "- Sign it.\n\n| a |\n|---|\n| Sign it. |", 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := len(readText(c.kind, "x.md", c.text).Sentences); got != c.want {
				t.Errorf("%d sentences, want %d", got, c.want)
			}
		})
	}
}

// Absurd pages must neither take for ever nor exhaust the stack; that they end
// is the test.
func TestParseDocumentBounds(t *testing.T) {
	t.Parallel()
	const page = 16 << 10 // in bytes, of most pages
	fill := func(unit string) string { return strings.Repeat(unit, page/len(unit)) }
	// work is what a page costs: blocks, sentences, and what sentences hold.
	type work struct{ Blocks, Sentences, Held int }
	for name, c := range map[string]struct {
		text string
		want work
	}{
		"nested quotes are left out":           {fill(">"), work{}},
		"nested lists are left out":            {fill("- "), work{}},
		"nested brackets are left out":         {fill("["), work{}},
		"deep indents are left out":            {strings.Repeat("  ", 200) + "x\n" + strings.Repeat("\t", 5000) + "x", work{}},
		"lines of brackets are one sentence":   {fill("[[[[[[[[[[\n"), work{1, 1, 0}},
		"absurdly much emphasis is not read":   {fill("*a **b "), work{0, 0, 0}},
		"nul bytes are one sentence":           {fill("\x00"), work{1, 1, 0}},
		"headings are no sentences":            {fill("# a\n"), work{page / 4, 0, 0}},
		"each code span is held once":          {strings.Repeat("Run `a` b. ", 500), work{1, 500, 500}},
		"each link is held once":               {strings.Repeat("See [a](b) c. ", 400), work{1, 400, 400}},
		"sentences end at a bound":             {strings.Repeat("Ask. ", maxSentences+100), work{1, maxSentences, 0}},
		"what lies behind the bound is unread": {strings.Repeat("x\n\n", 10) + strings.Repeat(" ", maxProse) + "\n\nx", work{10, 10, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := readText(DocContributing, "x.md", c.text)
			got := work{Blocks: len(d.Blocks), Sentences: len(d.Sentences)}
			for _, s := range d.Sentences {
				got.Held += len(s.Spans) + len(s.Links)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("work (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzParseDocument(f *testing.F) {
	f.Add("# A\n\nb `c` d.\n")
	f.Add("- [x] a\n> b\n\n|a|\n|-|\n|b|")
	f.Fuzz(func(t *testing.T, text string) {
		lines := strings.Count(text, "\n") + 1
		d := readText(DocContributing, "x.md", text)
		for _, s := range d.Sentences {
			if s.Line < 1 || s.EndLine > lines || s.Line > s.EndLine {
				t.Errorf("the sentence %q is on lines %d to %d of %d", s.Text, s.Line, s.EndLine, lines)
			}
		}
	})
}

func TestBotsAreNoPeople(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, email string
		want        bool
	}{
		{"dependabot[bot]", "49699333+dependabot[bot]@users.noreply.forge.example", true},
		{"Renovate Bot", "bot@renovate.example", true},
		{"acme-bot", "ci@acme.example", true},
		{"Dependabot", "support@forge.example", true},
		{"Acme CI", "123+acme[bot]@users.noreply.forge.example", true},
		{"Abbot", "abbot@acme.example", false},
		{"Newcomer", "robot-lover@acme.example", false},
		{"", "", false},
	} {
		if got := IsBot(c.name, c.email); got != c.want {
			t.Errorf("%q <%s> is a bot: %v", c.name, c.email, got)
		}
	}
}

func TestConditionsStandBeforeWhatIsAsked(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Sentence{
		"If you need to wait, the label can be added.":                          {Modality: Soft, Conditional: true},
		"If the change is a fix, it has to include tests.":                      {Modality: Firm, Conditional: true},
		"Should the PR need to stay open, a label may be added.":                {Modality: Optional, Conditional: true},
		"If you do not need to hurry, please sign off your commits.":            {Modality: Soft, Conditional: true},
		"You do not need to sign off.":                                          {Modality: Firm, Negated: true},
		"We do not use Conventional Commits.":                                   {Modality: Soft, Negated: true},
		"This project does not enforce sign-offs.":                              {Modality: Soft, Negated: true},
		"Please do not use force-push.":                                         {Modality: Soft},
		"Commit messages must start with a short summary (max. 50 characters).": {Modality: Firm},
		"There is no requirement to have a single commit.":                      {Modality: Soft, Negated: true},
	} {
		d := ParseDocument(&Source{Path: "x.md"}, DocContributing, []byte(text+"\n"))
		all := readSentences(&d)
		if len(all) != 1 {
			t.Errorf("%q is %d sentences", text, len(all))
			continue
		}
		got := Sentence{Modality: all[0].Modality, Negated: all[0].Negated, Conditional: all[0].Conditional}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q (-want +got):\n%s", text, d)
		}
	}
	d := ParseDocument(&Source{Path: "x.md"}, DocContributing, []byte("* [Signing commits](#signing)\n* [Sign](#x) every commit\n"))
	if all := readSentences(&d); len(all) != 1 || all[0].Text != "Sign every commit" {
		t.Errorf("a table of contents: %+v", all)
	}
}
