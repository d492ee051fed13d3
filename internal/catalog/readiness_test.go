package catalog

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/guideline"
)

// profile is a repository with these files and nothing else that speaks for it.
func profile(files map[string]string) forge.Profile {
	p := forge.Profile{Repo: repo("acme/tool", "", 1), Files: files, Listed: map[string][]string{"": {}, ".github": {}, "docs": {}}, Teams: []forge.Team{}}
	p.UpdatedAt, p.CreatedAt = p.PushedAt, now.AddDate(-2, 0, 0)
	for name := range files {
		dir, base := "", name
		if i := strings.LastIndexByte(name, '/'); i >= 0 {
			dir, base = name[:i], name[i+1:]
		}
		p.Listed[dir] = append(p.Listed[dir], base)
	}
	return p
}

func pointOf(t *testing.T, r *Record, id string) Point {
	t.Helper()
	p := r.Readiness.Point(id)
	if p == nil {
		t.Fatalf("there is no point %s", id)
	}
	return *p
}

func TestReadinessReadsSectionsAndSentences(t *testing.T) {
	t.Parallel()
	const contributing, readme = "CONTRIBUTING.md", "README.md"
	for name, c := range map[string]struct {
		file, text, point, state, from string
	}{
		"a command in a block":                       {contributing, "# Contributing\n\nThe usual steps:\n\n```sh\n$ git clone it\n$ make build\n```\n", pointBuild, PointMet, "CONTRIBUTING.md:7"},
		"a command in a sentence":                    {contributing, "Please be kind to all the others.\n\nThe tests are run with `go test ./...` here.\n", pointTest, PointMet, "CONTRIBUTING.md:3"},
		"a section with steps":                       {contributing, "# Hello\n\n## Building\n\nInstall the compiler of your system, and build with the usual tools.\n", pointBuild, PointMet, "CONTRIBUTING.md:5"},
		"a badge is no build instruction":            {contributing, "# Hello\n\n## Build status\n\n[![Build status](https://ci/x.svg)](https://ci/x)\n\nWe are very kind to each other in this project.\n", pointBuild, PointMissing, "CONTRIBUTING.md"},
		"the word build is no build instruction":     {contributing, "Help us to make the best tools, so that the builds of all teams are green.\n", pointBuild, PointMissing, "CONTRIBUTING.md"},
		"a heading over nothing counts for nothing":  {contributing, "# Hello\n\n## Testing\n\n## Other\n\nThis is a page about all the other things.\n", pointTest, PointMissing, "CONTRIBUTING.md"},
		"tests that must pass are no way to test":    {contributing, "All of the tests must pass before a change is merged.\n", pointTest, PointMissing, "CONTRIBUTING.md"},
		"how to submit":                              {contributing, "When you are done, open a pull request against main.\n", pointSubmit, PointMet, "CONTRIBUTING.md:1"},
		"how not to submit":                          {contributing, "Please do not open pull requests, the repository is a mirror of another.\n", pointSubmit, PointMissing, "CONTRIBUTING.md"},
		"an answer within two business days":         {contributing, "Somebody of the team reviews your change within two business days.\n", pointAnswerTime, PointMet, "CONTRIBUTING.md:1"},
		"an answer in a range of days":               {contributing, "You can expect a first response in 2-3 days.\n", pointAnswerTime, PointMet, "CONTRIBUTING.md:1"},
		"when stale ones are closed is no answer":    {contributing, "A pull request without a response is closed after 30 days of inactivity by the bot.\n", pointAnswerTime, PointMissing, "CONTRIBUTING.md"},
		"reports of vulnerabilities are others":      {contributing, "Vulnerabilities that you report to the team are answered within 24 hours.\n", pointAnswerTime, PointMissing, "CONTRIBUTING.md"},
		"a pointer to somewhere else is unknown":     {contributing, "# Contributing\n\nPlease see [our handbook](https://handbook.example/contribute) for this.\n", pointBuild, PointUnknown, ""},
		"another language is unknown":                {contributing, strings.Repeat("Bitte lest die Anleitung zum Bauen und Testen dieses Projekts sorgfältig durch. ", 12), pointBuild, PointUnknown, ""},
		"an entry of the contents is no section":     {contributing, "- [Running tests](#running-tests)\n\nThis page is about all the other things that we do.\n", pointTest, PointMissing, "CONTRIBUTING.md"},
		"reStructuredText":                           {"CONTRIBUTING.rst", "Contributing\n============\n\nTests\n-----\n\nRun the tests with tox::\n\n    tox -e py\n", pointTest, PointMet, "CONTRIBUTING.rst:7"},
		"AsciiDoc":                                   {"docs/CONTRIBUTING.adoc", "= Contributing\n\n== Build\n\n----\nmvn package\n----\n", pointBuild, PointMet, "docs/CONTRIBUTING.adoc:6"},
		"README's section on development":            {readme, "# Tool\n\nA tool for the people that need one.\n\n## Development\n\n    make test\n", pointTest, PointMet, "README.md:7"},
		"README's way to install is for users":       {readme, "# Tool\n\nA tool for the people that need one.\n\n## Installation\n\n    npm install tool\n", pointBuild, PointMissing, ""},
		"the title is no section":                    {readme, "# Build test checker\n\nRun the tests of a tool with `make test` in this place.\n", pointTest, PointMissing, ""},
		"what it is for":                             {readme, "# Tool\n\n![logo](x.png)\n\nValidates the tokens of all our services.\n", pointPurpose, PointMet, "README.md:5"},
		"what it is for, in HTML":                    {readme, "<h1 align=\"center\">Tool</h1>\n<p align=\"center\">\n    Validates the tokens of all our services.\n</p>\n", pointPurpose, PointMet, "README.md:3"},
		"badges are no purpose":                      {readme, "# Tool\n\n[![a](b)](c) [![d](e)](f)\n\n## Installation\n\nInstall it with the installer of your system.\n", pointPurpose, PointMissing, "README.md"},
		"how to start":                               {readme, "# Tool\n\n## Quick start\n\n```\ntool run\n```\n", pointStart, PointMet, "README.md:6"},
		"where to ask":                               {readme, "# Tool\n\n## Support\n\nAsk us in the channel.\n\n## Other\n", pointHelp, PointMet, "README.md:5"},
		"a section of README says how":               {readme, "# Tool\n\n## Contributing\n\nChanges are welcome from all teams, please read on.\n", pointContributing, PointMet, "README.md:5"},
		"a section that points at what is not there": {readme, "# Tool\n\n## Contributing\n\nSee [CONTRIBUTING](CONTRIBUTING.md).\n", pointContributing, PointMissing, ""},
		"a page of headings says nothing":            {contributing, "# Contributing\n\n## Build\n\n## Test\n", pointContributing, PointMissing, "CONTRIBUTING.md"},
		"issues only":                                {contributing, "We do not accept pull requests. Please file an issue.\n", pointTakes, PointMissing, "CONTRIBUTING.md:1"},
		"pull requests are welcome":                  {contributing, "Pull requests are welcome.\n", pointTakes, PointMet, "CONTRIBUTING.md:1"},
		"an innersource.json with a mistake":         {"innersource.json", "{\n \"title\": 3\n}", pointManifest, PointMissing, "innersource.json:2"},
		"GitHub's order: .github comes first":        {".github/contributing.md", "Run the tests with `make test`, please.\n", pointTest, PointMet, ".github/contributing.md:1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := pointOf(t, FromProfile(profile(map[string]string{c.file: c.text}), now), c.point)
			if got.State != c.state || got.From != c.from {
				t.Errorf("got %s from %q (%s), want %s from %q", got.State, got.From, got.Why, c.state, c.from)
			}
		})
	}
}

