package github

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/progress"
)

func TestAServerThatIsTooOldIsAskedForTheRest(t *testing.T) {
	t.Parallel()
	github := func(kind, field string) string {
		return fmt.Sprintf(`{"path":["fragment"],"extensions":{"code":"undefinedField","typeName":%q,"fieldName":%q},"message":"Field '%s' doesn't exist on type '%s'"}`, kind, field, field, kind)
	}
	words := func(kind, field string) string {
		message, _ := json.Marshal(fmt.Sprintf("Cannot query field %q on type %q.", field, kind))
		return fmt.Sprintf(`{"message":%s}`, message)
	}
	for name, unknown := range map[string]func(kind, field string) string{"GitHub": github, "others": words} {
		answer := onePage(fmt.Sprintf(strings.Replace(wholeRepo, `"visibility":"INTERNAL",`, "", 1), folderOf(), "null", "null"), "")
		s := &graphServer{answers: map[string][]string{
			"Profiles":     {`{"errors":[` + unknown("Repository", "visibility") + "," + unknown("TreeEntry", "size") + `]}`, `{"errors":[` + unknown("Repository", "forkingAllowed") + `]}`, answer},
			"ProfileTexts": {`{"data":{"r0":{}}}`},
		}}
		var said []string
		c, _ := testClient(t, s, func(o *Options) {
			o.Sink = func(e progress.Event) { said = append(said, e.Message) }
		})
		page, err := c.Profiles(t.Context(), forge.ProfileQuery{Owner: "acme", First: 50})
		if err != nil || len(page.Profiles) != 1 || page.Profiles[0].Visibility != "" || !page.Profiles[0].Private {
			t.Fatalf("%s: got %v, %v", name, page.Profiles, err)
		}
		if got := s.operations(); got != "Profiles Profiles Profiles ProfileTexts" {
			t.Errorf("%s: asked %s", name, got)
		}
		for i, has := range []bool{true, true, false} {
			if strings.Contains(s.asked[i].Query, "forkingAllowed") != has || strings.Contains(s.asked[i].Query, "oid size") != (i == 0) {
				t.Errorf("%s: question %d is\n%s", name, i, s.asked[i].Query)
			}
		}
		if all := strings.Join(said, "; "); !strings.Contains(all, "Repository.visibility, TreeEntry.size") || !strings.Contains(all, "Repository.forkingAllowed") {
			t.Errorf("%s: said %q", name, all)
		}
	}
}

func TestAServerThatLacksWhatIsNeededIsReadByREST(t *testing.T) {
	t.Parallel()
	s := &graphServer{answers: map[string][]string{"Profiles": {`{"errors":[{"message":"Field 'visibility' doesn't exist on type 'Repository'"},{"message":"Field 'databaseId' doesn't exist on type 'Repository'"}]}`}}}
	if _, err := profiles(t, s, forge.ProfileQuery{Owner: "acme", First: 50}); err == nil || s.operations() != "Profiles" {
		t.Errorf("got %v after %s", err, s.operations())
	}
}

// What is left out must be in the documents, and what remains a document.
func TestWhatMayBeLeftOutIsAskedFor(t *testing.T) {
	t.Parallel()
	texts := textsDocument([]wantedTexts{{repo: "acme/lib", oids: []string{oid + "1"}}}, true)
	c, _ := testClient(t, said(200, `{}`))
	for name, f := range optionalFields() {
		if !strings.Contains(texts.text, f[0]) {
			t.Errorf("%s: nothing asks for %q", name, f[0])
		}
		c.without = map[string]bool{name: true}
		_, field, _ := strings.Cut(name, ".")
		if got := c.askable(texts); len(got) != len(texts.text)-len(f[0])+len(f[1]) || strings.Count(got, field) >= strings.Count(texts.text, field) {
			t.Errorf("%s: left %s", name, got)
		}
	}
}
