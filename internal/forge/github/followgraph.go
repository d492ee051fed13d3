package github

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/isrc-dev/isrc/internal/forge"
	"github.com/isrc-dev/isrc/internal/lazy"
)

// followDocument asks for a page of each search, and for pull requests by name.
func followDocument(open []cursor, named []forge.PullRef, first []int, owning bool) document {
	var b strings.Builder
	b.WriteString("query Following {\n")
	for i, cur := range open {
		after := ""
		if cur.after != "" {
			after = ", after: " + quoted(cur.after)
		}
		fmt.Fprintf(&b, "  s%d: search(type: ISSUE, query: %s, first: %d%s) { issueCount pageInfo { hasNextPage endCursor } nodes { ...followed } }\n", cur.n, quoted(cur.query), first[i], after)
	}
	for i, ref := range named {
		fmt.Fprintf(&b, "  p%d: repository(owner: %s, name: %s) { pullRequest(number: %d) { ...followed } }\n", i, quoted(ref.Repo.Owner), quoted(ref.Repo.Name), ref.Number)
	}
	b.WriteString("}\n")
	name, files, owners := nameFollowing, "", ""
	if owning {
		name, files = "pull requests to answer", "\n  files(first: 50) { nodes { path } }"
		owners = fmt.Sprintf("\n    info: object(expression: %s) { ... on Blob { text } }", quoted("HEAD:"+infoPath))
		for i, path := range ownersPaths {
			owners += fmt.Sprintf("\n    owners%d: object(expression: %s) { ... on Blob { text } }", i, quoted("HEAD:"+path))
		}
	}
	fmt.Fprintf(&b, followFragment, owners, files)
	return document{name, b.String() + actorFragment}
}

const nameFollowing = "pull requests to follow"

// infoPath is where Backstage keeps what a repository is, and whose.
const infoPath = "catalog-info.yaml"

// ownersPaths is where GitHub looks for code owners, in its order.
var ownersPaths = [...]string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"}

// followTeams is what is left out for a token that may not read teams.
const followTeams = " ... on Team { slug }"

// followQueue is left out for servers that know no merge queues.
const followQueue = `
  mergeQueueEntry { position state enqueuedAt }`

// followPages is left out for servers that do not tell which page is for
// contributors.
const followPages = `
    contributingGuidelines { body resourcePath }`

const followFragment = `fragment followed on PullRequest {
  number
  title
  url
  state
  isDraft
  createdAt
  updatedAt
  closedAt
  mergedAt
  mergeable
  mergeStateStatus` + followQueue + `
  baseRefName
  headRefName
  headRefOid
  headRepository { nameWithOwner }
  author { ...actor }
  repository {
    nameWithOwner
    viewerPermission
    manifest: object(expression: "HEAD:innersource.json") { ... on Blob { text } }` + followPages + `%s
  }
  reviewRequests(first: 20) { nodes { requestedReviewer { __typename ... on User { login } ... on Bot { login }` + followTeams + ` } } }
  timelineItems(last: 1, itemTypes: [READY_FOR_REVIEW_EVENT]) { nodes { __typename ... on ReadyForReviewEvent { createdAt } } }
  reviews(last: 50) { nodes { state body submittedAt author { ...actor } commit { oid } } }
  comments(last: 30) { nodes { body createdAt author { ...actor } } }` + followThreads + `%s
  commits(last: 1) {
    nodes {
      commit {
        checkSuites(first: 30) { nodes { conclusion createdAt workflowRun { workflow { name } } } }
        statusCheckRollup {
          contexts(first: 50) {
            pageInfo { hasNextPage }
            nodes {
              __typename
              ... on CheckRun {
                name
                status
                conclusion
                title
                summary
                detailsUrl
                url
                annotations(first: 5) { nodes { annotationLevel path message location { start { line } } } }
              }
              ... on StatusContext { context state description targetUrl }
            }
          }
        }
      }
    }
  }
}
`

const actorFragment = `fragment actor on Actor { __typename login }
`

