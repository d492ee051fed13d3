package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/progress"
)

const testToken = "token-of-the-test"

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// testClient makes a client of a handler that stands in for a server. It never
// sleeps: waits are told through slept.
func testClient(t *testing.T, h http.Handler, change ...func(*Options)) (c *Client, slept *[]time.Duration) {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	slept = &[]time.Duration{}
	o := Options{
		Host:   strings.TrimPrefix(srv.URL, "http://"),
		Scheme: "http",
		Token:  testToken,
		Now:    func() time.Time { return noon },
		Sleep: func(_ context.Context, d time.Duration) error {
			*slept = append(*slept, d)
			return nil
		},
	}
	for _, f := range change {
		f(&o)
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c, slept
}

// said is a handler that answers always the same.
func said(status int, body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Date", noon.Format(http.TimeFormat))
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

func lib(c *Client) forge.RepoName {
	return forge.RepoName{Host: c.Host(), Owner: "acme", Name: "lib"}
}

func TestARefusalBecomesAnErrorOfForge(t *testing.T) {
	t.Parallel()
	read := func(c *Client) error { _, err := c.Repo(t.Context(), lib(c)); return err }
	fork := func(c *Client) error { _, err := c.CreateFork(t.Context(), lib(c), ForkOptions{}); return err }
	const host = "HOST" // stands for the server's changing address
	for _, tt := range []struct {
		name   string
		do     func(*Client) error
		answer http.HandlerFunc
		change func(*Options)
		want   error
	}{
		{"pull requests that are switched off are a policy", fork, said(403, `{"message":"Pull requests are disabled for this repository"}`), nil,
			&forge.NotPermittedError{What: "forking acme/lib", Policy: forge.PolicyNoPulls, Quote: "Pull requests are disabled for this repository"}},
		{"issues that are switched off are no block by the host", fork, said(410, `{"message":"Issues has been disabled in this repository."}`), nil,
			&forge.NotPermittedError{What: "forking acme/lib", Policy: forge.PolicyNoIssues, Quote: "Issues has been disabled in this repository."}},
		{"who may not make repositories in an organisation forks elsewhere", fork, said(403, `{"message":"You don't have permission to create repositories in this organization."}`), nil,
			&forge.NotPermittedError{What: "forking acme/lib", Policy: forge.PolicyForkDestination, Quote: "You don't have permission to create repositories in this organization."}},
		{"a message before particulars ends in one mark", fork, said(422, `{"message":"Repository creation failed.","errors":[{"message":"too many"}]}`), nil,
			&forge.InvalidError{What: "forking acme/lib", Quote: "Repository creation failed: too many"}},
		{"a token that is refused wants a sign-in", read, said(401, `{"message":"Bad credentials"}`), nil,
			&forge.SignInError{Host: host, Refused: true}},
		{"no token, where one is needed, wants a sign-in", read, said(401, `{"message":"Requires authentication"}`), func(o *Options) { o.Token = "" },
			&forge.SignInError{Host: host}},
		{"a write without a token that finds nothing wants a sign-in", fork, said(404, `{"message":"Not Found"}`), func(o *Options) { o.Token = "" },
			&forge.SignInError{Host: host}},
		{"single sign-on gives its page", read, said(403, `{"message":"Resource protected by organization SAML enforcement."}`, "X-GitHub-SSO", "required; url=https://github.com/orgs/acme/sso?authorization_request=A1"), nil,
			&forge.SSOError{Host: host, URL: "https://github.com/orgs/acme/sso?authorization_request=A1", Quote: "Resource protected by organization SAML enforcement."}},
		{"a page of single sign-on that is no web page is not passed on", read, said(403, `{}`, "X-GitHub-SSO", "required; url=javascript:alert(1)"), nil,
			&forge.SSOError{Host: host}},
		{"a scope that is missing is named on 403", fork, said(403, `{"message":"Forbidden"}`, "X-OAuth-Scopes", "read:user, gist", "X-Accepted-OAuth-Scopes", "public_repo, repo"), nil,
			&forge.ScopeError{Host: host, Needed: []string{"public_repo", "repo"}, Have: []string{"read:user", "gist"}}},
		{"a scope that is missing is named on the 404 of a write", fork, said(404, `{"message":"Not Found"}`, "X-OAuth-Scopes", "", "X-Accepted-OAuth-Scopes", "repo"), nil,
			&forge.ScopeError{Host: host, Needed: []string{"repo"}}},
		{"a scope that contains the accepted one is enough", fork, said(404, `{"message":"Not Found"}`, "X-OAuth-Scopes", "admin:org", "X-Accepted-OAuth-Scopes", "read:org"), nil,
			&forge.NotFoundError{What: "repository acme/lib", Doing: "forking acme/lib"}},
		{"a read that finds nothing may be about scopes", read, said(404, `{"message":"Not Found"}`, "X-OAuth-Scopes", "", "X-Accepted-OAuth-Scopes", "repo"), nil,
			&forge.NotFoundError{What: "repository acme/lib", Host: host, Lacks: []string{"repo"}}},
		{"a read that finds nothing with every scope is not about them", read, said(404, `{"message":"Not Found"}`, "X-OAuth-Scopes", "repo", "X-Accepted-OAuth-Scopes", "repo"), nil,
			&forge.NotFoundError{What: "repository acme/lib"}},
		{"a fine-grained token is told the permission", fork, said(403, `{"message":"Resource not accessible by personal access token"}`, "X-Accepted-GitHub-Permissions", "administration=write,contents=read; contents=write"), nil,
			&forge.TokenError{Host: host, What: "forking acme/lib", Kind: forge.TokenFineGrained, Needed: []string{"administration=write,contents=read", "contents=write"}, Quote: "Resource not accessible by personal access token"}},
		{"a token without a person is told so", fork, said(403, `{"message":"Resource not accessible by integration"}`), nil,
			&forge.TokenError{Host: host, What: "forking acme/lib", Kind: forge.TokenApp, Quote: "Resource not accessible by integration"}},
		{"an organisation that admits no such token is a policy of tokens", read, said(403, `{"message":"The 'acme' organization forbids access via a fine-grained personal access tokens if the token's lifetime is greater than 90 days."}`), func(o *Options) { o.Token = "github_pat_x" },
			&forge.TokenError{Host: host, What: "reading repository acme/lib", Kind: forge.TokenFineGrained, Policy: forge.PolicyTokenAccess, Quote: "The 'acme' organization forbids access via a fine-grained personal access tokens if the token's lifetime is greater than 90 days."}},
		{"an organisation that has not admitted the app is a policy of tokens", read, said(403, "{\"message\":\"Although you appear to have the correct authorization credentials, the `acme` organization has enabled OAuth App access restrictions\"}"), nil,
			&forge.TokenError{Host: host, What: "reading repository acme/lib", Policy: forge.PolicyAppAccess, Quote: "Although you appear to have the correct authorization credentials, the `acme` organization has enabled OAuth App access restrictions"}},
		{"what a fine-grained token does not find may not have been given to it", read, said(404, `{"message":"Not Found"}`), func(o *Options) { o.Token = "github_pat_x" },
			&forge.NotFoundError{What: "repository acme/lib", Host: host, Kind: forge.TokenFineGrained}},
		{"a fork to where none may lie is a policy of its own", fork, said(403, `{"message":"Cannot fork an internal repo to an organization."}`), nil,
			&forge.NotPermittedError{What: "forking acme/lib", Policy: forge.PolicyForkDestination, Quote: "Cannot fork an internal repo to an organization."}},
		{"an account that an enterprise manages is a policy", fork, said(403, `{"message":"As an Enterprise Managed User, you cannot access this content"}`), nil,
			&forge.NotPermittedError{What: "forking acme/lib", Policy: forge.PolicyManagedUser, Quote: "As an Enterprise Managed User, you cannot access this content"}},
		{"a repository that is moved is locked", fork, said(403, `{"message":"Repository has been locked for migration."}`), nil,
			&forge.NotPermittedError{What: "forking acme/lib", Policy: forge.PolicyLocked, Quote: "Repository has been locked for migration."}},
		{"an account that is suspended is a policy", fork, said(403, `{"message":"Sorry. Your account was suspended."}`), nil,
			&forge.NotPermittedError{What: "forking acme/lib", Policy: forge.PolicySuspended, Quote: "Sorry. Your account was suspended."}},
		{"an account that the owners have blocked is a policy", fork, said(403, `{"message":"User is blocked"}`), nil,
			&forge.NotPermittedError{What: "forking acme/lib", Policy: forge.PolicyUserBlocked, Quote: "User is blocked"}},
		{"pull requests of collaborators alone are a policy", fork, said(422, `{"message":"Validation Failed","errors":[{"resource":"PullRequest","code":"custom","message":"must be a collaborator"}]}`), nil,
			&forge.NotPermittedError{What: "forking acme/lib", Policy: forge.PolicyCollaborators, Quote: "must be a collaborator"}},
		{"a repository that is blocked gives the reason and its page", read, said(451, `{"message":"Repository access blocked","block":{"reason":"dmca","html_url":"https://github.com/github/dmca/blob/1.md"}}`), nil,
			&forge.NotPermittedError{What: "reading repository acme/lib", Policy: forge.PolicyBlocked, Quote: "Repository access blocked (dmca)", URL: "https://github.com/github/dmca/blob/1.md"}},
		{"a page of a blocked repository that is no web page is not passed on", read, said(403, `{"message":"Repository access blocked","block":{"reason":"tos","html_url":"javascript:alert(1)"}}`), nil,
			&forge.NotPermittedError{What: "reading repository acme/lib", Policy: forge.PolicyBlocked, Quote: "Repository access blocked (tos)"}},
		{"too many pull requests at once are a limit", fork, said(422, `{"message":"Validation Failed","errors":[{"resource":"PullRequest","code":"custom","message":"was submitted too quickly"}]}`), func(o *Options) { o.MaxWait = -1 },
			&forge.RateLimitError{Host: host, Until: noon.Add(time.Minute), Secondary: true}},
		{"the workflow scope is known by the words", fork, said(422, "{\"message\":\"refusing to allow a token to create or update workflow `.github/workflows/ci.yml` without `workflow` scope\"}", "X-OAuth-Scopes", "repo"), nil,
			&forge.ScopeError{Host: host, Needed: []string{"workflow"}, Have: []string{"repo"}}},
		{"forking that is disabled is a policy", fork, said(403, `{"message":"The repository exists, but forking is disabled."}`), nil,
			&forge.NotPermittedError{What: "forking acme/lib", Policy: forge.PolicyForkingDisabled, Quote: "The repository exists, but forking is disabled."}},
		{"forking that is disabled is a policy as a 422 too", fork, said(422, `{"message":"Validation Failed","errors":["the organization does not allow forking of private repositories"]}`), nil,
			&forge.NotPermittedError{What: "forking acme/lib", Policy: forge.PolicyForkingDisabled, Quote: "the organization does not allow forking of private repositories"}},
		{"an empty repository is not a matter of forking", fork, said(403, `{"message":"The repository exists, but it contains no Git content. Empty repositories cannot be forked."}`), nil,
			&forge.NotPermittedError{What: "forking acme/lib", Policy: forge.PolicyEmpty, Quote: "The repository exists, but it contains no Git content. Empty repositories cannot be forked."}},
		{"an archived repository is a policy", fork, said(403, `{"message":"Repository was archived so is read-only."}`), nil,
			&forge.NotPermittedError{What: "forking acme/lib", Policy: forge.PolicyArchived, Quote: "Repository was archived so is read-only."}},
		{"an address that is not on the list is a policy", read, said(403, `{"message":"Although you appear to have the correct authorization credentials, the organization has an IP allow list enabled, and your IP address is not permitted to access this resource."}`), nil,
			&forge.NotPermittedError{What: "reading repository acme/lib", Policy: forge.PolicyIPAllowList, Quote: "Although you appear to have the correct authorization credentials, the organization has an IP allow list enabled, and your IP address is not permitted to access this resource."}},
		{"an interaction limit is a policy", fork, said(403, `{"message":"An owner of this repository has set an interaction limit"}`), nil,
			&forge.NotPermittedError{What: "forking acme/lib", Policy: forge.PolicyInteraction, Quote: "An owner of this repository has set an interaction limit"}},
		{"a protected branch is a policy", fork, said(422, `{"message":"Cannot delete protected branch"}`), nil,
			&forge.NotPermittedError{What: "forking acme/lib", Policy: forge.PolicyProtected, Quote: "Cannot delete protected branch"}},
		{"a policy is seen although no requests are left", fork, said(403, `{"message":"Repository was archived so is read-only."}`, "X-RateLimit-Remaining", "0"), nil,
			&forge.NotPermittedError{What: "forking acme/lib", Policy: forge.PolicyArchived, Quote: "Repository was archived so is read-only."}},
		{"any other 403 is not permitted, in the server's words", fork, said(403, `{"message":"Must have admin rights to Repository."}`), nil,
			&forge.NotPermittedError{What: "forking acme/lib", Policy: forge.PolicyOther, Quote: "Must have admin rights to Repository."}},
		{"a 422 quotes what its errors say", fork, said(422, `{"message":"Validation Failed","errors":[{"resource":"Repository","field":"name","code":"invalid"},{"message":"name is odd"}]}`), nil,
			&forge.InvalidError{What: "forking acme/lib", Quote: "Repository name invalid; name is odd"}},
		{"a 422 with one string for all errors is read", fork, said(422, `{"message":"Validation failed.","errors":"the name is taken"}`), nil,
			&forge.InvalidError{What: "forking acme/lib", Quote: "the name is taken"}},
		{"a 422 that says nothing is said as such", fork, said(422, ``), nil,
			&forge.InvalidError{What: "forking acme/lib", Quote: "it answers 422 Unprocessable Entity"}},
		{"what is gone is not permitted", read, said(451, `{"message":"Repository access blocked"}`), nil,
			&forge.NotPermittedError{What: "reading repository acme/lib", Policy: forge.PolicyBlocked, Quote: "Repository access blocked"}},
		{"a primary limit beyond the wait is told with its time", read, said(403, `{"message":"API rate limit exceeded for user"}`, "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", fmt.Sprint(noon.Add(time.Hour).Unix())), nil,
			&forge.RateLimitError{Host: host, Until: noon.Add(time.Hour + time.Second)}},
		{"a secondary limit beyond the wait is told with its time", read, said(429, `{"message":"You have exceeded a secondary rate limit"}`, "Retry-After", "300"), nil,
			&forge.RateLimitError{Host: host, Until: noon.Add(5 * time.Minute), Secondary: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			change := tt.change
			if change == nil {
				change = func(*Options) {}
			}
			c, slept := testClient(t, tt.answer, change)
			got := tt.do(c)
			if diff := cmp.Diff(tt.want, got, cmp.Transformer("host", func(s string) string {
				return strings.ReplaceAll(s, c.Host(), host)
			})); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if c.Requests() != 1 || len(*slept) != 0 {
				t.Errorf("%d requests and waits of %v, want one request and no wait", c.Requests(), *slept)
			}
		})
	}
}

func TestWhatAHostLacksIsUnsupported(t *testing.T) {
	t.Parallel()
	for _, status := range []int{405, 406, 415, 501} {
		c, _ := testClient(t, said(status, `{}`))
		if _, err := c.Repo(t.Context(), lib(c)); !errors.Is(err, forge.ErrUnsupported) {
			t.Errorf("%d gives %v, want ErrUnsupported", status, err)
		}
	}
}

func TestAServerThatDoesNotAnswerProperlyIsUnavailable(t *testing.T) {
	t.Parallel()
	read := func(c *Client) error { _, err := c.Repo(t.Context(), lib(c)); return err }
	fork := func(c *Client) error { _, err := c.CreateFork(t.Context(), lib(c), ForkOptions{}); return err }
	elsewhere := func(status int) http.HandlerFunc {
		return said(status, ``, "Location", "https://elsewhere.example/repos/acme/lib")
	}
	cut := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000")
		fmt.Fprint(w, `{"name":`)
	}
	hangup := func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) }
	for _, tt := range []struct {
		name     string
		do       func(*Client) error
		answer   http.HandlerFunc
		says     string
		requests int
	}{
		{"a 500 is not repeated", read, said(500, `{"message":"oops"}`), "it answers 500: oops", 1},
		{"a 502 of a read is repeated", read, said(502, `<html>bad gateway</html>`), "it answers 502 Bad Gateway", 3},
		{"a 503 of a read is repeated", read, said(503, ``), "it answers 503 Service Unavailable", 3},
		{"a 502 of a write is not repeated", fork, said(502, ``), "it answers 502 Bad Gateway", 1},
		{"a cut answer to a read is repeated", read, cut, "unexpected EOF", 3},
		{"a cut answer to a write is not repeated", fork, cut, "unexpected EOF", 1},
		{"a read that is hung up on is repeated", read, hangup, "EOF", 3},
		{"a write that is hung up on is not repeated", fork, hangup, "EOF", 1},
		{"JSON that ends early is repeated", read, said(200, `{"name":"lib","owner":{"login":"ac`), "cut off", 3},
		{"a web page is not an answer", read, said(200, `<!DOCTYPE html><p>sign in</p>`, "Content-Type", "text/html"), "a web page came instead", 1},
		{"a page of a proxy is not a refusal", read, said(403, `<html>blocked</html>`, "Content-Type", "text/html"), "a web page came instead", 1},
		{"a list in place of an object is not an answer", read, said(200, `[]`), "not the JSON that was expected", 1},
		{"nothing is not an answer", read, said(200, ``), "not the JSON that was expected", 1},
		{"a repository whose name is none is not an answer", read, said(200, `{"name":"..","owner":{"login":"acme"}}`), "names no repository", 1},
		{"another host is not followed, and named", read, elsewhere(302), "redirects to https://elsewhere.example", 1},
		{"another host is not followed by a write", fork, elsewhere(307), "redirects to https://elsewhere.example", 1},
		{"a write is not turned into a read", fork, said(302, ``, "Location", "/api/v3/repos/acme/other/forks"), "redirect that would make it a GET", 1},
		{"a circle of redirects ends", read, said(302, ``, "Location", "/api/v3/repos/acme/lib"), "in a circle", 5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _ := testClient(t, tt.answer)
			err := tt.do(c)
			var got *forge.UnavailableError
			if !errors.As(err, &got) || got.Host != c.Host() || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want it unavailable because %q", err, tt.says)
			}
			if c.Requests() != tt.requests {
				t.Errorf("%d requests, want %d", c.Requests(), tt.requests)
			}
			if err != nil && strings.Contains(err.Error(), testToken) {
				t.Errorf("the token stands in %q", err)
			}
		})
	}
}

