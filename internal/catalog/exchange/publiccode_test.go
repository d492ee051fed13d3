package exchange

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWhatAPublicCodeFileSaysOtherwiseIsNoted(t *testing.T) {
	t.Parallel()
	const begin = "publiccodeYmlVersion: \"0.4\"\nurl: https://h.example/a/b\n"
	for name, tt := range map[string]struct {
		text    string
		notes   []Refusal
		refused []Refusal
	}{
		"nothing wrong": {begin + "name: B\nreleaseDate: 2024-02-29\ncategories: [it-development]\nlegal: {license: MIT}\n", nil, nil},
		"other kinds": {begin + "name: [B]\nreleaseDate: 31/12/2024\nlegal: MIT\ndependsOn:\n  open: {name: x}\n", []Refusal{
			{"p.yml:3", "passed over: name ought to be a text"},
			{"p.yml:7", "passed over: dependsOn.open ought to be a list"},
			{"p.yml:5", "passed over: legal ought to be an object"},
			{"p.yml:4", `passed over: releaseDate "31/12/2024" is no day of the form 2006-01-02`},
		}, nil},
		"no version": {"url: https://h.example/a/b\n", []Refusal{{"p.yml:1", "it has no publiccodeYmlVersion: it may be something else"}}, nil},
		"no url":     {"publiccodeYmlVersion: \"0.4\"\nname: B\n", nil, []Refusal{{"p.yml:1", "it has no url of a repository: give --repo"}}},
		"other url":  {"publiccodeYmlVersion: \"0.4\"\nurl: nowhere\n", nil, []Refusal{{"p.yml:2", "its url names no repository (only a repository name): give --repo"}}},
	} {
		got, _, err := read(t, tt.text, Options{Name: "p.yml", Format: PublicCode})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(tt.notes, got.notes); diff != "" {
			t.Errorf("%s: notes\n%s", name, diff)
		}
		if diff := cmp.Diff(tt.refused, got.refused); diff != "" {
			t.Errorf("%s: refused\n%s", name, diff)
		}
	}
}