func TestReadinessTellsUnknownFromMissing(t *testing.T) {
	t.Parallel()
	bare := profile(nil)
	blind := profile(nil)
	blind.Listed, blind.Teams = nil, nil
	for _, id := range []string{pointContributing, pointReadme, pointBuild, pointPullTemplate, pointCodeOwners, pointManifest, pointOwner} {
		if got := pointOf(t, FromProfile(bare, now), id); got.State != PointMissing {
			t.Errorf("%s in an empty repository: got %s (%s), want missing", id, got.State, got.Why)
		}
		if got := pointOf(t, FromProfile(blind, now), id); got.State != PointUnknown {
			t.Errorf("%s in one whose files were not listed: got %s (%s), want unknown", id, got.State, got.Why)
		}
	}
	untold := profile(map[string]string{"CONTRIBUTING.md": "x"})
	delete(untold.Files, "CONTRIBUTING.md")
	r := FromProfile(untold, now)
	if got := pointOf(t, r, pointContributing); got.State != PointMet || r.Guidelines != "CONTRIBUTING.md" {
		t.Errorf("a page that is listed: got %s and the path %q", got.State, r.Guidelines)
	}
	if got := pointOf(t, r, pointTest); got.State != PointUnknown {
		t.Errorf("what stands in a page that was not told: got %s, want unknown", got.State)
	}
	cut := profile(map[string]string{"CONTRIBUTING.md": strings.Repeat("The people of this team are kind to you. ", 1600)[:forge.MaxProfileFile]})
	if got := pointOf(t, FromProfile(cut, now), pointTest); got.State != PointUnknown {
		t.Errorf("what may stand in the end of a page that was cut: got %s, want unknown", got.State)
	}
}

