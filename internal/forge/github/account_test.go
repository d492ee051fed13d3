package github

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/forge"
)

func TestKeysAndAddressesOfAnAccount(t *testing.T) {
	t.Parallel()
	answers := map[string]http.HandlerFunc{
		"/api/v3/users/newcomer":                  said(200, `{"login": "newcomer", "id": 12, "type": "User"}`),
		"/api/v3/users/newcomer/gpg_keys":         said(200, `[{"id": 1}, {"id": 2}]`),
		"/api/v3/users/newcomer/ssh_signing_keys": said(404, `{"message": "Not Found"}`),
		"/api/v3/user/emails":                     said(200, `[{"email": "a@acme.example", "verified": true}, {"email": "b@acme.example", "verified": false}]`),
		"/api/v3/repos/acme/lib/codeowners/errors": said(200, `{"errors": [{"line": 3, "column": 1, "kind": "Unknown owner",
			"source": "* @acme/gone", "suggestion": null, "message": "Unknown owner on line 3", "path": ".github/CODEOWNERS"}]}`),
	}
	c, _ := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, ok := answers[r.URL.Path]
		if !ok {
			t.Errorf("%s is asked for", r.URL)
			answer = said(500, "{}")
		}
		answer(w, r)
	}))
	if u, err := c.User(t.Context(), "newcomer"); err != nil || u.ID != 12 {
		t.Errorf("got %+v, %v", u, err)
	}
	// a server without signing by SSH has none of those keys
	if gpg, ssh, err := c.SigningKeys(t.Context(), "newcomer"); err != nil || gpg != 2 || ssh != 0 {
		t.Errorf("got %d and %d keys, %v", gpg, ssh, err)
	}
	got, err := c.Emails(t.Context())
	if d := cmp.Diff([]string{"a@acme.example"}, got); d != "" || err != nil {
		t.Errorf("%v\n%s", err, d)
	}
	lines, err := c.OwnersErrors(t.Context(), lib(c), "main")
	want := []forge.OwnersError{{Line: 3, Path: ".github/CODEOWNERS", Kind: "Unknown owner", Message: "Unknown owner on line 3"}}
	if d := cmp.Diff(want, lines); d != "" || err != nil {
		t.Errorf("%v\n%s", err, d)
	}
}

func TestAddressesThatATokenMayNotSee(t *testing.T) {
	t.Parallel()
	c, _ := testClient(t, said(403, `{"message": "Resource not accessible by integration"}`))
	_, err := c.Emails(t.Context())
	if !forge.Refused(err) {
		t.Errorf("got %v", err)
	}
}
