package github

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/isrc-dev/isrc/internal/forge"
)

// notForApps answers as GitHub does where an app's token asks about a person.
const notForApps = `{"message":"Resource not accessible by integration","status":"403"}`

func TestViewerOfATokenWithoutAPerson(t *testing.T) {
	t.Parallel()
	const shaped, shapeless = "ghs_abcdefghijklmnopqrstuvwxyz0123456789", "token-of-the-test"
	for _, c := range []struct {
		name, token string
		graph       http.HandlerFunc
		login       string
		rest        int // questions to /user
	}{
		{"its shape tells, so /user is not asked", shaped, said(200, `{"data":{"viewer":{"login":"helper[bot]","databaseId":7}}}`), "helper[bot]", 0},
		{"of an app of the new, longer form", "ghs_12345_eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxIn0.c2ln", said(200, `{"data":{"viewer":{"login":"helper","databaseId":7}}}`), "helper[bot]", 0},
		{"its shape does not tell, and the refusal does", shapeless, said(200, `{"data":{"viewer":{"login":"helper","databaseId":7}}}`), "helper[bot]", 1},
		{"no GraphQL", shaped, said(404, `{"message":"Not Found"}`), forge.SomeBot, 0},
		{"GraphQL refuses, too", shaped, said(200, `{"data":null,"errors":[{"type":"FORBIDDEN","message":"Resource not accessible by integration"}]}`), forge.SomeBot, 0},
		{"GraphQL does not say", shaped, said(200, `{"data":{"viewer":null}}`), forge.SomeBot, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			rest := 0
			client, _ := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/graphql") {
					_, _ = io.Copy(io.Discard, r.Body)
					c.graph(w, r)
					return
				}
				rest++
				said(403, notForApps)(w, r)
			}), func(o *Options) { o.Token = c.token })
			v, err := client.Viewer(t.Context())
			if err != nil || v.Login != c.login || !v.IsBot() || rest != c.rest {
				t.Errorf("got %q, bot %v, %d questions to /user, %v; want %q, %d", v.Login, v.IsBot(), rest, err, c.login, c.rest)
			}
		})
	}
}

// A token that has ended is no app without a name.
func TestViewerOfAnEndedAppToken(t *testing.T) {
	t.Parallel()
	client, _ := testClient(t, said(401, `{"message":"Bad credentials"}`), func(o *Options) { o.Token = "ghs_ended" })
	var signIn *forge.SignInError
	if v, err := client.Viewer(t.Context()); !errors.As(err, &signIn) || !signIn.Refused {
		t.Errorf("got %+v, %v, want a refused token", v, err)
	}
}

// The same words are said to a person who signed in through an app: there the
// app falls short, not the person.
func TestIntegrationRefusesAPerson(t *testing.T) {
	t.Parallel()
	for token, kind := range map[string]string{"ghu_person": forge.TokenOAuth, "ghs_app": forge.TokenApp, "anything": forge.TokenApp} {
		client, _ := testClient(t, said(403, notForApps), func(o *Options) { o.Token = token })
		_, err := client.CreateFork(t.Context(), forge.RepoName{Host: "h.example", Owner: "acme", Name: "lib"}, forge.ForkOptions{})
		var limited *forge.TokenError
		if !errors.As(err, &limited) || limited.Kind != kind {
			t.Errorf("%s: got %v, want a token of kind %s", token, err, kind)
		}
		if person := strings.Contains(err.Error(), "takes a person"); person != (kind == forge.TokenApp) {
			t.Errorf("%s: %v", token, err)
		}
	}
}