type (
	// graphFound is the answer to one part of a follow document: a page of a
	// search, or one pull request of a repository.
	graphFound struct {
		IssueCount  int
		PageInfo    graphPageInfo
		Nodes       []*graphFollowed
		PullRequest *graphFollowed
	}
	graphFile     struct{ Text *string }
	graphFollowed struct {
		Number                      int
		Title, URL, State           string
		IsDraft                     bool
		CreatedAt, UpdatedAt        time.Time
		ClosedAt, MergedAt          *time.Time
		Mergeable, MergeStateStatus string
		MergeQueueEntry             *struct {
			Position   int
			State      string
			EnqueuedAt time.Time
		}
		BaseRefName, HeadRefName string
		HeadRefOid               string
		HeadRepository           *struct{ NameWithOwner string }
		Author                   *graphActor
		Repository               graphHome
		ReviewRequests           struct {
			Nodes []*struct {
				RequestedReviewer *struct{ Login, Slug string }
			}
		}
		TimelineItems struct {
			Nodes []*struct{ CreatedAt *time.Time }
		}
		Reviews  graphReviews
		Comments struct {
			Nodes []*struct {
				Body      string
				CreatedAt time.Time
				Author    *graphActor
			}
		}
		ReviewThreads *graphThreads
		Files         *struct{ Nodes []*struct{ Path string } }
		Commits       struct {
			Nodes []*struct {
				Commit struct {
					CheckSuites       *struct{ Nodes []*graphSuite }
					StatusCheckRollup *struct {
						Contexts struct {
							PageInfo graphPageInfo
							Nodes    []*graphCheck
						}
					}
				}
			}
		}
	}
	graphHome struct {
		NameWithOwner             string
		ViewerPermission          string
		Manifest, Info            *graphFile
		ContributingGuidelines    *struct{ Body, ResourcePath *string }
		Owners0, Owners1, Owners2 *graphFile
	}
	graphCheck struct {
		Typename                   string `json:"__typename"`
		Name, Status, Conclusion   string
		Title, Summary, DetailsURL string
		URL                        string
		Annotations                *struct{ Nodes []*graphAnnotation }
		Context, State             string
		Description, TargetURL     string
	}
	graphSuite struct {
		Conclusion  string
		CreatedAt   time.Time
		WorkflowRun *struct{ Workflow *struct{ Name string } }
	}
	graphAnnotation struct {
		AnnotationLevel, Path, Message string
		Location                       struct{ Start struct{ Line int } }
	}
)

// followed is nil for what names no repository.
func (c *Client) followed(g *graphFollowed) (forge.Followed, bool) {
	repo, err := forge.ParseRepo(g.Repository.NameWithOwner, c.o.Host)
	if err != nil {
		return forge.Followed{}, false
	}
	f := forge.Followed{Home: g.Repository.home()}
	f.Pull = forge.Pull{
		Repo: repo, Number: g.Number, Title: g.Title, State: forge.PullOpen, Draft: g.IsDraft, Author: g.Author.user(),
		URL:  c.address(g.URL, path("%s/%s/pull/%d", repo.Owner, repo.Name, g.Number)),
		Base: forge.Ref{Repo: &repo, Branch: g.BaseRefName}, Head: forge.Ref{Branch: g.HeadRefName, SHA: g.HeadRefOid},
		CreatedAt: g.CreatedAt, UpdatedAt: g.UpdatedAt, ClosedAt: g.ClosedAt, MergedAt: g.MergedAt, MergeState: strings.ToLower(plainOrEmpty(g.MergeStateStatus)),
	}
	switch strings.ToUpper(g.State) {
	case "MERGED":
		f.State = forge.PullMerged
	case "CLOSED":
		f.State = forge.PullDeclined
	}
	if g.HeadRepository != nil {
		if head, err := forge.ParseRepo(g.HeadRepository.NameWithOwner, c.o.Host); err == nil {
			f.Head.Repo = &head
		}
	}
	if yes := g.Mergeable == "MERGEABLE"; yes || g.Mergeable == "CONFLICTING" {
		f.Mergeable = &yes
	}
	g.take(&f)
	c.takeThreads(g.ReviewThreads, &f.Pull, &f.Threads)
	return f, true
}

// take copies what was said to the pull request and found in it.
func (g *graphFollowed) take(f *forge.Followed) {
	for _, n := range g.ReviewRequests.Nodes {
		if n == nil || n.RequestedReviewer == nil {
			continue // one that is not visible
		}
		if slug := n.RequestedReviewer.Slug; slug != "" {
			f.Reviewers, f.Teams = append(f.Reviewers, slug), append(f.Teams, slug)
		} else if n.RequestedReviewer.Login != "" {
			f.Reviewers = append(f.Reviewers, n.RequestedReviewer.Login)
		}
	}
	for _, n := range g.TimelineItems.Nodes {
		if n != nil && n.CreatedAt != nil {
			f.ReadyAt = n.CreatedAt
		}
	}
	f.Reviews = g.Reviews.reviews()
	for _, n := range g.Comments.Nodes {
		if n != nil {
			f.Comments = append(f.Comments, forge.Comment{Author: signed(n.Author.user()), Body: n.Body, At: n.CreatedAt})
		}
	}
	if g.Files != nil {
		for _, n := range g.Files.Nodes {
			if n != nil {
				f.Files = append(f.Files, n.Path)
			}
		}
	}
	if e := g.MergeQueueEntry; e != nil {
		f.Queue = &forge.QueueSpot{Position: max(e.Position, 0), State: strings.ToLower(plainOrEmpty(e.State)), Since: e.EnqueuedAt}
	}
	for _, n := range g.Commits.Nodes {
		if n != nil && n.Commit.CheckSuites != nil {
			for _, s := range n.Commit.CheckSuites.Nodes {
				s.hold(f)
			}
		}
		if n != nil && n.Commit.StatusCheckRollup != nil {
			for _, k := range n.Commit.StatusCheckRollup.Contexts.Nodes {
				if k != nil {
					f.Checks = append(f.Checks, k.check())
				}
			}
		}
	}
}

