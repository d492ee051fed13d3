package exchange

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/catalog"
	"github.com/isrc-dev/isrc/internal/forge"
)

var now = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// taken is what was read of a file.
type taken struct {
	records []*catalog.Record
	refused []Refusal
	notes   []Refusal
}

func (t *taken) Take(r *catalog.Record) error { t.records = append(t.records, r); return nil }
func (t *taken) Refuse(r Refusal)             { t.refused = append(t.refused, r) }
func (t *taken) Note(r Refusal)               { t.notes = append(t.notes, r) }

func read(t testing.TB, text string, o Options) (*taken, Format, error) {
	t.Helper()
	got := &taken{}
	o.Now = now
	f, err := Read(context.Background(), strings.NewReader(text), o, got)
	return got, f, err
}

func write(t testing.TB, f Format, records ...*catalog.Record) string {
	t.Helper()
	var out bytes.Buffer
	w, err := NewWriter(&out, f)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if err := w.Put(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// project is an entry of a repos.json with all that a crawler may write.
const project = `{
 "id": 2342, "name": "earth", "full_name": "Sol/earth", "html_url": "https://github.instance/Sol/earth", "description": "Home-world",
 "created_at": "2017-01-31T09:39:12Z", "updated_at": "2020-10-07T09:42:53Z", "pushed_at": "2020-10-08T12:18:22Z",
 "stargazers_count": 136, "watchers_count": 136, "language": "JavaScript", "forks_count": 331, "open_issues_count": 98,
 "license": {"key": "mit", "name": "MIT License", "spdx_id": "MIT", "url": "https://x.example"}, "default_branch": "master",
 "owner": {"login": "Sol", "avatar_url": "./images/Sol.png", "type": "Organization"}, "score": 12.5, "has_wiki": true, "permissions": {"admin": false},
 "_InnerSourceMetadata": {"participation": [1,2,3], "logo": "./images/Earth.png", "score": 3900, "topics": ["earth","Sol","sol"],
  "title": "Earth", "motivation": "Save it", "skills": ["Go"], "contributions": ["Any"], "docs": "https://docs.example", "guidelines": "CONTRIBUTING.md",
  "language": "TypeScript", "team-room": {"floor": 3}, "isrc": {"governance": 2, "provides": [{"capability": "gravity"}]}}}`

func TestReposJSONIsImported(t *testing.T) {
	t.Parallel()
	got, f, err := read(t, "["+project+"]", Options{Name: "repos.json"})
	if err != nil || f != SAP || len(got.refused) > 0 || len(got.records) != 1 {
		t.Fatalf("%v, %s, %+v", err, f, got)
	}
	r := *got.records[0]
	r.Extra = nil
	day := func(s string) time.Time { d, _ := time.Parse(time.RFC3339, s); return d }
	want := catalog.Record{
		Host: "github.instance", Owner: "Sol", Name: "earth", ID: 2342, URL: "https://github.instance/Sol/earth", OwnerAvatar: "./images/Sol.png", Description: "Home-world",
		DefaultBranch: "master", Language: "TypeScript", License: "MIT", Topics: []string{"earth", "Sol"}, Stars: 136, Forks: 331, OpenIssues: 98,
		CreatedAt: day("2017-01-31T09:39:12Z"), UpdatedAt: day("2020-10-07T09:42:53Z"), PushedAt: day("2020-10-08T12:18:22Z"), Guidelines: "CONTRIBUTING.md", Participation: []int{1, 2, 3},
		Title: "Earth", Motivation: "Save it", Contributions: []string{"Any"}, Skills: []string{"Go"}, Logo: "./images/Earth.png", Docs: "https://docs.example",
		Mode: "pull-requests", Provides: []catalog.Capability{{Name: "gravity"}}, Activity: &catalog.Activity{Score: 3900}, From: "repos.json", SeenAt: now,
	}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Error(diff)
	}
}

// loses lists what a value of JSON holds that another has not: keys may be
// added, nothing may go away.
func loses(at string, before, after any) []string {
	switch b := before.(type) {
	case nil:
		return nil // an unknown may become known
	case map[string]any:
		a, ok := after.(map[string]any)
		if !ok {
			return []string{at}
		}
		var out []string
		for key, value := range b {
			if _, there := a[key]; !there {
				out = append(out, at+"."+key)
				continue
			}
			out = append(out, loses(at+"."+key, value, a[key])...)
		}
		return out
	}
	if diff := cmp.Diff(before, after); diff != "" {
		return []string{at + diff}
	}
	return nil
}

func TestReposJSONGoesRoundWithoutLoss(t *testing.T) {
	t.Parallel()
	odd := `{"id":"a-1","full_name":"a/b","html_url":"https://h.example/a/b","description":7.5,"created_at":"yesterday","updated_at":"2020-10-07T09:42:53.120+02:00","owner":{"login":"A"},"watchers_count":3,"stargazers_count":2.0,"license":"MIT","_InnerSourceMetadata":{"score":"high","topics":"x","participation":{},"title":5,"skills":[1,"Go"]}}`
	for name, entry := range map[string]string{
		"everything":   project,
		"next to none": `{"full_name":"a/b","html_url":"https://h.example/a/b"}`,
		"odd values":   strings.Replace(odd, `"description":7.5,`, "", 1),
		"no metadata":  `{"id":1,"full_name":"a/b","html_url":"https://h.example/a/b","_InnerSourceMetadata":null}`,
		"wrong kind":   `{"id":1,"full_name":"a/b","html_url":"https://h.example/a/b","_InnerSourceMetadata":"x"}`,
		"a large id":   `{"id":9007199254740993,"full_name":"a/b","html_url":"https://h.example/a/b"}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, _, err := read(t, "["+entry+"]", Options{Format: SAP})
			if err != nil || len(got.records) != 1 {
				t.Fatalf("%v, refused %v", err, got.refused)
			}
			data, err := json.Marshal(got.records[0]) // as a catalog keeps it
			if err != nil {
				t.Fatal(err)
			}
			var kept catalog.Record
			if err := json.Unmarshal(data, &kept); err != nil {
				t.Fatal(err)
			}
			once := write(t, SAP, &kept)
			var before any
			var after []any
			if err := errors.Join(json.Unmarshal([]byte(entry), &before), json.Unmarshal([]byte(once), &after)); err != nil {
				t.Fatal(err)
			}
			for _, lost := range loses("", before, after[0]) {
				t.Errorf("lost or changed: %s", lost)
			}
			again, _, err := read(t, once, Options{Format: SAP})
			if err != nil || len(again.records) != 1 {
				t.Fatalf("%v, refused %v", err, again.refused)
			}
			if twice := write(t, SAP, again.records[0]); twice != once {
				t.Errorf("the second round differs:\n%s\n%s", once, twice)
			}
		})
	}
}

func TestAnExportHasWhatThePortalNeeds(t *testing.T) {
	t.Parallel()
	quarter := 40
	text := write(t, SAP, &catalog.Record{Host: "h.example", Owner: "3d", Name: "b", QuarterCount: &quarter}, &catalog.Record{Host: "h.example", Owner: "c", Name: "d", ID: 5, Activity: &catalog.Activity{Score: 7}})
	var all []map[string]any
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"id", "name", "full_name", "html_url", "description", "created_at", "updated_at", "pushed_at", "stargazers_count", "watchers_count", "language", "forks_count", "open_issues_count", "license", "default_branch", "owner", "_InnerSourceMetadata"} {
		if _, ok := all[0][key]; !ok {
			t.Errorf("%s is not there", key)
		}
	}
	owner, _ := all[0]["owner"].(map[string]any)
	if _, ok := owner["avatar_url"].(string); !ok || owner["login"] != "3d" {
		t.Errorf("the portal reads the avatar of every owner, got %v", owner)
	}
	if id, ok := all[0]["id"].(string); !ok || id[0] >= '0' && id[0] <= '9' {
		t.Errorf("an id that begins with a digit is read as a number, got %v", all[0]["id"])
	}
	metadata, ok := all[0]["_InnerSourceMetadata"].(map[string]any)
	if _, spread := metadata["participation"]; !ok || spread {
		t.Errorf("got %v: weeks that nobody counted must not be made up", metadata)
	}
	if score, ok := metadata["score"]; !ok || score != nil {
		t.Errorf("got %v: the portal sorts by the score, and takes null for 0", metadata)
	}
	if diff := cmp.Diff(map[string]any{"score": 7.0}, all[1]["_InnerSourceMetadata"]); diff != "" {
		t.Error(diff)
	}
	if got := write(t, SAP); got != "[]\n" {
		t.Errorf("nothing is an empty list, got %q", got)
	}
}

func TestOurRecordsGoRound(t *testing.T) {
	t.Parallel()
	first, _, err := read(t, "["+project+"]", Options{Format: SAP})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []Format{JSON, JSONLines} {
		text := write(t, f, first.records[0], first.records[0])
		got, guessed, err := read(t, text, Options{Name: "-"})
		if err != nil || guessed != f || len(got.refused) > 0 {
			t.Fatalf("%s: %v, taken for %s, refused %v", f, err, guessed, got.refused)
		}
		if diff := cmp.Diff([]*catalog.Record{first.records[0], first.records[0]}, got.records); diff != "" {
			t.Errorf("%s: %s", f, diff)
		}
	}
}

func TestWrongEntriesAreRefusedWithTheirPlace(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		o       Options
		text    string
		records int
		refused []Refusal
		broken  string
	}{
		"a line that is none":         {Options{Name: "a.jsonl"}, "{\"host\":\"h\",\"owner\":\"a\",\"name\":\"b\"}\n{oops\n\n{\"host\":\"h\",\"owner\":\"a\",\"name\":\"c\"}", 2, []Refusal{{"a.jsonl:2", "it is no JSON: invalid character 'o' looking for beginning of object key string"}}, ""},
		"a value of another kind":     {Options{Name: "a.jsonl"}, `{"host":"h","owner":"a","name":"b","stars":"many"}`, 0, []Refusal{{"a.jsonl:1", "stars is a string, and ought to be of another kind"}}, ""},
		"a name that is none":         {Options{Name: "a.jsonl"}, `{"host":"h","owner":"..","name":"b"}`, 0, []Refusal{{"a.jsonl:1", `it names no repository: "h/../b" is not a repository: owner and name consist of letters, digits, '-', '_' and '.'`}}, ""},
		"an entry that is no object":  {Options{Name: "repos.json"}, "[\n5,\n{\"full_name\":\"a/b\",\"html_url\":\"https://h/a/b\"}\n]", 1, []Refusal{{"repos.json:2", "it is a number, and ought to be of another kind"}}, ""},
		"no host":                     {Options{Name: "repos.json"}, "[{\"full_name\":\n\"a/b\"}]", 0, []Refusal{{"repos.json:1", "it does not say on which host it lies: give --host"}}, ""},
		"a group in a group":          {Options{Name: "repos.json"}, `[{"full_name":"a/b/c","html_url":"https://h/a/b/c"}]`, 0, []Refusal{{"repos.json:1", "a/b/c lies in a group of a group, which no host that is known here has"}}, ""},
		"a file that is cut off":      {Options{Name: "repos.json"}, "[{\"full_name\":\"a/b\",\"html_url\":\"https://h/a/b\"},\n{\"full", 1, nil, "repos.json:2: it ends too early"},
		"an innersource.json alone":   {Options{Name: "innersource.json"}, `{"title":"x"}`, 0, []Refusal{{"innersource.json:1", "innersource.json does not say of which repository it speaks: give --repo"}}, ""},
		"no YAML":                     {Options{Name: "catalog-info.yaml"}, "kind: Component\nmetadata: {name: a, annotations: {github.com/project-slug: a/b}}\n---\na: [", 1, []Refusal{{"catalog-info.yaml:4", "it is no YAML: did not find expected node content"}}, ""},
		"an entity without a name":    {Options{Name: "catalog-info.yaml"}, "---\nkind: Component\n", 0, []Refusal{{"catalog-info.yaml:2", "it is no entity: it has no kind, or no metadata.name"}}, ""},
		"an entity that lies nowhere": {Options{Name: "catalog-info.yaml"}, "kind: Component\nmetadata:\n  name: a\n", 0, []Refusal{{"catalog-info.yaml:1", "component a names no repository, neither by github.com/project-slug nor by backstage.io/source-location: give --repo"}}, ""},
		"no known format":             {Options{Name: "a.txt"}, "hello", 0, nil, "a.txt is in no format that is known: say which with --format"},
		"nothing":                     {Options{Name: "a.jsonl"}, "", 0, nil, ""},
		"an empty list":               {Options{Name: "repos.json"}, "[]", 0, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, _, err := read(t, c.text, c.o)
			if diff := cmp.Diff(c.refused, got.refused); diff != "" || len(got.records) != c.records {
				t.Errorf("%d records, want %d; refused: %s", len(got.records), c.records, diff)
			}
			if message := fmt.Sprint(err); (c.broken != "" || err != nil) && message != c.broken {
				t.Errorf("got %q, want %q", message, c.broken)
			}
		})
	}
}

func TestBackstageEntitiesBecomeRepositories(t *testing.T) {
	t.Parallel()
	const text = `apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: auth-lib
  title: Auth library
  description: Validates tokens
  annotations: {backstage.io/source-location: 'url:https://git.example/identity/auth-lib/tree/main/'}
  tags: [auth, go]
  links:
    - {url: 'https://docs.example', title: Documentation}
    - {url: 'https://chat.example', title: Team chat}
spec:
  type: library
  lifecycle: deprecated
  owner: group:default/identity
  providesApis: [api:default/token-validation]
  consumesApis: [secrets]
  dependsOn: ['resource:default/key-store']
---
kind: API
metadata: {name: introspection}
spec: {type: openapi, owner: user:somebody}
---
kind: Group
metadata: {name: identity}
`
	got, f, err := read(t, text, Options{Name: "catalog-info.yaml"})
	if err != nil || f != Backstage || len(got.refused) > 0 || len(got.records) != 1 {
		t.Fatalf("%v, %s, %+v", err, f, got)
	}
	want := &catalog.Record{
		Host: "git.example", Owner: "identity", Name: "auth-lib", Title: "Auth library", Description: "Validates tokens", Kind: "library", Topics: []string{"auth", "go"},
		Docs: "https://docs.example", Ask: "https://chat.example", Team: &catalog.Team{Name: "identity", From: "catalog-info.yaml:15"},
		Provides: []catalog.Capability{{Name: "token-validation"}, {Name: "introspection"}}, Requires: []catalog.Capability{{Name: "secrets"}, {Name: "key-store"}},
		Extra: map[string]json.RawMessage{"lifecycle": json.RawMessage(`"deprecated"`)}, From: "catalog-info.yaml", SeenAt: now,
	}
	if diff := cmp.Diff(want, got.records[0]); diff != "" {
		t.Error(diff)
	}
	api, f, err := read(t, `[{"apiVersion":"backstage.io/v1alpha1","kind":"Component","metadata":{"name":"a","annotations":{"github.com/project-slug":"x/a"}}},{"apiVersion":"v","kind":"Component","metadata":{"name":"b","annotations":{"github.com/project-slug":"x/b"}}}]`, Options{Name: "-", Host: "git.example"})
	if err != nil || f != Backstage || len(api.records) != 2 || api.records[1].Key() != "git.example/x/b" {
		t.Errorf("what Backstage's API answers: %v, %s, %+v", err, f, api)
	}
}

func TestPublicCodeIsImported(t *testing.T) {
	t.Parallel()
	const text = `publiccodeYmlVersion: "0.4"
name: Medusa
url: "https://example.com/italia/medusa.git"
isBasedOn: https://example.com/origin/medusa
softwareVersion: "1.0"
releaseDate: 2017-04-15
softwareType: standalone/web
developmentStatus: obsolete
categories: [financial-reporting]
legal: {license: AGPL-3.0-or-later}
maintenance: {type: community}
description:
  it: {shortDescription: Una descrizione}
  en-GB:
    shortDescription: Reads snakes
    longDescription: |
      Long
      words.
    features: [Very fast]
    documentation: https://docs.example
dependsOn:
  open:
    - {name: MySQL, versionMin: "1.1", versionMax: "1.3", optional: true}
    - {name: PostgreSQL, version: "3.2"}
`
	got, f, err := read(t, text, Options{Name: "x.yml"})
	if err != nil || f != PublicCode || len(got.refused) > 0 || len(got.records) != 1 {
		t.Fatalf("%v, %s, %+v", err, f, got)
	}
	want := &catalog.Record{
		Host: "example.com", Owner: "italia", Name: "medusa", Title: "Medusa", Kind: "standalone/web", License: "AGPL-3.0-or-later", Topics: []string{"financial-reporting"}, Description: "Reads snakes",
		Docs: "https://docs.example", Readme: "Long words. Very fast", Excerpt: "Long words. Very fast", Source: "origin/medusa",
		Release: &catalog.Release{Tag: "1.0", Published: time.Date(2017, 4, 15, 0, 0, 0, 0, time.UTC)}, Requires: []catalog.Capability{{Name: "MySQL", Version: ">=1.1 <=1.3"}, {Name: "PostgreSQL", Version: "3.2"}},
		Extra: map[string]json.RawMessage{"developmentStatus": json.RawMessage(`"obsolete"`), "maintenance": json.RawMessage(`"community"`)}, From: "publiccode.yml", SeenAt: now,
	}
	if diff := cmp.Diff(want, got.records[0]); diff != "" {
		t.Error(diff)
	}
	copied, _, err := read(t, text, Options{Name: "publiccode.yml", Repo: forge.RepoName{Host: "h.example", Owner: "we", Name: "medusa"}})
	if err != nil || len(copied.records) != 1 || !copied.records[0].Fork || copied.records[0].Source != "italia/medusa" {
		t.Errorf("a file whose url is another repository lies in a fork of it: %v, %+v", err, copied)
	}
}

func TestTablesRunNothing(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		`=HYPERLINK("http://x")`: `'=HYPERLINK("http://x")`, "+1": "'+1", "-1+2": "'-1+2", "@SUM(A1)": "'@SUM(A1)", "\t=1": "' =1", " =1": "' =1", "\r\n=1": "'  =1", "＝1": "'＝1", "|x": "'|x",
		"plain, with a comma": "plain, with a comma", "a=b": "a=b", "": "", "a\x00\x1b[31mb": "a[31mb",
	} {
		if got := harmless(cell); got != want {
			t.Errorf("%q: got %q, want %q", cell, got, want)
		}
	}
	text := write(t, CSV, &catalog.Record{Host: "h", Owner: "a", Name: "b", Description: "=1+1", Topics: []string{"x", "y"}, Team: &catalog.Team{Name: "core"}})
	head, row, _ := strings.Cut(text, "\n")
	if !strings.HasPrefix(head, "host,fullName,url,title,description,team,") || !strings.HasPrefix(row, "h,a/b,,,'=1+1,core,,x y,") {
		t.Errorf("got\n%s", text)
	}
}

func TestMergeAddsWhatIsTold(t *testing.T) {
	t.Parallel()
	had := &catalog.Record{Host: "h", Owner: "A", Name: "b", Stars: 5, Topics: []string{"x"}, Excerpt: "words", From: "crawl", SeenAt: now, Provides: []catalog.Capability{{Name: "p"}, {Name: "q"}}, Extra: map[string]json.RawMessage{"k": json.RawMessage("1")}}
	told := &catalog.Record{Host: "h", Owner: "a", Name: "b", Title: "T", Topics: []string{"X", "y"}, Provides: []catalog.Capability{{Name: "p", Version: "2"}}, Extra: map[string]json.RawMessage{"l": json.RawMessage("2")}}
	want := &catalog.Record{Host: "h", Owner: "A", Name: "b", Stars: 5, Title: "T", Topics: []string{"x", "y"}, Excerpt: "words", From: "crawl", SeenAt: now, Provides: []catalog.Capability{{Name: "p", Version: "2"}, {Name: "q"}}, Extra: map[string]json.RawMessage{"k": json.RawMessage("1"), "l": json.RawMessage("2")}}
	if diff := cmp.Diff(want, Merge(had, told, Backstage)); diff != "" {
		t.Error(diff)
	}
	if got := Merge(had, told, SAP); got.Stars != 0 || got.Excerpt != "words" || len(got.Topics) != 2 || got.Topics[0] != "X" {
		t.Errorf("a repos.json tells counts and topics, and nothing of the README: got %+v", got)
	}
	if got := Merge(had, told, JSONLines); got != told {
		t.Errorf("a record of ours is told whole, got %+v", got)
	}
	if Merge(nil, told, SAP) != told || !Unchanged(had, Merge(had, &catalog.Record{}, Manifest)) || Unchanged(had, Merge(had, told, Manifest)) || Unchanged(nil, told) {
		t.Error("what is new and what is not is not told apart")
	}
}

// endless gives a line of JSON Lines again and again.
type endless struct {
	n    int
	left bytes.Reader
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left.Len() == 0 {
		if e.n == 0 {
			return 0, io.EOF
		}
		e.n--
		e.left.Reset([]byte(fmt.Sprintf(`{"host":"h.example","owner":"o","name":"r%d","stars":1,"forks":0,"openIssues":0,"readme":%q}`+"\n", e.n, strings.Repeat("word ", 200))))
	}
	return e.left.Read(p)
}

type counted struct{ records int }

func (c *counted) Take(*catalog.Record) error { c.records++; return nil }
func (c *counted) Refuse(Refusal)             {}
func (c *counted) Note(Refusal)               {}

// weighed looks now and then at what is held, in bytes. How far the heap has grown
// meanwhile depends on when the collector gets a processor.
type weighed struct {
	counted
	most uint64
}

func (w *weighed) Take(r *catalog.Record) error {
	if w.records%2000 == 0 {
		w.most = max(w.most, held())
	}
	return w.counted.Take(r)
}

func held() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestLongFilesNeedLittleMemory(t *testing.T) { // alone, since it looks at the heap
	before := held()
	c := &weighed{}
	if _, err := Read(context.Background(), &endless{n: 20_000}, Options{Name: "x.jsonl", Now: now}, c); err != nil || c.records != 20_000 {
		t.Fatalf("%d records, %v", c.records, err)
	}
	if c.most > before+4<<20 {
		t.Errorf("%d MB of 20 MB of records are held", (c.most-before)>>20)
	}
	long := io.MultiReader(strings.NewReader(`[{"full_name":"`), io.LimitReader(forever('x'), 64<<20))
	if _, err := Read(context.Background(), long, Options{Format: SAP, Name: "x"}, c); err == nil || !strings.Contains(err.Error(), "an entry is longer") {
		t.Errorf("an entry that does not end: %v", err)
	}
}

type forever byte

func (f forever) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(f)
	}
	return len(p), nil
}

