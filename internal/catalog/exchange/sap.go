package exchange

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/fault"
	"github.com/isrc-dev/isrc/internal/manifest"
)

// The keys under which SAP's portal looks for what a forge does not tell, and
// under which a record keeps what it has no field for.
const (
	sapMetadata = "_InnerSourceMetadata"
	sapExtra    = "repos.json"
)

// sapRepo are the keys of a repos.json that are known here: those of GitHub's
// REST API. Anything else is kept as it is.
type sapRepo struct {
	ID            json.RawMessage `json:"id"`
	NodeID        string          `json:"node_id"`
	Name          string          `json:"name"`
	FullName      string          `json:"full_name"`
	URL           string          `json:"html_url"`
	Description   string          `json:"description"`
	CreatedAt     sapTime         `json:"created_at"`
	UpdatedAt     sapTime         `json:"updated_at"`
	PushedAt      sapTime         `json:"pushed_at"`
	Stars         float64         `json:"stargazers_count"`
	Subscribers   *int            `json:"subscribers_count"`
	Language      string          `json:"language"`
	Forks         float64         `json:"forks_count"`
	OpenIssues    float64         `json:"open_issues_count"`
	License       json.RawMessage `json:"license"`
	DefaultBranch string          `json:"default_branch"`
	Archived      bool            `json:"archived"`
	Fork          bool            `json:"fork"`
	Private       *bool           `json:"private"`
	Visibility    string          `json:"visibility"`
	AllowForking  *bool           `json:"allow_forking"`
	Topics        []string        `json:"topics"`
	Owner         struct {
		Login  string `json:"login"`
		Avatar string `json:"avatar_url"`
	} `json:"owner"`
	Metadata json.RawMessage `json:"_InnerSourceMetadata"`
}

// sapTime is a time as crawlers write it; one that cannot be read is none.
type sapTime struct{ time.Time }

func (t *sapTime) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return nil //nolint:nilerr // what is no time is kept as it is, beside the record
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			t.Time = at.UTC()
			return nil
		}
	}
	return nil
}

// sapEntry reads one project of a repos.json, or a list of them: pages that were
// put into one list (gh api --paginate --slurp) are lists in a list, or answers
// of searches in one.
func (x *reader) sapEntry(raw []byte, line int) error {
	page, ok := pageOf(raw)
	if !ok {
		return x.sapProject(raw, line)
	}
	for _, project := range page {
		if err := x.sapProject(project, line); err != nil {
			return err
		}
	}
	return nil
}

// pageOf is the list that an entry is or holds; not ok where it is a project.
func pageOf(raw []byte) (list []json.RawMessage, ok bool) {
	if raw[0] == '[' {
		return list, json.Unmarshal(raw, &list) == nil
	}
	var answer struct {
		Total *int              `json:"total_count"`
		Items []json.RawMessage `json:"items"`
	}
	if !bytes.Contains(raw[:min(len(raw), 4<<10)], []byte(`"total_count"`)) || json.Unmarshal(raw, &answer) != nil {
		return nil, false
	}
	return answer.Items, answer.Total != nil && answer.Items != nil
}

// sapProject reads one project.
func (x *reader) sapProject(raw []byte, line int) error {
	raw = respelled(raw)
	var in sapRepo
	if err := json.Unmarshal(raw, &in); err != nil {
		x.refuse(line, mistake(err))
		return nil
	}
	r, why := x.sapName(&in)
	if why != "" {
		x.refuse(line, why)
		return nil
	}
	in.fill(r)
	in.declare(r, x.Now)
	r.From, r.SeenAt = string(SAP), x.Now.UTC()
	if err := keepRest(r, raw); err != nil {
		x.refuse(line, err.Error())
		return nil
	}
	return x.take(r, line)
}

// sapName finds out which repository is meant: the page for people says on
// which host, the full name says the rest.
func (x *reader) sapName(in *sapRepo) (*catalog.Record, string) {
	r := &catalog.Record{Host: x.Host}
	if u, err := url.Parse(in.URL); err != nil || u.Host == "" {
		in.URL = "" // no page: the one that the name leads to is written instead
	} else {
		r.Host = strings.ToLower(u.Host)
		if parts := strings.Split(strings.Trim(u.Path, "/"), "/"); len(parts) == 2 {
			r.Owner, r.Name = parts[0], parts[1]
		}
	}
	if owner, name, ok := strings.Cut(in.FullName, "/"); ok {
		r.Owner, r.Name = owner, name
	} else if in.Owner.Login != "" && in.Name != "" {
		r.Owner, r.Name = in.Owner.Login, in.Name
	}
	switch {
	case r.Owner == "" || r.Name == "":
		return nil, "it has neither a full_name nor an html_url of a repository"
	case strings.Contains(r.Name, "/"):
		return nil, fmt.Sprintf("%s/%s lies in a group of a group, which no host that is known here has", r.Owner, r.Name)
	case r.Host == "":
		return nil, "it does not say on which host it lies: give --host"
	}
	return r, ""
}

