package exchange

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
)

// spelling is a key under which another tool tells what GitHub's REST API tells
// under rest, and where in its value that stands: "" for the value itself.
type spelling struct{ theirs, inside, rest string }

// spellings are those of GitHub's command line (gh repo list, gh search repos,
// both with --json: https://cli.github.com/manual/gh_help_formatting), which are
// those of its GraphQL API, and those of the APIs of GitLab and Gitea. Of several
// for one key the first that is there counts.
func spellings() []spelling {
	return []spelling{
		{"nameWithOwner", "", "full_name"}, {"fullName", "", "full_name"}, {"path_with_namespace", "", "full_name"},
		{"web_url", "", "html_url"},
		{"createdAt", "", "created_at"}, {"updatedAt", "", "updated_at"}, {"pushedAt", "", "pushed_at"},
		{"last_activity_at", "", "updated_at"},
		{"stargazerCount", "", "stargazers_count"}, {"stargazersCount", "", "stargazers_count"},
		{"star_count", "", "stargazers_count"}, {"stars_count", "", "stargazers_count"},
		{"forkCount", "", "forks_count"}, {"forksCount", "", "forks_count"},
		{"openIssuesCount", "", "open_issues_count"}, {"issues", "totalCount", "open_issues_count"},
		{"watchers", "totalCount", "subscribers_count"},
		{"primaryLanguage", "name", "language"}, {"licenseInfo", "", "license"},
		{"defaultBranchRef", "name", "default_branch"}, {"defaultBranch", "", "default_branch"},
		{"isArchived", "", "archived"}, {"isFork", "", "fork"}, {"isPrivate", "", "private"},
		{"tag_list", "", "topics"},
	}
}

// respelled is an entry with the keys of GitHub's REST API. One that has them
// already is answered as it is.
func respelled(raw []byte) []byte {
	var keys map[string]json.RawMessage
	if json.Unmarshal(raw, &keys) != nil {
		return raw // the reader says what is wrong with it
	}
	changed := false
	move := func(theirs, rest string, value json.RawMessage) {
		if _, ok := keys[rest]; ok || len(value) == 0 {
			return
		}
		delete(keys, theirs)
		keys[rest], changed = value, true
	}
	for _, s := range spellings() {
		if value, ok := keys[s.theirs]; ok {
			move(s.theirs, s.rest, insideOf(value, s.inside))
		}
	}
	if topics, ok := keys["repositoryTopics"]; ok {
		move("repositoryTopics", "topics", topicNames(topics))
	}
	// What the command line calls url is the page for people, which leads to
	// OWNER/NAME, and its id is none of the forge's numbers.
	var page string
	if json.Unmarshal(keys["url"], &page) == nil && pathParts(page) == 2 {
		move("url", "html_url", keys["url"])
	}
	if !changed {
		return raw
	}
	if id := keys["id"]; bytes.HasPrefix(id, []byte(`"`)) {
		move("id", "node_id", id)
	}
	var visibility string
	if json.Unmarshal(keys["visibility"], &visibility) == nil {
		keys["visibility"], _ = json.Marshal(strings.ToLower(visibility)) //nolint:errchkjson // a text can be written
	}
	out, err := json.Marshal(keys)
	if err != nil {
		return raw
	}
	return out
}

// pathParts counts the parts of an address behind its host.
func pathParts(address string) int {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return 0
	}
	return len(strings.Split(strings.Trim(u.Path, "/"), "/"))
}

// insideOf is a value, or what stands in it under a key; nil when it is not there.
func insideOf(value json.RawMessage, key string) json.RawMessage {
	if key == "" {
		return value
	}
	var inner map[string]json.RawMessage
	if json.Unmarshal(value, &inner) != nil {
		return nil
	}
	return inner[key]
}

// topicNames are the names in a list of topics of the form {"name": …}.
func topicNames(list json.RawMessage) json.RawMessage {
	var topics []struct {
		Name string `json:"name"`
	}
	if json.Unmarshal(list, &topics) != nil {
		return nil
	}
	names := []string{}
	for _, t := range topics {
		names = append(names, t.Name)
	}
	out, err := json.Marshal(names)
	if err != nil {
		return nil
	}
	return out
}
