package github

import (
	"context"
	"errors"
	"net/http"
	"strings"

	gh "github.com/google/go-github/v66/github"

	"github.com/isrc-dev/isrc/internal/forge"
)

// Reviews lists the reviews of a pull request, oldest first.
func (c *Client) Reviews(ctx context.Context, r forge.RepoName, number int) ([]forge.Review, error) {
	k := get("reviews of "+pullNoun(r, number), "repos/%s/%s/pulls/%d/reviews", r.Owner, r.Name, number)
	all, _, err := list[*gh.PullRequestReview](ctx, c, k, "", 0)
	if err != nil {
		return nil, err
	}
	reviews := make([]forge.Review, 0, len(all))
	for _, w := range all {
		reviews = append(reviews, forge.Review{
			Author: signed(user(w.GetUser())), State: strings.ToLower(w.GetState()), Body: w.GetBody(), At: w.GetSubmittedAt().Time, SHA: w.GetCommitID(),
		})
	}
	return reviews, nil
}

// signed gives what an account wrote that is gone the name under which GitHub
// shows it.
func signed(u forge.User) forge.User {
	if u.Login == "" {
		u.Login = "ghost"
	}
	return u
}

// RequestReviewers asks people for a review, or to look again, and teams of the
// owner by their slugs. The forge asks all of them or none.
func (c *Client) RequestReviewers(ctx context.Context, r forge.RepoName, number int, logins, teams []string) error {
	what := pullNoun(r, number)
	k := write(http.MethodPost, "asking for a review of "+what, what, gh.ReviewersRequest{Reviewers: logins, TeamReviewers: teams}, "repos/%s/%s/pulls/%d/requested_reviewers", r.Owner, r.Name, number)
	_, err := c.do(ctx, k, nil)
	return err
}

// Comments lists the comments of an issue or pull request, oldest first.
// Remarks on lines of a change are not among them.
func (c *Client) Comments(ctx context.Context, r forge.RepoName, number int) ([]forge.Comment, error) {
	k := get("comments of "+issueNoun(r, number), "repos/%s/%s/issues/%d/comments", r.Owner, r.Name, number)
	all, _, err := list[*gh.IssueComment](ctx, c, k, "", 0)
	if err != nil {
		return nil, err
	}
	comments := make([]forge.Comment, 0, len(all))
	for _, w := range all {
		comments = append(comments, forge.Comment{Author: signed(user(w.GetUser())), Body: w.GetBody(), At: w.GetCreatedAt().Time})
	}
	return comments, nil
}

// Checks lists check runs and statuses of a commit. A host that has only one
// of the two answers that one. Where a token may see one of them only, they are
// given beside the error that says so: GitHub's fine-grained tokens have a
// permission for statuses, and for check runs of private repositories none.
func (c *Client) Checks(ctx context.Context, r forge.RepoName, sha string) ([]forge.Check, error) {
	what := "checks of " + r.FullName() + " at " + sha
	runs, _, err := list[*gh.CheckRun](ctx, c, get(what, "repos/%s/%s/commits/%s/check-runs", r.Owner, r.Name, sha), "check_runs", 0)
	noRuns, refused := lacking(err), error(nil)
	if forge.Refused(err) {
		refused = err
	} else if err != nil && !noRuns {
		return nil, err
	}
	statuses, _, err := list[*gh.RepoStatus](ctx, c, get(what, "repos/%s/%s/commits/%s/status", r.Owner, r.Name, sha), "statuses", 0)
	switch {
	case err == nil || lacking(err) && !noRuns:
	case forge.Refused(err) && !noRuns && refused == nil:
		refused = err
	default:
		return nil, err
	}
	checks := make([]forge.Check, 0, len(runs)+len(statuses))
	for _, w := range runs {
		checks = append(checks, forge.Check{
			Name: w.GetName(), State: runState(strings.ToLower(w.GetStatus()), strings.ToLower(w.GetConclusion())), Conclusion: plainOrEmpty(strings.ToLower(w.GetConclusion())),
			Summary: firstOf(w.GetOutput().GetTitle(), w.GetOutput().GetSummary()),
			URL:     link(firstOf(w.GetDetailsURL(), w.GetHTMLURL())),
			ID:      w.GetID(), Job: jobOf(w.GetDetailsURL()), Marked: w.GetOutput().GetAnnotationsCount() > 0,
		})
	}
	for _, w := range statuses {
		checks = append(checks, forge.Check{
			Name: w.GetContext(), State: statusState(strings.ToLower(w.GetState())), Summary: w.GetDescription(), URL: link(w.GetTargetURL()),
		})
	}
	return checks, refused
}

func lacking(err error) bool {
	var missing *forge.NotFoundError
	return errors.Is(err, forge.ErrUnsupported) || errors.As(err, &missing)
}

// runState maps a check run. A required check passes by success, skipped and
// neutral; of the other conclusions none lets it, and stale alone says nothing
// against the change: GitHub marks so what has not ended after two weeks.
// (https://docs.github.com/pull-requests/reference/status-checks)
func runState(status, conclusion string) string {
	switch status {
	case "completed", "":
	case "in_progress":
		return "running"
	case "waiting":
		return status
	default:
		return "queued"
	}
	switch conclusion {
	case "success", "neutral", "skipped", "stale":
		return conclusion
	case "":
		return "running"
	}
	return "failure"
}

func statusState(s string) string {
	switch s {
	case "success":
		return s
	case "pending", "expected": // the latter is a required one of which nothing was heard
		return "running"
	}
	return "failure"
}

func firstOf(all ...string) string {
	for _, s := range all {
		if s != "" {
			return s
		}
	}
	return ""
}