func TestReadinessIsAShareOfWhatCouldBeSeen(t *testing.T) {
	t.Parallel()
	r := newReadiness(map[string]verdict{pointArchived: met("", ""), pointBuild: missing("", ""), pointTest: unknown("")})
	if r.Score != 0.6 || !r.Ready {
		t.Errorf("got %v, ready %v; want 3 of 5 and ready: nothing essential is missing", r.Score, r.Ready)
	}
	if r = newReadiness(map[string]verdict{pointTakes: missing("issues only", "")}); r.Ready || len(r.Missing()) != 1 {
		t.Errorf("got ready %v with %v, want one essential point missing", r.Ready, r.Missing())
	}
	if r = newReadiness(nil); r.Score != 0 || len(r.Points) != len(ReadinessPoints()) {
		t.Errorf("nothing seen: got %v with %d points", r.Score, len(r.Points))
	}
}

func TestReadyNeedsTheEssentials(t *testing.T) {
	t.Parallel()
	files := map[string]string{"CONTRIBUTING.md": "Pull requests are welcome. Run the tests with `make test` first.\n"}
	for name, c := range map[string]struct {
		change func(*forge.Profile)
		ready  bool
	}{
		"as it is":              {func(*forge.Profile) {}, true},
		"archived":              {func(p *forge.Profile) { p.Archived = true }, false},
		"no push for two years": {func(p *forge.Profile) { p.PushedAt = now.AddDate(-2, 0, 0) }, false},
		"nobody says how":       {func(p *forge.Profile) { *p = profile(nil) }, false},
		"issues only by manifest": {func(p *forge.Profile) {
			*p = profile(map[string]string{"CONTRIBUTING.md": files["CONTRIBUTING.md"], "innersource.json": `{"isrc":{"governance":1}}`})
		}, false},
		"closed by manifest": {func(p *forge.Profile) {
			*p = profile(map[string]string{"CONTRIBUTING.md": files["CONTRIBUTING.md"], "innersource.json": `{"isrc":{"sharing":"closed"}}`})
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := profile(files)
			c.change(&p)
			if r := FromProfile(p, now).Readiness; r.Ready != c.ready {
				t.Errorf("got ready %v, missing %v", r.Ready, r.Missing())
			}
		})
	}
}

func TestAnswersAreJudgedWhenTheyCome(t *testing.T) {
	t.Parallel()
	hours := func(h float64) *float64 { return &h }
	p := profile(map[string]string{"CONTRIBUTING.md": "Pull requests are welcome here."})
	p.PushedAt = now.AddDate(-2, 0, 0)
	for name, c := range map[string]struct {
		answers *Answers
		state   string
		ready   bool
	}{
		"none yet":                   {nil, PointUnknown, false},
		"too few to tell":            {&Answers{FirstHours: hours(3), Answered: 2}, PointUnknown, false},
		"in time, and work goes on":  {&Answers{FirstHours: hours(30), Answered: 9, Merged: 4, Since: now.AddDate(0, -6, 0)}, PointMet, true},
		"a week is too long":         {&Answers{FirstHours: hours(24 * 7), Answered: 9}, PointMissing, false},
		"one has waited for a month": {&Answers{FirstHours: hours(3), Answered: 9, Waiting: 1, OldestHours: hours(24 * 31)}, PointMissing, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := FromProfile(p, now)
			before := r.Readiness
			r.SetAnswers(c.answers)
			if got := pointOf(t, r, pointAnswers); got.State != c.state || r.Readiness.Ready != c.ready {
				t.Errorf("got %s (%s), ready %v; want %s, %v", got.State, got.Why, r.Readiness.Ready, c.state, c.ready)
			}
			if before.Point(pointAnswers).State != PointUnknown {
				t.Error("what was there before has changed, too")
			}
		})
	}
}

