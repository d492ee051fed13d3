package github

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
)

// graphServer answers GraphQL queries by the name of their operation, as a
// scripted stand-in for a server. A name without an answer is a failure.
type graphServer struct {
	mu      sync.Mutex
	answers map[string][]string // by operation, the last one for ever
	status  map[string]int
	asked   []question
}

type question struct {
	Operation string
	Query     string
	Variables map[string]any
}

func (s *graphServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var q question
	if err != nil || json.Unmarshal(body, &q) != nil || r.URL.Path != "/api/graphql" || r.Method != http.MethodPost {
		http.Error(w, "not a query: "+r.URL.Path, http.StatusTeapot)
		return
	}
	q.Operation, _, _ = strings.Cut(strings.TrimPrefix(q.Query, "query "), "(")
	q.Operation, _, _ = strings.Cut(q.Operation, " ")
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, q)
	answers := s.answers[q.Operation]
	if len(answers) == 0 {
		http.Error(w, "no answer to "+q.Operation, http.StatusTeapot)
		return
	}
	if len(answers) > 1 {
		s.answers[q.Operation] = answers[1:]
	}
	status := s.status[q.Operation]
	if status == 0 {
		status = http.StatusOK
	}
	said(status, answers[0]).ServeHTTP(w, r)
}

func (s *graphServer) operations() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []string
	for _, q := range s.asked {
		all = append(all, q.Operation)
	}
	return strings.Join(all, " ")
}

func TestGraphQLIsAskedBesideTheAPI(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		host, api, want string
	}{
		{"github.com", "", "https://api.github.com/graphql"},
		{"acme.ghe.com", "", "https://api.acme.ghe.com/graphql"},
		{"ghe.example", "", "https://ghe.example/api/graphql"},
		{"ghe.example", "https://ghe.example/behind/a/proxy/api/v3", "https://ghe.example/behind/a/proxy/api/graphql"},
		{"git.example", "https://git.example/api/v1/", "https://git.example/api/graphql"},
		{"git.example", "https://api.git.example", "https://api.git.example/graphql"},
	} {
		c, err := New(Options{Host: tt.host, APIURL: tt.api})
		if err != nil {
			t.Fatal(err)
		}
		req, err := c.request(t.Context(), call{method: http.MethodPost, path: graphPath(c.api.Path), graph: true})
		if err != nil || req.URL.String() != tt.want {
			t.Errorf("%s %s: got %v, %v, want %s", tt.host, tt.api, req.URL, err, tt.want)
		}
	}
}

// askAnything sends a document through the transport alone.
func askAnything(t *testing.T, c *Client) (reply, error) {
	t.Helper()
	var out struct{ Viewer *struct{ Login string } }
	return c.ask(t.Context(), document{"viewer", "query Viewer { viewer { login } }"}, nil, "the account", &out)
}