func FuzzRead(f *testing.F) {
	f.Add("["+project+"]", 0)
	f.Add(`{"host":"h","owner":"a","name":"b","extra":{"k":1}}`, 2)
	f.Add("kind: Component\nmetadata: {name: a, annotations: {github.com/project-slug: a/b}, links: [{url: x}]}\nspec: {dependsOn: [a, 'b:c/d']}\n---\n", 4)
	f.Add("publiccodeYmlVersion: '0.4'\nurl: https://h/a/b\ndescription: {en: {features: [a]}}\ndependsOn: {open: [{name: x}]}", 5)
	f.Add(`{"title":"x","isrc":{"owner":"a"}}`, 3)
	f.Fuzz(func(t *testing.T, text string, n int) {
		formats := Readable()
		format := formats[((n%len(formats))+len(formats))%len(formats)]
		got, _, err := read(t, text, Options{Format: format, Name: "f", Host: "h.example", Repo: forge.RepoName{Host: "h.example", Owner: "a", Name: "b"}})
		if err != nil && len(err.Error()) > 1000 {
			t.Errorf("a long error: %d bytes", len(err.Error()))
		}
		for _, f := range Writable() {
			if out := write(t, f, got.records...); f == SAP || f == JSON {
				again, _, err := read(t, out, Options{Format: f})
				if err != nil || len(again.records) != len(got.records) || len(again.refused) > 0 {
					t.Errorf("%s: %d of %d records came back, refused %v: %v", f, len(again.records), len(got.records), again.refused, err)
				}
			}
		}
		Guess(text, []byte(text))
	})
}