// hold keeps a workflow that waits for an owner's approval: it has ended in name,
// with the conclusion that somebody must act, and no job of it has run.
func (s *graphSuite) hold(f *forge.Followed) {
	if s != nil && s.WorkflowRun != nil && strings.EqualFold(s.Conclusion, "action_required") {
		name := ""
		if s.WorkflowRun.Workflow != nil {
			name = s.WorkflowRun.Workflow.Name
		}
		holds(f, name, s.CreatedAt)
	}
}

// holds adds a workflow that waits, each once.
func holds(f *forge.Followed, name string, since time.Time) {
	if name = firstOf(name, "a workflow"); !slices.Contains(f.Held, name) && len(f.Held) < 100 {
		f.Held = append(f.Held, name)
	}
	if !since.IsZero() && (f.HeldSince == nil || since.Before(*f.HeldSince)) {
		f.HeldSince = &since
	}
}

// moreChecks tells whether an open pull request has more checks than were asked
// for: one that fails may be among them.
func (g *graphFollowed) moreChecks() bool {
	for _, n := range g.Commits.Nodes {
		if n != nil && n.Commit.StatusCheckRollup != nil && n.Commit.StatusCheckRollup.Contexts.PageInfo.HasNextPage {
			return strings.EqualFold(g.State, "OPEN")
		}
	}
	return false
}

func (h graphHome) home() forge.Home {
	out := forge.Home{Access: accessOf(h.ViewerPermission)}
	if h.Manifest != nil {
		out.Manifest = valueOf(h.Manifest.Text)
	}
	if h.Info != nil {
		out.Info = valueOf(h.Info.Text)
	}
	if c := h.ContributingGuidelines; c != nil {
		out.Contributing, out.ContributingPath = valueOf(c.Body), pageOf(h.NameWithOwner, valueOf(c.ResourcePath))
	}
	for i, t := range []*graphFile{h.Owners0, h.Owners1, h.Owners2} {
		if t != nil && t.Text != nil && out.OwnersPath == "" {
			out.Owners, out.OwnersPath = *t.Text, ownersPaths[i]
		}
	}
	return out
}

// pageOf reads the path of a file out of that of its page, /OWNER/NAME/blob/BRANCH/
// PATH. A branch may have slashes, so a folder counts only where guidelines are
// looked for.
func pageOf(repo, page string) string {
	at, file, ok := strings.Cut(strings.TrimPrefix(page, "/"), "/blob/")
	if !ok {
		return "CONTRIBUTING"
	}
	parts := strings.Split(file, "/")
	name := parts[len(parts)-1]
	if folder := parts[max(len(parts)-2, 0)]; len(parts) > 2 && (folder == ".github" || folder == "docs") {
		name = folder + "/" + name
	}
	if !strings.EqualFold(at, repo) {
		name = at + ":" + name
	}
	return name
}

func (k *graphCheck) check() forge.Check {
	if k.Typename == "StatusContext" {
		return forge.Check{Name: k.Context, State: statusState(strings.ToLower(k.State)), Summary: k.Description, URL: link(k.TargetURL)}
	}
	out := forge.Check{
		Name: k.Name, State: runState(strings.ToLower(k.Status), strings.ToLower(k.Conclusion)), Conclusion: plainOrEmpty(strings.ToLower(k.Conclusion)), Summary: firstOf(k.Title, k.Summary),
		URL: firstOf(link(k.DetailsURL), link(k.URL)), Job: jobOf(k.DetailsURL),
	}
	if k.Annotations != nil {
		for _, n := range k.Annotations.Nodes {
			if n != nil {
				annotate(&out, n.AnnotationLevel, n.Path, n.Location.Start.Line, n.Message)
			}
		}
	}
	return out
}

var jobPattern = lazy.Pattern(`/actions/runs/\d+/jobs?/(\d{1,18})(?:$|[?#/])`)

// jobOf reads the number of a job out of the address of its page, 0 for none.
func jobOf(address string) int64 {
	if m := jobPattern().FindStringSubmatch(address); m != nil {
		n, _ := strconv.ParseInt(m[1], 10, 64) // digits, and few enough
		return n
	}
	return 0
}
