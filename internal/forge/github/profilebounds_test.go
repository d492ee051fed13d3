package github

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/isrc-dev/isrc/internal/forge"
)

func TestALargeFileIsNotAskedFor(t *testing.T) {
	t.Parallel()
	p := forge.Profile{}
	w := chooseFiles(&p, map[string][]treeEntry{"": {{Name: "README.md", Type: "blob", OID: oid + "1", Size: maxWantedFile + 1}}})
	if len(w.oids) != 0 || len(p.Incomplete) != 1 {
		t.Errorf("got %v, %q", w, p.Incomplete)
	}
}

func TestMuchTextComesInSeveralAnswers(t *testing.T) {
	t.Parallel()
	s := &graphServer{answers: map[string][]string{"ProfileTexts": {`{"data":{}}`}}}
	c, _ := testClient(t, s)
	profiles, wanted := make([]forge.Profile, 3), []wantedTexts{}
	for i := range profiles {
		wanted = append(wanted, wantedTexts{of: i, repo: fmt.Sprintf("acme/r%d", i), oids: []string{oid + "1"}, paths: []string{"README.md"}, size: maxBatch/2 + 1})
	}
	if err := c.readTexts(t.Context(), profiles, wanted, nil); err != nil || s.operations() != "ProfileTexts ProfileTexts ProfileTexts" {
		t.Errorf("got %v after %s", err, s.operations())
	}
}

func TestAServerThatGivesMoreThanAskedIsBounded(t *testing.T) {
	t.Parallel()
	nodes := strings.TrimSuffix(strings.Repeat(bare("lib", "")+",", perPage+50), ",")
	page, err := profiles(t, &graphServer{answers: map[string][]string{"Profiles": {onePage(nodes, "")}}}, forge.ProfileQuery{Owner: "acme", First: 5})
	if err != nil || len(page.Profiles) != perPage {
		t.Errorf("got %d profiles, %v", len(page.Profiles), err)
	}
	c, _ := testClient(t, nil)
	long := c.wantedIssue(lib(c), &graphIssue{Number: 1, Body: strings.Repeat("x", maxIssueBody+1)})
	if len(long.Body) != maxIssueBody {
		t.Errorf("an issue of %d bytes is kept", len(long.Body))
	}
}

func TestAnAnswerThatDoesNotEndIsTooMuch(t *testing.T) {
	t.Parallel()
	c, _ := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.Copy(w, io.LimitReader(blanks{}, maxBody+1<<20)) // the client goes away
	}))
	if _, err := c.Profiles(t.Context(), forge.ProfileQuery{Owner: "acme", First: 5}); !errors.Is(err, forge.ErrTooMuch) || c.Requests() != 1 {
		t.Errorf("got %v after %d requests", err, c.Requests())
	}
}

type blanks struct{}

func (blanks) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestTeamsThatDoNotEndAreLeft(t *testing.T) {
	t.Parallel()
	n := 0
	c, _ := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n++
		said(200, fmt.Sprintf(`{"data":{"organization":{"teams":{"pageInfo":{"hasNextPage":true,"endCursor":"T%d"},"nodes":[{"slug":"t%d"}]}}}}`, n, n))(w, r)
	}))
	got, err := c.OwnerTeams(t.Context(), "acme")
	if err != nil || !got.Partial || got.Requests != maxTeamRequests || len(got.Members) != maxTeamRequests {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestAPageMayBeOrderedByTheLastChange(t *testing.T) {
	t.Parallel()
	q := forge.ProfileQuery{Owner: "acme", First: 5, ByUpdate: true}
	s := &graphServer{answers: map[string][]string{"Profiles": {onePage("", "")}}}
	if _, err := profiles(t, s, q); err != nil || fmt.Sprint(s.asked[0].Variables["order"]) != "map[direction:DESC field:UPDATED_AT]" {
		t.Errorf("GraphQL: asked with %v, %v", s.asked[0].Variables, err)
	}
	sort := ""
	c, _ := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sort = r.URL.Query().Get("sort") + " " + r.URL.Query().Get("direction")
		said(200, `[]`)(w, r)
	}))
	if _, err := c.ProfilesREST(t.Context(), q); err != nil || sort != "updated desc" {
		t.Errorf("REST: asked with %q, %v", sort, err)
	}
}

func TestADateThatIsNoneIsLeftOut(t *testing.T) {
	t.Parallel()
	node := `{"name":"lib","owner":{"login":"acme"},"createdAt":"","pushedAt":"yesterday","updatedAt":"2026-01-01T00:00:00Z"}`
	page, err := profiles(t, &graphServer{answers: map[string][]string{"Profiles": {onePage(node, "")}}}, forge.ProfileQuery{Owner: "acme", First: 5})
	if err != nil || len(page.Profiles) != 1 || !page.Profiles[0].PushedAt.IsZero() || page.Profiles[0].UpdatedAt.IsZero() {
		t.Errorf("got %+v, %v", page, err)
	}
}