func TestWaitsAreHonouredReportedAndBounded(t *testing.T) {
	t.Parallel()
	ok := said(202, `{"name":"lib","owner":{"login":"newcomer"},"created_at":"2026-03-04T11:59:58Z"}`)
	limited := said(403, `{"message":"You have exceeded a secondary rate limit"}`, "Retry-After", "12")
	for _, tt := range []struct {
		name  string
		first http.HandlerFunc
		times int
		max   time.Duration
		waits []time.Duration
		fails bool
	}{
		{"a write that came too early is repeated after the wait", limited, 1, 0, []time.Duration{12 * time.Second}, false},
		{"the waits of one call are bounded together", limited, 9, 20 * time.Second, []time.Duration{12 * time.Second}, true},
		{"the tries of one call are bounded", said(429, `{}`, "Retry-After", "0"), 9, 0, []time.Duration{time.Second, time.Second}, true},
		{"a negative bound never waits", limited, 1, -1, nil, true},
		{"a limit without a time waits a minute", said(403, `{"message":"You have triggered an abuse detection mechanism"}`), 1, 0, []time.Duration{time.Minute}, false},
		{"the primary limit is waited for by the server's clock", said(403, `{"message":"API rate limit exceeded"}`, "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", fmt.Sprint(noon.Add(30*time.Second).Unix())), 1, 0, []time.Duration{31 * time.Second}, false},
		{"a date in Retry-After is understood", said(429, `{}`, "Retry-After", noon.Add(5*time.Second).Format(http.TimeFormat)), 1, 0, []time.Duration{5 * time.Second}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			n := 0
			var events []progress.Event
			c, slept := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if n++; n <= tt.times {
					tt.first(w, r)
					return
				}
				ok(w, r)
			}), func(o *Options) {
				o.MaxWait = tt.max
				o.Sink = func(e progress.Event) { events = append(events, e) }
			})
			_, err := c.CreateFork(t.Context(), lib(c), ForkOptions{})
			var limit *forge.RateLimitError
			if errors.As(err, &limit) != tt.fails || (err != nil) != tt.fails {
				t.Errorf("got %v, want a rate limit: %v", err, tt.fails)
			}
			if diff := cmp.Diff(tt.waits, *slept, cmp.Transformer("nil", func(d []time.Duration) []time.Duration { return append([]time.Duration{}, d...) })); diff != "" {
				t.Errorf("waits (-want +got):\n%s", diff)
			}
			if len(events) != len(tt.waits) {
				t.Errorf("%d waits were reported, want %d", len(events), len(tt.waits))
			}
			for i, e := range events {
				want := "waiting " + seconds(tt.waits[i]) + " for " + c.Host() + ", which limits requests"
				if e.Phase != progress.Waiting || e.Message != want || e.Wait != tt.waits[i] {
					t.Errorf("got the event %+v, want %q", e, want)
				}
			}
		})
	}
}

func TestAnInterruptEndsAWaitWithItsOwnError(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	c, _ := testClient(t, said(429, `{}`, "Retry-After", "5"), func(o *Options) {
		o.Sleep = func(ctx context.Context, _ time.Duration) error {
			cancel()
			return ctx.Err()
		}
	})
	if _, err := c.Repo(ctx, lib(c)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
	if _, err := c.CreateFork(ctx, lib(c), ForkOptions{}); err == nil || err != context.Canceled {
		t.Errorf("a write under an ended context: got %v, want the context's error", err)
	}
}