func TestAnAnswerOfGraphQLBecomesAnErrorOfForge(t *testing.T) {
	t.Parallel()
	type check func(error) bool
	as := func(target any) check { return func(err error) bool { return errors.As(err, target) } }
	is := func(target error) check { return func(err error) bool { return errors.Is(err, target) } }
	later := fmt.Sprint(noon.Add(time.Hour).Unix())
	for _, tt := range []struct {
		name     string
		answer   http.HandlerFunc
		want     check
		requests int
	}{
		{"a limit with the status 200 is a limit", said(200, `{"errors":[{"type":"RATE_LIMITED","message":"API rate limit already exceeded"}]}`, "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", later), as(new(*forge.RateLimitError)), 1},
		{"a second limit waits and asks again", said(200, `{"errors":[{"message":"You have exceeded a secondary rate limit"}]}`, "Retry-After", "2"), as(new(*forge.RateLimitError)), 3},
		{"something went wrong is too much", said(200, `{"data":null,"errors":[{"message":"Something went wrong while executing your query. This may be the result of a timeout."}]}`), is(forge.ErrTooMuch), 1},
		{"limits of resources are too much though there is data", said(200, `{"data":{"viewer":null},"errors":[{"type":"RESOURCE_LIMITS_EXCEEDED","path":["viewer"],"message":"Resource limits for this query exceeded."}]}`), is(forge.ErrTooMuch), 1},
		{"too many nodes are too much", said(200, `{"errors":[{"type":"MAX_NODE_LIMIT_EXCEEDED","message":"This query requests up to 1,000,000 possible nodes"}]}`), is(forge.ErrTooMuch), 1},
		{"502 is asked twice and is too much", said(502, `{"message":"Server Error"}`), is(forge.ErrTooMuch), 2},
		{"504 as a page is too much", said(504, `<html>Gateway Timeout</html>`), is(forge.ErrTooMuch), 2},
		{"404 is no GraphQL", said(404, `{"message":"Not Found"}`), is(forge.ErrUnsupported), 1},
		{"405 is no GraphQL", said(405, ``), is(forge.ErrUnsupported), 1},
		{"a page is no GraphQL", said(200, `<!doctype html><title>Home</title>`, "Content-Type", "text/html"), is(forge.ErrUnsupported), 1},
		{"an answer of another API is no GraphQL", said(200, `{"message":"hello"}`), is(forge.ErrUnsupported), 1},
		{"a list is no GraphQL", said(200, `[]`), is(forge.ErrUnsupported), 1},
		{"a field that a server is too old for is not supported", said(200, `{"errors":[{"message":"Field 'login' doesn't exist on type 'User'","extensions":{"code":"undefinedField"}}]}`), is(forge.ErrUnsupported), 1},
		{"a token that is refused wants a sign-in", said(401, `{"message":"Bad credentials"}`), as(new(*forge.SignInError)), 1},
		{"a scope that is missing is named", said(200, `{"errors":[{"type":"INSUFFICIENT_SCOPES","message":"Your token has not been granted the required scopes to execute this query. The 'teams' field requires one of the following scopes: ['read:org', 'admin:org'], but your token has only been granted the: ['repo'] scopes."}]}`), func(err error) bool {
			var scope *forge.ScopeError
			return errors.As(err, &scope) && strings.Join(scope.Needed, " ") == "read:org admin:org"
		}, 1},
		{"single sign-on is told", said(200, `{"data":null,"errors":[{"type":"FORBIDDEN","extensions":{"saml_failure":true},"message":"Resource protected by organization SAML enforcement."}]}`), as(new(*forge.SSOError)), 1},
		{"a refusal is not permitted", said(200, `{"data":null,"errors":[{"type":"FORBIDDEN","message":"Resource not accessible by integration"}]}`), as(new(*forge.NotPermittedError)), 1},
		{"any other error is quoted", said(200, `{"errors":[{"type":"UNPROCESSABLE","message":"Variable $x of type Int! was provided invalid value"}]}`), as(new(*forge.InvalidError)), 1},
		{"a server that says it failed is asked once more", said(200, `{"errors":[{"message":"Internal server error"}]}`), is(forge.ErrUnsupported), 2},
		{"a timeout of all that was asked for is too much", said(200, `{"data":null,"errors":[{"message":"timeout","path":["viewer"]}]}`), is(forge.ErrTooMuch), 1},
		{"words alone are no answer of GitHub's", said(200, `{"data":null,"errors":[{"message":"Unknown operation"}]}`), is(forge.ErrUnsupported), 1},
		{"400 is no GraphQL", said(400, `{"message":"Bad Request"}`), is(forge.ErrUnsupported), 1},
		{"400 for a field that a server does not know", said(400, `{"errors":[{"message":"Cannot query field \"login\" on type \"User\".","extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`), is(forge.ErrUnsupported), 1},
		{"a token that may not use GraphQL may use REST", said(403, `{"message":"Resource not accessible by personal access token"}`), is(forge.ErrUnsupported), 1},
		{"a policy is one for REST too", said(403, `{"message":"Although you appear to have the correct authorization credentials, the organization has an IP allow list enabled"}`), as(new(*forge.NotPermittedError)), 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c, _ := testClient(t, tt.answer)
			if _, err := askAnything(t, c); err == nil || !tt.want(err) {
				t.Errorf("got %T %v", err, err)
			}
			if got := c.Requests(); got != tt.requests {
				t.Errorf("got %d requests, want %d", got, tt.requests)
			}
		})
	}
}

func TestAHostWithoutGraphQLIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"nothing there": said(404, `{}`), "a wrong method": said(405, ``), "a wrong request": said(400, `{"message":"Bad Request"}`),
		"said in the form of GraphQL": said(200, `{"errors":[{"message":"GraphQL is not supported by this server"}]}`),
		"not for this token":          said(403, `{"message":"Resource not accessible by personal access token"}`),
	} {
		c, _ := testClient(t, answer)
		for range 3 {
			if _, err := c.Profiles(t.Context(), forge.ProfileQuery{Owner: "acme", First: 10}); !errors.Is(err, forge.ErrUnsupported) {
				t.Fatalf("%s: got %v", name, err)
			}
		}
		if c.Requests() != 1 {
			t.Errorf("%s: got %d requests, want 1", name, c.Requests())
		}
	}
}

