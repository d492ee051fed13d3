package exchange

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// The same repository as gh repo list --json, gh search repos --json, GitLab's
// API, Gitea's API and pages in one list tell it.
func TestEverySpellingOfAForgeIsRead(t *testing.T) {
	t.Parallel()
	at := time.Date(2025, 2, 3, 4, 5, 6, 0, time.UTC)
	const rest = `{"full_name":"acme/lib","html_url":"https://h.example/acme/lib","description":"A lib","stargazers_count":4,"forks_count":3,"updated_at":"2025-02-03T04:05:06Z","topics":["cli"],"default_branch":"trunk","archived":true}`
	for name, tt := range map[string]struct {
		text             string
		language         string
		license          string
		visibility, node string
		issues           int
		fork             bool
	}{
		"gh repo list": {`[{"nameWithOwner":"acme/lib","url":"https://h.example/acme/lib","name":"lib","owner":{"id":"O_1","login":"acme"},"id":"R_1","description":"A lib",
			"stargazerCount":4,"forkCount":3,"updatedAt":"2025-02-03T04:05:06Z","repositoryTopics":[{"name":"cli"}],"defaultBranchRef":{"name":"trunk"},"isArchived":true,"isFork":true,
			"primaryLanguage":{"name":"Go"},"licenseInfo":{"key":"mit","name":"MIT License"},"visibility":"INTERNAL","issues":{"totalCount":5}}]`, "Go", "mit", "internal", "R_1", 5, true},
		"gh repo list of little": {`[{"name":"lib","owner":{"login":"acme"},"url":"https://h.example/acme/lib","description":"A lib","stargazerCount":4,"forkCount":3,"updatedAt":"2025-02-03T04:05:06Z",
			"repositoryTopics":[{"name":"cli"}],"defaultBranchRef":{"name":"trunk"},"isArchived":true,"isPrivate":true,"primaryLanguage":null}]`, "", "", "private", "", 0, false},
		"gh repo list in lines": {`{"nameWithOwner":"acme/lib","url":"https://h.example/acme/lib","description":"A lib","stargazerCount":4,"forkCount":3,"updatedAt":"2025-02-03T04:05:06Z",
			"repositoryTopics":[{"name":"cli"}],"defaultBranchRef":{"name":"trunk"},"isArchived":true}`, "", "", "", "", 0, false},
		"gh search repos": {`[{"fullName":"acme/lib","url":"https://h.example/acme/lib","id":"R_2","description":"A lib","stargazersCount":4,"forksCount":3,"updatedAt":"2025-02-03T04:05:06Z",
			"topics":["cli"],"defaultBranch":"trunk","isArchived":true,"isFork":false,"language":"Java","license":{"key":"apache-2.0","name":"x"},"visibility":"public","openIssuesCount":2}]`,
			"Java", "apache-2.0", "public", "R_2", 2, false},
		"GitLab": {`[{"id":7,"name":"A Lib","path_with_namespace":"acme/lib","web_url":"https://h.example/acme/lib","description":"A lib","star_count":4,"forks_count":3,
			"last_activity_at":"2025-02-03T04:05:06Z","tag_list":["cli"],"default_branch":"trunk","archived":true,"visibility":"internal"}]`, "", "", "internal", "", 0, false},
		"Gitea": {`[{"full_name":"acme/lib","html_url":"https://h.example/acme/lib","url":"https://h.example/api/v1/repos/acme/lib","description":"A lib","stars_count":4,"forks_count":3,
			"updated_at":"2025-02-03T04:05:06Z","topics":["cli"],"default_branch":"trunk","archived":true}]`, "", "", "", "", 0, false},
		"pages in a list":    {`[[` + rest + `],[]]`, "", "", "", "", 0, false},
		"searches in a list": {`[{"total_count":1,"items":[` + rest + `]},{"total_count":1,"items":[]}]`, "", "", "", "", 0, false},
	} {
		got, format, err := read(t, tt.text, Options{Name: "dump.json", Host: "other.example", Now: at})
		if err != nil || format != SAP || len(got.refused) > 0 || len(got.records) != 1 {
			t.Errorf("%s: got %d records as %s, refused %v: %v", name, len(got.records), format, got.refused, err)
			continue
		}
		r := got.records[0]
		if r.Key() != "h.example/acme/lib" || r.URL != "https://h.example/acme/lib" || r.Description != "A lib" || r.Stars != 4 || r.Forks != 3 || !r.UpdatedAt.Equal(at) ||
			len(r.Topics) != 1 || r.Topics[0] != "cli" || r.DefaultBranch != "trunk" || !r.Archived {
			t.Errorf("%s: got %+v", name, r)
		}
		if r.Language != tt.language || r.License != tt.license || r.Visibility != tt.visibility || r.NodeID != tt.node || r.OpenIssues != tt.issues || r.Fork != tt.fork {
			t.Errorf("%s: got %q %q %q %q %d %t", name, r.Language, r.License, r.Visibility, r.NodeID, r.OpenIssues, r.Fork)
		}
		goesRound(t, name, r)
	}
}

// goesRound exports a record as repos.json and imports that.
func goesRound(t *testing.T, name string, r *catalog.Record) {
	t.Helper()
	out, err := json.Marshal([]any{sapEntryOf(r)})
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := read(t, string(out), Options{Name: "repos.json", Now: r.SeenAt})
	if err != nil || len(again.records) != 1 || !Unchanged(r, again.records[0]) {
		t.Errorf("%s: after a round %+v: %v\n%s", name, again.records, err, out)
	}
}

// An entry without a score, which is told by null, has the one that is worked out
// here when it is exported: not null over it.
func TestNullHidesNothingOnExport(t *testing.T) {
	t.Parallel()
	at := time.Date(2025, 2, 3, 4, 5, 6, 0, time.UTC)
	got, _, err := read(t, `[{"full_name":"a/b","html_url":"https://h.example/a/b","stargazers_count":50,"created_at":"2020-01-01T00:00:00Z","updated_at":"2025-02-01T00:00:00Z","pushed_at":"2025-02-01T00:00:00Z","homepage":null,"_InnerSourceMetadata":{"score":null,"room":null}}]`, Options{Name: "repos.json", Now: at})
	if err != nil || len(got.records) != 1 || got.records[0].Activity == nil {
		t.Fatalf("got %+v: %v", got, err)
	}
	e := sapEntryOf(got.records[0])
	metadata, _ := e[sapMetadata].(map[string]any)
	if metadata["score"] != got.records[0].Activity.Score {
		t.Errorf("got the score %v, want %d", metadata["score"], got.records[0].Activity.Score)
	}
	for where, keys := range map[string]map[string]any{"homepage": e, "room": metadata} {
		if _, ok := keys[where]; !ok {
			t.Errorf("%s, which nothing is known of here, is gone", where)
		}
	}
}
