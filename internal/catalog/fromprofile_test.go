package catalog

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/forge"
)

func TestReadmeIsReadAsText(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, text, readme, excerpt string }{
		"Markdown":                             {"README.md", "# Tool\n\n[![Build](b.svg)](x) ![logo](y)\n\nValidates **tokens** of [our services](https://x.example/y), see https://z.example.\n\n```\ncode\n```\n- a `list`\n", "Tool Validates tokens of our services, see a list", "Validates tokens of our services, see"},
		"HTML":                                 {"README.md", "<div align=\"center\">\n  <h1>Tool</h1>\n  <p>\n    Validates the tokens of all.\n  </p>\n</div>\n<!-- not\nseen -->\nEnd of the page here.\n", "Tool Validates the tokens of all. End of the page here.", "Validates the tokens of all."},
		"a tag over lines":                     {"README.md", "<img\n  src=\"x\"\n> A tool for the people here.\n", "A tool for the people here.", "A tool for the people here."},
		"code keeps tags":                      {"README.md", "Use `<div>` in the pages of ours.\n", "Use <div> in the pages of ours.", "Use <div> in the pages of ours."},
		"reStructuredText":                     {"README.rst", "Tool\n====\n\n|badge|\n\n.. image:: x.png\n\nValidates the tokens of all.\n", "Tool Validates the tokens of all.", "Validates the tokens of all."},
		"AsciiDoc":                             {"README.adoc", "= Tool\n\nimage:https://ci.example/x.svg[Build]\n\nValidates the tokens of all.\n", "Tool Validates the tokens of all.", "Validates the tokens of all."},
		"a row of links":                       {"README.md", "# Tool\n\n[Docs](a) · [Chat](b) · [Wiki](c) · [News](d)\n\nValidates the tokens of all.\n", "Tool Docs · Chat · Wiki · News Validates the tokens of all.", "Validates the tokens of all."},
		"nothing is shown that cannot be seen": {"README.md", "A tool\x1b[31m for\u202e the people.\n", "A tool[31m for the people.", "A tool[31m for the people."},
		"nothing but pictures":                 {"README.md", "![a](b)\n", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := FromProfile(profile(map[string]string{c.file: c.text}), now)
			if diff := cmp.Diff([]string{c.readme, c.excerpt}, []string{r.Readme, r.Excerpt}); diff != "" {
				t.Error(diff)
			}
		})
	}
	long := FromProfile(profile(map[string]string{"README.md": strings.Repeat("Wörter über Wörter ", 100)}), now)
	if n := len([]rune(long.Excerpt)); n > ExcerptLength || n < ExcerptLength-20 || strings.HasSuffix(long.Excerpt, " ") {
		t.Errorf("an excerpt of %d characters: %q", n, long.Excerpt)
	}
}

func TestProfileBecomesARecord(t *testing.T) {
	t.Parallel()
	watchers, quarter, yes := 7, 65, true
	p := profile(map[string]string{"innersource.json": `{"title":"Tool","motivation":"So that all teams have one.","skills":["Go"],"topics":["Auth","tokens"],"language":"Rust","team-room":{"floor":3},
		"isrc":{"kind":"library","governance":2,"sharing":"internal","support":{"channel":"#tool"},"slo":{"firstResponse":"2bd"},"provides":[{"capability":"token-validation","version":"2.3.0","contract":"api.yaml"}],"requires":[{"capability":"secrets","version":">=1"}]}}`})
	p.Topics, p.Language, p.License, p.Watchers, p.QuarterCommits, p.AllowForking = []string{"auth"}, "Go", "MIT", &watchers, &quarter, &yes
	p.Fork, p.Parent, p.Source = true, &forge.RepoName{Owner: "b", Name: "c"}, &forge.RepoName{Owner: "root", Name: "tool"}
	p.Languages = []forge.LanguageSize{{Name: "Go", Bytes: 5}}
	p.Release = &forge.Release{Tag: "v2", Published: time.Date(2026, 1, 1, 1, 0, 0, 0, time.FixedZone("x", 3600))}
	r := FromProfile(p, now)
	got := *r
	got.Activity, got.Readiness = nil, nil
	want := Record{
		Host: "forge.example", Owner: "acme", Name: "tool", Fork: true, Source: "root/tool", AllowForking: &yes, Language: "Rust", Languages: []LanguageSize{{"Go", 5}}, License: "MIT",
		Topics: []string{"auth", "tokens"}, Watchers: &watchers, QuarterCount: &quarter, CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt, PushedAt: p.PushedAt,
		Release: &Release{Tag: "v2", Published: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)},
		Title:   "Tool", Motivation: "So that all teams have one.", Skills: []string{"Go"}, Kind: "library", Sharing: "internal", Ask: "#tool", Mode: "pull-requests",
		Provides: []Capability{{"token-validation", "2.3.0", "api.yaml"}}, Requires: []Capability{{Name: "secrets", Version: ">=1"}},
		Extra: map[string]json.RawMessage{"team-room": json.RawMessage(`{"floor":3}`), "isrc": json.RawMessage(
			`{"kind":"library","governance":2,"sharing":"internal","support":{"channel":"#tool"},"slo":{"firstResponse":"2bd"},"provides":[{"capability":"token-validation","version":"2.3.0","contract":"api.yaml"}],"requires":[{"capability":"secrets","version":">=1"}]}`)},
		From: FromCrawl, SeenAt: now,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := r.Activity.Score; got <= 0 {
		t.Errorf("a score of %d", got)
	}
	if got := pointOf(t, r, pointAnswerTime); got.State != PointMet || got.From != "innersource.json:2" {
		t.Errorf("the owners promise an answer, got %+v", got)
	}
}

func TestChannelsThatAreExamplesAreNone(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Ask your questions in #auth-help on Slack.":                                "#auth-help",
		"Your commits need a line such as Signed-off-by: name@example.org, e-mail.": "",
	} {
		if got := FromProfile(profile(map[string]string{"CONTRIBUTING.md": text}), now).Ask; got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
