package github

import (
	"fmt"
	"strings"
	"testing"

	"github.com/isrc-dev/isrc/internal/forge"
)

func TestRepositoriesAreReadByTheirNames(t *testing.T) {
	t.Parallel()
	repo := fmt.Sprintf(wholeRepo, folderOf(entry("README.md", "blob", 1)), "null", "null")
	s := &graphServer{answers: map[string][]string{
		"NamedProfiles": {`{"data":{"r0":` + repo + `,"r1":null},"errors":[{"type":"NOT_FOUND","path":["r1"],"message":"Could not resolve to a Repository"}]}`},
		"ProfileTexts":  {`{"data":{"r0":{"f0":{"text":"Read me","byteSize":7,"isBinary":false},"i9":{"number":9,"title":"t","labels":{"nodes":[{"name":"help wanted"}]}}}}}`},
	}}
	c, _ := testClient(t, s)
	gone := forge.RepoName{Host: c.Host(), Owner: "acme", Name: "gone"}
	page, err := c.ProfilesOf(t.Context(), []forge.RepoName{lib(c), gone}, forge.ProfileOptions{QuarterEnd: noon})
	if err != nil || page.Requests != 2 || len(page.Profiles) != 1 || len(page.Skipped) != 1 {
		t.Fatalf("got %+v, %v after %s", page, err, s.operations())
	}
	if p := page.Profiles[0]; p.RepoName != lib(c) || p.ID != 7 || p.Files["README.md"] != "Read me" || len(p.HelpWanted) != 1 || *p.QuarterCommits != 42 {
		t.Errorf("got %+v", p)
	}
	if got := page.Skipped[0]; got.Repo != gone || !strings.Contains(got.Why, "Could not resolve") {
		t.Errorf("passed over %+v", got)
	}
}

func TestRepositoriesThatAreTooManyAreReadInHalves(t *testing.T) {
	t.Parallel()
	repo := fmt.Sprintf(wholeRepo, folderOf(), "null", "null")
	s := &graphServer{answers: map[string][]string{
		"NamedProfiles": {`{"data":null,"errors":[{"type":"RESOURCE_LIMITS_EXCEEDED","message":"too much"}]}`, `{"data":{"r0":` + repo + `}}`},
		"ProfileTexts":  {`{"data":{"r0":{}}}`},
	}}
	c, _ := testClient(t, s)
	page, err := c.ProfilesOf(t.Context(), []forge.RepoName{lib(c), lib(c)}, forge.ProfileOptions{QuarterEnd: noon})
	if err != nil || len(page.Profiles) != 2 || s.operations() != "NamedProfiles NamedProfiles ProfileTexts NamedProfiles ProfileTexts" {
		t.Errorf("got %+v, %v after %s", page, err, s.operations())
	}
}
