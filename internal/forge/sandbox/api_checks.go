package sandbox

import (
	"strings"
	"time"
)

// commitOf resolves the {ref} of a route.
func (c *call) commitOf() (string, error) {
	sha := c.commitAt(c.vars["ref"])
	if sha == "" {
		return "", unprocessable("No commit found for SHA: %s", c.vars["ref"])
	}
	return sha, nil
}

func listCheckRuns(c *call) (answer, error) {
	sha, err := c.commitOf()
	if err != nil {
		return answer{}, err
	}
	var list []*checkRun
	for _, x := range c.repo.checks[sha] {
		if name := c.query.Get("check_name"); name != "" && name != x.name {
			continue
		}
		if want := c.query.Get("status"); want != "" && want != x.status {
			continue
		}
		list = append(list, x)
	}
	return ok(fields("total_count", len(list), "check_runs", each(paginate(c, list), c.checkRun)))
}

// checkRun is GitHub's check-run.
func (c *call) checkRun(x *checkRun) obj {
	url := c.f.api("/repos/%s/check-runs/%d", c.repo.fullName(), x.id)
	page := c.f.jobPage(c.repo, x)
	return fields(
		"id", x.id, "node_id", nodeID("CheckRun", x.id), "head_sha", x.sha, "name", x.name, "external_id", "",
		"url", url, "html_url", page, "details_url", page, "status", x.status, "conclusion", textOrNil(x.conclusion),
		"started_at", stampOrNil(x.started), "completed_at", stampOrNil(x.completed), "check_suite", obj{"id": x.id},
		"output", fields(
			"title", textOrNil(x.title), "summary", textOrNil(x.summary), "text", nil,
			"annotations_count", len(x.notes), "annotations_url", url+"/annotations",
		),
		"app", c.f.app(x.app), "pull_requests", []obj{},
	)
}

// app is GitHub's integration: who reports checks.
func (f *Forge) app(slug string) obj {
	id := int64(len(slug))
	for _, b := range []byte(slug) {
		id = id*31%1_000_000 + int64(b)
	}
	at := stamp(f.start.AddDate(-3, 0, 0))
	owner := &user{Account: Account{Login: "apps"}, org: &Org{}, id: 2}
	return fields(
		"id", id, "slug", slug, "node_id", nodeID("App", id), "client_id", "Iv1."+slug, "owner", f.simpleUser(owner),
		"name", titleWords(slug), "description", nil, "external_url", f.page("/apps/%s", slug), "html_url", f.page("/apps/%s", slug),
		"created_at", at, "updated_at", at, "events", []string{"check_run", "pull_request"},
		"permissions", fields("checks", "write", "contents", "read", "metadata", "read"),
	)
}

func createCheckRun(c *call) (answer, error) {
	var in struct {
		Name        string     `json:"name"`
		SHA         string     `json:"head_sha"`
		Status      string     `json:"status"`
		Conclusion  string     `json:"conclusion"`
		CompletedAt *time.Time `json:"completed_at"`
		Output      struct {
			Title, Summary string
			Annotations    []annotation
		}
	}
	if err := c.read(&in); err != nil {
		return answer{}, err
	}
	if in.Name == "" {
		return answer{}, unprocessable("Invalid request.\n\n\"name\" wasn't supplied.")
	}
	if !shaPattern().MatchString(in.SHA) || c.commitAt(in.SHA) == "" {
		return answer{}, unprocessable("No commit found for SHA: %s", in.SHA)
	}
	if in.Conclusion != "" && !strings.Contains(" action_required cancelled failure neutral success skipped timed_out ", " "+in.Conclusion+" ") {
		return answer{}, unprocessable("Invalid request.\n\n%s is not a conclusion that an app may give.", in.Conclusion)
	}
	app := "acme-ci"
	for _, x := range c.repo.spec.Checks {
		if x.Name == in.Name {
			app = orElse(x.App, "github-actions")
		}
	}
	run := newCheckRun(c.repo, in.SHA, in.Name, app, c.f.now())
	run.status = orElse(in.Status, "queued")
	if in.Conclusion != "" {
		run.complete(in.Conclusion, in.Output.Title, in.Output.Summary, c.f.now())
	}
	for _, n := range in.Output.Annotations {
		if n.Path == "" || n.Start < 1 || !strings.Contains(" notice warning failure ", " "+n.Level+" ") {
			return answer{}, unprocessable("Invalid request.\n\nAn annotation needs \"path\", \"start_line\" and \"annotation_level\".")
		}
	}
	run.notes = in.Output.Annotations
	c.repo.putCheck(run)
	return created(c.checkRun(run))
}

func (c *call) statusURL(sha string) string {
	return c.f.api("/repos/%s/statuses/%s", c.repo.fullName(), sha)
}

//go:noinline
func (c *call) simpleStatus(sha string) func(*status) obj {
	return func(s *status) obj {
		return fields(
			"url", c.statusURL(sha), "avatar_url", c.f.page("/avatars/u/%d", s.creator.id), "id", s.id,
			"node_id", nodeID("StatusContext", s.id), "state", s.state, "description", textOrNil(s.description),
			"target_url", textOrNil(s.target), "context", s.context, "created_at", stamp(s.at), "updated_at", stamp(s.at),
		)
	}
}

func (c *call) fullStatus(sha string) func(*status) obj {
	return func(s *status) obj {
		o := c.simpleStatus(sha)(s)
		o["creator"] = c.f.simpleUser(s.creator)
		return o
	}
}

// getStatus combines the newest status of each context.
func getStatus(c *call) (answer, error) {
	sha, err := c.commitOf()
	if err != nil {
		return answer{}, err
	}
	seen, state := map[string]bool{}, "success"
	var list []*status
	for _, s := range c.repo.statuses[sha] {
		if seen[s.context] {
			continue
		}
		seen[s.context] = true
		list = append(list, s)
		switch {
		case s.state == "failure" || s.state == "error":
			state = "failure"
		case s.state == "pending" && state == "success":
			state = "pending"
		}
	}
	if len(list) == 0 {
		state = "pending"
	}
	return ok(fields(
		"state", state, "sha", sha, "total_count", len(list), "statuses", each(paginate(c, list), c.simpleStatus(sha)),
		"repository", c.f.repository(c.repo, nil), "commit_url", c.f.api("/repos/%s/commits/%s", c.repo.fullName(), sha),
		"url", c.f.api("/repos/%s/commits/%s/status", c.repo.fullName(), sha),
	))
}

func listStatuses(c *call) (answer, error) {
	sha, err := c.commitOf()
	if err != nil {
		return answer{}, err
	}
	return ok(each(paginate(c, c.repo.statuses[sha]), c.fullStatus(sha)))
}

func createStatus(c *call) (answer, error) {
	var in struct {
		State, Context, Description string
		TargetURL                   string `json:"target_url"`
	}
	if err := c.read(&in); err != nil {
		return answer{}, err
	}
	sha := c.vars["sha"]
	if !shaPattern().MatchString(sha) || c.commitAt(sha) == "" {
		return answer{}, unprocessable("No commit found for SHA: %s", sha)
	}
	if !strings.Contains(" error failure pending success ", " "+in.State+" ") || in.State == "" {
		return answer{}, invalid(fieldError("Status", "state", "custom", "State is not included in the list"))
	}
	s := &status{
		id: c.f.state.id(), state: in.State, context: orElse(in.Context, "default"), description: in.Description,
		target: in.TargetURL, creator: c.user, at: c.f.moment(),
	}
	c.repo.statuses[sha] = append([]*status{s}, c.repo.statuses[sha]...)
	return created(c.fullStatus(sha)(s))
}