func TestAHostThatHasSpokenGraphQLIsBelievedToGoOn(t *testing.T) {
	t.Parallel()
	for name, after := range map[string]http.HandlerFunc{
		"words": said(200, `{"errors":[{"message":"upstream connect error"}]}`), "it failed": said(200, `{"errors":[{"message":"Internal server error"}]}`),
		"a page": said(200, `<!doctype html><title>Maintenance</title>`, "Content-Type", "text/html"), "nothing": said(200, `{}`),
		"refused once": said(403, `{"message":"Forbidden"}`), "wrong once": said(400, `{"message":"Bad Request"}`),
	} {
		fails := false
		c, _ := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if fails {
				after(w, r)
				return
			}
			said(200, `{"data":{"viewer":{"login":"me"}}}`)(w, r)
		}))
		for _, fails = range []bool{false, true, false} {
			_, err := askAnything(t, c)
			var down *forge.UnavailableError
			if fails != errors.As(err, &down) || fails != (err != nil) {
				t.Errorf("%s: fails %v: got %v", name, fails, err)
			}
		}
	}
}

func TestAPlaceThatAHostDoesNotKnowIsSaid(t *testing.T) {
	t.Parallel()
	forgotten := said(200, `{"data":{"repositoryOwner":null},"errors":[{"type":"INVALID_CURSOR_ARGUMENTS","path":["repositoryOwner","repositories"],"message":"`+"`x`"+` does not appear to be a valid cursor."}]}`)
	c, _ := testClient(t, forgotten)
	for after, want := range map[string]bool{"x": true, "": false} {
		if _, err := c.Profiles(t.Context(), forge.ProfileQuery{Owner: "acme", First: 10, After: after}); err == nil || errors.Is(err, forge.ErrPlace) != want {
			t.Errorf("after %q: got %v", after, err)
		}
	}
	if _, err := c.ProfilesREST(t.Context(), forge.ProfileQuery{Owner: "acme", After: "x"}); !errors.Is(err, forge.ErrPlace) {
		t.Errorf("by REST: got %v", err)
	}
}

func TestGitHubIsNotAskedForGraphQLWithoutAToken(t *testing.T) {
	t.Parallel()
	c, err := New(Options{Host: "github.com", Transport: nowhere{t}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := askAnything(t, c); !errors.Is(err, forge.ErrUnsupported) {
		t.Errorf("got %v", err)
	}
}

type nowhere struct{ t *testing.T }

func (n nowhere) RoundTrip(r *http.Request) (*http.Response, error) {
	n.t.Errorf("%s is asked", r.URL)
	return nil, errors.New("no network")
}

func TestALimitThatPassesSoonIsWaitedFor(t *testing.T) {
	t.Parallel()
	first := true
	c, slept := testClient(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := said(200, `{"data":{"viewer":{"login":"me"}}}`)
		if first {
			answer = said(200, `{"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded"}]}`, "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", fmt.Sprint(noon.Add(20*time.Second).Unix()))
		}
		first = false
		answer(w, r)
	}))
	if _, err := askAnything(t, c); err != nil {
		t.Fatal(err)
	}
	if len(*slept) != 1 || (*slept)[0] != 21*time.Second {
		t.Errorf("slept %v, want 21 s", *slept)
	}
}

func TestATokenIsNotRepeatedByGraphQL(t *testing.T) {
	t.Parallel()
	var lines strings.Builder
	c, _ := testClient(t, said(200, `{"errors":[{"message":"who is `+testToken+`?"}]}`), func(o *Options) { o.Debug = &lines })
	_, err := askAnything(t, c)
	if err == nil || strings.Contains(err.Error()+lines.String(), testToken) || !strings.Contains(lines.String(), "POST /api/graphql 200") {
		t.Errorf("got %v, %q", err, lines.String())
	}
}

func TestStringsOfADocumentAreQuoted(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{`a`: `"a"`, `a"b\`: `"a\"b\\"`, "a\n{": `"a\n{"`, "<é>": `"<é>"`, "\x00": `"\u0000"`} {
		if got := quoted(in); got != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
}
