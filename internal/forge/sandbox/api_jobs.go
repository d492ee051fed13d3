package sandbox

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/isrc-dev/isrc/internal/fault"
)

// checkByID is the check run that {id} names; a job has its check's number, as
// on GitHub.
func (c *call) checkByID() (*checkRun, error) {
	id, err := strconv.ParseInt(c.vars["id"], 10, 64)
	if err != nil {
		return nil, notFound()
	}
	for _, list := range c.repo.checks {
		for _, x := range list {
			if x.id == id {
				return x, nil
			}
		}
	}
	return nil, notFound()
}

func getCheckRun(c *call) (answer, error) {
	x, err := c.checkByID()
	if err != nil {
		return answer{}, err
	}
	return ok(c.checkRun(x))
}

func listAnnotations(c *call) (answer, error) {
	x, err := c.checkByID()
	if err != nil {
		return answer{}, err
	}
	return ok(each(paginate(c, x.notes), func(n annotation) obj {
		return fields(
			"path", n.Path, "blob_href", c.f.page("/%s/blob/%s/%s", c.repo.fullName(), x.sha, escapePath(n.Path)), "start_line", n.Start, "end_line", max(n.End, n.Start),
			"start_column", nil, "end_column", nil, "annotation_level", n.Level, "title", textOrNil(n.Title), "message", n.Message, "raw_details", textOrNil(n.Details),
		)
	}))
}

// getJobLog leads to where the log lies, which is not the API.
func getJobLog(c *call) (answer, error) {
	x, err := c.checkByID()
	if err != nil || x.log == "" {
		return answer{}, notFound()
	}
	return answer{status: http.StatusFound, header: http.Header{"Location": {c.f.page("/_logs/%d?sig=%s", x.id, Fingerprint(x.log))}}}, nil
}

// logAt is the log behind an address that getJobLog gave.
func (f *Forge) logAt(r *http.Request) (string, bool) {
	id, ok := strings.CutPrefix(r.URL.Path, "/_logs/")
	if !ok {
		return "", false
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	for _, repo := range f.state.order {
		for _, list := range repo.checks {
			for _, x := range list {
				if strconv.FormatInt(x.id, 10) == id && x.log != "" && r.URL.Query().Get("sig") == Fingerprint(x.log) {
					return x.log, true
				}
			}
		}
	}
	return "", false
}

// jobPage is where people look at a check: the page of its job for those that
// the forge runs itself.
func (f *Forge) jobPage(r *repository, x *checkRun) string {
	if x.app == "github-actions" {
		return f.page("/%s/actions/runs/%d/job/%d", r.fullName(), x.id, x.id)
	}
	return f.page("/%s/commit/%s", r.fullName(), x.sha)
}

// Failure is how a check fails: at a place that it points to, or with nothing but
// the log of its job.
type Failure struct {
	Path    string
	Line    int
	Message string
	Log     string
}

// jobView is the page of a job: that of the commit it ran for.
func (c *call) jobView(id string) *view {
	c.vars = map[string]string{"id": id}
	x, err := c.checkByID()
	if err != nil {
		return nil
	}
	return c.commitPage(x.sha)
}

// PassChecks lets many checks of a pull request pass, as builds of many platforms
// have them.
func (f *Forge) PassChecks(fullName string, number, n int) error {
	return f.change(fullName, func(r *repository) error {
		i := r.issues[number]
		if i == nil || i.pull == nil {
			return fault.Errorf("%s has no pull request %d", fullName, number)
		}
		for k := range n {
			run := newCheckRun(r, i.pull.sha, fmt.Sprintf("build (%d)", k+1), "github-actions", f.now())
			run.complete("success", "", "", f.now())
			r.putCheck(run)
		}
		return nil
	})
}

// FailCheck lets a check of a pull request's head fail.
func (f *Forge) FailCheck(fullName string, number int, check string, how Failure) error {
	return f.change(fullName, func(r *repository) error {
		i := r.issues[number]
		if i == nil || i.pull == nil {
			return fault.Errorf("%s has no pull request %d", fullName, number)
		}
		run := newCheckRun(r, i.pull.sha, check, "github-actions", f.now())
		run.complete("failure", "", "", f.now())
		run.log = how.Log
		if how.Path != "" {
			run.notes = append(run.notes, annotation{Path: how.Path, Start: how.Line, End: how.Line, Level: "failure", Message: how.Message})
		}
		// What a runner says of every job that fails.
		run.notes = append(run.notes, annotation{Path: ".github", Start: 1, End: 1, Level: "failure", Message: "Process completed with exit code 1."})
		r.putCheck(run)
		return nil
	})
}
