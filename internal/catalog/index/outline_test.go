package index

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/catalog/estate"
)

// seenByRanking leaves of a record what an outline has.
func seenByRanking(r *catalog.Record) catalog.Record {
	out := catalog.Record{
		Host: r.Host, Owner: r.Owner, Name: r.Name, Description: r.Description, Title: r.Title, Motivation: r.Motivation, Excerpt: r.Excerpt, Source: r.Source,
		Language: r.Language, Kind: r.Kind, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt, PushedAt: r.PushedAt, Archived: r.Archived, Fork: r.Fork, Stars: r.Stars, Forks: r.Forks,
		Topics: r.Topics, Skills: r.Skills, Provides: r.Provides, HelpWanted: r.HelpWanted, Team: r.Team,
	}
	if r.Activity != nil {
		out.Activity = &catalog.Activity{Score: r.Activity.Score}
	}
	if r.Readiness != nil {
		out.Readiness = &catalog.Readiness{Score: r.Readiness.Score}
	}
	return out
}

func TestAnOutlineIsWhatRankingSeesOfARecord(t *testing.T) {
	t.Parallel()
	var records []*catalog.Record
	for r := range estate.New(5, 400).Records() {
		records = append(records, r)
	}
	yes, hours := true, 1.5
	records = append(records, &catalog.Record{Name: "quotes\"\\", Description: `\"},{"name":"x`, Title: "<&>\n\t\u2028", Excerpt: "a\\ \n\"b\"\n\t", URL: `https://x/"`, Mode: "\n", Answers: &catalog.Answers{Merged: 3}, Skills: []string{`a","b`, ""}, Topics: []string{"]", `"`}, AllowForking: &yes,
		Extra: map[string]json.RawMessage{"name": json.RawMessage(`{"name":["}"]}`)}, UpdatedAt: time.Date(2026, 1, 2, 3, 4, 5, 6, time.FixedZone("", 3600)),
		Readiness: &catalog.Readiness{Score: 0.25, Points: []catalog.Point{{Why: `{"score":1`}}}, HelpWanted: []catalog.HelpWanted{{Title: "[{", Skills: []string{"}"}}}})
	records = append(records, &catalog.Record{Name: "parts", Team: &catalog.Team{Name: `"a"`, From: "CODEOWNERS:1"}, Provides: []catalog.Capability{{Name: "x]", Version: "1", Contract: "}"}, {Name: ","}},
		HelpWanted: []catalog.HelpWanted{{Number: 7, Title: "]", URL: "https://x", Labels: []string{"a", `,"b`}, Hours: &hours, Size: "S", Newcomer: true, Taken: true, CreatedAt: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}, {Number: 8}},
		Answers:    &catalog.Answers{FirstHours: &hours, Answered: 1, Waiting: 2, OldestHours: &hours, DecidedHours: &hours, Merged: 3, Declined: 4, Outside: 5, Since: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), AsOf: time.Date(2026, 2, 2, 3, 4, 5, 0, time.UTC)}})
	for _, r := range records {
		plain, err := plainBody(r)
		mustDo(t, err)
		var whole catalog.Record
		mustDo(t, json.Unmarshal(plain, &whole))
		got, err := outline(plain)
		if err != nil {
			t.Fatalf("%s: %v", plain, err)
		}
		if diff := cmp.Diff(seenByRanking(&whole), *got); diff != "" {
			t.Error(diff)
		}
		want := seenByRanking(&whole)
		want.URL, want.Mode, want.Answers = whole.URL, whole.Mode, whole.Answers
		mustDo(t, list(plain, got))
		if diff := cmp.Diff(want, *got); diff != "" {
			t.Error("as a list shows it", diff)
		}
	}
}

func TestAnOutlineOfWhatIsNoRecordIsAnError(t *testing.T) {
	t.Parallel()
	for _, plain := range []string{"", "{", `{"name`, `{"name"`, `{"name":`, `{"name":"x`, `{"name":"x\"}`, `{"name":"x"`, `{"name":1}`, `{"name":"x",`, `{"name":"x"]`, ` {"name":"x"}`, `{"stars":[}`, `{"stars":"x"}`, `{"stars":1.5}`, `{"topics":["a",1,"b"]}`, `{"topics":"a"}`, `{"topics":["a"]"]}`, `{"readiness":{"score":NaN}}`, `{"readiness":{"score":Inf}}`, `{"name":"\x"}`, `{"name":"\"}`, `{"pushedAt":"now"}`, `["name"]`, `{"team":{"name":{]}}`, `{"team":null}`, `{"provides":{}}`, `{"provides":[{"name":"x"}`, `{"provides":[{"name":"x"},]}`, `{"provides":["x"]}`, `{"helpWanted":[{"number":"1"}]}`, `{"helpWanted":[{"hours":x}]}`, `{"helpWanted":null}`, `{:}`} {
		if got, err := outline([]byte(plain)); err == nil {
			t.Errorf("%s is read as %+v", plain, got)
		}
	}
	if _, err := outline([]byte("{}")); err != nil {
		t.Error(err)
	}
}
