package exchange

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
)

// newSAPEntry is a project as SAP's portal reads it. All keys that the portal
// needs are there, with null for what is not known; it is never without
// metadata, since the portal cannot sort projects that have none.
//
// The weekly commits are left out where only the sum of a quarter is known: the
// portal then says that there are none to show, which is true.
func newSAPEntry(r *catalog.Record) map[string]any {
	e := map[string]any{
		"id": sapID(r), "name": r.Name, "full_name": r.FullName(), "html_url": r.URL, "description": orNull(r.Description),
		"created_at": timeOrNull(r.CreatedAt), "updated_at": timeOrNull(r.UpdatedAt), "pushed_at": timeOrNull(r.PushedAt),
		// GitHub's API has the stars in both; those who watch are its subscribers.
		"stargazers_count": r.Stars, "watchers_count": r.Stars,
		"language": orNull(r.Language), "forks_count": r.Forks, "open_issues_count": r.OpenIssues, "license": sapLicense(r.License),
		"default_branch": r.DefaultBranch, "archived": r.Archived, "fork": r.Fork,
		"owner":     map[string]any{"login": r.Owner, "avatar_url": r.OwnerAvatar},
		sapMetadata: sapMetadataOf(r),
	}
	if r.URL == "" {
		e["html_url"] = "https://" + r.Host + "/" + r.FullName()
	}
	if r.NodeID != "" {
		e["node_id"] = r.NodeID
	}
	if len(r.Topics) > 0 {
		e["topics"] = r.Topics
	}
	if r.Watchers != nil {
		e["subscribers_count"] = *r.Watchers
	}
	if r.Visibility != "" {
		e["visibility"], e["private"] = r.Visibility, r.Visibility != "public"
	}
	if r.AllowForking != nil {
		e["allow_forking"] = *r.AllowForking
	}
	return e
}

// sapID is the forge's number. Where it is not known the name stands for it: the
// portal takes texts, too, and finds a project by it. It reads a text that
// begins with a digit as a number, so none does.
func sapID(r *catalog.Record) any {
	if r.ID > 0 {
		return r.ID
	}
	return "repo:" + r.Key()
}

func sapLicense(spdx string) any {
	if spdx == "" {
		return nil
	}
	return map[string]any{"key": strings.ToLower(spdx), "name": spdx, "spdx_id": spdx}
}

// sapMetadataOf is what the portal shows beside what a forge tells.
func sapMetadataOf(r *catalog.Record) map[string]any {
	m := map[string]any{}
	for key, value := range r.Extra {
		if key != sapExtra && json.Valid(value) {
			m[key] = value
		}
	}
	for key, text := range map[string]string{"title": r.Title, "motivation": r.Motivation, "logo": r.Logo, "docs": r.Docs, "guidelines": r.Guidelines} {
		if text != "" {
			m[key] = text
		}
	}
	for key, list := range map[string][]string{"contributions": r.Contributions, "skills": r.Skills, "topics": r.Topics} {
		if len(list) > 0 {
			m[key] = list
		}
	}
	if len(r.Participation) > 0 {
		m["participation"] = r.Participation
	}
	// Without a key the portal would compare with what is no number, and sort
	// nothing; null it takes for 0, and shows as not available.
	m["score"] = nil
	if r.Activity != nil {
		m["score"] = r.Activity.Score
	}
	return m
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func timeOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// sapEntryOf is newSAPEntry with what the record was imported with and has no
// field for.
func sapEntryOf(r *catalog.Record) map[string]any {
	e := newSAPEntry(r)
	var rest map[string]json.RawMessage
	if json.Unmarshal(r.Extra[sapExtra], &rest) != nil {
		return e
	}
	for key, value := range rest {
		inner, ok := e[key].(map[string]any)
		var kept map[string]json.RawMessage
		if (key == sapMetadata || key == "owner") && ok && json.Unmarshal(value, &kept) == nil {
			for k, v := range kept {
				inner[k] = v
			}
			continue
		}
		e[key] = value
	}
	return e
}
