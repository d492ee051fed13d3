package command

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/isrc-dev/isrc/internal/forge/sandbox"
)

// changeForge lets a script change what lies on the forge.
//
//	forge repo OWNER/NAME [BRANCH] | forge empty OWNER/NAME: a repository of somebody, with one commit or none
//	forge fork-of OWNER/NAME UPSTREAM [BEHIND]: a fork that was made a month ago
//	forge rename OWNER/NAME NAME | forge archive OWNER/NAME [off]
//	forge delete OWNER/NAME
//	forge pulls OWNER/NAME all|collaborators_only|none: who may open pull requests there
//	forge policy LOGIN|OWNER/NAME POLICY | forge no-policy: it refuses as GitHub does
//	forge limited-token LOGIN VARIABLE: a fine-grained one
//	forge device LOGIN [PENDING [SLOW]] | forge device-ends ERROR [PENDING] | forge device-page PAGE | forge device-off | forge device-lasts LOGIN SECONDS | forge device-forgets
//	forge app-token SLUG OWNER[/NAME] VARIABLE: of an app that is installed there; github-actions is a job
//	forge commit OWNER/NAME LOGIN PATH: one more commit on the default branch
func changeForge(ts *testscript.TestScript, f *sandbox.Forge, args []string) bool {
	switch args[0] {
	case "repo":
		owner, name, _ := strings.Cut(args[1], "/")
		spec := &sandbox.Repo{Owner: owner, Name: name, Created: sandbox.Days(30), Files: []sandbox.File{{Path: "README.md", Data: "# " + name + "\n"}}}
		if len(args) > 2 {
			spec.DefaultBranch = args[2]
		}
		ts.Check(f.AddRepo(spec))
	case "empty":
		owner, name, _ := strings.Cut(args[1], "/")
		ts.Check(f.AddRepo(&sandbox.Repo{Owner: owner, Name: name, Empty: true}))
	case "fork-of":
		owner, name, _ := strings.Cut(args[1], "/")
		spec := &sandbox.Repo{Owner: owner, Name: name, ForkOf: args[2], Created: sandbox.Days(30)}
		if len(args) > 3 {
			behind, err := strconv.Atoi(args[3])
			ts.Check(err)
			spec.Behind = behind
		}
		ts.Check(f.AddRepo(spec))
	case "resolve", "unresolve":
		settle(ts, f, args[0]+"ReviewThread", args[1:])
	case "rename":
		ts.Check(f.RenameRepo(args[1], args[2]))
	case "policy":
		ts.Check(f.SetPolicy(args[1], args[2]))
	case "archive":
		ts.Check(f.ArchiveRepo(args[1], len(args) < 3))
	case "delete":
		ts.Check(f.DeleteRepo(args[1]))
	case "pulls":
		ts.Check(f.SetPulls(args[1], args[2]))
	case "no-policy":
		f.ClearPolicies()
	case "asked":
		if got, want := askedToReview(ts, f, args[1], args[2]), strings.Join(args[3:], " "); got != want {
			ts.Fatalf("asked for a review is %q, want %q", got, want)
		}
	case "wrote":
		want, err := strconv.Atoi(args[1])
		ts.Check(err)
		if n := wrote(ts, f); n != want {
			ts.Fatalf("%d requests changed something, want %d", n, want)
		}
	case "limited-token":
		ts.Setenv(args[2], f.LimitedToken(args[1]))
	case "device", "device-ends":
		plan := sandbox.DevicePlan{Login: args[1]}
		if args[0] == "device-ends" {
			plan = sandbox.DevicePlan{Ends: args[1]}
		}
		for i, n := range []*int{&plan.Pending, &plan.Slow} {
			if len(args) > 2+i {
				var err error
				*n, err = strconv.Atoi(args[2+i])
				ts.Check(err)
			}
		}
		f.PlanDevice(plan)
	case "device-lasts":
		lasts, err := strconv.Atoi(args[2])
		ts.Check(err)
		f.PlanDevice(sandbox.DevicePlan{Login: args[1], Lasts: lasts})
	case "device-ends-given":
		f.EndGiven()
	case "device-forgets":
		f.ForgetRenewals()
	case "device-page":
		f.PlanDevice(sandbox.DevicePlan{Page: args[1]})
	case "device-off":
		f.PlanDevice(sandbox.DevicePlan{Off: true})
	case "app-token":
		ts.Setenv(args[3], f.AppToken(args[1], args[2]))
	case "commit":
		ts.Check(f.Push(context.Background(), args[1], args[2], "Change "+args[3]+"\n", map[string]string{args[3]: "changed\n"}))
	default:
		return false
	}
	return true
}

// askedToReview are the people and teams that are asked for a review, as the forge sees
// it.
func askedToReview(ts *testscript.TestScript, f *sandbox.Forge, repo, number string) string {
	req, err := http.NewRequest(http.MethodGet, f.URL()+"/api/v3/repos/"+repo+"/pulls/"+number+"/requested_reviewers", nil)
	ts.Check(err)
	req.Header.Set("Authorization", "token "+f.Token("site-admin"))
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	var all struct {
		Users, Teams []struct{ Login, Slug string }
	}
	ts.Check(errors.Join(json.NewDecoder(resp.Body).Decode(&all), resp.Body.Close()))
	var names []string
	for _, x := range append(all.Users, all.Teams...) {
		names = append(names, x.Login+x.Slug)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// wrote counts what isrc asked the forge to change since the mark. A GraphQL
// query is a POST and changes nothing: isrc sends no other documents.
func wrote(ts *testscript.TestScript, f *sandbox.Forge) int {
	from, _ := strconv.Atoi(ts.Getenv("FORGE_MARK")) // without a mark from the start
	n := 0
	for _, e := range f.Requests()[from:] {
		switch {
		case e.Login != "newcomer", e.Method == "GET", e.Method == "HEAD", strings.HasSuffix(e.Path, "/graphql"), strings.HasSuffix(e.Path, "/git-upload-pack"):
			continue
		}
		n++
		ts.Logf("%s %s %d", e.Method, e.Path, e.Status)
	}
	return n
}