func (in *sapRepo) fill(r *catalog.Record) {
	r.NodeID, r.URL, r.Description, r.OwnerAvatar = in.NodeID, in.URL, in.Description, in.Owner.Avatar
	r.CreatedAt, r.UpdatedAt, r.PushedAt = in.CreatedAt.Time, in.UpdatedAt.Time, in.PushedAt.Time
	r.Stars, r.Forks, r.OpenIssues, r.Watchers = count(in.Stars), count(in.Forks), count(in.OpenIssues), in.Subscribers
	r.Language, r.DefaultBranch, r.Topics = in.Language, in.DefaultBranch, in.Topics
	r.Archived, r.Fork, r.Visibility, r.AllowForking = in.Archived, in.Fork, in.Visibility, in.AllowForking
	if r.Visibility == "" && in.Private != nil && *in.Private {
		r.Visibility = "private"
	}
	if in.Metadata == nil || string(in.Metadata) == "null" {
		in.Metadata = nil
	}
	var id int64
	if json.Unmarshal(in.ID, &id) == nil && id > 0 {
		r.ID = id
	}
	var license struct {
		SPDX string `json:"spdx_id"`
		Key  string `json:"key"`
	}
	var text string
	switch {
	case json.Unmarshal(in.License, &license) == nil && license.SPDX != "":
		r.License = license.SPDX
	case license.Key != "":
		r.License = license.Key
	case json.Unmarshal(in.License, &text) == nil:
		r.License = text
	}
}

func count(f float64) int {
	if f < 0 || f > math.MaxInt32 || math.IsNaN(f) {
		return 0
	}
	return int(f)
}

// declare takes over the portal's metadata: the keys of an innersource.json, and
// what a crawler adds.
func (in *sapRepo) declare(r *catalog.Record, now time.Time) {
	var added struct {
		Participation []int    `json:"participation"`
		Guidelines    string   `json:"guidelines"`
		Score         *float64 `json:"score"`
	}
	if in.Metadata != nil {
		if m, _ := manifest.Parse(in.Metadata); m != nil {
			for _, key := range []string{"participation", "guidelines", "score"} {
				delete(m.Unknown, key)
			}
			r.Declare(m, string(in.Metadata))
		}
		// Each on its own: one that is of another kind hides no other.
		var keys map[string]json.RawMessage
		if json.Unmarshal(in.Metadata, &keys) == nil {
			for key, to := range map[string]any{"participation": &added.Participation, "guidelines": &added.Guidelines, "score": &added.Score} {
				if value, ok := keys[key]; ok {
					_ = json.Unmarshal(value, to) // what cannot be read is kept as it is
				}
			}
		}
	}
	r.Participation, r.Guidelines = added.Participation, added.Guidelines
	if len(r.Participation) > 520 {
		r.Participation = r.Participation[len(r.Participation)-52:]
	}
	if added.Score != nil && math.Abs(*added.Score) < math.MaxInt32 {
		r.Activity = &catalog.Activity{Score: int(math.Round(*added.Score))}
		return
	}
	r.Activity = catalog.ActivityOf(r, now)
}

// keepRest keeps beside a record what its fields would not give back.
func keepRest(r *catalog.Record, raw []byte) error {
	written, err := json.Marshal(newSAPEntry(r))
	if err != nil {
		return err
	}
	rest, err := difference(raw, written)
	if err != nil {
		return err
	}
	if r.URL == "" {
		delete(rest, "html_url")
	}
	var theirs, ours struct {
		Metadata json.RawMessage `json:"_InnerSourceMetadata"`
		Owner    json.RawMessage `json:"owner"`
	}
	if err := fault.Join(json.Unmarshal(raw, &theirs), json.Unmarshal(written, &ours)); err != nil {
		return err
	}
	for key, pair := range map[string][2]json.RawMessage{sapMetadata: {theirs.Metadata, ours.Metadata}, "owner": {theirs.Owner, ours.Owner}} {
		delete(rest, key)
		inner, err := difference(pair[0], pair[1])
		switch {
		case err != nil && len(pair[0]) > 0:
			rest[key] = pair[0] // no object at all
		case len(inner) > 0:
			if rest[key], err = json.Marshal(inner); err != nil {
				return err
			}
		}
	}
	if len(rest) == 0 {
		return nil
	}
	kept, err := json.Marshal(rest)
	if err != nil {
		return err
	}
	if r.Extra == nil {
		r.Extra = map[string]json.RawMessage{}
	}
	r.Extra[sapExtra] = kept
	return nil
}

// difference are the keys of an object that another lacks, or has otherwise. A
// null beside a value is none: kept, it would hide whatever is found out later.
func difference(theirs, ours []byte) (map[string]json.RawMessage, error) {
	var a, b map[string]json.RawMessage
	if err := json.Unmarshal(theirs, &a); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(ours, &b); err != nil {
		return nil, err
	}
	for key, value := range a {
		ours, known := b[key]
		if same(value, ours) || known && string(value) == "null" {
			delete(a, key)
		}
	}
	return a, nil
}

// same tells whether two values of JSON mean the same.
func same(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	if len(b) == 0 {
		return false
	}
	decode := func(data []byte) (string, bool) {
		dec := json.NewDecoder(bytes.NewReader(data))
		dec.UseNumber()
		var v any
		if dec.Decode(&v) != nil {
			return "", false
		}
		out, err := json.Marshal(v) // keys in order
		return string(out), err == nil
	}
	x, okX := decode(a)
	y, okY := decode(b)
	return okX && okY && x == y
}