func TestTheOrganisationSpeaksForThoseWhoDoNot(t *testing.T) {
	t.Parallel()
	defaults := profile(map[string]string{"CONTRIBUTING.md": "Pull requests are welcome. Run the tests with `make test`.\n"})
	defaults.Name = ".github"
	r := FromProfile(profile(nil), now)
	r.SetDefaults(DefaultsOf(defaults, now))
	if got := pointOf(t, r, pointTest); got.From != "acme/.github:CONTRIBUTING.md:1" {
		t.Errorf("got %+v, want the organisation's page", got)
	}
	if r.Guidelines != "" {
		t.Errorf("the repository itself has no guidelines, got %q", r.Guidelines)
	}
	own := profile(map[string]string{"docs/CONTRIBUTING.md": "We only accept bug reports."})
	r = FromProfile(own, now)
	r.SetDefaults(DefaultsOf(defaults, now))
	if r.Mode != guideline.TakesIssuesOnly {
		t.Errorf("got the mode %q, want what the repository itself says", r.Mode)
	}
}

func TestReadinessPageHasTheTable(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/readiness.md")
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for _, p := range ReadinessPoints() {
		essential := ""
		if p.Essential {
			essential = "yes"
		}
		fmt.Fprintf(&want, "| `%s` | %g | %s | %s | %s |\n", p.ID, p.Weight, essential, p.Asks, p.Met)
	}
	var got strings.Builder
	for line := range strings.Lines(string(page)) {
		if strings.HasPrefix(line, "| `") {
			got.WriteString(line)
		}
	}
	if diff := cmp.Diff(want.String(), got.String()); diff != "" {
		t.Errorf("docs/readiness.md is not the table of ReadinessPoints (-want +got):\n%s", diff)
	}
}

func FuzzFromProfile(f *testing.F) {
	f.Add("# Tool\n<p>\n<!-- x\n-->y ![a](b) `c` [d](e)", "* @acme/core\n", "{\"isrc\":{\"owner\":\"a\"}}", "kind: Component\nspec: {owner: x}\n---\n")
	f.Add("Title\n=====\n\n|badge|\n\n.. image:: x", "[Section]\n* @a", "[", "a: &a [*a]")
	f.Fuzz(func(t *testing.T, page, owners, manifest, info string) {
		p := profile(map[string]string{"README.md": page, "CONTRIBUTING.rst": page, "docs/support.adoc": page, "CODEOWNERS": owners, "innersource.json": manifest, "catalog-info.yaml": info})
		p.HelpWanted = []forge.Issue{{Title: page, Body: page, Labels: []string{"help wanted", owners, page}}}
		r := FromProfile(p, now)
		if r.Readiness.Score < 0 || r.Readiness.Score > 1 {
			t.Errorf("a score of %v", r.Readiness.Score)
		}
		if strings.Count(plainer("a.md", page), "\n") != strings.Count(strings.ReplaceAll(page, "\r\n", "\n"), "\n") {
			t.Error("lines were lost or made")
		}
		if strings.ContainsAny(r.Readme+r.Excerpt, "\x1b\x00\u202e") {
			t.Error("what cannot be seen was kept")
		}
	})
}

func BenchmarkFromProfile(b *testing.B) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		b.Fatal(err)
	}
	contributing, err := os.ReadFile("../../CONTRIBUTING.md")
	if err != nil {
		b.Fatal(err)
	}
	p := profile(map[string]string{"README.md": string(readme), "CONTRIBUTING.md": string(contributing), "CODEOWNERS": "* @acme/core\n"})
	for b.Loop() {
		FromProfile(p, time.Now())
	}
}
